//! Encodes packets to the broker other than CONNECT and PUBLISH, appended to one buffer.
//!
//! Callers pass only validated data (filters, lengths, packet ids), so encoding cannot fail.

use crate::message::QoS;
use crate::mqtt::reason::Reason;
use crate::mqtt::subscription::{Interest, RetainHandling, Subscription};
use crate::mqtt::version::Version;
use crate::property::{Block, Id, put_varint};
use crate::topic::TopicFilter;
use bytes::{BufMut, BytesMut};
use rumqttc::mqttbytes::{QoS as OldQoS, v4};
use rumqttc::v5::mqttbytes::{QoS as NewQoS, v5};
use std::fmt;

/// The contents of DISCONNECT at a normal end ([MQTT 5, 3.14.2.2]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parting {
    /// Session expiry in seconds, if it differs from CONNECT.
    pub session_expiry: Option<u32>,
    /// Reason string.
    pub reason_string: Option<String>,
    /// User properties, in order.
    pub user_properties: Vec<(String, String)>,
}

/// Unwraps the codec's result for a validated packet: an error is a bug in this program.
fn written<T, E: fmt::Display>(result: Result<T, E>) {
    if let Err(error) = result {
        unreachable!("a packet could not be encoded: {error}");
    }
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

/// Size of a variable byte integer in bytes ([MQTT 5, 1.5.5]).
fn varint_size(value: usize) -> usize {
    match value {
        0..128 => 1,
        128..16_384 => 2,
        16_384..2_097_152 => 3,
        _ => 4,
    }
}

/// Size of a packet with `remaining` bytes after its fixed header.
pub fn packet_size(remaining: usize) -> usize {
    1 + varint_size(remaining) + remaining
}

/// Appends PUBACK.
pub fn puback(out: &mut BytesMut, packet_id: u16) {
    written(v4::PubAck::new(packet_id).write(out))
}

/// Appends PUBREC.
pub fn pubrec(out: &mut BytesMut, packet_id: u16) {
    written(v4::PubRec::new(packet_id).write(out))
}

/// Appends PUBREL; `known` is false if the id is not in use here, which only MQTT 5 can express.
pub fn pubrel(out: &mut BytesMut, version: Version, packet_id: u16, known: bool) {
    if known || version != Version::V5 {
        return written(v4::PubRel::new(packet_id).write(out));
    }
    let reason = v5::PubRelReason::PacketIdentifierNotFound;
    written(v5::PubRel { pkid: packet_id, reason, properties: None }.write(out))
}

/// Appends PUBCOMP; `known` is false if the id is not in use here, which only MQTT 5 can express.
pub fn pubcomp(out: &mut BytesMut, version: Version, packet_id: u16, known: bool) {
    if known || version != Version::V5 {
        return written(v4::PubComp::new(packet_id).write(out));
    }
    let reason = v5::PubCompReason::PacketIdentifierNotFound;
    written(v5::PubComp { pkid: packet_id, reason, properties: None }.write(out))
}

/// Appends one SUBSCRIBE for `subscriptions`, which must not be empty. Before MQTT 5 their options and the properties
/// of `interest` are omitted.
pub fn subscribe<'a>(
    out: &mut BytesMut,
    version: Version,
    packet_id: u16,
    subscriptions: impl Iterator<Item = &'a Subscription>,
    interest: &Interest,
) {
    if version != Version::V5 {
        let filters = subscriptions
            .map(|it| v4::SubscribeFilter::new(it.filter.as_str().to_owned(), old_qos(it.qos)));
        let mut packet = v4::Subscribe::new_many(filters);
        packet.pkid = packet_id;
        return written(packet.write(out));
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
    written(packet.write(out))
}

/// Appends one UNSUBSCRIBE for `filters`, which must not be empty.
pub fn unsubscribe<'a>(
    out: &mut BytesMut,
    version: Version,
    packet_id: u16,
    filters: impl Iterator<Item = &'a TopicFilter>,
    interest: &Interest,
) {
    let filters = filters.map(|filter| filter.as_str().to_owned()).collect();
    if version == Version::V5 {
        let user_properties = interest.unsubscribe_properties.clone();
        let properties = Some(v5::UnsubscribeProperties { user_properties })
            .filter(|properties| !properties.user_properties.is_empty());
        written(v5::Unsubscribe { pkid: packet_id, filters, properties }.write(out))
    } else {
        written(v4::Unsubscribe { pkid: packet_id, topics: filters }.write(out))
    }
}

/// Appends PINGREQ.
pub fn pingreq(out: &mut BytesMut) {
    out.put_slice(&[0xc0, 0]);
}

/// Appends AUTH ([MQTT 5, 3.15]), if its size in bytes `fits`; returns whether it did.
pub fn auth(
    out: &mut BytesMut,
    reason: Reason,
    method: &str,
    data: Option<&[u8]>,
    fits: impl Fn(usize) -> bool,
) -> bool {
    let mut block = Block::default();
    block.authentication(method, data);
    let properties = block.finish();
    let remaining = 1 + properties.len();
    if !fits(packet_size(remaining)) {
        return false;
    }
    out.put_u8(0xf0);
    put_varint(out, remaining);
    out.put_u8(reason.0);
    out.put_slice(&properties);
    true
}

/// Appends DISCONNECT with as much of `parting` as `fits`, which gets the size of the packet. Texts are omitted first,
/// then the session expiry ([MQTT-3.14.2-3], [MQTT-3.14.2-4]). Before MQTT 5 it has no contents.
pub fn disconnect(
    out: &mut BytesMut,
    version: Version,
    reason: Reason,
    parting: &Parting,
    fits: impl Fn(usize) -> bool,
) {
    let expiry_only = Parting { session_expiry: parting.session_expiry, ..Parting::default() };
    let properties = [parting, &expiry_only, &Parting::default()]
        .into_iter()
        .map(parting_properties)
        .find(|properties| fits(packet_size(1 + properties.len())))
        .unwrap_or_else(|| vec![0]);
    // By hand, because rumqttc encodes a reason without properties as a normal end, or one byte short.
    if version != Version::V5 || (reason == Reason::SUCCESS && properties == [0]) {
        return out.put_slice(&[0xe0, 0]);
    }
    out.put_u8(0xe0);
    if properties == [0] {
        return out.put_slice(&[1, reason.0]);
    }
    put_varint(out, 1 + properties.len());
    out.put_u8(reason.0);
    out.put_slice(&properties);
}

fn parting_properties(parting: &Parting) -> Vec<u8> {
    let mut block = Block::default();
    if let Some(seconds) = parting.session_expiry {
        block.number(Id::SessionExpiry, seconds);
    }
    if let Some(text) = &parting.reason_string {
        block.bytes(Id::ReasonString, text.as_bytes());
    }
    block.pairs(&parting.user_properties);
    block.finish()
}
