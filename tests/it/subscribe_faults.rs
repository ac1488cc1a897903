//! Subscribing where something fails: refusals, lost connections, lying brokers, full disks, signals.

use std::io::{BufRead, BufReader};

use crate::support::{Conn, Mosquitto, Mqtt, Peer, Publish, Signal};

/// The versions for what both can say.
const VERSIONS: [&str; 2] = ["3.1.1", "5"];

fn subscribe(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("sub").line("-V 5").line(options)
}

/// Answers SUBSCRIBE as said and waits for the client to leave.
fn granting(answer: impl FnOnce(&mut Conn, u16) + Send + 'static) -> Peer {
    Peer::script(move |conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        answer(conn, id);
        conn.expect_closed();
    })
}

/// Grants one SUBSCRIBE, sends one message and waits for the client to leave.
fn send_one(conn: &mut Conn, text: &str) {
    conn.accept_subscriber();
    conn.publish(&Publish::new("t", text));
    conn.expect_goodbye();
}

#[test]
fn every_filter_refused() {
    for (version, code) in [("3.1.1", 0x80), ("5", 0x87)] {
        let peer = granting(move |conn, id| conn.suback(id, &[code, code]));
        subscribe(&peer, "-t one/# -t two -V")
            .arg(version)
            .status(5)
            .stderr_contains("one/#")
            .stderr_contains("two")
            .stderr_contains(format!("0x{code:02x}"))
            .run();
    }
}

#[test]
fn one_of_two_filters_refused() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        conn.suback(id, &[0, 0x87]);
        conn.publish(&Publish::new("good", "x"));
        conn.expect_goodbye();
    });
    subscribe(&peer, "-t good -t bad -C 1")
        .status(5)
        .stdout("x\n")
        .stderr_contains("bad")
        .stderr_contains("0x87")
        .run();
}

#[test]
fn less_quality_granted_than_asked_for() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        conn.suback(id, &[1]);
        conn.publish(&Publish::new("t", "x"));
        conn.expect_goodbye();
    });
    subscribe(&peer, "-t t -q 2 -C 1").stdout("x\n").stderr_line("*QoS 1*").run();
}

/// `mqtt sub` that must give up over what came instead of the SUBACK it is due.
#[track_caller]
fn gives_up_over_suback(answer: impl FnOnce(&mut Conn, u16) + Clone + Send + 'static) {
    for version in VERSIONS {
        let peer = granting(answer.clone());
        subscribe(&peer, "-t a -t b --ack-timeout 500ms --reconnect never -V")
            .arg(version)
            .status(6)
            .stderr_contains(peer.address())
            .stderr_contains("SUBACK")
            .run();
    }
}

#[test]
fn suback_never_comes() {
    gives_up_over_suback(|_, _| {});
}

#[test]
fn suback_for_another_id() {
    gives_up_over_suback(|conn, id| conn.suback(id + 1, &[0, 0]));
}

#[test]
fn suback_with_the_wrong_number_of_codes() {
    for codes in [&[][..], &[0], &[0, 0, 0]] {
        gives_up_over_suback(move |conn, id| conn.suback(id, codes));
    }
}

#[test]
fn messages_before_suback_are_shown() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        conn.publish(&Publish::new("t", "early"));
        conn.suback(id, &[0]);
        conn.publish(&Publish::new("t", "late"));
        conn.expect_goodbye();
    });
    subscribe(&peer, "-t t -C 2").stdout("early\nlate\n").run();
}

#[test]
fn messages_right_before_the_end_are_shown() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for text in ["one", "two"] {
            conn.publish(&Publish::new("t", text));
        }
    });
    subscribe(&peer, "-t t --reconnect never")
        .status(6)
        .stdout("one\ntwo\n")
        .stderr_contains(peer.address())
        .run();
}

#[test]
fn a_lost_connection_is_restored_and_subscribed_again() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("t", "before"));
            conn.cut();
        })
        .then(|conn| send_one(conn, "after"));
        let subscribe = subscribe(&peer, "-t t -C 2 -V").arg(version);
        subscribe.stdout("before\nafter\n").stderr_contains("connection").run();
    }
}

#[test]
fn a_restored_session_needs_no_second_subscribe() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.cut();
    })
    .then(|conn| {
        conn.resume();
        conn.publish(&Publish::new("t", "kept"));
        // Subscribing again would be harmless, but it would bring the retained messages a second time.
        conn.expect_goodbye();
    });
    subscribe(&peer, "-t t -C 1").stdout("kept\n").stderr_anything().run();
}

#[test]
fn a_broker_that_restarts_is_found_again() {
    let mut broker = Mosquitto::start();
    broker.mqtt("pub").line("-r -t t -m before").run();
    let mut running = broker
        .mqtt("sub")
        .line("-t t -C 2")
        .stdout("before\nafter\n")
        .stderr_contains("connection")
        .spawn();
    assert_eq!(running.read_line(), "before");
    broker.restart();
    // Without persistence the session and its subscription are gone: only subscribing again brings this.
    broker.mqtt("pub").line("-r -t t -m after").run();
    running.wait();
}

#[test]
fn a_session_taken_over_is_given_up() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.disconnect(0x8e);
    });
    subscribe(&peer, "-t t -i twice-used")
        .status(6)
        .stderr_contains("session taken over by another client")
        .stderr_contains("twice-used")
        .run();
}

#[test]
fn a_broker_that_shuts_down_is_tried_again() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.disconnect(0x8b);
    })
    .then(|conn| send_one(conn, "after"));
    subscribe(&peer, "-t t -C 1").stdout("after\n").stderr_contains("shutting down").run();
}

#[test]
fn a_broker_that_answers_no_ping_is_left() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.expect_pingreq();
            conn.expect_closed();
        })
        .then(|conn| send_one(conn, "after"));
        let subscribe = subscribe(&peer, "-t t -C 1 -k 1 -V").arg(version);
        subscribe.stdout("after\n").stderr_contains("the broker fell silent").run();
    }
}

/// Takes a message at QoS 2, loses the connection before it is released, and gets it again once `resume` has accepted
/// the next connection.
#[track_caller]
fn prints_once(options: &str, resume: fn(&mut Conn), lost: &str) {
    let message = Publish::new("t", "once").qos(2, 7);
    let first = message.clone();
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        conn.publish(&first);
        assert_eq!(conn.expect_pubrec().id, 7);
        conn.cut();
    })
    .then(move |conn| {
        resume(conn);
        conn.publish(&message.dup());
        assert_eq!(conn.expect_pubrec().id, 7);
        conn.pubrel(7, 0);
        assert_eq!(conn.expect_pubcomp().id, 7);
        conn.publish(&Publish::new("t", "end"));
        conn.expect_goodbye();
    });
    let run = peer.mqtt("sub").line("-t t -q 2 -C 2").line(options);
    run.stdout("once\nend\n").stderr_contains(lost).run();
}

#[test]
fn a_message_at_qos_2_is_printed_once_over_a_lost_connection() {
    for options in ["-V 5", "-V 3.1.1 -c -i me"] {
        prints_once(options, |conn| drop(conn.resume()), "lost");
    }
}

/// MQTT 3.1 has no flag for it, so CONNACK looks the same whether the broker has kept the session or not.
#[test]
fn a_message_at_qos_2_of_mqtt_3_1_is_printed_once_over_a_lost_connection() {
    let lost = "QoS 0 messages may have been missed";
    prints_once("-V 3.1 -c -i me", |conn| drop(conn.accept_subscriber()), lost);
}

#[test]
fn a_wildcard_in_a_topic_is_a_protocol_error_and_not_printed() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("a/#", "x"));
        conn.expect_closed();
    });
    subscribe(&peer, "-t # --reconnect never").status(6).stderr_contains("a/#").run();
}

#[test]
fn a_reader_that_goes_away_is_success() {
    let (reader, writer) = std::io::pipe().unwrap();
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one"));
        conn.wait_for("reader gone");
        conn.publish(&Publish::new("t", "two"));
        conn.expect_closed();
    });
    let running = subscribe(&peer, "-t t").stdout_to(writer).spawn();
    let mut line = String::new();
    BufReader::new(reader).read_line(&mut line).unwrap();
    assert_eq!(line, "one\n");
    peer.reached("reader gone");
    running.wait();
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_a_local_failure() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one"));
        conn.expect_closed();
    });
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    subscribe(&peer, "-t t")
        .stdout_to(full)
        .status(1)
        .stderr_contains("cannot write")
        .stderr_contains("No space left on device")
        .run();
}

#[test]
fn signals_end_it_with_a_goodbye() {
    for (signal, status) in [(Signal::Interrupt, 130), (Signal::Terminate, 143)] {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.reached("subscribed");
            conn.expect_goodbye();
        });
        let running = subscribe(&peer, "-t t").status(status).stderr_anything().spawn();
        peer.wait_for("subscribed");
        running.signal(signal);
        running.wait();
    }
}

#[test]
fn messages_that_a_stuck_reader_kept_from_being_written_are_told() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        let payload = "x".repeat(1000);
        for _ in 0..200 {
            conn.publish(&Publish::new("t", &payload));
        }
        conn.serve();
    });
    let (reader, writer) = std::io::pipe().unwrap();
    let subscribe = peer.mqtt("sub").line("-V 5 -t t -W 1s").stdout_to(writer);
    subscribe.status(27).stderr_contains("received messages were not written").run();
    drop(reader);
}

#[test]
fn a_broker_that_still_shuts_down_at_the_next_connection_is_tried_again() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.cut();
    })
    .then(|conn| {
        conn.expect_connect();
        // Not a code that the standard has for CONNACK, but clear enough.
        conn.connack(0x8b);
        conn.expect_closed();
    })
    .then(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "x"));
        conn.expect_goodbye();
    });
    peer.mqtt("sub").line("-V 5 -t t -C 1").stdout("x\n").stderr_anything().run();
}
