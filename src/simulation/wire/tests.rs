//! Packets of a client by the byte, right and wrong.

use super::super::mini::{Greeting, Mini, complaint, packet};
use super::*;

fn connected(version: Version) -> Decoder {
    let mut decoder = Decoder::default();
    decoder.feed(&Mini::connect(&Greeting::new(version)));
    decoder.next_packet().expect("a CONNECT");
    decoder
}

fn decode(version: Version, bytes: &[u8]) -> ClientPacket {
    let mut decoder = connected(version);
    decoder.feed(bytes);
    let packet = decoder.next_packet().expect("a packet");
    assert!(decoder.is_empty());
    packet
}

fn connect_of(bytes: &[u8]) -> Connect {
    let mut decoder = Decoder::default();
    decoder.feed(bytes);
    match decoder.next_packet() {
        Some(ClientPacket::Connect(connect)) => connect,
        other => panic!("no CONNECT: {other:?}"),
    }
}

#[test]
fn a_connect_of_each_version_is_read() {
    let five = connect_of(&Mini::connect(&Greeting::new(Version::Five)));
    assert_eq!(five.version, Version::Five);
    assert_eq!(five.client_id, "mini");
    assert_eq!((five.clean_start, five.session_expiry), (false, 1_000));
    assert_eq!(five.receive_maximum, u16::MAX);

    let four = connect_of(&Mini::connect(&Greeting::new(Version::Four)));
    assert_eq!((four.version, four.session_expiry), (Version::Four, u32::MAX));

    let three = connect_of(b"\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01a");
    assert_eq!((three.version, three.keep_alive), (Version::Four, 60));
    assert!(three.clean_start && !three.will);
}

#[test]
fn a_connect_with_a_will_and_credentials_is_read() {
    let mut body = b"\x00\x04MQTT\x05\xee\x00\x00\x00\x00\x01a".to_vec();
    body.extend(b"\x05\x18\x00\x00\x00\x01\x00\x01w\x00\x02by\x00\x01u\x00\x02pw");
    assert!(connect_of(&packet(0x10, &body)).will);
}

#[test]
fn a_publish_is_read_with_its_properties_and_forwarded_without_the_alias() {
    let mini = Mini::new(Version::Five);
    let properties = b"\x23\x00\x03\x08\x00\x01r\x09\x00\x02\xff\x00\x26\x00\x01k\x00\x01v";
    let bytes = mini.publish_with(0b1011, 7, "t", "hi", properties);
    let ClientPacket::Publish(publish) = decode(Version::Five, &bytes) else { panic!("PUBLISH") };
    assert_eq!((publish.id, publish.dup, publish.alias), (7, true, Some(3)));
    assert_eq!(publish.response_topic.as_deref(), Some("r"));
    assert_eq!(publish.correlation.as_deref(), Some(&b"\xff\x00"[..]));
    let message = publish.message;
    assert_eq!((message.topic.as_str(), &message.payload[..]), ("t", &b"hi"[..]));
    assert_eq!((message.qos, message.retain), (1, true));
    assert_eq!(message.properties, properties[3..]);
}

#[test]
fn the_short_and_the_long_form_of_an_acknowledgement_are_read() {
    for (bytes, reason) in [
        (&b"\x50\x02\x00\x09"[..], 0),
        (b"\x50\x03\x00\x09\x87", 0x87),
        (b"\x50\x08\x00\x09\x80\x04\x1f\x00\x01x", 0x80),
    ] {
        let ack = Ack { kind: AckKind::Pubrec, id: 9, reason };
        assert_eq!(decode(Version::Five, bytes), ClientPacket::Ack(ack));
    }
}

#[test]
fn a_subscribe_is_read_with_its_options() {
    let bytes = packet(0x82, b"\x00\x05\x02\x0b\x07\x00\x02a/\x2e");
    let ClientPacket::Subscribe(subscribe) = decode(Version::Five, &bytes) else { panic!("it") };
    assert_eq!((subscribe.id, subscribe.identifier), (5, Some(7)));
    assert_eq!(
        subscribe.filters,
        [Filter {
            filter: "a/".to_owned(),
            qos: 2,
            no_local: true,
            retain_as_published: true,
            retain_handling: 2,
        }]
    );
}

#[test]
fn a_disconnect_is_read_with_its_session_expiry() {
    let plain = decode(Version::Four, b"\xe0\x00");
    assert_eq!(plain, ClientPacket::Disconnect { session_expiry: None });
    let changed = decode(Version::Five, b"\xe0\x07\x04\x05\x11\x00\x00\x00\x09");
    assert_eq!(changed, ClientPacket::Disconnect { session_expiry: Some(9) });
}

#[test]
fn packets_may_come_in_pieces_and_several_at_once() {
    let mini = Mini::new(Version::Four);
    let mut bytes = Mini::connect(&Greeting::new(Version::Four));
    bytes.extend(mini.publish(0, 0, "t", &"x".repeat(200)));
    bytes.extend(Mini::ping());
    let mut decoder = Decoder::default();
    let mut count = 0;
    for byte in bytes {
        decoder.feed(&[byte]);
        count += usize::from(decoder.next_packet().is_some());
    }
    assert_eq!(count, 3);
}

#[test]
fn what_no_client_may_send_is_a_panic_that_names_the_rule() {
    let five = |bytes: &[u8]| complaint(|| decode(Version::Five, bytes));
    let four = |bytes: &[u8]| complaint(|| decode(Version::Four, bytes));
    for (complaint, rule) in [
        (four(b"\x38\x03\x00\x01t"), "DUP at QoS 0"),
        (four(b"\x36\x05\x00\x01t\x00\x01"), "QoS 3"),
        (four(b"\x32\x05\x00\x01t\x00\x00"), "packet identifier 0"),
        (four(b"\x30\x03\x00\x01#"), "wildcards"),
        (four(b"\x30\x02\x00\x00"), "neither a topic nor an alias"),
        (four(b"\x30\x03\x00\x01\xff"), "not UTF-8"),
        (four(b"\x30\x03\x00\x01\x00"), "NUL"),
        (four(b"\x30\x03\x00\x09t"), "in the middle of a field"),
        (four(b"\x41\x02\x00\x01"), "reserved flags"),
        (four(b"\x60\x02\x00\x01"), "reserved flags"),
        (four(b"\x40\x03\x00\x01\x00"), "more bytes"),
        (four(b"\x80\x06\x00\x01\x00\x01t\x00"), "reserved flags"),
        (four(b"\x82\x02\x00\x01"), "no filter"),
        (four(b"\x82\x06\x00\x01\x00\x01t\x03"), "QoS 3"),
        (four(b"\x82\x06\x00\x01\x00\x01t\x04"), "reserved subscription options"),
        (four(b"\x82\x07\x00\x01\x00\x02a+\x00"), "'+' is not a whole level"),
        (four(b"\xd0\x00"), "no client sends this"),
        (four(b"\xc0\x80\x00"), "shortest form"),
        (four(b"\xc0\xff\xff\xff\xff\x01"), "more than four bytes"),
        (four(&Mini::connect(&Greeting::new(Version::Four))), "a second CONNECT"),
        (five(b"\xf0\x00"), "no client sends this"),
        (five(b"\x30\x07\x00\x01t\x03\x23\x00\x00"), "topic alias 0"),
        (five(b"\x30\x06\x00\x01t\x02\x0b\x01"), "property 0x0b"),
        (five(b"\x30\x08\x00\x01t\x04\x01\x00\x01\x00"), "property 0x01 twice"),
        (five(b"\x30\x06\x00\x01t\x02\x01\x02"), "neither 0 nor 1"),
        (five(b"\x40\x03\x00\x01\x10"), "reason code 0x10"),
        (five(b"\x62\x03\x00\x01\x80"), "reason code 0x80"),
        (five(b"\xe0\x01\x8d"), "reason code 0x8d"),
        (five(b"\x82\x07\x00\x01\x00\x00\x01t\x30"), "Retain Handling 3"),
        (five(b"\x82\x10\x00\x01\x00\x00\x0a$share/g/t\x04"), "No Local on a shared"),
    ] {
        assert!(complaint.contains(rule), "{rule}: {complaint}");
    }
}

#[test]
fn a_wrong_connect_is_a_panic_that_names_the_rule() {
    for (bytes, rule) in [
        (&b"\xc0\x00"[..], "the first packet must be CONNECT"),
        (b"\x10\x0d\x00\x04MQTT\x06\x02\x00\x00\x00\x01a", "level 6"),
        (b"\x10\x0d\x00\x04MQTT\x04\x03\x00\x00\x00\x01a", "reserved connect flag"),
        (b"\x10\x0c\x00\x04MQTT\x04\x00\x00\x00\x00\x00", "without a client id"),
        (b"\x10\x0d\x00\x04MQTT\x04\x22\x00\x00\x00\x01a", "without a will"),
        (b"\x10\x0d\x00\x04MQTT\x04\x42\x00\x00\x00\x01a", "without a user name"),
        (b"\x10\x0e\x00\x06MQIsdp\x03\x02\x00\x00\x00\x00", "1 to 23 bytes"),
        (b"\x10\x11\x00\x04MQTT\x05\x02\x00\x00\x03\x21\x00\x00\x00\x01a", "Receive Maximum 0"),
    ] {
        let complaint = complaint(|| connect_of(bytes));
        assert!(complaint.contains(rule), "{rule}: {complaint}");
    }
}

#[test]
fn a_broker_writes_each_version_as_it_is() {
    let written = |packet: &BrokerPacket, version| {
        let mut out = Vec::new();
        packet.write(version, &mut out);
        out
    };
    let connack = BrokerPacket::ConnAck {
        session_present: true,
        reason: 0,
        receive_maximum: 20,
        topic_alias_maximum: 10,
        assigned_client_id: Some("x".to_owned()),
    };
    assert_eq!(written(&connack, Version::Four), b"\x20\x02\x01\x00");
    let five = b"\x20\x0d\x01\x00\x0a\x21\x00\x14\x22\x00\x0a\x12\x00\x01x";
    assert_eq!(written(&connack, Version::Five), five);
    let unsuback = BrokerPacket::UnsubAck { id: 3, codes: vec![0x11] };
    assert_eq!(written(&unsuback, Version::Four), b"\xb0\x02\x00\x03");
    assert_eq!(written(&unsuback, Version::Five), b"\xb0\x04\x00\x03\x00\x11");
    let disconnect = BrokerPacket::Disconnect { reason: 0x8e };
    assert_eq!(written(&disconnect, Version::Four), b"");
    assert_eq!(written(&disconnect, Version::Five), b"\xe0\x01\x8e");
    let message = Message {
        topic: "t".to_owned(),
        payload: "p".into(),
        qos: 1,
        retain: true,
        properties: b"\x01\x01"[..].into(),
    };
    let publish = BrokerPacket::Publish { message, dup: true, id: 2, identifiers: vec![300] };
    assert_eq!(written(&publish, Version::Four), b"\x3b\x06\x00\x01t\x00\x02p");
    let five = b"\x3b\x0c\x00\x01t\x00\x02\x05\x01\x01\x0b\xac\x02p";
    assert_eq!(written(&publish, Version::Five), five);
}
