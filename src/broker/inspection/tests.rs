//! What clients send, right and wrong, in both versions.

use super::*;

const CONNECT_V4: &[u8] = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a";
const CONNECT_V5: &[u8] = b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01a";

const VERSIONS: [Level; 2] = [Level::V4, Level::V5];

/// An inspector that has let a client with a clean session in.
fn connected(version: Level) -> Inspector {
    let mut inspector = Inspector::new(version);
    let connect = if version == Level::V4 { CONNECT_V4 } else { CONNECT_V5 };
    assert_eq!(inspector.inspect(connect), Ok(Handling::Pass));
    inspector
}

fn durable(version: Level) -> Inspector {
    let mut inspector = Inspector::new(version);
    let connect = if version == Level::V4 { CONNECT_V4 } else { CONNECT_V5 };
    let connect: Vec<u8> =
        connect.iter().enumerate().map(|(at, byte)| if at == 9 { 0 } else { *byte }).collect();
    assert_eq!(inspector.inspect(&connect), Ok(Handling::Pass));
    inspector
}

/// The reason for which a client of this version is dropped that sends these bytes after CONNECT.
fn refused(version: Level, packet: &[u8]) -> u8 {
    match connected(version).inspect(packet) {
        Err(reason) => reason.0,
        Ok(decision) => panic!("{version:?} {packet:02x?}: {decision:?}"),
    }
}

/// Packets that any client may send.
const GOOD: [(Level, &[u8]); 15] = [
    (Level::V4, b"\x30\x03\x00\x01a"),
    (Level::V4, b"\x3d\x06\x00\x01a\x00\x07x"),
    (Level::V4, b"\x82\x06\x00\x07\x00\x01#\x02"),
    (Level::V4, b"\xa2\x05\x00\x07\x00\x01#"),
    (Level::V4, b"\x40\x02\x00\x07"),
    (Level::V4, b"\xc0\x00"),
    (Level::V4, b"\xe0\x00"),
    (Level::V5, b"\x30\x04\x00\x01a\x00"),
    (Level::V5, b"\x33\x07\x00\x01a\x00\x07\x00x"),
    (Level::V5, b"\x30\x07\x00\x01a\x03\x23\x00\x01"),
    (Level::V5, b"\x82\x0a\x00\x07\x02\x0b\x01\x00\x02a/\x2e"),
    (Level::V5, b"\x40\x04\x00\x07\x80\x00"),
    (Level::V5, b"\xe0\x01\x04"),
    (Level::V5, b"\xe0\x00"),
    (Level::V5, b"\xa2\x06\x00\x07\x00\x00\x01#"),
];

#[test]
fn what_any_client_may_send_passes_once_it_is_whole() {
    for (version, packet) in GOOD {
        let inspector = connected(version);
        for length in 0..packet.len() {
            let known = inspector.length(&packet[..length]).unwrap();
            assert!(known.is_none() || known == Some(packet.len()), "{packet:02x?}");
        }
        assert_eq!(inspector.length(packet), Ok(Some(packet.len())));
        assert_eq!(connected(version).inspect(packet), Ok(Handling::Pass), "{packet:02x?}");
        let longer = [packet, &[0]].concat();
        assert_eq!(inspector.length(&longer), Ok(Some(packet.len())));
    }
}

#[test]
fn what_only_servers_send_is_refused_at_its_first_byte() {
    for version in VERSIONS {
        for first in [0x20, 0x90, 0xb0, 0xd0] {
            assert_eq!(
                connected(version).length(&[first]),
                Err(Reason::PROTOCOL_ERROR),
                "{first:02x}"
            );
        }
        for first in [0x00, 0x0f, 0x21, 0x41, 0x60, 0x80, 0xa0, 0xc1, 0xe2] {
            assert_eq!(
                connected(version).length(&[first]),
                Err(Reason::MALFORMED_PACKET),
                "{first:02x}"
            );
        }
    }
    assert_eq!(connected(Level::V4).length(&[0xf0]), Err(Reason::MALFORMED_PACKET));
    assert_eq!(connected(Level::V5).length(&[0xf0]), Err(Reason::PROTOCOL_ERROR));
}

#[test]
fn connect_comes_first_and_once() {
    for version in VERSIONS {
        assert_eq!(Inspector::new(version).length(&[0xc0, 0]), Err(Reason::PROTOCOL_ERROR));
        let connect = if version == Level::V4 { CONNECT_V4 } else { CONNECT_V5 };
        assert_eq!(refused(version, connect), 0x82);
    }
}

#[test]
fn lengths_that_lie_are_refused() {
    for version in VERSIONS {
        let inspector = connected(version);
        assert_eq!(
            inspector.length(b"\x30\xff\xff\xff\xff"),
            Err(Reason::MALFORMED_PACKET),
            "five bytes"
        );
        assert_eq!(
            inspector.length(b"\x30\x80\x00"),
            Err(Reason::MALFORMED_PACKET),
            "longer than need be"
        );
        assert_eq!(
            inspector.length(b"\xc0\x01"),
            Err(Reason::MALFORMED_PACKET),
            "a PINGREQ with a body"
        );
        let large = inspector.length(b"\x82\xff\xff\xff\x7f");
        assert_eq!(large, Err(Reason::PACKET_TOO_LARGE), "256 MiB of filters");
        for packet in
            [&b"\x30\x03\x00\x02a"[..], b"\x32\x04\x00\x01a\x00", b"\x40\x01\x00", b"\x82\x00"]
        {
            assert_eq!(refused(version, packet), 0x81, "{packet:02x?}");
        }
    }
    assert_eq!(refused(Level::V4, b"\x40\x03\x00\x07\x00"), 0x81, "more than its fields take");
    assert_eq!(refused(Level::V5, b"\x30\x04\x00\x01a\x05"), 0x81, "properties past the end");
}

#[test]
fn what_is_malformed_in_a_packet_is_refused_for_its_reason() {
    let cases: [(Level, &[u8], u8); 24] = [
        (Level::V4, b"\x36\x05\x00\x01a\x00\x07", 0x81),
        (Level::V4, b"\x38\x03\x00\x01a", 0x81),
        (Level::V4, b"\x30\x03\x00\x01#", 0x90),
        (Level::V4, b"\x30\x03\x00\x01\xff", 0x81),
        (Level::V4, b"\x30\x03\x00\x01\x00", 0x81),
        (Level::V4, b"\x30\x02\x00\x00", 0x82),
        (Level::V4, b"\x32\x05\x00\x01a\x00\x00", 0x82),
        (Level::V4, b"\x82\x06\x00\x00\x00\x01a\x00", 0x82),
        (Level::V4, b"\x82\x02\x00\x07", 0x82),
        (Level::V4, b"\x82\x06\x00\x07\x00\x01a\x03", 0x81),
        (Level::V4, b"\x82\x06\x00\x07\x00\x01a\x04", 0x81),
        (Level::V4, b"\x82\x07\x00\x07\x00\x02a#\x00", 0x8f),
        (Level::V4, b"\xa2\x02\x00\x07", 0x82),
        (Level::V4, b"\x40\x02\x00\x00", 0x82),
        (Level::V4, b"\xe0\x01\x00", 0x81),
        (Level::V5, b"\x30\x08\x00\x01a\x04\x01\x00\x01\x00", 0x82),
        (Level::V5, b"\x30\x06\x00\x01a\x02\x01\x02", 0x82),
        (Level::V5, b"\x30\x06\x00\x01a\x02\x0b\x01", 0x81),
        (Level::V5, b"\x30\x07\x00\x01a\x03\x23\x00\x00", 0x94),
        (Level::V5, b"\x30\x07\x00\x01a\x03\x23\xff\xff", 0x94),
        (Level::V5, b"\x30\x06\x00\x00\x03\x23\x00\x01", 0x82),
        (Level::V5, b"\x82\x07\x00\x07\x00\x00\x01a\x30", 0x81),
        (Level::V5, b"\x82\x0f\x00\x07\x00\x00\x09$share/g/\x04", 0x8f),
        (Level::V5, b"\x62\x03\x00\x07\x80", 0x81),
    ];
    for (version, packet, reason) in cases {
        assert_eq!(refused(version, packet), reason, "{version:?} {packet:02x?}");
    }
}

#[test]
fn a_connect_that_breaks_the_rules_is_refused() {
    let cases: [(Level, &[u8], u8); 8] = [
        (Level::V4, b"\x10\x0d\x00\x04MQTT\x04\x03\x00\x3c\x00\x01a", 0x81),
        (Level::V4, b"\x10\x0d\x00\x04MQTT\x04\x0a\x00\x3c\x00\x01a", 0x81),
        (Level::V4, b"\x10\x0d\x00\x04MQTT\x04\x42\x00\x3c\x00\x01a", 0x81),
        (Level::V4, b"\x10\x0d\x00\x04MQTT\x04\x82\x00\x3c\x00\x01a", 0x81),
        (Level::V4, b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x09a", 0x81),
        (Level::V4, b"\x10\x12\x00\x04MQTT\x04\x06\x00\x3c\x00\x01a\x00\x01#\x00\x00", 0x90),
        (Level::V5, b"\x10\x12\x00\x04MQTT\x05\x02\x00\x3c\x04\x15\x00\x01x\x00\x01a", 0x8c),
        (Level::V5, b"\x10\x11\x00\x04MQTT\x05\x02\x00\x3c\x03\x21\x00\x00\x00\x01a", 0x82),
    ];
    for (version, packet, reason) in cases {
        let mut inspector = Inspector::new(version);
        assert_eq!(inspector.inspect(packet), Err(Reason(reason)), "{packet:02x?}");
        let farewell = inspector.farewell(Reason(reason));
        match version {
            Level::V4 => assert!(farewell.is_empty()),
            Level::V5 => assert_eq!(farewell, [0x20, 3, 0, reason, 0]),
        }
    }
}

#[test]
fn an_alias_stands_for_a_topic_once_it_was_given_one() {
    let mut inspector = connected(Level::V5);
    let by_alias = b"\x30\x06\x00\x00\x03\x23\x00\x07";
    assert_eq!(connected(Level::V5).inspect(by_alias), Err(Reason::PROTOCOL_ERROR));
    assert_eq!(inspector.inspect(b"\x30\x07\x00\x01a\x03\x23\x00\x07"), Ok(Handling::Pass));
    assert_eq!(inspector.inspect(by_alias), Ok(Handling::Pass));
}

#[test]
fn a_message_at_qos_2_reaches_the_server_once_and_is_released_once() {
    for version in VERSIONS {
        let mut inspector = connected(version);
        let publish: &[u8] = match version {
            Level::V4 => b"\x34\x05\x00\x01a\x00\x07",
            Level::V5 => b"\x34\x06\x00\x01a\x00\x07\x00",
        };
        let pubrel = b"\x62\x02\x00\x07";
        let unknown = Handling::Answer(match version {
            Level::V4 => b"\x70\x02\x00\x07".to_vec(),
            Level::V5 => b"\x70\x03\x00\x07\x92".to_vec(),
        });
        assert_eq!(inspector.inspect(pubrel).as_ref(), Ok(&unknown));
        assert_eq!(inspector.inspect(publish), Ok(Handling::Pass));
        let again = inspector.inspect(publish);
        assert_eq!(again, Ok(Handling::Answer(b"\x50\x02\x00\x07".to_vec())));
        assert_eq!(inspector.inspect(pubrel), Ok(Handling::Pass));
        assert_eq!(inspector.inspect(pubrel), Ok(unknown));
    }
}

#[test]
fn a_durable_session_does_not_share() {
    let v4 = b"\x82\x0f\x00\x07\x00\x0a$share/g/a\x01";
    let v5 = b"\x82\x10\x00\x07\x00\x00\x0a$share/g/a\x01";
    assert_eq!(connected(Level::V4).inspect(v4), Ok(Handling::Pass));
    assert_eq!(connected(Level::V5).inspect(v5), Ok(Handling::Pass));
    let suback = durable(Level::V4).inspect(v4);
    assert_eq!(suback, Ok(Handling::Answer(b"\x90\x03\x00\x07\x80".to_vec())));
    let suback = durable(Level::V5).inspect(v5);
    assert_eq!(suback, Ok(Handling::Answer(b"\x90\x04\x00\x07\x00\x9e".to_vec())));
    let long = durable(Level::V5).unshared(7, 200);
    assert_eq!((long.len(), &long[..3]), (206, &[0x90, 0xcb, 0x01][..]));
}

#[test]
fn nothing_after_disconnect_counts() {
    for version in VERSIONS {
        let mut inspector = connected(version);
        assert_eq!(inspector.inspect(b"\xe0\x00"), Ok(Handling::Pass));
        assert_eq!(inspector.inspect(b"\xc0\x00"), Ok(Handling::Answer(Vec::new())));
        assert!(inspector.farewell(Reason::MALFORMED_PACKET).is_empty());
    }
    assert_eq!(connected(Level::V5).farewell(Reason::MALFORMED_PACKET), [0xe0, 2, 0x81, 0]);
}
