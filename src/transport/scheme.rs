//! What MQTT runs over, by the name that a URL gives it: one table of everything that follows from the name.

/// What MQTT runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// TCP.
    Mqtt,
    /// TLS.
    Mqtts,
    /// WebSocket.
    Ws,
    /// WebSocket over TLS.
    Wss,
    /// A Unix socket.
    Unix,
}

/// What is to be known of a scheme.
struct Row {
    scheme: Scheme,
    name: &'static str,
    /// What other programs call it.
    alias: Option<&'static str>,
    /// Where brokers listen; nothing for a Unix socket.
    port: Option<u16>,
    encrypted: bool,
    websocket: bool,
}

const TABLE: [Row; 5] = [
    Row {
        scheme: Scheme::Mqtt,
        name: "mqtt",
        alias: Some("tcp"),
        port: Some(1883),
        encrypted: false,
        websocket: false,
    },
    Row {
        scheme: Scheme::Mqtts,
        name: "mqtts",
        alias: Some("ssl"),
        port: Some(8883),
        encrypted: true,
        websocket: false,
    },
    Row {
        scheme: Scheme::Ws,
        name: "ws",
        alias: None,
        port: Some(80),
        encrypted: false,
        websocket: true,
    },
    Row {
        scheme: Scheme::Wss,
        name: "wss",
        alias: None,
        port: Some(443),
        encrypted: true,
        websocket: true,
    },
    Row {
        scheme: Scheme::Unix,
        name: "unix",
        alias: None,
        port: None,
        encrypted: false,
        websocket: false,
    },
];

impl Scheme {
    /// The one of this name or alias, in upper or lower case.
    pub fn named(name: &str) -> Option<Self> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        TABLE.iter().find(|row| is(row.name) || row.alias.is_some_and(is)).map(|row| row.scheme)
    }

    /// What reaches a port of a host like this.
    pub fn over_network(encrypted: bool, websocket: bool) -> Self {
        let fits = |row: &&Row| {
            row.port.is_some() && row.encrypted == encrypted && row.websocket == websocket
        };
        TABLE.iter().find(fits).map_or(Self::Mqtt, |row| row.scheme)
    }

    fn row(self) -> &'static Row {
        // Every scheme has a row, as a test says.
        TABLE.iter().find(|row| row.scheme == self).unwrap_or(&TABLE[0])
    }

    /// As it stands in a URL.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The port where nothing else is said; none for a Unix socket.
    pub fn default_port(self) -> Option<u16> {
        self.row().port
    }

    /// Whether it is TLS.
    pub fn is_encrypted(self) -> bool {
        self.row().encrypted
    }

    /// Whether it is a WebSocket.
    pub fn is_websocket(self) -> bool {
        self.row().websocket
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_is_found_by_its_name_and_by_what_it_is() {
        for scheme in [Scheme::Mqtt, Scheme::Mqtts, Scheme::Ws, Scheme::Wss, Scheme::Unix] {
            assert_eq!(scheme.row().scheme, scheme);
            assert_eq!(Scheme::named(&scheme.name().to_uppercase()), Some(scheme));
            if scheme.default_port().is_some() {
                let (encrypted, websocket) = (scheme.is_encrypted(), scheme.is_websocket());
                assert_eq!(Scheme::over_network(encrypted, websocket), scheme);
            }
        }
        assert_eq!(Scheme::named("tcp"), Some(Scheme::Mqtt));
        assert_eq!(Scheme::named("SSL"), Some(Scheme::Mqtts));
        assert_eq!(Scheme::named("http"), None);
    }
}
