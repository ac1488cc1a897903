//! MQTT as a broker sees it: an independent small codec for 3.1.1 and 5.
//!
//! It is written from the standards and shares nothing with the client, so that a mistake of the
//! client's codec is not repeated here. What a client sends is read strictly: a packet that is
//! malformed, or that no client may send, is a panic that names the rule, because in a simulation
//! it can only be a fault of ours. MQTT 3.1 (`MQIsdp`) is read as 3.1.1.
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
