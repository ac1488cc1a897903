//! A property over a broker that is honest and a connection that is not: whatever is lost when, every message
//! is delivered, in order, within the window, and at QoS 2 once for as long as the session is kept.

use super::*;
use crate::mqtt::packet::Frame;
use proptest::prelude::*;
use std::collections::{BTreeSet, VecDeque};

#[derive(Clone, Copy, Debug)]
enum Step {
    Publish(QoS),
    /// So many packets reach the broker.
    Hear(usize),
    /// So many of its answers reach the client.
    Answer(usize),
    /// The connection is lost with all that is on its way; the session may live on.
    Lose {
        session_kept: bool,
    },
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::sample::select(&[ONE, TWO][..]).prop_map(Step::Publish),
        4 => (1..6usize).prop_map(Step::Hear),
        4 => (1..6usize).prop_map(Step::Answer),
        1 => Just(Step::Lose { session_kept: true }),
        1 => any::<bool>().prop_map(|session_kept| Step::Lose { session_kept }),
    ]
}

/// Broker, client, and what is on its way between them.
struct World {
    bench: Bench,
    window: u16,
    /// Positions and levels, in the order in which the broker took them.
    taken: Vec<(u64, QoS)>,
    /// What the broker knows of QoS 2 messages that were not released.
    known: BTreeSet<u16>,
    /// Ids the client may not use for anything new yet.
    in_flight: BTreeSet<u16>,
    to_broker: VecDeque<Vec<u8>>,
    to_client: VecDeque<Vec<u8>>,
    published: u64,
    session_lost: bool,
}

impl World {
    fn new(version: Version, window: u16) -> Self {
        let mut world = Self {
            bench: Bench::new(
                SessionOptions { max_inflight: Some(window), ..persistent() },
                version,
            ),
            window,
            taken: Vec::new(),
            known: BTreeSet::new(),
            in_flight: BTreeSet::new(),
            to_broker: VecDeque::new(),
            to_client: VecDeque::new(),
            published: 0,
            session_lost: false,
        };
        world.bench.connect(false, &[]);
        world
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Publish(qos) if self.bench.session.has_room(qos) => {
                self.published += 1;
                self.bench.publish(self.published, qos, &self.published.to_string());
            }
            Step::Publish(_) => {}
            Step::Hear(count) => (0..count).for_each(|_| self.hear()),
            Step::Answer(count) => {
                for answer in self.to_client.drain(..count.min(self.to_client.len())) {
                    self.in_flight.remove(&finished(&answer).unwrap_or(0));
                    self.bench.hear(&answer);
                }
            }
            Step::Lose { session_kept } => self.lose(session_kept),
        }
        self.collect();
    }

    /// Puts what the client has written onto the way.
    fn collect(&mut self) {
        let bytes = self.bench.bytes();
        let mut rest = &bytes[..];
        while let Some(frame) = Frame::read(rest).unwrap() {
            let (packet, behind) = rest.split_at(frame.total());
            self.to_broker.push_back(packet.to_vec());
            rest = behind;
        }
        assert!(self.bench.session.unacknowledged() <= self.window.into());
    }

    fn hear(&mut self) {
        let Some(packet) = self.to_broker.pop_front() else { return };
        let answer = match packet[0] >> 4 {
            3 => self.take(&packet),
            6 => {
                let id = u16::from_be_bytes([packet[2], packet[3]]);
                self.known.remove(&id);
                ack(PUBCOMP, id)
            }
            other => panic!("packet type {other} from the client"),
        };
        self.to_client.push_back(answer);
    }

    /// A PUBLISH to `t` whose payload is its position; the answer to it.
    fn take(&mut self, packet: &[u8]) -> Vec<u8> {
        let (qos, dup) = (packet[0] >> 1 & 3, packet[0] & 8 != 0);
        let id = u16::from_be_bytes([packet[5], packet[6]]);
        let fresh = self.in_flight.insert(id);
        assert!(fresh || dup, "id {id} is in use");
        assert!(self.in_flight.len() <= self.window.into(), "more than the window");
        let payload = packet[7..].iter().filter(|byte| byte.is_ascii_digit());
        let position = payload.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        if qos == 1 {
            self.taken.push((position, ONE));
            return ack(PUBACK, id);
        }
        if self.known.insert(id) {
            self.taken.push((position, TWO));
        }
        ack(PUBREC, id)
    }

    fn lose(&mut self, session_kept: bool) {
        self.to_broker.clear();
        self.to_client.clear();
        if !session_kept {
            self.known.clear();
            self.in_flight.clear();
            self.session_lost = true;
        }
        self.bench.reconnect(session_kept);
    }

    fn finish(&mut self) {
        while !self.bench.session.is_settled() {
            self.step(Step::Hear(100));
            self.step(Step::Answer(100));
        }
    }
}

/// The id that an answer of the broker frees.
fn finished(answer: &[u8]) -> Option<u16> {
    matches!(answer[0], PUBACK | PUBCOMP).then(|| u16::from_be_bytes([answer[2], answer[3]]))
}

proptest! {
    #[test]
    fn an_honest_broker_gets_every_message_whatever_is_lost(
        version in prop::sample::select(&[Version::V311, Version::V5][..]),
        window in 1..6u16,
        steps in prop::collection::vec(steps(), 0..120),
    ) {
        let mut world = World::new(version, window);
        steps.into_iter().for_each(|step| world.step(step));
        world.finish();
        let mut delivered = world.bench.delivered();
        delivered.sort_unstable();
        prop_assert!(delivered.into_iter().eq(1..=world.published), "each has one end");
        let mut seen = BTreeSet::new();
        for (position, qos) in world.taken {
            let fresh = seen.insert(position);
            prop_assert!(!fresh || seen.last() == Some(&position), "{} is late", position);
            prop_assert!(fresh || qos == ONE || world.session_lost, "{} twice", position);
        }
        prop_assert!(seen.into_iter().eq(1..=world.published), "each has arrived");
    }
}
