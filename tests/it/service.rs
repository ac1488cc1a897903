//! What `mqtt sub`, `mqtt reply` and `mqtt pub -l` report to systemd; the test listens on a socket of its own.

use std::io::ErrorKind;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::{Duration, Instant};

use crate::support::{Mqtt, Peer, Publish, Signal, check_commands};

/// The listening socket, and its name for NOTIFY_SOCKET.
struct Listener {
    socket: UnixDatagram,
    name: String,
    _directory: tempfile::TempDir,
}

impl Listener {
    fn at_path() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        Self::new(socket, path.display().to_string(), directory)
    }

    /// An abstract socket, without a file.
    fn abstract_one() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let name = directory.path().display().to_string();
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let socket = UnixDatagram::bind_addr(&address).unwrap();
        Self::new(socket, format!("@{name}"), directory)
    }

    fn new(socket: UnixDatagram, name: String, directory: tempfile::TempDir) -> Self {
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self { socket, name, _directory: directory }
    }

    #[track_caller]
    fn hear(&self) -> String {
        let mut buffer = [0; 4096];
        let count = self.socket.recv(&mut buffer).expect("it tells something");
        String::from_utf8(buffer[..count].to_vec()).unwrap()
    }

    #[track_caller]
    fn wait_for(&self, text: &str) {
        while self.hear() != text {}
    }

    #[track_caller]
    fn expect_nothing(&self) {
        self.socket.set_nonblocking(true).unwrap();
        let heard = self.socket.recv(&mut [0; 64]);
        self.socket.set_nonblocking(false).unwrap();
        assert_eq!(heard.map_err(|error| error.kind()), Err(ErrorKind::WouldBlock));
    }
}

fn subscribe(peer: &Peer, listener: &Listener) -> Mqtt {
    peer.mqtt("sub").line("-V 5 t -q 1").env("NOTIFY_SOCKET", &listener.name)
}

#[test]
fn a_subscriber_is_ready_once_it_has_subscribed_and_says_when_it_ends() {
    for listener in [Listener::at_path(), Listener::abstract_one()] {
        let peer = Peer::script(|conn| {
            conn.accept();
            let subscribe = conn.expect_subscribe();
            conn.reached("not yet");
            conn.wait_for("now");
            conn.suback(subscribe.id, &[1]);
            conn.wait_for("ready");
            conn.publish(&Publish::new("t", "x").qos(1, 1));
            conn.expect_puback();
            conn.expect_goodbye();
        });
        // Its commands are not part of the service.
        let run = subscribe(&peer, &listener).line("-C 1").args([
            "--",
            "sh",
            "-c",
            "[ -z \"${NOTIFY_SOCKET+set}\" ]",
        ]);
        let running = run.spawn();
        peer.wait_for("not yet");
        listener.expect_nothing();
        peer.reached("now");
        assert_eq!(listener.hear(), "READY=1");
        assert_eq!(listener.hear(), "STATUS=0 done, 0 failed, 0 running");
        peer.reached("ready");
        listener.wait_for("STOPPING=1");
        running.wait();
    }
}

#[test]
fn the_status_counts_what_was_printed() {
    let listener = Listener::at_path();
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", "x").qos(1, 1));
        conn.expect_puback();
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, &listener).stdout("x\n").status(143).stderr("mqtt: terminated\n");
    let running = run.spawn();
    listener.wait_for("READY=1");
    listener.wait_for("STATUS=1 messages");
    running.signal(Signal::Terminate);
    listener.wait_for("STOPPING=1");
    running.wait();
}

#[test]
fn a_sign_of_life_comes_at_half_of_the_time_while_the_connection_lives() {
    let listener = Listener::at_path();
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.wait_for("cut");
        conn.cut();
    });
    let peer = peer.then(|conn| {
        conn.expect_connect();
        conn.stall();
    });
    let run = subscribe(&peer, &listener).env("WATCHDOG_USEC", "400000").status(143);
    let running = run.stderr_anything().spawn();
    let started = Instant::now();
    (0..5).for_each(|_| listener.wait_for("WATCHDOG=1"));
    assert!(started.elapsed() > Duration::from_millis(700), "{:?}", started.elapsed());
    peer.reached("cut");
    std::thread::sleep(Duration::from_millis(300));
    listener.socket.set_nonblocking(true).unwrap();
    while listener.socket.recv(&mut [0; 64]).is_ok() {}
    listener.socket.set_nonblocking(false).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    listener.expect_nothing();
    running.signal(Signal::Terminate);
    listener.wait_for("STOPPING=1");
    running.wait();
}

#[test]
fn a_time_that_is_for_another_process_is_not_ours() {
    let listener = Listener::at_path();
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, &listener).env("WATCHDOG_USEC", "10000").env("WATCHDOG_PID", "1");
    run.line("--idle 300ms").run();
    let mut heard = Vec::new();
    while heard.last().is_none_or(|last| last != "STOPPING=1") {
        heard.push(listener.hear());
    }
    assert_eq!(heard, ["READY=1", "STATUS=0 messages", "STOPPING=1"]);
}

#[test]
fn a_publisher_of_lines_is_ready_once_it_is_connected() {
    let listener = Listener::at_path();
    let peer = Peer::accepting();
    let run = peer.mqtt("pub").line("-V 5 -t t -q 1 -l").env("NOTIFY_SOCKET", &listener.name);
    let mut running = run.stdin_open().spawn();
    assert_eq!(listener.hear(), "READY=1");
    running.write_stdin("x\n");
    listener.wait_for("STATUS=1 delivered");
    running.close_stdin();
    listener.wait_for("STOPPING=1");
    running.wait();
}

#[test]
fn nobody_who_listens_is_no_reason_to_fail() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("sub").line("-V 5 t --idle 100ms").env("NOTIFY_SOCKET", "/no/such/socket");
    run.env("WATCHDOG_USEC", "nonsense").run();
}

#[test]
fn the_program_understands_what_the_examples_for_services_have_it_run() {
    let read = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        std::fs::read_to_string(path).unwrap()
    };
    let unit = read("mqtt@.service");
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/")).unwrap();
    assert_eq!(check_commands(&line.replace("$$", "$").replace('%', "")), 1);
    let deployment = read("workers.yaml");
    let line = deployment.lines().find_map(|line| line.trim().strip_prefix("command: [")).unwrap();
    assert_eq!(check_commands(&line.trim_end_matches(']').replace(',', "")), 1);
}
