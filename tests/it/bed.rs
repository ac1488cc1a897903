//! Who tests the tests: the scripted peer must fail where a client does less, more or other than its script says.

use std::io::Write;
use std::net::TcpStream;

use crate::support::{Level, Packet, Peer, Properties, Publish, Screen, frame, property};

/// A client as small as can be: connects, and says these bytes.
fn say(peer: &Peer, bytes: &[u8]) -> TcpStream {
    let mut client = TcpStream::connect(peer.address()).unwrap();
    client.write_all(bytes).unwrap();
    client
}

#[test]
#[should_panic(expected = "scripts were left")]
fn a_script_that_was_not_needed_fails() {
    drop(Peer::script(|_| {}));
}

#[test]
#[should_panic(expected = "nobody connected")]
fn a_broker_that_nobody_wanted_fails() {
    drop(Peer::accepting());
}

#[test]
#[should_panic(expected = "connection 1 is one too many")]
fn a_connection_that_was_not_expected_fails() {
    let peer = Peer::untouched();
    let _client = say(&peer, b"");
    peer.finish();
}

#[test]
#[should_panic(expected = "connection 1: expected CONNECT, but the client closed the connection")]
fn a_client_that_says_less_fails() {
    let peer = Peer::script(|conn| drop(conn.expect_connect()));
    drop(say(&peer, b""));
    peer.finish();
}

#[test]
#[should_panic(expected = "closed in the middle of")]
fn a_client_that_stops_in_a_packet_fails() {
    let peer = Peer::script(|conn| drop(conn.expect_connect()));
    drop(say(&peer, b"\x10\x0e\x00"));
    peer.finish();
}

#[test]
#[should_panic(expected = "malformed CONNECT: the reserved connect flag is set")]
fn a_client_that_breaks_the_rules_fails() {
    let peer = Peer::script(|conn| drop(conn.expect_connect()));
    drop(say(&peer, b"\x10\x0c\x00\x04MQTT\x04\x03\x00\x3c\x00\x00"));
    peer.finish();
}

#[test]
#[should_panic(expected = "nobody reached the mark")]
fn waiting_for_a_script_that_has_failed_fails() {
    let peer = Peer::script(|conn| drop(conn.expect_connect()));
    drop(say(&peer, b""));
    peer.wait_for("never");
}

#[test]
fn what_is_encoded_is_decoded() {
    let properties = Properties::new()
        .byte(property::PAYLOAD_FORMAT, 1)
        .four(property::MESSAGE_EXPIRY, 70_000)
        .text(property::CONTENT_TYPE, "text/plain")
        .varint(property::SUBSCRIPTION_ID, 300)
        .user("k", "v");
    let publish = Publish::new("a/b", &"x".repeat(200)).qos(2, 513).retain().dup().with(properties);
    let bytes = publish.encode(Level::V5);
    let (head, body) = bytes.split_at(3);
    assert_eq!(bytes, frame(head[0], body), "a remaining length of two bytes");
    assert_eq!(Packet::decode(head[0], body, Some(Level::V5)), Packet::Publish(publish));
}

#[test]
fn a_screen_knows_what_is_left_and_what_was_seen() {
    let screen = Screen::of(b"one\r\n50 % ==>  \r\x1b[2K99 %\x1b[1m\r\x1b[Ktwo\r\n", 80);
    assert_eq!(screen.left(), ["one", "two"]);
    assert_eq!(screen.gone(), ["50 % ==>", "99 %"]);
    assert!(screen.is_at_line_start());
    // What is cleared on one line only is left on the others.
    let screen = Screen::of(b"a bar that wraps\r\x1b[2Kend", 10);
    assert_eq!(screen.left(), ["a bar that", "end"]);
    let screen = Screen::of(b"a bar that wraps\r\x1b[2K\x1b[1A\x1b[2Kend", 10);
    assert_eq!(screen.left(), ["end"]);
    assert!(!screen.is_at_line_start());
}
