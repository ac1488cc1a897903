//! A session that a subscriber and other commands use in turn: what waits in it is the subscriber's.

use crate::support::stream::subscribe;
use crate::support::{Conn, Mosquitto, Packet, Peer, Properties, Publish, property};

/// Lets a client into the session that it asked for, where a message at each QoS waits.
#[track_caller]
fn resume(conn: &mut Conn) {
    conn.resume();
    conn.publish(&Publish::new("waiting", "none"));
    conn.publish(&Publish::new("waiting", "one").qos(1, 7));
    conn.publish(&Publish::new("waiting", "two").qos(2, 8));
}

#[test]
fn a_publisher_leaves_what_waits_in_its_session_to_the_subscriber() {
    for version in ["3.1.1", "5"] {
        for qos in ["1", "2"] {
            let peer = Peer::script(|conn| {
                resume(conn);
                // It knows no answer to an acknowledgement.
                conn.serve();
            });
            let run = peer.mqtt("pub").line("-c -i me -t t -m x --repeat 2 -V").arg(version);
            run.args(["-q", qos]).run();
        }
    }
}

#[test]
fn a_publisher_goes_on_past_what_comes_again_with_each_connection() {
    let peer = Peer::script(|conn| {
        resume(conn);
        conn.expect_publish();
        conn.cut();
    })
    .then(|conn| {
        resume(conn);
        conn.take();
        conn.expect_goodbye();
    });
    peer.mqtt("pub").line("-c -i me -t t -m x -q 1").stderr_anything().run();
}

#[test]
fn what_comes_to_a_session_that_ends_with_the_run_is_acknowledged() {
    for flags in ["-V 3.1.1", "-V 5", "-V 5 -c -i me --session-expiry 0"] {
        let peer = Peer::script(|conn| {
            conn.accept();
            conn.publish(&Publish::new("pushed", "by the broker").qos(1, 7));
            let mut acknowledged = false;
            conn.serve_but(|_, packet| {
                let is_it = matches!(packet, Packet::PubAck(ack) if ack.id == 7);
                acknowledged |= is_it;
                is_it
            });
            assert!(acknowledged);
        });
        peer.mqtt("pub").line("-t t -m x -q 1").line(flags).run();
    }
}

#[test]
fn a_requester_acknowledges_what_is_on_its_response_topic_alone() {
    for version in ["3.1.1", "5"] {
        let peer = Peer::script(|conn| {
            resume(conn);
            // A late answer to an earlier request.
            conn.publish(&Publish::new("answers", "late").qos(1, 9));
            let puback_or_subscribe = conn.expect_any("PUBACK or SUBSCRIBE");
            let subscribe = match puback_or_subscribe {
                Packet::PubAck(ack) => {
                    assert_eq!(ack.id, 9);
                    conn.expect_subscribe()
                }
                Packet::Subscribe(subscribe) => {
                    assert_eq!(conn.expect_puback().id, 9);
                    subscribe
                }
                other => panic!("{other:?}"),
            };
            conn.suback(subscribe.id, &[1]);
            let request = conn.take();
            conn.publish(&Publish::new("waiting", "more").qos(1, 10));
            let data = request.properties.bytes(property::CORRELATION_DATA);
            let properties = Properties::new();
            let properties = match data {
                Some(data) => properties.text(property::CORRELATION_DATA, data),
                None => properties,
            };
            conn.publish(&Publish::new("answers", "answer").qos(1, 11).with(properties));
            assert_eq!(conn.expect_puback().id, 11);
            conn.expect_goodbye();
        });
        let run = peer.mqtt("rr").line("-c -i me -t ask -m question -e answers -q 1 -W 8s -V");
        run.arg(version).stdout("answer\n").run();
    }
}

/// A session `me` on a real broker, in which messages wait at both levels.
fn waiting(broker: &Mosquitto) {
    subscribe(broker, "2").arg("-E").run();
    for (qos, text) in [("1", "one"), ("2", "two"), ("2", "three")] {
        broker.mqtt("pub").args(["-t", "t", "-q", qos, "-m", text]).run();
    }
}

#[test]
fn with_a_real_broker_the_next_subscriber_gets_what_a_publisher_left() {
    let broker = Mosquitto::start();
    waiting(&broker);
    for qos in ["1", "2"] {
        broker.mqtt("pub").line("-c -i me -t elsewhere -m x -q").arg(qos).run();
    }
    subscribe(&broker, "2").line("-C 3").stdout("one\ntwo\nthree\n").run();
    subscribe(&broker, "2").line("--idle 300ms").run();
}

#[test]
fn with_a_real_broker_the_next_subscriber_gets_what_a_requester_left() {
    let broker = Mosquitto::start();
    waiting(&broker);
    let sub = broker.mqtt("sub").line("-t ask -C 1 --events -").stderr_anything();
    let mut sub = sub.stdout("question\n").spawn();
    sub.wait_for_stderr_line(r#""event":"subscribe""#);
    let run = broker.mqtt("rr").line("-c -i me -t ask -m question -e answers -q 1 -V 3.1.1");
    let asking = run.stdout("answer\n").spawn();
    assert_eq!(sub.read_line(), "question");
    sub.wait();
    broker.mqtt("pub").line("-t answers -m answer -q 1").run();
    asking.wait();
    subscribe(&broker, "2").line("-C 3").stdout("one\ntwo\nthree\n").run();
    subscribe(&broker, "2").line("--idle 300ms").run();
}
