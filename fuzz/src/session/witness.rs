//! Remembers what it was told, and holds the session to it.

use mqtt::message::Message;
use mqtt::mqtt::{Event, Outcome, Taken};

/// So many messages wait to be written before there is no room for more.
const ROOM: u64 = 4;

/// Who hears what happens.
#[derive(Default)]
pub struct Witness {
    /// How often each message that was published has ended.
    ends: Vec<u32>,
    /// Those of them that the broker acknowledged, by what the session says.
    delivered: u64,
    taken: u64,
    unwritten: u64,
}

impl Witness {
    /// The position of another message that is published, from 1 on.
    pub fn next_position(&mut self) -> u64 {
        self.ends.push(0);
        self.ends.len() as u64
    }

    /// How many messages were taken since this was last asked.
    pub fn take_unwritten(&mut self) -> u64 {
        std::mem::take(&mut self.unwritten)
    }

    /// How many messages were delivered by an acknowledgement.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Each message has come to one end.
    pub fn check_ends(&self) {
        assert!(self.ends.iter().all(|ends| *ends == 1), "{:?}", self.ends);
    }
}

impl Witness {
    /// What becomes of a message.
    pub fn message(&mut self, message: &Message<'_>) -> Taken {
        assert!(!message.topic.is_empty() && !message.topic.contains(['\0', '+', '#']));
        self.taken += 1;
        let answer = match message.payload {
            b"last" => Taken::Last,
            b"left" => Taken::Left,
            _ if self.taken.is_multiple_of(3) => Taken::Dropped,
            _ => Taken::Writing,
        };
        self.unwritten += u64::from(matches!(answer, Taken::Writing | Taken::Last));
        answer
    }

    /// Notes what happened.
    pub fn event(&mut self, event: &Event) {
        if let Event::Published { position, packet_id, outcome } = event {
            self.end(*position);
            self.delivered +=
                u64::from(*packet_id != 0 && matches!(outcome, Outcome::Delivered(_)));
        }
    }

    /// A message that was published came to its end.
    pub fn end(&mut self, position: u64) {
        self.ends[position as usize - 1] += 1;
    }

    /// Whether there is no room for more messages.
    pub fn is_full(&self) -> bool {
        self.unwritten >= ROOM
    }
}
