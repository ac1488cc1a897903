//! A real mosquitto on a free port of 127.0.0.1, for what a script cannot vouch for.
//!
//! Never touches a broker that the system itself may run.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;

use super::certificates::{Authority, Certificate};
use super::install::find_or_install;
use super::mqtt::Mqtt;
use super::packet::{Level, Publish};
use super::process::{Capture, Signal, free_port, wait_at_most};

const PATIENCE: Duration = Duration::from_secs(10);

/// Another process may take a free port between the look and the start.
const ATTEMPTS: usize = 5;

/// Stands for a port that is chosen at the start.
const WEBSOCKET_PORT: &str = "WEBSOCKET-PORT";

/// The name of the Unix socket.
const SOCKET: &str = "broker.sock";

/// A running broker (or a stopped one, between `stop` and `restart`); killed when dropped.
pub struct Mosquitto {
    child: Option<Child>,
    port: u16,
    websocket_port: u16,
    config: PathBuf,
    directory: TempDir,
}

/// What the broker is to be like, beyond the defaults.
pub struct Options {
    directory: TempDir,
    lines: Vec<String>,
    anonymous: bool,
    /// What it listens at.
    host: &'static str,
}

impl Mosquitto {
    /// A broker that lets everybody in and forgets everything at its end.
    pub fn start() -> Self {
        Self::options().start()
    }

    pub fn options() -> Options {
        Options {
            directory: tempfile::tempdir().expect("a temporary directory can be made"),
            lines: Vec::new(),
            anonymous: true,
            host: "127.0.0.1",
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where the listener of [`Options::websockets`] is.
    pub fn websocket_port(&self) -> u16 {
        self.websocket_port
    }

    /// Where the listener of [`Options::unix_socket`] is.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join(SOCKET)
    }

    /// The client, told to connect here.
    pub fn mqtt(&self, command: &str) -> Mqtt {
        Mqtt::at(command, self.port)
    }

    /// Publishes all of these (at QoS 0) over one connection of the test's own; they have arrived when this returns.
    pub fn publish_all(&self, messages: &[Publish]) {
        const CONNECT: &[u8] = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00";
        const PINGREQ: &[u8] = b"\xc0\x00";
        // CONNACK, and the PINGRESP to what came last.
        const ANSWER: [u8; 6] = *b"\x20\x02\x00\x00\xd0\x00";
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the broker accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout above zero");
        let packets = messages.iter().flat_map(|message| message.encode(Level::V311));
        let bytes: Vec<u8> =
            CONNECT.iter().copied().chain(packets).chain(PINGREQ.iter().copied()).collect();
        stream.write_all(&bytes).expect("the broker reads");
        let mut answer = [0; ANSWER.len()];
        stream.read_exact(&mut answer).expect("the broker answers");
        assert_eq!(answer, ANSWER);
    }

    /// Publishes these over MQTT 5, one after the other at its own QoS; the broker has confirmed all when this returns.
    pub fn publish_exactly(&self, messages: &[Publish]) {
        const CONNECT: &[u8] = b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x00";
        const PINGREQ: &[u8] = b"\xc0\x00";
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the broker accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout above zero");
        stream.write_all(CONNECT).expect("the broker reads");
        expect(&mut stream, 0x20);
        for message in messages {
            let mut packet = message.encode(Level::V5);
            let answer = match message.qos {
                0 => {
                    packet.extend_from_slice(PINGREQ);
                    0xd0
                }
                1 => 0x40,
                _ => 0x50,
            };
            stream.write_all(&packet).expect("the broker reads");
            expect(&mut stream, answer);
            if let (2, Some(id)) = (message.qos, message.id) {
                let [high, low] = id.to_be_bytes();
                stream.write_all(&[0x62, 2, high, low]).expect("the broker reads");
                expect(&mut stream, 0x70);
            }
        }
    }

    /// Shows another certificate from the next [`Mosquitto::restart`] on, after [`Options::tls`].
    pub fn show(&self, certificate: &Certificate) {
        write_certificate(self.directory.path(), certificate);
    }

    /// Ends the broker in an orderly way: with persistence, it writes its state.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        Signal::Terminate.send(child.id());
        if wait_at_most(&mut child, PATIENCE).is_none() {
            end(&mut child);
            panic!("mosquitto did not stop within {PATIENCE:?}");
        }
    }

    /// Ends the broker as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            end(&mut child);
        }
    }

    /// Starts the broker again on the same port, after a `stop` where it still runs.
    pub fn restart(&mut self) {
        self.stop();
        match launch(&self.config, self.port) {
            Ok(child) => self.child = Some(child),
            Err(complaint) => panic!("mosquitto did not come back: {complaint}"),
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Options {
    /// One more line of mosquitto's configuration, such as `max_inflight_messages 1`.
    pub fn line(mut self, line: &str) -> Self {
        self.lines.push(line.to_owned());
        self
    }

    /// It listens at every address of localhost: somebody else may look the name up, and take any.
    pub fn at_localhost(mut self) -> Self {
        self.host = "localhost";
        self
    }

    /// Sessions and retained messages outlive a `stop`.
    pub fn persistent(self) -> Self {
        let location = format!("persistence_location {}/", self.directory.path().display());
        self.line("persistence true").line(&location)
    }

    /// Only this user gets in; may be said for several.
    pub fn user(mut self, name: &str, password: &str) -> Self {
        let file = self.directory.path().join("passwords");
        let create: &[&str] = if file.exists() { &["-b"] } else { &["-b", "-c"] };
        let status = Command::new("mosquitto_passwd")
            .args(create)
            .arg(&file)
            .args([name, password])
            .stderr(Stdio::null())
            .status()
            .expect("mosquitto_passwd comes with mosquitto");
        assert!(status.success(), "mosquitto_passwd failed: {status}");
        if self.anonymous {
            self.anonymous = false;
            let line = format!("password_file {}", file.display());
            self.lines.push(line);
        }
        self
    }

    /// An access control list in mosquitto's own words.
    pub fn acl(self, rules: &str) -> Self {
        let file = self.file("acl", rules);
        self.line(&format!("acl_file {file}"))
    }

    /// Speaks TLS, and shows this certificate.
    pub fn tls(self, certificate: &Certificate) -> Self {
        let [chain, key] = write_certificate(self.directory.path(), certificate);
        self.line(&format!("certfile {chain}")).line(&format!("keyfile {key}"))
    }

    /// Lets in only who shows a certificate of this authority.
    pub fn asking_for_certificates_of(self, authority: &Authority) -> Self {
        self.asking_for_certificates(authority.pem())
    }

    /// Lets in only who shows a certificate that one of these has signed.
    pub fn asking_for_certificates(self, authorities: &str) -> Self {
        let file = self.file("clients.pem", authorities);
        self.line(&format!("cafile {file}")).line("require_certificate true")
    }

    /// Speaks MQTT inside of WebSockets at [`Mosquitto::websocket_port`] too. What is said of listeners after this is
    /// about that one. (Mosquitto 2.0 does not start with such a listener alone.)
    pub fn websockets(self) -> Self {
        self.line(&format!("listener {WEBSOCKET_PORT} 127.0.0.1")).line("protocol websockets")
    }

    /// Listens at [`Mosquitto::socket`] too. What is said of listeners after this is about that one.
    pub fn unix_socket(self) -> Self {
        let path = self.directory.path().join(SOCKET);
        self.line(&format!("listener 0 {}", path.display()))
    }

    /// A file beside the broker's; its path.
    fn file(&self, name: &str, contents: &str) -> String {
        write(self.directory.path(), name, contents)
    }

    pub fn start(self) -> Mosquitto {
        let config = self.directory.path().join("mosquitto.conf");
        let mut complaints = Vec::new();
        for _ in 0..ATTEMPTS {
            let (port, websocket_port) = (free_port(), free_port());
            fs::write(&config, self.text(port, websocket_port))
                .expect("the test's own directory can be written to");
            match launch(&config, port) {
                Ok(child) => {
                    return Mosquitto {
                        child: Some(child),
                        port,
                        websocket_port,
                        config,
                        directory: self.directory,
                    };
                }
                Err(complaint) => complaints.push(complaint),
            }
        }
        panic!("mosquitto does not start:\n{}", complaints.join("\n"));
    }

    fn text(&self, port: u16, websocket_port: u16) -> String {
        // Started by root, mosquitto would become a user who cannot read the test's directory.
        let fixed = format!(
            "listener {port} {}\nallow_anonymous {}\nuser root\nlog_dest stderr\n",
            self.host, self.anonymous
        );
        let lines = self.lines.join("\n").replace(WEBSOCKET_PORT, &websocket_port.to_string());
        fixed + &lines + "\n"
    }
}

/// Writes a file below a test's own directory; its path.
fn write(directory: &Path, name: &str, contents: &str) -> String {
    let path = directory.join(name);
    fs::write(&path, contents).expect("the test's own directory can be written to");
    path.display().to_string()
}

/// What the broker shows, and its key; their paths.
fn write_certificate(directory: &Path, certificate: &Certificate) -> [String; 2] {
    [("server.pem", &certificate.pem), ("server.key", &certificate.key)]
        .map(|(name, contents)| write(directory, name, contents))
}

/// Reads one short packet, which begins with this byte.
#[track_caller]
fn expect(stream: &mut TcpStream, first: u8) {
    let mut header = [0; 2];
    stream.read_exact(&mut header).expect("the broker answers");
    let mut body = vec![0; header[1].into()];
    stream.read_exact(&mut body).expect("the broker answers");
    assert_eq!(header[0], first, "the broker's answer, with {body:?}");
    // PUBACK 0x10 is for nobody in particular.
    let reason = body.get(2).copied().unwrap_or(0);
    assert!(first == 0x20 || reason < 0x80, "the broker refused: {body:?}");
}

/// Starts mosquitto and waits until it accepts; its own words when it does not.
fn launch(config: &Path, port: u16) -> Result<Child, String> {
    let mut child = Command::new(binary())
        .arg("-c")
        .arg(config)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("mosquitto can be started");
    let log = Capture::of(child.stderr.take().expect("stderr is captured"));
    let running = log
        .wait(PATIENCE, |bytes| String::from_utf8_lossy(bytes).contains(" running").then_some(()));
    if running.is_some() && TcpStream::connect(("127.0.0.1", port)).is_ok() {
        return Ok(child);
    }
    end(&mut child);
    Err(log.text())
}

fn end(child: &mut Child) {
    // Both fail only for a child that has been waited for.
    let _ = child.kill();
    let _ = child.wait();
}

/// Where mosquitto is, looked up once for all tests of a process.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| find_or_install("mosquitto", "mosquitto mosquitto-clients"))
}
