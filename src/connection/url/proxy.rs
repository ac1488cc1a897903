//! URLs of proxies: `socks5h://user:password@host:port`.

use super::{Authority, UrlError, decode, decode_host, split_address};
use crate::secret::Secret;
use crate::transport::proxy::{Credentials, Proxy, ProxyProtocol};
use percent_encoding::percent_decode_str;

/// Parses a proxy URL, and decodes its credentials.
///
/// # Errors
/// Tells which part is invalid.
pub fn parse_proxy(text: &str) -> Result<Proxy, UrlError> {
    let (scheme, rest) = text.split_once("://").ok_or(UrlError::ProxyScheme)?;
    let (kind, default_port) = match scheme.to_ascii_lowercase().as_str() {
        "socks5" => (ProxyProtocol::Socks5, 1080),
        "socks5h" => (ProxyProtocol::Socks5h, 1080),
        "http" => (ProxyProtocol::Http, 8080),
        "https" => (ProxyProtocol::Https, 443),
        _ => return Err(UrlError::ProxyScheme),
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains('/') {
        return Err(UrlError::ProxyPath);
    }
    let Authority { user, address } = Authority::split(authority);
    let (host, port) = split_address(address)?;
    let credentials = match user {
        None => None,
        Some((name, password)) => {
            let username = decode(name)?;
            let password = Secret::new(percent_decode_str(password).collect());
            let fits = |bytes: &[u8]| (1..=255).contains(&bytes.len());
            let socks = matches!(kind, ProxyProtocol::Socks5 | ProxyProtocol::Socks5h);
            let is_text = std::str::from_utf8(password.expose()).is_ok();
            if socks && !(fits(username.as_bytes()) && fits(password.expose()) && is_text) {
                return Err(UrlError::ProxyUser);
            }
            Some(Credentials { username, password })
        }
    };
    let (host, port) = (decode_host(host)?, port.unwrap_or(default_port));
    Ok(Proxy { kind, host, port, credentials, tls: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_urls_too() {
        let proxy = parse_proxy("socks5h://us%65r:p%40ss@[::1]:9050").unwrap();
        assert_eq!(
            (proxy.kind, proxy.host.as_str(), proxy.port),
            (ProxyProtocol::Socks5h, "::1", 9050)
        );
        let credentials = proxy.credentials.unwrap();
        assert_eq!(
            (credentials.username.as_str(), credentials.password.expose()),
            ("user", &b"p@ss"[..])
        );
        assert_eq!(parse_proxy("SOCKS5://h").unwrap().port, 1080);
        assert_eq!(parse_proxy("http://h/").unwrap().port, 8080);
        let proxy = parse_proxy("https://:p@h").unwrap();
        assert_eq!((proxy.kind, proxy.port), (ProxyProtocol::Https, 443));
        for (text, error) in [
            ("ftp://h", UrlError::ProxyScheme),
            ("h:1080", UrlError::ProxyScheme),
            ("http://h/path", UrlError::ProxyPath),
            ("socks5://u@h", UrlError::ProxyUser),
            ("socks5://:1080", UrlError::Host),
        ] {
            assert_eq!(parse_proxy(text).map(drop), Err(error), "{text}");
        }
    }
}
