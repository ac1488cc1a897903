//! MQTT 5 properties: the friendly flags of `mqtt pub`, and mosquitto's `-D COMMAND NAME VALUE` for every packet.

use crate::support::{
    Conn, Level, Mosquitto, Mqtt, Output, Peer, Properties, Publish, all_published, property,
    published,
};

/// The properties of the one message that `mqtt pub` sends with these arguments.
#[track_caller]
fn properties(args: &[&str]) -> Properties {
    published(|mqtt| mqtt.line("-t t -m x").args(args)).properties
}

/// The same for each of several ways to say it.
#[track_caller]
fn each_says(ways: &[&[&str]], expected: &Properties) {
    for args in ways {
        assert_eq!(properties(args), *expected, "{args:?}");
    }
}

/// `mqtt LINE` that must be refused before it connects, in words that hold `culprit`.
#[track_caller]
fn refuses(line: &str, culprit: &str) -> Output {
    refuses_args(&line.split_whitespace().collect::<Vec<_>>(), culprit)
}

#[track_caller]
fn refuses_args(args: &[&str], culprit: &str) -> Output {
    let peer = Peer::untouched();
    peer.mqtt(args[0]).args(&args[1..]).status(2).stderr_contains(culprit).run()
}

#[test]
fn every_property_of_a_message_has_a_flag() {
    let line = "-V 5 -t t -m x --content-type text/plain --expiry 1h --response-topic answers/me \
        --correlation c-1 --payload-utf8 --user-property k=v --user-property k=w";
    let expected = Properties::new()
        .byte(property::PAYLOAD_FORMAT, 1)
        .four(property::MESSAGE_EXPIRY, 3_600)
        .text(property::CONTENT_TYPE, "text/plain")
        .text(property::RESPONSE_TOPIC, "answers/me")
        .text(property::CORRELATION_DATA, "c-1")
        .user("k", "v")
        .user("k", "w");
    let publish = published(|mqtt| mqtt.line(line));
    assert_eq!(publish, Publish::new("t", "x").with(expected));
}

#[test]
fn a_message_without_property_flags_has_no_properties() {
    for qos in ["0", "1", "2"] {
        assert!(properties(&["-V", "5", "-q", qos, "-r"]).is_empty());
    }
}

#[test]
fn the_properties_go_with_every_message() {
    let publishes = all_published(|mqtt| {
        mqtt.line("-t a -t b -l -q 1 --user-property k=v").stdin("one\ntwo\nthree\n")
    });
    assert_eq!(publishes.len(), 6);
    for publish in publishes {
        assert_eq!(publish.properties, Properties::new().user("k", "v"));
    }
}

#[test]
fn a_user_property_is_split_at_its_first_sign() {
    for (given, name, value) in
        [("a=b=c", "a", "b=c"), ("a=", "a", ""), ("=b", "", "b"), ("ü ü==", "ü ü", "=")]
    {
        let expected = Properties::new().user(name, value);
        assert_eq!(properties(&["--user-property", given]), expected, "{given}");
    }
    refuses("pub -t t -m x --user-property name", "--user-property");
}

#[test]
fn an_expiry_is_a_duration_of_whole_seconds() {
    for (given, seconds) in
        [("0", 0), ("90", 90), ("1m30s", 90), ("7d", 604_800), ("4294967295", u32::MAX)]
    {
        let expected = Properties::new().four(property::MESSAGE_EXPIRY, seconds);
        assert_eq!(properties(&["--expiry", given]), expected, "{given}");
    }
    for given in ["-1", "soon", "4294967296", "", "99999999999999999999"] {
        refuses_args(&["pub", "-t", "t", "-m", "x", &format!("--expiry={given}")], "--expiry");
    }
}

#[test]
fn binary_values_are_text_or_hex_or_base64_or_a_file() {
    let bytes = b"\x00\xff\x0a";
    for (given, expected) in [
        ("hex:00ff0a", &bytes[..]),
        ("hex:00FF0A", bytes),
        ("hex:", b""),
        ("base64:AP8K", bytes),
        ("base64:", b""),
        ("@data", bytes),
        ("hex", b"hex"),
        ("text: hex:00", b"text: hex:00"),
        ("ünï", "ünï".as_bytes()),
        ("-x", b"-x"),
        ("", b""),
    ] {
        let expected = Properties::new().text(property::CORRELATION_DATA, expected);
        let friendly = ["-t", "t", "-m", "x", &format!("--correlation={given}")];
        let publish = published(|mqtt| mqtt.file("data", bytes).args(friendly));
        assert_eq!(publish.properties, expected, "{given}");
        let mosquitto = ["-t", "t", "-m", "x", "-D", "publish", "correlation-data", given];
        let publish = published(|mqtt| mqtt.file("data", bytes).args(mosquitto));
        assert_eq!(publish.properties, expected, "-D {given}");
    }
}

#[test]
fn binary_values_that_are_none_are_refused() {
    for given in ["hex:0", "hex:0g", "base64:!", "base64:AP8", "@nowhere", "@."] {
        let friendly = ["pub", "-t", "t", "-m", "x", "--correlation", given];
        refuses_args(&friendly, "--correlation");
        let mosquitto = ["pub", "-t", "t", "-m", "x", "-D", "publish", "correlation-data", given];
        refuses_args(&mosquitto, "correlation-data");
    }
    let long = Peer::untouched();
    let run = long.mqtt("pub").file("data", vec![0; 65_536]).line("-t t -m x --correlation @data");
    run.status(2).stderr_contains("65535").run();
}

#[test]
fn a_file_of_all_the_bytes_a_property_can_have_is_taken() {
    let bytes = vec![7; 65_535];
    let run = |mqtt: Mqtt| mqtt.file("data", &bytes).line("-t t -m x --correlation @data");
    let publish = published(run);
    assert!(publish.properties.bytes(property::CORRELATION_DATA) == Some(&bytes[..]), "not exact");
}

#[test]
fn texts_longer_than_mqtt_can_say_are_refused() {
    let long = "x".repeat(65_536);
    let pair = format!("k={long}");
    for (flag, value) in
        [("--content-type", &long), ("--response-topic", &long), ("--user-property", &pair)]
    {
        assert_short(&refuses_args(&["pub", "-t", "t", "-m", "x", flag, value], flag));
    }
    let args = ["pub", "-t", "t", "-m", "x", "-D", "publish", "content-type", &long];
    assert_short(&refuses_args(&args, "content-type"));
}

/// Nobody wants to scroll past 64 KiB to see what was wrong with them.
#[track_caller]
fn assert_short(output: &Output) {
    let length = output.stderr.len();
    assert!(length < 2_000, "{length} bytes of words\n\n{output}");
}

#[test]
fn a_response_topic_has_no_wildcards() {
    for topic in ["a/#", "+", ""] {
        refuses_args(&["pub", "-t", "t", "-m", "x", "--response-topic", topic], "--response-topic");
        let line = ["pub", "-t", "t", "-m", "x", "-D", "publish", "response-topic", topic];
        refuses_args(&line, "response-topic");
    }
}

#[test]
fn mosquittos_form_says_the_same() {
    each_says(
        &[
            &["--content-type", "text/plain"],
            &["-D", "publish", "content-type", "text/plain"],
            &["-D", "PUBLISH", "Content-Type", "text/plain"],
            &["--property", "Publish", "CONTENT-TYPE", "text/plain"],
        ],
        &Properties::new().text(property::CONTENT_TYPE, "text/plain"),
    );
    each_says(
        &[&["--payload-utf8"], &["-D", "publish", "payload-format-indicator", "1"]],
        &Properties::new().byte(property::PAYLOAD_FORMAT, 1),
    );
    each_says(
        &[&["--expiry", "60"], &["-D", "publish", "message-expiry-interval", "60"]],
        &Properties::new().four(property::MESSAGE_EXPIRY, 60),
    );
    each_says(
        &[&["--response-topic", "r"], &["-D", "publish", "response-topic", "r"]],
        &Properties::new().text(property::RESPONSE_TOPIC, "r"),
    );
    each_says(
        &[
            &["--user-property", "k=v", "--user-property", "k=w"],
            &[
                "-D",
                "publish",
                "user-property",
                "k",
                "v",
                "-D",
                "publish",
                "USER-PROPERTY",
                "k",
                "w",
            ],
        ],
        &Properties::new().user("k", "v").user("k", "w"),
    );
}

#[test]
fn values_may_look_like_flags() {
    let args =
        ["-D", "publish", "content-type", "-t", "-D", "publish", "user-property", "-m", "-l"];
    let expected = Properties::new().text(property::CONTENT_TYPE, "-t").user("-m", "-l");
    each_says(&[&args], &expected);
}

#[test]
fn values_may_hold_any_character() {
    for value in
        ["", " ", "two words", "a\tb\nc", "\u{1}\u{1f}\u{1e}x", "ü\u{202e}", "k=v", "'\"\\"]
    {
        let args = ["-D", "publish", "content-type", value, "-D", "publish", "user-property"];
        let args: Vec<_> = args.into_iter().chain([value, value]).collect();
        let expected = Properties::new().text(property::CONTENT_TYPE, value).user(value, value);
        each_says(&[&args], &expected);
    }
}

/// One run of `mqtt pub`: its CONNECT and its DISCONNECT.
#[track_caller]
fn connected(args: &str, check: impl FnOnce(&mut Conn) + Send + 'static) {
    let peer = Peer::script(check);
    peer.mqtt("pub").line("-t t -m x").line(args).run();
}

#[test]
fn every_property_of_connect_can_be_set() {
    let args = "-D connect session-expiry-interval 60 -D connect receive-maximum 7 \
        -D connect maximum-packet-size 1000 -D connect topic-alias-maximum 5 \
        -D connect request-response-information 1 -D connect request-problem-information 0 \
        -D connect user-property k v -D connect user-property k w";
    connected(args, |conn| {
        let connect = conn.accept();
        assert_eq!(connect.level, Level::V5);
        let expected = Properties::new()
            .four(property::SESSION_EXPIRY, 60)
            .two(property::RECEIVE_MAXIMUM, 7)
            .four(property::MAXIMUM_PACKET_SIZE, 1_000)
            .two(property::TOPIC_ALIAS_MAXIMUM, 5)
            .byte(property::REQUEST_RESPONSE_INFORMATION, 1)
            .byte(property::REQUEST_PROBLEM_INFORMATION, 0)
            .user("k", "v")
            .user("k", "w");
        assert_eq!(connect.properties, expected);
        assert_eq!(conn.expect_publish(), Publish::new("t", "x"));
        conn.expect_goodbye();
    });
}

#[test]
fn properties_of_connect_are_said_again_on_every_connection() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.expect_publish();
        conn.cut();
    })
    .then(Conn::serve);
    let run = peer.mqtt("pub").line("-t t -m x -q 1 -D connect user-property k v");
    run.stderr_contains("lost").run();
    for connect in peer.finish().connects {
        let user = Properties::new().user("k", "v");
        assert_eq!(connect.properties.number(property::SESSION_EXPIRY), Some(120));
        let encoded = connect.properties.encode();
        let user = &user.encode()[1..];
        assert!(encoded.windows(user.len()).any(|part| part == user), "{connect:?}");
    }
}

#[test]
fn the_properties_of_connect_do_what_they_say() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one").alias(1));
        conn.publish(&Publish::new("", "two").alias(1));
        conn.publish(&Publish::new("t", "three").alias(2));
        conn.expect_closed();
    });
    let run = peer.mqtt("sub").line("-t t -v -D connect topic-alias-maximum 1 --reconnect never");
    run.stdout("t one\nt two\n").status(6).stderr_contains("alias").run();
    let peer = Peer::script(|conn| {
        let connect = conn.accept();
        assert!(!connect.clean_start);
        assert_eq!(connect.properties.number(property::SESSION_EXPIRY), Some(60));
        conn.expect_publish();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("-t t -m x -c -i me -D connect session-expiry-interval 60");
    run.run();
}

#[test]
fn a_session_that_has_ended_cannot_be_prolonged() {
    // A protocol error [MQTT-3.14.2.2.2].
    let line = "pub -t t -m x -x 0 -D disconnect session-expiry-interval 30";
    refuses(line, "session-expiry-interval");
    let line = "pub -t t -m x -D connect session-expiry-interval 0 \
        -D disconnect session-expiry-interval 30";
    refuses(line, "session-expiry-interval");
}

#[test]
fn every_property_of_disconnect_can_be_set() {
    let args = "-D disconnect session-expiry-interval 30 -D disconnect reason-string bye \
        -D disconnect user-property k v";
    connected(args, |conn| {
        conn.accept();
        conn.expect_publish();
        let disconnect = conn.expect_goodbye();
        let expected = Properties::new()
            .four(property::SESSION_EXPIRY, 30)
            .text(property::REASON_STRING, "bye")
            .user("k", "v");
        assert_eq!(disconnect.properties, expected);
    });
}

/// The end of the session ends the delay.
#[test]
fn a_session_lasts_at_least_as_long_as_the_delay_of_the_will() {
    for (args, expiry) in [
        ("--will-delay 300", 300),
        ("--will-delay 5", 120),
        ("--will-delay 300 --reconnect never", 300),
        ("--will-delay 300 -x 300", 300),
        ("--will-delay 300 -c -i me", u32::MAX),
        ("-D will will-delay-interval 300", 300),
    ] {
        connected(&format!("--will-topic w {args}"), move |conn| {
            let connect = conn.accept();
            assert_eq!(connect.properties.number(property::SESSION_EXPIRY), Some(expiry));
            conn.expect_publish();
            let said = conn.expect_goodbye().properties.number(property::SESSION_EXPIRY);
            let is_ours = !args.contains("-x") && !args.contains("-c");
            assert_eq!(said, is_ours.then_some(0), "it was for this run only");
        });
    }
    let longer = "--session-expiry must not be shorter than --will-delay";
    refuses("pub -t t -m x --will-topic w --will-delay 300 -x 299", longer);
    refuses("pub -t t -m x --will-topic w -D will will-delay-interval 1 -x 0", longer);
}

#[test]
fn every_property_of_the_will_can_be_set() {
    let args = "--will-topic w --will-payload gone -D will payload-format-indicator 1 \
        -D will message-expiry-interval 60 -D will content-type text/plain \
        -D will response-topic r -D will correlation-data hex:00ff -D will will-delay-interval 9 \
        -D will user-property k v";
    connected(args, |conn| {
        let will = conn.accept().will.expect("a will");
        assert_eq!((will.topic.as_str(), &will.payload[..]), ("w", &b"gone"[..]));
        let expected = Properties::new()
            .byte(property::PAYLOAD_FORMAT, 1)
            .four(property::MESSAGE_EXPIRY, 60)
            .text(property::CONTENT_TYPE, "text/plain")
            .text(property::RESPONSE_TOPIC, "r")
            .text(property::CORRELATION_DATA, b"\x00\xff")
            .four(property::WILL_DELAY, 9)
            .user("k", "v");
        assert_eq!(will.properties, expected);
        conn.expect_publish();
        conn.expect_goodbye();
    });
}

#[test]
fn every_property_of_subscribe_and_unsubscribe_can_be_set() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let subscribe = conn.grant_subscribe();
        let expected = Properties::new().varint(property::SUBSCRIPTION_ID, 300).user("k", "v");
        assert_eq!(subscribe.properties, expected);
        let unsubscribe = conn.grant_unsubscribe();
        assert_eq!(unsubscribe.properties, Properties::new().user("l", "w"));
        conn.expect_goodbye();
    });
    peer.mqtt("sub")
        .line("-c -i me -E -t a -U b -D subscribe subscription-identifier 300")
        .line("-D subscribe user-property k v -D unsubscribe user-property l w")
        .run();
}

#[test]
fn what_pub_never_sends_has_no_properties() {
    for (line, culprit) in [
        ("-D subscribe user-property k v", "subscribe"),
        ("-D subscribe subscription-identifier 7", "subscribe"),
        ("-D unsubscribe user-property k v", "unsubscribe"),
        ("-D will content-type x", "will"),
        ("-D will user-property k v", "will"),
    ] {
        refuses(&format!("pub -t t -m x {line}"), culprit);
    }
}

#[test]
fn what_sub_never_sends_has_no_properties() {
    refuses("sub -t t -D publish content-type x", "publish");
    refuses("sub -t t -D publish user-property k v", "publish");
    refuses("sub -t t -D unsubscribe user-property k v", "unsubscribe");
}

#[test]
fn enhanced_authentication_is_refused() {
    for name in ["authentication-method", "authentication-data"] {
        refuses(&format!("pub -t t -m x -D connect {name} x"), name);
    }
}

#[test]
fn packets_and_properties_that_do_not_exist_are_refused() {
    for (line, culprit) in [
        ("nonsense content-type x", "nonsense"),
        ("auth user-property k v", "auth"),
        ("puback reason-string x", "puback"),
        ("connack reason-string x", "connack"),
        ("publish nonsense x", "nonsense"),
        ("publish contenttype x", "contenttype"),
        ("publish content_type x", "content_type"),
    ] {
        let output = refuses(&format!("pub -t t -m x -D {line}"), culprit);
        assert!(!output.stderr_text().contains("\\x"), "what nobody typed\n\n{output}");
    }
}

#[test]
fn properties_of_another_packet_are_refused() {
    for (line, name) in [
        ("publish session-expiry-interval 5", "session-expiry-interval"),
        ("publish reason-string x", "reason-string"),
        ("publish will-delay-interval 1", "will-delay-interval"),
        ("publish subscription-identifier 1", "subscription-identifier"),
        ("connect content-type x", "content-type"),
        ("connect topic-alias 1", "topic-alias"),
        ("connect server-keep-alive 1", "server-keep-alive"),
        ("disconnect content-type x", "content-type"),
        ("disconnect receive-maximum 1", "receive-maximum"),
        ("disconnect server-reference x", "server-reference"),
        ("will reason-string x --will-topic w", "reason-string"),
        ("will topic-alias 1 --will-topic w", "topic-alias"),
    ] {
        refuses(&format!("pub -t t -m x -D {line}"), name);
    }
    refuses("sub -t t -D subscribe content-type x", "content-type");
    refuses(
        "sub -c -i me -t t -U u -D unsubscribe subscription-identifier 1",
        "subscription-identifier",
    );
}

#[test]
fn values_out_of_range_are_refused() {
    for (packet, name, values) in [
        ("publish", "payload-format-indicator", &["2", "-1", "yes", ""][..]),
        ("publish", "message-expiry-interval", &["-1", "4294967296", "1x", "", "1.5", "0x10"]),
        ("publish", "topic-alias", &["0", "65536", "-1", "x"]),
        ("connect", "session-expiry-interval", &["-1", "4294967296", "x"]),
        ("connect", "receive-maximum", &["0", "65536", "x"]),
        ("connect", "maximum-packet-size", &["0", "4294967296", "x"]),
        ("connect", "topic-alias-maximum", &["65536", "-1", "x"]),
        ("connect", "request-response-information", &["2", "x"]),
        ("connect", "request-problem-information", &["2", "x"]),
        ("disconnect", "session-expiry-interval", &["4294967296", "x"]),
    ] {
        for value in values {
            refuses_args(&["pub", "-t", "t", "-m", "x", "-D", packet, name, value], name);
        }
    }
    for value in ["0", "268435456", "-1", "x"] {
        let line = format!("sub -t t -D subscribe subscription-identifier {value}");
        refuses(&line, "subscription-identifier");
    }
}

#[test]
fn a_property_that_lacks_its_words_is_refused() {
    for line in [
        "-D",
        "-D publish",
        "-D publish content-type",
        "-D publish user-property",
        "-D publish user-property k",
    ] {
        // Called as it was typed, or by its long name.
        let output = refuses(&format!("pub -t t -m x {line}"), "CMD NAME VALUE");
        let words = output.stderr_text();
        assert!(words.contains("-D") || words.contains("--property"), "{output}");
    }
}

#[test]
fn a_property_is_set_once() {
    for (one, other, name) in [
        ("-D publish content-type a", "-D publish content-type b", "content-type"),
        ("-D publish content-type a", "-D PUBLISH CONTENT-TYPE a", "content-type"),
        ("--content-type a", "-D publish content-type b", "content-type"),
        ("--expiry 1", "-D publish message-expiry-interval 2", "message-expiry-interval"),
        ("--response-topic a", "-D publish response-topic b", "response-topic"),
        ("--correlation a", "-D publish correlation-data b", "correlation-data"),
        ("--payload-utf8", "-D publish payload-format-indicator 1", "payload-format-indicator"),
        ("--topic-alias 1", "-D publish topic-alias 2", "topic-alias"),
        ("-x 5 -i me", "-D connect session-expiry-interval 6", "session-expiry-interval"),
        ("--receive-maximum 3", "-D connect receive-maximum 4", "receive-maximum"),
        ("--maximum-packet-size 99", "-D connect maximum-packet-size 100", "maximum-packet-size"),
        ("--topic-alias-maximum 3", "-D connect topic-alias-maximum 4", "topic-alias-maximum"),
        ("--will-topic w --will-delay 3", "-D will will-delay-interval 4", "will-delay-interval"),
    ] {
        refuses(&format!("pub -t t -m x {one} {other}"), name);
        refuses(&format!("pub -t t -m x {other} {one}"), name);
    }
    let line = "sub -t t --subscription-id 3 -D subscribe subscription-identifier 4";
    refuses(line, "subscription-identifier");
}

/// Everything on the command line that only MQTT 5 can do.
const MQTT_5_ONLY: [(&str, &str); 15] = [
    ("--content-type x", "--content-type"),
    ("--expiry 5", "--expiry"),
    ("--response-topic r", "--response-topic"),
    ("--correlation x", "--correlation"),
    ("--payload-utf8", "--payload-utf8"),
    ("--user-property k=v", "--user-property"),
    ("--topic-alias 1", "--topic-alias"),
    ("--topic-alias auto", "--topic-alias"),
    ("-D publish content-type x", "-D"),
    ("-D publish user-property k v", "-D"),
    ("-D connect receive-maximum 7", "-D"),
    ("-D connect user-property k v", "-D"),
    ("-D disconnect reason-string x", "-D"),
    ("-D publish topic-alias 1", "-D"),
    ("--will-topic w -D will content-type x", "-D"),
];

#[test]
fn a_protocol_without_properties_is_given_none() {
    for version in ["3.1.1", "3.1"] {
        for (line, flag) in MQTT_5_ONLY {
            let output = refuses(&format!("pub -t t -m x {line} -V {version}"), version);
            let words = output.stderr_text();
            assert!(words.contains(flag) || words.contains("--property"), "{output}");
        }
    }
}

#[test]
fn a_property_means_mqtt_5_and_there_is_no_way_back() {
    for (line, _) in MQTT_5_ONLY {
        let peer = Peer::script(|conn| {
            assert_eq!(conn.expect_connect().level, Level::V5);
            conn.connack_311(1);
            conn.expect_closed();
        });
        let run = peer.mqtt("pub").line("-t t -m x").line(line).status(4);
        run.stderr_contains("version").run();
    }
}

#[test]
fn a_real_broker_hands_every_property_on() {
    let broker = Mosquitto::start();
    broker
        .mqtt("pub")
        .line("-t t -m x -r -q 2 --content-type text/plain --response-topic answers/me")
        .line("--correlation hex:00ff --payload-utf8 --user-property k=v --user-property a=b=c")
        .run();
    let expected = r#"*"qos":2,"retain":true,"payload":"x","properties":{"payload_format":1,"content_type":"text/plain","response_topic":"answers/me","correlation_data_base64":"AP8=","user_properties":[["k","v"],["a","b=c"]]}}"#;
    broker.mqtt("sub").line("-t t -q 2 --json -C 1").stdout_line(expected).run();
}
