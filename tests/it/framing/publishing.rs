//! Acknowledgements: those that are due, those that say no, and those that nobody is waiting for.

use crate::support::Conn;

use super::{BOTH, End, NEW, however_it_is_cut};

/// Lets the client in and takes its message; the two bytes of its identifier.
fn take(conn: &mut Conn) -> [u8; 2] {
    conn.accept();
    conn.expect_publish().id.expect("an identifier").to_be_bytes()
}

/// `mqtt pub` of one message that is refused in these words.
const fn refused<'a>(words: &'a [&'a str]) -> End<'a> {
    End { status: 5, stdout: "", stderr: words }
}

#[test]
fn acknowledgements_that_are_due() {
    however_it_is_cut(BOTH, "pub -t t -m x -q 1", End::WELL, |conn| {
        let [high, low] = take(conn);
        conn.send_raw(&[0x40, 2, high, low]);
        conn.expect_goodbye();
    });
    however_it_is_cut(BOTH, "pub -t t -m x -q 2", End::WELL, |conn| {
        let [high, low] = take(conn);
        conn.send_raw(&[0x50, 2, high, low]);
        conn.expect_pubrel();
        conn.send_raw(&[0x70, 2, high, low]);
        conn.expect_goodbye();
    });
}

#[test]
fn acknowledgements_with_a_reason_and_words() {
    for (code, words) in [(0x00, ""), (0x10, "nobody listens")] {
        however_it_is_cut(NEW, "pub -t t -m x -q 1", End::WELL, move |conn| {
            let id = u16::from_be_bytes(take(conn));
            conn.puback_saying(id, code, words);
            conn.expect_goodbye();
        });
    }
    let words = ["0x87 Not authorized: no \\x1b[31mentry", "1 refused"];
    however_it_is_cut(NEW, "pub -t t -m x -q 1", refused(&words), |conn| {
        let id = u16::from_be_bytes(take(conn));
        conn.puback_saying(id, 0x87, "no \u{1b}[31mentry");
        conn.expect_goodbye();
    });
}

#[test]
fn a_refusing_pubrec_needs_no_pubrel() {
    however_it_is_cut(NEW, "pub -t t -m x -q 2", refused(&["0x97", "1 refused"]), |conn| {
        let [high, low] = take(conn);
        conn.send_raw(&[0x50, 3, high, low, 0x97]);
        conn.expect_goodbye();
    });
}

#[test]
fn a_disconnect_that_turns_the_message_down() {
    let encodings: [&[u8]; 3] =
        [&[0xe0, 1, 0x97], &[0xe0, 2, 0x97, 0], &[0xe0, 6, 0x97, 4, 0x1f, 0, 1, b'q']];
    for encoding in encodings {
        let end = refused(&["0x97 Quota exceeded", "1 refused"]);
        however_it_is_cut(NEW, "pub -t t -m x -q 1", end, move |conn| {
            take(conn);
            conn.send_raw(encoding);
        });
    }
}

#[test]
fn acknowledgements_that_come_twice() {
    however_it_is_cut(BOTH, "pub -t t -m x -q 1", End::WELL, |conn| {
        let [high, low] = take(conn);
        let _ = conn.try_send_raw(&[0x40, 2, high, low, 0x40, 2, high, low]);
        conn.expect_goodbye();
    });
    however_it_is_cut(BOTH, "pub -t t -m x -q 2", End::WELL, |conn| {
        let [high, low] = take(conn);
        conn.send_raw(&[0x50, 2, high, low, 0x50, 2, high, low]);
        conn.expect_pubrel();
        conn.expect_pubrel();
        conn.send_raw(&[0x70, 2, high, low]);
        conn.expect_goodbye();
    });
}

#[test]
fn acknowledgements_nobody_waits_for() {
    however_it_is_cut(BOTH, "pub -t t -m x -q 1", End::WELL, |conn| {
        let [high, low] = take(conn);
        conn.send_raw(&[0x40, 2, 0x77, 1, 0x70, 2, 0x77, 2, 0x50, 2, 0x77, 3]);
        // So that the broker can forget it.
        assert_eq!(conn.expect_pubrel().id, 0x7703);
        conn.send_raw(&[0x40, 2, high, low]);
        conn.expect_goodbye();
    });
    let words = ["no acknowledgement", "1 unconfirmed"];
    let end = End { status: 6, stdout: "", stderr: &words };
    however_it_is_cut(
        BOTH,
        "pub -t t -m x -q 1 --ack-timeout 300ms --reconnect never",
        end,
        |conn| {
            let [high, low] = take(conn);
            conn.send_raw(&[0x40, 2, high ^ 0x70, low]);
            conn.expect_goodbye();
        },
    );
}

#[test]
fn acknowledgements_of_the_wrong_kind() {
    for (qos, first, name) in [(1, 0x50, "PUBREC"), (1, 0x70, "PUBCOMP"), (2, 0x70, "PUBCOMP")] {
        let words = [name, "which does not wait for it", "1 unconfirmed"];
        let end = End { status: 6, stdout: "", stderr: &words };
        let line = format!("pub -t t -m x -q {qos} --reconnect never");
        however_it_is_cut(BOTH, &line, end, move |conn| {
            let [high, low] = take(conn);
            conn.send_raw(&[first, 2, high, low]);
            conn.expect_closed();
        });
    }
}
