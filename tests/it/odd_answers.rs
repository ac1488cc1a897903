//! Answers that only some brokers give, and what is still certain after them.
//!
//! RabbitMQ answers QoS 2 with PUBACK, ejabberd refuses filters in MQTT 3.1.1 with the codes of MQTT 5, and a PINGRESP
//! says less than it seems to.

use std::time::Duration;

use crate::support::{Conn, Mqtt, Packet, Peer, Properties, Publish, property};

const VERSIONS: [&str; 2] = ["3.1.1", "5"];

const DOWNGRADED: &str = "mqtt: warning: the broker acknowledges QoS 2 messages as if they had QoS 1: \
    they may arrive more than once";

fn run(peer: &Peer, command: &str, version: &str, options: &str) -> Mqtt {
    peer.mqtt(command).args(["-V", version]).line(options)
}

/// Takes so many messages at QoS 2 and answers each with PUBACK.
fn acknowledge_as_qos_1(conn: &mut Conn, count: usize) {
    for _ in 0..count {
        let publish = conn.expect_publish();
        assert_eq!(publish.qos, 2);
        conn.puback(publish.id.expect("an identifier"), 0);
    }
}

#[test]
fn a_message_at_qos_2_that_is_acknowledged_as_if_it_had_qos_1_is_delivered() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept();
            acknowledge_as_qos_1(conn, 1);
            conn.expect_goodbye();
        });
        let publish = run(&peer, "pub", version, "-t t -m x -q 2");
        publish.stderr(format!("{DOWNGRADED}\n")).run();
    }
}

#[test]
fn the_broker_that_lowers_the_quality_is_warned_about_once() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept();
            acknowledge_as_qos_1(conn, 3);
            conn.cut();
        })
        .then(|conn| {
            conn.accept();
            acknowledge_as_qos_1(conn, 2);
            conn.expect_goodbye();
        });
        let publish = run(&peer, "pub", version, "-t t -l -q 2 -M 1").stdin("1\n2\n3\n4\n5\n");
        let output = publish.stderr_line(DOWNGRADED).run();
        assert_eq!(output.stderr_text().matches("as if they had QoS 1").count(), 1, "{output}");
    }
}

#[test]
fn a_request_at_qos_2_that_is_acknowledged_as_if_it_had_qos_1_is_answered() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            let request = conn.expect_publish();
            conn.puback(request.id.expect("an identifier"), 0);
            let correlation = request.properties.only(property::CORRELATION_DATA);
            conn.publish(&Publish::new("answers", "yes").with(correlation));
            conn.expect_goodbye();
        });
        let request = run(&peer, "rr", version, "-t ask -m x -q 2 -e answers").stdout("yes\n");
        request.stderr_line(DOWNGRADED).run();
    }
}

#[test]
fn a_refusal_in_such_an_acknowledgement_is_a_refusal() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_publish().id.expect("an identifier");
        conn.puback(id, 0x87);
        conn.expect_goodbye();
    });
    let publish = run(&peer, "pub", "5", "-t t -m x -q 2").status(5);
    publish.stderr_contains("1 refused").stderr_contains("0x87").run();
}

/// What a broker may do that breaks the protocol while message `id` is in flight.
type Violation = fn(&mut Conn, u16);

const VIOLATIONS: [(&str, Violation); 5] = [
    ("PUBREC for QoS 1", |conn, id| conn.pubrec(id, 0)),
    ("PUBCOMP for QoS 1", |conn, id| conn.pubcomp(id, 0)),
    ("PUBACK for id 0", |conn, _| conn.send_raw(&[0x40, 2, 0, 0])),
    ("reserved flags", |conn, id| {
        let [high, low] = id.to_be_bytes();
        conn.send_raw(&[0x4f, 2, high, low]);
    }),
    ("a second CONNACK", |conn, _| conn.connack(0)),
];

/// Lets the client in, with its session where it asks for one and it `is_kept`.
fn let_in(conn: &mut Conn, is_kept: bool) {
    let connect = conn.expect_connect();
    conn.connack_with(is_kept && !connect.clean_start, 0, Properties::new());
}

#[test]
fn after_a_broken_protocol_nothing_is_sent_again_that_the_broker_may_have() {
    for (name, violate) in VIOLATIONS {
        for (version, is_kept) in [("3.1.1", false), ("5", false), ("5", true)] {
            let peer = Peer::script(move |conn| {
                conn.accept();
                let id = conn.expect_publish().id.expect("an identifier");
                violate(conn, id);
                conn.expect_closed();
            })
            .then(move |conn| {
                let_in(conn, is_kept);
                conn.serve();
            });
            let publish = run(&peer, "pub", version, "-t t -l -q 1 -M 1").stdin("1\n2\n3\n");
            let publish = publish.status(6).stderr_contains("broke the protocol");
            publish.stderr_contains("2 delivered, 0 refused, 1 unconfirmed").run();
            assert_eq!(peer.finish().payloads(), ["1", "2", "3"], "{name}, {version}, {is_kept}");
        }
    }
}

#[test]
fn after_a_broken_protocol_what_the_broker_took_on_itself_is_finished_or_unconfirmed() {
    for (version, is_kept) in [("3.1.1", false), ("5", false), ("5", true)] {
        let peer = Peer::script(|conn| {
            conn.accept();
            let id = conn.expect_publish().id.expect("an identifier");
            conn.pubrec(id, 0);
            conn.expect_pubrel();
            conn.send_raw(&[0x40, 2, 0, 0]);
            conn.expect_closed();
        })
        .then(move |conn| {
            let_in(conn, is_kept);
            conn.serve();
        });
        let publish = run(&peer, "pub", version, "-t t -l -q 2 -M 1").stdin("1\n2\n");
        let publish = publish.stderr_contains("broke the protocol");
        match is_kept {
            true => publish.run(),
            false => publish.status(6).stderr_contains("1 unconfirmed").run(),
        };
        assert_eq!(peer.finish().payloads(), ["1", "2"], "{version}, {is_kept}");
    }
}

#[test]
fn a_filter_may_be_refused_with_any_code_from_0x80_on_before_mqtt_5() {
    for version in ["3.1", "3.1.1"] {
        for code in [0x80, 0x83, 0x87, 0x8f, 0x9e, 0xff] {
            let peer = Peer::script(move |conn| {
                conn.accept();
                let id = conn.expect_subscribe().id;
                conn.suback(id, &[code]);
                conn.expect_goodbye();
            });
            let subscribe = run(&peer, "sub", version, "-t secret/#").status(5);
            let subscribe = subscribe.stderr_contains(format!("0x{code:02x}"));
            subscribe.stderr_contains("subscription to secret/# refused").run();
        }
    }
}

#[test]
fn a_filter_that_is_refused_so_does_not_stop_the_others() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        conn.suback(id, &[0x8f, 0]);
        conn.publish(&Publish::new("b", "x"));
        conn.expect_goodbye();
    });
    let subscribe = run(&peer, "sub", "3.1.1", "-t a -t b -C 1").status(5).stdout("x\n");
    subscribe.stderr_contains("subscription to a refused: 0x8f").run();
}

#[test]
fn the_other_commands_understand_such_a_refusal_too() {
    for (command, options) in [("rr", "-t t -m x -e answers"), ("clear-retained", "a/#")] {
        let peer = Peer::script(|conn| {
            conn.accept();
            let id = conn.expect_subscribe().id;
            conn.suback(id, &[0x8f]);
            conn.expect_goodbye();
        });
        run(&peer, command, "3.1.1", options).status(5).stderr_contains("0x8f").run();
    }
}

/// Lines at QoS 0 that are written before the PINGREQ that is answered, and after it.
const BEFORE: usize = 10;
const AFTER: usize = 1_500;

fn lines(count: usize) -> String {
    "a line\n".repeat(count)
}

/// `mqtt pub -l` that writes some lines, asks, and writes more, before the first question is answered.
#[track_caller]
fn is_uncertain(version: &str, script: fn(&mut Conn)) {
    let peer = Peer::script(move |conn| {
        conn.accept();
        for _ in 0..BEFORE {
            conn.expect_publish();
        }
        conn.expect_pingreq();
        conn.reached("asked");
        for _ in 0..AFTER {
            conn.expect_publish();
        }
        script(conn);
        conn.reset();
    });
    let options = "-t t -l -q 0 -k 1 --reconnect never";
    let publish = run(&peer, "pub", version, options).stdin_open().status(6);
    let publish = publish.stderr_contains(format!("up to {AFTER} QoS 0 messages may be missing"));
    let mut running = publish.spawn();
    running.write_stdin(lines(BEFORE));
    peer.wait_for("asked");
    running.write_stdin(lines(AFTER));
    running.wait();
}

/// Long enough for the client to read an answer before the connection fails.
const A_MOMENT: Duration = Duration::from_millis(200);

#[test]
fn an_answer_proves_what_was_sent_before_its_own_question_and_no_more() {
    for version in VERSIONS {
        is_uncertain(version, |conn| {
            conn.pingresp();
            conn.stall_for(A_MOMENT);
        });
    }
}

#[test]
fn an_answer_to_the_first_of_two_questions_proves_no_more_than_the_first() {
    for version in VERSIONS {
        is_uncertain(version, |conn| {
            // Something has to come, or the broker would be dead before it is asked again.
            let stray = |conn: &mut Conn| conn.send_raw(&[0x40, 2, 0, 99]);
            conn.until_it_speaks(Duration::from_millis(200), stray);
            conn.expect_pingreq();
            conn.pingresp();
            conn.stall_for(A_MOMENT);
        });
    }
}

/// Where the client has to wait for the broker to read, and so expects no answer meanwhile.
#[test]
fn an_answer_to_the_first_of_two_questions_proves_no_more_though_the_broker_did_not_read() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept();
            for _ in 0..BEFORE {
                conn.expect_publish();
            }
            conn.expect_pingreq();
            conn.reached("asked");
            // Until the client can write no more.
            conn.stall_for(Duration::from_millis(600));
            for _ in 0..4_500 {
                conn.expect_publish();
            }
            // The rest is on its way, and so is the second question, before anything is answered.
            conn.stall_for(Duration::from_millis(1_800));
            conn.pingresp();
            conn.stall_for(A_MOMENT);
            conn.reset();
        });
        let options = "-t t -l -q 0 -k 1 --reconnect never";
        let publish = run(&peer, "pub", version, options).stdin_open().status(6);
        let mut running = publish.stderr_contains(" QoS 0 messages may be missing").spawn();
        running.write_stdin(lines(BEFORE));
        peer.wait_for("asked");
        running.write_stdin(format!("{}\n", "x".repeat(999)).repeat(6_000));
        let output = running.wait();
        let words: Vec<&str> = output.stderr_text().split(' ').collect();
        let number = words.windows(2).find(|it| it[1] == "QoS").map(|it| it[0]);
        let missing: usize = number.and_then(|it| it.parse().ok()).expect("a number");
        assert!(missing > 100, "{output}");
    }
}

#[test]
fn both_answers_prove_all_of_it() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept();
            for _ in 0..BEFORE {
                conn.expect_publish();
            }
            conn.expect_pingreq();
            conn.pingresp();
            conn.reached("answered");
            for _ in 0..BEFORE {
                conn.expect_publish();
            }
            conn.expect_pingreq();
            conn.pingresp();
            conn.stall_for(A_MOMENT);
            conn.reset();
        })
        .then(Conn::serve);
        let publish = run(&peer, "pub", version, "-t t -l -q 0 -k 1").stdin_open();
        let mut running = publish.stderr_lacks("may be missing").spawn();
        running.write_stdin(lines(BEFORE));
        peer.wait_for("answered");
        running.write_stdin(lines(BEFORE));
        running.wait_for_stderr_line("again after");
        running.close_stdin();
        running.wait();
    }
}

const MISSED: &str = "mqtt: QoS 0 messages may have been missed meanwhile";

/// Runs into one lost connection, with the session kept or lost; what it says.
#[track_caller]
fn reconnects(version: &str, command: &str, options: &str, is_kept: bool) -> String {
    let peer = Peer::script(|conn| {
        let mut is_over = false;
        conn.serve_but(|conn, packet| {
            let is_last = matches!(packet, Packet::Subscribe(_) | Packet::Publish(_));
            if is_last && !is_over {
                if let Packet::Subscribe(subscribe) = packet {
                    conn.suback(subscribe.id, &[subscribe.filters[0].qos]);
                }
                conn.stall_for(A_MOMENT);
                conn.cut();
            }
            is_over |= is_last;
            is_over
        });
    })
    .then(move |conn| {
        let_in(conn, is_kept);
        conn.publish(&Publish::new("t", "x"));
        conn.serve();
    });
    let run = run(&peer, command, version, options).stdout_anything().stderr_anything().run();
    run.stderr_text().to_owned()
}

#[test]
fn messages_at_qos_0_that_an_outage_may_have_cost_are_told_though_the_session_was_kept() {
    for qos in ["0", "1", "2"] {
        for (version, session) in [("3.1.1", "-c -i me"), ("5", ""), ("5", "-c -i me")] {
            let options = format!("-t t -C 1 {session} -q {qos}");
            let told = reconnects(version, "sub", &options, true);
            assert_eq!(told.lines().filter(|line| *line == MISSED).count(), 1, "{told}");
        }
    }
}

#[test]
fn with_the_session_any_message_may_have_been_lost() {
    for version in VERSIONS {
        let told = reconnects(version, "sub", "-t t -C 1 -q 1", false);
        let lost = "mqtt: the session was lost: messages may have been missed meanwhile";
        assert!(told.lines().any(|line| line == lost), "{told}");
    }
}

#[test]
fn who_only_publishes_misses_nothing() {
    for (version, is_kept) in [("3.1.1", false), ("5", false), ("5", true)] {
        let told = reconnects(version, "pub", "-t t -m x -q 1", is_kept);
        assert!(!told.contains("missed"), "{told}");
    }
}

#[test]
fn a_broker_that_leaves_with_the_same_breath_as_it_accepted_had_accepted() {
    let peer = Peer::script(|conn| {
        conn.expect_connect();
        conn.send_raw(&[0x20, 3, 0, 0, 0, 0xe0, 1, 0x8b]);
    })
    .then(|conn| {
        conn.accept();
        drop(conn.take());
        conn.expect_disconnect(0);
    });
    run(&peer, "pub", "5", "-t t -m x -q 1").stderr_contains("lost: ").run();
    assert_eq!(peer.finish().connections, 2);
}
