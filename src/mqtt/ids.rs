//! Packet identifiers: which of 1 to 65,535 are in use ([MQTT 5, 2.2.1]).
//!
//! A set rather than a counter: an id in use is never allocated again, however long the run. Ids are reused as late as
//! possible, so that a stray acknowledgement hardly ever hits a new message.

/// The ids that this side of a session uses.
#[derive(Default)]
pub struct PacketIds {
    /// One bit per id, up to the largest id allocated so far.
    used: Vec<u64>,
    last: u16,
    count: usize,
}

impl PacketIds {
    /// Number of ids.
    pub const CAPACITY: usize = 65_535;

    /// An empty set whose first id will be the one after `last`.
    pub fn after(last: u16) -> Self {
        Self { last, ..Self::default() }
    }

    /// Allocates an id; `None` if all are in use.
    pub fn take(&mut self) -> Option<u16> {
        if self.count == Self::CAPACITY {
            return None;
        }
        loop {
            self.last = self.last.checked_add(1).unwrap_or(1);
            let (word, bit) = place(self.last);
            if word >= self.used.len() {
                self.used.resize(word + 1, 0);
            }
            if self.used[word] & bit == 0 {
                self.used[word] |= bit;
                self.count += 1;
                return Some(self.last);
            }
        }
    }

    /// Frees an id, if it is in use.
    pub fn release(&mut self, id: u16) {
        let (word, bit) = place(id);
        let in_use = self.used.get_mut(word).filter(|word| **word & bit != 0);
        if let Some(word) = in_use {
            *word &= !bit;
            self.count -= 1;
        }
    }
}

fn place(id: u16) -> (usize, u64) {
    (usize::from(id >> 6), 1 << (id & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_given_once_and_none_is_zero() {
        let mut ids = PacketIds::default();
        let mut taken: Vec<u16> = std::iter::from_fn(|| ids.take()).collect();
        assert_eq!(taken.len(), PacketIds::CAPACITY);
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), PacketIds::CAPACITY);
        assert_eq!(taken.first(), Some(&1));
    }

    #[test]
    fn ids_in_use_are_skipped_when_the_numbers_wrap() {
        let mut ids = PacketIds::default();
        let first = ids.take();
        for _ in 1..PacketIds::CAPACITY {
            let id = ids.take().unwrap();
            ids.release(id);
        }
        assert_eq!(first, Some(1));
        assert_eq!(ids.take(), Some(2), "1 is still in use");
    }

    #[test]
    fn an_id_that_was_never_given_out_can_be_given_back() {
        let mut ids = PacketIds::after(65_534);
        ids.release(65_535);
        ids.release(7);
        assert_eq!([ids.take(), ids.take()], [Some(65_535), Some(1)]);
    }
}
