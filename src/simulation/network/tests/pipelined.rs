//! A client that is right and has several messages in flight both ways, against any broker in any
//! weather: the model may not complain of it, and what the model calls taken over, it has got.

use super::super::super::broker::Versions;
use super::super::super::wire::AckKind;
use super::*;
use std::collections::{BTreeMap, BTreeSet};

const MESSAGES: u16 = 40;
const WINDOW: usize = 8;
const PATIENCE: Duration = Duration::from_secs(10);

/// A message of the client's that is not over.
struct Flight {
    qos: u8,
    released: bool,
    /// Sent in this session.
    dup: bool,
    /// Sent over this connection.
    sent: bool,
}

struct Client {
    broker: Rc<RefCell<Broker>>,
    network: Network,
    greeting: Greeting,
    mini: Mini,
    window: usize,
    draw: Draw,
    /// By id, which is also the payload, in the order in which they are sent.
    flights: BTreeMap<u16, Flight>,
    next: u16,
    received: BTreeSet<String>,
    subscribed: bool,
    /// This connection has had its CONNACK.
    greeted: bool,
}

impl Client {
    fn over(&self) -> bool {
        self.next > MESSAGES && self.flights.is_empty()
    }

    /// One connection, as long as it brings something.
    async fn connection(&mut self) -> Option<()> {
        let mut pipe = timeout(PATIENCE, self.network.dial()).await.ok()?.ok()?;
        self.mini = Mini::new(self.greeting.version);
        self.greeted = false;
        let mut out = Mini::connect(&self.greeting);
        loop {
            timeout(PATIENCE, pipe.write_all(&out)).await.ok()?.ok()?;
            out.clear();
            let mut space = [0; 256];
            let count = timeout(PATIENCE, pipe.read(&mut space)).await.ok()?.ok()?;
            if count == 0 {
                return None;
            }
            for words in self.mini.read(&space[..count]) {
                self.hear(&words, &mut out)?;
            }
            if self.greeted {
                self.send(&mut out);
            }
            if self.over() {
                out.extend(Mini::disconnect());
                pipe.write_all(&out).await.ok()?;
                return Some(());
            }
        }
    }

    fn hear(&mut self, words: &str, out: &mut Vec<u8>) -> Option<()> {
        let id = |words: &str| words.split(' ').nth(1).and_then(|id| id.parse().ok());
        match words.split(' ').next() {
            Some("connack") if words.starts_with("connack 0") => {
                self.greeted(words.ends_with("present"), out);
            }
            Some("suback") => {
                self.subscribed = true;
                self.feed();
            }
            Some("puback" | "pubcomp") => drop(self.flights.remove(&id(words)?)),
            Some("pubrec") => {
                let id = id(words)?;
                self.flights.get_mut(&id).expect("a PUBREC to a PUBLISH").released = true;
                out.extend(Mini::ack(AckKind::Pubrel, id));
            }
            Some("pubrel") => out.extend(Mini::ack(AckKind::Pubcomp, id(words)?)),
            Some(topic) if topic.starts_with("in/") => self.receive(words, out),
            _ => return None,
        }
        Some(())
    }

    fn greeted(&mut self, present: bool, out: &mut Vec<u8>) {
        self.greeted = true;
        for flight in self.flights.values_mut() {
            flight.sent = false;
            if !present {
                (flight.dup, flight.released) = (false, false);
            }
        }
        self.subscribed &= present;
        if !self.subscribed {
            out.extend(self.mini.subscribe(60_000, "in/#", 2));
        }
        self.feed();
    }

    /// Another client publishes something for this one.
    fn feed(&self) {
        let mut broker = self.broker.borrow_mut();
        for number in 0..3 {
            let payload = format!("{}.{number}", broker.connections());
            broker.publish("in/x", number, payload.as_bytes(), false);
        }
    }

    fn receive(&mut self, words: &str, out: &mut Vec<u8>) {
        let payload = words["in/x=".len()..].split(' ').next().expect("a payload");
        self.received.insert(payload.to_owned());
        let id = words.split(" id").nth(1).and_then(|id| id.split(' ').next()?.parse().ok());
        if let Some(id) = id {
            let kind = if words.contains(" qos1 ") { AckKind::Puback } else { AckKind::Pubrec };
            out.extend(Mini::ack(kind, id));
        }
    }

    /// Sends again what is to be sent again, and then what is new, within the window.
    fn send(&mut self, out: &mut Vec<u8>) {
        for (id, flight) in self.flights.iter_mut().filter(|(_, flight)| flight.released) {
            if !std::mem::replace(&mut flight.sent, true) {
                out.extend(Mini::ack(AckKind::Pubrel, *id));
            }
        }
        while self.flights.len() < self.window && self.next <= MESSAGES {
            let qos = u8::try_from(self.draw.number(1..=2)).expect("1 or 2");
            let flight = Flight { qos, released: false, dup: false, sent: false };
            self.flights.insert(self.next, flight);
            self.next += 1;
        }
        for (id, flight) in self.flights.iter_mut().filter(|(_, flight)| !flight.sent) {
            flight.sent = true;
            let dup = if std::mem::replace(&mut flight.dup, true) { 8 } else { 0 };
            let flags = flight.qos << 1 | dup;
            out.extend(self.mini.publish_with(flags, *id, "t", &id.to_string(), &[]));
        }
    }
}

/// How many messages the client took over.
fn run(seed: u64) -> usize {
    virtually(async {
        let mut draw = Draw::new(seed);
        let mut temper = Temper::draw(&mut draw);
        temper.deaf_from = None;
        let broker = Rc::new(RefCell::new(Broker::new(temper.clone(), draw.fork())));
        let network = Network::new(Rc::clone(&broker), draw.fork());
        let version = match temper.versions {
            Versions::OnlyFour(_) => Version::Four,
            Versions::OnlyFive => Version::Five,
            Versions::Both => *draw.pick(&[Version::Four, Version::Five]),
        };
        let mut greeting = Greeting::new(version);
        greeting.receive_maximum = *draw.pick(&[1, 2, u16::MAX]);
        let mut client = Client {
            broker: Rc::clone(&broker),
            network,
            greeting,
            mini: Mini::new(version),
            window: usize::from(temper.receive_maximum).min(WINDOW),
            draw,
            flights: BTreeMap::new(),
            next: 1,
            received: BTreeSet::new(),
            subscribed: false,
            greeted: false,
        };
        for _ in 0..30 {
            if client.connection().await.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert!(client.over(), "it got through");
        let broker = broker.borrow();
        for id in 1..=MESSAGES {
            let payload = id.to_string();
            let orphan = broker.orphans().iter().any(|orphan| orphan.id == id);
            assert!(
                orphan || broker.deliveries().iter().any(|delivery| delivery.payload == payload)
            );
        }
        for taken in broker.acknowledgements() {
            let payload = String::from_utf8_lossy(&taken.payload);
            assert!(client.received.contains(&*payload), "{payload} was taken over");
        }
        broker.acknowledgements().len()
    })
}

#[test]
fn a_right_client_with_many_in_flight_is_never_complained_of() {
    let mut taken = 0;
    for seed in 0..2_000 {
        let outcome = std::panic::catch_unwind(|| run(seed));
        taken += outcome.unwrap_or_else(|_| panic!("seed {seed}"));
    }
    assert!(taken > 4_000, "{taken}");
}
