//! SUBACKs and messages: granted, refused, at every QoS, once and again.

use crate::support::{Conn, Properties, Publish, property};

use super::{BOTH, End, NEW, OLD, however_it_is_cut};

/// A run that prints this and is content.
fn printed(stdout: &str) -> End<'_> {
    End { status: 0, stdout, stderr: &[] }
}

#[test]
fn messages_around_suback() {
    however_it_is_cut(BOTH, "sub -t t -C 4 -v", printed("t early\nt \nt b\nu c\n"), |conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        conn.publish(&Publish::new("t", "early"));
        conn.suback(id, &[0]);
        for message in [Publish::new("t", ""), Publish::new("t", "b"), Publish::new("u", "c")] {
            conn.publish(&message);
        }
        conn.expect_goodbye();
    });
}

#[test]
fn messages_that_need_a_long_header() {
    for length in [127, 128, 16_383, 16_384, 100_000] {
        let payload = "x".repeat(length);
        let stdout = format!("{payload}\n");
        however_it_is_cut(BOTH, "sub -t t -C 1", printed(&stdout), move |conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("t", &payload).retain());
            conn.expect_goodbye();
        });
    }
}

#[test]
fn messages_before_the_end_of_the_connection() {
    let words = ["connection to", "lost: the broker closed the connection"];
    let end = End { status: 6, stdout: "one\ntwo\n", stderr: &words };
    however_it_is_cut(BOTH, "sub -t t --reconnect never", end, |conn| {
        conn.accept_subscriber();
        for text in ["one", "two"] {
            conn.publish(&Publish::new("t", text));
        }
        // A third, of which only the beginning comes.
        conn.send_raw(b"\x30\x09\0\x01t");
        conn.cut();
    });
}

/// Lets the subscriber in and sends messages 7 and 8, both of which come twice, at QoS 2.
fn send_twice(conn: &mut Conn) {
    conn.accept_subscriber();
    let (one, two) = (Publish::new("t", "one").qos(2, 7), Publish::new("t", "two").qos(2, 8));
    for message in [one.clone(), one.dup(), two.clone(), two.dup()] {
        conn.publish(&message);
    }
    for id in [7, 7, 8, 8] {
        assert_eq!(conn.expect_pubrec().id, id);
    }
}

#[test]
fn messages_at_qos_2_that_come_twice() {
    let line = "sub -t t -q 2 --idle 500ms";
    however_it_is_cut(BOTH, line, printed("one\ntwo\n"), |conn| {
        send_twice(conn);
        // One that it does not know is answered too, so that the broker can forget it.
        for id in [8, 9, 7] {
            conn.pubrel(id, 0);
        }
        for id in [8, 9, 7] {
            assert_eq!(conn.expect_pubcomp().id, id);
        }
        conn.expect_goodbye();
    });
}

/// mosquitto 2.0.11 does so with a long backlog.
#[test]
fn messages_at_qos_2_that_share_an_id() {
    however_it_is_cut(BOTH, "sub -t t -q 2 -C 2", printed("one\ntwo\n"), |conn| {
        conn.accept_subscriber();
        for text in ["one", "two"] {
            conn.publish(&Publish::new("t", text).qos(2, 7));
        }
        assert_eq!(conn.expect_pubrec().id, 7);
        assert_eq!(conn.expect_pubrec().id, 7);
        conn.expect_goodbye();
    });
}

#[test]
fn filters_that_are_refused() {
    for (versions, code) in [(BOTH, 0x80), (NEW, 0x87), (NEW, 0xa2)] {
        let code_words = format!("0x{code:02x}");
        let words = ["subscription to one refused", "subscription to two refused", &code_words];
        let end = End { status: 5, stdout: "", stderr: &words };
        however_it_is_cut(versions, "sub -t one -t two", end, move |conn| {
            conn.accept();
            let id = conn.expect_subscribe().id;
            conn.suback(id, &[code, code]);
            conn.expect_goodbye();
        });
    }
    let words = ["subscription to bad refused", "1 of 2 subscriptions refused"];
    let end = End { status: 5, stdout: "x\n", stderr: &words };
    however_it_is_cut(BOTH, "sub -t good -t bad -C 1", end, |conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        conn.suback(id, &[0, 0x80]);
        conn.publish(&Publish::new("good", "x"));
        conn.expect_goodbye();
    });
}

#[test]
fn less_quality_than_asked_for() {
    let words = ["mqtt: warning: t: the broker grants QoS 0 instead of 2"];
    let end = End { status: 0, stdout: "x\n", stderr: &words };
    however_it_is_cut(BOTH, "sub -t t -q 2 -C 1", end, |conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        conn.suback(id, &[0]);
        conn.publish(&Publish::new("t", "x"));
        conn.expect_goodbye();
    });
}

#[test]
fn subacks_that_do_not_fit() {
    for (versions, codes, words) in [
        (BOTH, &[][..], "SUBACK with 0 codes for 2 filters"),
        (BOTH, &[0], "SUBACK with 1 codes for 2 filters"),
        (BOTH, &[0, 0, 0], "SUBACK with 3 codes for 2 filters"),
        (BOTH, &[0, 3], "SUBACK with undefined code 0x03"),
        (OLD, &[0, 0x42], "SUBACK with undefined code 0x42"),
    ] {
        let words = [words];
        let end = End { status: 6, stdout: "", stderr: &words };
        however_it_is_cut(versions, "sub -t a -t b --reconnect never", end, move |conn| {
            conn.accept();
            let id = conn.expect_subscribe().id;
            conn.suback(id, codes);
            conn.expect_closed();
        });
    }
    let end = End { status: 6, stdout: "", stderr: &["which was not asked for"] };
    however_it_is_cut(BOTH, "sub -t a --reconnect never", end, |conn| {
        conn.accept();
        let id = conn.expect_subscribe().id;
        conn.suback(id + 1, &[0]);
        conn.expect_closed();
    });
}

#[test]
fn a_session_that_is_taken_over() {
    let words = ["session taken over by another client with id me", "hint: "];
    let end = End { status: 6, stdout: "x\n", stderr: &words };
    however_it_is_cut(NEW, "sub -t t -i me", end, |conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "x"));
        conn.disconnect(0x8e);
    });
}

#[test]
fn several_subscription_ids_and_other_properties() {
    however_it_is_cut(NEW, "sub -t t -C 1 -v", printed("t payload\n"), |conn| {
        conn.accept_subscriber();
        let properties = Properties::new()
            .varint(property::SUBSCRIPTION_ID, 1)
            .varint(property::SUBSCRIPTION_ID, 200)
            .text(property::CONTENT_TYPE, "text/plain")
            .varint(property::SUBSCRIPTION_ID, 70_000)
            .user("k", "v");
        conn.publish(&Publish::new("t", "payload").with(properties));
        conn.expect_goodbye();
    });
}

#[test]
fn aliases_stand_for_their_topics() {
    let line = "sub -t t -C 3 -v --topic-alias-maximum 2";
    however_it_is_cut(NEW, line, printed("one a\ntwo b\none c\n"), |conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("one", "a").alias(1));
        conn.publish(&Publish::new("two", "b").alias(2));
        conn.publish(&Publish::new("", "c").alias(1));
        conn.expect_goodbye();
    });
}

#[test]
fn pings_between_messages() {
    however_it_is_cut(BOTH, "sub -t t -C 2", printed("one\ntwo\n"), |conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "one"));
        // Answers to nothing, which prove nothing and harm nothing.
        for _ in 0..3 {
            conn.pingresp();
        }
        conn.publish(&Publish::new("t", "two"));
        conn.expect_goodbye();
    });
}
