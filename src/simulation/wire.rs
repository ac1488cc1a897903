//! MQTT from a broker's point of view: a small, independent codec for 3.1.1 and 5.
//!
//! It is written from the standards and shares no code with the client, so that it does not repeat mistakes of the
//! client's codec. The client's packets are parsed strictly: a packet that is malformed, or that a client must not
//! send, causes a panic that names the rule, because in a simulation it can only be our fault. MQTT 3.1 (`MQIsdp`) is
//! parsed as 3.1.1.
//!
//! ```text
//!  bytes ─► Decoder ─► ClientPacket        BrokerPacket ─► write ─► bytes
//! ```

mod decode;
mod encode;
mod filter;
mod packet;
mod properties;
mod reader;
#[cfg(test)]
mod tests;

pub use decode::Decoder;
pub use encode::{write_binary, write_length, write_string};
pub use filter::{matches, shared_filter};
pub use packet::{
    Ack, AckKind, BrokerPacket, ClientPacket, Connect, Filter, Message, Publish, Subscribe, Version,
};
