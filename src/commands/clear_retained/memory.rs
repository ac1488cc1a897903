//! What is remembered of topics: a hash of each, so that 100,000 of them are a few megabytes, and no more than a fixed
//! number.
//!
//! Knows nothing of sessions or of output.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// Most topics that are remembered.
const LIMIT: usize = 1 << 19;

/// A topic that comes again although its removal was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// Somebody published to it meanwhile.
    SetAgain,
    /// The broker did not do what it said.
    StillThere,
}

/// Topics that were printed, and those of them that were set again.
#[derive(Default)]
pub(super) struct Memory {
    hasher: RandomState,
    /// Topics that were printed.
    seen: HashSet<u64>,
    /// Those of them that others published to since.
    live: HashSet<u64>,
    /// Those that are known to stay, and why was told.
    settled: HashSet<u64>,
    /// There were more topics than are remembered.
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

    /// Remembers a topic, as long as there is room.
    pub(super) fn add(&mut self, topic: &str) {
        if self.seen.len() < LIMIT {
            self.seen.insert(self.hash(topic));
        } else {
            self.overflowed = true;
        }
    }

    /// Whether there were more topics than are remembered.
    pub(super) fn has_overflowed(&self) -> bool {
        self.overflowed
    }

    /// Somebody published to a topic.
    pub(super) fn note_live(&mut self, topic: &str) {
        let hash = self.hash(topic);
        if self.seen.contains(&hash) {
            self.live.insert(hash);
        }
    }

    /// A topic stays, and that was told.
    pub(super) fn note_refused(&mut self, topic: &str) {
        let hash = self.hash(topic);
        if self.seen.contains(&hash) {
            self.settled.insert(hash);
        }
    }

    /// Whether it is not known why this topic is still there.
    pub(super) fn is_riddle(&self, topic: &str) -> bool {
        !self.settled.contains(&self.hash(topic))
    }

    /// Why a topic is there again, told once for each.
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
