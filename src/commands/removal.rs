//! Removes retained messages by publishing an empty retained message at QoS 1 to each topic.
//!
//! Nothing is removed before its message has been written. Memory is bounded: topics for which there is no room are
//! counted and remain.

use super::tally::Tally;
use crate::message::{Envelope, Message, QoS};
use crate::mqtt::{Event, Explanation, Outcome, Session, Version};
use crate::topic::TopicName;
use bytes::Bytes;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

/// Most bytes of waiting topics.
const LIMIT: usize = 16 << 20;

/// Most echoes to wait for.
const ECHOES: usize = 65_536;

/// Bytes that a waiting topic takes besides its text.
const OVERHEAD: usize = 48;

/// The topics to remove, those in progress, and the outcome of the others.
#[derive(Default)]
pub(crate) struct Removal {
    /// How many messages must have been written before, and the topic.
    waiting: VecDeque<(u64, TopicName)>,
    /// Bytes in `waiting`.
    size: usize,
    /// Topics whose removal the session has, by position.
    begun: HashMap<u64, TopicName>,
    position: u64,
    /// Topics whose removal the broker may still report to us as a subscriber.
    echoes: HashSet<String>,
    tally: Tally,
    /// Number of topics for which there was no room.
    left: u64,
}

impl Removal {
    /// Whether another topic can wait.
    pub(crate) fn has_room(&self) -> bool {
        self.size < LIMIT
    }

    /// Adds the topic of a retained message, to be removed once `after` messages have been written. Topics below $SYS/
    /// are skipped.
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

    /// Whether `message` is the echo of a removal. Before MQTT 5 a subscriber cannot ask the broker to omit its own
    /// messages.
    pub(crate) fn is_echo(&mut self, message: &Message<'_>) -> bool {
        !message.retain && message.payload.is_empty() && self.echoes.remove(message.topic)
    }

    /// Publishes the next removals while `session` has room, now that `safe` messages have been written. Returns
    /// whether all are complete.
    pub(crate) fn poll(&mut self, safe: u64, session: &mut Session) -> bool {
        while session.has_room(QoS::AtLeastOnce)
            && let Some((position, envelope)) = self.next(safe, session.version())
        {
            session.publish(position, &envelope, Bytes::new());
        }
        self.is_done()
    }

    /// The position and envelope of the next removal, now that `safe` messages have been written. The caller publishes
    /// an empty message with them.
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

    /// Whether all removals are complete.
    pub(crate) fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.begun.is_empty()
    }

    /// Counts an outcome, and returns a refused topic if it should be reported.
    pub(crate) fn note<'a>(&mut self, event: &'a Event) -> Option<(TopicName, &'a Explanation)> {
        self.settle(event).filter(|_| self.names_refusals())
    }

    /// As [`Removal::note`], but returns every refused topic.
    pub(crate) fn settle<'a>(&mut self, event: &'a Event) -> Option<(TopicName, &'a Explanation)> {
        let Event::Published { position, outcome, .. } = event else { return None };
        let topic = self.begun.remove(position)?;
        self.tally.count(outcome);
        match outcome {
            Outcome::Refused(explanation) => Some((topic, explanation)),
            _ => None,
        }
    }

    /// Whether the last refusal should be reported individually.
    pub(crate) fn names_refusals(&self) -> bool {
        self.tally.names_refusals()
    }

    /// Number of complete removals.
    pub(crate) fn settled(&self) -> u64 {
        self.tally.total()
    }

    /// Discards removals that have not started.
    pub(crate) fn give_up(&mut self) {
        self.waiting.clear();
        self.size = 0;
    }

    /// The outcome of all topics; those that were still waiting, or had no room, count as not sent.
    pub(crate) fn finish(mut self) -> Tally {
        self.tally.count_not_sent(self.waiting.len() as u64 + self.left);
        self.tally
    }
}
