//! Remembers hashes of what was printed last for each of the topics seen most recently.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

/// Largest number of topics remembered.
const LIMIT: usize = 1 << 16;

/// No entry.
const NONE: u32 = u32::MAX;

/// A topic in a linked list, ordered by when topics were last seen.
struct Entry {
    topic: u64,
    payload: u64,
    older: u32,
    newer: u32,
}

/// What was printed last for each topic.
pub(super) struct Changed {
    hasher: RandomState,
    places: HashMap<u64, u32>,
    entries: Vec<Entry>,
    oldest: u32,
    newest: u32,
}

impl Default for Changed {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            places: HashMap::new(),
            entries: Vec::new(),
            oldest: NONE,
            newest: NONE,
        }
    }
}

impl Changed {
    /// Whether `payload` differs from what was last printed for `topic`; remembers it.
    pub(super) fn is_new(&mut self, topic: &str, payload: impl Hash) -> bool {
        let topic = self.hasher.hash_one(topic);
        let payload = self.hasher.hash_one(payload);
        if let Some(&place) = self.places.get(&topic) {
            self.unlink(place);
            self.link(place);
            return std::mem::replace(&mut self.entries[place as usize].payload, payload)
                != payload;
        }
        let entry = Entry { topic, payload, older: NONE, newer: NONE };
        let place = if self.entries.len() < LIMIT {
            self.entries.push(entry);
            // Fits easily into 32 bits.
            (self.entries.len() - 1) as u32
        } else {
            let place = self.oldest;
            self.unlink(place);
            let forgotten = std::mem::replace(&mut self.entries[place as usize], entry);
            self.places.remove(&forgotten.topic);
            place
        };
        self.places.insert(topic, place);
        self.link(place);
        true
    }

    /// Removes an entry from the list.
    fn unlink(&mut self, place: u32) {
        let Entry { older, newer, .. } = self.entries[place as usize];
        match self.entries.get_mut(older as usize) {
            Some(entry) => entry.newer = newer,
            None => self.oldest = newer,
        }
        match self.entries.get_mut(newer as usize) {
            Some(entry) => entry.older = older,
            None => self.newest = older,
        }
    }

    /// Makes an entry the newest in the list.
    fn link(&mut self, place: u32) {
        let older = std::mem::replace(&mut self.newest, place);
        let entry = &mut self.entries[place as usize];
        (entry.older, entry.newer) = (older, NONE);
        match self.entries.get_mut(older as usize) {
            Some(entry) => entry.newer = place,
            None => self.oldest = place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_new_when_its_payload_is_another() {
        let mut changed = Changed::default();
        let steps = [
            ("a", "1", true),
            ("a", "1", false),
            ("b", "1", true),
            ("a", "2", true),
            ("b", "1", false),
        ];
        for (topic, payload, is_new) in steps {
            assert_eq!(changed.is_new(topic, payload), is_new, "{topic} {payload}");
        }
    }

    #[test]
    fn the_topics_seen_last_are_remembered_and_no_others() {
        let mut changed = Changed::default();
        let topics = |count: usize| (0..count).map(|number| number.to_string());
        assert!(topics(LIMIT).all(|topic| changed.is_new(&topic, "")));
        // Topic 0 was seen again, so it is no longer the oldest.
        assert!(!changed.is_new("0", ""));
        assert!(changed.is_new("one more", ""));
        assert!(!changed.is_new("0", ""));
        assert!(changed.is_new("1", ""), "it was the oldest");
        assert!(!changed.is_new("3", ""));
        assert_eq!((changed.entries.len(), changed.places.len()), (LIMIT, LIMIT));
    }

    #[test]
    fn a_million_topics_take_no_more_room_than_the_limit() {
        let mut changed = Changed::default();
        assert!((0..1_000_000).all(|number| changed.is_new(&format!("t/{number}"), "")));
        assert_eq!((changed.entries.len(), changed.places.len()), (LIMIT, LIMIT));
        assert!(!changed.is_new("t/999999", "") && changed.is_new("t/0", ""));
    }
}
