//! Publishing to a broker that refuses, forgets, limits or lies; and being interrupted.

use std::time::Duration;

use crate::support::{
    Conn, Level, Mosquitto, Mqtt, Packet, Peer, Properties, Publish, Running, Signal, property,
};

/// `mqtt pub` of one message over MQTT 5.
fn publish(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("pub").line("-V 5 -t t -m x").line(options)
}

/// The versions for what both can say.
const VERSIONS: [&str; 2] = ["3.1.1", "5"];

/// `mqtt pub -l` of these lines at QoS 1 over MQTT 5.
fn publish_lines(peer: &Peer, lines: &str) -> Mqtt {
    peer.mqtt("pub").line("-V 5 -t t -l -q 1").stdin(lines)
}

/// Lets the client in and takes its first message at QoS 1 or 2; the identifier.
fn take_first(conn: &mut Conn) -> u16 {
    conn.accept();
    conn.expect_publish().id.expect("an identifier")
}

#[test]
fn a_refusing_puback_is_a_refusal_with_its_reason() {
    for (code, text) in [(0x87, "not authorized"), (0x97, "quota exceeded")] {
        let peer = Peer::script(move |conn| {
            let id = take_first(conn);
            conn.puback(id, code);
            conn.expect_goodbye();
        });
        publish(&peer, "-q 1")
            .status(5)
            .stderr_contains("1 refused")
            .stderr_contains(format!("0x{code:02x}"))
            .stderr_contains(text)
            .run();
    }
}

#[test]
fn a_refusing_pubrec_ends_the_exchange() {
    let peer = Peer::script(|conn| {
        let id = take_first(conn);
        conn.pubrec(id, 0x87);
        conn.expect_goodbye();
    });
    publish(&peer, "-q 2").status(5).stderr_contains("1 refused").stderr_contains("0x87").run();
}

#[test]
fn a_refusing_pubrec_frees_its_slot() {
    let peer = Peer::script(|conn| {
        conn.accept_with(Properties::new().two(property::RECEIVE_MAXIMUM, 1));
        for code in [0x87, 0x87] {
            let id = conn.expect_publish().id.expect("an identifier");
            conn.pubrec(id, code);
        }
        conn.expect_goodbye();
    });
    peer.mqtt("pub")
        .line("-V 5 -t t -l -q 2")
        .stdin("one\ntwo\n")
        .status(5)
        .stderr_contains("2 refused")
        .run();
}

#[test]
fn a_refused_line_does_not_stop_the_others() {
    let peer = Peer::script(|conn| {
        conn.accept();
        for _ in 0..3 {
            let publish = conn.expect_publish();
            let code = if publish.text() == "two" { 0x87 } else { 0 };
            conn.puback(publish.id.expect("an identifier"), code);
        }
        conn.expect_goodbye();
    });
    publish_lines(&peer, "one\ntwo\nthree\n")
        .status(5)
        .stderr_contains("2 delivered, 1 refused")
        .stderr_contains("0x87")
        .run();
}

#[test]
fn no_subscribers_is_no_failure() {
    let peer = Peer::script(|conn| {
        let id = take_first(conn);
        conn.puback(id, 0x10);
        conn.expect_goodbye();
    });
    publish(&peer, "-q 1").run();
}

/// Runs `mqtt pub` into silence: the message stays unconfirmed, in either version.
#[track_caller]
fn stays_unconfirmed(options: &str, script: fn(&mut Conn)) {
    for version in VERSIONS {
        let peer = Peer::script(script);
        publish(&peer, options)
            .args(["--ack-timeout", "500ms", "--reconnect", "never", "-V", version])
            .status(6)
            .stderr_contains(peer.address())
            .stderr_contains("1 unconfirmed")
            .run();
    }
}

#[test]
fn puback_never_comes() {
    stays_unconfirmed("-q 1", |conn| {
        take_first(conn);
        conn.expect_closed();
    });
}

#[test]
fn pubrec_never_comes() {
    stays_unconfirmed("-q 2", |conn| {
        take_first(conn);
        conn.expect_closed();
    });
}

#[test]
fn pubcomp_never_comes() {
    stays_unconfirmed("-q 2", |conn| {
        let id = take_first(conn);
        conn.pubrec(id, 0);
        conn.expect_pubrel();
        conn.expect_closed();
    });
}

#[test]
fn a_puback_for_another_id_confirms_nothing() {
    stays_unconfirmed("-q 1", |conn| {
        let id = take_first(conn);
        conn.puback(id + 1, 0);
        conn.expect_closed();
    });
}

#[test]
fn a_puback_for_id_0_is_a_protocol_error() {
    let peer = Peer::script(|conn| {
        take_first(conn);
        conn.send_raw(&[0x40, 2, 0, 0]);
        conn.expect_closed();
    });
    publish(&peer, "-q 1 --reconnect never").status(6).stderr_contains("1 unconfirmed").run();
}

#[test]
fn an_ack_that_comes_twice_does_no_harm() {
    let peer = Peer::script(|conn| {
        let id = take_first(conn);
        let [high, low] = id.to_be_bytes();
        conn.send_raw(&[0x40, 2, high, low, 0x40, 2, high, low]);
        conn.expect_goodbye();
    });
    publish(&peer, "-q 1").run();
}

#[test]
fn a_pubrec_that_comes_twice_does_no_harm() {
    let peer = Peer::script(|conn| {
        let id = take_first(conn);
        let [high, low] = id.to_be_bytes();
        conn.send_raw(&[0x50, 2, high, low, 0x50, 2, high, low]);
        assert_eq!(conn.expect_pubrel().id, id);
        assert_eq!(conn.expect_pubrel().id, id);
        conn.pubcomp(id, 0);
        conn.expect_goodbye();
    });
    publish(&peer, "-q 2").run();
}

/// A broker that announces a limit and must get no message at all.
fn limiting(properties: Properties) -> Peer {
    Peer::script(move |conn| {
        conn.accept_with(properties);
        conn.expect_goodbye();
    })
}

#[test]
fn maximum_qos_is_checked_before_sending() {
    for (maximum, qos) in [(0, "1"), (0, "2"), (1, "2")] {
        let peer = limiting(Properties::new().byte(property::MAXIMUM_QOS, maximum));
        publish(&peer, "-q")
            .arg(qos)
            .status(5)
            .stderr_contains("QoS")
            .stderr_contains("1 refused")
            .run();
    }
}

#[test]
fn retain_available_is_checked_before_sending() {
    let peer = limiting(Properties::new().byte(property::RETAIN_AVAILABLE, 0));
    publish(&peer, "-r").status(5).stderr_contains("retain").stderr_contains("1 refused").run();
}

#[test]
fn maximum_packet_size_is_checked_before_sending() {
    let peer = limiting(Properties::new().four(property::MAXIMUM_PACKET_SIZE, 64));
    let payload = "x".repeat(500);
    let packet = Publish::new("t", &payload).encode(Level::V5);
    peer.mqtt("pub")
        .args(["-V", "5", "-t", "t", "-m", &payload])
        .status(5)
        .stderr_contains("maximum packet size")
        .stderr_contains("64")
        .stderr_contains(packet.len().to_string())
        .stderr_contains("1 refused")
        .run();
}

#[test]
fn a_limit_stops_only_the_messages_over_it() {
    let peer = Peer::script(|conn| {
        conn.accept_with(Properties::new().four(property::MAXIMUM_PACKET_SIZE, 64));
        for text in ["short", "also short"] {
            let publish = conn.expect_publish();
            assert_eq!(publish.text(), text);
            conn.puback(publish.id.expect("an identifier"), 0);
        }
        conn.expect_goodbye();
    });
    let lines = format!("short\n{}\nalso short\n", "x".repeat(500));
    publish_lines(&peer, &lines).status(5).stderr_contains("2 delivered, 1 refused").run();
}

#[test]
fn receive_maximum_is_never_exceeded() {
    let peer = Peer::script(|conn| {
        conn.accept_with(Properties::new().two(property::RECEIVE_MAXIMUM, 1));
        for _ in 0..5 {
            let id = conn.expect_publish().id.expect("an identifier");
            conn.expect_nothing_for(Duration::from_millis(50));
            conn.puback(id, 0);
        }
        conn.expect_goodbye();
    });
    publish_lines(&peer, "1\n2\n3\n4\n5\n").run();
}

#[test]
fn receive_maximum_counts_until_pubcomp() {
    let peer = Peer::script(|conn| {
        conn.accept_with(Properties::new().two(property::RECEIVE_MAXIMUM, 1));
        for _ in 0..3 {
            let id = conn.expect_publish().id.expect("an identifier");
            conn.pubrec(id, 0);
            assert_eq!(conn.expect_pubrel().id, id);
            conn.expect_nothing_for(Duration::from_millis(50));
            conn.pubcomp(id, 0);
        }
        conn.expect_goodbye();
    });
    peer.mqtt("pub").line("-V 5 -t t -l -q 2").stdin("1\n2\n3\n").run();
}

#[test]
fn a_real_broker_that_takes_no_large_messages_is_believed() {
    let broker = Mosquitto::options().line("message_size_limit 100").start();
    let lines = format!("short\n{}\nalso short\n", "x".repeat(500));
    for qos in ["1", "2"] {
        let run = broker.mqtt("pub").args(["-V", "5", "-t", "t", "-l", "-q", qos]).stdin(&lines);
        run.status(5)
            .stderr_contains("message 2 refused: 0x95 Packet too large")
            .stderr_contains("2 delivered, 1 refused (0x95 Packet too large)")
            .run();
    }
}

#[test]
fn a_disconnect_over_quota_is_a_refusal_in_every_encoding() {
    let encodings: [&[u8]; 3] =
        [&[0xe0, 1, 0x97], &[0xe0, 2, 0x97, 0], &[0xe0, 6, 0x97, 4, 0x1f, 0, 1, b'q']];
    for encoding in encodings {
        let peer = Peer::script(move |conn| {
            take_first(conn);
            conn.send_raw(encoding);
        });
        publish(&peer, "-q 1")
            .status(5)
            .stderr_contains("quota exceeded")
            .stderr_contains("0x97")
            .run();
    }
}

/// `mqtt pub -l` whose one line so far has arrived (at QoS 1: without acknowledgement) while its input stays open.
fn publishing_open_input(peer: &Peer, qos: &str, status: i32) -> Running {
    let mut running = peer
        .mqtt("pub")
        .args(["-V", "5", "-t", "t", "-l", "-q", qos])
        .stdin_open()
        .status(status)
        .stderr_anything()
        .spawn();
    running.write_stdin("one\n");
    peer.wait_for("published");
    running
}

/// Takes one message, says so, and expects an orderly leave.
fn take_one_and_goodbye(conn: &mut Conn) {
    conn.accept();
    conn.expect_publish();
    conn.reached("published");
    conn.expect_goodbye();
}

#[test]
fn interrupted_with_a_message_unconfirmed() {
    for version in VERSIONS {
        let peer = Peer::script(take_one_and_goodbye);
        let publish = publish(&peer, "-q 1 -V").arg(version);
        let running = publish.status(130).stderr_line("*1 *unconfirmed*").spawn();
        peer.wait_for("published");
        running.signal(Signal::Interrupt);
        running.wait();
    }
}

#[test]
fn interrupted_while_stdin_stays_open() {
    for (signal, status) in [(Signal::Interrupt, 130), (Signal::Terminate, 143)] {
        let peer = Peer::script(take_one_and_goodbye);
        let running = publishing_open_input(&peer, "0", status);
        running.signal(signal);
        running.wait();
    }
}

#[test]
fn a_line_is_sent_when_it_is_there_and_not_when_the_input_ends() {
    let peer = Peer::script(take_one_and_goodbye);
    let mut running = publishing_open_input(&peer, "0", 0);
    running.close_stdin();
    running.wait();
}

/// `mqtt pub` of more than the kernel buffers, to a broker that has stopped reading.
fn publish_into_a_wall(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("pub").line("-V 5 -t t -s").line(options).stdin(vec![b'x'; 32 << 20])
}

fn stop_reading(conn: &mut Conn) {
    conn.accept();
    conn.reached("connected");
    conn.stall();
}

#[test]
fn a_broker_that_stops_reading_is_given_up() {
    for version in VERSIONS {
        let peer = Peer::script(stop_reading);
        publish_into_a_wall(&peer, "--ack-timeout 1s --reconnect never -V")
            .arg(version)
            .status(6)
            .stderr_contains(peer.address())
            .run();
    }
}

#[test]
fn interrupted_while_the_broker_does_not_read() {
    let peer = Peer::script(stop_reading);
    let running = publish_into_a_wall(&peer, "").status(130).stderr_anything().spawn();
    peer.wait_for("connected");
    running.signal(Signal::Interrupt);
    running.wait();
}

#[test]
fn pings_and_their_answers_are_no_progress_on_an_acknowledgement() {
    let peer = Peer::script(|conn| {
        take_first(conn);
        conn.serve();
    });
    publish(&peer, "-q 1 -k 1 --ack-timeout 2500ms --reconnect never")
        .status(6)
        .stderr_contains("no acknowledgement")
        .stderr_contains("1 unconfirmed")
        .run();
}

#[test]
fn a_pubrec_again_and_again_is_no_progress_on_an_acknowledgement() {
    for code in [0, 0x87] {
        let peer = Peer::script(move |conn| {
            let id = take_first(conn);
            conn.pubrec(id, 0);
            assert_eq!(conn.expect_pubrel().id, id);
            loop {
                conn.pubrec(id, code);
                if code == 0 {
                    match conn.expect_any("PUBREL or DISCONNECT") {
                        Packet::PubRel(pubrel) => assert_eq!(pubrel.id, id),
                        _ => break,
                    }
                    conn.stall_for(Duration::from_millis(200));
                } else {
                    // No PUBREL: the first that comes is DISCONNECT.
                    conn.until_it_speaks(Duration::from_millis(200), |conn| conn.pubrec(id, code));
                    conn.expect_disconnect(0);
                    break;
                }
            }
        });
        publish(&peer, "-q 2 --ack-timeout 1s --reconnect never")
            .status(6)
            .stderr_contains("no acknowledgement")
            .stderr_contains("1 unconfirmed")
            .run();
    }
}

#[test]
fn what_was_read_and_never_sent_does_not_hide_why() {
    let peer = Peer::script(|conn| {
        conn.expect_connect();
        conn.connack(0x87);
        conn.expect_closed();
    });
    let publish = peer.mqtt("pub").line("-V 5 -t t -s").stdin("x");
    publish.status(4).stderr_contains("not authorized").stderr_contains("1 not sent").run();
}

#[test]
fn a_message_at_qos_0_that_the_broker_did_not_read_before_it_closed_may_be_missing() {
    // Whether the end of the stream or the reset comes first is a matter of chance.
    for _ in 0..20 {
        let peer = Peer::script(|conn| {
            conn.accept();
        });
        peer.mqtt("pub")
            .line("-t t -m x --reconnect never")
            .status(6)
            .stderr_contains("lost: ")
            .stderr_contains("0 delivered, 0 refused, ")
            .run();
    }
}
