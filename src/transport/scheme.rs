//! URL schemes: one table of everything that follows from the scheme.

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

/// A scheme, its name, its alias in other programs, its default port (none for a Unix socket), and whether it uses TLS
/// and WebSocket.
type Row = (Scheme, &'static str, Option<&'static str>, Option<u16>, bool, bool);

const TABLE: [Row; 5] = [
    (Scheme::Mqtt, "mqtt", Some("tcp"), Some(1883), false, false),
    (Scheme::Mqtts, "mqtts", Some("ssl"), Some(8883), true, false),
    (Scheme::Ws, "ws", None, Some(80), false, true),
    (Scheme::Wss, "wss", None, Some(443), true, true),
    (Scheme::Unix, "unix", None, None, false, false),
];

impl Scheme {
    /// The scheme with this name or alias, in upper or lower case.
    pub fn named(name: &str) -> Option<Self> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        TABLE.iter().find(|row| is(row.1) || row.2.is_some_and(is)).map(|row| row.0)
    }

    /// The scheme of a network connection.
    pub fn over_network(encrypted: bool, websocket: bool) -> Self {
        let fits = |row: &&Row| row.3.is_some() && (row.4, row.5) == (encrypted, websocket);
        TABLE.iter().find(fits).map_or(Self::Mqtt, |row| row.0)
    }

    fn row(self) -> &'static Row {
        // Every scheme has a row, as a test checks.
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[0])
    }

    /// Its name in a URL.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The default port; none for a Unix socket.
    pub fn default_port(self) -> Option<u16> {
        self.row().3
    }

    /// Whether it uses TLS.
    pub fn is_encrypted(self) -> bool {
        self.row().4
    }

    /// Whether it uses WebSocket.
    pub fn is_websocket(self) -> bool {
        self.row().5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_is_found_by_its_name_and_by_what_it_is() {
        for scheme in [Scheme::Mqtt, Scheme::Mqtts, Scheme::Ws, Scheme::Wss, Scheme::Unix] {
            assert_eq!(scheme.row().0, scheme);
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
