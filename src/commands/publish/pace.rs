//! Delays messages to keep the speed that the user asked for.

use std::time::{Duration, Instant};

/// After a pause `--rate` may catch up, but not by more than this.
const BURST: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
enum Unit {
    /// A record, however many topics it goes to.
    #[default]
    Record,
    /// A single message.
    Message,
}

/// When the next message may be sent, given `--rate` or `--interval`.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// What the delay applies to.
    unit: Unit,
    /// Time between two messages; zero is no limit.
    period: Duration,
    /// How much of a delay may be caught up.
    slack: Duration,
    next: Option<Instant>,
}

impl Pace {
    /// Waits at least `gap` between two messages.
    pub(crate) fn gap(gap: Duration) -> Self {
        Self { unit: Unit::Record, period: gap, slack: Duration::ZERO, next: None }
    }

    /// Sends at most `rate` messages per second.
    pub(crate) fn rate(rate: f64) -> Self {
        let period = Duration::from_secs_f64(1.0 / rate);
        Self { unit: Unit::Message, period, slack: BURST, next: None }
    }

    /// Whether the message to topic number `topic` (from 0) of a record has to wait at all.
    pub(crate) fn counts(&self, topic: usize) -> bool {
        match self.unit {
            Unit::Record => topic == 0,
            Unit::Message => true,
        }
    }

    /// When the next message may be sent; `None` if now.
    pub(crate) fn wait(&self, now: Instant) -> Option<Instant> {
        self.next.filter(|next| now < *next)
    }

    /// Notes that a message was sent.
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

    /// How many messages are sent at each of these times, in milliseconds.
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
