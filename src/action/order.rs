//! Keeps acknowledgements in order of arrival ([MQTT-4.6.0-2], [MQTT-4.6.0-3]): a message is acknowledged once it and all
//! earlier ones are finished.
//!
//! Size is bounded by the number of unfinished commands, as runs of other messages are stored as counts.

use std::collections::VecDeque;

/// A run of consecutive messages.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// One message with a command, by its number.
    Job(u64),
    /// This many messages that are being written.
    Writing(u64),
    /// This many finished messages.
    Ended(u64),
}

/// Which messages are finished, starting with the oldest unfinished one.
#[derive(Debug, Default)]
pub(crate) struct Order {
    parts: VecDeque<Part>,
    /// Messages that may be acknowledged but were not yet.
    safe: u64,
}

impl Order {
    /// Adds a message with a command.
    pub(crate) fn add_job(&mut self, number: u64) {
        self.parts.push_back(Part::Job(number));
    }

    /// Adds a message that is being written.
    pub(crate) fn add_writing(&mut self) {
        match self.parts.back_mut() {
            Some(Part::Writing(count)) => *count += 1,
            _ => self.parts.push_back(Part::Writing(1)),
        }
    }

    /// The next `count` messages were written.
    pub(crate) fn written(&mut self, mut count: u64) {
        let mut at = 0;
        while count > 0 && at < self.parts.len() {
            let Part::Writing(left) = &mut self.parts[at] else {
                at += 1;
                continue;
            };
            let ended = count.min(*left);
            count -= ended;
            *left -= ended;
            if *left == 0 {
                self.parts.remove(at);
            }
            at += self.insert_ended(at, ended);
        }
        self.advance();
    }

    /// The command of this message is finished.
    pub(crate) fn end_job(&mut self, number: u64) {
        if let Some(at) = self.parts.iter().position(|part| *part == Part::Job(number)) {
            self.parts.remove(at);
            self.insert_ended(at, 1);
            self.advance();
        }
    }

    /// Inserts `count` finished messages before the part at `at`. Returns how many parts this adds.
    fn insert_ended(&mut self, at: usize, count: u64) -> usize {
        if let Some(Part::Ended(before)) = at.checked_sub(1).and_then(|at| self.parts.get_mut(at)) {
            *before += count;
            return 0;
        }
        if let Some(Part::Ended(after)) = self.parts.get_mut(at) {
            *after += count;
            return 0;
        }
        self.parts.insert(at, Part::Ended(count));
        1
    }

    fn advance(&mut self) {
        while let Some(Part::Ended(count)) = self.parts.front() {
            self.safe += count;
            self.parts.pop_front();
        }
    }

    /// How many messages may be acknowledged since the last call.
    pub(crate) fn take_safe(&mut self) -> u64 {
        std::mem::take(&mut self.safe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_is_safe_when_all_before_it_have_ended() {
        let mut order = Order::default();
        (1..=3).for_each(|number| order.add_job(number));
        order.end_job(2);
        order.end_job(2);
        assert_eq!(order.take_safe(), 0);
        order.end_job(1);
        assert_eq!((order.take_safe(), order.take_safe()), (2, 0));
        order.end_job(3);
        assert_eq!(order.take_safe(), 1);
        assert!(order.parts.is_empty());
    }

    #[test]
    fn any_number_of_written_messages_after_a_long_job_takes_no_more_room() {
        let mut order = Order::default();
        order.add_job(1);
        for _ in 0..100_000 {
            order.add_writing();
            order.written(1);
        }
        assert_eq!((order.take_safe(), order.parts.len()), (0, 2));
        order.end_job(1);
        assert_eq!(order.take_safe(), 100_001);
    }

    proptest! {
        /// Compares with a plain list of messages.
        #[test]
        fn it_says_what_a_list_of_all_messages_says(steps in proptest::collection::vec((0..4u8, any::<prop::sample::Index>()), 0..200)) {
            let mut order = Order::default();
            let mut list: Vec<(bool, bool)> = Vec::new();
            let mut told = 0;
            for (step, index) in steps {
                match step {
                    0 => {
                        list.push((true, false));
                        order.add_job(list.len() as u64);
                    }
                    1 => {
                        list.push((false, false));
                        order.add_writing();
                    }
                    2 => {
                        let open: Vec<usize> = (0..list.len()).filter(|at| list[*at] == (true, false)).collect();
                        if !open.is_empty() {
                            let at = open[index.index(open.len())];
                            list[at].1 = true;
                            order.end_job(at as u64 + 1);
                        }
                    }
                    _ => {
                        let open: Vec<usize> = (0..list.len()).filter(|at| list[*at] == (false, false)).collect();
                        let count = if open.is_empty() { 0 } else { index.index(open.len() + 1) };
                        open.iter().take(count).for_each(|at| list[*at].1 = true);
                        order.written(count as u64);
                    }
                }
                told += order.take_safe();
                let safe = list.iter().take_while(|(_, ended)| *ended).count() as u64;
                prop_assert_eq!(told, safe);
            }
        }
    }
}
