//! Packets that no broker may send, in the middle of a session. What came before them is shown, nothing of them is, and
//! the broker is told why it is left, where MQTT 5 has words for it.

use std::time::Duration;

use crate::support::{Conn, Level, Peer, Publish};

use super::{BOTH, End, NEW, OLD, however_it_is_cut};

/// Where the client says why it goes: DISCONNECT with this reason in MQTT 5. Before, DISCONNECT would mean that all is
/// well and that nobody needs the will.
#[track_caller]
fn expect_departure(conn: &mut Conn, level: Level, reason: u8) {
    let disconnect = conn.expect_closed();
    let said = (level == Level::V5).then_some(reason);
    assert_eq!(disconnect.map(|disconnect| disconnect.reason), said);
}

/// Each of `packets` breaks the protocol: the reason in DISCONNECT, and words on stderr.
#[track_caller]
fn break_the_protocol(versions: &[&str], packets: &[(&[u8], u8, &str)]) {
    for (packet, reason, words) in packets {
        let (packet, reason) = (packet.to_vec(), *reason);
        let words = ["the broker broke the protocol: ", words];
        let end = End { status: 6, stdout: "before\n", stderr: &words };
        however_it_is_cut(versions, "sub -t t --reconnect never", end, move |conn| {
            let level = conn.accept().level;
            conn.grant_subscribe();
            conn.publish(&Publish::new("t", "before"));
            conn.send_raw(&packet);
            expect_departure(conn, level, reason);
        });
    }
}

#[test]
fn topics_that_are_no_topics() {
    break_the_protocol(
        BOTH,
        &[
            (b"\x30\x05\0\x02a\xffx", 0x81, r#"the topic "a\xff" is not UTF-8"#),
            (b"\x30\x06\0\x03\xed\xa0\x80x", 0x81, "is not UTF-8"),
            (b"\x30\x06\0\x03a\0bx", 0x81, "contains NUL"),
            (b"\x30\x06\0\x03a/#x", 0x90, "the topic \"a/#\" contains a wildcard"),
            (b"\x30\x06\0\x03+/ax", 0x90, "the topic \"+/a\" contains a wildcard"),
        ],
    );
    break_the_protocol(OLD, &[(b"\x30\x03\0\0x", 0x82, "PUBLISH with an empty topic")]);
    break_the_protocol(NEW, &[(b"\x30\x04\0\0\0x", 0x82, "PUBLISH with an empty topic")]);
}

#[test]
fn publishes_that_contradict_themselves() {
    break_the_protocol(
        BOTH,
        &[
            (b"\x36\x05\0\x01t\0\x01", 0x81, "PUBLISH with QoS 3"),
            (b"\x38\x04\0\x01t\0", 0x81, "PUBLISH with DUP at QoS 0"),
            (b"\x32\x06\0\x01t\0\0\0", 0x82, "PUBLISH with packet id 0"),
            (b"\x30\x01\0", 0x81, "truncated PUBLISH"),
            (b"\x30\x03\0\x09t", 0x81, "truncated PUBLISH"),
            (b"\x32\x04\0\x01t\x07", 0x81, "truncated PUBLISH"),
        ],
    );
}

#[test]
fn properties_that_lie() {
    break_the_protocol(
        NEW,
        &[
            (b"\x30\x06\0\x01t\x02\x7f\0", 0x81, "PUBLISH: unknown property 0x7f"),
            (b"\x30\x05\0\x01t\x20\x01", 0x81, "PUBLISH: "),
            (b"\x30\x06\0\x01t\x02\x03\0", 0x81, "PUBLISH: "),
            (b"\x30\x06\0\x01t\x02\x01\x02", 0x82, "payload-format-indicator"),
            (b"\x30\x08\0\x01t\x04\x01\x01\x01\x01", 0x82, "payload-format-indicator"),
            (b"\x30\x07\0\x01t\x03\x23\0\0", 0x94, "topic-alias"),
            (b"\x30\x07\0\x01t\x03\x23\0\x01", 0x94, "topic alias 1, and 0 is the maximum"),
        ],
    );
}

#[test]
fn headers_that_no_packet_has() {
    break_the_protocol(
        BOTH,
        &[
            (b"\x41\x02", 0x81, "PUBACK with flags 0x1"),
            (b"\x60\x02", 0x81, "PUBREL with flags 0x0"),
            (b"\xd0\x01", 0x81, "PINGRESP of 3 bytes"),
            (b"\x30\x81\0", 0x81, "a remaining length is longer than it needs to be"),
            (b"\x30\xff\xff\xff\xff", 0x81, "over four bytes long"),
        ],
    );
}

#[test]
fn packets_that_are_longer_than_any_of_their_kind() {
    let longest = b"\x40\xff\xff\xff\x7f";
    break_the_protocol(
        OLD,
        &[
            (longest, 0x81, "PUBACK of 268435460 bytes"),
            (b"\x40\x03", 0x81, "PUBACK of 5 bytes"),
            (b"\xb0\x03", 0x81, "UNSUBACK of 5 bytes"),
        ],
    );
    // MQTT 5 allows any number of user properties: the limit is ours.
    let words = ["lost: the broker sent PUBACK of 268435460 bytes, and only PUBLISH may be larger"];
    let end = End { status: 6, stdout: "", stderr: &words };
    however_it_is_cut(NEW, "sub -t t --reconnect never", end, move |conn| {
        conn.accept_subscriber();
        conn.send_raw(longest);
        expect_departure(conn, Level::V5, 0x95);
    });
}

#[test]
fn packets_that_only_a_client_sends() {
    break_the_protocol(
        BOTH,
        &[
            (b"\x00\x00", 0x82, "a broker must not send packet of type 0"),
            (b"\x10\x00", 0x82, "a broker must not send CONNECT"),
            (b"\x82\x00", 0x82, "a broker must not send SUBSCRIBE"),
            (b"\xa2\x00", 0x82, "a broker must not send UNSUBSCRIBE"),
            (b"\xc0\x00", 0x82, "a broker must not send PINGREQ"),
        ],
    );
    break_the_protocol(
        OLD,
        &[
            (b"\xe0\x00", 0x82, "a broker must not send DISCONNECT"),
            (b"\xf0\x00", 0x82, "a broker must not send AUTH"),
        ],
    );
}

#[test]
fn packets_nobody_asked_for() {
    break_the_protocol(OLD, &[(b"\x20\x02\0\0", 0x82, "a second CONNACK")]);
    break_the_protocol(
        NEW,
        &[
            (b"\x20\x03\0\0\0", 0x82, "a second CONNACK"),
            (b"\xf0\x00", 0x82, "AUTH without enhanced authentication"),
            (b"\x90\x04\0\x09\0\0", 0x82, "SUBACK for packet id 9, which was not asked for"),
            (b"\xb0\x04\0\x09\0\0", 0x82, "UNSUBACK for packet id 9, which was not asked for"),
        ],
    );
}

#[test]
fn acknowledgements_that_are_none() {
    break_the_protocol(
        BOTH,
        &[
            (b"\x40\x01\0", 0x81, "truncated PUBACK"),
            (b"\x62\x02\0\0", 0x82, "PUBREL with packet id 0"),
        ],
    );
    break_the_protocol(
        NEW,
        &[
            (b"\x40\x03\0\x01\x42", 0x81, "PUBACK with undefined reason code 0x42"),
            (b"\xe0\x01\x42", 0x81, "DISCONNECT with undefined reason code 0x42"),
            (b"\xe0\x03\0\0\0", 0x81, "DISCONNECT is longer than its properties"),
        ],
    );
}

#[test]
fn a_message_in_flight_stays_unconfirmed() {
    let words = ["the broker broke the protocol", "1 unconfirmed"];
    let end = End { status: 6, stdout: "", stderr: &words };
    for qos in [1, 2] {
        let line = format!("pub -t t -m x -q {qos} --reconnect never");
        however_it_is_cut(BOTH, &line, end, |conn| {
            let level = conn.accept().level;
            conn.expect_publish();
            conn.send_raw(&[0x36, 3, 0, 1, b't']);
            expect_departure(conn, level, 0x81);
        });
    }
}

/// What it sends into a closed socket would take away what it has not read.
#[test]
fn a_broker_that_goes_on_sending_is_told_all_the_same() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.send_raw(b"\xc0\x00");
        for _ in 0..5 {
            conn.stall_for(Duration::from_millis(20));
            conn.publish(&Publish::new("t", "more"));
        }
        conn.expect_disconnect(0x82);
        conn.expect_eof();
    });
    let run = peer.mqtt("sub").line("-V 5 -t t --reconnect never").status(6);
    run.stderr_contains("a broker must not send PINGREQ").run();
}

/// A retained message that nobody can read comes again with every connection.
#[test]
fn a_broker_that_never_learns_is_left_after_three_times() {
    for version in BOTH {
        let peer = Peer::each(|conn| {
            conn.accept_subscriber();
            conn.send_raw(b"\x30\x05\0\x02a\xffx");
            conn.expect_closed();
        });
        peer.mqtt("sub")
            .args(["-V", version, "-t", "#"])
            .status(6)
            .stderr_contains(r#"the topic "a\xff" is not UTF-8"#)
            .stderr_lacks("another client")
            .run();
        assert_eq!(peer.finish().connections, 3);
    }
}
