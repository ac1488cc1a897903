//! The properties of MQTT 5 (2.2.2.2): which packet may contain which, how often, and with which value.

use super::reader::Reader;
use bytes::Bytes;

/// The packets of a client that have properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    Connect,
    Will,
    Publish,
    Ack,
    Subscribe,
    Unsubscribe,
    Disconnect,
}

/// The properties that the simulation uses; the others are only checked.
#[derive(Debug, Default)]
pub struct Properties {
    /// All of them except the topic alias, as written.
    pub forwarded: Vec<u8>,
    pub session_expiry: Option<u32>,
    pub receive_maximum: Option<u16>,
    pub topic_alias: Option<u16>,
    pub response_topic: Option<String>,
    pub correlation: Option<Bytes>,
    pub subscription_identifier: Option<u32>,
    pub authentication_method: bool,
}

const USER_PROPERTY: u8 = 0x26;
const TOPIC_ALIAS: u8 = 0x23;

impl Properties {
    /// Reads the length and the properties of a packet.
    pub fn read(reader: &mut Reader<'_>, carrier: Carrier) -> Self {
        let length = reader.length();
        let block = reader.bytes(length);
        let mut rest = Reader::new(name(carrier), block);
        let mut properties = Self::default();
        let mut seen = Vec::new();
        while !rest.is_empty() {
            let before = rest.rest();
            let id = rest.u8();
            rest.require(allowed(carrier).contains(&id), &format!("property 0x{id:02x}"));
            let twice = seen.contains(&id) && id != USER_PROPERTY;
            rest.require(!twice, &format!("property 0x{id:02x} twice"));
            seen.push(id);
            properties.value(id, &mut rest);
            if id != TOPIC_ALIAS {
                let written = &before[..before.len() - rest.rest().len()];
                properties.forwarded.extend_from_slice(written);
            }
        }
        properties
    }

    fn value(&mut self, id: u8, rest: &mut Reader<'_>) {
        match id {
            0x01 | 0x17 | 0x19 => {
                rest.flag();
            }
            0x02 | 0x18 => {
                rest.u32();
            }
            0x03 | 0x1f => {
                rest.string();
            }
            0x08 => {
                let topic = rest.string();
                let wild = topic.contains(['+', '#']);
                rest.require(!wild, "a response topic with wildcards [MQTT-3.3.2-14]");
                rest.require(!topic.is_empty(), "an empty response topic");
                self.response_topic = Some(topic);
            }
            0x09 => self.correlation = Some(Bytes::copy_from_slice(rest.binary())),
            0x0b => self.subscription_identifier = Some(identifier(rest)),
            0x11 => self.session_expiry = Some(rest.u32()),
            0x15 => {
                rest.string();
                self.authentication_method = true;
            }
            0x16 => {
                rest.require(self.authentication_method, "authentication data without a method");
                rest.binary();
            }
            0x21 => self.receive_maximum = Some(positive(rest, "Receive Maximum 0")),
            0x22 => {
                rest.u16();
            }
            TOPIC_ALIAS => {
                self.topic_alias = Some(positive(rest, "topic alias 0 [MQTT-3.3.2-8]"));
            }
            USER_PROPERTY => {
                rest.string();
                rest.string();
            }
            0x27 => {
                let size = rest.u32();
                rest.require(size != 0, "Maximum Packet Size 0");
            }
            other => rest.illegal(&format!("property 0x{other:02x}")),
        }
    }
}

fn positive(rest: &mut Reader<'_>, rule: &str) -> u16 {
    let number = rest.u16();
    rest.require(number != 0, rule);
    number
}

fn identifier(rest: &mut Reader<'_>) -> u32 {
    let identifier = rest.length();
    rest.require(identifier != 0, "Subscription Identifier 0");
    u32::try_from(identifier).expect("a Variable Byte Integer has 28 bits")
}

fn name(carrier: Carrier) -> &'static str {
    match carrier {
        Carrier::Connect => "CONNECT (properties)",
        Carrier::Will => "CONNECT (will properties)",
        Carrier::Publish => "PUBLISH (properties)",
        Carrier::Ack => "acknowledgement (properties)",
        Carrier::Subscribe => "SUBSCRIBE (properties)",
        Carrier::Unsubscribe => "UNSUBSCRIBE (properties)",
        Carrier::Disconnect => "DISCONNECT (properties)",
    }
}

fn allowed(carrier: Carrier) -> &'static [u8] {
    match carrier {
        Carrier::Connect => &[0x11, 0x15, 0x16, 0x17, 0x19, 0x21, 0x22, 0x26, 0x27],
        Carrier::Will => &[0x01, 0x02, 0x03, 0x08, 0x09, 0x18, 0x26],
        // A client must not send a Subscription Identifier here [MQTT-3.3.4-6].
        Carrier::Publish => &[0x01, 0x02, 0x03, 0x08, 0x09, 0x23, 0x26],
        Carrier::Ack => &[0x1f, 0x26],
        Carrier::Subscribe => &[0x0b, 0x26],
        Carrier::Unsubscribe => &[0x26],
        // Only a broker sends a Server Reference (0x1c).
        Carrier::Disconnect => &[0x11, 0x1f, 0x26],
    }
}
