//! Messages: quality of service, the envelope of a published message, and a received message, borrowed from the network
//! buffer.

use crate::property::{Block, Id, OwnedProperties, Properties};
use crate::topic::TopicName;
use std::fmt;
use std::str::FromStr;

/// The largest remaining length in MQTT, in bytes ([MQTT 5, 1.5.5]).
pub const MAX_REMAINING_LENGTH: usize = 268_435_455;

/// Quality of service of a delivery ([MQTT 5, 4.3]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum QoS {
    /// 0: sent once, never acknowledged.
    #[default]
    AtMostOnce = 0,
    /// 1: acknowledged with PUBACK; may arrive more than once.
    AtLeastOnce = 1,
    /// 2: PUBREC, PUBREL, PUBCOMP; arrives once.
    ExactlyOnce = 2,
}

impl QoS {
    /// The QoS for 0, 1 or 2.
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::AtMostOnce),
            1 => Some(Self::AtLeastOnce),
            2 => Some(Self::ExactlyOnce),
            _ => None,
        }
    }

    /// The QoS as a number.
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for QoS {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

impl FromStr for QoS {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "0" => Ok(Self::AtMostOnce),
            "1" => Ok(Self::AtLeastOnce),
            "2" => Ok(Self::ExactlyOnce),
            _ => Err("a QoS is 0, 1 or 2".to_owned()),
        }
    }
}

/// The MQTT 5 properties of a message to publish ([MQTT 5, 3.3.2.3]). Texts do not contain NUL; texts and binary data
/// are at most 65,535 bytes long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishProperties {
    /// Whether the payload is declared to be UTF-8 text.
    pub payload_utf8: Option<bool>,
    /// Lifetime of the message in seconds.
    pub message_expiry: Option<u32>,
    /// Content type of the payload.
    pub content_type: Option<String>,
    /// Topic for replies.
    pub response_topic: Option<TopicName>,
    /// Connects a reply to its request.
    pub correlation_data: Option<Vec<u8>>,
    /// User properties, in order.
    pub user_properties: Vec<(String, String)>,
}

impl PublishProperties {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds them to a property block.
    pub fn put(&self, block: &mut Block) {
        if let Some(is_text) = self.payload_utf8 {
            block.number(Id::PayloadFormat, is_text.into());
        }
        if let Some(seconds) = self.message_expiry {
            block.number(Id::MessageExpiry, seconds);
        }
        if let Some(text) = &self.content_type {
            block.bytes(Id::ContentType, text.as_bytes());
        }
        if let Some(topic) = &self.response_topic {
            block.bytes(Id::ResponseTopic, topic.as_str().as_bytes());
        }
        if let Some(bytes) = &self.correlation_data {
            block.bytes(Id::CorrelationData, bytes);
        }
        block.pairs(&self.user_properties);
    }

    /// Total size of texts and binary data in bytes.
    fn size(&self) -> usize {
        let pairs = self.user_properties.iter().map(|(name, value)| name.len() + value.len());
        pairs.sum::<usize>()
            + self.content_type.as_ref().map_or(0, String::len)
            + self.response_topic.as_ref().map_or(0, |topic| topic.as_str().len())
            + self.correlation_data.as_ref().map_or(0, Vec::len)
    }
}

/// Everything about a message to publish except its payload. Many messages share one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The topic to publish to.
    pub topic: TopicName,
    /// Quality of service.
    pub qos: QoS,
    /// Whether the broker stores it for later subscribers.
    pub retain: bool,
    /// Properties; MQTT 5 only.
    pub properties: PublishProperties,
}

impl Envelope {
    /// An envelope without properties.
    pub fn new(topic: TopicName, qos: QoS, retain: bool) -> Self {
        Self { topic, qos, retain, properties: PublishProperties::default() }
    }

    /// Total size of texts and binary data in bytes.
    pub fn size(&self) -> usize {
        self.topic.as_str().len() + self.properties.size()
    }
}

/// The message that the broker publishes unless the client ends the connection with a normal DISCONNECT (reason 0x00)
/// ([MQTT 5, 3.1.2.5]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    /// Topic, QoS and retain flag.
    pub envelope: Envelope,
    /// Payload; at most 65,535 bytes.
    pub payload: Vec<u8>,
    /// Seconds that the broker waits before it publishes the will; MQTT 5 only.
    pub delay: Option<u32>,
}

/// A received message, borrowed from the network buffer. All parts have been validated.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The topic: no wildcards, no NUL, not empty.
    pub topic: &'a str,
    /// The payload: any bytes.
    pub payload: &'a [u8],
    /// The QoS of the delivery.
    pub qos: QoS,
    /// Whether the broker had stored it (or, if the subscription keeps the flag as published, was asked to).
    pub retain: bool,
    /// Whether the broker has tried to deliver it before.
    pub dup: bool,
    /// Packet id; 0 at QoS 0.
    pub packet_id: u16,
    /// Properties; empty before MQTT 5.
    pub properties: Properties<'a>,
}

impl Message<'_> {
    /// Size in bytes of the parts with variable length.
    pub fn size(&self) -> usize {
        self.payload.len() + self.properties.size()
    }
}

/// A copy of a received message.
#[derive(Clone, Debug)]
pub struct OwnedMessage {
    topic: Box<str>,
    payload: Box<[u8]>,
    qos: QoS,
    retain: bool,
    dup: bool,
    packet_id: u16,
    properties: OwnedProperties,
}

impl OwnedMessage {
    /// The message, borrowed from the copy.
    pub fn view(&self) -> Message<'_> {
        Message {
            topic: &self.topic,
            payload: &self.payload,
            qos: self.qos,
            retain: self.retain,
            dup: self.dup,
            packet_id: self.packet_id,
            properties: self.properties.view(),
        }
    }
}

impl From<&Message<'_>> for OwnedMessage {
    fn from(message: &Message<'_>) -> Self {
        Self {
            topic: message.topic.into(),
            payload: message.payload.into(),
            qos: message.qos,
            retain: message.retain,
            dup: message.dup,
            packet_id: message.packet_id,
            properties: message.properties.into(),
        }
    }
}
