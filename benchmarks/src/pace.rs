//! Something done again and again, at a fixed rate.
//!
//! Knows nothing of what is done.

use std::num::NonZeroU64;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Does something `count` times, `rate` times a second. Each has its moment counted from the start, so that one that is
/// late does not delay the others. Made for a thread of its own, which wakes more punctually from then on.
pub fn steadily(rate: u32, count: usize, mut each: impl FnMut(usize) -> Result<()>) -> Result<()> {
    // Linux lets a thread sleep 50 µs longer than it asked for unless told otherwise.
    rustix::thread::set_current_timer_slack(Some(NonZeroU64::MIN))
        .context("cannot set the timer slack")?;
    let start = Instant::now();
    for number in 0..count {
        let due = Duration::from_secs(number as u64) / rate;
        thread::sleep(due.saturating_sub(start.elapsed()));
        each(number)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_before_its_time() {
        let start = Instant::now();
        let mut times = Vec::new();
        let each = |number| {
            times.push((number, start.elapsed()));
            Ok(())
        };
        steadily(1000, 5, each).unwrap();
        let due = |number| Duration::from_millis(number as u64);
        assert_eq!(times.len(), 5);
        assert!(times.iter().all(|&(number, time)| time >= due(number)), "{times:?}");
    }
}
