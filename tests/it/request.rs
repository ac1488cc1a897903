//! `mqtt rr`: what is sent before the request, which messages are replies to it, and how it ends.

use std::time::{Duration, Instant};

use crate::support::{Conn, Level, Mqtt, Peer, Properties, Publish, Signal, Subscribe, property};

const SECOND: Duration = Duration::from_secs(1);

fn request(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("rr").line("-V 5 -t ask -m question -W 8s").line(options)
}

/// Lets the requester in, grants its subscription, and takes the request.
#[track_caller]
fn take_request(conn: &mut Conn) -> (Subscribe, Publish) {
    let subscribe = conn.accept_subscriber();
    (subscribe, conn.take())
}

fn response_topic(request: &Publish) -> String {
    let topic = request.properties.bytes(property::RESPONSE_TOPIC).expect("a response topic");
    String::from_utf8(topic.to_vec()).expect("it is text")
}

fn correlation(request: &Publish) -> &[u8] {
    request.properties.bytes(property::CORRELATION_DATA).expect("correlation data")
}

/// The reply to `request`.
fn reply(request: &Publish, text: &str) -> Publish {
    let properties = Properties::new().text(property::CORRELATION_DATA, correlation(request));
    Publish::new(&response_topic(request), text).with(properties)
}

/// A responder for one request.
fn answering(answer: impl FnOnce(&mut Conn, &Publish) + Send + 'static) -> Peer {
    Peer::script(|conn| {
        let (_, request) = take_request(conn);
        answer(conn, &request);
        conn.expect_goodbye();
    })
}

#[test]
fn the_reply_is_printed_and_ends_the_run() {
    let peer = answering(|conn, request| conn.publish(&reply(request, "answer")));
    request(&peer, "").stdout("answer\n").run();
    let record = peer.finish();
    let connect = &record.connects[0];
    assert_eq!(connect.properties.number(property::REQUEST_RESPONSE_INFORMATION), Some(1));
    let request = &record.publishes[0];
    assert_eq!((request.topic.as_str(), request.text().as_str()), ("ask", "question"));
    assert!(!request.retain && request.qos == 0);
    assert_eq!(response_topic(request), format!("mqtt-rr/{}", connect.client_id));
    assert_eq!(correlation(request).len(), 16);
}

#[test]
fn two_requests_have_different_correlation_data() {
    let mut seen = [(); 2].map(|()| {
        let peer = answering(|conn, request| conn.publish(&reply(request, "x")));
        request(&peer, "-i same").stdout("x\n").run();
        correlation(&peer.finish().publishes[0]).to_vec()
    });
    seen.sort();
    assert_ne!(seen[0], seen[1]);
    assert!(seen.iter().flatten().any(|byte| *byte != 0));
}

#[test]
fn the_subscription_stands_before_the_request_is_published() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let subscribe = conn.expect_subscribe();
        conn.expect_nothing_for(Duration::from_millis(500));
        conn.suback(subscribe.id, &[1]);
        let request = conn.take();
        assert_eq!(response_topic(&request), subscribe.filters[0].filter);
        assert_eq!(subscribe.filters[0].retain_handling, 2, "stored messages are of no use");
        conn.publish(&reply(&request, "x").qos(1, 7));
        assert_eq!(conn.expect_puback().id, 7);
        conn.expect_goodbye();
    });
    request(&peer, "-q 1").stdout("x\n").run();
}

#[test]
fn only_messages_with_exactly_this_correlation_data_are_replies() {
    let peer = answering(|conn, request| {
        let topic = response_topic(request);
        conn.publish(&Publish::new(&topic, "without"));
        let data = correlation(request);
        for wrong in [&data[..15], &[data, b"x"].concat(), b"", &[0; 16]] {
            let properties = Properties::new().text(property::CORRELATION_DATA, wrong);
            conn.publish(&Publish::new(&topic, "foreign").with(properties));
        }
        conn.publish(&reply(request, "stored").retain());
        conn.publish(&Publish { topic: "elsewhere".to_owned(), ..reply(request, "elsewhere") });
        conn.publish(&reply(request, "right"));
    });
    request(&peer, "").stdout("right\n").run();
}

#[test]
fn foreign_messages_alone_are_no_reply_and_are_counted() {
    for options in ["", "-e answers"] {
        let peer = answering(|conn, request| {
            let properties = Properties::new().text(property::CORRELATION_DATA, "other");
            let topic = response_topic(request);
            conn.publish(&Publish::new(&topic, "foreign").with(properties));
        });
        let run = request(&peer, "-W 1s").line(options).status(27);
        run.stderr_line("mqtt: timed out after 1s*; no reply, 1 message with other*").run();
    }
}

#[test]
fn foreign_messages_at_qos_1_are_acknowledged() {
    let peer = answering(|conn, request| {
        conn.publish(&Publish::new(&response_topic(request), "foreign").qos(1, 9));
        assert_eq!(conn.expect_puback().id, 9);
        conn.publish(&reply(request, "right"));
    });
    request(&peer, "-q 1").stdout("right\n").run();
}

#[test]
fn response_information_is_what_the_response_topic_begins_with() {
    for (information, topic) in [
        ("clients/7", "clients/7/me"),
        ("clients/7/", "clients/7/me"),
        ("/", "/me"),
        // What could not be a response topic is left alone.
        ("clients/#", "mqtt-rr/me"),
        ("$share/g", "mqtt-rr/me"),
        ("", "mqtt-rr/me"),
    ] {
        let peer = Peer::script(move |conn| {
            let properties = Properties::new().text(property::RESPONSE_INFORMATION, information);
            let subscribe = conn.accept_subscriber_with(properties);
            assert_eq!(subscribe.filters[0].filter, topic);
            let request = conn.take();
            conn.publish(&reply(&request, "x"));
            conn.expect_goodbye();
        });
        request(&peer, "-i me").stdout("x\n").run();
    }
}

#[test]
fn response_information_is_not_asked_for_where_it_is_of_no_use() {
    for options in ["-e answers", "-D connect request-response-information 0"] {
        let peer = answering(|conn, request| conn.publish(&reply(request, "x")));
        request(&peer, options).stdout("x\n").run();
        let asked = peer.finish().connects[0].properties.clone();
        assert_ne!(asked.number(property::REQUEST_RESPONSE_INFORMATION), Some(1));
    }
}

#[test]
fn a_client_id_that_no_topic_can_have_is_replaced() {
    for id in ["a/+", "#", ""] {
        let peer = answering(|conn, request| {
            let topic = response_topic(request);
            let made = topic.strip_prefix("mqtt-rr/").expect("the usual beginning");
            assert!(
                made.len() == 16 && made.chars().all(|char| char.is_ascii_hexdigit()),
                "{topic}"
            );
            conn.publish(&reply(request, "x"));
        });
        request(&peer, "-i").arg(id).stdout("x\n").run();
    }
}

#[test]
fn the_users_own_topic_and_correlation_data_are_used() {
    for options in [
        "-e answers --correlation hex:00ff",
        "-D publish response-topic answers -D publish correlation-data hex:00ff",
    ] {
        let peer = answering(|conn, request| {
            assert_eq!(response_topic(request), "answers");
            assert_eq!(correlation(request), [0, 0xff]);
            conn.publish(&reply(request, "x"));
        });
        request(&peer, options).stdout("x\n").run();
    }
}

#[test]
fn properties_go_with_the_request_and_the_subscription() {
    let peer = Peer::script(|conn| {
        let (subscribe, request) = take_request(conn);
        assert_eq!(subscribe.properties, Properties::new().user("s", "1"));
        let expected = Properties::new()
            .byte(property::PAYLOAD_FORMAT, 1)
            .four(property::MESSAGE_EXPIRY, 60)
            .text(property::CONTENT_TYPE, "text/plain")
            .text(property::RESPONSE_TOPIC, response_topic(&request))
            .text(property::CORRELATION_DATA, correlation(&request))
            .user("k", "v")
            .user("l", "w");
        assert_eq!(request.properties, expected);
        conn.publish(&reply(&request, "x"));
        conn.expect_goodbye();
    });
    let flags = "--payload-utf8 --expiry 1m --content-type text/plain --user-property k=v";
    request(&peer, flags)
        .line("-D publish user-property l w -D subscribe user-property s 1")
        .stdout("x\n")
        .run();
}

#[test]
fn every_kind_of_payload_can_be_asked_with() {
    let cases: [(&str, &str, &[u8]); 8] = [
        ("-m text", "", b"text"),
        ("-m -x", "", b"-x"),
        ("-n", "", b""),
        ("-s", "all\nof it\n", b"all\nof it\n"),
        ("-f in.bin", "", b"\0\xff\n"),
        ("-f -", "input", b"input"),
        ("-m 00fF --payload-hex", "", b"\0\xff"),
        ("-s --payload-base64", "aGk=\n", b"hi"),
    ];
    for (flags, stdin, expected) in cases {
        let peer = answering(|conn, request| conn.publish(&reply(request, "x")));
        let run = peer.mqtt("rr").line("-V 5 -t ask").line(flags).file("in.bin", b"\0\xff\n");
        run.stdin(stdin).stdout("x\n").run();
        assert_eq!(*peer.finish().publishes[0].payload, *expected, "{flags}");
    }
}

#[test]
fn the_output_flags_are_those_of_sub() {
    for (flags, expected) in [
        ("-N", "a\u{e4}"),
        ("-v", "answers a\u{e4}\n"),
        ("--hex", "61c3a4\n"),
        ("-F %t:%p:%l", "answers:a\u{e4}:3\n"),
        ("--output out", ""),
    ] {
        let peer = answering(|conn, request| conn.publish(&reply(request, "a\u{e4}")));
        request(&peer, "-e answers").line(flags).stdout(expected).run();
    }
    let peer = answering(|conn, request| conn.publish(&reply(request, "x")));
    let pattern = r#"{"time":"*Z","topic":"answers","qos":0,"retain":false,"payload":"x","properties":{"correlation_data*":*}}"#;
    request(&peer, "-e answers --json").stdout_line(pattern).run();
}

#[test]
fn so_many_replies_are_waited_for() {
    let peer = answering(|conn, request| {
        for text in ["one", "two", "three"] {
            conn.publish(&reply(request, text));
        }
    });
    request(&peer, "--replies 2").stdout("one\ntwo\n").run();
}

#[test]
fn too_few_replies_are_a_failure() {
    let send = |conn: &mut Conn, request: &Publish| conn.publish(&reply(request, "one"));
    let peer = answering(send);
    let run = request(&peer, "--replies 2 -W 1s").status(27).stdout("one\n");
    run.stderr_line("mqtt: timed out after 1s*; 1 of 2 replies").run();
    let peer = answering(send);
    let run = request(&peer, "--replies 2 --idle 500ms").status(27).stdout("one\n");
    run.stderr("mqtt: silence: 1 of 2 replies\n").run();
}

#[test]
fn all_replies_are_printed_until_the_deadline_or_silence() {
    for options in ["-W 1500ms", "--idle 700ms"] {
        let peer = answering(|conn, request| {
            conn.publish(&reply(request, "one"));
            conn.stall_for(Duration::from_millis(300));
            conn.publish(&reply(request, "two"));
        });
        request(&peer, "--replies 0").line(options).stdout("one\ntwo\n").run();
        let peer = answering(|_, _| {});
        let run = request(&peer, "--replies 0").line(options).status(27);
        run.stderr_contains("no reply").run();
    }
}

#[test]
fn silence_begins_when_the_request_has_arrived() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let subscribe = conn.expect_subscribe();
        conn.stall_for(SECOND);
        conn.suback(subscribe.id, &[1]);
        let request = conn.expect_publish();
        conn.stall_for(SECOND);
        conn.puback(request.id.expect("an identifier"), 0);
        conn.publish(&reply(&request, "x"));
        conn.expect_goodbye();
    });
    request(&peer, "-q 1 --idle 500ms").stdout("x\n").run();
}

#[test]
fn the_wait_has_an_end() {
    let help = Mqtt::new("rr").arg("--help").stdout_anything().run();
    assert!(help.stdout_text().contains("[default: 30s]"), "{help}");
    let start = Instant::now();
    let peer = answering(|_, _| {});
    let run = request(&peer, "-W 1s").status(27);
    run.stderr_line("mqtt: timed out after 1s (*); no reply").run();
    assert!(start.elapsed() < 6 * SECOND);
}

#[test]
fn a_refused_subscription_ends_it_at_once() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let subscribe = conn.expect_subscribe();
        conn.suback(subscribe.id, &[0x87]);
        conn.expect_goodbye();
    });
    let run = request(&peer, "-e answers").status(5);
    run.stderr("mqtt: subscription to answers refused: 0x87 Not authorized\n").run();
    assert!(peer.finish().publishes.is_empty());
}

#[test]
fn a_refused_request_ends_it_at_once() {
    let start = Instant::now();
    for qos in [1, 2] {
        let peer = Peer::script(move |conn| {
            conn.accept_subscriber();
            let id = conn.expect_publish().id.expect("an identifier");
            match qos {
                1 => conn.puback_saying(id, 0x87, "not you"),
                _ => conn.pubrec(id, 0x87),
            }
            conn.expect_goodbye();
        });
        let run = request(&peer, &format!("-q {qos}")).status(5);
        run.stderr_line("mqtt: request to ask refused: 0x87 Not authorized*").run();
    }
    assert!(start.elapsed() < 7 * SECOND, "not at the deadline");
}

#[test]
fn a_request_that_the_broker_is_known_not_to_take_is_refused() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber_with(Properties::new().byte(property::MAXIMUM_QOS, 0));
        conn.expect_goodbye();
    });
    let run = request(&peer, "-q 1").status(5).stderr_contains("takes at most QoS 0");
    run.run();
    let peer = Peer::script(|conn| {
        conn.accept_with(Properties::new().four(property::MAXIMUM_PACKET_SIZE, 20));
        conn.expect_goodbye();
    });
    request(&peer, "").status(5).stderr_contains("maximum packet size").run();
}

#[test]
fn a_broker_that_hangs_up_on_the_request_has_refused_it() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_publish();
        conn.disconnect(0x87);
    });
    request(&peer, "--reconnect never").status(5).stderr_contains("Not authorized").run();
}

#[test]
fn nobody_to_answer_is_said() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        let id = conn.expect_publish().id.expect("an identifier");
        conn.puback(id, 0x10);
        conn.expect_goodbye();
    });
    let run = request(&peer, "-q 1 -W 1s").status(27);
    run.stderr_line("mqtt: warning: nobody is subscribed to ask").stderr_anything().run();
}

#[test]
fn the_round_trip_is_told_for_each_reply() {
    let peer = answering(|conn, request| {
        conn.stall_for(Duration::from_millis(200));
        conn.publish(&reply(request, "one"));
        conn.publish(&reply(request, "two"));
    });
    let run = request(&peer, "--replies 2 --latency --quiet").stdout("one\ntwo\n");
    let output = run.stderr_anything().run();
    let lines: Vec<&str> = output.stderr_text().lines().collect();
    assert_eq!(lines.len(), 2, "{output}");
    for line in lines {
        let value = line.strip_prefix("latency: ").and_then(|line| line.strip_suffix(" ms"));
        let value = value.expect("a number of milliseconds");
        assert_eq!(value.split_once('.').expect("a fraction").1.len(), 3, "{value}");
        assert!((190.0..5_000.0).contains(&value.parse().unwrap()), "{value}");
    }
}

#[test]
fn a_reply_may_overtake_the_acknowledgement() {
    for qos in ["1", "2"] {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            let request = conn.expect_publish();
            conn.publish(&reply(&request, "x"));
            conn.expect_goodbye();
        });
        request(&peer, "-q").arg(qos).stdout("x\n").run();
    }
}

#[test]
fn an_unacknowledged_request_is_published_again_behind_the_subscription() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_publish();
        conn.cut();
    })
    .then(|conn| {
        conn.accept();
        let subscribe = conn.expect_subscribe();
        conn.expect_nothing_for(Duration::from_millis(300));
        conn.suback(subscribe.id, &[1]);
        let request = conn.take();
        assert!(!request.dup, "a new session");
        conn.publish(&reply(&request, "x"));
        conn.expect_goodbye();
    });
    request(&peer, "-q 1").stdout("x\n").stderr_contains("republished 1").run();
    let publishes = peer.finish().publishes;
    assert_eq!(publishes[0].properties, publishes[1].properties, "it is the same request");
}

#[test]
fn an_acknowledged_request_is_not_published_again() {
    for resumed in [true, false] {
        let peer = Peer::script(|conn| {
            take_request(conn);
            conn.reached("asked");
            conn.wait_for("cut");
            conn.cut();
        })
        .then(move |conn| {
            let topic = if resumed {
                conn.resume();
                None
            } else {
                conn.accept();
                Some(conn.grant_subscribe().filters[0].filter.clone())
            };
            conn.expect_nothing_for(Duration::from_millis(300));
            let properties = Properties::new().text(property::CORRELATION_DATA, "data");
            assert!(topic.is_none_or(|topic| topic == "answers"));
            conn.publish(&Publish::new("answers", "x").with(properties));
            conn.expect_goodbye();
        });
        let run = request(&peer, "-q 1 -e answers --correlation data").stdout("x\n");
        let running = run.stderr_contains("connection").spawn();
        peer.wait_for("asked");
        peer.reached("cut");
        running.wait();
        assert_eq!(peer.finish().publishes.len(), 1);
    }
}

#[test]
fn a_subscription_that_is_refused_after_a_reconnect_ends_it() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_publish();
        conn.cut();
    })
    .then(|conn| {
        conn.accept();
        let subscribe = conn.expect_subscribe();
        conn.suback(subscribe.id, &[0x87]);
        conn.expect_goodbye();
    });
    request(&peer, "-q 1").status(5).stderr_contains("subscription to").run();
    assert_eq!(peer.finish().publishes.len(), 1);
}

#[test]
fn a_connection_that_is_lost_for_good_leaves_the_request_in_doubt() {
    for (qos, words) in [("0", "the request may be lost"), ("1", "the request is unconfirmed")] {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.expect_publish();
            conn.cut();
        });
        let run = request(&peer, "--reconnect never -q").arg(qos).status(6);
        run.stderr_line(&format!("mqtt: connection to * lost: *; no reply, {words}")).run();
    }
}

#[test]
fn the_will_never_fires_when_it_is_over() {
    let peer = answering(|conn, request| conn.publish(&reply(request, "x")));
    let run = request(&peer, "--will-topic gone --will-payload x").stdout("x\n");
    run.run();
    assert!(peer.finish().connects[0].will.is_some());
}

#[test]
fn a_signal_ends_the_wait() {
    let peer = answering(|conn, _| conn.reached("asked"));
    let running = request(&peer, "").status(130).stderr("mqtt: interrupted; no reply\n").spawn();
    peer.wait_for("asked");
    running.signal(Signal::Interrupt);
    running.wait();
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_sent() {
    for (flags, words) in [
        ("-t a", "no message"),
        ("-m x", "no topic"),
        ("-t a/# -m x", "'+' or '#'"),
        ("-t a -m x -n", "cannot be used with"),
        ("-t a -m x -e a", "its own reply"),
        ("-t a -m x -e b/+", "'+' or '#'"),
        ("-t a -m x -e $share/g/b", "shared"),
        ("-t a -m x -e b -D publish response-topic c", "given twice"),
        ("-t a -m x --replies -1", "-1"),
        ("-t a -m x -r", "-r"),
        ("-t a -m x -l", "-l"),
        ("-t a -m x -e b -V 3.1.1 --content-type y", "needs MQTT 5"),
        ("-t a -m x -D unsubscribe user-property k v", "no effect"),
        ("-t a -m xyz --payload-hex", "hexadecimal"),
        ("-t a -f missing", "missing"),
        ("-t a -s --password-file -", "read only once"),
    ] {
        let peer = Peer::untouched();
        peer.mqtt("rr").line(flags).status(2).stderr_contains(words).run();
    }
}

#[test]
fn events_tell_the_whole_story() {
    let peer = answering(|conn, request| conn.publish(&reply(request, "x")));
    let output = request(&peer, "-q 1 --events -").stdout("x\n").stderr_anything().run();
    let text = output.stderr_text();
    let events = text.lines().map(|line| {
        let (_, rest) = line.split_once(r#""event":""#).expect("an event");
        rest.split_once('"').expect("its end").0
    });
    let events: Vec<_> = events.collect();
    assert_eq!(events, ["connect", "subscribe", "publish", "message", "disconnect"]);
}

/// Messages of others on the response topic: with no correlation data, with another's, and with ours.
fn answer_in_every_way(conn: &mut Conn, request: &Publish, topic: &str) {
    conn.publish(&Publish::new(topic, "stored").retain());
    conn.publish(&Publish::new(topic, "without"));
    let other = Properties::new().text(property::CORRELATION_DATA, "other");
    conn.publish(&Publish::new(topic, "other").with(other));
    if let Some(ours) = request.properties.bytes(property::CORRELATION_DATA) {
        let ours = Properties::new().text(property::CORRELATION_DATA, ours);
        conn.publish(&Publish::new(topic, "ours").with(ours));
    }
}

#[test]
fn what_is_a_reply_is_as_match_says() {
    for (options, topic, replies) in [
        ("", "", "ours\n"),
        ("--match auto", "", "ours\n"),
        ("--match correlation", "", "ours\n"),
        ("--match any", "", "without\nother\nours\n"),
        // Who answers on a topic of its own may know nothing of correlation data, as zigbee2mqtt.
        ("-e stat/lamp", "stat/lamp", "without\nours\n"),
        ("-e stat/lamp --match correlation", "stat/lamp", "ours\n"),
        ("-e stat/lamp --match any", "stat/lamp", "without\nother\nours\n"),
        ("-D publish response-topic stat/lamp", "stat/lamp", "without\nours\n"),
        ("-e stat/+ --match any", "stat/lamp", "without\nother\n"),
        ("-V 3.1.1 -e stat/lamp", "stat/lamp", "without\n"),
        ("-V 3.1.1 -e stat/# --match any", "stat/lamp", "without\n"),
    ] {
        let peer = Peer::script(move |conn| {
            conn.accept();
            conn.grant_subscribe();
            let request = conn.expect_publish();
            let own = if topic.is_empty() { response_topic(&request) } else { topic.to_owned() };
            if conn.level() == Level::V5 {
                answer_in_every_way(conn, &request, &own);
            } else {
                conn.publish(&Publish::new(&own, "stored").retain());
                conn.publish(&Publish::new(&own, "without"));
            }
            conn.expect_goodbye();
        });
        let run = peer.mqtt("rr").line("-t ask -m x --replies 0 --idle 300ms").line(options);
        let run = if options.contains("-V") { run } else { run.line("-V 5") };
        run.stdout(replies).stderr_anything().run();
    }
}

#[test]
fn a_filter_for_replies_and_correlation_before_mqtt_5_are_refused() {
    for (options, words) in [
        ("-e stat/+", "only --match any takes a filter"),
        ("-e stat/+ --match auto", "only --match any takes a filter"),
        ("-e # --match any", "its own reply"),
        ("-e $share/g/b/+ --match any", "shared"),
        ("-V 3.1.1 -e a --match correlation", "--match correlation needs MQTT 5"),
        ("--match never", "expected auto, correlation or any"),
    ] {
        let run = Peer::untouched().mqtt("rr").line("-t ask -m x").line(options).status(2);
        run.stderr_contains(words).run();
    }
}
