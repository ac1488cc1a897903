//! The packet trace of `-d`: talk, and never a secret.

use crate::support::{Peer, Publish};

/// What nobody may ever see.
const SECRET: &str = "correct-horse-battery";

#[test]
fn a_trace_goes_to_stderr_and_leaves_stdout_to_the_messages() {
    let peer = Peer::sending(&[Publish::new("t", "one"), Publish::new("t", "two").qos(1, 7)]);
    peer.mqtt("sub")
        .line("-V 5 -d -t t -q 1 -C 2")
        .stdout("one\ntwo\n")
        .stderr_line("→ CONNECT MQTT level 5 *")
        .stderr_line("← CONNACK 0x00 Success session present false")
        .stderr_line("← PUBLISH q1 r0 d0 id 7 t (3 bytes)")
        .stderr_line("→ PUBACK id 7 *")
        .stderr_line("→ DISCONNECT *")
        .run();
}

#[test]
fn a_trace_of_a_publisher_shows_both_directions() {
    let peer = Peer::accepting();
    peer.mqtt("pub")
        .line("-V 3.1.1 -d -t t -q 2 -m x")
        .stderr_line("→ PUBLISH q2 r0 d0 id 1 t (1 bytes)")
        .stderr_line("← PUBREC id 1 *")
        .stderr_line("→ PUBREL id 1 *")
        .stderr_line("← PUBCOMP id 1 *")
        .run();
}

#[test]
fn a_trace_shows_neither_passwords_nor_payloads() {
    for version in ["3.1.1", "5"] {
        let peer = Peer::accepting();
        peer.mqtt("pub")
            .args(["-V", version, "-d", "-u", "me", "-t", "t", "-m", SECRET])
            .args(["--will-topic", "w", "--will-payload", SECRET])
            .env("MQTT_PASSWORD", SECRET)
            .stderr_contains("password (21 bytes)")
            .stderr_lacks(SECRET)
            .run();
        let connects = peer.finish().connects;
        assert_eq!(connects[0].password.as_deref(), Some(SECRET.as_bytes()));
    }
}
