//! A client of the simplest kind that is right, against any broker in any weather: the model may
//! not complain of it, each run ends, and the same seed runs the same.

use super::super::super::broker::{Delivery, Memory, Versions};
use super::super::super::wire::AckKind;
use super::*;

const MESSAGES: u16 = 10;
const PATIENCE: Duration = Duration::from_secs(10);

/// One message at a time, sent until it is acknowledged.
struct Client {
    network: Network,
    mini: Mini,
    greeting: Greeting,
    pipe: Option<Pipe>,
}

/// The step of an exchange that is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Publish,
    Release,
}

impl Client {
    async fn say(&mut self, bytes: &[u8], answer: &str) -> Option<String> {
        let pipe = self.pipe.as_mut()?;
        let mini = &mut self.mini;
        let exchange = async {
            pipe.write_all(bytes).await.ok()?;
            let mut space = [0; 64];
            loop {
                let count = pipe.read(&mut space).await.ok().filter(|count| *count > 0)?;
                let heard = mini.read(&space[..count]);
                if let Some(heard) = heard.into_iter().find(|heard| heard.starts_with(answer)) {
                    return Some(heard);
                }
            }
        };
        let heard = timeout(PATIENCE, exchange).await.ok().flatten();
        if heard.is_none() {
            self.pipe = None;
        }
        heard
    }

    /// Whether there is a connection, and whether it has the session.
    async fn connect(&mut self) -> Option<bool> {
        tokio::time::sleep(Duration::from_millis(500)).await;
        self.pipe = timeout(PATIENCE, self.network.dial()).await.ok()?.ok();
        self.mini = Mini::new(self.greeting.version);
        let connack = self.say(&Mini::connect(&self.greeting), "connack").await?;
        if !connack.starts_with("connack 0") {
            self.pipe = None;
            return None;
        }
        Some(connack.ends_with("present"))
    }

    /// Sends a message until it is over; gives up after many connections.
    async fn deliver(&mut self, qos: u8, id: u16) -> Option<()> {
        let (mut step, mut dup) = (Step::Publish, false);
        for _ in 0..30 {
            if self.pipe.is_none() {
                match self.connect().await {
                    Some(true) => {}
                    Some(false) => (step, dup) = (Step::Publish, false),
                    None => continue,
                }
            }
            if step == Step::Publish {
                let flags = qos << 1 | if dup { 8 } else { 0 };
                let bytes = self.mini.publish_with(flags, id, "t", &id.to_string(), &[]);
                dup = true;
                let Some(answer) = self.say(&bytes, "pub").await else { continue };
                if answer.starts_with("puback") {
                    return Some(());
                }
                step = Step::Release;
            }
            if self.say(&Mini::ack(AckKind::Pubrel, id), "pubcomp").await.is_some() {
                return Some(());
            }
        }
        None
    }
}

/// How many messages the client saw through, and what the broker made of it.
fn run(seed: u64) -> (u16, Vec<Delivery>, Duration, Temper) {
    virtually(async {
        let mut draw = Draw::new(seed);
        let temper = Temper::draw(&mut draw);
        let broker = Rc::new(RefCell::new(Broker::new(temper.clone(), draw.fork())));
        let network = Network::new(Rc::clone(&broker), draw.fork());
        let version = match temper.versions {
            Versions::OnlyFour(_) => Version::Four,
            Versions::OnlyFive => Version::Five,
            Versions::Both => *draw.pick(&[Version::Four, Version::Five]),
        };
        let greeting = Greeting::new(version);
        let mini = Mini::new(version);
        let mut client = Client { network, mini, greeting, pipe: None };
        let mut done = 0;
        for id in 1..=MESSAGES {
            let qos = u8::try_from(draw.number(1..=2)).expect("1 or 2");
            done += u16::from(client.deliver(qos, id).await.is_some());
        }
        let end = client.network.now();
        drop(client);
        let broker = broker.borrow();
        assert!((0..broker.connections()).all(|connection| broker.most_in_flight(connection) <= 1));
        (done, broker.deliveries().to_vec(), end, temper)
    })
}

#[test]
fn a_right_client_gets_through_any_weather_and_is_never_complained_of() {
    for seed in 0..2_000 {
        let outcome = std::panic::catch_unwind(|| run(seed));
        let (done, deliveries, _, temper) = outcome.unwrap_or_else(|_| panic!("seed {seed}"));
        if temper.deaf_from.is_none() {
            assert_eq!(done, MESSAGES, "seed {seed}: {temper:?}");
        }
        for delivery in deliveries.iter().filter(|delivery| delivery.qos == 2) {
            let same = deliveries.iter().filter(|other| {
                other.payload == delivery.payload && other.generation == delivery.generation
            });
            let once = temper.memory == Memory::Keeps && !temper.qos2_gets_puback;
            assert!(!once || same.count() == 1, "seed {seed}: {delivery:?} twice, {temper:?}");
        }
    }
}

#[test]
fn the_same_seed_runs_the_same() {
    for seed in 0..200 {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
}
