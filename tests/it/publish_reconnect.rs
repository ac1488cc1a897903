//! Publishing over connections that break: what is sent again, how it is marked, and when to give up.

use std::collections::BTreeSet;

use crate::support::{Conn, Mqtt, Peer, Publish};

/// `mqtt pub` of one message that must survive a lost connection and say so.
fn publish(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("pub").line("-t t -m x").line(options).stderr_contains("connection")
}

/// Takes the first message and drops the connection instead of acknowledging it.
fn drop_unacknowledged(conn: &mut Conn) {
    let connect = conn.accept();
    assert!(connect.clean_start, "a first connection starts afresh");
    let publish = conn.expect_publish();
    assert!(!publish.dup, "nothing was sent before");
    conn.cut();
}

fn confirm(conn: &mut Conn, publish: &Publish) {
    conn.puback(publish.id.expect("an identifier"), 0);
    conn.expect_goodbye();
}

#[test]
fn dropped_before_puback_with_the_session_kept() {
    let peer = Peer::script(drop_unacknowledged).then(|conn| {
        conn.resume();
        let publish = conn.expect_publish();
        assert!(publish.dup, "sent before in this session");
        confirm(conn, &publish);
    });
    publish(&peer, "-V 5 -q 1").run();
    assert_same_message(&peer.finish().publishes);
}

/// The second publish differs from the first in nothing but DUP: the identifier is the same.
#[track_caller]
fn assert_same_message(publishes: &[Publish]) {
    let [first, second] = publishes else {
        panic!("not two publishes: {publishes:?}");
    };
    assert_eq!(first.clone().dup(), *second);
}

#[test]
fn dropped_before_puback_with_the_session_lost() {
    for version in ["3.1.1", "5"] {
        let peer = Peer::script(drop_unacknowledged).then(|conn| {
            conn.accept();
            let publish = conn.expect_publish();
            assert!(!publish.dup, "a new session knows nothing");
            confirm(conn, &publish);
        });
        publish(&peer, "-q 1 -V").arg(version).stderr_contains("republish").run();
        assert_eq!(peer.finish().payloads(), ["x", "x"]);
    }
}

#[test]
fn dropped_before_pubrec_with_the_session_kept() {
    let peer = Peer::script(drop_unacknowledged).then(|conn| {
        conn.resume();
        let publish = conn.expect_publish();
        let id = publish.id.expect("an identifier");
        conn.pubrec(id, 0);
        assert_eq!(conn.expect_pubrel().id, id);
        conn.pubcomp(id, 0);
        conn.expect_goodbye();
    });
    publish(&peer, "-V 5 -q 2").run();
    assert_same_message(&peer.finish().publishes);
}

#[test]
fn dropped_before_pubcomp_with_the_session_kept() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_publish().id.expect("an identifier");
        conn.pubrec(id, 0);
        assert_eq!(conn.expect_pubrel().id, id);
        conn.cut();
    })
    .then(|conn| {
        conn.resume();
        let id = conn.expect_pubrel().id;
        conn.pubcomp(id, 0);
        conn.expect_goodbye();
    });
    publish(&peer, "-V 5 -q 2").run();
    assert_eq!(peer.finish().publishes.len(), 1, "sent once, then PUBREL");
}

#[test]
fn a_lost_connection_ends_the_run_when_asked() {
    let peer = Peer::script(drop_unacknowledged);
    publish(&peer, "-V 5 -q 1 --reconnect never").status(6).stderr_contains("1 unconfirmed").run();
}

#[test]
fn dropped_every_time_ends_at_the_reconnect_timeout() {
    for version in ["3.1.1", "5"] {
        let peer = Peer::each(Conn::cut).then(drop_unacknowledged);
        publish(&peer, "-q 1 --reconnect-timeout 2s -V")
            .arg(version)
            .status(6)
            .stderr_contains("1 unconfirmed")
            .run();
        let connections = peer.finish().connections;
        assert!((2..=8).contains(&connections), "{connections} connections");
    }
}

/// PUBREC is a step that a lost session undoes, so it must not count for more than its connection.
#[test]
fn dropped_every_time_before_pubcomp_with_the_session_lost_is_given_up() {
    for (version, has_pubrel) in [("3.1.1", false), ("5", false), ("5", true)] {
        let peer = Peer::each(move |conn| {
            conn.accept();
            let id = conn.expect_publish().id.expect("an identifier");
            conn.pubrec(id, 0);
            if has_pubrel {
                assert_eq!(conn.expect_pubrel().id, id);
            }
            conn.cut();
        });
        let run = publish(&peer, "-q 2 --ack-timeout 1s -V").arg(version).status(6);
        run.stderr_contains("1 unconfirmed").run();
        let connections = peer.finish().connections;
        assert!((3..=8).contains(&connections), "{connections} connections");
    }
}

/// `mqtt pub -l` of twenty lines, of which the first connection acknowledges a few before it breaks.
#[track_caller]
fn twenty_lines_arrive(qos: &str, acknowledge: fn(&mut Conn, u16), restore: fn(&mut Conn)) {
    let lines: BTreeSet<String> = (10..30).map(|line| format!("line {line}")).collect();
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let peer = Peer::script(move |conn| {
        conn.accept();
        let ids = [(); 7].map(|()| conn.expect_publish().id.expect("an identifier"));
        for id in ids {
            acknowledge(conn, id);
        }
        conn.cut();
    })
    .then(move |conn| {
        restore(conn);
        conn.serve();
    });
    peer.mqtt("pub")
        .args(["-V", "5", "-t", "t", "-l", "-q", qos])
        .stdin(input)
        .stderr_contains("connection")
        .run();
    let arrived: BTreeSet<String> = peer.finish().payloads().into_iter().collect();
    assert_eq!(arrived, lines);
}

#[test]
fn a_stream_of_lines_survives_a_drop_with_the_session_kept() {
    let resume = |conn: &mut Conn| drop(conn.resume());
    twenty_lines_arrive("1", |conn, id| conn.puback(id, 0), resume);
    twenty_lines_arrive("2", |conn, id| conn.pubrec(id, 0), resume);
}

#[test]
fn a_stream_of_lines_survives_a_drop_with_the_session_lost() {
    let accept = |conn: &mut Conn| drop(conn.accept());
    twenty_lines_arrive("1", |conn, id| conn.puback(id, 0), accept);
}

#[test]
fn a_stream_at_qos_0_says_what_may_be_missing() {
    for version in ["3.1.1", "5"] {
        let peer = Peer::script(|conn| {
            conn.accept();
            conn.expect_publish();
            conn.cut();
        })
        .then(Conn::serve);
        let publish = peer.mqtt("pub").line("-t t -l -q 0 -V").arg(version).stdin_open();
        let mut running = publish.status(6).stderr_contains("may be missing").spawn();
        running.write_stdin("one\n");
        running.wait_for_stderr_line("lost");
        running.write_stdin("two\n");
        running.close_stdin();
        running.wait();
        assert_eq!(peer.finish().payloads(), ["one", "two"]);
    }
}
