//! A broker that hangs up on the same packet again and again: which one it is, and who is told.
//!
//! AWS IoT, ejabberd, aedes and mosquitto 2.0 answer what is not allowed so where MQTT 3.1.1 has no words for it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::{Conn, Mqtt, Peer, Properties, Publish, Record};

const VERSIONS: [&str; 2] = ["3.1.1", "5"];

/// Far more than any of this takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn run(peer: &Peer, command: &str, version: &str, options: &str) -> Mqtt {
    peer.mqtt(command).args(["-V", version]).line(options).deadline(PATIENCE)
}

/// Lets the client in, with its session where it asks for one and it `is_kept`.
fn let_in(conn: &mut Conn, is_kept: bool) {
    let connect = conn.expect_connect();
    conn.connack_with(is_kept && !connect.clean_start, 0, Properties::new());
}

/// How a connection ends without a word.
#[derive(Clone, Copy, Debug)]
enum End {
    Fin,
    Reset,
}

fn hang_up(conn: &mut Conn, end: End) {
    if matches!(end, End::Reset) {
        conn.reset();
    } else {
        conn.cut();
    }
}

/// A run that must end, after three connections, because the broker hangs up on each SUBSCRIBE.
#[track_caller]
fn is_not_allowed(command: &str, version: &str, options: &str, filters: &str, end: End) {
    let is_kept = matches!(end, End::Reset);
    let peer = Peer::each(move |conn| {
        let_in(conn, is_kept);
        conn.expect_subscribe();
        hang_up(conn, end);
    });
    let hint = match filters.contains(',') {
        true => "hint: perhaps one of these filters is not allowed",
        false => "hint: perhaps this filter is not allowed",
    };
    run(&peer, command, version, options)
        .status(6)
        .stderr_contains(format!("the broker closes it after each SUBSCRIBE for {filters}"))
        .stderr_line(hint)
        .stderr_lacks("another client")
        .run();
    assert_eq!(peer.finish().connections, 3, "{command} {options} {end:?}");
}

#[test]
fn a_subscriber_that_is_hung_up_on_three_times_ends_and_names_the_filter() {
    for version in VERSIONS {
        for end in [End::Fin, End::Reset] {
            is_not_allowed("sub", version, "-t secret/#", "secret/#", end);
        }
    }
}

#[test]
fn a_subscriber_of_several_filters_names_them_all() {
    for (version, end) in VERSIONS.into_iter().zip([End::Reset, End::Fin]) {
        // A persistent session, under an id that somebody chose, is no other client's doing either.
        is_not_allowed("sub", version, "-t a -t b/# -c -i me -q 1", "a, b/#", end);
    }
}

#[test]
fn the_other_commands_that_subscribe_end_alike() {
    for version in VERSIONS {
        let ask = "-t ask -m x -e answers/mine";
        is_not_allowed("rr", version, ask, "answers/mine", End::Fin);
        is_not_allowed("clear-retained", version, "a/#", "a/#", End::Fin);
        is_not_allowed("sub", version, "-t a/# --retained-only", "a/#", End::Reset);
    }
}

/// An end that was there before SUBSCRIBE was written does not answer it.
#[test]
#[cfg(target_os = "linux")]
fn a_broker_that_leaves_with_its_connack_has_nothing_against_the_filter() {
    for version in VERSIONS {
        let mut peer = Peer::untouched();
        for _ in 0..4 {
            peer = peer.then(Conn::accept_and_leave);
        }
        let peer = peer.then(|conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("t", "after all"));
            conn.expect_goodbye();
        });
        let subscribe = run(&peer, "sub", version, "-t t -C 1").stdout("after all\n");
        subscribe.stderr_lacks("not allowed").stderr_contains("reconnecting").run();
    }
}

#[test]
fn a_silence_is_counted_on_while_there_is_no_connection() {
    for version in VERSIONS {
        // Not let in, not answered, and hung up on before anything else.
        let attempts: [fn(&mut Conn); 2] = [Conn::cut, |conn| drop(conn.fall_silent())];
        for attempt in attempts {
            let peer = Peer::each(attempt).then(|conn| {
                conn.accept_subscriber();
                conn.publish(&Publish::new("t", "one"));
                conn.cut();
            });
            let subscribe = run(&peer, "sub", version, "-t t --idle 2s").status(6);
            subscribe.stdout("one\n").stderr_contains("silence").run();
        }
    }
}

#[test]
fn a_silence_on_a_connection_that_came_back_is_the_end_as_usual() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.cut();
        })
        .then(|conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("t", "one"));
            conn.expect_goodbye();
        });
        let subscribe = run(&peer, "sub", version, "-t t --idle 3s");
        subscribe.stdout("one\n").stderr_contains("reconnecting").run();
    }
}

const LINES: &str = "a one\nb two\nsecret/x three\nd four\ne five\n";

/// `mqtt pub -l` of these lines, each with its topic, on a broker like this; what it saw.
#[track_caller]
fn publish_lines(
    (version, qos): (&str, &str),
    lines: &str,
    peer: Peer,
    denied: &[&str],
    summary: &str,
) -> Record {
    let mut publish = run(&peer, "pub", version, "-l --topic-from : -q").arg(qos).status(6);
    publish = publish.stdin(lines.replace(' ', ":")).stderr_contains(summary);
    publish = publish.stderr_lacks("another client");
    for message in denied {
        publish = publish.stderr_line(&format!(
            "mqtt: message {message} is unconfirmed: the broker hung up each time it was sent"
        ));
    }
    publish.run();
    peer.finish()
}

/// How often each payload came.
fn counted(record: &Record) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for payload in record.payloads() {
        *counts.entry(payload).or_default() += 1;
    }
    counts
}

/// Every version at QoS 1, and whether the session is kept.
fn ways() -> impl Iterator<Item = ((&'static str, &'static str), bool)> {
    [("3.1.1", false), ("5", false), ("5", true)]
        .into_iter()
        .map(|(version, is_kept)| ((version, "1"), is_kept))
}

#[test]
fn the_message_that_the_broker_hangs_up_on_is_named_and_the_others_go_through() {
    for (way, is_kept) in ways() {
        let peer = Peer::each(move |conn| {
            let_in(conn, is_kept);
            conn.serve_but_for_secrets();
        });
        let summary = "4 delivered, 0 refused, 1 unconfirmed";
        let record = publish_lines(way, LINES, peer, &["3 to secret/x"], summary);
        let counts = counted(&record);
        assert_eq!(counts["three"], 3, "{way:?}, {is_kept}: {counts:?}");
        assert_eq!(counts.len(), 5, "{way:?}, {is_kept}: {counts:?}");
    }
}

#[test]
fn after_the_second_time_it_is_sent_alone() {
    for (way, is_kept) in ways() {
        let peer = Peer::each(move |conn| {
            let_in(conn, is_kept);
            conn.serve_but_for_secrets();
        });
        let twice = move |conn: &mut Conn| {
            let_in(conn, is_kept);
            conn.serve_but_for_secrets();
        };
        let peer = peer.then(twice).then(twice).then(move |conn| {
            let_in(conn, is_kept);
            let alone = conn.expect_publish();
            assert_eq!(alone.text(), "three");
            conn.expect_nothing_for(Duration::from_millis(300));
            conn.cut();
        });
        let summary = "4 delivered, 0 refused, 1 unconfirmed";
        publish_lines(way, LINES, peer, &["3 to secret/x"], summary);
    }
}

#[test]
fn a_message_that_is_hung_up_on_alone_ends_the_run_at_either_qos() {
    for ((version, _), is_kept) in ways() {
        for qos in ["1", "2"] {
            let peer = Peer::each(move |conn| {
                let_in(conn, is_kept);
                conn.serve_but_for_secrets();
            });
            let options = "-t secret/x -m x --events - -q";
            let publish = run(&peer, "pub", version, options).arg(qos).status(6);
            let words =
                "message 1 to secret/x is unconfirmed: the broker hung up each time it was sent";
            let publish = publish.stderr_line(&format!("mqtt: {words}"));
            let publish = publish.stderr_line("hint: perhaps this topic is not allowed");
            publish.stderr_line(&format!(r#"*"event":"log","text":"{words}"}}"#)).run();
            assert_eq!(peer.finish().connections, 3, "{version} {qos} {is_kept}");
        }
    }
}

#[test]
fn several_such_messages_are_named_and_the_first_or_last_may_be_among_them() {
    let lines = "secret/a one\nb two\nsecret/c three\nd four\nsecret/e five\n";
    for (way, is_kept) in ways() {
        let peer = Peer::each(move |conn| {
            let_in(conn, is_kept);
            conn.serve_but_for_secrets();
        });
        let denied = ["1 to secret/a", "3 to secret/c", "5 to secret/e"];
        let summary = "2 delivered, 0 refused, 3 unconfirmed";
        let record = publish_lines(way, lines, peer, &denied, summary);
        // It takes less to suspect the second and the third.
        assert_eq!((counted(&record)["one"], record.connections), (3, 7));
    }
}

#[test]
fn a_message_that_is_only_before_such_a_one_is_not_blamed() {
    for (way, is_kept) in ways() {
        // It hangs up before it has answered those that came with it.
        let hasty = move |conn: &mut Conn| {
            let_in(conn, is_kept);
            for _ in 0..5 {
                conn.expect_publish();
            }
            conn.cut();
        };
        let peer = Peer::each(move |conn| {
            let_in(conn, is_kept);
            conn.serve_but_for_secrets();
        });
        let peer = peer.then(hasty).then(hasty);
        let summary = "4 delivered, 0 refused, 1 unconfirmed";
        publish_lines(way, LINES, peer, &["3 to secret/x"], summary);
    }
}

/// How many lines of standard error there are.
fn lines(text: &str) -> usize {
    text.lines().count()
}

#[test]
fn a_subscriber_that_is_thrown_out_again_and_again_counts_instead_of_repeating_itself() {
    for version in VERSIONS {
        let peer = Peer::each(|conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("t", "x"));
            conn.cut();
        });
        let subscribe = run(&peer, "sub", version, "-t t -C 5").stdout("x\n".repeat(5));
        let output = subscribe.stderr_contains(" more times)").run();
        assert!(lines(output.stderr_text()) <= 4, "{output}");
    }
}

#[test]
fn short_sessions_under_a_chosen_id_and_under_no_other_lead_to_the_other_client() {
    for version in VERSIONS {
        for (id, is_chosen) in [("-i mine", true), ("", false)] {
            let short = |conn: &mut Conn| {
                conn.accept_subscriber();
                conn.cut();
            };
            let peer = Peer::script(short).then(short).then(short).then(|conn| {
                conn.accept_subscriber();
                conn.publish(&Publish::new("t", "x"));
                conn.expect_goodbye();
            });
            let subscribe = run(&peer, "sub", version, "-t t -C 1").line(id).stdout("x\n");
            let hint = "hint: another client may be using id mine";
            let subscribe = match is_chosen {
                true => subscribe.stderr_line(hint),
                false => subscribe.stderr_lacks("another client"),
            };
            subscribe.stderr_contains("reconnecting").run();
        }
    }
}
