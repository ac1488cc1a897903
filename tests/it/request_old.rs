//! `mqtt rr` before MQTT 5, where nothing ties a reply to its request but the topic.

use crate::support::{Conn, Peer, Publish};

/// A responder for one request, on a connection of version 3.
fn answering_on(topic: &'static str, messages: &'static [(&'static str, bool)]) -> Peer {
    Peer::script(move |conn| {
        let subscribe = conn.accept_subscriber();
        let request = conn.take();
        assert_eq!(subscribe.filters[0].filter, topic);
        assert!(request.properties.is_empty());
        for (text, retain) in messages {
            let message = Publish::new(topic, *text);
            conn.publish(&if *retain { message.retain() } else { message });
        }
        conn.expect_goodbye();
    })
}

#[test]
fn before_mqtt_5_the_first_fresh_message_is_the_reply() {
    for version in ["3.1", "3.1.1"] {
        let peer = answering_on("answers", &[("stored", true), ("fresh", false), ("more", false)]);
        let run = peer.mqtt("rr").line("-t ask -m x -e answers -V").arg(version);
        run.stdout("fresh\n").run();
    }
}

#[test]
fn before_mqtt_5_what_came_before_the_request_is_no_reply() {
    let peer = Peer::script(|conn| {
        conn.accept();
        let subscribe = conn.expect_subscribe();
        conn.publish(&Publish::new("answers", "before"));
        conn.suback(subscribe.id, &[0]);
        conn.take();
        conn.publish(&Publish::new("answers", "after"));
        conn.expect_goodbye();
    });
    peer.mqtt("rr").line("-t ask -m x -e answers -V 3.1.1").stdout("after\n").run();
}

#[test]
fn before_mqtt_5_the_response_topic_must_be_given() {
    for version in ["3.1", "3.1.1"] {
        let peer = Peer::untouched();
        let run = peer.mqtt("rr").line("-t ask -m x -V").arg(version).status(2);
        run.stderr_line("hint: *--response-topic*").run();
    }
}

/// A broker that knows no version 5.
fn old(next: impl FnOnce(&mut Conn) + Send + 'static) -> Peer {
    Peer::script(|conn| {
        conn.expect_connect();
        conn.connack_311(1);
        conn.expect_closed();
    })
    .then(next)
}

#[test]
fn a_broker_without_version_5_ends_it_unless_the_response_topic_is_given() {
    let peer = old(|conn| {
        conn.accept();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("rr").line("-t ask -m x").status(2);
    run.stderr_line("mqtt: MQTT 3.1.1 has no response topics*").stderr_line("hint: *").run();
    let peer = old(|conn| {
        conn.accept_subscriber();
        let request = conn.take();
        assert!(request.properties.is_empty());
        conn.publish(&Publish::new("answers", "x"));
        conn.expect_goodbye();
    });
    peer.mqtt("rr").line("-t ask -m x -e answers").stdout("x\n").run();
}
