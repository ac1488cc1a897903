//! Gathers messages that arrive so fast, one by one, that waking up for each costs more than the work itself.
//!
//! A wakeup takes longer than reading and printing a short message. Above 5,000 messages per second, a short pause
//! after each read lets the next few gather. This saves half of the work and delays a message by less than half a
//! millisecond. It is not used for a dialogue, in which the server may wait for our answer, nor for a flood, which
//! gathers by itself.

use std::time::{Duration, Instant};

/// How long messages may gather; the system adds a little.
const PAUSE: Duration = Duration::from_micros(250);

/// Reads that follow each other within this time could be one.
const CLOSE: Duration = Duration::from_micros(200);

/// Messages that arrive this soon after a pause arrived during it.
const AT_ONCE: Duration = Duration::from_micros(60);

/// Larger reads, in bytes, are not a trickle.
const LITTLE: usize = 4 << 10;

/// Number of close reads in a row that cannot be chance.
const ENOUGH: u32 = 64;

/// Watches the rhythm of reads.
#[derive(Debug, Default)]
pub(super) struct Bunching {
    /// The last read, or the end of the pause after it.
    last: Option<Instant>,
    was_paused: bool,
    /// Number of close reads in a row.
    streak: u32,
    /// Whether something was read since the last pause.
    has_read: bool,
}

impl Bunching {
    /// Notes that `size` bytes were read.
    pub(super) fn read(&mut self, size: usize, now: Instant) {
        let limit = if self.was_paused { AT_ONCE } else { CLOSE };
        let is_close = self.last.is_some_and(|last| now.saturating_duration_since(last) < limit);
        self.streak = if is_close && size < LITTLE { self.streak.saturating_add(1) } else { 0 };
        self.last = Some(now);
        self.was_paused = false;
        self.has_read = true;
    }

    /// Notes that something was sent, which may be answered.
    pub(super) fn wrote(&mut self) {
        self.streak = 0;
    }

    /// How long to pause, now that there is nothing left to do.
    pub(super) fn pause(&mut self) -> Option<Duration> {
        let is_due = std::mem::take(&mut self.has_read) && self.streak >= ENOUGH;
        is_due.then_some(PAUSE)
    }

    /// Notes that the pause is over.
    pub(super) fn paused(&mut self, now: Instant) {
        self.last = Some(now);
        self.was_paused = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads at this rhythm, and returns whether there would be a pause after the last read.
    fn is_due_after(bunching: &mut Bunching, start: Instant, gap: Duration, size: usize) -> bool {
        (0..=ENOUGH).fold(false, |_, number| {
            bunching.read(size, start + gap * number);
            bunching.pause().is_some()
        })
    }

    #[test]
    fn only_what_is_short_and_comes_fast_is_worth_a_pause() {
        let start = Instant::now();
        let micros = Duration::from_micros;
        let fresh = Bunching::default;
        assert!(is_due_after(&mut fresh(), start, micros(100), 90));
        assert!(!is_due_after(&mut fresh(), start, micros(1_000), 90));
        assert!(!is_due_after(&mut fresh(), start, micros(100), LITTLE));
        let mut bunching = fresh();
        assert!(is_due_after(&mut bunching, start, micros(100), 90));
        assert_eq!(bunching.pause(), None, "nothing has come since");
        bunching.wrote();
        bunching.read(90, start + micros(100) * (ENOUGH + 1));
        assert_eq!(bunching.pause(), None, "somebody may be waiting for an answer");
    }

    #[test]
    fn a_pause_in_which_nothing_came_is_the_last() {
        let start = Instant::now();
        let micros = Duration::from_micros;
        let mut bunching = Bunching::default();
        assert!(is_due_after(&mut bunching, start, micros(100), 90));
        let end = start + micros(10_000);
        bunching.paused(end);
        bunching.read(180, end + micros(10));
        assert!(bunching.pause().is_some());
        bunching.paused(end + micros(200));
        bunching.read(90, end + micros(300));
        assert_eq!(bunching.pause(), None);
    }
}
