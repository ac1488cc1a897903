//! `mqtt reply`: which requests are answered, where, and with what.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{
    Conn, Mosquitto, Mqtt, Peer, Properties, Publish, Running, Signal, find_or_install, property,
    requester,
};

const UPPER: [&str; 4] = ["--", "tr", "a-z", "A-Z"];

/// A responder on a real broker, subscribed.
#[track_caller]
fn respond(run: Mqtt, command: &[&str]) -> Running {
    let run = run.line("--events -").stderr_anything().status(143).args(command);
    let mut running = run.spawn();
    running.wait_for_stderr_line(r#""event":"subscribe""#);
    running
}

#[track_caller]
fn end(running: Running) {
    running.signal(Signal::Terminate);
    running.wait();
}

/// A request `x` at QoS 1 with this packet id and response topic.
fn request(id: u16, response_topic: &str) -> Publish {
    let properties = Properties::new()
        .text(property::RESPONSE_TOPIC, response_topic)
        .text(property::CORRELATION_DATA, "x");
    Publish::new("rpc", "hello").qos(1, id).with(properties)
}

fn accept(conn: &mut Conn) {
    let subscribe = conn.accept_subscriber();
    assert_eq!(subscribe.filters[0].retain_handling, 2, "what is stored is no request");
}

#[test]
fn a_request_is_acknowledged_after_the_broker_has_its_reply() {
    let peer = Peer::script(|conn| {
        accept(conn);
        conn.publish(&request(1, "answers/me"));
        let reply = conn.expect_publish();
        assert_eq!(
            (reply.topic.as_str(), reply.text().as_str(), reply.qos),
            ("answers/me", "HELLO", 1)
        );
        assert_eq!(reply.properties, Properties::new().text(property::CORRELATION_DATA, "x"));
        assert!(!reply.retain);
        conn.expect_nothing_for(Duration::from_millis(300));
        conn.puback(reply.id.unwrap(), 0);
        assert_eq!(conn.expect_puback().id, 1);
        conn.expect_goodbye();
    });
    peer.mqtt("reply").line("-V 5 rpc -C 1").args(UPPER).run();
}

#[test]
fn a_reply_has_the_qos_of_its_request_unless_another_is_given() {
    for (flags, asked, expected) in
        [("", 0, 0), ("", 1, 1), ("", 2, 2), ("-q 1", 0, 1), ("-q 0", 0, 0)]
    {
        let peer = Peer::script(move |conn| {
            let subscribe = conn.accept_subscriber();
            assert_eq!(subscribe.filters[0].qos, if flags.is_empty() { 2 } else { expected });
            let publish = request(1, "answers");
            conn.publish(&if asked == 0 {
                Publish { qos: 0, id: None, ..publish }
            } else {
                publish.qos(asked, 1)
            });
            assert_eq!(conn.take().qos, expected);
            match asked {
                0 => {}
                1 => drop(conn.expect_puback()),
                _ => {
                    conn.expect_pubrec();
                }
            }
            conn.expect_goodbye();
        });
        peer.mqtt("reply").line("-V 5 rpc -C 1").line(flags).args(UPPER).run();
    }
}

#[test]
fn texts_files_and_the_request_itself_are_replies_too() {
    for (flags, expected) in
        [("-m text", &b"text"[..]), ("-f file", b"\xff\0"), ("--echo", b"hello"), ("-m=", b"")]
    {
        let peer = Peer::script(move |conn| {
            accept(conn);
            conn.publish(&request(1, "answers"));
            assert_eq!(conn.take().payload.0, expected);
            conn.expect_puback();
            conn.expect_goodbye();
        });
        peer.mqtt("reply").line("-V 5 rpc -C 1").file("file", b"\xff\0").line(flags).run();
    }
}

#[test]
fn a_response_topic_that_leads_astray_is_not_followed() {
    let peer = Peer::script(|conn| {
        accept(conn);
        let wrong = ["$SYS/broker", "$share/g/x", "other/x", "answers/#", "answers/+"];
        for (id, topic) in (1..).zip(wrong) {
            conn.publish(&request(id, topic));
            assert_eq!(conn.expect_puback().id, id);
        }
        conn.publish(&Publish::new("rpc", "x").qos(1, 9));
        assert_eq!(conn.expect_puback().id, 9);
        conn.publish(&request(10, "answers/a").retain());
        assert_eq!(conn.expect_puback().id, 10);
        conn.publish(&request(11, "answers/a"));
        assert_eq!(conn.take().topic, "answers/a");
        conn.expect_puback();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("reply").line("-V 5 rpc -C 1 --reply-prefix answers/").args(UPPER);
    let run = run.stderr_contains("its response topic $SYS/broker begins with $");
    let run = run.stderr_contains("its response topic other/x does not begin with answers/");
    let run = run.stderr_contains("invalid response topic answers/+");
    run.stderr_contains("no reply to a request on rpc: it names no response topic").run();
}

#[test]
fn a_command_that_fails_is_answered_so_that_nobody_waits() {
    let peer = Peer::script(|conn| {
        accept(conn);
        conn.publish(&request(1, "answers"));
        let reply = conn.take();
        let expected =
            Properties::new().text(property::CORRELATION_DATA, "x").user("exit-status", "7");
        assert_eq!((reply.text().as_str(), reply.properties), ("oops\n", expected));
        conn.expect_puback();
        conn.publish(&request(2, "answers"));
        assert_eq!(conn.take().properties.user("exit-status", "124").only(0), Properties::new());
        conn.expect_puback();
        conn.expect_goodbye();
    });
    let line = r#"[ -e again ] && sleep 600; touch again; echo oops; exit 7"#;
    let run = peer.mqtt("reply").line("-V 5 rpc -C 2 --job-timeout 300ms").status(1);
    let run = run.stderr_contains("command ended with 7 on message 1 (rpc)");
    let run = run.stderr_contains("command took longer than 300ms on message 2 (rpc)");
    run.stderr_line("mqtt: 2 done, 2 failed").args(["--", "sh", "-c", line]).run();
}

#[test]
fn a_reply_that_is_refused_is_told_and_makes_the_status_5() {
    let peer = Peer::script(|conn| {
        accept(conn);
        conn.publish(&request(1, "answers"));
        let reply = conn.expect_publish();
        conn.puback(reply.id.unwrap(), 0x87);
        assert_eq!(conn.expect_puback().id, 1);
        conn.expect_goodbye();
    });
    let run = peer.mqtt("reply").line("-V 5 rpc --idle 500ms --echo").status(5);
    run.stderr_contains("reply to message 1 refused: 0x87 Not authorized").run();
}

#[test]
fn what_cannot_be_is_refused_before_anything_connects() {
    let peer = Peer::untouched();
    for (flags, words) in [
        ("rpc", "no reply: give a command after --, or -m TEXT, -f FILE or --echo"),
        ("rpc -m x --echo", "cannot be used with"),
        ("-m x", "no topic filter"),
        ("rpc/# -m x -e rpc/a", "each reply would be a request"),
        ("rpc -m x --retry 1", "--retry has no effect without -- COMMAND"),
        ("rpc -f no-such-file", "cannot read no-such-file: No such file or directory"),
        ("rpc -V 3.1.1 -m x", "has no response topics of its own"),
    ] {
        peer.mqtt("reply").line(flags).status(2).stderr_contains(words).run();
    }
}

#[test]
fn a_broker_without_version_5_needs_a_response_topic() {
    let peer = Peer::script(|conn| {
        conn.expect_connect();
        conn.connack_311(1);
    });
    let peer = peer.then(|conn| {
        conn.expect_connect();
        conn.connack(0);
        conn.expect_subscribe();
        conn.expect_closed();
    });
    peer.mqtt("reply")
        .line("rpc -m x")
        .status(2)
        .stderr_contains("no response topics of its own")
        .run();
}

#[test]
fn requests_by_this_program_paho_and_mosquitto_are_answered() {
    let broker = Mosquitto::start();
    let responder = respond(broker.mqtt("reply").line("-V 5 rpc"), &UPPER);
    for flags in ["", "-q 1", "-q 2", "-q 1 -e answers/me"] {
        let run = broker.mqtt("rr").line("-V 5 -t rpc -m hello").line(flags);
        run.stdout("HELLO").line("-N").run();
    }
    assert_eq!(requester(broker.port(), 5), "HELLO");
    let mosquitto_rr = find_or_install("mosquitto_rr", "mosquitto-clients");
    let output = Command::new(mosquitto_rr)
        .args(["-V", "5", "-t", "rpc", "-e", "answers/it", "-m", "hello", "-W", "10", "-p"])
        .arg(broker.port().to_string())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), "HELLO");
    end(responder);
}

#[test]
fn requests_before_version_5_are_answered_on_the_topic_that_both_know() {
    let broker = Mosquitto::start();
    let run = broker.mqtt("reply").line("-V 3.1.1 rpc -e answers");
    let responder = respond(run, &UPPER);
    for qos in ["0", "1", "2"] {
        let run = broker.mqtt("rr").line("-V 3.1.1 -t rpc -m hello -e answers -N -q").arg(qos);
        run.stdout("HELLO").run();
    }
    assert_eq!(requester(broker.port(), 3), "HELLO");
    end(responder);
}

#[test]
fn any_bytes_come_back_as_they_are() {
    let broker = Mosquitto::start();
    let responder = respond(broker.mqtt("reply").line("-V 5 rpc -q 1"), &["--", "cat"]);
    let bytes: Vec<u8> =
        (0..1 << 20).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for bytes in [&b""[..], b"\0", &bytes] {
        let run = broker.mqtt("rr").line("-V 5 -t rpc -f payload -q 1 -N").file("payload", bytes);
        run.stdout(bytes).run();
    }
    end(responder);
}

#[test]
fn several_instances_are_one_service() {
    let broker = Mosquitto::start();
    let start = || respond(broker.mqtt("reply").args(["-V", "5", "$share/g/rpc"]), &UPPER);
    let instances = [start(), start(), start()];
    for _ in 0..9 {
        broker.mqtt("rr").line("-V 5 -t rpc -m hello -N -q 1").stdout("HELLO").run();
    }
    instances.into_iter().for_each(end);
}

#[test]
fn a_failure_on_the_other_side_is_noted_and_with_a_flag_a_failure_here() {
    let broker = Mosquitto::start();
    let command = ["--", "sh", "-c", "echo oops; exit 7"];
    let responder = respond(broker.mqtt("reply").line("-V 5 rpc"), &command);
    let ask = || broker.mqtt("rr").line("-V 5 -t rpc -m hello -q 1").stdout("oops\n\n");
    ask().stderr("mqtt: the command ended with 7\n").run();
    ask().line("--fail").status(5).stderr("mqtt: the command ended with 7\n").run();
    end(responder);
    let good = respond(broker.mqtt("reply").line("-V 5 good --echo"), &[]);
    broker.mqtt("rr").line("-V 5 -t good -m hello -q 1 --fail").stdout("hello\n").run();
    end(good);
}

#[test]
fn a_command_that_prints_too_much_is_ended_and_answered() {
    let broker = Mosquitto::start();
    let responder = respond(broker.mqtt("reply").line("-V 5 rpc -q 1"), &["--", "yes"]);
    let run = broker.mqtt("rr").line("-V 5 -t rpc -n -q 1 --fail").status(5).stdout("\n");
    run.stderr_contains("the command ended with 137").run();
    end(responder);
}
