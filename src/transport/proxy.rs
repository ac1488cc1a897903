//! Proxies: SOCKS5 (RFC 1928, 1929) and HTTP CONNECT (RFC 9110, section 9.3.6).

pub use super::credentials::Credentials;
use super::error::DialError;
use super::stream::Stage;
use super::target::authority;
use super::{http_proxy, tcp};
use crate::os_error;
use std::cell::Cell;
use std::fmt;
use std::io;
use tokio::net::TcpStream;
use tokio_socks::tcp::Socks5Stream;
use tokio_socks::{Error as SocksError, IntoTargetAddr, TargetAddr};

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SOCKS5; the broker's name is looked up here.
    Socks5,
    /// SOCKS5; the broker's name is looked up by the proxy.
    Socks5h,
    /// HTTP CONNECT.
    Http,
}

/// A proxy to connect through.
#[derive(Debug)]
pub struct Proxy {
    /// What it speaks.
    pub kind: Kind,
    /// Name or address literal, without brackets.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
    /// Who we are.
    pub credentials: Option<Credentials>,
}

impl Proxy {
    /// A connection to `host` through the proxy, which is reached from `bind`.
    pub(super) async fn connect(
        &self,
        host: &str,
        port: u16,
        bind: Option<&str>,
        stage: &Cell<Stage>,
    ) -> Result<TcpStream, DialError> {
        // What is looked up here is looked up first: the proxy would not wait for it.
        let destination = self.destination(host, port).await?;
        let stream = tcp::connect(&self.host, self.port, bind)
            .await
            .map_err(|error| DialError::new(format!("cannot reach {self}: {error}")))?;
        stage.set(Stage::Proxy);
        match destination {
            None => http_proxy::connect(stream, host, port, self.credentials.as_ref())
                .await
                .map_err(|error| self.failure(error)),
            Some(destination) => self
                .socks(stream, destination)
                .await
                .map_err(|error| self.failure(in_words(&error))),
        }
    }

    /// Where a SOCKS proxy is asked to connect to.
    async fn destination<'a>(
        &self,
        host: &'a str,
        port: u16,
    ) -> Result<Option<TargetAddr<'a>>, DialError> {
        match self.kind {
            Kind::Http => Ok(None),
            Kind::Socks5h => {
                (host, port).into_target_addr().map(Some).map_err(|error| self.failure(error))
            }
            Kind::Socks5 => {
                // One address must do: the proxy answers for the first that is asked of it.
                let found = tcp::addresses(host, port).await?;
                let v4_first = found.iter().find(|address| address.is_ipv4()).or(found.first());
                match v4_first {
                    Some(address) => Ok(Some(TargetAddr::Ip(*address))),
                    None => Err(DialError::new(format!("unknown host {host}"))),
                }
            }
        }
    }

    async fn socks(
        &self,
        stream: TcpStream,
        destination: TargetAddr<'_>,
    ) -> Result<TcpStream, SocksError> {
        let connected = match &self.credentials {
            None => Socks5Stream::connect_with_socket(stream, destination).await?,
            Some(Credentials { username, password }) => {
                let password = std::str::from_utf8(password.expose())
                    .map_err(|_| SocksError::InvalidAuthValues("password is not UTF-8"))?;
                Socks5Stream::connect_with_password_and_socket(
                    stream,
                    destination,
                    username,
                    password,
                )
                .await?
            }
        };
        Ok(connected.into_inner())
    }

    fn failure(&self, words: impl fmt::Display) -> DialError {
        DialError::new(format!("{self}: {words}"))
    }
}

/// What a SOCKS proxy says no with (RFC 1928, section 6), as it follows its name.
fn in_words(error: &SocksError) -> String {
    match error {
        SocksError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            "closed the connection without an answer".to_owned()
        }
        SocksError::Io(error) => os_error::plain(error),
        SocksError::NoAcceptableAuthMethods => "wants other credentials, or some".to_owned(),
        SocksError::PasswordAuthFailure(_) => "wants other credentials".to_owned(),
        SocksError::GeneralSocksServerFailure => "cannot connect to the broker".to_owned(),
        SocksError::ConnectionNotAllowedByRuleset => "does not allow this connection".to_owned(),
        SocksError::NetworkUnreachable => "has no way to the broker's network".to_owned(),
        SocksError::HostUnreachable => "has no way to the broker".to_owned(),
        SocksError::ConnectionRefused => "nothing listens there (connection refused)".to_owned(),
        SocksError::TtlExpired => "the broker does not answer there".to_owned(),
        SocksError::CommandNotSupported => "does not connect to others".to_owned(),
        SocksError::AddressTypeNotSupported => "does not support such addresses".to_owned(),
        SocksError::InvalidResponseVersion
        | SocksError::UnknownAuthMethod
        | SocksError::InvalidReservedByte
        | SocksError::UnknownAddressType => "does not speak SOCKS5".to_owned(),
        other => other.to_string(),
    }
}

impl fmt::Display for Proxy {
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "proxy {}", authority(&self.host, self.port))
    }
}
