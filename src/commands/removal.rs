//! Removing retained messages: an empty retained message at QoS 1 to each topic, and what became of it.
//!
//! Nothing is removed before it is safe with the user. Bounded: when more topics wait than fit, the others stay, and are
//! counted. Knows nothing of filters or of output.

use super::tally::Tally;
use crate::message::{Envelope, Message, QoS};
use crate::mqtt::{Event, Explanation, Outcome, Session, Version};
use crate::topic::TopicName;
use bytes::Bytes;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

/// Bytes of topics that may wait.
const LIMIT: usize = 16 << 20;

/// How many echoes are waited for at most.
const ECHOES: usize = 65_536;

/// What a waiting topic takes besides its text.
const OVERHEAD: usize = 48;

/// The topics to be removed, those on their way, and what became of the others.
#[derive(Default)]
pub(crate) struct Removal {
    /// How many messages must be safe first, and the topic.
    waiting: VecDeque<(u64, TopicName)>,
    /// Bytes in `waiting`.
    size: usize,
    /// Topics whose removal the session has, by the position it was given.
    begun: HashMap<u64, TopicName>,
    position: u64,
    /// Topics of which the broker may yet say that they were removed.
    echoes: HashSet<String>,
    tally: Tally,
    /// Topics for which there was no room.
    left: u64,
}

impl Removal {
    /// Whether another topic can wait.
    pub(crate) fn has_room(&self) -> bool {
        self.size < LIMIT
    }

    /// Takes the topic of a retained message, to be removed once `after` messages are safe. What the
    /// broker says about itself is left alone.
    pub(crate) fn add(&mut self, topic: &str, after: u64) {
        if topic.starts_with("$SYS/") {
            return;
        }
        if !self.has_room() {
            self.left += 1;
            return;
        }
        // The topic of a received message is a valid name.
        if let Ok(topic) = topic.parse::<TopicName>() {
            self.size += topic.as_str().len() + OVERHEAD;
            self.waiting.push_back((after, topic));
        }
    }

    /// Whether `message` is what the broker made of a removal: subscribers hear of it, and this one can only ask
    /// not to with MQTT 5.
    pub(crate) fn is_echo(&mut self, message: &Message<'_>) -> bool {
        !message.retain && message.payload.is_empty() && self.echoes.remove(message.topic)
    }

    /// Publishes the next removals as far as `session` has room, now that `safe` messages are; whether every topic
    /// taken has come to its end.
    pub(crate) fn poll(&mut self, safe: u64, session: &mut Session) -> bool {
        while session.has_room(QoS::AtLeastOnce)
            && let Some((position, envelope)) = self.next(safe, session.version())
        {
            session.publish(position, &envelope, Bytes::new());
        }
        self.is_done()
    }

    /// The next topic to remove, now that `safe` messages are: publish an empty message with this position
    /// and envelope.
    fn next(&mut self, safe: u64, version: Version) -> Option<(u64, Rc<Envelope>)> {
        self.waiting.front().filter(|(after, _)| *after <= safe)?;
        let (_, topic) = self.waiting.pop_front()?;
        self.size -= topic.as_str().len() + OVERHEAD;
        self.position += 1;
        if version != Version::V5 && self.echoes.len() < ECHOES {
            self.echoes.insert(topic.as_str().to_owned());
        }
        self.begun.insert(self.position, topic.clone());
        let envelope = Envelope::new(topic, QoS::AtLeastOnce, true);
        Some((self.position, Rc::new(envelope)))
    }

    /// Whether every topic taken has come to its end.
    pub(crate) fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.begun.is_empty()
    }

    /// Notes what became of a topic; one that was refused and is to be named is returned.
    pub(crate) fn note<'a>(&mut self, event: &'a Event) -> Option<(TopicName, &'a Explanation)> {
        self.settle(event).filter(|_| self.names_refusals())
    }

    /// As [`Removal::note`], but every topic that was refused is returned.
    pub(crate) fn settle<'a>(&mut self, event: &'a Event) -> Option<(TopicName, &'a Explanation)> {
        let Event::Published { position, outcome, .. } = event else { return None };
        let topic = self.begun.remove(position)?;
        self.tally.count(outcome);
        match outcome {
            Outcome::Refused(explanation) => Some((topic, explanation)),
            _ => None,
        }
    }

    /// Whether the refusal just noted should be named.
    pub(crate) fn names_refusals(&self) -> bool {
        self.tally.names_refusals()
    }

    /// Topics that have come to their end.
    pub(crate) fn settled(&self) -> u64 {
        self.tally.total()
    }

    /// Leaves alone what has not begun.
    pub(crate) fn give_up(&mut self) {
        self.waiting.clear();
        self.size = 0;
    }

    /// What became of all topics; those still waiting were not removed, nor those without room.
    pub(crate) fn finish(mut self) -> Tally {
        self.tally.count_not_sent(self.waiting.len() as u64 + self.left);
        self.tally
    }
}
