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
        receive_maximum: None,
        maximum_packet_size: None,
        topic_alias_maximum: 0,
        request_response_information: false,
        request_problem_information: true,
        authentication: None,
        user_properties: &[],
    }
}

fn connect_bytes(connect: &Connect<'_>) -> Vec<u8> {
    written(|out| connect.write(out))
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
        let lines = crate::mqtt::trace::describe_all(
            version,
            crate::mqtt::trace::Direction::Out,
            &connect_bytes(&login),
        );
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
    let mut subscriptions = vec![
        Subscription::new("a/#".parse().unwrap(), QoS::ExactlyOnce),
        Subscription::new("+".parse().unwrap(), QoS::AtMostOnce),
    ];
    let subscribe = |version, subscriptions: &[Subscription], subscription_id| {
        let interest = Interest { subscription_id, ..Interest::default() };
        written(|out| encode::subscribe(out, version, 0x0102, subscriptions.iter(), &interest))
    };
    for version in [Version::V31, Version::V311] {
        let bytes = subscribe(version, &subscriptions, None);
        assert_eq!(bytes, b"\x82\x0c\x01\x02\0\x03a/#\x02\0\x01+\0");
    }
    let bytes = subscribe(Version::V5, &subscriptions, None);
    assert_eq!(bytes, b"\x82\x0d\x01\x02\0\0\x03a/#\x02\0\x01+\0");
    subscriptions[0].no_local = true;
    subscriptions[0].retain_handling = RetainHandling::New;
    subscriptions[1].retain_as_published = true;
    subscriptions[1].retain_handling = RetainHandling::Never;
    let bytes = subscribe(Version::V5, &subscriptions, Some(200));
    assert_eq!(bytes, b"\x82\x10\x01\x02\x03\x0b\xc8\x01\0\x03a/#\x16\0\x01+\x28");
    let pingreq = written(encode::pingreq);
    assert_eq!(pingreq, [0xc0, 0]);
    assert_eq!(decoded_v4(&pingreq), v4::Packet::PingReq);
}

#[test]
fn unsubscribe_is_exact() {
    let filters: Vec<TopicFilter> = vec!["a/#".parse().unwrap(), "+".parse().unwrap()];
    let unsubscribe = |version| {
        written(|out| {
            encode::unsubscribe(out, version, 0x0102, filters.iter(), &Interest::default())
        })
    };
    for version in [Version::V31, Version::V311] {
        assert_eq!(unsubscribe(version), b"\xa2\x0a\x01\x02\0\x03a/#\0\x01+");
    }
    assert_eq!(unsubscribe(Version::V5), b"\xa2\x0b\x01\x02\0\0\x03a/#\0\x01+");
}

#[test]
fn connect_says_what_the_broker_may_send() {
    let limited = Connect {
        receive_maximum: Some(9),
        maximum_packet_size: Some(0x01_0000),
        topic_alias_maximum: 3,
        request_response_information: true,
        request_problem_information: false,
        user_properties: &[("k".to_owned(), String::new())],
        ..connect(Version::V5)
    };
    let properties = b"\x15\x21\0\x09\x22\0\x03\x27\0\x01\0\0\x19\x01\x17\0\x26\0\x01k\0\0";
    let expected = [&b"\x10\x24\0\x04MQTT\x05\x02\0\x3c"[..], properties, b"\0\x02id"].concat();
    assert_eq!(connect_bytes(&limited), expected);
}

#[test]
fn disconnect_is_exact_and_says_why_in_version_5() {
    let disconnect = |version, reason, expire_now: bool| {
        let parting = Parting { session_expiry: expire_now.then_some(0), ..Parting::default() };
        let mut out = BytesMut::new();
        encode::disconnect(&mut out, version, Reason(reason), &parting, |_| true);
        out.to_vec()
    };
    for version in [Version::V31, Version::V311] {
        assert_eq!(disconnect(version, 0x82, true), [0xe0, 0]);
    }
    assert_eq!(disconnect(Version::V5, 0, false), [0xe0, 0]);
    assert_eq!(disconnect(Version::V5, 0, true), [0xe0, 7, 0, 5, 0x11, 0, 0, 0, 0]);
    for reason in [0x04, 0x80, 0x81, 0x82, 0x90, 0x93, 0x94, 0x95, 0x99] {
        let bytes = disconnect(Version::V5, reason, false);
        assert_eq!(bytes, [0xe0, 1, reason]);
    }
}

/// [MQTT-3.14.2-3].
#[test]
fn disconnect_leaves_out_what_makes_it_too_large_for_the_broker() {
    let parting = Parting {
        session_expiry: Some(0),
        reason_string: Some("bye".to_owned()),
        user_properties: vec![("k".to_owned(), "v".to_owned())],
    };
    let with = |largest: usize| {
        let fits = |size| size <= largest;
        written(|out| encode::disconnect(out, Version::V5, Reason::SUCCESS, &parting, fits))
    };
    assert_eq!(with(100).len(), 22);
    assert_eq!(with(22).len(), 22);
    assert_eq!(with(21), [0xe0, 7, 0, 5, 0x11, 0, 0, 0, 0]);
    assert_eq!(with(8), [0xe0, 0]);
}

/// Every property of a message.
fn all_properties() -> PublishProperties {
    PublishProperties {
        payload_utf8: Some(true),
        message_expiry: Some(60),
        content_type: Some("text/plain".to_owned()),
        response_topic: Some("answers/here".parse().unwrap()),
        correlation_data: Some(b"\xff\0".to_vec()),
        user_properties: vec![("k".into(), "v".into()), ("k".into(), String::new())],
    }
}

#[test]
fn the_properties_of_a_message_and_of_a_will_read_back() {
    let mut envelope = envelope("t", QoS::AtLeastOnce, false);
    envelope.properties = all_properties();
    let mut writer = PublishWriter::new(Version::V5, limits(7, 1000), Aliasing::Fixed(7));
    let shared = Rc::new(envelope.clone());
    let bytes = written(|out| writer.write(out, &shared, b"x", 9, false).unwrap());
    let v5::Packet::Publish(packet) = decoded_v5(&bytes) else { panic!() };
    let properties = packet.properties.unwrap();
    assert_eq!(properties.topic_alias, Some(7));
    assert_eq!(properties.payload_format_indicator, Some(1));
    assert_eq!(properties.message_expiry_interval, Some(60));
    assert_eq!(properties.content_type.as_deref(), Some("text/plain"));
    assert_eq!(properties.response_topic.as_deref(), Some("answers/here"));
    assert_eq!(properties.correlation_data.as_deref(), Some(&b"\xff\0"[..]));
    assert_eq!(properties.user_properties, envelope.properties.user_properties);

    let will = Will { envelope, payload: Vec::new(), delay: Some(3) };
    let bytes = connect_bytes(&Connect { will: Some(&will), ..connect(Version::V5) });
    let v5::Packet::Connect(_, will, _) = decoded_v5(&bytes) else { panic!() };
    let properties = will.unwrap().properties.unwrap();
    assert_eq!(properties.delay_interval, Some(3));
    assert_eq!(properties.content_type.as_deref(), Some("text/plain"));
    assert_eq!(properties.user_properties.len(), 2);
}

#[test]
fn an_alias_takes_the_place_of_the_topic() {
    let envelope = Rc::new(envelope("topic", QoS::AtMostOnce, true));
    let mut writer = PublishWriter::new(Version::V5, limits(2, 1000), Aliasing::Fixed(2));
    let mut publish = || written(|out| writer.write(out, &envelope, b"x", 0, false).unwrap());
    assert_eq!(publish(), b"\x31\x0c\0\x05topic\x03\x23\0\x02x");
    assert_eq!(publish(), b"\x31\x07\0\0\x03\x23\0\x02x");
    let mut writer = PublishWriter::new(Version::V5, limits(0, 1000), Aliasing::Auto);
    let mut publish = || written(|out| writer.write(out, &envelope, b"x", 0, false).unwrap());
    assert_eq!(publish(), b"\x31\x09\0\x05topic\0x");
}

#[test]
fn an_alias_that_makes_a_message_too_large_is_left_out() {
    let envelope = Rc::new(envelope("topic", QoS::AtMostOnce, false));
    let mut writer = PublishWriter::new(Version::V5, limits(1, 11), Aliasing::Auto);
    let mut publish = || written(|out| writer.write(out, &envelope, b"x", 0, false).unwrap());
    assert_eq!(publish(), b"\x30\x09\0\x05topic\0x");
    let mut out = BytesMut::new();
    let refusal = writer.write(&mut out, &envelope, b"xy", 0, false).unwrap_err();
    assert!(out.is_empty() && refusal.reason == Reason::PACKET_TOO_LARGE);
    let text = "the packet has 15 bytes, the broker's maximum packet size is 11";
    assert_eq!(refusal.text(), Some(text));
}

#[test]
fn more_envelopes_than_are_kept_prepared_are_written_all_the_same() {
    let mut writer = PublishWriter::new(Version::V5, Limits::default(), Aliasing::None);
    let envelopes: Vec<_> = (0..20)
        .map(|number| Rc::new(envelope(&format!("t/{number}"), QoS::AtMostOnce, false)))
        .collect();
    for envelope in envelopes.iter().chain(&envelopes) {
        let bytes = written(|out| writer.write(out, envelope, b"", 0, false).unwrap());
        let v5::Packet::Publish(packet) = decoded_v5(&bytes) else { panic!() };
        assert_eq!(&packet.topic[..], envelope.topic.as_str().as_bytes());
    }
}

#[test]
fn an_alias_beyond_what_the_broker_takes_is_refused_unless_the_message_was_sent_before() {
    let envelope = Rc::new(envelope("topic", QoS::AtLeastOnce, false));
    let mut writer = PublishWriter::new(Version::V5, limits(2, 1000), Aliasing::Fixed(3));
    let mut out = BytesMut::new();
    let refusal = writer.write(&mut out, &envelope, b"x", 1, false).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "0x94 Topic alias invalid: topic alias 3, and the broker takes 2"
    );
    writer.write(&mut out, &envelope, b"x", 1, true).unwrap();
    assert_eq!(&out[..], b"\x3a\x0b\0\x05topic\0\x01\0x");
}

#[test]
fn lengths_are_right_at_every_border() {
    for version in VERSIONS {
        for qos in LEVELS {
            let mut envelope = envelope("topic", qos, false);
            if version == Version::V5 {
                envelope.properties.content_type = Some("x".repeat(200));
            }
            for length in [0, 100, 117, 118, 119, 120, 16_373, 16_374, 16_380, 2_097_150] {
                let id = if qos == QoS::AtMostOnce { 0 } else { 1 };
                let bytes = published(version, envelope.clone(), &vec![0; length], id, false);
                let frame = Frame::read(&bytes).unwrap().unwrap();
                assert_eq!(frame.total(), bytes.len(), "{version} {length}");
            }
        }
    }
}
