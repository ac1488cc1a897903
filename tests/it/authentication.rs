//! Enhanced authentication (MQTT 5, 4.12) without `--auth`: AUTH, whenever and however it comes, ends the run in order.

use crate::support::{Conn, Mqtt, Peer};

/// AUTH in every form: whole, without reason, with a method, cut short, malformed, with a reserved flag.
const AUTHS: [&[u8]; 7] = [
    &[0xf0, 2, 0x18, 0],
    &[0xf0, 0],
    &[0xf0, 10, 0x18, 8, 0x15, 0, 5, b'S', b'C', b'R', b'A', b'M'],
    &[0xf0, 1, 0x18],
    &[0xf0, 2, 0x99, 0],
    &[0xf0, 3, 0x18, 5, 0x15],
    &[0xf1, 2, 0x18, 0],
];

const REFUSED: &str = "mqtt: cannot connect to *: the broker asks for enhanced authentication";

/// Answers CONNECT with these bytes.
fn answering(answer: &'static [u8]) -> Peer {
    Peer::script(move |conn: &mut Conn| {
        conn.expect_connect();
        conn.send_raw(answer);
        conn.expect_closed();
    })
}

#[test]
fn auth_instead_of_connack_is_refused_in_so_many_words() {
    for auth in &AUTHS[..3] {
        let peer = answering(auth);
        let run = peer.mqtt("pub").line("-V 5 -t t -m x");
        let run = run.status(4).stderr_line(REFUSED);
        run.stderr_line("hint: --auth scram-sha-256 offers it, with --username and a password")
            .run();
    }
}

#[test]
fn auth_that_is_malformed_or_of_another_version_ends_the_run() {
    for auth in AUTHS {
        for version in ["5", "3.1.1"] {
            let peer = answering(auth);
            let run = peer.mqtt("pub").args(["-t", "t", "-m", "x", "-V", version]);
            let output = run.run_to_any_end();
            let status = output.status.code();
            assert!(matches!(status, Some(3 | 4 | 6)), "{auth:02x?}: {output}");
        }
    }
}

#[test]
fn auth_on_a_connection_that_stands_breaks_the_protocol() {
    for auth in AUTHS {
        let peer = Peer::script(|conn: &mut Conn| {
            conn.accept_subscriber();
            conn.send_raw(auth);
            conn.expect_closed();
        });
        let run = peer.mqtt("sub").line("-V 5 -t t --reconnect never").status(6);
        run.stderr_line("mqtt: connection to * lost: the broker broke the protocol: *").run();
    }
}

#[test]
fn a_refusal_for_a_bad_method_is_told() {
    let peer = answering(&[0x20, 3, 0, 0x8c, 0]);
    let run = peer.mqtt("pub").line("-V 5 -t t -m x").status(4);
    run.stderr_line("mqtt: cannot connect to *: 0x8c Bad authentication method").run();
}

#[test]
fn the_properties_of_enhanced_authentication_are_refused_as_flags() {
    for name in ["authentication-method", "authentication-data"] {
        Mqtt::new("pub")
            .args(["-t", "t", "-m", "x", "-D", "connect", name, "canary"])
            .status(2)
            .stderr(format!(
                "mqtt: --property connect {name}: --auth is for enhanced authentication\n"
            ))
            .run();
    }
}
