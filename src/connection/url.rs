//! URLs of brokers and proxies: `mqtt://user:password@host:port/topic`.
//!
//! Not a general URL parser, because everything after the first `/` of a broker's URL is a topic, including `#` and
//! `?`. Errors never show any part of the URL: it may be the password.

mod proxy;
mod topics;

pub use proxy::parse_proxy;
pub use topics::UrlTopics;

use crate::secret::Secret;
use crate::settings::is_host;
use crate::transport::{Scheme, websocket};
use percent_encoding::percent_decode_str;
use std::fmt;
use std::net::Ipv6Addr;
use std::path::PathBuf;

/// A parsed broker URL; missing parts are `None`.
#[derive(Debug)]
pub struct BrokerUrl {
    /// Scheme: TCP, TLS, WebSocket or Unix socket.
    pub scheme: Scheme,
    /// Name or address literal, without brackets; empty for a Unix socket.
    pub host: String,
    /// Port.
    pub port: Option<u16>,
    /// User name, decoded.
    pub username: Option<String>,
    /// Password, decoded.
    pub password: Option<Secret>,
    /// Topic or filter, decoded.
    pub topic: Option<String>,
    /// Path and query of a WebSocket, not decoded.
    pub path: Option<String>,
    /// Path of a Unix socket, decoded.
    pub socket: Option<PathBuf>,
}

/// What is wrong with a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// Unknown scheme.
    Scheme,
    /// Unknown scheme of a proxy.
    ProxyScheme,
    /// Nothing between `//` and the port or path, or an invalid host.
    Host,
    /// An IPv6 address without its closing bracket, or with something after it.
    Brackets,
    /// Not a number from 1 to 65535.
    Port,
    /// A part that is not UTF-8 after decoding.
    Encoding,
    /// A path that is invalid in HTTP.
    Path,
    /// A Unix socket without a path, or with a host.
    Socket,
    /// A proxy with a path.
    ProxyPath,
    /// A user name or password that is empty, too long, or not text.
    ProxyUser,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => {
                "expected mqtt://HOST[:PORT][/TOPIC], mqtts, ws://HOST[:PORT][/PATH], wss or unix:///PATH"
            }
            Self::ProxyScheme => "expected socks5://HOST[:PORT], socks5h, http or https",
            Self::Host => "the host is missing, or cannot be one",
            Self::Brackets => "an IPv6 address is written [ADDRESS]",
            Self::Port => "a port is a number from 1 to 65535",
            Self::Encoding => "percent-encoded text must be UTF-8",
            Self::Path => "the path must be percent-encoded, as in any URL",
            Self::Socket => "a Unix socket is written unix:///PATH",
            Self::ProxyPath => "a proxy has no path",
            Self::ProxyUser => "a SOCKS proxy user needs a name and a password of at most 255 bytes each",
        })
    }
}

impl BrokerUrl {
    /// Parses a URL.
    ///
    /// # Errors
    /// Tells which part is invalid.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let (name, rest) = text.split_once("://").ok_or(UrlError::Scheme)?;
        let scheme = Scheme::named(name).ok_or(UrlError::Scheme)?;
        let end = match scheme.is_websocket() {
            true => rest.find(['/', '?']),
            false => rest.find('/'),
        };
        let (authority, path) = rest.split_at(end.unwrap_or(rest.len()));
        let Authority { user, address } = Authority::split(authority);
        let (username, password) = match user {
            None => (None, None),
            Some((name, password)) => {
                let secret = (!password.is_empty()).then(|| percent_decode_str(password).collect());
                (Some(decode(name)?), secret.map(Secret::new))
            }
        };
        let url = Self {
            scheme,
            host: String::new(),
            port: None,
            username,
            password,
            topic: None,
            path: None,
            socket: None,
        };
        if scheme == Scheme::Unix {
            if !address.is_empty() || path.len() < 2 {
                return Err(UrlError::Socket);
            }
            return Ok(Self { socket: Some(decode(path)?.into()), ..url });
        }
        let (host, port) = split_address(address)?;
        let url = Self { host: decode_host(host)?, port, ..url };
        if scheme.is_websocket() {
            return Ok(Self { path: websocket_path(path)?, ..url });
        }
        let topic = path.strip_prefix('/').filter(|topic| !topic.is_empty());
        Ok(Self { topic: topic.map(decode).transpose()?, ..url })
    }

    /// Whether a `/` in a password seems to have ended the host, so that the user was lost.
    pub fn may_lack_user(&self) -> bool {
        let behind = self.topic.as_ref().or(self.path.as_ref());
        self.username.is_none() && self.port.is_some() && behind.is_some_and(|it| it.contains('@'))
    }

    /// The port, or the default of the scheme; none for a Unix socket.
    pub fn port_or_default(&self) -> Option<u16> {
        self.port.or_else(|| self.scheme.default_port())
    }
}

impl UrlError {
    /// A correction for `text`, if it is clear what was meant.
    pub fn hint(self, text: &str) -> Option<String> {
        // Text before an @ may be a password.
        let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
        if authority.split_once('/').is_some_and(|(_, path)| path.contains('@')) {
            return Some("a / in a user name or password is written %2F".to_owned());
        }
        let is_address = !text.contains("://") && !text.contains('@');
        let meant = format!("mqtt://{text}");
        (self == Self::Scheme && is_address && BrokerUrl::parse(&meant).is_ok())
            .then(|| format!("did you mean {meant}?"))
    }
}

/// The part between `//` and the path.
struct Authority<'a> {
    /// User name and password, not decoded; a missing password is empty.
    user: Option<(&'a str, &'a str)>,
    address: &'a str,
}

impl<'a> Authority<'a> {
    fn split(text: &'a str) -> Self {
        match text.rsplit_once('@') {
            Some((user, address)) => {
                Self { user: Some(user.split_once(':').unwrap_or((user, ""))), address }
            }
            None => Self { user: None, address: text },
        }
    }
}

fn websocket_path(text: &str) -> Result<Option<String>, UrlError> {
    let path = match text {
        "" => return Ok(None),
        query if query.starts_with('?') => format!("/{query}"),
        path => path.to_owned(),
    };
    if websocket::is_path(&path) { Ok(Some(path)) } else { Err(UrlError::Path) }
}

fn split_address(address: &str) -> Result<(&str, Option<u16>), UrlError> {
    let (host, port) = match address.strip_prefix('[') {
        Some(literal) => {
            let (host, rest) = literal.split_once(']').ok_or(UrlError::Brackets)?;
            match rest.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if rest.is_empty() => (host, None),
                None => return Err(UrlError::Brackets),
            }
        }
        None if address.parse::<Ipv6Addr>().is_ok() => return Err(UrlError::Brackets),
        None => match address.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        },
    };
    if !is_host(host) {
        return Err(UrlError::Host);
    }
    Ok((host, port.map(parse_port).transpose()?))
}

/// Parses a port of digits.
pub fn parse_port(text: &str) -> Result<u16, UrlError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits && port != 0 => Ok(port),
        _ => Err(UrlError::Port),
    }
}

/// Decodes a host, which must still be valid afterwards.
fn decode_host(text: &str) -> Result<String, UrlError> {
    decode(text).and_then(|host| if is_host(&host) { Ok(host) } else { Err(UrlError::Host) })
}

fn decode(text: &str) -> Result<String, UrlError> {
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| UrlError::Encoding)?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_found_and_decoded() {
        let url = BrokerUrl::parse("MQTT://us%40er:p%2F%ff@host.example:1884/a/+/%23/b c").unwrap();
        assert_eq!(url.host, "host.example");
        assert_eq!(url.port, Some(1884));
        assert_eq!(url.username.as_deref(), Some("us@er"));
        assert_eq!(url.password.as_ref().map(Secret::expose), Some(&b"p/\xff"[..]));
        assert_eq!(url.topic.as_deref(), Some("a/+/#/b c"));
        assert!(!format!("{url:?}").contains("p/"));
    }

    #[test]
    fn parts_may_be_left_out() {
        let url = BrokerUrl::parse("mqtt://[::1]/").unwrap();
        assert_eq!((url.host.as_str(), url.port, url.topic), ("::1", None, None));
        let url = BrokerUrl::parse("mqtt://[fe80::1]:1").unwrap();
        assert_eq!((url.host.as_str(), url.port), ("fe80::1", Some(1)));
        assert_eq!(BrokerUrl::parse("mqtt://h/#").unwrap().topic.as_deref(), Some("#"));
    }

    #[test]
    fn each_scheme_has_its_own_meaning_of_the_path() {
        let url = BrokerUrl::parse("wss://u:p@h:8081/a%20b?token=x/y").unwrap();
        assert!(url.scheme.is_encrypted() && url.scheme.is_websocket());
        assert_eq!((url.host.as_str(), url.port), ("h", Some(8081)));
        assert_eq!((url.path.as_deref(), url.topic), (Some("/a%20b?token=x/y"), None));
        assert_eq!(BrokerUrl::parse("ws://h?x").unwrap().path.as_deref(), Some("/?x"));
        assert_eq!(BrokerUrl::parse("ws://h").unwrap().path, None);
        let url = BrokerUrl::parse("unix://u:p@/run/a%20b.sock").unwrap();
        assert_eq!(url.socket, Some("/run/a b.sock".into()));
        assert_eq!(url.username.as_deref(), Some("u"));
        assert!(BrokerUrl::parse("mqtts://h/a/b").unwrap().scheme.is_encrypted());
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (text, error) in [
            ("host", UrlError::Scheme),
            ("http://host", UrlError::Scheme),
            ("unix://host/path", UrlError::Socket),
            ("unix://", UrlError::Socket),
            ("ws://h/a b", UrlError::Path),
            ("wss://h/a#b", UrlError::Path),
            ("mqtt://a b", UrlError::Host),
            ("mqtt://", UrlError::Host),
            ("mqtt://:1883", UrlError::Host),
            ("mqtt://[::1", UrlError::Brackets),
            ("mqtt://[::1]x", UrlError::Brackets),
            ("mqtt://::1", UrlError::Brackets),
            ("mqtt://fe80::1:1883/t", UrlError::Brackets),
            ("mqtt://h:0", UrlError::Port),
            ("mqtt://h:", UrlError::Port),
            ("mqtt://h:+1", UrlError::Port),
            ("mqtt://h:65536", UrlError::Port),
            ("mqtt://h/%ff", UrlError::Encoding),
        ] {
            assert_eq!(BrokerUrl::parse(text).map(drop), Err(error), "{text}");
        }
    }
}
