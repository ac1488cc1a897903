//! MQTT packets as bytes, for 3.1, 3.1.1 and 5.
//!
//! Packets from the broker are parsed strictly and borrow from the network buffer. SUBSCRIBE, UNSUBSCRIBE and
//! acknowledgements are written with rumqttc's packet types; CONNECT, PUBLISH, AUTH and DISCONNECT by hand. The defects
//! of rumqttc 0.25.1 are worked around here:
//!
//! | # | rumqttc 0.25.1 | here |
//! |---|---|---|
//! | 1 | swallows a DISCONNECT of only a reason code, and a 3.1.1 CONNACK answering a version 5 CONNECT, as "incomplete" | [`decode`] reads both |
//! | 2 | reports "insufficient bytes" inside a complete frame | malformed, never "wait for more" |
//! | 3 | corrupts the payload of a PUBLISH with several subscription identifiers | [`crate::property`] |
//! | 4 | CONNECT: no MQTT 3.1, password must be UTF-8, empty user name written wrongly | [`connect`] writes it |
//! | 5 | has no AUTH | [`Packet::Auth`], [`encode::auth`] |
//! | 6 | truncates strings over 65,535 bytes | [`crate::topic`] and [`Connect`] check before |
//! | 7 | a topic that is not UTF-8 is an error in v4 and passes in v5 | the same violation for both |
//! | 8 | reports unknown reason codes without the code | a violation that shows the code |
//! | 9 | neither checks nor resolves topic aliases | `aliases` |
//! | 10 | `matches` panics on some topics | [`crate::topic::matches`] |
//! | 11 | prints passwords with `{:?}` | [`connect`] has no `Debug`; the trace is `trace` |
//!
//! rumqttc also accepts property blocks that overrun their length, repeated and misplaced properties, and reserved
//! flags; all are refused here.

pub mod connect;
pub mod decode;
pub mod encode;
pub mod publish;

pub use connect::Connect;
pub use decode::{Ack, AckKind, Body, ConnAck, Frame, Packet, Published, Violation, check_header};
pub use publish::PublishWriter;

#[cfg(test)]
mod tests;
