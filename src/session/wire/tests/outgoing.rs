//! What we write, byte for byte, and read again by rumqttc.

use super::*;

fn connect(version: Version) -> Connect<'static> {
    Connect {
        version,
        client_id: "id",
        clean_start: true,
        keep_alive: 60,
        username: None,
        password: None,
        will: None,
        session_expiry: 0,
    }
}

fn connect_bytes(connect: &Connect<'_>) -> Vec<u8> {
    written(|out| {
        connect.write(out);
        Ok(())
    })
}

#[test]
fn connect_is_exact_in_every_version() {
    assert_eq!(
        connect_bytes(&connect(Version::V31)),
        b"\x10\x10\0\x06MQIsdp\x03\x02\0\x3c\0\x02id"
    );
    assert_eq!(connect_bytes(&connect(Version::V311)), b"\x10\x0e\0\x04MQTT\x04\x02\0\x3c\0\x02id");
    assert_eq!(connect_bytes(&connect(Version::V5)), b"\x10\x0f\0\x04MQTT\x05\x02\0\x3c\0\0\x02id");
    let resuming = Connect { clean_start: false, session_expiry: 120, ..connect(Version::V5) };
    assert_eq!(
        connect_bytes(&resuming),
        b"\x10\x14\0\x04MQTT\x05\0\0\x3c\x05\x11\0\0\0\x78\0\x02id"
    );
}

#[test]
fn connect_carries_any_bytes_as_password_and_an_empty_user_name_beside_it() {
    let login = |version, username| {
        let login = Connect { username, password: Some(b"\xff\0"), ..connect(version) };
        connect_bytes(&login)
    };
    assert_eq!(
        login(Version::V311, Some("")),
        b"\x10\x14\0\x04MQTT\x04\xc2\0\x3c\0\x02id\0\0\0\x02\xff\0"
    );
    assert_eq!(
        login(Version::V31, Some("u")),
        b"\x10\x17\0\x06MQIsdp\x03\xc2\0\x3c\0\x02id\0\x01u\0\x02\xff\0"
    );
    assert_eq!(login(Version::V5, None), b"\x10\x13\0\x04MQTT\x05\x42\0\x3c\0\0\x02id\0\x02\xff\0");
}

#[test]
fn connect_carries_a_will_and_its_delay_only_in_version_5() {
    let envelope = envelope("w", QoS::AtLeastOnce, true);
    let mut will = Will { envelope, payload: b"\xfe".to_vec(), delay: Some(5) };
    let bytes =
        |version, will: &Will| connect_bytes(&Connect { will: Some(will), ..connect(version) });
    assert_eq!(
        bytes(Version::V5, &will),
        b"\x10\x1b\0\x04MQTT\x05\x2e\0\x3c\0\0\x02id\x05\x18\0\0\0\x05\0\x01w\0\x01\xfe"
    );
    assert_eq!(
        bytes(Version::V311, &will),
        b"\x10\x14\0\x04MQTT\x04\x2e\0\x3c\0\x02id\0\x01w\0\x01\xfe"
    );
    will.delay = None;
    assert_eq!(
        bytes(Version::V5, &will),
        b"\x10\x16\0\x04MQTT\x05\x2e\0\x3c\0\0\x02id\0\0\x01w\0\x01\xfe"
    );
}

#[test]
fn a_connect_with_strings_that_are_too_long_is_cut_but_never_malformed() {
    let long = "x".repeat(70_000);
    let bytes = connect_bytes(&Connect { client_id: &long, ..connect(Version::V5) });
    let v5::Packet::Connect(packet, ..) = decoded_v5(&bytes) else { panic!() };
    assert_eq!(packet.client_id.len(), 65_535);
    assert!(long.parse::<TopicFilter>().is_err(), "topics are checked before");
}

#[test]
fn the_trace_of_connect_shows_of_the_password_only_its_length() {
    for version in VERSIONS {
        let login = Connect { username: Some("u"), password: Some(b"canary"), ..connect(version) };
        let lines = crate::session::trace::describe_all(version, true, &connect_bytes(&login));
        assert_eq!(lines.len(), 1);
        assert!(lines[0].ends_with(r#"user name "u" password (6 bytes)"#), "{}", lines[0]);
    }
    let secret = crate::secret::Secret::new(b"canary".to_vec());
    assert!(!format!("{secret:?}").contains("canary"));
}

#[test]
fn rumqttc_reads_the_connect_we_write() {
    let will = Will {
        envelope: envelope("will/topic", QoS::ExactlyOnce, false),
        payload: vec![b'x'; 300],
        delay: Some(7),
    };
    let full = |version| Connect {
        username: Some("user"),
        password: Some(b"pass"),
        will: Some(&will),
        session_expiry: 9,
        ..connect(version)
    };
    let v5::Packet::Connect(packet, last_will, login) =
        decoded_v5(&connect_bytes(&full(Version::V5)))
    else {
        panic!()
    };
    assert_eq!(
        (packet.client_id.as_str(), packet.clean_start, packet.keep_alive),
        ("id", true, 60)
    );
    assert_eq!(packet.properties.unwrap().session_expiry_interval, Some(9));
    assert_eq!(login, Some(v5::Login { username: "user".into(), password: "pass".into() }));
    let last_will = last_will.unwrap();
    assert_eq!((&last_will.topic[..], last_will.message.len()), (&b"will/topic"[..], 300));
    assert_eq!((last_will.qos, last_will.retain), (NewQoS::ExactlyOnce, false));
    assert_eq!(last_will.properties.unwrap().delay_interval, Some(7));

    let v4::Packet::Connect(packet) = decoded_v4(&connect_bytes(&full(Version::V311))) else {
        panic!()
    };
    assert_eq!((packet.client_id.as_str(), packet.clean_session), ("id", true));
    let login = packet.login.unwrap();
    assert_eq!((login.username.as_str(), login.password.as_str()), ("user", "pass"));
    assert_eq!(packet.last_will.unwrap().topic, "will/topic");
}

#[test]
fn every_answer_we_write_is_exact() {
    assert_eq!(written(|out| encode::puback(out, 0x1234)), [0x40, 2, 0x12, 0x34]);
    assert_eq!(written(|out| encode::pubrec(out, 0x1234)), [0x50, 2, 0x12, 0x34]);
    for version in VERSIONS {
        assert_eq!(written(|out| encode::pubrel(out, version, 1, true)), [0x62, 2, 0, 1]);
        assert_eq!(written(|out| encode::pubcomp(out, version, 1, true)), [0x70, 2, 0, 1]);
    }
    for version in [Version::V31, Version::V311] {
        assert_eq!(written(|out| encode::pubrel(out, version, 1, false)), [0x62, 2, 0, 1]);
        assert_eq!(written(|out| encode::pubcomp(out, version, 1, false)), [0x70, 2, 0, 1]);
    }
    let unknown = |bytes: Vec<u8>| (bytes.clone(), decoded_v5(&bytes));
    let (bytes, packet) = unknown(written(|out| encode::pubrel(out, Version::V5, 1, false)));
    assert_eq!(bytes, [0x62, 4, 0, 1, 0x92, 0]);
    let reason = v5::PubRelReason::PacketIdentifierNotFound;
    assert_eq!(packet, v5::Packet::PubRel(v5::PubRel { pkid: 1, reason, properties: None }));
    let (bytes, packet) = unknown(written(|out| encode::pubcomp(out, Version::V5, 1, false)));
    assert_eq!(bytes, [0x70, 4, 0, 1, 0x92, 0]);
    let reason = v5::PubCompReason::PacketIdentifierNotFound;
    assert_eq!(packet, v5::Packet::PubComp(v5::PubComp { pkid: 1, reason, properties: None }));
}

#[test]
fn subscribe_and_pingreq_are_exact() {
    let filters: Vec<(TopicFilter, QoS)> =
        vec![("a/#".parse().unwrap(), QoS::ExactlyOnce), ("+".parse().unwrap(), QoS::AtMostOnce)];
    let subscribe = |version| {
        let filters = filters.iter().map(|(filter, qos)| (filter, *qos));
        written(|out| encode::subscribe(out, version, 0x0102, filters))
    };
    for version in [Version::V31, Version::V311] {
        assert_eq!(subscribe(version), b"\x82\x0c\x01\x02\0\x03a/#\x02\0\x01+\0");
    }
    assert_eq!(subscribe(Version::V5), b"\x82\x0d\x01\x02\0\0\x03a/#\x02\0\x01+\0");
    let pingreq = written(|out| {
        encode::pingreq(out);
        Ok(())
    });
    assert_eq!(pingreq, [0xc0, 0]);
    assert_eq!(decoded_v4(&pingreq), v4::Packet::PingReq);
}

#[test]
fn disconnect_is_exact_and_says_why_in_version_5() {
    let disconnect = |version, reason, expire_now| {
        written(|out| encode::disconnect(out, version, Reason(reason), expire_now))
    };
    for version in [Version::V31, Version::V311] {
        assert_eq!(disconnect(version, 0x82, true), [0xe0, 0]);
    }
    assert_eq!(disconnect(Version::V5, 0, false), [0xe0, 0]);
    assert_eq!(disconnect(Version::V5, 0, true), [0xe0, 7, 0, 5, 0x11, 0, 0, 0, 0]);
    for reason in [0x04, 0x80, 0x81, 0x82, 0x90, 0x93, 0x94, 0x95, 0x99] {
        let bytes = disconnect(Version::V5, reason, false);
        assert_eq!(bytes, [0xe0, 2, reason, 0]);
        let v5::Packet::Disconnect(packet) = decoded_v5(&bytes) else { panic!() };
        assert_eq!(packet.reason_code as u8, reason);
    }
}

#[test]
fn a_publish_is_as_large_as_its_template_says() {
    for version in VERSIONS {
        for qos in LEVELS {
            let mut template = Template::new(version, &envelope("topic", qos, false));
            for length in [0, 100, 117, 118, 119, 120, 16_373, 16_374, 16_380, 2_097_150] {
                let id = if qos == QoS::AtMostOnce { 0 } else { 1 };
                let bytes = written(|out| template.write(out, vec![0; length].into(), id, false));
                let frame = Frame::read(&bytes).unwrap().unwrap();
                assert_eq!(template.size(length), (frame.body, bytes.len()), "{version} {length}");
                assert_eq!(frame.total(), bytes.len());
            }
        }
    }
}
