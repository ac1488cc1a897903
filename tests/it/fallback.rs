//! Brokers that know nothing of MQTT 5, and how they show it: an old CONNACK, a hang-up, silence.

use std::time::Duration;

use crate::support::{Conn, Cut, Level, Mqtt, Packet, Peer, Publish, websocket_door};

const TOLD: &str = "the broker does not speak MQTT 5: trying MQTT 3.1.1";

/// Takes a CONNECT of MQTT 5.
#[track_caller]
fn take_newer(conn: &mut Conn) {
    assert_eq!(conn.expect_connect().level, Level::V5);
}

/// Answers a CONNECT of MQTT 5 as if it were an older one.
fn answer_as_of_old(conn: &mut Conn) {
    take_newer(conn);
    conn.connack_311(0);
    conn.expect_closed();
}

/// Says nothing to a CONNECT of MQTT 5.
fn ignore_newer(conn: &mut Conn) {
    take_newer(conn);
    conn.expect_closed();
}

/// Plays the polite broker of MQTT 3.1.1, with one message for who subscribes.
fn serve_older(conn: &mut Conn) {
    conn.serve_but(|conn, packet| {
        match packet {
            Packet::Connect(connect) => assert_eq!(connect.level, Level::V311),
            Packet::Subscribe(subscribe) => {
                conn.suback(subscribe.id, &vec![0; subscribe.filters.len()]);
                conn.publish(&Publish::new("t", "x").retain());
                return true;
            }
            _ => {}
        }
        false
    });
}

/// Commands, and what they print to somebody who is served.
const RUNS: [(&str, &str, &str); 4] = [
    ("pub", "-t t -m x -q 1", ""),
    ("pub", "-t t -m x -q 2 --reconnect always", ""),
    ("sub", "-t t -C 1", "x\n"),
    ("clear-retained", "t --dry-run", "t\n"),
];

/// Each command must fall back after a first connection like this, and tells so only to who asks.
#[track_caller]
fn falls_back(first: fn(&mut Conn), options: &str) {
    for (command, line, printed) in RUNS {
        for is_traced in [false, true] {
            let peer = Peer::script(first).then(serve_older);
            let run = peer.mqtt(command).line(line).line(options).stdout(printed);
            let run = match is_traced {
                true => run.arg("-d").stderr_line(TOLD),
                false => run.stderr_lacks("does not speak"),
            };
            run.stderr_lacks("lost").run();
        }
    }
}

#[test]
fn a_connack_in_the_words_of_3_1_1_leads_to_3_1_1() {
    falls_back(answer_as_of_old, "");
}

#[test]
fn silence_leads_to_3_1_1_after_a_part_of_the_time() {
    falls_back(ignore_newer, "--connect-timeout 2s");
}

#[test]
fn a_hang_up_leads_to_3_1_1() {
    let hang_up = |conn: &mut Conn| {
        take_newer(conn);
        conn.cut();
    };
    falls_back(hang_up, "");
}

#[test]
fn the_program_that_reads_events_is_told_too() {
    for first in [answer_as_of_old, ignore_newer] {
        let peer = Peer::script(first).then(serve_older);
        let publish = peer.mqtt("pub").line("-t t -m x -q 1 --connect-timeout 2s --events -");
        let told =
            r#"*"event":"log","text":"the broker does not speak MQTT 5: trying MQTT 3.1.1"}"#;
        let accepted = r#"*"event":"connect","protocol":"MQTT 3.1.1",*"#;
        publish.stderr_line(told).stderr_line(accepted).run();
    }
}

#[test]
fn a_websocket_makes_no_difference() {
    for cut in [Cut::Joined, Cut::Bytewise, Cut::Frames] {
        let peer = Peer::script(answer_as_of_old).then(serve_older);
        let door = websocket_door(cut, peer.port());
        let url = format!("ws://127.0.0.1:{}/mqtt", door.port());
        Mqtt::new("pub").args(["-t", "t", "-m", "x", "-q", "1", "-L", &url]).run();
    }
}

#[test]
fn a_connection_that_is_lost_later_is_made_anew_with_the_same_version() {
    for first in [answer_as_of_old, ignore_newer] {
        let peer = Peer::script(first)
            .then(|conn| {
                assert_eq!(conn.accept().level, Level::V311);
                conn.expect_publish();
                conn.cut();
            })
            .then(serve_older);
        let publish = peer.mqtt("pub").line("-t t -m x -q 1 --connect-timeout 2s");
        publish.stderr_contains("reconnecting").run();
    }
}

#[test]
fn who_demands_mqtt_5_is_told_what_the_broker_speaks() {
    let peer = Peer::script(answer_as_of_old);
    let publish = peer.mqtt("pub").line("-t t -m x -q 1 -V 5").status(6);
    publish.stderr_line("hint: the broker answered as in MQTT 3.1.1: try -V 3.1.1").run();

    let peer = Peer::script(ignore_newer);
    let publish = peer.mqtt("pub").line("-t t -m x -V 5 --connect-timeout 500ms").status(3);
    publish.stderr_contains("no CONNACK within 500ms").run();
}

#[test]
fn silence_to_either_version_ends_with_one_failure_and_within_one_deadline() {
    let peer = Peer::script(ignore_newer).then(|conn| {
        assert_eq!(conn.expect_connect().level, Level::V311);
        conn.expect_closed();
    });
    let address = peer.address();
    let publish = peer.mqtt("pub").line("-t t -m x --connect-timeout 2s").status(3);
    let message = format!("mqtt: cannot connect to mqtt://{address}: no CONNACK within 2s\n");
    publish.stderr(message).run();
}

#[test]
fn a_broker_that_takes_its_time_is_still_asked_for_mqtt_5_alone() {
    let peer = Peer::script(|conn| {
        take_newer(conn);
        conn.stall_for(Duration::from_millis(1_500));
        conn.connack(0);
        conn.serve();
    });
    // Half of ten seconds is what it has.
    peer.mqtt("pub").line("-t t -m x -q 1").run();
    assert_eq!(peer.finish().connections, 1);
}

#[test]
fn a_beginning_of_an_answer_is_no_silence() {
    let peer = Peer::script(|conn| {
        take_newer(conn);
        conn.send_raw(&[0x20]);
        conn.expect_closed();
    });
    let publish = peer.mqtt("pub").line("-t t -m x --connect-timeout 1s").status(3);
    publish.stderr_contains("no CONNACK within 1s").run();
    assert_eq!(peer.finish().connections, 1);
}

#[test]
fn a_broker_that_refuses_both_versions_is_not_asked_for_the_first_again() {
    for refuse in [|conn: &mut Conn| conn.connack(0x84), |conn: &mut Conn| conn.connack_311(1)] {
        let peer = Peer::script(move |conn| {
            take_newer(conn);
            refuse(conn);
            conn.expect_closed();
        })
        .then(|conn| {
            assert_eq!(conn.expect_connect().level, Level::V311);
            conn.connack_311(1);
            conn.expect_closed();
        });
        peer.mqtt("pub")
            .line("-t t -m x")
            .status(4)
            .stderr(format!(
                "mqtt: cannot connect to mqtt://{}: the broker refused the connection: \
                 0x01 Unsupported protocol version\n\
                 hint: the broker supports neither MQTT 5 nor MQTT 3.1.1: try -V 3.1\n",
                peer.address()
            ))
            .run();
    }
}
