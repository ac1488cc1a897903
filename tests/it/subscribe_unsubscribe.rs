//! `-U`: taking filters out of a session that lasts.

use crate::support::{Conn, Mosquitto, Mqtt, Peer, Publish, Signal};

fn subscribe(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("sub").line("-V 5 -c -i me").line(options)
}

/// Lets a client of a lasting session in, which is asked for when there is none yet.
#[track_caller]
fn accept_durable(conn: &mut Conn, session_present: bool) {
    let connect = conn.expect_connect();
    assert!(!connect.clean_start);
    conn.connack_with(session_present, 0, crate::support::Properties::new());
}

/// A client that subscribes to `t` and unsubscribes what it was told to; each packet is answered like this.
fn answering(codes: &'static [u8]) -> Peer {
    Peer::script(move |conn| {
        accept_durable(conn, true);
        conn.grant_subscribe();
        let unsubscribe = conn.expect_unsubscribe();
        conn.unsuback(unsubscribe.id, codes);
        conn.expect_goodbye();
    })
}

#[test]
fn filters_are_unsubscribed_in_one_packet_after_the_subscription() {
    for version in ["3.1.1", "5"] {
        let peer = Peer::script(|conn| {
            accept_durable(conn, false);
            let id = conn.expect_subscribe().id;
            conn.expect_nothing_for(std::time::Duration::from_millis(300));
            conn.suback(id, &[0]);
            assert_eq!(conn.grant_unsubscribe().filters, ["a/#", "b", "$share/g/c"]);
            conn.expect_goodbye();
        });
        subscribe(&peer, "-t t -E -U a/# -U b --unsubscribe $share/g/c -V").arg(version).run();
    }
}

#[test]
fn unsubscribing_alone_needs_no_subscription() {
    let peer = Peer::script(|conn| {
        accept_durable(conn, true);
        assert_eq!(conn.grant_unsubscribe().filters, ["a"]);
        conn.expect_goodbye();
    });
    subscribe(&peer, "-U a -E").run();
}

#[test]
fn what_the_session_still_has_is_printed_after_unsubscribing() {
    let peer = Peer::script(|conn| {
        accept_durable(conn, true);
        conn.grant_unsubscribe();
        conn.publish(&Publish::new("t", "queued").qos(1, 1));
        assert_eq!(conn.expect_puback().id, 1);
        conn.expect_goodbye();
    });
    subscribe(&peer, "-U a -C 1").stdout("queued\n").run();
}

#[test]
fn the_end_waits_for_the_answer() {
    let peer = Peer::script(|conn| {
        accept_durable(conn, true);
        conn.grant_subscribe();
        let id = conn.expect_unsubscribe().id;
        conn.expect_nothing_for(std::time::Duration::from_millis(500));
        conn.unsuback(id, &[0]);
        conn.expect_goodbye();
    });
    subscribe(&peer, "-t t -U a -E").run();
}

#[test]
fn a_filter_that_was_not_subscribed_is_no_failure() {
    subscribe(&answering(&[0x11, 0]), "-t t -U a -U b -E").run();
}

#[test]
fn a_refused_unsubscription_is_named_and_ends_it_with_5() {
    for code in [0x80, 0x83, 0x87] {
        let codes: &'static [u8] = match code {
            0x80 => &[0, 0x80],
            0x83 => &[0, 0x83],
            _ => &[0, 0x87],
        };
        subscribe(&answering(codes), "-t t -U good -U bad/# -E")
            .status(5)
            .stderr_line(&format!("*bad/#*0x{code:02x}*"))
            .stderr_lacks("good")
            .run();
    }
}

#[test]
fn messages_are_printed_although_an_unsubscription_was_refused() {
    let peer = Peer::script(|conn| {
        accept_durable(conn, true);
        conn.grant_subscribe();
        let id = conn.expect_unsubscribe().id;
        conn.unsuback(id, &[0x87]);
        conn.publish(&Publish::new("t", "x"));
        conn.expect_goodbye();
    });
    subscribe(&peer, "-t t -U bad -C 1").status(5).stdout("x\n").stderr_contains("bad").run();
}

#[test]
fn an_answer_that_never_comes_is_given_up() {
    let peer = Peer::script(|conn| {
        accept_durable(conn, true);
        conn.grant_subscribe();
        conn.expect_unsubscribe();
        conn.expect_closed();
    });
    subscribe(&peer, "-t t -U a -E --ack-timeout 500ms --reconnect never")
        .status(6)
        .stderr_contains(peer.address())
        .stderr_contains("UNSUBACK")
        .run();
}

#[test]
fn an_answer_with_the_wrong_number_of_codes_breaks_the_protocol() {
    for codes in [&[][..], &[0], &[0, 0, 0]] {
        let peer = Peer::script(move |conn| {
            accept_durable(conn, true);
            conn.grant_subscribe();
            let id = conn.expect_unsubscribe().id;
            conn.unsuback(id, codes);
            conn.expect_closed();
        });
        subscribe(&peer, "-t t -U a -U b -E --reconnect never")
            .status(6)
            .stderr_contains("UNSUBACK")
            .run();
    }
}

#[test]
fn unsubscribing_is_an_event() {
    let peer = answering(&[0, 0x11]);
    subscribe(&peer, "-t t -U a/# -U b -E --events -")
        .stderr_line(r#"*"event":"unsubscribe"*"filter":"a/#"*"#)
        .stderr_line(r#"*"event":"unsubscribe"*"filter":"b"*"#)
        .run();
}

#[test]
fn what_was_answered_is_not_asked_again_after_a_reconnect() {
    let peer = Peer::script(|conn| {
        accept_durable(conn, true);
        conn.grant_subscribe();
        conn.grant_unsubscribe();
        conn.publish(&Publish::new("t", "before"));
        conn.cut();
    })
    .then(|conn| {
        conn.resume();
        conn.publish(&Publish::new("t", "after"));
        conn.expect_goodbye();
    });
    subscribe(&peer, "-t t -U a -C 2").stdout("before\nafter\n").stderr_anything().run();
}

#[test]
fn what_was_not_answered_is_asked_again_after_a_reconnect() {
    let peer = Peer::script(|conn| {
        accept_durable(conn, true);
        conn.grant_subscribe();
        conn.expect_unsubscribe();
        conn.cut();
    })
    .then(|conn| {
        conn.resume();
        assert_eq!(conn.grant_unsubscribe().filters, ["a"]);
        conn.expect_goodbye();
    });
    subscribe(&peer, "-t t -U a -E").stderr_anything().run();
}

#[test]
fn unsubscribing_needs_a_session_that_lasts() {
    let peer = Peer::untouched();
    for options in ["-t t -U a", "-U a", "-t t -i me -U a"] {
        let run = peer.mqtt("sub").line(options).status(2);
        run.stderr_contains("--no-clean-start").run();
    }
    for filter in ["a/#/b", "", "$share//x"] {
        let run = subscribe(&peer, "-t t").args(["-U", filter]).status(2);
        run.stderr_contains("filter").stderr_contains(filter).run();
    }
}

#[test]
fn a_real_session_forgets_what_is_unsubscribed() {
    for version in ["3.1.1", "5"] {
        let broker = Mosquitto::start();
        let session = || broker.mqtt("sub").line("-c -i me -q 1 -V").arg(version);
        session().line("-t a -t b -E").run();
        session().line("-U a -E").run();
        for topic in ["a", "b"] {
            broker.mqtt("pub").args(["-q", "1", "-t", topic, "-m", topic]).run();
        }
        let run = session().line("-t c --events -").status(143).stdout("b\nc\n");
        let mut running = run.stderr_anything().spawn();
        running.wait_for_stderr_line("\"event\":\"subscribe\"");
        assert_eq!(running.read_line(), "b");
        broker.mqtt("pub").line("-q 1 -t c -m c").run();
        assert_eq!(running.read_line(), "c");
        running.signal(Signal::Terminate);
        running.wait();
    }
}
