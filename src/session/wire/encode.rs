//! Packets to the broker, written into one shared buffer: PUBLISH here, most others by rumqttc's
//! packet types.
//!
//! PUBLISH is a template, of which only id, payload and DUP change from message to message.
//! Callers pass only what has been checked (topics, lengths, packet ids), so the codec cannot fail;
//! what it reports all the same is kept as an [`EncodeError`] instead of a panic.

use super::Version;
use crate::message::{Envelope, PublishProperties, QoS};
use crate::property::{Block, Id, put_binary, put_varint};
use crate::session::options::Parting;
use crate::session::reason::Reason;
use crate::session::subscription::{Interest, RetainHandling, Subscription};
use crate::topic::TopicFilter;
use bytes::{BufMut, BytesMut};
use rumqttc::mqttbytes::{QoS as OldQoS, v4};
use rumqttc::v5::mqttbytes::{QoS as NewQoS, v5};
use std::fmt;

/// The codec refused to write a packet: a bug here, never the user's or the broker's doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError(String);

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a packet could not be encoded: {}", self.0)
    }
}

fn checked<T, E: fmt::Display>(result: Result<T, E>) -> Result<(), EncodeError> {
    result.map(drop).map_err(|error| EncodeError(error.to_string()))
}

fn old_qos(qos: QoS) -> OldQoS {
    match qos {
        QoS::AtMostOnce => OldQoS::AtMostOnce,
        QoS::AtLeastOnce => OldQoS::AtLeastOnce,
        QoS::ExactlyOnce => OldQoS::ExactlyOnce,
    }
}

fn new_qos(qos: QoS) -> NewQoS {
    match qos {
        QoS::AtMostOnce => NewQoS::AtMostOnce,
        QoS::AtLeastOnce => NewQoS::AtLeastOnce,
        QoS::ExactlyOnce => NewQoS::ExactlyOnce,
    }
}

/// Bytes of a variable byte integer ([MQTT 5, 1.5.5]).
fn varint_size(value: usize) -> usize {
    match value {
        0..128 => 1,
        128..16_384 => 2,
        16_384..2_097_152 => 3,
        _ => 4,
    }
}

/// Bytes of a packet with `remaining` bytes behind its fixed header.
pub fn packet_size(remaining: usize) -> usize {
    1 + varint_size(remaining) + remaining
}

/// How a PUBLISH names its topic ([MQTT 5, 3.3.2.3.4]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By its name.
    Name,
    /// By its name, which from now on this alias stands for.
    Define(u16),
    /// By an alias.
    Alias(u16),
}

/// A PUBLISH that is filled in and written again and again: all messages of one [`Envelope`].
pub struct Template {
    /// Type and flags, but for DUP.
    first: u8,
    /// Whether there is a packet id.
    has_id: bool,
    topic: Vec<u8>,
    /// With their length; empty below MQTT 5, which has none.
    properties: Vec<u8>,
}

impl Template {
    /// Prepares the packet for `envelope`. Below MQTT 5 there are neither properties nor aliases.
    pub fn new(version: Version, envelope: &Envelope, form: Form) -> Self {
        let qos = envelope.qos;
        let first = 0x30 | qos.number() << 1 | u8::from(envelope.retain);
        let name = match form {
            Form::Alias(_) => "",
            Form::Name | Form::Define(_) => envelope.topic.as_str(),
        };
        let mut topic = Vec::with_capacity(2 + name.len());
        put_binary(&mut topic, name.as_bytes());
        let properties = match version {
            Version::V5 => {
                let mut block = Block::default();
                if let Form::Define(alias) | Form::Alias(alias) = form {
                    block.number(Id::TopicAlias, alias.into());
                }
                put_message_properties(&envelope.properties, &mut block);
                block.finish()
            }
            Version::V31 | Version::V311 => Vec::new(),
        };
        Self { first, has_id: qos != QoS::AtMostOnce, topic, properties }
    }

    /// Bytes behind the fixed header, and of the whole packet, with a payload of that many bytes.
    pub fn size(&self, payload: usize) -> (usize, usize) {
        let id = if self.has_id { 2 } else { 0 };
        let remaining = self.topic.len() + id + self.properties.len() + payload;
        (remaining, packet_size(remaining))
    }

    /// Appends the packet to `out`; `packet_id` is not written at QoS 0.
    pub fn write(&self, out: &mut BytesMut, payload: &[u8], packet_id: u16, dup: bool) {
        let (remaining, size) = self.size(payload.len());
        out.reserve(size);
        out.put_u8(self.first | u8::from(dup) << 3);
        put_varint(out, remaining);
        out.put_slice(&self.topic);
        if self.has_id {
            out.put_u16(packet_id);
        }
        out.put_slice(&self.properties);
        out.put_slice(payload);
    }
}

/// Adds the properties of a message, or of a will.
pub(super) fn put_message_properties(properties: &PublishProperties, block: &mut Block) {
    if let Some(is_text) = properties.payload_utf8 {
        block.number(Id::PayloadFormat, is_text.into());
    }
    if let Some(seconds) = properties.message_expiry {
        block.number(Id::MessageExpiry, seconds);
    }
    if let Some(text) = &properties.content_type {
        block.bytes(Id::ContentType, text.as_bytes());
    }
    if let Some(topic) = &properties.response_topic {
        block.bytes(Id::ResponseTopic, topic.as_str().as_bytes());
    }
    if let Some(bytes) = &properties.correlation_data {
        block.bytes(Id::CorrelationData, bytes);
    }
    block.pairs(&properties.user_properties);
}

/// Appends PUBACK.
pub fn puback(out: &mut BytesMut, packet_id: u16) -> Result<(), EncodeError> {
    checked(v4::PubAck::new(packet_id).write(out))
}

/// Appends PUBREC.
pub fn pubrec(out: &mut BytesMut, packet_id: u16) -> Result<(), EncodeError> {
    checked(v4::PubRec::new(packet_id).write(out))
}

/// Appends PUBREL; `known` is false where the id is not in use here, which MQTT 5 can tell.
pub fn pubrel(
    out: &mut BytesMut,
    version: Version,
    packet_id: u16,
    known: bool,
) -> Result<(), EncodeError> {
    if known || version != Version::V5 {
        return checked(v4::PubRel::new(packet_id).write(out));
    }
    let reason = v5::PubRelReason::PacketIdentifierNotFound;
    checked(v5::PubRel { pkid: packet_id, reason, properties: None }.write(out))
}

/// Appends PUBCOMP; `known` is false where the id is not in use here, which MQTT 5 can tell.
pub fn pubcomp(
    out: &mut BytesMut,
    version: Version,
    packet_id: u16,
    known: bool,
) -> Result<(), EncodeError> {
    if known || version != Version::V5 {
        return checked(v4::PubComp::new(packet_id).write(out));
    }
    let reason = v5::PubCompReason::PacketIdentifierNotFound;
    checked(v5::PubComp { pkid: packet_id, reason, properties: None }.write(out))
}

/// Appends one SUBSCRIBE for `subscriptions`, of which there must be one; below MQTT 5 their options and
/// the properties of `interest` cannot be said.
pub fn subscribe<'a>(
    out: &mut BytesMut,
    version: Version,
    packet_id: u16,
    subscriptions: impl Iterator<Item = &'a Subscription>,
    interest: &Interest,
) -> Result<(), EncodeError> {
    if version != Version::V5 {
        let filters = subscriptions
            .map(|it| v4::SubscribeFilter::new(it.filter.as_str().to_owned(), old_qos(it.qos)));
        let mut packet = v4::Subscribe::new_many(filters);
        packet.pkid = packet_id;
        return checked(packet.write(out));
    }
    let filters = subscriptions.map(|it| v5::Filter {
        path: it.filter.as_str().to_owned(),
        qos: new_qos(it.qos),
        nolocal: it.no_local,
        preserve_retain: it.retain_as_published,
        retain_forward_rule: match it.retain_handling {
            RetainHandling::Always => v5::RetainForwardRule::OnEverySubscribe,
            RetainHandling::New => v5::RetainForwardRule::OnNewSubscribe,
            RetainHandling::Never => v5::RetainForwardRule::Never,
        },
    });
    let properties = v5::SubscribeProperties {
        id: interest.subscription_id.map(|id| id as usize),
        user_properties: interest.subscribe_properties.clone(),
    };
    let properties =
        Some(properties).filter(|it| it.id.is_some() || !it.user_properties.is_empty());
    let mut packet = v5::Subscribe::new_many(filters, properties);
    packet.pkid = packet_id;
    checked(packet.write(out))
}

/// Appends one UNSUBSCRIBE for `filters`, of which there must be one.
pub fn unsubscribe<'a>(
    out: &mut BytesMut,
    version: Version,
    packet_id: u16,
    filters: impl Iterator<Item = &'a TopicFilter>,
    interest: &Interest,
) -> Result<(), EncodeError> {
    let filters = filters.map(|filter| filter.as_str().to_owned()).collect();
    if version == Version::V5 {
        let user_properties = interest.unsubscribe_properties.clone();
        let properties = Some(v5::UnsubscribeProperties { user_properties })
            .filter(|properties| !properties.user_properties.is_empty());
        checked(v5::Unsubscribe { pkid: packet_id, filters, properties }.write(out))
    } else {
        checked(v4::Unsubscribe { pkid: packet_id, topics: filters }.write(out))
    }
}

/// Appends PINGREQ.
pub fn pingreq(out: &mut BytesMut) {
    out.put_slice(&[0xc0, 0]);
}

/// Appends DISCONNECT. Below MQTT 5 it says only that the end is meant.
pub fn disconnect(out: &mut BytesMut, version: Version, reason: Reason, parting: &Parting) {
    if version != Version::V5 {
        return out.put_slice(&[0xe0, 0]);
    }
    let mut block = Block::default();
    if let Some(seconds) = parting.session_expiry {
        block.number(Id::SessionExpiry, seconds);
    }
    if let Some(text) = &parting.reason_string {
        block.bytes(Id::ReasonString, text.as_bytes());
    }
    block.pairs(&parting.user_properties);
    let properties = block.finish();
    // By hand: rumqttc writes a reason without properties as a normal end, or one byte short.
    if reason == Reason::SUCCESS && properties == [0] {
        return out.put_slice(&[0xe0, 0]);
    }
    out.put_u8(0xe0);
    put_varint(out, 1 + properties.len());
    out.put_u8(reason.0);
    out.put_slice(&properties);
}
