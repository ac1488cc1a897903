//! Packets to the broker, written by rumqttc's packet types into one shared buffer.
//!
//! Callers pass only what has been checked (topics, lengths, packet ids), so the codec cannot fail;
//! what it reports all the same is kept as an [`EncodeError`] instead of a panic.

use super::Version;
use crate::message::{Envelope, QoS};
use crate::topic::TopicFilter;
use bytes::{BufMut, Bytes, BytesMut};
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

/// A PUBLISH that is filled in and written again and again: all messages of one [`Envelope`].
pub struct Template {
    packet: Publish,
    /// Bytes behind the fixed header besides the payload.
    overhead: usize,
}

enum Publish {
    Old(v4::Publish),
    New(Box<v5::Publish>),
}

impl Template {
    /// Prepares the packet for `envelope`.
    pub fn new(version: Version, envelope: &Envelope) -> Self {
        let topic = envelope.topic.as_str();
        let id_length = if envelope.qos == QoS::AtMostOnce { 0 } else { 2 };
        let overhead = 2 + topic.len() + id_length;
        if version == Version::V5 {
            let mut packet = v5::Publish::new(topic, new_qos(envelope.qos), Bytes::new(), None);
            packet.retain = envelope.retain;
            Self { packet: Publish::New(Box::new(packet)), overhead: overhead + 1 }
        } else {
            let mut packet = v4::Publish::from_bytes(topic, old_qos(envelope.qos), Bytes::new());
            packet.retain = envelope.retain;
            Self { packet: Publish::Old(packet), overhead }
        }
    }

    /// Bytes behind the fixed header, and of the whole packet, with a payload of that many bytes.
    pub fn size(&self, payload: usize) -> (usize, usize) {
        let remaining = self.overhead + payload;
        let length_bytes = match remaining {
            0..128 => 1,
            128..16_384 => 2,
            16_384..2_097_152 => 3,
            _ => 4,
        };
        (remaining, 1 + length_bytes + remaining)
    }

    /// Appends the packet to `out`; `packet_id` is 0 at QoS 0.
    ///
    /// # Errors
    /// Never, for a payload within the protocol's limit.
    pub fn write(
        &mut self,
        out: &mut BytesMut,
        payload: Bytes,
        packet_id: u16,
        dup: bool,
    ) -> Result<(), EncodeError> {
        match &mut self.packet {
            Publish::Old(packet) => {
                packet.payload = payload;
                packet.pkid = packet_id;
                packet.dup = dup;
                checked(packet.write(out))
            }
            Publish::New(packet) => {
                packet.payload = payload;
                packet.pkid = packet_id;
                packet.dup = dup;
                checked(packet.write(out))
            }
        }
    }
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

/// Appends one SUBSCRIBE for all `filters`, which must not be empty.
pub fn subscribe<'a>(
    out: &mut BytesMut,
    version: Version,
    packet_id: u16,
    filters: impl Iterator<Item = (&'a TopicFilter, QoS)>,
) -> Result<(), EncodeError> {
    if version == Version::V5 {
        let filters = filters.map(|(filter, qos)| v5::Filter::new(filter.as_str(), new_qos(qos)));
        let mut packet = v5::Subscribe::new_many(filters, None);
        packet.pkid = packet_id;
        checked(packet.write(out))
    } else {
        let filters = filters.map(|(filter, qos)| {
            v4::SubscribeFilter::new(filter.as_str().to_owned(), old_qos(qos))
        });
        let mut packet = v4::Subscribe::new_many(filters);
        packet.pkid = packet_id;
        checked(packet.write(out))
    }
}

/// Appends PINGREQ.
pub fn pingreq(out: &mut BytesMut) {
    out.put_slice(&[0xc0, 0]);
}

/// Appends DISCONNECT. Below MQTT 5 it says only that the end is meant; `expire_now` asks the broker
/// to forget the session at once.
pub fn disconnect(
    out: &mut BytesMut,
    version: Version,
    reason: super::super::reason::Reason,
    expire_now: bool,
) -> Result<(), EncodeError> {
    if version != Version::V5 {
        return checked(v4::Disconnect.write(out));
    }
    // By hand: the codec writes a reason without properties as a normal end, or one byte short.
    if expire_now {
        out.put_slice(&[0xe0, 7, reason.0, 5, 0x11, 0, 0, 0, 0]);
    } else if reason.0 == 0 {
        out.put_slice(&[0xe0, 0]);
    } else {
        out.put_slice(&[0xe0, 2, reason.0, 0]);
    }
    Ok(())
}
