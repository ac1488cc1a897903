//! Connections on which the broker falls silent without a word, one after the other, and outages: what ends the
//! connection, and what ends the run.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Conn, Mosquitto, Mqtt, Packet, Peer, Publish, property};

const VERSIONS: [&str; 2] = ["3.1.1", "5"];

/// Longer than the acknowledgement timeout of these runs, which is a second.
const AN_OUTAGE: Duration = Duration::from_secs(2);

/// Far more than any of this takes.
const PATIENCE: Duration = Duration::from_secs(60);

const GAVE_UP: &str = "lost: no acknowledgement within 1s; reconnecting";

fn run(peer: &Peer, command: &str, version: &str, options: &str) -> Mqtt {
    let run = peer.mqtt(command).line("--ack-timeout 1s").args(["-V", version]).line(options);
    run.deadline(PATIENCE)
}

/// Takes what comes and says nothing until the client gives the connection up, which it does without DISCONNECT.
fn until_given_up(conn: &mut Conn) {
    assert_eq!(conn.fall_silent(), None, "a connection that is given up is closed, no more");
}

/// Where an exchange with the broker stops.
#[derive(Clone, Copy, PartialEq)]
enum StopsBefore {
    /// PUBACK.
    Ack,
    /// PUBREC.
    Receipt,
    /// PUBCOMP.
    Completion,
}

/// Confirms the first seven lines, and answers no further from then on.
fn stop_before(conn: &mut Conn, stop: StopsBefore) {
    let mut lines = 0;
    conn.serve_but(|_, packet| match packet {
        Packet::Publish(_) => {
            lines += 1;
            lines > 7 && stop != StopsBefore::Completion
        }
        Packet::PubRel(_) => lines > 7 && stop == StopsBefore::Completion,
        Packet::Disconnect(_) => panic!("a connection that is given up is closed, no more"),
        _ => false,
    });
}

/// `mqtt pub -l` of thirty lines, of which the first connection confirms a few before it stalls.
#[track_caller]
fn thirty_lines_arrive(version: &str, stop: StopsBefore, is_kept: bool) {
    let lines: BTreeSet<String> = (10..40).map(|line| format!("line {line}")).collect();
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let peer = Peer::script(move |conn| stop_before(conn, stop)).then(move |conn| {
        if is_kept {
            conn.resume();
        } else {
            conn.accept();
        }
        conn.serve();
    });
    let qos = if stop == StopsBefore::Ack { "1" } else { "2" };
    let mut publish = run(&peer, "pub", version, "-t t -l -M 5 -q").arg(qos);
    if version == "3.1.1" && is_kept {
        publish = publish.line("-c -i me");
    }
    publish.stdin(input).stderr_contains(GAVE_UP).run();
    let record = peer.finish();
    assert_eq!(record.payloads().into_iter().collect::<BTreeSet<_>>(), lines);
    let marked = record.publishes.iter().filter(|publish| publish.dup).count();
    match stop {
        // The broker had them all: PUBREL is what comes again.
        StopsBefore::Completion => assert_eq!((record.publishes.len(), marked), (30, 0)),
        _ => assert_eq!(marked > 0, is_kept, "{marked} messages with DUP"),
    }
}

#[test]
fn lines_arrive_though_the_broker_fell_silent_before_puback() {
    for version in VERSIONS {
        for is_kept in [true, false] {
            thirty_lines_arrive(version, StopsBefore::Ack, is_kept);
        }
    }
}

#[test]
fn lines_arrive_though_the_broker_fell_silent_in_the_middle_of_qos_2() {
    for version in VERSIONS {
        for stop in [StopsBefore::Receipt, StopsBefore::Completion] {
            thirty_lines_arrive(version, stop, true);
        }
        thirty_lines_arrive(version, StopsBefore::Receipt, false);
    }
}

#[test]
fn a_subscription_that_is_not_answered_is_asked_for_on_another_connection() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept();
            conn.expect_subscribe();
            until_given_up(conn);
        })
        .then(|conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("t", "there"));
            conn.expect_goodbye();
        });
        let subscribe = run(&peer, "sub", version, "-t t -C 1").stdout("there\n");
        subscribe.stderr_contains("lost: no SUBACK within 1s; reconnecting").run();
    }
}

#[test]
fn a_removal_that_is_not_acknowledged_is_sent_on_another_connection() {
    for version in VERSIONS {
        let stored = Publish::new("a/b", "x").retain();
        let peer = Peer::script({
            let stored = stored.clone();
            move |conn| {
                conn.accept_subscriber();
                conn.publish(&stored);
                until_given_up(conn);
            }
        })
        .then(Conn::serve);
        let clear = run(&peer, "clear-retained", version, "a/#").stdout("a/b\n");
        clear.stderr_contains("reconnecting").stderr_contains("cleared 1 ").run();
    }
}

#[test]
fn a_request_that_is_not_acknowledged_is_sent_on_another_connection() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.expect_publish();
            until_given_up(conn);
        })
        .then(|conn| {
            conn.accept_subscriber();
            let request = conn.take();
            let correlation = request.properties.only(property::CORRELATION_DATA);
            conn.publish(&Publish::new("answers", "yes").with(correlation));
            conn.expect_goodbye();
        });
        let request = run(&peer, "rr", version, "-t ask -m now? -q 1 -e answers");
        request.stdout("yes\n").stderr_contains(GAVE_UP).run();
    }
}

#[test]
fn a_broker_that_does_not_even_read_is_left_for_another_connection() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept();
            conn.wait_for("given up");
        })
        .then(Conn::serve);
        // More than the buffers of two sockets hold.
        let publish = run(&peer, "pub", version, "-t t -s -q 1").stdin(vec![b'x'; 24 << 20]);
        let mut running = publish.stderr_contains("reconnecting").spawn();
        running.wait_for_stderr_line(GAVE_UP);
        peer.reached("given up");
        running.wait();
        assert!(peer.finish().publishes[0].payload.len() == 24 << 20);
    }
}

#[test]
fn three_connections_without_any_progress_end_the_run() {
    thread::scope(|scope| {
        for version in VERSIONS {
            for (qos, is_last) in [("1", StopsBefore::Ack), ("2", StopsBefore::Completion)] {
                scope.spawn(move || three_without_progress(version, qos, is_last));
            }
        }
    });
}

fn three_without_progress(version: &str, qos: &str, is_last: StopsBefore) {
    let goodbyes = Arc::new(AtomicUsize::new(0));
    let heard = Arc::clone(&goodbyes);
    let peer = Peer::each(move |conn| {
        conn.expect_connect();
        conn.connack(0);
        if is_last == StopsBefore::Completion {
            conn.expect_publish();
        }
        heard.fetch_add(usize::from(conn.fall_silent().is_some()), Ordering::Relaxed);
    });
    // Longer than the pauses before the second and the third connection, which are up to a second.
    let publish = run(&peer, "pub", version, "--ack-timeout 3s -t t -m x -q").arg(qos).status(6);
    let output = publish.stderr_contains("1 unconfirmed").run();
    assert_eq!(goodbyes.load(Ordering::Relaxed), 1, "the last one is left in order");
    let end = format!("no acknowledgement from mqtt://{} within 3s", peer.address());
    assert!(output.stderr_text().contains(&end), "{output}");
    assert_eq!(peer.finish().connections, 3);
}

/// With the session the half of the exchange is lost that was done: PUBREC is no progress.
#[test]
fn connections_that_begin_the_same_exchange_anew_end_the_run() {
    for version in VERSIONS {
        let ends: [fn(&mut Conn); 2] = [|conn| drop(conn.fall_silent()), Conn::cut];
        for end in ends {
            let peer = Peer::each(move |conn| {
                conn.accept();
                // The time may be up before the next connection is used.
                let packet = conn.expect_any("PUBLISH or DISCONNECT");
                let Packet::Publish(publish) = packet else { return };
                conn.pubrec(publish.id.expect("an identifier"), 0);
                conn.expect_pubrel();
                end(conn);
            });
            let publish = run(&peer, "pub", version, "-t t -m x -q 2").status(6);
            publish.stderr_contains("1 unconfirmed").run();
        }
    }
}

#[test]
fn connections_that_bring_one_message_further_each_do_not_end_the_run() {
    for version in VERSIONS {
        let peer = Peer::each(|conn| {
            conn.accept();
            conn.take();
            conn.fall_silent();
        });
        let lines: String = (0..5).map(|line| format!("{line}\n")).collect();
        let publish = run(&peer, "pub", version, "-t t -l -q 1 -M 1").stdin(lines);
        publish.stderr_contains(GAVE_UP).run();
        let record = peer.finish();
        assert_eq!(record.connections, 5, "the last is left when all is done");
        let delivered: BTreeSet<_> = record.payloads().into_iter().collect();
        assert_eq!(delivered.len(), 5);
    }
}

#[test]
fn without_another_connection_it_ends_with_a_goodbye_and_is_told_as_the_end_of_the_connection() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept();
            conn.expect_publish();
            assert!(conn.fall_silent().is_some(), "no DISCONNECT");
        });
        let options = "-t t -m x -q 1 --reconnect never --events -";
        let publish = run(&peer, "pub", version, options).status(6);
        let lost =
            r#"*"event":"disconnect","by":"network","reason":"no acknowledgement within 1s"}"#;
        publish.stderr_line(lost).stderr_contains("1 unconfirmed").run();
    }
}

/// A broker that takes one message, leaves, and cannot be reached for a while, in which each attempt ends like this.
fn with_an_outage(attempt: fn(&mut Conn)) -> Peer {
    let lost = OnceLock::new();
    Peer::each(move |conn| match lost.get() {
        None => {
            conn.accept();
            conn.expect_any("a packet to lose");
            lost.set(Instant::now()).expect("it is lost once");
            conn.cut();
        }
        Some(since) if since.elapsed() < AN_OUTAGE => attempt(conn),
        Some(_) => conn.serve_but(|conn, packet| {
            if matches!(packet, Packet::Subscribe(_)) {
                conn.publish(&Publish::new("t", "back"));
            }
            false
        }),
    })
}

/// `mqtt pub` that outlasts an outage in which each attempt ends like this.
#[track_caller]
fn outlasts(attempt: fn(&mut Conn), qos: [&str; 2]) {
    for (version, qos) in VERSIONS.into_iter().zip(qos) {
        let peer = with_an_outage(attempt);
        let options = "-t t -m x --reconnect-timeout 5m --connect-timeout 500ms -q";
        let publish = run(&peer, "pub", version, options).arg(qos);
        publish.stderr_contains("reconnecting").run();
    }
}

#[test]
fn an_outage_with_a_closed_door_may_last_as_long_as_the_reconnect_timeout_says() {
    outlasts(Conn::cut, ["1", "2"]);
}

#[test]
fn an_outage_without_connack_may_last_as_long_as_the_reconnect_timeout_says() {
    outlasts(|conn| drop(conn.fall_silent()), ["2", "1"]);
}

#[test]
fn an_outage_of_a_real_broker_may_last_longer_than_an_acknowledgement() {
    let mut broker = Mosquitto::start();
    let options = "-t t -l -q 1 --ack-timeout 1s --reconnect-timeout 5m -V 5 --events -";
    let publish = broker.mqtt("pub").line(options).stdin_open().deadline(PATIENCE);
    let mut running = publish.stderr_contains("reconnecting").spawn();
    running.write_stdin("one\n");
    running.wait_for_stderr_line(r#""outcome":"delivered""#);
    broker.stop();
    running.write_stdin("two\n");
    running.close_stdin();
    thread::sleep(AN_OUTAGE);
    broker.restart();
    let output = running.wait();
    let delivered = output.stderr_text().matches(r#""outcome":"delivered""#).count();
    assert_eq!(delivered, 2, "{output}");
}

#[test]
fn an_outage_with_something_to_do_ends_at_the_acknowledgement_timeout_otherwise() {
    for version in VERSIONS {
        let peer = with_an_outage(Conn::cut);
        let publish = run(&peer, "pub", version, "-t t -m x -q 1").status(6);
        publish.stderr_contains("1 unconfirmed").run();
    }
}

#[test]
fn an_outage_with_nothing_to_do_ends_no_subscriber() {
    for version in VERSIONS {
        let peer = with_an_outage(Conn::cut);
        run(&peer, "sub", version, "-t t -C 1").stdout("back\n").stderr_anything().run();
    }
}
