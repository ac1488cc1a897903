//! How fast messages are handed to the session, when the user wants them slower than they come.
//!
//! Given the time, never asks for it.

use std::time::{Duration, Instant};

/// A rate may be made up for after a pause, but for no more than this.
const BURST: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
enum Unit {
    /// A record, to however many topics it goes.
    #[default]
    Record,
    /// A message.
    Message,
}

/// When the next message may go, by `--rate` or `--interval`.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// What is paced.
    unit: Unit,
    /// Between one message and the next; zero is as fast as they come.
    period: Duration,
    /// How much of a delay is made up for.
    slack: Duration,
    next: Option<Instant>,
}

impl Pace {
    /// At least `gap` between one message and the next.
    pub(crate) fn gap(gap: Duration) -> Self {
        Self { unit: Unit::Record, period: gap, slack: Duration::ZERO, next: None }
    }

    /// `rate` messages a second.
    pub(crate) fn rate(rate: f64) -> Self {
        let period = Duration::from_secs_f64(1.0 / rate);
        Self { unit: Unit::Message, period, slack: BURST, next: None }
    }

    /// Whether the message of a record to its topic number `topic`, from 0 on, has to wait at all.
    pub(crate) fn counts(&self, topic: usize) -> bool {
        match self.unit {
            Unit::Record => topic == 0,
            Unit::Message => true,
        }
    }

    /// When the next message may go, unless it may now.
    pub(crate) fn wait(&self, now: Instant) -> Option<Instant> {
        self.next.filter(|next| now < *next)
    }

    /// A message went.
    pub(crate) fn sent(&mut self, now: Instant) {
        if self.period > Duration::ZERO {
            let earliest = now.checked_sub(self.slack).unwrap_or(now);
            let from = self.next.map_or(now, |next| next.max(earliest));
            self.next = from.checked_add(self.period);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// How many messages go at each of these milliseconds.
    fn sent(mut pace: Pace, times: &[u32]) -> Vec<usize> {
        let start = Instant::now();
        let mut send = |at: &u32| {
            let now = start + MS * *at;
            let mut count = 0;
            while count < 1000 && pace.wait(now).is_none() {
                pace.sent(now);
                count += 1;
            }
            count
        };
        times.iter().map(&mut send).collect()
    }

    #[test]
    fn without_a_pace_everything_goes_at_once() {
        assert_eq!(sent(Pace::default(), &[0]), [1000]);
    }

    #[test]
    fn a_gap_is_kept_and_never_made_up_for() {
        let hour = 3_600_000;
        assert_eq!(sent(Pace::gap(Duration::from_secs(3600)), &[0, hour - 1, hour]), [1, 0, 1]);
        assert_eq!(sent(Pace::gap(MS * 10), &[0, 5, 10, 1000, 1005]), [1, 0, 1, 1, 0]);
    }

    #[test]
    fn a_rate_is_steady_and_makes_up_for_a_tenth_of_a_second_at_most() {
        assert_eq!(sent(Pace::rate(100.0), &[0, 9, 10, 20, 45, 50]), [1, 0, 1, 1, 2, 1]);
        let after_a_pause = sent(Pace::rate(1000.0), &[0, 60_000]);
        assert!((100..=101).contains(&after_a_pause[1]), "{after_a_pause:?}");
    }
}
