//! Properties over arbitrary packets: nothing panics, and where rumqttc's decoder can be trusted both
//! agree.

use super::*;

/// One packet of each kind a broker sends, in the form of MQTT 5.
const SAMPLES: [&[u8]; 12] = [
    b"\x20\x0b\0\0\x08\x21\0\x0a\x27\0\0\x01\0",
    b"\x20\x02\0\x01",
    b"\x32\x0d\0\x03a/b\0\x07\x02\x01\x01xyz",
    b"\x30\x0e\0\x01t\x09\x0b\x01\x0b\x80\x01\x0b\x03\x01\x01p",
    b"\x40\x02\0\x01",
    b"\x50\x0a\0\x01\x87\x06\x1f\0\x03why",
    b"\x62\x04\0\x01\x92\0",
    b"\x70\x03\0\x01\0",
    b"\x90\x05\0\x01\0\x01\x87",
    b"\xd0\0",
    b"\xe0\x0f\x9d\x0d\x1f\0\x04gone\x1c\0\x03b:1",
    b"\xf0\x06\x18\x04\x15\0\x01m",
];

/// What the packet reader makes of `bytes`, whatever they are; properties are read through as well.
fn read_through(version: Version, bytes: &[u8]) {
    let Ok(Some(frame)) = Frame::read(bytes) else { return };
    assert!(!frame.name().is_empty());
    let Some(body) = bytes.get(frame.header..frame.total()) else { return };
    match Packet::read(version, frame, body) {
        Ok(packet) => assert!(!format!("{packet:?}").is_empty()),
        Err(violation) => {
            assert!(!violation.to_string().is_empty());
            assert!(violation.reason.is_failure());
        }
    }
}

fn read_through_in_every_version(bytes: &[u8]) {
    for version in VERSIONS {
        read_through(version, bytes);
    }
}

/// `body` behind a first byte and its right length.
fn framed(first: u8, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    if length < 128 {
        return [&[first, length as u8], body].concat();
    }
    [&[first, length as u8 | 0x80, (length >> 7) as u8], body].concat()
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        read_through_in_every_version(&bytes);
    }

    #[test]
    fn arbitrary_bodies_never_panic_behind_any_first_byte(
        body in prop::collection::vec(prop_oneof![0..8u8, any::<u8>()], 0..300),
    ) {
        for first in 0..=u8::MAX {
            read_through_in_every_version(&framed(first, &body));
        }
    }

    #[test]
    fn mutated_packets_never_panic(
        sample in prop::sample::select(&SAMPLES[..]),
        mutations in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = sample.to_vec();
        for (place, value) in mutations {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        read_through_in_every_version(&bytes);
        let end = 2 + cut.index(bytes.len() - 1);
        read_through_in_every_version(&framed(bytes[0], bytes.get(2..end).unwrap_or_default()));
    }
}

#[test]
fn the_samples_are_what_brokers_send() {
    for sample in SAMPLES {
        assert!(read(Version::V5, sample).is_ok(), "{sample:x?}");
    }
}

fn levels() -> impl Strategy<Value = QoS> {
    prop::sample::select(&LEVELS[..])
}

fn topics() -> impl Strategy<Value = String> {
    "[^\0+#]{1,40}"
}

fn texts() -> impl Strategy<Value = String> {
    "[^\0]{0,12}"
}

fn payloads() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..300).prop_map(Bytes::from)
}

prop_compose! {
    /// With at most two subscription ids, which is as many as rumqttc reads back.
    fn publish_properties()(
        payload_format_indicator in prop::option::of(0..=1u8),
        message_expiry_interval in prop::option::of(any::<u32>()),
        topic_alias in prop::option::of(1..=u16::MAX),
        response_topic in prop::option::of(texts()),
        correlation_data in prop::option::of(payloads()),
        user_properties in prop::collection::vec((texts(), texts()), 0..3),
        subscription_identifiers in prop::collection::vec(1..=268_435_455usize, 0..=2),
        content_type in prop::option::of(texts()),
    ) -> v5::PublishProperties {
        v5::PublishProperties {
            payload_format_indicator,
            message_expiry_interval,
            topic_alias,
            response_topic,
            correlation_data,
            user_properties,
            subscription_identifiers,
            content_type,
        }
    }
}

/// Ours as rumqttc's, which has `None` for an empty block.
fn as_rumqttc(properties: &Properties<'_>) -> Option<v5::PublishProperties> {
    let mut all = v5::PublishProperties::default();
    for (id, value) in properties.iter() {
        match (id, value) {
            (Id::PayloadFormat, Value::Number(n)) => all.payload_format_indicator = Some(n as u8),
            (Id::MessageExpiry, Value::Number(n)) => all.message_expiry_interval = Some(n),
            (Id::TopicAlias, Value::Number(n)) => all.topic_alias = Some(n as u16),
            (Id::SubscriptionId, Value::Number(n)) => all.subscription_identifiers.push(n as usize),
            (Id::ResponseTopic, Value::Text(text)) => all.response_topic = Some(text.into()),
            (Id::ContentType, Value::Text(text)) => all.content_type = Some(text.into()),
            (Id::CorrelationData, Value::Binary(bytes)) => {
                all.correlation_data = Some(Bytes::copy_from_slice(bytes));
            }
            (Id::UserProperty, Value::Pair(name, value)) => {
                all.user_properties.push((name.into(), value.into()));
            }
            other => panic!("{other:?} in a PUBLISH"),
        }
    }
    (!properties.is_empty()).then_some(all)
}

proptest! {
    #[test]
    fn both_decoders_read_the_same_publish_in_version_5(
        (topic, payload, qos, retain) in (topics(), payloads(), levels(), any::<bool>()),
        (pkid, dup) in (1..=u16::MAX, any::<bool>()),
        properties in prop::option::of(publish_properties()),
    ) {
        let mut packet = v5::Publish::new(topic, new_qos(qos), payload, properties);
        packet.retain = retain;
        if qos != QoS::AtMostOnce {
            (packet.pkid, packet.dup) = (pkid, dup);
        }
        let mut bytes = BytesMut::new();
        packet.write(&mut bytes).unwrap();
        let v5::Packet::Publish(theirs) = decoded_v5(&bytes) else { panic!() };
        let ours = publish(&bytes, Version::V5);
        prop_assert_eq!(ours.topic.as_bytes(), &theirs.topic);
        prop_assert_eq!(ours.payload, &theirs.payload);
        prop_assert_eq!((ours.packet_id, ours.dup, ours.retain), (theirs.pkid, theirs.dup, theirs.retain));
        prop_assert_eq!(new_qos(ours.qos), theirs.qos);
        prop_assert_eq!(as_rumqttc(&ours.properties), theirs.properties);
    }

    #[test]
    fn both_decoders_read_the_publish_we_write(
        (topic, payload, qos, retain) in (topics(), payloads(), levels(), any::<bool>()),
        (packet_id, dup) in (1..=u16::MAX, any::<bool>()),
    ) {
        let acknowledged = qos != QoS::AtMostOnce;
        let (packet_id, dup) = if acknowledged { (packet_id, dup) } else { (0, false) };
        let envelope = envelope(&topic, qos, retain);
        let bytes =
            |version| published(version, envelope.clone(), &payload, packet_id, dup);
        let (old, new) = (bytes(Version::V311), bytes(Version::V5));

        let v4::Packet::Publish(theirs) = decoded_v4(&old) else { panic!() };
        prop_assert_eq!((&theirs.topic, &theirs.payload), (&topic, &payload));
        prop_assert_eq!((theirs.pkid, theirs.dup, theirs.retain), (packet_id, dup, retain));
        prop_assert_eq!(theirs.qos, old_qos(qos));

        let v5::Packet::Publish(theirs) = decoded_v5(&new) else { panic!() };
        prop_assert_eq!((&theirs.topic[..], &theirs.payload), (topic.as_bytes(), &payload));
        prop_assert_eq!((theirs.pkid, theirs.dup, theirs.retain), (packet_id, dup, retain));
        prop_assert_eq!((theirs.qos, theirs.properties), (new_qos(qos), None));

        for (version, bytes) in [(Version::V311, &old), (Version::V5, &new)] {
            let ours = publish(bytes, version);
            prop_assert_eq!((ours.topic, ours.payload), (topic.as_str(), &payload[..]));
            prop_assert_eq!((ours.packet_id, ours.dup, ours.retain), (packet_id, dup, retain));
            prop_assert_eq!(ours.qos, qos);
        }
    }
}
