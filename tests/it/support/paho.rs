//! A responder made with paho-mqtt, the client library that most people's programs use.

use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::install::installed;
use super::process::{Capture, wait_at_most};

const PATIENCE: Duration = Duration::from_secs(20);

/// What it does is in the script.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/responder.py");

/// A responder that has subscribed; killed when dropped.
pub struct Responder {
    child: Child,
    talk: Capture,
}

impl Responder {
    /// Connects to the broker on this port with MQTT 5 or 3.
    #[track_caller]
    pub fn start(port: u16, version: u8) -> Self {
        let mut child = Command::new(python())
            .args([SCRIPT, &port.to_string(), &version.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python can be started");
        let talk = Capture::of(child.stderr.take().expect("stderr is captured"));
        let output = Capture::of(child.stdout.take().expect("stdout is captured"));
        let responder = Self { child, talk };
        let ready = output.wait(PATIENCE, |bytes| bytes.starts_with(b"ready").then_some(()));
        assert!(ready.is_some(), "the responder did not subscribe:\n{}", responder.talk.text());
        responder
    }

    /// Waits until it has answered and left.
    #[track_caller]
    pub fn wait(mut self) {
        let status = wait_at_most(&mut self.child, PATIENCE);
        let is_well = status.is_some_and(|status| status.success());
        assert!(is_well, "the responder: {status:?}\n{}", self.talk.text());
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        // Both fail only for a child that has been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What an answer to `hello` on `rpc` says, asked for with MQTT 5 or 3 of the broker on this port.
#[track_caller]
pub fn requester(port: u16, version: u8) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/requester.py");
    let mut child = Command::new(python())
        .args([script, &port.to_string(), &version.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python can be started");
    let talk = Capture::of(child.stderr.take().expect("stderr is captured"));
    let output = Capture::of(child.stdout.take().expect("stdout is captured"));
    let status = wait_at_most(&mut child, PATIENCE);
    if status.is_none() {
        // Both fail only for a child that has been waited for.
        let _ = child.kill();
        let _ = child.wait();
    }
    output.wait_for_end(PATIENCE);
    assert!(status.is_some_and(|it| it.success()), "the requester: {status:?}\n{}", talk.text());
    output.text().trim_end().to_owned()
}

/// A Python that has paho-mqtt: the first one in PATH, or the system's, for which Debian packages it.
fn python() -> &'static str {
    static PYTHON: OnceLock<&str> = OnceLock::new();
    let has_paho = |python: &&str| {
        let import = ["-c", "import paho.mqtt.client"];
        let output = Command::new(python).args(import).output();
        output.is_ok_and(|output| output.status.success())
    };
    PYTHON.get_or_init(|| {
        installed("python3-paho-mqtt", || {
            ["python3", "/usr/bin/python3"].into_iter().find(has_paho)
        })
    })
}
