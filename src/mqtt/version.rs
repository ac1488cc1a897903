//! The versions of MQTT.

use std::fmt;

/// A version of MQTT; its number is the protocol level of CONNECT ([MQTT 5, 3.1.2.2]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// MQTT 3.1 (`MQIsdp`).
    V31 = 3,
    /// MQTT 3.1.1.
    V311 = 4,
    /// MQTT 5.
    V5 = 5,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V31 => "MQTT 3.1",
            Self::V311 => "MQTT 3.1.1",
            Self::V5 => "MQTT 5",
        })
    }
}
