//! The delay before the next attempt: full jitter, from 0.5 s doubling to 30 s. It starts over only after a worthwhile
//! session.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// A session that lasted this long is worthwhile.
pub const WORTHWHILE: Duration = Duration::from_secs(30);

/// The attempts since the last worthwhile session.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    attempts: u32,
}

impl Backoff {
    /// The delay before the next attempt; `random` is uniformly distributed over `u64`.
    pub fn next(&mut self, random: u64) -> Duration {
        let ceiling = FIRST.saturating_mul(1 << self.attempts.min(16)).min(LONGEST);
        self.attempts = self.attempts.saturating_add(1);
        ceiling.mul_f64(random as f64 / u64::MAX as f64)
    }

    /// A worthwhile session ended.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_from_half_a_second_to_thirty() {
        let mut backoff = Backoff::default();
        let waits: Vec<f64> = (0..8).map(|_| backoff.next(u64::MAX).as_secs_f64()).collect();
        assert_eq!(waits, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]);
        backoff.reset();
        assert_eq!(backoff.next(u64::MAX), FIRST);
        assert_eq!(backoff.next(0), Duration::ZERO);
    }
}
