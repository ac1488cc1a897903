//! Limits on both sides of `mqtt sub`: what it tells the broker in CONNECT and holds it to, and what the broker says in
//! CONNACK.

use crate::support::{Conn, Mosquitto, Mqtt, Peer, Properties, Publish, property};

fn subscribe(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("sub").line("-V 5 -t #").line(options)
}

#[track_caller]
fn refuses(options: &str, culprit: &str) {
    let peer = Peer::untouched();
    subscribe(&peer, options).status(2).stderr_contains(culprit).run();
}

#[test]
fn limits_are_told_in_connect() {
    for (flag, id) in [
        ("--topic-alias-maximum", property::TOPIC_ALIAS_MAXIMUM),
        ("--receive-maximum", property::RECEIVE_MAXIMUM),
        ("--maximum-packet-size", property::MAXIMUM_PACKET_SIZE),
    ] {
        for value in [100, 65_535] {
            let peer = Peer::sending(&[]);
            subscribe(&peer, "-E").args([flag, &value.to_string()]).run();
            let properties = &peer.finish().connects[0].properties;
            assert_eq!(properties.number(id), Some(value), "{flag}");
        }
    }
}

#[test]
fn a_client_without_limits_announces_no_aliases() {
    let peer = Peer::sending(&[]);
    subscribe(&peer, "-E").run();
    let properties = &peer.finish().connects[0].properties;
    assert_eq!(properties.number(property::TOPIC_ALIAS_MAXIMUM).unwrap_or(0), 0);
}

#[test]
fn limits_out_of_range_are_refused() {
    for value in ["65536", "-1", "x"] {
        refuses(&format!("--topic-alias-maximum={value}"), "--topic-alias-maximum");
        refuses(&format!("--receive-maximum={value}"), "--receive-maximum");
        refuses(&format!("--maximum-packet-size={value}x"), "--maximum-packet-size");
    }
    refuses("--receive-maximum 0", "--receive-maximum");
    refuses("--maximum-packet-size 0", "--maximum-packet-size");
    refuses("--maximum-packet-size 4294967296", "--maximum-packet-size");
}

#[test]
fn an_alias_stands_for_its_topic() {
    let peer = Peer::sending(&[
        Publish::new("long/topic", "1").alias(1),
        Publish::new("", "2").alias(1),
        Publish::new("other", "3").alias(5),
        Publish::new("", "4").alias(5),
        Publish::new("", "5").alias(1),
        Publish::new("without", "6"),
        // Defined anew.
        Publish::new("newer", "7").alias(1),
        Publish::new("", "8").alias(1),
        Publish::new("", "9").alias(5),
    ]);
    let expected = "long/topic 1\nlong/topic 2\nother 3\nother 4\nlong/topic 5\nwithout 6\nnewer 7\nnewer 8\nother 9\n";
    subscribe(&peer, "--topic-alias-maximum 5 -v -C 9").stdout(expected).run();
}

#[test]
fn an_alias_is_resolved_before_topics_are_compared() {
    let peer = Peer::sending(&[
        Publish::new("drop/this", "1").alias(1),
        Publish::new("keep/this", "2").alias(2),
        Publish::new("", "3").alias(1),
        Publish::new("", "4").alias(2),
    ]);
    let run =
        subscribe(&peer, "--topic-alias-maximum 2 -T drop/# --json -C 2").stdout_anything().run();
    let topics: Vec<_> = run
        .stdout_text()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["topic"].clone())
        .collect();
    assert_eq!(topics, ["keep/this", "keep/this"]);
}

#[test]
fn an_alias_with_qos_2_is_defined_once_and_for_all() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one").qos(2, 1).alias(1));
        assert_eq!(conn.expect_pubrec().id, 1);
        conn.publish(&Publish::new("", "two").qos(2, 2).alias(1));
        assert_eq!(conn.expect_pubrec().id, 2);
        for id in [1, 2] {
            conn.pubrel(id, 0);
            assert_eq!(conn.expect_pubcomp().id, id);
        }
        conn.expect_goodbye();
    });
    // Ended by silence, so that the exchanges end first.
    let run = subscribe(&peer, "--topic-alias-maximum 1 -q 2 -v --idle 1s");
    run.stdout("t one\nt two\n").run();
}

/// Whatever the connection, this message on it breaks the protocol; nothing of it is printed.
#[track_caller]
fn gives_up_over(options: &str, bad: Publish) {
    let peer = Peer::each(move |conn| {
        conn.accept_subscriber();
        conn.publish(&bad);
        conn.expect_closed();
    });
    let address = peer.address();
    subscribe(&peer, options).line("-v").status(6).stderr_contains(address).run();
    assert_eq!(peer.finish().connections, 3, "{options}");
}

#[test]
fn aliases_that_mean_nothing_break_the_protocol() {
    gives_up_over("--topic-alias-maximum 5", Publish::new("t", "zero").alias(0));
    gives_up_over("--topic-alias-maximum 5", Publish::new("t", "over the maximum").alias(6));
    gives_up_over("--topic-alias-maximum 5", Publish::new("", "unknown").alias(1));
    gives_up_over("", Publish::new("t", "none was allowed").alias(1));
    gives_up_over("--topic-alias-maximum 5", Publish::new("", "neither topic nor alias"));
    gives_up_over("--topic-alias-maximum 5", Publish::new("t", "twice").alias(1).alias(1));
}

#[test]
fn an_alias_dies_with_its_connection() {
    let peer = Peer::each(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("", "stale").alias(1));
        conn.expect_closed();
    })
    .then(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "fresh").alias(1));
        conn.cut();
    });
    subscribe(&peer, "--topic-alias-maximum 5 -v")
        .status(6)
        .stdout("t fresh\n")
        .stderr_anything()
        .run();
}

/// mosquitto before 2.0.13 does so with a backlog: nothing but that number is wrong then.
#[test]
fn more_in_flight_than_was_allowed_is_taken_and_said_once() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for (id, text) in [(1, "one"), (2, "two"), (3, "three"), (4, "four")] {
            conn.publish(&Publish::new("t", text).qos(2, id));
            assert_eq!(conn.expect_pubrec().id, id);
        }
        conn.expect_goodbye();
    });
    subscribe(&peer, "--receive-maximum 2 -q 2 -C 4")
        .stdout("one\ntwo\nthree\nfour\n")
        .stderr_line("mqtt: warning: *receive maximum of 2")
        .run();
}

#[test]
fn as_many_in_flight_as_was_allowed_are_fine() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        let send = |conn: &mut Conn, id: u16| {
            conn.publish(&Publish::new("t", &id.to_string()).qos(2, id));
            assert_eq!(conn.expect_pubrec().id, id);
        };
        send(conn, 1);
        send(conn, 2);
        for id in 3..50 {
            conn.pubrel(id - 2, 0);
            assert_eq!(conn.expect_pubcomp().id, id - 2);
            send(conn, id);
        }
        // What is not counted: QoS 0.
        conn.publish(&Publish::new("t", "end"));
        conn.expect_goodbye();
    });
    let expected: String = (1..50).map(|id| format!("{id}\n")).collect();
    let run = subscribe(&peer, "--receive-maximum 2 -q 2 -C 50");
    run.stdout(expected + "end\n").run();
}

/// A message of which the whole packet has this size, in MQTT 5.
fn of_size(size: usize) -> Publish {
    let empty = Publish::new("t", "").encode(crate::support::Level::V5).len();
    Publish::new("t", &"x".repeat(size - empty))
}

#[test]
fn a_packet_that_is_larger_than_was_allowed_breaks_the_protocol() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&of_size(100));
        conn.publish(&of_size(101));
        conn.expect_disconnect(0x95);
        conn.expect_closed();
    });
    let address = peer.address();
    subscribe(&peer, "--maximum-packet-size 100 --reconnect never")
        .status(6)
        .stdout(format!("{}\n", "x".repeat(100 - 6)))
        .stderr_contains(address)
        .stderr_contains("100")
        .run();
}

#[test]
fn a_packet_that_is_far_too_large_is_not_waited_for() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        // The start of 256 MiB.
        conn.send_raw(b"\x30\xff\xff\xff\x7f\x00\x01t");
        conn.expect_disconnect(0x95);
        conn.expect_closed();
    });
    subscribe(&peer, "--maximum-packet-size 1000 --reconnect never")
        .status(6)
        .stderr_contains("1000")
        .run();
}

#[test]
fn a_real_broker_keeps_the_limits() {
    let broker = Mosquitto::start();
    let large = "x".repeat(2_000);
    let messages = ["one", &large, "two"].map(|text| Publish::new("t", text));
    let limits = "--maximum-packet-size 1000 --topic-alias-maximum 10";
    let run = broker.mqtt("sub").line("-V 5 -t t -q 1 -C 2 --events -").line(limits);
    let mut running = run.stdout("one\ntwo\n").stderr_anything().spawn();
    running.wait_for_stderr_line("\"event\":\"subscribe\"");
    broker.publish_all(&messages);
    running.wait();
}

/// Lets the client in with this property in CONNACK, 0 for what is not to be had.
fn lacking(id: u8, script: impl FnOnce(&mut Conn) + Send + 'static) -> Peer {
    Peer::script(move |conn| {
        conn.accept_with(Properties::new().byte(id, 0));
        script(conn);
    })
}

/// Expects these filters in their order, in one SUBSCRIBE or in several, and grants them.
#[track_caller]
fn expect_filters(conn: &mut Conn, expected: &[&str]) {
    let mut names = Vec::new();
    while names.len() < expected.len() {
        names.extend(conn.grant_subscribe().filters.into_iter().map(|it| it.filter));
    }
    assert_eq!(names, expected);
}

/// Of several filters, only those that the broker can take are sent; the others are named.
#[track_caller]
fn goes_on_without(id: u8, refused: &str, options: &str) {
    let peer = lacking(id, |conn| {
        expect_filters(conn, &["one", "two"]);
        conn.publish(&Publish::new("one", "x"));
        conn.expect_goodbye();
    });
    let run = peer.mqtt("sub").args(["-V", "5", "-t", "one", "-t", refused, "-t", "two"]);
    let run = run.line("-C 1 -q 1").line(options).status(5).stdout("x\n");
    run.stderr_contains(refused).stderr_contains("1 of 3").run();
}

#[test]
fn filters_that_the_broker_cannot_take_are_not_sent() {
    for filter in ["a/#", "a/+/b", "#", "$share/g/a/+"] {
        goes_on_without(property::WILDCARDS_AVAILABLE, filter, "");
    }
    for filter in ["$share/g/t", "$share/g/#"] {
        goes_on_without(property::SHARES_AVAILABLE, filter, "");
    }
}

#[test]
fn filters_that_are_all_refused_end_it_without_a_subscription() {
    for (id, options) in [
        (property::WILDCARDS_AVAILABLE, "-t a/# -t +"),
        (property::SHARES_AVAILABLE, "-t $share/g/a -t $share/h/b"),
        (property::SUBSCRIPTION_IDS_AVAILABLE, "-t a -t b --subscription-id 1"),
    ] {
        let peer = lacking(id, |conn| drop(conn.expect_goodbye()));
        let filters = options.split(' ').skip(1).step_by(2).take(2);
        let run = peer.mqtt("sub").line("-V 5").line(options).status(5);
        filters.fold(run, |run, filter| run.stderr_contains(filter)).run();
    }
}

#[test]
fn what_the_broker_has_is_used() {
    let peer = Peer::script(|conn| {
        let properties = Properties::new()
            .byte(property::WILDCARDS_AVAILABLE, 1)
            .byte(property::SHARES_AVAILABLE, 1)
            .byte(property::SUBSCRIPTION_IDS_AVAILABLE, 1);
        conn.accept_with(properties);
        expect_filters(conn, &["a/#", "$share/g/+"]);
        conn.expect_goodbye();
    });
    peer.mqtt("sub").line("-V 5 -E --subscription-id 3 -t a/# -t $share/g/+").run();
}

#[test]
fn filters_without_a_wildcard_are_sent_to_a_broker_without_wildcards() {
    let peer = lacking(property::WILDCARDS_AVAILABLE, |conn| {
        expect_filters(conn, &["$share/group/plain", "$SYS/plain"]);
        conn.expect_goodbye();
    });
    peer.mqtt("sub").line("-V 5 -E -t $share/group/plain -t $SYS/plain").run();
}

#[test]
fn a_session_that_the_broker_keeps_for_a_shorter_time_is_warned_about() {
    for (options, granted, said) in [
        ("-c -i w -x 3600", 0, "for 0 seconds after the connection, not for 3600"),
        ("-c -i w", 7200, "for 7200 seconds after the connection, not for ever"),
        ("-c -i w -x 60", 60, ""),
        ("-c -i w -x 60", 90, ""),
        ("", 1, ""),
    ] {
        let peer = Peer::script(move |conn| {
            conn.accept_subscriber_with(Properties::new().four(property::SESSION_EXPIRY, granted));
            conn.publish(&Publish::new("t", "x").qos(1, 1));
            conn.expect_puback();
            conn.expect_goodbye();
        });
        let run = subscribe(&peer, options).line("-q 1 -C 1").stdout("x\n");
        match said {
            "" => run.run(),
            said => run
                .stderr_line(&format!("mqtt: warning: the broker keeps the session {said}"))
                .run(),
        };
        peer.finish();
    }
}
