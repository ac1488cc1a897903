//! Every quirk of the table in the module above, every packet we write byte for byte, and rumqttc's
//! own decoder as the second opinion where it can be trusted.

mod arbitrary;
mod outgoing;

use super::encode::{self, Parting};
use super::*;
use crate::message::{Envelope, PublishProperties, QoS, Will};
use crate::mqtt::aliases::Aliasing;
use crate::mqtt::limits::Limits;
use crate::mqtt::reason::Reason;
use crate::mqtt::subscription::{Interest, RetainHandling, Subscription};
use crate::mqtt::version::Version;
use crate::property::{Carrier, Id, Properties, Value};
use crate::topic::TopicFilter;
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use rumqttc::mqttbytes::{QoS as OldQoS, v4};
use rumqttc::v5::mqttbytes::{QoS as NewQoS, v5};
use std::rc::Rc;

const VERSIONS: [Version; 3] = [Version::V31, Version::V311, Version::V5];
const LEVELS: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

fn read(version: Version, bytes: &[u8]) -> Result<Packet<'_>, Violation> {
    let frame = Frame::read(bytes)?.expect("a whole fixed header");
    assert_eq!(frame.total(), bytes.len(), "one whole packet");
    Packet::read(version, frame, &bytes[frame.header..])
}

/// The reason and the words of the violation that `bytes` are.
fn refused(version: Version, bytes: &[u8]) -> (u8, String) {
    let violation = read(version, bytes).unwrap_err();
    (violation.reason.0, violation.text)
}

fn malformed(text: &str) -> (u8, String) {
    (0x81, text.to_owned())
}

fn protocol(text: &str) -> (u8, String) {
    (0x82, text.to_owned())
}

/// A packet of less than 128 bytes behind its fixed header.
fn packet(first: u8, body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    assert!(body.len() < 128);
    [&[first, body.len() as u8], &body[..]].concat()
}

fn written(write: impl FnOnce(&mut BytesMut)) -> Vec<u8> {
    let mut out = BytesMut::new();
    write(&mut out);
    out.to_vec()
}

/// What a broker says in its CONNACK that takes `aliases` topic aliases and packets of `size` bytes.
fn limits(aliases: u8, size: u32) -> Limits {
    let size = size.to_be_bytes();
    let block = [&[8, 0x22, 0, aliases, 0x27], &size[..]].concat();
    Limits::new(&Properties::take(&mut &block[..], Carrier::ConnAck).unwrap())
}

/// PUBLISH as it is written to a broker without limits.
fn published(version: Version, envelope: Envelope, payload: &[u8], id: u16, dup: bool) -> Vec<u8> {
    let mut writer = PublishWriter::new(version, Limits::default(), Aliasing::None);
    written(|out| writer.write(out, &Rc::new(envelope), payload, id, dup).unwrap())
}

fn decoded_v5(bytes: &[u8]) -> v5::Packet {
    let mut bytes = BytesMut::from(bytes);
    let packet = v5::Packet::read(&mut bytes, None).unwrap();
    assert!(bytes.is_empty(), "one packet and nothing behind it");
    packet
}

fn decoded_v4(bytes: &[u8]) -> v4::Packet {
    let mut bytes = BytesMut::from(bytes);
    let packet = v4::Packet::read(&mut bytes, usize::MAX).unwrap();
    assert!(bytes.is_empty(), "one packet and nothing behind it");
    packet
}

fn publish(bytes: &[u8], version: Version) -> Published<'_> {
    match read(version, bytes) {
        Ok(Packet::Publish(publish)) => publish,
        other => panic!("{other:?}"),
    }
}

fn envelope(topic: &str, qos: QoS, retain: bool) -> Envelope {
    Envelope::new(topic.parse().unwrap(), qos, retain)
}

#[test]
fn a_disconnect_of_only_a_reason_code_is_read() {
    let read = |bytes| read(Version::V5, bytes);
    let none = Properties::default();
    assert_eq!(read(&[0xe0, 1, 0x8b]), Ok(Packet::Disconnect(Reason(0x8b), none)));
    assert_eq!(read(&[0xe0, 0]), Ok(Packet::Disconnect(Reason::SUCCESS, none)));
    assert_eq!(read(&[0xe0, 2, 0x97, 0]), Ok(Packet::Disconnect(Reason(0x97), none)));
}

#[test]
fn a_disconnect_tells_why_and_where_to_go() {
    let body: [&[u8]; 3] = [&[0x9d, 13], b"\x1f\0\x04gone", b"\x1c\0\x03b:1"];
    let bytes = packet(0xe0, &body);
    let Ok(Packet::Disconnect(reason, properties)) = read(Version::V5, &bytes) else { panic!() };
    assert_eq!(reason, Reason(0x9d));
    assert_eq!(properties.text(Id::ReasonString), Some("gone"));
    assert_eq!(properties.text(Id::ServerReference), Some("b:1"));
}

#[test]
fn an_old_connack_that_answers_a_version_5_connect_is_read() {
    let bytes = [0x20, 2, 0, 1];
    let Ok(Packet::ConnAck(connack)) = read(Version::V5, &bytes) else { panic!() };
    assert!(connack.old_form);
    assert_eq!(connack.code, 1);
    assert_eq!(connack.reason(), Some(Reason::UNSUPPORTED_PROTOCOL_VERSION));
    let Ok(Packet::ConnAck(connack)) = read(Version::V5, &[0x20, 2, 0, 0]) else { panic!() };
    assert!(connack.old_form && connack.code == 0, "a session tells what it makes of that");
}

#[test]
fn a_connack_is_read_as_its_version_writes_it() {
    let expected = |session_present, code, old_form| {
        let properties = Properties::default();
        Ok(Packet::ConnAck(ConnAck { session_present, code, old_form, properties }))
    };
    for version in [Version::V31, Version::V311] {
        assert_eq!(read(version, &[0x20, 2, 1, 0]), expected(true, 0, true));
        assert_eq!(read(version, &[0x20, 2, 0, 77]), expected(false, 77, true));
    }
    assert_eq!(read(Version::V5, &[0x20, 3, 1, 0, 0]), expected(true, 0, false));
    assert_eq!(read(Version::V5, &[0x20, 3, 0, 0x87, 0]), expected(false, 0x87, false));
    assert_eq!(read(Version::V5, &[0x20, 2, 0, 0x87]), expected(false, 0x87, false));
}

#[test]
fn a_connack_that_contradicts_itself_is_refused() {
    let five = |bytes: &[u8]| refused(Version::V5, bytes);
    assert_eq!(five(&[0x20, 3, 2, 0, 0]), malformed("CONNACK with reserved flags 0x02"));
    assert_eq!(five(&[0x20, 3, 1, 0x87, 0]), protocol("CONNACK refuses, and claims a session"));
    assert_eq!(five(&[0x20, 4, 0, 0, 0, 0]), malformed("CONNACK is longer than its properties"));
    assert_eq!(
        refused(Version::V311, &[0x20, 3, 0, 0, 0]),
        malformed("CONNACK is longer than it may be")
    );
    assert_eq!(
        five(&packet(0x20, &[&[0, 0, 3, 0x21, 0, 0]])),
        protocol("CONNACK: property receive-maximum cannot be 0")
    );
    assert_eq!(
        five(&packet(0x20, &[&[0, 0, 2, 0x24, 2]])),
        protocol("CONNACK: property maximum-qos cannot be 2")
    );
}

#[test]
fn a_field_cut_short_inside_a_complete_packet_is_malformed() {
    for version in VERSIONS {
        for (bytes, name) in [
            (&[0x20, 0][..], "CONNACK"),
            (&[0x20, 1, 0], "CONNACK"),
            (&[0x30, 0], "PUBLISH"),
            (&[0x30, 1, 0], "PUBLISH"),
            (&[0x30, 3, 0, 2, b't'], "PUBLISH"),
            (&[0x32, 3, 0, 1, b't'], "PUBLISH"),
            (&[0x32, 4, 0, 1, b't', 0], "PUBLISH"),
            (&[0x40, 0], "PUBACK"),
            (&[0x50, 1, 0], "PUBREC"),
            (&[0x62, 1, 0], "PUBREL"),
            (&[0x70, 0], "PUBCOMP"),
            (&[0x90, 1, 0], "SUBACK"),
            (&[0xb0, 0], "UNSUBACK"),
        ] {
            assert_eq!(refused(version, bytes), malformed(&format!("truncated {name}")));
        }
    }
    for bytes in [
        &[0x30, 3, 0, 1, b't'][..],
        &[0x30, 4, 0, 1, b't', 1],
        &[0x30, 6, 0, 1, b't', 2, 0x02, 0],
        &[0x90, 2, 0, 1],
        &[0x40, 5, 0, 1, 0x10, 2, 0x1f],
        &[0xe0, 2, 0x8b, 1],
    ] {
        assert_eq!(refused(Version::V5, bytes).0, 0x81, "{bytes:x?}");
    }
}

#[test]
fn a_remaining_length_of_five_bytes_is_malformed_and_a_shorter_beginning_waits() {
    let five = [0x30, 0xff, 0xff, 0xff, 0xff, 0x7f];
    assert_eq!(Frame::read(&five).unwrap_err().reason, Reason(0x81));
    assert_eq!(Frame::read(&five[..5]).unwrap_err().reason, Reason(0x81), "seen at the fourth");
    for length in 0..5 {
        assert_eq!(Frame::read(&five[..length]), Ok(None));
    }
    let longest = [0x30, 0xff, 0xff, 0xff, 0x7f];
    let expected = Frame { first: 0x30, header: 5, body: crate::message::MAX_REMAINING_LENGTH };
    assert_eq!(Frame::read(&longest), Ok(Some(expected)));
}

#[test]
fn a_publish_with_three_subscription_ids_and_more_keeps_its_payload() {
    let properties: [&[u8]; 4] = [b"\x0b\x01", b"\x0b\x80\x01", b"\x0b\x03", b"\x01\x01"];
    let bytes = packet(0x30, &[b"\0\x01t", &[9], &properties.concat(), b"payload"]);
    let publish = publish(&bytes, Version::V5);
    assert_eq!(publish.payload, b"payload");
    let ids: Vec<_> =
        publish.properties.iter().filter(|(id, _)| *id == Id::SubscriptionId).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(publish.properties.number(Id::PayloadFormat), Some(1));
}

#[test]
fn a_subscription_id_before_another_short_property_keeps_the_payload() {
    let bytes = packet(0x30, &[b"\0\x01t", &[6], b"\x0b\x01\x0b\x02\x01\x00", b"payload"]);
    assert_eq!(publish(&bytes, Version::V5).payload, b"payload");
}

#[test]
fn a_publish_is_read_in_all_its_parts() {
    let bytes = packet(0x3d, &[b"\0\x03a/b", &[0x12, 0x34], b"\0pay"]);
    let expected = Published {
        topic: "a/b",
        packet_id: 0x1234,
        qos: QoS::ExactlyOnce,
        retain: true,
        dup: true,
        properties: Properties::default(),
        payload: b"pay",
    };
    assert_eq!(publish(&bytes, Version::V5), expected);
    let old = publish(&bytes, Version::V311);
    assert_eq!(old, Published { payload: b"\0pay", ..expected });
}

#[test]
fn a_topic_that_is_no_topic_is_refused_alike_in_every_version() {
    for version in VERSIONS {
        let topic = |bytes: &[u8]| {
            let length = (bytes.len() as u16).to_be_bytes();
            refused(version, &packet(0x30, &[&length, bytes, &[0]]))
        };
        assert_eq!(topic(b"a\xff"), malformed(r#"the topic "a\xff" is not UTF-8"#));
        assert_eq!(topic(b"\xed\xa0\x80").0, 0x81, "a surrogate");
        assert_eq!(topic(b"a\0b"), malformed(r#"the topic "a\0b" contains NUL"#));
        for wildcard in ["a/+", "#", "a+b"] {
            let text = format!("the topic {wildcard:?} contains a wildcard");
            assert_eq!(topic(wildcard.as_bytes()), (0x90, text));
        }
        assert_eq!(topic(b""), protocol("PUBLISH with an empty topic"));
    }
}

#[test]
fn topics_that_begin_with_any_character_can_be_matched() {
    for topic in ["é/a", "€", "𝄞/a", "$x"] {
        assert!(crate::topic::matches(topic, topic));
    }
    assert!(crate::topic::matches("#", "é/a") && !crate::topic::matches("#", "$x"));
}

#[test]
fn an_empty_topic_needs_an_alias_and_aliases_begin_at_1() {
    let bytes = packet(0x30, &[&[0, 0, 3, 0x23, 0, 1]]);
    let alias = publish(&bytes, Version::V5);
    assert_eq!((alias.topic, alias.properties.number(Id::TopicAlias)), ("", Some(1)));
    assert_eq!(
        refused(Version::V5, &packet(0x30, &[&[0, 1, b't', 3, 0x23, 0, 0]])),
        (0x94, "PUBLISH: property topic-alias cannot be 0".to_owned())
    );
}

#[test]
fn a_publish_with_impossible_flags_or_id_is_refused() {
    for version in VERSIONS {
        let with = |first| refused(version, &packet(first, &[b"\0\x01t", &[0, 0], &[0]]));
        assert_eq!(with(0x36), malformed("PUBLISH with QoS 3"));
        assert_eq!(with(0x38), malformed("PUBLISH with DUP at QoS 0"));
        assert_eq!(with(0x32), protocol("PUBLISH with packet id 0"));
        assert_eq!(with(0x34), protocol("PUBLISH with packet id 0"));
    }
}

#[test]
fn packet_id_0_is_refused_everywhere() {
    for version in VERSIONS {
        for (first, name) in [
            (0x40, "PUBACK"),
            (0x50, "PUBREC"),
            (0x62, "PUBREL"),
            (0x70, "PUBCOMP"),
            (0x90, "SUBACK"),
            (0xb0, "UNSUBACK"),
        ] {
            let expected = protocol(&format!("{name} with packet id 0"));
            assert_eq!(refused(version, &packet(first, &[&[0, 0]])), expected);
        }
    }
}

#[test]
fn flags_other_than_the_standards_are_malformed() {
    for version in VERSIONS {
        let last = if version == Version::V5 { 15 } else { 13 };
        for kind in [2, 4, 5, 6, 7, 9, 11, 13, 14, 15].into_iter().filter(|kind| *kind <= last) {
            let right = if kind == 6 { 2 } else { 0 };
            for flags in (0..16u8).filter(|flags| *flags != right) {
                let (reason, text) = refused(version, &[kind << 4 | flags, 2, 0, 1]);
                assert_eq!(reason, 0x81, "{text}");
                assert!(text.ends_with(&format!("with flags 0x{flags:x}")), "{text}");
            }
        }
    }
}

#[test]
fn packets_that_only_a_client_may_send_are_refused_by_name() {
    for version in VERSIONS {
        for (first, name) in [
            (0x00, "packet of type 0"),
            (0x10, "CONNECT"),
            (0x80, "SUBSCRIBE"),
            (0xa0, "UNSUBSCRIBE"),
            (0xc0, "PINGREQ"),
        ] {
            let expected = protocol(&format!("a broker must not send {name}"));
            assert_eq!(refused(version, &packet(first, &[&[0, 1]])), expected);
        }
    }
    for (first, name) in [(0xe0, "DISCONNECT"), (0xf0, "AUTH")] {
        let expected = protocol(&format!("a broker must not send {name}"));
        assert_eq!(refused(Version::V311, &[first, 0]), expected, "it came with MQTT 5");
    }
}

#[test]
fn auth_is_read() {
    let none = Properties::default();
    assert_eq!(read(Version::V5, &[0xf0, 0]), Ok(Packet::Auth(Reason::SUCCESS, none)));
    let bytes = packet(0xf0, &[&[0x18, 4], b"\x15\0\x01m"]);
    let Ok(Packet::Auth(reason, properties)) = read(Version::V5, &bytes) else { panic!() };
    assert_eq!(reason, Reason(0x18));
    assert_eq!(properties.text(Id::AuthenticationMethod), Some("m"));
}

#[test]
fn unknown_reason_codes_show_their_number() {
    for (first, name) in [(0x40, "PUBACK"), (0x50, "PUBREC"), (0x62, "PUBREL"), (0x70, "PUBCOMP")] {
        let expected = malformed(&format!("{name} with undefined reason code 0x42"));
        assert_eq!(refused(Version::V5, &packet(first, &[&[0, 1, 0x42]])), expected);
    }
    let (_, text) = refused(Version::V5, &packet(0x40, &[&[0, 1, 0x11]]));
    assert!(text.contains("0x11"), "defined, but no answer to a PUBLISH: {text}");
}

#[test]
fn a_refusal_is_one_whatever_its_reason() {
    for first in [0x40, 0x50] {
        let bytes = packet(first, &[&[0, 1, 0x95]]);
        let Ok(Packet::Ack(ack)) = read(Version::V5, &bytes) else { panic!("{bytes:x?}") };
        assert_eq!(ack.reason, Reason::PACKET_TOO_LARGE);
    }
}

#[test]
fn an_acknowledgement_may_leave_out_its_end() {
    for bytes in [&[0x40, 2, 0, 7][..], &[0x40, 3, 0, 7, 0], &[0x40, 4, 0, 7, 0, 0]] {
        let properties = Properties::default();
        let ack = Ack { kind: AckKind::PubAck, packet_id: 7, reason: Reason::SUCCESS, properties };
        assert_eq!(read(Version::V5, bytes), Ok(Packet::Ack(ack)));
    }
    for (bytes, text) in
        [(&[0x40, 3, 0, 7, 0], "PUBACK of 5 bytes"), (&[0x70, 3, 0, 7, 0], "PUBCOMP of 5 bytes")]
    {
        assert_eq!(refused(Version::V311, bytes), malformed(text));
    }
    assert_eq!(
        refused(Version::V5, &[0x40, 5, 0, 7, 0, 0, 0]),
        malformed("PUBACK is longer than its properties")
    );
}

#[test]
fn properties_that_lie_are_refused_by_name() {
    let with = |block: &[u8]| {
        refused(Version::V5, &packet(0x30, &[b"\0\x01t", &[block.len() as u8], block, b"p"]))
    };
    assert_eq!(with(&[0x7f, 0]), malformed("PUBLISH: unknown property 0x7f"));
    assert_eq!(with(&[0x24, 1]), malformed("PUBLISH: property maximum-qos is not allowed here"));
    assert_eq!(
        with(&[1, 1, 1, 1]),
        protocol("PUBLISH: property payload-format-indicator appears twice")
    );
    assert_eq!(
        refused(Version::V5, &packet(0x30, &[b"\0\x01t", &[100], b"p"])),
        malformed("PUBLISH: malformed properties")
    );
}

#[test]
fn suback_carries_one_code_a_filter() {
    let bytes = packet(0x90, &[&[0, 5], &[0], &[1, 0x80, 0x87]]);
    let body = Body { packet_id: 5, codes: &[1, 0x80, 0x87], properties: Properties::default() };
    assert_eq!(read(Version::V5, &bytes), Ok(Packet::SubAck(body)));
    let old = Body { codes: &[0, 1, 0x80, 0x87], ..body };
    assert_eq!(read(Version::V311, &bytes), Ok(Packet::SubAck(old)));
}

#[test]
fn a_pingresp_has_no_body() {
    assert_eq!(read(Version::V311, &[0xd0, 0]), Ok(Packet::PingResp));
    assert_eq!(refused(Version::V5, &[0xd0, 1, 0]), malformed("PINGRESP of 3 bytes"));
}

fn old_qos(qos: QoS) -> OldQoS {
    [OldQoS::AtMostOnce, OldQoS::AtLeastOnce, OldQoS::ExactlyOnce][usize::from(qos.number())]
}

fn new_qos(qos: QoS) -> NewQoS {
    [NewQoS::AtMostOnce, NewQoS::AtLeastOnce, NewQoS::ExactlyOnce][usize::from(qos.number())]
}
