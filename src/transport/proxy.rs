//! Proxies: SOCKS5 (RFC 1928, 1929) and HTTP CONNECT (RFC 9110, section 9.3.6).

use super::{DialError, Stage, http_proxy, tcp};
use crate::secret::Secret;
use std::cell::Cell;
use std::fmt;
use std::net::IpAddr;
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

/// Who we are to a proxy.
#[derive(Debug)]
pub struct Credentials {
    /// User name; 1 to 255 bytes for SOCKS5, without a colon for HTTP.
    pub username: String,
    /// Password; 1 to 255 bytes of UTF-8 for SOCKS5.
    pub password: Secret,
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
        bind: Option<IpAddr>,
        stage: &Cell<Stage>,
    ) -> Result<TcpStream, DialError> {
        let stream = tcp::connect(&self.host, self.port, bind)
            .await
            .map_err(|error| DialError::new(format!("cannot reach {self}: {error}")))?;
        stage.set(Stage::Proxy);
        let destination = match self.kind {
            Kind::Http => {
                let credentials = self.credentials.as_ref();
                return http_proxy::connect(stream, host, port, credentials)
                    .await
                    .map_err(|error| self.failure(error));
            }
            Kind::Socks5h => {
                (host, port).into_target_addr().map_err(|error| self.failure(error))?
            }
            Kind::Socks5 => {
                // One address must do: the proxy answers for the first that is asked of it.
                let found = tcp::addresses(host, port).await?;
                let v4_first = found.iter().find(|address| address.is_ipv4()).or(found.first());
                match v4_first {
                    Some(address) => TargetAddr::Ip(*address),
                    None => return Err(DialError::new(format!("unknown host {host}"))),
                }
            }
        };
        self.socks(stream, destination).await.map_err(|error| self.failure(error))
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

    fn failure(&self, error: impl fmt::Display) -> DialError {
        let text = error.to_string();
        let text = text.split(" (os error ").next().unwrap_or_default();
        DialError::new(format!("{self}: {text}"))
    }
}

impl fmt::Display for Proxy {
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (&self.host, self.port);
        if host.contains(':') {
            write!(f, "proxy [{host}]:{port}")
        } else {
            write!(f, "proxy {host}:{port}")
        }
    }
}
