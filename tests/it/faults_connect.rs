//! Reaching the broker: everything that can go wrong between the name and CONNACK.

use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Conn, Level, Mqtt, Peer, Properties, Signal, free_port, property};

/// Far less than the waits that a test rules out (10 s for a connection, 30 s for an acknowledgement).
const AT_ONCE: Duration = Duration::from_secs(5);

/// The versions for what both can say.
const VERSIONS: [&str; 2] = ["3.1.1", "5"];

/// The beginning of CONNACK in MQTT 5: success, no properties.
const CONNACK_V5: [u8; 5] = [0x20, 3, 0, 0, 0];

/// `mqtt pub` of one message at QoS 0.
fn publish(peer: &Peer) -> Mqtt {
    peer.mqtt("pub").line("-t t -m x")
}

/// `mqtt pub` that must end with this status and name the broker. The version is fixed: nothing is tried twice.
fn fails(peer: &Peer, version: &str, status: i32) -> Mqtt {
    publish(peer).args(["-V", version]).status(status).stderr_contains(peer.address())
}

/// Answers CONNECT with these bytes and waits for the client to leave.
fn answering(answer: &[u8]) -> Peer {
    let answer = answer.to_vec();
    Peer::script(move |conn| {
        conn.expect_connect();
        conn.send_raw(&answer);
        conn.expect_closed();
    })
}

/// Takes one message at QoS 0 and the client's leave.
fn take_one_message(conn: &mut Conn) {
    conn.accept();
    assert_eq!(conn.expect_publish().text(), "x");
    conn.expect_goodbye();
}

#[track_caller]
fn assert_at_once(run: impl FnOnce()) {
    let start = Instant::now();
    run();
    let elapsed = start.elapsed();
    assert!(elapsed < AT_ONCE, "took {elapsed:?}");
}

#[test]
fn nothing_listens() {
    let port = free_port();
    for command in ["pub -m x -t t", "sub -t t"] {
        let (command, args) = command.split_once(' ').unwrap();
        Mqtt::at(command, port)
            .line(args)
            .status(3)
            .stderr_contains(format!("127.0.0.1:{port}"))
            .stderr_contains("refused")
            .run();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_network_that_drops_everything_ends_at_the_connect_timeout() {
    // Linux answers no SYN while nobody accepts the connections that are waiting.
    let listener =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let waiting = TcpStream::connect(address).unwrap();
    for command in ["pub -m x -t t", "sub -t t"] {
        let (command, args) = command.split_once(' ').unwrap();
        let stderr = format!("mqtt: cannot connect to mqtt://{address}: no connection within 1s\n");
        let run = Mqtt::at(command, address.port()).line(args).line("--connect-timeout 1s");
        assert_at_once(|| drop(run.status(3).stderr(&stderr).run()));
    }
    drop(waiting);
}

#[test]
fn no_connack_ends_at_the_connect_timeout() {
    for line in
        ["pub -m x -t t -V 3.1.1", "pub -m x -t t -V 5", "sub -t t -V 3.1.1", "sub -t t -V 5"]
    {
        let peer = Peer::script(|conn| {
            conn.expect_connect();
            conn.expect_closed();
        });
        let (command, args) = line.split_once(' ').unwrap();
        peer.mqtt(command)
            .line(args)
            .line("--connect-timeout 500ms")
            .status(3)
            .stderr_contains(peer.address())
            .stderr_contains("CONNACK")
            .stderr_contains("500ms")
            .run();
    }
}

#[test]
fn the_whole_deadline_runs_out_before_connack() {
    for version in VERSIONS {
        let peer = answering(&[]);
        fails(&peer, version, 27).line("-W 500ms").run();
    }
}

#[test]
fn interrupted_before_connack() {
    let peer = Peer::script(|conn| {
        conn.expect_connect();
        conn.reached("connect");
        conn.expect_closed();
    });
    let running = publish(&peer).status(130).stderr_anything().spawn();
    peer.wait_for("connect");
    assert_at_once(|| {
        running.signal(Signal::Interrupt);
        running.wait();
    });
}

#[test]
fn closed_on_accept() {
    for version in VERSIONS {
        let peer = Peer::script(Conn::cut);
        fails(&peer, version, 3).run();
    }
}

#[test]
fn reset_on_accept() {
    for version in VERSIONS {
        let peer = Peer::script(Conn::reset);
        fails(&peer, version, 3).run();
    }
}

#[test]
fn closed_after_connect() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| drop(conn.expect_connect()));
        fails(&peer, version, 3).run();
    }
}

#[test]
fn reset_after_connect() {
    for version in VERSIONS {
        let peer = Peer::script(|conn| {
            conn.expect_connect();
            conn.reset();
        });
        fails(&peer, version, 3).run();
    }
}

#[test]
fn a_subscriber_does_not_retry_its_first_connection_either() {
    let peer = Peer::script(|conn| drop(conn.expect_connect()));
    peer.mqtt("sub").line("-V 5 -t t").status(3).stderr_contains(peer.address()).run();
}

#[test]
fn the_first_connection_is_retried_when_asked() {
    let peer = Peer::script(|conn| drop(conn.expect_connect())).then(take_one_message);
    publish(&peer).line("-V 5 --reconnect always").stderr_anything().run();
}

#[test]
fn refused_in_words_and_number_by_a_3_1_1_broker() {
    let reasons = [
        (1, "protocol version"),
        (2, "identifier"),
        (3, "unavailable"),
        (4, "user name or password"),
        (5, "not authorized"),
    ];
    for (code, text) in reasons {
        let peer = answering(&[0x20, 2, 0, code]);
        fails(&peer, "3.1.1", 4)
            .stderr_contains(text)
            .stderr_contains(format!("0x{code:02x}"))
            .run();
    }
}

#[test]
fn refused_in_words_and_number_by_an_mqtt_5_broker() {
    let reasons = [
        (0x80, "unspecified error"),
        (0x84, "protocol version"),
        (0x85, "client identifier"),
        (0x86, "user name or password"),
        (0x87, "not authorized"),
        (0x88, "unavailable"),
        (0x8a, "banned"),
        (0x97, "quota exceeded"),
        (0x9f, "connection rate"),
    ];
    for (code, text) in reasons {
        let peer = answering(&[0x20, 3, 0, code, 0]);
        fails(&peer, "5", 4).stderr_contains(text).stderr_contains(format!("0x{code:02x}")).run();
    }
}

#[test]
fn a_reason_string_is_shown_but_cannot_drive_the_terminal() {
    let peer = Peer::script(|conn| {
        conn.refuse(0x87, "no \u{1b}[31mred\nmqtt: forged \u{202e}line");
        conn.expect_closed();
    });
    fails(&peer, "5", 4)
        .stderr_contains(r"no \x1b[31mred\nmqtt: forged")
        .stderr_lacks("\u{202e}")
        .run();
}

#[test]
fn a_server_reference_is_shown_but_not_followed() {
    let elsewhere = Peer::untouched();
    for code in [0x9c, 0x9d] {
        let reference = elsewhere.address();
        let peer = Peer::script(move |conn| {
            conn.expect_connect();
            let properties = Properties::new().text(property::SERVER_REFERENCE, reference);
            conn.connack_with(false, code, properties);
            conn.expect_closed();
        });
        fails(&peer, "5", 4)
            .stderr_contains(elsewhere.address())
            .stderr_contains(format!("0x{code:02x}"))
            .run();
    }
}

#[test]
fn a_refusal_ends_at_once_though_the_socket_stays_open() {
    for (version, code) in [("3.1.1", 5), ("5", 0x87)] {
        let peer = Peer::script(move |conn| {
            conn.expect_connect();
            conn.connack(code);
            conn.stall();
        });
        assert_at_once(|| drop(fails(&peer, version, 4).run()));
    }
}

#[test]
fn an_undefined_code_is_shown_in_hex() {
    let old = answering(&[0x20, 2, 0, 77]);
    fails(&old, "3.1.1", 4).stderr_contains("0x4d").run();
    let new = answering(&[0x20, 3, 0, 0x42, 0]);
    fails(&new, "5", 4).stderr_contains("0x42").run();
}

#[test]
fn a_broker_without_version_5_gets_a_hint_where_5_was_demanded() {
    let peer = Peer::script(|conn| {
        conn.expect_connect();
        conn.connack_311(1);
        conn.expect_closed();
    });
    fails(&peer, "5", 4).stderr_contains("hint:").stderr_contains("3.1.1").run();
}

/// Refuses version 5 in one of the ways brokers have, then takes a message over 3.1.1.
fn refusing_version_5(refuse: impl FnOnce(&mut Conn) + Send + 'static) -> Peer {
    Peer::script(move |conn| {
        assert_eq!(conn.expect_connect().level, Level::V5);
        refuse(conn);
    })
    .then(take_one_message)
}

#[test]
fn auto_falls_back_to_3_1_1() {
    let refusals: [fn(&mut Conn); 3] =
        [|conn| conn.connack_311(1), |conn| conn.connack(0x84), Conn::cut];
    for refuse in refusals {
        let peer = refusing_version_5(refuse);
        publish(&peer).stderr_anything().run();
        let levels = peer.finish().connects.into_iter().map(|it| it.level);
        assert_eq!(levels.collect::<Vec<_>>(), [Level::V5, Level::V311]);
    }
}

#[test]
fn auto_tries_once_more_and_no_third_time() {
    let refuse = |conn: &mut Conn| {
        conn.expect_connect();
        conn.connack_311(1);
    };
    let peer = Peer::script(refuse).then(refuse);
    publish(&peer)
        .status(4)
        .stderr_contains(peer.address())
        .stderr_contains("protocol version")
        .run();
}

#[test]
fn auto_does_not_try_again_after_any_other_refusal() {
    let peer = answering(&[0x20, 3, 0, 0x87, 0]);
    publish(&peer).status(4).stderr_contains("0x87").run();
}

#[test]
fn a_web_server_is_no_mqtt_broker() {
    let peer = answering(b"HTTP/1.1 400 Bad Request\r\nConnection: keep-alive\r\n\r\n");
    assert_at_once(|| {
        fails(&peer, "5", 3)
            .stderr_contains("not an MQTT broker")
            .stderr_contains("HTTP/1.1 4")
            .run();
    });
}

#[test]
fn an_ssh_server_is_no_mqtt_broker() {
    let peer = Peer::script(|conn| {
        conn.send_raw(b"SSH-2.0-OpenSSH_9.9\r\n");
        conn.stall();
    });
    assert_at_once(|| {
        fails(&peer, "5", 3).stderr_contains("not an MQTT broker").stderr_contains("SSH-2.0").run();
    });
}

#[test]
fn a_tls_alert_leads_to_mqtts() {
    let peer = answering(&[0x15, 3, 1, 0, 2, 2, 0x46]);
    fails(&peer, "5", 3).stderr_contains("TLS alert").stderr_contains("mqtts://").run();
}

#[test]
fn noise_is_no_mqtt_broker() {
    for noise in [[0x00; 64], [0xff; 64]] {
        let peer = answering(&noise);
        fails(&peer, "5", 3).stderr_contains("not an MQTT broker").run();
    }
}

#[test]
fn connack_is_cut_short_by_a_close() {
    for length in [1, 3] {
        let peer = Peer::script(move |conn| {
            conn.expect_connect();
            conn.send_raw(&CONNACK_V5[..length]);
        });
        fails(&peer, "5", 3).run();
    }
}

#[test]
fn connack_is_cut_short_and_the_socket_stays_open() {
    for length in [1, 3] {
        let peer = answering(&CONNACK_V5[..length]);
        fails(&peer, "5", 3).line("--connect-timeout 500ms").run();
    }
}

#[test]
fn connack_may_come_byte_by_byte() {
    let peer = Peer::script(|conn| {
        conn.expect_connect();
        for byte in CONNACK_V5 {
            conn.send_bytewise(&[byte]);
            thread::sleep(Duration::from_millis(5));
        }
        conn.expect_publish();
        conn.expect_goodbye();
    });
    publish(&peer).run();
}

#[test]
fn a_connack_of_256_mib_is_refused_at_its_header() {
    let peer = answering(&[0x20, 0xff, 0xff, 0xff, 0x7f]);
    assert_at_once(|| drop(fails(&peer, "5", 3).run()));
}

#[test]
fn a_remaining_length_of_five_bytes_is_malformed() {
    let peer = answering(&[0x20, 0xff, 0xff, 0xff, 0xff, 1]);
    fails(&peer, "5", 6).stderr_contains("malformed").run();
}

#[test]
fn another_packet_where_connack_is_due() {
    let publish: &[u8] = &[0x30, 5, 0, 1, b't', 0, b'x'];
    let suback: &[u8] = &[0x90, 4, 0, 1, 0, 0];
    let puback: &[u8] = &[0x40, 2, 0, 1];
    let pingresp: &[u8] = &[0xd0, 0];
    for packet in [publish, suback, puback, pingresp] {
        let peer = answering(packet);
        fails(&peer, "5", 6).stderr_contains("CONNACK").run();
    }
}

#[test]
fn a_second_connack_is_a_protocol_error() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.expect_publish();
        conn.connack(0);
        conn.expect_closed();
    });
    fails(&peer, "5", 6).line("-q 1 --reconnect never").stderr_contains("CONNACK").run();
}

#[test]
fn a_session_where_none_was_asked_for_is_a_protocol_error() {
    for (version, connack) in [("5", &[0x20, 3, 1, 0, 0][..]), ("3.1.1", &[0x20, 2, 1, 0])] {
        let peer = answering(connack);
        fails(&peer, version, 6).stderr_contains("session").run();
    }
}

#[test]
fn reserved_connack_flags_are_a_protocol_error() {
    for (version, connack) in [("5", &[0x20, 3, 2, 0, 0][..]), ("3.1.1", &[0x20, 2, 2, 0])] {
        let peer = answering(connack);
        fails(&peer, version, 6).run();
    }
}

#[test]
fn enhanced_authentication_is_refused_in_so_many_words() {
    let peer = answering(&[0xf0, 2, 0x18, 0]);
    fails(&peer, "5", 4).stderr_contains("the broker asks for enhanced authentication").run();
}

#[test]
fn an_unknown_host_is_named() {
    // One label more than 63 bytes long: every resolver gives up without asking the network.
    let host = format!("{}.invalid", "x".repeat(64));
    Mqtt::new("pub")
        .args(["-h", &host, "-t", "t", "-m", "x"])
        .status(3)
        .stderr_contains(host)
        .run();
}

#[test]
fn receive_maximum_0_is_a_protocol_error() {
    let peer = Peer::script(|conn| {
        conn.accept_with(Properties::new().two(property::RECEIVE_MAXIMUM, 0));
        conn.expect_closed();
    });
    fails(&peer, "5", 6).stderr_contains("receive-maximum").run();
}
