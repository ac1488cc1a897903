//! Remembers topics as hashes, so that 100,000 of them take a few megabytes, and up to a fixed number.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// Most topics remembered.
const LIMIT: usize = 1 << 19;

/// Why a topic arrives again although its removal was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// Another client published to it in the meantime.
    SetAgain,
    /// The broker did not remove it.
    StillThere,
}

/// Topics that were printed, and what is known of them.
#[derive(Default)]
pub(super) struct Memory {
    hasher: RandomState,
    /// Topics that were printed.
    seen: HashSet<u64>,
    /// Those to which other clients have published since.
    live: HashSet<u64>,
    /// Those that are known to remain, which was reported.
    settled: HashSet<u64>,
    /// Whether there were more topics than can be remembered.
    overflowed: bool,
}

impl Memory {
    fn hash(&self, topic: &str) -> u64 {
        self.hasher.hash_one(topic)
    }

    /// Whether the topic was remembered before.
    pub(super) fn knows(&self, topic: &str) -> bool {
        self.seen.contains(&self.hash(topic))
    }

    /// Remembers a topic while there is room.
    pub(super) fn add(&mut self, topic: &str) {
        if self.seen.len() < LIMIT {
            self.seen.insert(self.hash(topic));
        } else {
            self.overflowed = true;
        }
    }

    /// Whether there were more topics than can be remembered.
    pub(super) fn has_overflowed(&self) -> bool {
        self.overflowed
    }

    /// Notes that another client published to a topic.
    pub(super) fn note_live(&mut self, topic: &str) {
        let hash = self.hash(topic);
        if self.seen.contains(&hash) {
            self.live.insert(hash);
        }
    }

    /// Notes that a topic remains and that this was reported.
    pub(super) fn note_refused(&mut self, topic: &str) {
        let hash = self.hash(topic);
        if self.seen.contains(&hash) {
            self.settled.insert(hash);
        }
    }

    /// Whether it is unknown why this topic still exists.
    pub(super) fn is_riddle(&self, topic: &str) -> bool {
        !self.settled.contains(&self.hash(topic))
    }

    /// Why a topic exists again; `Some` only once per topic.
    pub(super) fn judge(&mut self, topic: &str) -> Option<Again> {
        let hash = self.hash(topic);
        if !self.settled.insert(hash) {
            return None;
        }
        let set_again = self.live.contains(&hash);
        Some(if set_again { Again::SetAgain } else { Again::StillThere })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_topic_is_judged_once() {
        let mut memory = Memory::default();
        for topic in ["refused", "live", "stuck"] {
            memory.add(topic);
        }
        memory.note_refused("refused");
        memory.note_live("live");
        memory.note_live("stranger");
        assert!(memory.knows("live") && !memory.knows("stranger"));
        assert!(!memory.is_riddle("refused") && memory.is_riddle("stuck"));
        assert_eq!(memory.judge("refused"), None);
        assert_eq!(memory.judge("live"), Some(Again::SetAgain));
        assert_eq!(memory.judge("stuck"), Some(Again::StillThere));
        assert_eq!(memory.judge("stuck"), None);
    }
}
