//! Publishing to a broker that behaves: what goes over the wire, byte by byte, and where payloads come from.

use crate::support::{
    Conn, Level, Mosquitto, Mqtt, Peer, Publish, all_published, property, published,
};

/// The payloads that `mqtt pub -l` makes of this input, at QoS 1.
#[track_caller]
fn lines_of(input: &[u8], options: &str) -> Vec<Vec<u8>> {
    all_published(|mqtt| mqtt.line("-t t -l -q 1").line(options).stdin(input))
        .into_iter()
        .map(|publish| publish.payload.0)
        .collect()
}

#[test]
fn qos_0_over_3_1_1_is_exact_on_the_wire() {
    let peer = Peer::script(|conn| {
        conn.expect_bytes(b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02me");
        conn.send_raw(&[0x20, 2, 0, 0]);
        conn.expect_bytes(b"\x30\x07\x00\x03a/bhi");
        conn.expect_bytes(b"\xe0\x00");
        conn.expect_eof();
    });
    peer.mqtt("pub").line("-V 3.1.1 -i me -t a/b -m hi").run();
}

#[test]
fn qos_0_over_3_1_is_exact_on_the_wire() {
    let peer = Peer::script(|conn| {
        conn.expect_bytes(b"\x10\x10\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x02me");
        conn.send_raw(&[0x20, 2, 0, 0]);
        conn.expect_bytes(b"\x30\x07\x00\x03a/bhi");
        conn.expect_bytes(b"\xe0\x00");
        conn.expect_eof();
    });
    peer.mqtt("pub").line("-V 3.1 -i me -t a/b -m hi").run();
}

#[test]
fn qos_0_over_5_is_exact_on_the_wire() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.expect_bytes(b"\x30\x08\x00\x03a/b\x00hi");
        conn.expect_goodbye();
    });
    peer.mqtt("pub").line("-V 5 -t a/b -m hi").run();
}

#[test]
fn connect_says_what_was_asked_for_and_no_more() {
    let peer = Peer::accepting();
    peer.mqtt("pub").line("-V 5 -i me -k 7 -u name -t t -m x").env("MQTT_PASSWORD", "word").run();
    let [connect] = peer.finish().connects.try_into().expect("one connection");
    assert_eq!(connect.level, Level::V5);
    assert!(connect.clean_start);
    assert_eq!(connect.client_id, "me");
    assert_eq!(connect.keep_alive, 7);
    assert_eq!(connect.will, None);
    assert_eq!(connect.username.as_deref(), Some(&b"name"[..]));
    assert_eq!(connect.password.as_deref(), Some(&b"word"[..]));
}

#[test]
fn a_client_id_that_mqtt_3_1_does_not_allow() {
    Mqtt::new("pub")
        .args(["-V", "3.1", "-i", "", "-t", "t", "-m", "x"])
        .status(2)
        .stderr("mqtt: MQTT 3.1 needs a client id of 1 to 23 characters\n")
        .run();
    for (id, hint) in [
        ("123456789012345678901234", "hint: MQTT 3.1 allows 23 characters in a client id\n"),
        ("12345678901234567890123", ""),
    ] {
        let peer = Peer::script(|conn| {
            conn.expect_connect();
            conn.connack(2);
            conn.expect_closed();
        });
        peer.mqtt("pub")
            .args(["-V", "3.1", "-i", id, "-t", "t", "-m", "x"])
            .status(4)
            .stderr(format!(
                "mqtt: cannot connect to mqtt://{}: the broker refused the connection: \
                 0x02 Client identifier not valid\n{hint}",
                peer.address()
            ))
            .run();
    }
}

#[test]
fn a_made_up_client_id_is_new_in_every_run() {
    let ids = [(), ()].map(|()| {
        let peer = Peer::accepting();
        peer.mqtt("pub").line("-t t -m x").run();
        peer.finish().connects[0].client_id.clone()
    });
    for id in &ids {
        let digits = id.strip_prefix("mqtt-").expect("the prefix");
        assert_eq!(digits.len(), 16, "{id}");
        assert!(digits.chars().all(|digit| digit.is_ascii_hexdigit()));
    }
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn a_session_lasts_just_long_enough_to_restore_a_lost_connection() {
    let peer = Peer::script(|conn| {
        let connect = conn.accept();
        let expiry = connect.properties.number(property::SESSION_EXPIRY);
        assert_eq!(expiry, Some(120));
        conn.expect_publish();
        let disconnect = conn.expect_goodbye();
        let expiry = disconnect.properties.number(property::SESSION_EXPIRY);
        assert_eq!(expiry, Some(0));
    });
    peer.mqtt("pub").line("-V 5 -t t -m x").run();
}

/// Takes one message at QoS 1 or 2 through its whole handshake.
fn take_confirmed(conn: &mut Conn, qos: u8) {
    conn.accept();
    let publish = conn.expect_publish();
    let id = publish.id.expect("an identifier");
    assert_eq!(publish, Publish::new("a/b", "hi").qos(qos, id));
    match qos {
        1 => conn.puback(id, 0),
        _ => {
            conn.pubrec(id, 0);
            assert_eq!(conn.expect_pubrel().id, id);
            conn.pubcomp(id, 0);
        }
    }
    conn.expect_goodbye();
}

#[test]
fn qos_1_waits_for_puback() {
    for version in ["3.1", "3.1.1", "5"] {
        let peer = Peer::script(|conn| take_confirmed(conn, 1));
        peer.mqtt("pub").args(["-V", version]).line("-t a/b -m hi -q 1").run();
    }
}

#[test]
fn qos_2_waits_for_pubrec_and_pubcomp() {
    for version in ["3.1", "3.1.1", "5"] {
        let peer = Peer::script(|conn| take_confirmed(conn, 2));
        peer.mqtt("pub").args(["-V", version]).line("-t a/b -m hi -q 2").run();
    }
}

#[test]
fn the_alias_publish_is_the_same_command() {
    let peer = Peer::accepting();
    peer.mqtt("publish").line("-t t -m x").run();
    assert_eq!(peer.finish().publishes, [Publish::new("t", "x")]);
}

#[test]
fn an_empty_message_and_the_retain_flag() {
    let publish = published(|mqtt| mqtt.line("-t t -n -r"));
    assert_eq!(publish, Publish::new("t", "").retain());
}

#[test]
fn the_whole_of_stdin_is_one_message() {
    let bytes = b"\r\n one \0 two\xff\n\n";
    let publish = published(|mqtt| mqtt.line("-t t -s").stdin(bytes));
    assert_eq!(publish, Publish::new("t", bytes));
}

#[test]
fn each_file_is_one_message() {
    let publishes = all_published(|mqtt| {
        mqtt.file("one", b"1\n").file("two", b"\xff\0").line("-t t -f one -f two")
    });
    let expected = [Publish::new("t", b"1\n"), Publish::new("t", b"\xff\0")];
    assert_eq!(publishes, expected);
}

#[test]
fn nul_bytes_in_lines_are_bytes_like_any_other() {
    let payloads = lines_of(b"a\0b\n\0c\nd\n", "");
    assert_eq!(payloads, [&b"a\0b"[..], b"\0c", b"d"]);
}

#[test]
fn lines_are_exact_to_the_last_byte() {
    let payloads = lines_of(b"\n  two \r\n\t\xff\nno end", "");
    assert_eq!(payloads, [&b""[..], b"  two \r", b"\t\xff", b"no end"]);
}

#[test]
fn a_line_of_a_megabyte_is_one_message() {
    let long = vec![b'x'; 1 << 20];
    let input = [&long[..], b"\nshort\n"].concat();
    assert!(lines_of(&input, "") == [&long[..], b"short"], "not exact");
}

#[test]
fn no_lines_are_no_messages() {
    assert!(lines_of(b"", "").is_empty());
}

#[test]
fn thousands_of_messages_arrive_in_order_at_every_qos() {
    let expected: Vec<String> = (0..3_000).map(|number| format!("line {number}")).collect();
    for qos in ["0", "1", "2"] {
        let peer = Peer::accepting();
        peer.mqtt("pub").args(["-t", "t", "-l", "-q", qos]).stdin(expected.join("\n")).run();
        assert!(peer.finish().payloads() == expected, "not exact at QoS {qos}");
    }
}

#[test]
fn a_real_broker_confirms_every_version_and_qos() {
    let broker = Mosquitto::start();
    for version in ["3.1", "3.1.1", "5", "auto"] {
        for qos in ["0", "1", "2"] {
            broker.mqtt("pub").args(["-V", version, "-q", qos, "-t", "t", "-m", "x"]).run();
        }
    }
}

#[test]
fn a_real_broker_refuses_a_wrong_password() {
    let broker = Mosquitto::options().user("name", "right").start();
    let publish = |password: &str| {
        broker.mqtt("pub").line("-u name -t t -m x").env("MQTT_PASSWORD", password)
    };
    publish("right").run();
    publish("canary").status(4).stderr_contains("not authorized").stderr_lacks("canary").run();
}

#[test]
fn a_real_broker_refuses_a_topic() {
    let broker = Mosquitto::options().acl("topic write open\n").start();
    broker.mqtt("pub").line("-q 1 -t open -m x").run();
    broker.mqtt("pub").line("-q 1 -t closed -m x").status(5).stderr_contains("0x87").run();
}

/// The protocol has no way to say so: the reason why 5 comes first.
#[test]
fn a_real_broker_cannot_refuse_a_topic_before_mqtt_5() {
    let broker = Mosquitto::options().acl("topic write open\n").start();
    for qos in ["0", "1", "2"] {
        broker.mqtt("pub").args(["-V", "3.1.1", "-q", qos, "-t", "closed", "-m", "x"]).run();
    }
}

#[test]
fn each_message_goes_to_each_topic() {
    let publishes = all_published(|mqtt| mqtt.line("-t a -t b -m x"));
    assert_eq!(publishes, [Publish::new("a", "x"), Publish::new("b", "x")]);
}
