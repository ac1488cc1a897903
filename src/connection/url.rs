//! Broker addresses as URLs: `mqtt://user:password@host:port/topic`.
//!
//! Written for MQTT's meaning of a URL: everything behind the first `/` is a topic, `#` and `?`
//! included, which a general URL parser would take for something else. An error never shows the
//! user information.

use crate::secret::Secret;
use percent_encoding::percent_decode_str;
use std::fmt;

/// What a URL says; parts it does not have are `None`.
#[derive(Debug)]
pub struct BrokerUrl {
    /// Name or address literal, without brackets.
    pub host: String,
    /// Port.
    pub port: Option<u16>,
    /// Decoded user name.
    pub username: Option<String>,
    /// Decoded password.
    pub password: Option<Secret>,
    /// Decoded topic or filter.
    pub topic: Option<String>,
}

/// What is wrong with a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// Not `mqtt://…`.
    Scheme,
    /// Nothing between `//` and the port or path.
    Host,
    /// An IPv6 literal without its closing bracket, or something behind it.
    Brackets,
    /// Not a number from 1 to 65535.
    Port,
    /// A part that is not UTF-8 when decoded.
    Encoding,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "expected mqtt://HOST[:PORT][/TOPIC]",
            Self::Host => "the host is missing",
            Self::Brackets => "an IPv6 address is written [ADDRESS]",
            Self::Port => "a port is a number from 1 to 65535",
            Self::Encoding => "percent-encoded text must be UTF-8",
        })
    }
}

impl BrokerUrl {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// Says which part cannot be.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Scheme)?;
        if !scheme.eq_ignore_ascii_case("mqtt") {
            return Err(UrlError::Scheme);
        }
        let (authority, topic) = match rest.split_once('/') {
            Some((authority, topic)) => (authority, (!topic.is_empty()).then_some(topic)),
            None => (rest, None),
        };
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority),
        };
        let (host, port) = split_address(address)?;
        let (username, password) = match user.map(|user| user.split_once(':').unwrap_or((user, "")))
        {
            None => (None, None),
            Some((name, password)) => {
                let secret = (!password.is_empty()).then(|| percent_decode_str(password).collect());
                (Some(decode(name)?), secret.map(Secret::new))
            }
        };
        let topic = topic.map(decode).transpose()?;
        Ok(Self { host: decode(host)?, port, username, password, topic })
    }
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
        None => match address.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        },
    };
    if host.is_empty() {
        return Err(UrlError::Host);
    }
    Ok((host, port.map(parse_port).transpose()?))
}

fn parse_port(text: &str) -> Result<u16, UrlError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits && port != 0 => Ok(port),
        _ => Err(UrlError::Port),
    }
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
    fn what_cannot_be_is_named() {
        for (text, error) in [
            ("host", UrlError::Scheme),
            ("http://host", UrlError::Scheme),
            ("mqtt://", UrlError::Host),
            ("mqtt://:1883", UrlError::Host),
            ("mqtt://[::1", UrlError::Brackets),
            ("mqtt://[::1]x", UrlError::Brackets),
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
