//! The broker's address, and its URL.

use super::scheme::Scheme;
use std::fmt;
use std::path::PathBuf;

/// A network address, a domain with brokers, or a Unix socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Name or address literal, without brackets, and a port from 1 to 65535.
    Host(String, u16),
    /// A domain whose SRV records tell the hosts and ports.
    Service(String),
    /// A Unix socket.
    Socket(PathBuf),
}

/// The broker's address, and what MQTT runs over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Host and port, domain, or socket.
    pub place: Place,
    /// Whether to use TLS.
    pub encrypted: bool,
    /// The path of the WebSocket, starting with `/`; without one, it is plain MQTT.
    pub websocket: Option<String>,
}

impl Target {
    /// Plain MQTT over TCP.
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Self { place: Place::Host(host.into(), port), encrypted: false, websocket: None }
    }

    /// The port, if there is one.
    pub fn port(&self) -> Option<u16> {
        match self.place {
            Place::Host(_, port) => Some(port),
            Place::Service(_) | Place::Socket(_) => None,
        }
    }

    /// The host, or the domain, as the user named it.
    pub fn host(&self) -> Option<&str> {
        match &self.place {
            Place::Host(host, _) | Place::Service(host) => Some(host),
            Place::Socket(_) => None,
        }
    }

    /// The URL scheme.
    pub fn scheme(&self) -> Scheme {
        match self.place {
            Place::Socket(_) => Scheme::Unix,
            Place::Host(..) | Place::Service(_) => {
                Scheme::over_network(self.encrypted, self.websocket.is_some())
            }
        }
    }

    /// `host:port`, with brackets around an IPv6 address; a domain without port; empty for a socket.
    pub fn authority(&self) -> String {
        match &self.place {
            Place::Host(host, port) => authority(host, *port),
            Place::Service(domain) => domain.clone(),
            Place::Socket(_) => String::new(),
        }
    }
}

/// `host:port`, with brackets around an IPv6 address.
pub(super) fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// The host without the interface of a link-local address, which means nothing to anybody else ([RFC 6874, 4]).
pub fn without_interface(host: &str) -> &str {
    match host.split_once('%') {
        Some((address, _)) if address.contains(':') => address,
        _ => host,
    }
}

impl fmt::Display for Target {
    /// The URL without user information and query, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme().name(), self.authority())?;
        match (&self.place, &self.websocket) {
            (Place::Socket(path), _) => write!(f, "{}", path.display()),
            (_, Some(path)) => f.write_str(path.split('?').next().unwrap_or_default()),
            (_, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_shown_as_a_url_without_secrets() {
        let mut target = Target::tcp("::1", 1883);
        assert_eq!(target.to_string(), "mqtt://[::1]:1883");
        target.encrypted = true;
        target.websocket = Some("/mqtt?token=secret".to_owned());
        assert_eq!(target.to_string(), "wss://[::1]:1883/mqtt");
        let place = Place::Service("lab.example".to_owned());
        assert_eq!(Target { place, ..Target::tcp("", 0) }.to_string(), "mqtt://lab.example");
        target.place = Place::Socket("/run/mosquitto.sock".into());
        assert_eq!(target.to_string(), "unix:///run/mosquitto.sock");
    }
}
