//! Uses PINGREQ as a question: has everything sent before it arrived?
//!
//! Answers arrive in the order of the questions, so each proves what its own PINGREQ covers.

use std::collections::VecDeque;

/// Most questions remembered at once; beyond that, older answers prove nothing.
const REMEMBERED: usize = 1_024;

/// The PINGREQ packets of one connection, and what their answers prove.
#[derive(Debug, Default)]
pub struct Pings {
    asked: u64,
    answered: u64,
    /// Unanswered questions that cover more than those before: the number of each, and the number of QoS 0 messages
    /// sent before it.
    open: VecDeque<(u64, u64)>,
    /// Number of QoS 0 messages that have certainly arrived.
    proven: u64,
}

impl Pings {
    /// Notes a PINGREQ sent after `messages` at QoS 0, and returns its number.
    pub fn ask(&mut self, messages: u64) -> u64 {
        self.asked += 1;
        if messages > self.open.back().map_or(self.proven, |last| last.1) {
            if self.open.len() == REMEMBERED {
                self.open.pop_front();
            }
            self.open.push_back((self.asked, messages));
        }
        self.asked
    }

    /// Notes a PINGRESP. An unexpected one is ignored.
    pub fn answer(&mut self) {
        self.answered = self.asked.min(self.answered + 1);
        while let Some(&(number, messages)) = self.open.front()
            && number <= self.answered
        {
            self.proven = messages;
            self.open.pop_front();
        }
    }

    /// Whether PINGREQ `number` has been answered.
    pub fn is_answered(&self, number: u64) -> bool {
        number <= self.answered
    }

    /// Number of QoS 0 messages that have certainly arrived.
    pub fn proven(&self) -> u64 {
        self.proven
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_proves_what_went_out_before_its_own_question() {
        let mut pings = Pings::default();
        pings.ask(10);
        pings.ask(1_500);
        pings.answer();
        assert_eq!(pings.proven(), 10);
        pings.answer();
        assert_eq!(pings.proven(), 1_500);
        pings.answer();
        assert_eq!(pings.proven(), 1_500, "that one answered nothing");
    }

    #[test]
    fn a_question_is_answered_when_its_own_answer_came() {
        let mut pings = Pings::default();
        let (first, second) = (pings.ask(0), pings.ask(0));
        pings.answer();
        assert!(pings.is_answered(first) && !pings.is_answered(second));
    }

    #[test]
    fn a_broker_that_never_answers_costs_no_memory_and_proves_nothing() {
        let mut pings = Pings::default();
        for messages in 1..=1_000_000 {
            pings.ask(messages);
        }
        assert!(pings.open.len() <= REMEMBERED);
        pings.answer();
        assert_eq!(pings.proven(), 0, "what the oldest covered is forgotten");
    }
}
