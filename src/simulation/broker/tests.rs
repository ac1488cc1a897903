//! The broker, spoken to directly: each test is a conversation.

mod publishing;
mod subscribing;
mod temper;

use super::super::mini::{Greeting, Mini, complaint};
use super::super::wire::{AckKind, Version};
use super::*;

/// A broker, and one client at a time.
struct Talk {
    broker: Broker,
    mini: Mini,
    greeting: Greeting,
    connection: usize,
    now: Duration,
}

impl Talk {
    /// Nobody has connected yet.
    fn new(temper: Temper, version: Version) -> Self {
        Self {
            broker: Broker::new(temper, Draw::new(1)),
            mini: Mini::new(version),
            greeting: Greeting::new(version),
            connection: 0,
            now: Duration::ZERO,
        }
    }

    /// The client is connected.
    fn begun(temper: Temper, version: Version) -> Self {
        let mut talk = Self::new(temper, version);
        assert_eq!(talk.connect(), ["connack 0"], "{:?}", talk.broker.temper());
        talk
    }

    /// A new connection, and what the broker says to it.
    fn connect(&mut self) -> Vec<String> {
        self.mini = Mini::new(self.greeting.version);
        self.connection = self.broker.open(self.now);
        self.say(&Mini::connect(&self.greeting))
    }

    /// The network goes, and the client comes back.
    fn cut(&mut self) -> Vec<String> {
        self.broker.vanish(self.connection);
        self.connect()
    }

    fn say(&mut self, bytes: &[u8]) -> Vec<String> {
        self.broker.hear(self.connection, bytes, self.now);
        self.listen()
    }

    fn publish(&mut self, qos: u8, id: u16, topic: &str, payload: &str) -> Vec<String> {
        self.say(&self.mini.publish(qos, id, topic, payload))
    }

    fn publish_again(&mut self, qos: u8, id: u16, topic: &str, payload: &str) -> Vec<String> {
        self.say(&self.mini.publish_again(qos, id, topic, payload))
    }

    fn ack(&mut self, kind: AckKind, id: u16) -> Vec<String> {
        self.say(&Mini::ack(kind, id))
    }

    fn subscribe(&mut self, filter: &str, options: u8) -> Vec<String> {
        self.say(&self.mini.subscribe(1, filter, options))
    }

    fn listen(&mut self) -> Vec<String> {
        let output = self.broker.take_output(self.connection);
        self.mini.read(&output)
    }

    /// Time passes.
    fn wait(&mut self, milliseconds: u64) -> Vec<String> {
        self.now += Duration::from_millis(milliseconds);
        self.broker.tick(self.now);
        self.listen()
    }

    fn has_hung_up(&self) -> bool {
        self.broker.has_hung_up(self.connection)
    }

    /// Payload, QoS, generation and whether the session was kept, of each delivery.
    fn delivered(&self) -> Vec<String> {
        let words = |delivery: &Delivery| {
            let payload = String::from_utf8_lossy(&delivery.payload).into_owned();
            let kept = if delivery.kept { "" } else { " not kept" };
            format!("{payload} qos{} session {}{kept}", delivery.qos, delivery.generation)
        };
        self.broker.deliveries().iter().map(words).collect()
    }

    fn acknowledged(&self) -> Vec<String> {
        let payloads = self.broker.acknowledgements().iter().map(|taken| &taken.payload);
        payloads.map(|payload| String::from_utf8_lossy(payload).into_owned()).collect()
    }
}

fn method(method: Method) -> Temper {
    Temper { method, ..Temper::default() }
}

#[test]
fn a_session_is_kept_as_long_as_its_client_wants() {
    let mut talk = Talk::begun(Temper::default(), Version::Five);
    assert_eq!(talk.cut(), ["connack 0 present"]);
    talk.broker.vanish(talk.connection);
    talk.wait(1_000_000);
    assert_eq!(talk.connect(), ["connack 0"]);
    talk.greeting.session_expiry = 0;
    assert_eq!(talk.cut(), ["connack 0 present"]);
    assert_eq!(talk.cut(), ["connack 0"]);
    talk.greeting.version = Version::Four;
    talk.greeting.clean = true;
    assert_eq!(talk.cut(), ["connack 0"]);
    talk.greeting.clean = false;
    assert_eq!(talk.cut(), ["connack 0"]);
    assert_eq!(talk.cut(), ["connack 0 present"]);
}

#[test]
fn a_second_connection_takes_the_session_over() {
    let mut talk = Talk::begun(Temper::default(), Version::Five);
    let older = talk.connection;
    assert_eq!(talk.connect(), ["connack 0 present"]);
    assert!(talk.broker.has_hung_up(older) && !talk.has_hung_up());
    assert_eq!(talk.broker.take_output(older), b"\xe0\x01\x8e");
}

#[test]
fn a_client_that_is_silent_for_one_and_a_half_keep_alives_is_dropped() {
    let mut talk = Talk::new(Temper::default(), Version::Five);
    talk.greeting.keep_alive = 10;
    talk.connect();
    talk.wait(14_000);
    assert_eq!(talk.say(&Mini::ping()), ["pingresp"]);
    assert_eq!(talk.broker.next_wake(), Some(Duration::from_secs(29)));
    assert!(talk.wait(14_999).is_empty() && !talk.has_hung_up());
    assert_eq!(talk.wait(1), ["disconnect 0x8d"]);
    assert!(talk.has_hung_up());
}

#[test]
fn a_client_without_an_id_gets_one() {
    let mut talk = Talk::new(Temper::default(), Version::Five);
    talk.greeting.client_id = "";
    talk.connect();
    talk.publish(0, 0, "t", "a");
    assert_eq!(talk.broker.deliveries()[0].client_id, "assigned-0");
}

#[test]
fn nothing_may_follow_a_disconnect() {
    let mut talk = Talk::begun(Temper::default(), Version::Four);
    assert!(talk.say(&Mini::disconnect()).is_empty());
    assert!(talk.has_hung_up());
    assert!(talk.say(&[]).is_empty());
    assert!(complaint(|| talk.say(&Mini::ping())).contains("after DISCONNECT"));
}

#[test]
fn a_disconnect_may_not_make_a_session_last_that_was_not_to() {
    let mut talk = Talk::new(Temper::default(), Version::Five);
    talk.greeting.session_expiry = 0;
    talk.connect();
    let bytes = b"\xe0\x07\x00\x05\x11\x00\x00\x00\x09";
    assert!(complaint(|| talk.say(bytes)).contains("Session Expiry Interval 9"));
}
