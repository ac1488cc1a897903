//! The order of arrival, which acknowledgements keep ([MQTT-4.6.0-2]): a message is acknowledged when it and all before
//! it have come to their end.
//!
//! Bounded by the messages that a command has, whatever number of others arrives in between: those that follow each other
//! are counted together.

use std::collections::VecDeque;

/// Messages that follow each other.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// One for a command, by its number.
    Job(u64),
    /// So many that are being written.
    Writing(u64),
    /// So many that have come to their end.
    Ended(u64),
}

/// Which messages have come to their end, from the oldest that has not.
#[derive(Debug, Default)]
pub(crate) struct Order {
    parts: VecDeque<Part>,
    /// Those that may be acknowledged, and were not yet.
    safe: u64,
}

impl Order {
    /// A message came for a command.
    pub(crate) fn add_job(&mut self, number: u64) {
        self.parts.push_back(Part::Job(number));
    }

    /// A message came that is being written.
    pub(crate) fn add_writing(&mut self) {
        match self.parts.back_mut() {
            Some(Part::Writing(count)) => *count += 1,
            _ => self.parts.push_back(Part::Writing(1)),
        }
    }

    /// The next `count` of those that are being written were written.
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

    /// The message of this number has come to its end.
    pub(crate) fn end_job(&mut self, number: u64) {
        if let Some(at) = self.parts.iter().position(|part| *part == Part::Job(number)) {
            self.parts.remove(at);
            self.insert_ended(at, 1);
            self.advance();
        }
    }

    /// Puts `count` that have ended before the part at `at`; how many parts that adds.
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

    /// Messages that may be acknowledged since this was last asked.
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
        /// Against a list with an entry for each message.
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
