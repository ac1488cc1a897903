//! `--events fd:N`: a descriptor that the program was started with, whatever it is.

use std::io::{Read, pipe};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use crate::support::Peer;

/// What the run says of its message.
const DELIVERED: &str = r#""event":"publish","position":1,"packet_id":1,"outcome":"delivered""#;

/// Runs `mqtt pub --events fd:NUMBER`, where `target` is that descriptor, below a shell that arranges them; its status
/// and standard error.
fn run(peer: &Peer, number: u32, target: OwnedFd) -> (Option<i32>, String) {
    let script = format!(
        r#"exec 9>&1 >/dev/null; exec {number}>&9 9>&-; exec "$0" pub -h 127.0.0.1 -p {} -t t -m x -q 1 --events fd:{number}"#,
        peer.port()
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_mqtt")]).env_clear();
    let output = command.stdin(Stdio::null()).stdout(target).stderr(Stdio::piped()).output();
    let output = output.expect("a shell can be started");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn events_go_to_a_socket_that_was_handed_down() {
    // Node's child_process gives one end of such a pair for each "pipe".
    for number in [1, 3, 7] {
        let peer = Peer::accepting();
        let (mut reader, writer) = UnixStream::pair().unwrap();
        assert_eq!(run(&peer, number, writer.into()), (Some(0), String::new()), "fd:{number}");
        let mut events = String::new();
        reader.read_to_string(&mut events).unwrap();
        assert!(events.contains(DELIVERED), "fd:{number}: {events}");
        assert!(events.ends_with("}\n"), "{events}");
    }
}

#[test]
fn events_go_to_a_pipe_that_was_handed_down() {
    for number in [1, 3] {
        let peer = Peer::accepting();
        let (mut reader, writer) = pipe().unwrap();
        assert_eq!(run(&peer, number, writer.into()), (Some(0), String::new()), "fd:{number}");
        let mut events = String::new();
        reader.read_to_string(&mut events).unwrap();
        assert!(events.contains(DELIVERED), "fd:{number}: {events}");
    }
}

#[test]
fn a_socket_whose_other_end_is_gone_is_told_at_the_end() {
    let peer = Peer::accepting();
    let (reader, writer) = UnixStream::pair().unwrap();
    drop(reader);
    let expected = "mqtt: cannot write events: Broken pipe\n".to_owned();
    assert_eq!(run(&peer, 3, writer.into()), (Some(1), expected));
}

#[test]
fn descriptors_of_the_programs_own_are_not_written_to() {
    // Among them are sockets, with which the runtime tells itself of signals.
    let close: String = (3..10).map(|number| format!("{number}>&- ")).collect();
    for number in 3..10 {
        let script = format!(r#"exec {close}; exec "$0" pub -t t -m x --events fd:{number}"#);
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_mqtt")]).env_clear();
        let output = command.stdin(Stdio::null()).output().expect("a shell can be started");
        let cause = format!("mqtt: cannot write events to fd:{number}: Bad file descriptor\n");
        assert_eq!(String::from_utf8_lossy(&output.stderr), cause);
        assert_eq!(output.status.code(), Some(2));
    }
}
