//! A process that is stopped for a while (Ctrl-Z, a frozen container) and then goes on: what arrived meanwhile is read
//! before the broker counts as silent.

use std::process::Command;
use std::time::Duration;

use crate::support::{Conn, Mqtt, Peer, Publish, Running};

/// Longer than each limit here.
const PAUSE: Duration = Duration::from_millis(2_500);

/// On a connection, stops the process, sends what `answer` sends, and lets the process go on.
fn during_a_pause(conn: &mut Conn, answer: impl FnOnce(&mut Conn)) {
    conn.reached("waiting");
    conn.wait_for("stopped");
    answer(conn);
    conn.reached("answered");
}

fn signal(running: &Running, name: &str) {
    let kill = format!("kill -{name} {}", running.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success(), "{kill}");
}

/// Runs a command that is stopped once. There is one connection, and nothing to report.
fn stopped_once(peer: &Peer, mqtt: Mqtt) {
    let running = mqtt.spawn();
    peer.wait_for("waiting");
    signal(&running, "STOP");
    peer.reached("stopped");
    peer.wait_for("answered");
    std::thread::sleep(PAUSE);
    signal(&running, "CONT");
    running.wait();
}

#[test]
fn a_ping_that_was_answered_during_a_pause_was_answered() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_pingreq();
        during_a_pause(conn, |conn| {
            conn.pingresp();
            conn.publish(&Publish::new("t", "one"));
        });
        conn.serve();
    });
    stopped_once(&peer, peer.mqtt("sub").line("-t t -k 3 -C 1").stdout("one\n"));
    peer.finish();
}

#[test]
fn messages_that_came_before_the_end_of_the_connection_are_printed_after_a_pause() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_pingreq();
        during_a_pause(conn, |conn| {
            conn.publish(&Publish::new("t", "one"));
            conn.publish(&Publish::new("t", "two"));
            conn.cut();
        });
    });
    stopped_once(&peer, peer.mqtt("sub").line("-t t -k 3 -C 2").stdout("one\ntwo\n"));
    peer.finish();
}

#[test]
fn an_acknowledgement_that_came_during_a_pause_was_in_time() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let publish = conn.expect_publish();
        during_a_pause(conn, |conn| conn.puback(publish.id.unwrap(), 0));
        conn.expect_goodbye();
    });
    stopped_once(&peer, peer.mqtt("pub").line("-t t -m x -q 1 --ack-timeout 2"));
    peer.finish();
}

#[test]
fn a_connection_that_was_accepted_during_a_pause_is_used() {
    let peer = Peer::script(|conn| {
        conn.expect_connect();
        during_a_pause(conn, |conn| conn.connack(0));
        conn.expect_publish();
        conn.expect_goodbye();
    });
    stopped_once(&peer, peer.mqtt("pub").line("-V 5 -t t -m x --connect-timeout 2"));
    peer.finish();
}

#[test]
fn retained_messages_that_came_during_a_pause_belong_to_the_set() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one").retain());
        conn.answer_ping();
        during_a_pause(conn, |conn| conn.publish(&Publish::new("t", "two").retain()));
        conn.serve();
    });
    stopped_once(
        &peer,
        peer.mqtt("sub").line("-t t --retained-only --idle 2s").stdout("one\ntwo\n"),
    );
    peer.finish();
}
