//! From CONNECT to CONNACK: brokers that refuse, strangers that answer, and CONNACKs that are none.

use crate::support::{Conn, Properties, property};

use super::{BOTH, End, NEW, OLD, however_it_is_cut};

/// The answer to CONNECT, and nothing more, must end the run with this status and in these words.
#[track_caller]
fn ends(versions: &[&str], answer: &[u8], status: i32, words: &[&str]) {
    let answer = answer.to_vec();
    let end = End { status, stdout: "", stderr: words };
    however_it_is_cut(versions, "pub -t t -m x", end, move |conn| {
        conn.expect_connect();
        // Some are known for what they are before the last byte.
        let _ = conn.try_send_raw(&answer);
        conn.expect_closed();
    });
}

#[test]
fn refusals_of_a_3_1_1_broker() {
    for (code, words) in [
        (1, "protocol version"),
        (2, "identifier"),
        (3, "unavailable"),
        (4, "user name or password"),
        (5, "not authorized"),
        (77, "0x4d"),
    ] {
        ends(OLD, &[0x20, 2, 0, code], 4, &[words]);
    }
}

#[test]
fn refusals_of_an_mqtt_5_broker() {
    for code in [0x80, 0x87, 0x97, 0xa2, 0x42] {
        ends(NEW, &[0x20, 3, 0, code, 0], 4, &[&format!("0x{code:02x}")]);
    }
    ends(NEW, &[0x20, 3, 0, 0x8b, 0], 4, &["0x8b Server shutting down"]);
    ends(NEW, &[0x20, 2, 0, 1], 4, &["hint: the broker does not support MQTT 5: try -V 3.1.1"]);
}

#[test]
fn refusals_of_an_mqtt_5_broker_that_supports_nothing_else() {
    let hint = "hint: the broker does not support MQTT 3.1.1: try -V 5";
    let plain = &[0x20, 3, 0, 0x84, 0][..];
    ends(OLD, plain, 4, &["0x84 Unsupported protocol version", hint]);
    let wordy = &[0x20, 9, 0, 0x84, 6, 0x1f, 0, 3, b'o', b'l', b'd'];
    ends(OLD, wordy, 4, &["0x84 Unsupported protocol version: old", hint]);
    ends(&["3.1"], plain, 4, &["hint: the broker does not support MQTT 3.1: try -V 5"]);
    ends(OLD, &[0x20, 3, 0, 0x87, 0], 4, &["0x87 Not authorized"]);
    // Where it accepts, it must do so in the version that was asked for.
    ends(OLD, &[0x20, 3, 0, 0, 0], 6, &["CONNACK is longer than it may be"]);
}

#[test]
fn refusals_in_the_words_of_the_broker() {
    let words = ["0x9c Use another server: ask \\x1b[31mthere", "(use elsewhere:1883)"];
    let end = End { status: 4, stdout: "", stderr: &words };
    however_it_is_cut(NEW, "pub -t t -m x", end, |conn| {
        conn.expect_connect();
        let properties = Properties::new()
            .text(property::REASON_STRING, "ask \u{1b}[31mthere")
            .text(property::SERVER_REFERENCE, "elsewhere:1883");
        conn.connack_with(false, 0x9c, properties);
        conn.expect_closed();
    });
}

#[test]
fn strangers() {
    for (answer, words) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"[..],
            "answered `HTTP/1.1 400 Bad Request`",
        ),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "answered `SSH-2.0-OpenSSH_9.9`"),
        (&[0x15, 3, 1, 0, 2, 2, 0x46], "answered a TLS alert: try mqtts://"),
        (&[0; 64], r"answered `\x00"),
        (&[0xff; 64], r"answered `\xff"),
        (&[0x20, 0xff, 0xff, 0xff, 0x7f], "announced a CONNACK of 268435455 bytes"),
    ] {
        ends(BOTH, answer, 3, &["not an MQTT broker", words]);
    }
}

#[test]
fn a_connack_that_is_cut_short() {
    for length in [1, 3] {
        let end = End { status: 3, stdout: "", stderr: &["closed the connection"] };
        however_it_is_cut(BOTH, "pub -t t -m x", end, move |conn: &mut Conn| {
            conn.expect_connect();
            conn.send_raw(&[0x20, 3, 0, 0, 0][..length]);
            conn.cut();
        });
    }
}

#[test]
fn a_connack_that_breaks_the_protocol() {
    for (versions, answer, words) in [
        (BOTH, &[0x20, 0xff, 0xff, 0xff, 0xff, 1][..], "malformed packet: the remaining length"),
        (BOTH, &[0x20, 1, 0], "malformed packet: truncated CONNACK"),
        (OLD, &[0x20, 2, 2, 0], "CONNACK with reserved flags 0x02"),
        (NEW, &[0x20, 3, 2, 0, 0], "CONNACK with reserved flags 0x02"),
        (OLD, &[0x20, 2, 1, 0], "CONNACK claims a session where none can be"),
        (NEW, &[0x20, 3, 1, 0, 0], "CONNACK claims a session where none can be"),
        (OLD, &[0x20, 3, 0, 0, 0], "CONNACK is longer than it may be"),
        (NEW, &[0x20, 2, 0, 0], "CONNACK without properties"),
        (NEW, &[0x20, 4, 0, 0, 9, 0x21], "CONNACK: "),
        (NEW, &[0x20, 6, 0, 0, 3, 0x21, 0, 0], "receive-maximum"),
        (NEW, &[0x20, 5, 0, 0, 2, 0x01, 1], "payload-format-indicator"),
        (NEW, &[0x20, 7, 0, 0, 4, 0x15, 0, 1, b'm'], "CONNACK with an authentication method"),
    ] {
        ends(versions, answer, 6, &["the broker broke the protocol", words]);
    }
}

#[test]
fn other_packets_where_connack_is_due() {
    for (answer, name) in [
        (&[0x30, 4, 0, 1, b't', 0][..], "PUBLISH"),
        (&[0x90, 4, 0, 1, 0, 0], "SUBACK"),
        (&[0x40, 2, 0, 1], "PUBACK"),
        (&[0xd0, 0], "PINGRESP"),
    ] {
        ends(BOTH, answer, 6, &[&format!("{name} before CONNACK")]);
    }
    ends(NEW, &[0xf0, 2, 0x18, 0], 4, &["the broker asks for enhanced authentication"]);
    ends(OLD, &[0xf0, 2], 6, &["a broker must not send AUTH"]);
}
