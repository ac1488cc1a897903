//! What lies around MQTT changes nothing about delivery: many messages, large ones, slow readers, and the end, over TLS
//! and WebSocket.

use std::time::Duration;

use crate::support::stream::{PATIENCE, numbered, text};
use crate::support::{
    Authority, Certificate, Cut, Door, Mosquitto, Mqtt, Peer, Publish, Signal, tls_door,
    websocket_door,
};

const LINES: usize = 20_000;

/// A broker that queues whatever comes, over TLS; or inside of WebSockets; or both.
struct Wrapped {
    authority: Authority,
    broker: Mosquitto,
    scheme: &'static str,
}

impl Wrapped {
    fn new(scheme: &'static str) -> Self {
        let authority = Authority::new("lab");
        let mut options = Mosquitto::options().line("max_queued_messages 0");
        if scheme.starts_with("ws") {
            options = options.websockets();
        }
        if scheme.ends_with('s') && scheme != "ws" {
            options = options.tls(&authority.server(&["localhost"]));
        }
        Self { authority, broker: options.start(), scheme }
    }

    fn mqtt(&self, command: &str) -> Mqtt {
        let is_websocket = self.scheme.starts_with("ws");
        let port = if is_websocket { self.broker.websocket_port() } else { self.broker.port() };
        let run = Mqtt::new(command).deadline(PATIENCE).line("-t t -L");
        let run = run.arg(format!("{}://localhost:{port}", self.scheme));
        match self.scheme {
            "ws" => run,
            _ => run.line("--ca ca.pem").file("ca.pem", self.authority.pem()),
        }
    }
}

/// Every line arrives, in order, once; both sides end with 0.
#[track_caller]
fn everything_arrives(scheme: &'static str, qos: &str) {
    let broker = Wrapped::new(scheme);
    let text = text(&numbered(LINES));
    let subscriber = broker.mqtt("sub").args(["-q", qos, "-C", &LINES.to_string()]);
    let mut subscriber = subscriber.stdout(&text).line("--events -").stderr_anything().spawn();
    subscriber.wait_for_stderr_line(r#""event":"subscribe""#);
    broker.mqtt("pub").args(["-l", "-q", qos]).stdin(&text).run();
    subscriber.wait();
}

#[test]
fn at_qos_1_over_tls() {
    everything_arrives("mqtts", "1");
}

#[test]
fn at_qos_2_over_tls() {
    everything_arrives("mqtts", "2");
}

#[test]
fn at_qos_1_over_a_websocket() {
    everything_arrives("ws", "1");
}

#[test]
fn at_qos_2_over_an_encrypted_websocket() {
    everything_arrives("wss", "2");
}

/// Bytes that do not repeat soon.
fn large(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// A way to a peer: the first door is the outermost.
struct Way {
    doors: Vec<Door>,
    flags: &'static str,
}

impl Way {
    fn over_tls(peer: &Peer) -> Self {
        let doors = vec![tls_door(&certificate(), &[], peer.port())];
        Self { doors, flags: "--tls --insecure --quiet" }
    }

    fn over_websocket(peer: &Peer) -> Self {
        Self { doors: vec![websocket_door(Cut::Joined, peer.port())], flags: "--ws" }
    }

    fn over_both(peer: &Peer) -> Self {
        let inner = websocket_door(Cut::Joined, peer.port());
        let outer = tls_door(&certificate(), &[], inner.port());
        Self { doors: vec![outer, inner], flags: "--ws --tls --insecure --quiet" }
    }

    fn all(peer: &Peer) -> [Self; 3] {
        [Self::over_tls(peer), Self::over_websocket(peer), Self::over_both(peer)]
    }

    fn mqtt(&self, command: &str) -> Mqtt {
        self.doors[0].mqtt(command).line("-V 5 -t t").line(self.flags).deadline(PATIENCE)
    }
}

fn certificate() -> Certificate {
    Authority::new("lab").server(&["localhost"])
}

#[test]
fn a_large_message_goes_to_a_slow_reader() {
    let payload = large(50_000_000);
    let expected = payload.clone();
    let peer = Peer::each(move |conn| {
        conn.accept();
        // Long enough for every buffer on the way to fill.
        conn.stall_for(Duration::from_millis(300));
        let publish = conn.take();
        assert!(publish.payload[..] == expected[..], "another payload");
        conn.expect_goodbye();
    });
    for way in Way::all(&peer) {
        way.mqtt("pub").line("-q 1 -s").stdin(&payload).run();
    }
}

#[test]
fn a_large_message_comes_to_a_subscriber() {
    let payload = large(20 << 20);
    let expected = payload.clone();
    let peer = Peer::each(move |conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("t", &payload).qos(1, 1));
        assert_eq!(conn.expect_puback().id, 1);
        conn.expect_goodbye();
    });
    for way in Way::all(&peer) {
        way.mqtt("sub").line("-q 1 -C 1 -N").stdout(&expected).run();
    }
}

#[test]
fn a_signal_ends_a_run_that_cannot_write() {
    for way in [Way::over_tls, Way::over_websocket, Way::over_both] {
        let peer = Peer::script(|conn| {
            conn.accept();
            conn.until_it_speaks(Duration::from_secs(1), |_| {});
            conn.reached("publishing");
            conn.stall();
        });
        let way = way(&peer);
        let run = way.mqtt("pub").line("-q 1 -s").stdin(large(30_000_000)).status(130);
        let running = run
            .stderr("mqtt: interrupted; 0 delivered, 0 refused, 1 unconfirmed, 0 not sent\n")
            .spawn();
        peer.wait_for("publishing");
        running.signal(Signal::Interrupt);
        running.wait();
        // Before the door, which waits until the peer lets go.
        peer.finish();
    }
}

#[test]
fn a_reader_that_takes_nothing_more_ends_the_run_at_the_ack_timeout() {
    let peer = Peer::script(|conn| {
        conn.accept();
        conn.stall();
    });
    let way = Way::over_both(&peer);
    way.mqtt("pub")
        .line("-q 1 -s --ack-timeout 1s --reconnect never")
        .stdin(large(30_000_000))
        .status(6)
        .stderr_line("mqtt: no * within 1s; 0 delivered, 0 refused, 1 unconfirmed, 0 not sent")
        .run();
    // Before the door, which waits until the peer lets go.
    peer.finish();
}
