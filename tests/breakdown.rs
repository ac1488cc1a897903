//! `mqtt broker` when rumqttd breaks down. Nothing that a client sends does that any more, so a thread that has the name of
//! rumqttd's panics in its stead; which is why this is a process of its own.

#![cfg(all(unix, feature = "broker"))]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on must stop loudly"
)]

use std::ffi::OsString;
use std::fs;
use std::io::{IsTerminal, stdin};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// What a file holds once it is there and complete.
fn read(path: &Path) -> String {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text.trim_end().to_owned(),
            _ => assert!(Instant::now() < deadline, "{} does not come", path.display()),
        }
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_broker_that_breaks_down_ends_its_command_and_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let (started, told) = (path("started"), path("told"));
    let script = format!(
        "trap 'echo yes > {}; exit' TERM; (trap '' TERM; sleep 30) & echo $! > {}; wait",
        told.display(),
        started.display()
    );
    let rumqttd = thread::spawn(move || {
        let child = read(&started);
        let router = thread::Builder::new().name("router-0".to_owned());
        (router.spawn(|| panic!("as rumqttd would")).unwrap(), child)
    });
    let line = ["mqtt", "broker", "--", "sh", "-c", &script].map(OsString::from);
    let before = Instant::now();
    assert_eq!(mqtt::run(line), 101);
    assert!(before.elapsed() < Duration::from_secs(20), "the command was waited for");
    assert_eq!(read(&told), "yes");
    let (router, child) = rumqttd.join().unwrap();
    assert!(!router.is_finished(), "it goes no further, or it would end the process");
    // At a terminal the command is in our own group.
    if !stdin().is_terminal() {
        let is_there =
            || Command::new("kill").args(["-0", &child]).output().unwrap().status.success();
        let deadline = Instant::now() + Duration::from_secs(10);
        while is_there() {
            assert!(Instant::now() < deadline, "its child is left over");
            thread::sleep(Duration::from_millis(10));
        }
    }
    // The thread stands in the hook for panics, which the harness waits for.
    std::process::exit(0);
}
