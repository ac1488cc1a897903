//! Proxies: SOCKS5 (RFC 1928, 1929) and HTTP CONNECT (RFC 9110, section 9.3.6), which may be inside TLS.

pub use super::credentials::Credentials;
use super::error::DialError;
use super::quick_ack::QuickAck;
use super::stages::{Stage, Stages};
use super::stream::Stream;
use super::target::authority;
use super::tcp::Network;
use super::{credentials, http_proxy, tcp, tls};
use crate::os_error;
use std::fmt;
use std::io;
use tokio_socks::tcp::Socks5Stream;
use tokio_socks::{Error as SocksError, IntoTargetAddr, TargetAddr};

/// The protocol of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyProtocol {
    /// SOCKS5; this machine looks up the broker's name.
    Socks5,
    /// SOCKS5; the proxy looks up the broker's name.
    Socks5h,
    /// HTTP CONNECT.
    Http,
    /// HTTP CONNECT inside TLS.
    Https,
}

/// A proxy to connect through.
#[derive(Debug)]
pub struct Proxy {
    /// Its protocol.
    pub kind: ProxyProtocol,
    /// Name or address literal, without brackets.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
    /// User name and password.
    pub credentials: Option<Credentials>,
    /// How to verify the proxy itself, for [`ProxyProtocol::Https`].
    pub tls: Option<tls::Client>,
}

impl Proxy {
    /// Whether the connection to the proxy uses TLS.
    pub fn is_encrypted(&self) -> bool {
        self.kind == ProxyProtocol::Https
    }

    /// Whether it looks up the broker's name itself.
    pub fn looks_up(&self) -> bool {
        self.kind != ProxyProtocol::Socks5
    }

    /// Connects to `host` through the proxy.
    pub(super) async fn connect(
        &self,
        host: &str,
        port: u16,
        network: &Network,
        stages: &Stages,
    ) -> Result<Box<dyn Stream>, DialError> {
        // Looked up before connecting, because the proxy would not wait for it.
        let destination = self.destination(host, port, network, stages).await?;
        let stream = tcp::connect(&self.host, self.port, network, stages)
            .await
            .map_err(|error| error.of(format_args!("cannot reach {self}")))?;
        let mut stream: Box<dyn Stream> = Box::new(QuickAck::new(stream));
        if self.is_encrypted() {
            stages.set(Stage::ProxyTls);
            stream = self.encrypt(stream).await.map_err(|error| error.of(self))?;
        }
        stages.set(Stage::Proxy);
        match destination {
            None => http_proxy::connect(stream, host, port, self.credentials.as_ref())
                .await
                .map_err(|error| error.of(self)),
            Some(destination) => {
                self.socks(stream, destination).await.map_err(|error| self.refusal(&error))
            }
        }
    }

    /// Performs the TLS handshake with the proxy. Nothing else is sent before.
    async fn encrypt(&self, stream: Box<dyn Stream>) -> Result<Box<dyn Stream>, DialError> {
        let client = self.tls.as_ref().ok_or_else(|| DialError::lasting("cannot be verified"))?;
        // What this handshake finds out is not about the broker.
        Ok(Box::new(client.connect(stream, &Stages::default()).await?))
    }

    /// The destination that a SOCKS proxy is asked for.
    async fn destination<'a>(
        &self,
        host: &'a str,
        port: u16,
        network: &Network,
        stages: &Stages,
    ) -> Result<Option<TargetAddr<'a>>, DialError> {
        match self.kind {
            ProxyProtocol::Http | ProxyProtocol::Https => Ok(None),
            ProxyProtocol::Socks5h => {
                (host, port).into_target_addr().map(Some).map_err(|error| self.failure(error))
            }
            ProxyProtocol::Socks5 => {
                // Only one address can be tried: the proxy answers only the first request.
                let found = tcp::look_up(host, port, &network.name_servers, stages).await?;
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
        stream: Box<dyn Stream>,
        destination: TargetAddr<'_>,
    ) -> Result<Box<dyn Stream>, SocksError> {
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

    /// A SOCKS proxy's error.
    fn refusal(&self, error: &SocksError) -> DialError {
        use SocksError::{AuthorizationRequired, NoAcceptableAuthMethods};
        match error {
            AuthorizationRequired | NoAcceptableAuthMethods if self.credentials.is_none() => {
                self.failure("requires credentials").hint(credentials::IN_URL)
            }
            error => self.failure(in_words(error)),
        }
    }
}

/// A SOCKS proxy's error (RFC 1928, section 6), as a text that follows the proxy's name.
fn in_words(error: &SocksError) -> String {
    match error {
        SocksError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            "closed the connection without an answer".to_owned()
        }
        SocksError::Io(error) => os_error::plain(error),
        SocksError::NoAcceptableAuthMethods => "requires other authentication".to_owned(),
        SocksError::PasswordAuthFailure(_) => "refused the credentials".to_owned(),
        SocksError::GeneralSocksServerFailure => "cannot connect to the broker".to_owned(),
        SocksError::ConnectionNotAllowedByRuleset => "does not allow this connection".to_owned(),
        SocksError::NetworkUnreachable => "cannot reach the broker's network".to_owned(),
        SocksError::HostUnreachable => "cannot reach the broker".to_owned(),
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
