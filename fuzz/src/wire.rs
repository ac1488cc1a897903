//! The decoder on any bytes, and against the encoder: what it takes for a PUBLISH is written by us as one
//! that it takes for the same.

use bytes::BytesMut;
use mqtt::message::{Envelope, PublishProperties, QoS};
use mqtt::mqtt::limits::Limits;
use mqtt::mqtt::packet::{Frame, Packet, PublishWriter, Published, Violation};
use mqtt::mqtt::{Aliasing, Version};
use mqtt::property::{Id, Value};
use std::rc::Rc;

const VERSIONS: [Version; 3] = [Version::V31, Version::V311, Version::V5];

/// Reads a packet, and writes again what is a PUBLISH.
pub fn run(data: &[u8]) {
    let Some((version, bytes)) = data.split_first() else { return };
    let version = VERSIONS[usize::from(*version) % VERSIONS.len()];
    let frame = Frame::read(bytes);
    check_beginnings(bytes, &frame);
    let Ok(Some(frame)) = frame else { return };
    let Some(body) = bytes.get(frame.header..frame.total()) else { return };
    match Packet::read(version, frame, body) {
        Ok(Packet::Publish(publish)) => check_publish(version, &publish),
        Ok(packet) => assert!(!format!("{packet:?}").is_empty()),
        Err(violation) => assert!(violation.reason.is_failure(), "{violation}"),
    }
}

/// What a part of the bytes is, the whole is too.
fn check_beginnings(bytes: &[u8], whole: &Result<Option<Frame>, Violation>) {
    for length in 0..bytes.len().min(6) {
        let part = Frame::read(&bytes[..length]);
        assert!(part == Ok(None) || part == *whole, "{length} bytes: {part:?}");
    }
}

fn check_publish(version: Version, publish: &Published<'_>) {
    if publish.topic.is_empty() {
        assert!(publish.properties.number(Id::TopicAlias).is_some());
        return;
    }
    // Whatever passes the decoder can be named and subscribed to.
    let topic = publish.topic.parse().expect("the decoder has checked it");
    let Some(properties) = sendable(publish) else { return };
    let envelope = Envelope { properties, ..Envelope::new(topic, publish.qos, publish.retain) };
    let mut writer = PublishWriter::new(version, Limits::default(), Aliasing::None);
    let mut out = BytesMut::new();
    let (id, dup) = (publish.packet_id, publish.dup);
    let written = writer.write(&mut out, &Rc::new(envelope), publish.payload, id, dup);
    written.expect("there are no limits");

    let frame = Frame::read(&out).expect("a header").expect("a whole one");
    let Ok(Packet::Publish(again)) = Packet::read(version, frame, &out[frame.header..]) else {
        panic!("{out:?} is no PUBLISH");
    };
    assert_eq!((again.topic, again.payload), (publish.topic, publish.payload));
    assert_eq!((again.qos, again.packet_id), (publish.qos, publish.packet_id));
    assert_eq!((again.retain, again.dup), (publish.retain, publish.dup));
    assert!(publish.qos != QoS::AtMostOnce || publish.packet_id == 0);
    let sorted = |publish: &Published<'_>| {
        let sent = publish.properties.iter().filter(|(id, _)| is_sent(*id));
        let mut properties: Vec<String> = sent.map(|property| format!("{property:?}")).collect();
        properties.sort();
        properties
    };
    assert_eq!(sorted(&again), sorted(publish));
}

/// Aliases and subscription identifiers belong to one connection.
fn is_sent(id: Id) -> bool {
    !matches!(id, Id::TopicAlias | Id::SubscriptionId)
}

/// The properties for sending; none when the response topic is no topic.
fn sendable(publish: &Published<'_>) -> Option<PublishProperties> {
    let mut all = PublishProperties::default();
    for (id, value) in publish.properties.iter() {
        match (id, value) {
            (Id::PayloadFormat, Value::Number(number)) => all.payload_utf8 = Some(number == 1),
            (Id::MessageExpiry, Value::Number(seconds)) => all.message_expiry = Some(seconds),
            (Id::ContentType, Value::Text(text)) => all.content_type = Some(text.to_owned()),
            (Id::ResponseTopic, Value::Text(text)) => all.response_topic = Some(text.parse().ok()?),
            (Id::CorrelationData, Value::Binary(data)) => {
                all.correlation_data = Some(data.to_vec())
            }
            (Id::UserProperty, Value::Pair(name, value)) => {
                all.user_properties.push((name.to_owned(), value.to_owned()));
            }
            _ => {}
        }
    }
    Some(all)
}
