//! The wire: MQTT packets as bytes, for 3.1, 3.1.1 and 5.
//!
//! What goes out is written by rumqttc's packet types, except CONNECT. What comes in is read here,
//! strictly and borrowing from the network buffer, because rumqttc 0.25.1 cannot be trusted with it;
//! this module absorbs its quirks:
//!
//! | # | rumqttc 0.25.1 | here |
//! |---|---|---|
//! | 1 | a DISCONNECT of only a reason code, and a 3.1.1 CONNACK answering a version 5 CONNECT, are swallowed as "incomplete" | [`decode`] reads both |
//! | 2 | "insufficient bytes" inside a complete frame | malformed, never "wait for more" |
//! | 3 | PUBLISH with several subscription identifiers corrupts the payload | [`crate::property`] |
//! | 4 | CONNECT: no MQTT 3.1, password must be UTF-8, empty user name written wrongly | [`connect`] writes it |
//! | 5 | AUTH is not decoded | [`Packet::Auth`] |
//! | 6 | strings over 65,535 bytes are truncated | [`crate::topic`] and [`connect::Connect`] check before |
//! | 7 | a topic that is not UTF-8: an error in v4, passed through in v5 | the same violation for both |
//! | 8 | unknown reason codes are decode errors without the code | a violation that shows the code |
//! | 9 | topic aliases are not checked or resolved | `inbound` |
//! | 10 | its `matches` panics on some topics | [`crate::topic::matches`] |
//! | 11 | its option types print passwords | [`connect`] has no `Debug`; the trace is `trace` |
//!
//! Besides: property blocks that overrun their length, repeated and misplaced properties, and
//! reserved flags are accepted by rumqttc and refused here.
//! Knows nothing of time, sockets or session state.

pub mod connect;
pub mod decode;
pub mod encode;

pub use connect::Connect;
pub use decode::{Ack, AckKind, Body, ConnAck, Frame, Packet, Published, Violation, check_header};

use std::fmt;

/// A version of MQTT, as the protocol level of CONNECT.
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

#[cfg(test)]
mod tests;
