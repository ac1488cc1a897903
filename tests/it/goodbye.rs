//! The last packets of a connection: DISCONNECT where it may be said, as large as it may be, and after what is owed.

use std::sync::mpsc;
use std::time::Duration;

use crate::support::{Conn, Disconnect, Mqtt, Packet, Peer, Properties, Publish, Signal, property};

const VERSIONS: [&str; 2] = ["3.1.1", "5"];

/// What each command is given, and nothing that it would refuse.
const COMMANDS: [(&str, &str); 4] = [
    ("pub", "-t t -m x -q 1"),
    ("sub", "-t t"),
    ("rr", "-t t -m x -e answers"),
    ("clear-retained", "t"),
];

const SIGNALS: [(Signal, i32); 2] = [(Signal::Interrupt, 130), (Signal::Terminate, 143)];

const WILL: &str = "--will-topic w --will-payload dead";

/// Who is interrupted while CONNACK is due has said CONNECT: without DISCONNECT the broker publishes the will.
#[test]
fn a_signal_before_connack_is_followed_by_disconnect() {
    for version in VERSIONS {
        for (command, options) in COMMANDS {
            for (signal, status) in SIGNALS {
                let peer = Peer::script(|conn| {
                    assert!(conn.expect_connect().will.is_some());
                    conn.reached("asked");
                    conn.expect_goodbye();
                });
                let run = peer.mqtt(command).line(options).line(WILL).args(["-V", version]);
                let running = run.status(status).stderr_anything().spawn();
                peer.wait_for("asked");
                running.signal(signal);
                running.wait();
            }
        }
    }
}

#[test]
fn the_end_of_the_whole_time_before_connack_is_followed_by_disconnect() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.expect_connect();
            conn.expect_goodbye();
        });
        let run = peer.mqtt("sub").line("-t t -W 500ms").line(WILL).args(["-V", version]);
        run.status(27).stderr_contains("before the broker accepted").run();
    }
}

#[test]
fn a_signal_before_the_connack_of_a_later_connection_is_followed_by_disconnect() {
    for version in VERSIONS {
        for (signal, status) in SIGNALS {
            let peer = Peer::script(|conn| {
                conn.accept();
                conn.expect_publish();
                conn.cut();
            })
            .then(|conn| {
                conn.expect_connect();
                conn.reached("asked again");
                conn.expect_goodbye();
            });
            let run = peer.mqtt("pub").line("-t t -m x -q 1").line(WILL).args(["-V", version]);
            let running = run.status(status).stderr_contains("1 unconfirmed").spawn();
            peer.wait_for("asked again");
            running.signal(signal);
            running.wait();
        }
    }
}

/// What `mqtt COMMAND` says as DISCONNECT to a broker that takes packets up to so many bytes.
#[track_caller]
fn disconnect_within(maximum: u32, command: &str, options: &[&str]) -> Disconnect {
    let (said, heard) = mpsc::channel();
    let peer = Peer::script(move |conn| {
        conn.accept_with(Properties::new().four(property::MAXIMUM_PACKET_SIZE, maximum));
        conn.serve_but(|conn, packet| match packet {
            Packet::Disconnect(disconnect) => {
                said.send(disconnect.clone()).expect("the test listens");
                false
            }
            Packet::Subscribe(subscribe) => {
                conn.suback(subscribe.id, &[0]);
                conn.publish(&Publish::new("t", "x"));
                true
            }
            _ => false,
        });
    });
    let run = peer.mqtt(command).args(["-V", "5", "-t", "t"]).args(options);
    run.stdout_anything().run();
    heard.recv().expect("DISCONNECT")
}

#[test]
fn a_disconnect_is_no_larger_than_the_broker_allows() {
    let words = "a".repeat(100);
    let reason = ["-D", "disconnect", "reason-string", &words];
    let pair = ["-D", "disconnect", "user-property", "why", &words];
    let runs: [(&str, &[&str]); 3] =
        [("pub", &["-m", "x"]), ("pub", &["-m", "x", "-q", "2"]), ("sub", &["-C", "1"])];
    for (command, options) in runs {
        for property in [&reason[..], &pair[..]] {
            let options = [options, property].concat();
            let said = disconnect_within(32, command, &options);
            assert!(said.properties.only(property::REASON_STRING).is_empty(), "{said:?}");
            assert!(said.properties.only(property::USER_PROPERTY).is_empty(), "{said:?}");
            let said = disconnect_within(200, command, &options);
            assert!(!said.properties.is_empty(), "there is room: {said:?}");
        }
    }
}

#[test]
fn what_else_a_disconnect_says_is_kept_where_it_fits() {
    let words = "a".repeat(100);
    let reason = ["-D", "disconnect", "reason-string", &words];
    let session = ["-m", "x", "-i", "me", "-x", "1h", "-D", "disconnect"];
    let options = [&session[..], &["session-expiry-interval", "7"], &reason].concat();
    let said = disconnect_within(32, "pub", &options);
    assert_eq!(said.properties, Properties::new().four(property::SESSION_EXPIRY, 7));
}

#[test]
fn an_interrupted_run_says_no_larger_disconnect_either() {
    let words = "a".repeat(100);
    let peer = Peer::script(|conn| {
        conn.accept_subscriber_with(Properties::new().four(property::MAXIMUM_PACKET_SIZE, 32));
        conn.reached("subscribed");
        let said = conn.expect_goodbye();
        assert!(said.properties.only(property::REASON_STRING).is_empty(), "{said:?}");
    });
    let run = peer.mqtt("sub").line("-V 5 -t t").args(["-D", "disconnect", "reason-string"]);
    let running = run.arg(words).status(130).stderr_anything().spawn();
    peer.wait_for("subscribed");
    running.signal(Signal::Interrupt);
    running.wait();
}

/// `mqtt sub` of a durable session that ends after three messages at QoS 2.
fn three_of_a_session(peer: &Peer, version: &str) -> Mqtt {
    let run = peer.mqtt("sub").line("-t t -q 2 -c -i me -C 3").args(["-V", version]);
    run.stdout("1\n2\n3\n")
}

/// Sends four messages at QoS 2, of which the client must take three.
fn send_four(conn: &mut Conn) {
    conn.accept_subscriber();
    for id in 1..=4 {
        conn.publish(&Publish::new("t", &id.to_string()).qos(2, id));
    }
    for id in 1..=3 {
        assert_eq!(conn.expect_pubrec().id, id);
    }
}

/// A broker that has not heard PUBCOMP may send the message again to the next run.
#[test]
fn the_last_messages_at_qos_2_are_released_before_disconnect() {
    for version in VERSIONS {
        for pause in [Duration::ZERO, Duration::from_millis(100)] {
            let peer = Peer::script(move |conn| {
                send_four(conn);
                conn.stall_for(pause);
                for id in 1..=3 {
                    conn.pubrel(id, 0);
                    assert_eq!(conn.expect_pubcomp().id, id);
                }
                conn.expect_goodbye();
            });
            three_of_a_session(&peer, version).run();
        }
    }
}

#[test]
fn a_broker_that_never_releases_its_messages_is_left_soon() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            send_four(conn);
            conn.expect_goodbye();
        });
        three_of_a_session(&peer, version).deadline(Duration::from_secs(8)).run();
    }
}

#[test]
fn a_broker_that_leaves_instead_of_releasing_its_messages_changes_nothing() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            send_four(conn);
            conn.cut();
        });
        three_of_a_session(&peer, version).stderr_anything().run();
    }
}
