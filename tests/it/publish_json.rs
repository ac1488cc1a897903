//! `mqtt pub --json`: records in, messages out.

use std::time::Duration;

use crate::support::{
    Conn, Mqtt, Output, Peer, Properties, Publish, Signal, all_published, property,
};

/// The messages that `mqtt pub --json` over MQTT 5 makes of these records.
#[track_caller]
fn sent(records: &str, options: &str) -> Vec<Publish> {
    all_published(|mqtt| mqtt.line("-V 5 --json").line(options).stdin(records))
}

/// As [`sent`], of one record at QoS 0.
#[track_caller]
fn sent_one(record: &str) -> Publish {
    let [publish] = sent(record, "").try_into().expect("one message");
    publish
}

/// Puts a bad record between a good one and another; the words about it, which name its line.
#[track_caller]
fn stops_at(bad: impl AsRef<[u8]>, options: &str) -> Output {
    let good = br#"{"topic":"t","qos":1,"payload":"good"}"#;
    let input = [good, &b"\n\n"[..], bad.as_ref(), b"\n", good, b"\n"].concat();
    let peer = Peer::accepting();
    let run = peer.mqtt("pub").line("--json").line(options).stdin(input).status(2);
    let output = run.stderr_contains("line 3").run();
    assert_eq!(peer.finish().payloads(), ["good"], "{output}");
    output
}

#[track_caller]
fn refuses_line(line: &str, culprit: &str) {
    let peer = Peer::untouched();
    peer.mqtt("pub").line(line).status(2).stderr_contains(culprit).run();
}

#[test]
fn a_record_says_where_and_how_it_goes() {
    let record = r#"{"topic":"j","qos":1,"retain":true,"payload":"21.5"}"#;
    let [publish] = sent(record, "-t unused").try_into().expect("one message");
    let id = publish.id.expect("an identifier");
    assert_eq!(publish, Publish::new("j", "21.5").qos(1, id).retain());
}

#[test]
fn flags_say_what_a_record_leaves_out() {
    let records = concat!(
        r#"{"payload":"all"}"#,
        "\n",
        r#"{"topic":"a/b","qos":0,"retain":false,"payload":"none"}"#,
        "\n",
        r#"{"qos":2}"#,
    );
    let publishes = sent(records, "-t d -q 1 -r");
    let id = |place: usize| publishes[place].id.expect("an identifier");
    let expected = [
        Publish::new("d", "all").qos(1, id(0)).retain(),
        Publish::new("a/b", "none"),
        Publish::new("d", "").qos(2, id(2)).retain(),
    ];
    assert_eq!(publishes, expected);
}

#[test]
fn flags_give_the_properties_that_a_record_leaves_out() {
    let records = concat!(
        r#"{"topic":"t"}"#,
        "\n",
        r#"{"topic":"t","properties":{"content_type":"own","user_properties":[["x","y"]]}}"#,
    );
    let publishes = sent(records, "--content-type text/plain --expiry 60 --user-property k=v");
    let default = Properties::new()
        .text(property::CONTENT_TYPE, "text/plain")
        .four(property::MESSAGE_EXPIRY, 60)
        .user("k", "v");
    assert_eq!(publishes[0].properties, default);
    let content_type = publishes[1].properties.bytes(property::CONTENT_TYPE);
    assert_eq!(content_type, Some(&b"own"[..]));
    assert_eq!(publishes[1].properties.number(property::MESSAGE_EXPIRY), Some(60));
}

#[test]
fn a_record_without_topic_goes_to_each_default_topic() {
    let records = "{\"payload\":\"x\"}\n{\"topic\":\"c\"}\n";
    let topics: Vec<_> =
        sent(records, "-t a -t b").into_iter().map(|publish| publish.topic).collect();
    assert_eq!(topics, ["a", "b", "c"]);
}

#[test]
fn the_topic_of_the_url_is_a_default_too() {
    let peer = Peer::accepting();
    let url = format!("mqtt://{}/from/url", peer.address());
    let run = Mqtt::new("pub").args(["-L", &url, "--json"]).stdin("{}\n{\"topic\":\"own\"}\n");
    run.run();
    let expected = [Publish::new("from/url", ""), Publish::new("own", "")];
    assert_eq!(peer.finish().publishes, expected);
}

#[test]
fn payloads_come_in_three_forms() {
    for (form, payload) in [
        (r#""payload":"ünï \u0000\n\ud83d\udc1f""#, "ünï \0\n\u{1f41f}".as_bytes()),
        (r#""payload":"""#, b""),
        (r#""payload_base64":"AP8K""#, b"\x00\xff\x0a"),
        (r#""payload_base64":"""#, b""),
        (
            r#""payload_json":{"n":1.0,"big":12345678901234567890}"#,
            b"{\"n\":1.0,\"big\":12345678901234567890}",
        ),
        (r#""payload_json":[1e400,-0,0.10]"#, b"[1e400,-0,0.10]"),
        (r#""payload_json":{"a":1,"a":2}"#, br#"{"a":1,"a":2}"#),
        (r#""payload_json":"\u0041\/""#, br#""\u0041\/""#),
        (r#""payload_json":null"#, b"null"),
        (r#""payload_json":false"#, b"false"),
    ] {
        let publish = sent_one(&format!(r#"{{"topic":"t",{form}}}"#));
        assert_eq!(publish, Publish::new("t", payload), "{form}");
    }
}

#[test]
fn no_payload_is_an_empty_one() {
    assert_eq!(sent_one(r#"{"topic":"t"}"#), Publish::new("t", ""));
}

#[test]
fn every_property_goes_over_the_wire() {
    let record = r#"{"properties":{"payload_format":1,"message_expiry":4294967295,
        "content_type":"text/plain","response_topic":"answers/me","correlation_data":"c-1",
        "user_properties":[["k","v"],["","ü"],["k","w"]]},"topic":"t"}"#;
    let properties = Properties::new()
        .byte(property::PAYLOAD_FORMAT, 1)
        .four(property::MESSAGE_EXPIRY, u32::MAX)
        .text(property::CONTENT_TYPE, "text/plain")
        .text(property::RESPONSE_TOPIC, "answers/me")
        .text(property::CORRELATION_DATA, "c-1")
        .user("k", "v")
        .user("", "ü")
        .user("k", "w");
    assert_eq!(sent_one(&record.replace('\n', " ")), Publish::new("t", "").with(properties));
    let record = r#"{"topic":"t","properties":{"correlation_data_base64":"AP8K"}}"#;
    let properties = Properties::new().text(property::CORRELATION_DATA, b"\x00\xff\x0a");
    assert_eq!(sent_one(record), Publish::new("t", "").with(properties));
    assert_eq!(sent_one(r#"{"topic":"t","properties":{}}"#), Publish::new("t", ""));
}

#[test]
fn what_only_a_receiver_can_know_is_ignored() {
    let record = r#"{"time":"2026-11-20T17:19:39.309950Z","topic":"t","dup":true,"payload":"x",
        "properties":{"subscription_ids":[1,300]}}"#;
    assert_eq!(sent_one(&record.replace('\n', " ")), Publish::new("t", "x"));
}

#[test]
fn blank_lines_and_line_ends_do_not_count() {
    let records = "\n{\"topic\":\"a\"}\r\n \t\r\n\n{\"topic\":\"b\"}";
    assert_eq!(sent(records, ""), [Publish::new("a", ""), Publish::new("b", "")]);
    assert!(sent("", "").is_empty());
    assert!(sent("\n\n", "").is_empty());
}

#[test]
fn a_key_that_no_record_has_is_named() {
    for (bad, key) in [
        (r#"{"topic":"t","colour":1}"#, "colour"),
        (r#"{"topic":"t","Payload":""}"#, "Payload"),
        (r#"{"topic":"t","properties":{"contentType":"x"}}"#, "contentType"),
    ] {
        let output = stops_at(bad, "-t d");
        assert!(output.stderr_text().contains(key), "{output}");
    }
}

#[test]
fn a_record_without_any_topic_is_none() {
    let output = stops_at(r#"{"payload":"x"}"#, "");
    assert!(output.stderr_text().contains("topic"), "{output}");
}

#[test]
fn values_that_no_message_can_have_are_named() {
    for (bad, culprit) in [
        (r#""topic":"a/#""#, "topic"),
        (r#""topic":"+""#, "topic"),
        (r#""topic":"""#, "topic"),
        (r#""topic":"a\u0000""#, "topic"),
        (r#""topic":7"#, "topic"),
        (r#""topic":null"#, "topic"),
        (r#""qos":3"#, "qos"),
        (r#""qos":"1""#, "qos"),
        (r#""qos":-1"#, "qos"),
        (r#""qos":1.5"#, "qos"),
        (r#""retain":"yes""#, "retain"),
        (r#""retain":1"#, "retain"),
        (r#""payload":7"#, "payload"),
        (r#""payload":"x","payload_base64":"AA==""#, "payload_base64"),
        (r#""payload_json":1,"payload":"x""#, "payload"),
        (r#""payload_base64":"!""#, "payload_base64"),
        (r#""payload_base64":"AP8K=""#, "payload_base64"),
        (r#""payload_base64":7"#, "payload_base64"),
        (r#""properties":[]"#, "properties"),
    ] {
        let bad = match bad.starts_with(r#""topic""#) {
            true => format!("{{{bad}}}"),
            false => format!(r#"{{"topic":"t",{bad}}}"#),
        };
        let words = stops_at(&bad, "-t d").stderr_text().to_lowercase();
        assert!(words.contains(culprit), "{bad}: {words}");
    }
}

#[test]
fn properties_that_no_message_can_have_are_named() {
    for (bad, culprit) in [
        (r#""payload_format":2"#, "payload_format"),
        (r#""payload_format":true"#, "payload_format"),
        (r#""message_expiry":-1"#, "message_expiry"),
        (r#""message_expiry":4294967296"#, "message_expiry"),
        (r#""message_expiry":"1""#, "message_expiry"),
        (r#""content_type":7"#, "content_type"),
        (r#""content_type":"\u0000""#, "content_type"),
        (r#""response_topic":"a/+""#, "response_topic"),
        (r#""correlation_data":7"#, "correlation_data"),
        (r#""correlation_data":"x","correlation_data_base64":"AA==""#, "correlation_data"),
        (r#""correlation_data_base64":"!""#, "correlation_data_base64"),
        (r#""user_properties":{"k":"v"}"#, "user_properties"),
        (r#""user_properties":[["k"]]"#, "user_properties"),
        (r#""user_properties":[["k","v","w"]]"#, "user_properties"),
        (r#""user_properties":[["k",1]]"#, "user_properties"),
        (r#""user_properties":[["\u0000","v"]]"#, "user_properties"),
    ] {
        let bad = format!(r#"{{"topic":"t","properties":{{{bad}}}}}"#);
        let words = stops_at(&bad, "-V 5").stderr_text().to_lowercase();
        assert!(words.contains(culprit), "{bad}: {words}");
    }
}

#[test]
fn texts_longer_than_mqtt_can_say_are_named() {
    let long = "x".repeat(65_536);
    for key in ["content_type", "response_topic", "correlation_data"] {
        let bad = format!(r#"{{"topic":"t","properties":{{"{key}":"{long}"}}}}"#);
        let words = stops_at(&bad, "-V 5").stderr_text().to_lowercase();
        assert!(words.contains(key), "{key}");
        assert!(words.len() < 2_000, "{key}: {} bytes of words", words.len());
    }
}

#[test]
fn what_is_no_record_is_none() {
    let bad: [&[u8]; 13] = [
        b"{",
        b"nonsense",
        b"[]",
        b"7",
        b"null",
        b"\"text\"",
        b"{}}",
        b"{} {}",
        br#"{"topic":"t""#,
        br#"{"topic":"t",}"#,
        b"{\"topic\":\"\xff\"}",
        br#"{"topic":"t","payload":"\ud800"}"#,
        b"{\"topic\":\"t\",\"payload\":\"\x01\"}",
    ];
    for bad in bad {
        stops_at(bad, "-t d");
    }
}

#[test]
fn a_bad_record_cannot_drive_the_terminal() {
    for bad in ["{\"\u{9b}31m\":1}", "{\"\\u001b[2J\":1}", "{\"topic\":\"\\u202e/#\"}", "\x1b[2J"] {
        let output = stops_at(bad, "-t d");
        assert!(!output.stderr_text().contains(['\u{9b}', '\u{202e}']), "{output}");
    }
}

#[test]
fn a_connection_without_properties_refuses_the_records_that_have_some() {
    let records = concat!(
        r#"{"topic":"t","payload":"before"}"#,
        "\n",
        r#"{"topic":"t","properties":{"content_type":"text/plain"}}"#,
        "\n",
        // There is nothing to be sent of these.
        r#"{"topic":"t","payload":"after","properties":{"subscription_ids":[1]}}"#,
    );
    // The last broker turns out not to know version 5.
    for (version, code) in [("3.1.1", 0), ("3.1", 0), ("auto", 1)] {
        let peer = Peer::each(Conn::serve).then(move |conn| {
            conn.expect_connect();
            conn.connack_311(code);
            if code == 0 { conn.serve() } else { drop(conn.expect_closed()) }
        });
        let run = peer.mqtt("pub").args(["-V", version, "--json", "-q", "1"]).stdin(records);
        run.status(5)
            .stderr_line("*message 2 refused: *properties*")
            .stderr_contains("2 delivered, 1 refused")
            .run();
        assert_eq!(peer.finish().payloads(), ["before", "after"], "{version}");
    }
}

/// Numbered records for `topic`, some of which are no records.
fn partly_bad(count: usize, is_bad: impl Fn(usize) -> bool) -> String {
    let record = |number| match is_bad(number) {
        true => "{\"colour\":1}\n".to_owned(),
        false => format!("{{\"topic\":\"t\",\"qos\":1,\"payload\":\"{number}\"}}\n"),
    };
    (1..=count).map(record).collect()
}

#[test]
fn bad_records_can_be_skipped() {
    let peer = Peer::accepting();
    let run = peer.mqtt("pub").line("--json --skip-invalid").stdin(partly_bad(5, |n| n % 2 == 0));
    run.status(2).stderr_line("*line 2*colour*").stderr_line("*line 4*colour*").run();
    assert_eq!(peer.finish().payloads(), ["1", "3", "5"]);
}

#[test]
fn the_first_ten_skipped_records_are_named_and_all_are_counted() {
    let peer = Peer::accepting();
    let run = peer.mqtt("pub").line("--json --skip-invalid");
    let run = run.stdin(partly_bad(1_500, |n| n != 700)).status(2);
    run.stderr_contains("line 1:")
        .stderr_contains("line 10:")
        .stderr_lacks("line 11")
        .stderr_line("*1*499*")
        .run();
    assert_eq!(peer.finish().payloads(), ["700"]);
}

#[test]
fn ten_are_named_whatever_is_wrong_with_them() {
    let peer = Peer::accepting();
    let bad = "{\"payload\":\"no topic\"}\n{\"colour\":1}\n".repeat(10);
    let run = peer.mqtt("pub").line("--json --skip-invalid").stdin(bad).status(2);
    let output = run.stderr_contains("20").run();
    let named = output.stderr_text().lines().filter(|line| line.contains("line ")).count();
    assert_eq!(named, 10, "{output}");
}

#[test]
fn what_the_broker_refused_is_graver_than_a_bad_record() {
    for (flag, expected) in [("--skip-invalid", vec!["1", "3"]), ("", vec!["1"])] {
        let expected_there = expected.clone();
        let peer = Peer::script(move |conn| {
            conn.accept();
            for _ in expected_there {
                let id = conn.expect_publish().id.expect("an identifier");
                conn.puback(id, 0x87);
            }
            conn.expect_goodbye();
        });
        peer.mqtt("pub")
            .line("-V 5 --json")
            .line(flag)
            .stdin(partly_bad(3, |n| n == 2))
            .status(5)
            .stderr_contains("line 2")
            .stderr_contains(format!("{} refused", expected.len()))
            .run();
        assert_eq!(peer.finish().payloads(), expected);
    }
}

#[test]
fn what_is_unconfirmed_is_graver_than_a_bad_record() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.expect_publish();
        conn.expect_closed();
    });
    peer.mqtt("pub")
        .line("-V 5 --json --ack-timeout 500ms --reconnect never")
        .stdin(partly_bad(2, |n| n == 2))
        .status(6)
        .stderr_contains("line 2")
        .stderr_contains("1 unconfirmed")
        .run();
}

/// `count` records whose QoS is the remainder of their number.
fn mixed(count: usize) -> String {
    (0..count)
        .map(|number| {
            format!("{{\"topic\":\"t\",\"qos\":{},\"payload\":\"{number}\"}}\n", number % 3)
        })
        .collect()
}

#[test]
fn every_qos_in_one_run_arrives_in_order() {
    let expected: Vec<String> = (0..3_000).map(|number| number.to_string()).collect();
    for version in ["3.1.1", "5"] {
        let peer = Peer::accepting();
        peer.mqtt("pub").args(["-V", version, "--json"]).stdin(mixed(3_000)).run();
        let publishes = peer.finish().publishes;
        let payloads: Vec<String> = publishes.iter().map(Publish::text).collect();
        assert!(payloads == expected, "not in order over {version}");
        for (place, publish) in publishes.iter().enumerate() {
            assert_eq!(usize::from(publish.qos), place % 3);
        }
    }
}

#[test]
fn a_message_at_qos_0_does_not_overtake_one_that_waits_for_room() {
    let peer = Peer::script(|conn| {
        conn.accept_with(Properties::new().two(property::RECEIVE_MAXIMUM, 1));
        assert_eq!(conn.expect_publish().text(), "0");
        let id = conn.expect_publish().id.expect("an identifier");
        // Number 2 has no room, and number 3 would need none.
        conn.expect_nothing_for(Duration::from_millis(300));
        conn.puback(id, 0);
        conn.serve();
    });
    peer.mqtt("pub").line("-V 5 --json").stdin(mixed(9)).run();
    let expected: Vec<String> = (0..9).map(|number| number.to_string()).collect();
    assert_eq!(peer.finish().payloads(), expected);
}

#[test]
fn a_limit_of_the_broker_stops_only_the_records_over_it() {
    let large = "x".repeat(500);
    for (limit, bad, culprit) in [
        (Properties::new().byte(property::MAXIMUM_QOS, 0), r#""qos":1"#.to_owned(), "QoS"),
        (Properties::new().byte(property::MAXIMUM_QOS, 1), r#""qos":2"#.to_owned(), "QoS"),
        (
            Properties::new().byte(property::RETAIN_AVAILABLE, 0),
            r#""retain":true"#.to_owned(),
            "retain",
        ),
        (
            Properties::new().four(property::MAXIMUM_PACKET_SIZE, 400),
            format!(r#""payload":"{large}""#),
            "maximum packet size",
        ),
    ] {
        let peer = Peer::script(|conn| {
            conn.accept_with(limit);
            assert_eq!(conn.take().topic, "before");
            assert_eq!(conn.take().topic, "after");
            conn.expect_goodbye();
        });
        let input = format!(
            "{{\"topic\":\"before\"}}\n{{\"topic\":\"t\",{bad}}}\n{{\"topic\":\"after\"}}\n"
        );
        peer.mqtt("pub")
            .line("-V 5 --json")
            .stdin(input)
            .status(5)
            .stderr_line("*message 2 refused: *")
            .stderr_contains(culprit)
            .stderr_contains("2 delivered, 1 refused")
            .run();
    }
}

#[test]
fn a_record_is_sent_when_it_is_there_and_not_when_the_input_ends() {
    let peer = Peer::script(|conn| {
        conn.accept();
        assert_eq!(conn.take().text(), "one");
        conn.reached("published");
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("--json").stdin_open().status(130);
    let mut running = run.stderr_contains("interrupted").spawn();
    running.write_stdin("{\"topic\":\"t\",\"payload\":\"one\",\"qos\":2}\n{\"top");
    peer.wait_for("published");
    running.signal(Signal::Interrupt);
    running.wait();
}

#[test]
fn a_record_of_a_megabyte_is_one_message() {
    let payload = "x".repeat(1 << 20);
    let publish = sent_one(&format!(r#"{{"topic":"t","payload":"{payload}"}}"#));
    assert!(publish.text() == payload, "not exact");
}

#[test]
fn records_are_for_nothing_else() {
    refuses_line("-t t --json --repeat 2", "--repeat");
    refuses_line("-t t --json -m x", "--json");
}
