//! A process that is stopped (Ctrl-Z, a paused container) for longer than a time limit: what the broker said meanwhile is
//! an answer in time.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::support::{Conn, Mqtt, Peer, Publish, Running};

/// The time limit of each run here, or more.
const LIMIT: Duration = Duration::from_secs(4);

fn signal(client: &Running, name: &str) {
    let command = format!("kill -{name} {}", client.id());
    let status = Command::new("sh").args(["-c", &command]).status().expect("sh can be run");
    assert!(status.success(), "{command}: {status}");
}

fn stop(client: &Running) {
    signal(client, "STOP");
    let stat = format!("/proc/{}/stat", client.id());
    while !fs::read_to_string(&stat).expect("the client exists").contains(") T ") {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Stops the client once the peer has `asked`, and lets it continue when the limit has passed.
fn suspend(peer: &Peer, client: &Running) {
    peer.wait_for("asked");
    stop(client);
    peer.reached("stopped");
    peer.wait_for("answered");
    thread::sleep(LIMIT);
    signal(client, "CONT");
}

/// Says `answer` while the client is stopped.
fn answer_while_stopped(conn: &mut Conn, answer: impl FnOnce(&mut Conn)) {
    conn.reached("asked");
    conn.wait_for("stopped");
    answer(conn);
    conn.reached("answered");
}

/// Runs a command that is stopped once. There is one connection, and nothing to report.
fn suspend_once(peer: &Peer, mqtt: Mqtt) {
    let client = mqtt.spawn();
    suspend(peer, &client);
    client.wait();
}

#[test]
fn connack_came_while_the_client_was_stopped() {
    let peer = Peer::script(|conn| {
        conn.expect_connect();
        answer_while_stopped(conn, |conn| conn.connack(0));
        assert_eq!(conn.take().topic, "t");
        conn.expect_goodbye();
    });
    let client = peer.mqtt("pub").line("-t t -m x -q 1 --connect-timeout 4s").spawn();
    suspend(&peer, &client);
    client.wait();
}

#[test]
fn puback_came_while_the_client_was_stopped() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_publish().id.expect("QoS 1 has an id");
        answer_while_stopped(conn, |conn| conn.puback(id, 0));
        conn.expect_goodbye();
    });
    let client = peer.mqtt("pub").line("-t t -m x -q 1 --ack-timeout 4s").spawn();
    suspend(&peer, &client);
    client.wait();
}

#[test]
fn suback_and_a_message_came_while_the_client_was_stopped() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        answer_while_stopped(conn, |conn| {
            conn.suback(id, &[0]);
            conn.publish(&Publish::new("t", "x"));
        });
        conn.expect_goodbye();
    });
    let client = peer.mqtt("sub").line("-t t -C 1 --ack-timeout 4s").stdout("x\n").spawn();
    suspend(&peer, &client);
    client.wait();
}

#[test]
fn pingresp_came_while_the_client_was_stopped() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_pingreq();
        answer_while_stopped(conn, Conn::pingresp);
        // It asks again at once, as it has sent nothing for long.
        conn.expect_pingreq();
        conn.publish(&Publish::new("t", "x"));
        conn.expect_goodbye();
    });
    let client = peer.mqtt("sub").line("-t t -C 1 -k 4").stdout("x\n").spawn();
    suspend(&peer, &client);
    client.wait();
}

#[test]
fn the_broker_began_to_read_while_the_client_was_stopped() {
    const SIZE: usize = 16 << 20;
    let peer = Peer::script(|conn| {
        conn.accept();
        // The client fills every buffer on the way, and cannot write the rest.
        answer_while_stopped(conn, |_| {});
        assert_eq!(conn.expect_publish().payload.len(), SIZE);
        conn.expect_goodbye();
    });
    let client = peer.mqtt("pub").line("-t t -s --ack-timeout 4s").stdin(vec![b'x'; SIZE]).spawn();
    suspend(&peer, &client);
    client.wait();
}

#[test]
fn a_command_ended_while_the_client_was_stopped() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "x").qos(1, 7));
        assert_eq!(conn.expect_puback().id, 7);
        conn.expect_goodbye();
    });
    let subscribe = peer.mqtt("sub").line("-t t -q 1 -C 1 --job-timeout 4s -- sh -c");
    let client = subscribe.arg("echo begun; sleep 1").stdout("begun\n").spawn();
    client.wait_for_output("begun");
    stop(&client);
    thread::sleep(LIMIT);
    signal(&client, "CONT");
    client.wait();
}

#[test]
fn a_ping_that_was_answered_during_a_pause_was_answered() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_pingreq();
        answer_while_stopped(conn, |conn| {
            conn.pingresp();
            conn.publish(&Publish::new("t", "one"));
        });
        conn.serve();
    });
    suspend_once(&peer, peer.mqtt("sub").line("-t t -k 3 -C 1").stdout("one\n"));
    peer.finish();
}

#[test]
fn messages_that_came_before_the_end_of_the_connection_are_printed_after_a_pause() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_pingreq();
        answer_while_stopped(conn, |conn| {
            conn.publish(&Publish::new("t", "one"));
            conn.publish(&Publish::new("t", "two"));
            conn.cut();
        });
    });
    suspend_once(&peer, peer.mqtt("sub").line("-t t -k 3 -C 2").stdout("one\ntwo\n"));
    peer.finish();
}

#[test]
fn an_acknowledgement_that_came_during_a_pause_was_in_time() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let publish = conn.expect_publish();
        answer_while_stopped(conn, |conn| conn.puback(publish.id.unwrap(), 0));
        conn.expect_goodbye();
    });
    suspend_once(&peer, peer.mqtt("pub").line("-t t -m x -q 1 --ack-timeout 2"));
    peer.finish();
}

#[test]
fn a_connection_that_was_accepted_during_a_pause_is_used() {
    let peer = Peer::script(|conn| {
        conn.expect_connect();
        answer_while_stopped(conn, |conn| conn.connack(0));
        conn.expect_publish();
        conn.expect_goodbye();
    });
    suspend_once(&peer, peer.mqtt("pub").line("-V 5 -t t -m x --connect-timeout 2"));
    peer.finish();
}

#[test]
fn retained_messages_that_came_during_a_pause_belong_to_the_set() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one").retain());
        conn.answer_ping();
        answer_while_stopped(conn, |conn| conn.publish(&Publish::new("t", "two").retain()));
        conn.serve();
    });
    suspend_once(
        &peer,
        peer.mqtt("sub").line("-t t --retained-only --idle 2s").stdout("one\ntwo\n"),
    );
    peer.finish();
}
