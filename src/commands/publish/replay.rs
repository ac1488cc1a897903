//! `--replay`: schedules each record by the time at which it was received.

use jiff::Timestamp;
use std::time::Duration;

/// The schedule of a recording. Times are absolute, so a late message does not delay the others.
#[derive(Debug)]
pub(crate) struct Replay {
    /// Playback speed; 2 is twice as fast.
    speed: f64,
    /// Longest pause between two messages.
    max_gap: Option<Duration>,
    /// The time of the last record.
    last: Option<Timestamp>,
    /// Recorded time from the first record to the last one; long pauses count only up to `max_gap`.
    elapsed: Duration,
    /// Whether a record was older than the previous one.
    went_back: bool,
    was_told: bool,
}

impl Replay {
    /// Creates a schedule at `speed` times the recorded speed, with pauses of at most `max_gap`.
    pub(crate) fn new(speed: f64, max_gap: Option<Duration>) -> Self {
        Self {
            speed,
            max_gap,
            last: None,
            elapsed: Duration::ZERO,
            went_back: false,
            was_told: false,
        }
    }

    /// When to send the next record, which was received at `time`, as time since the first record. A record older than
    /// the previous one is due immediately.
    pub(crate) fn due(&mut self, time: Timestamp) -> Duration {
        let last = self.last.replace(time).unwrap_or(time);
        match Duration::try_from(time.duration_since(last)) {
            Ok(gap) => {
                let longest = self.max_gap.map(|gap| saturating(gap.as_secs_f64() * self.speed));
                let gap = longest.map_or(gap, |longest| gap.min(longest));
                self.elapsed = self.elapsed.saturating_add(gap);
            }
            Err(_) => self.went_back = true,
        }
        saturating(self.elapsed.as_secs_f64() / self.speed)
    }

    /// Whether a record was older than the previous one; true only once.
    pub(crate) fn went_back(&mut self) -> bool {
        self.went_back && !std::mem::replace(&mut self.was_told, true)
    }
}

fn saturating(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// Parses a factor: a number above 0.
pub(crate) fn parse_speed(text: &str) -> Result<f64, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match text.parse() {
        Ok(speed) if is_plain && (1e-3..=1e6).contains(&speed) => Ok(speed),
        _ => Err("must be a factor from 0.001 to 1000000, such as 2 or 0.5".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When records received at these seconds are due, in milliseconds.
    fn due(mut replay: Replay, seconds: &[i64]) -> Vec<u128> {
        let time = |second: &i64| Timestamp::from_second(*second).unwrap();
        seconds.iter().map(|second| replay.due(time(second)).as_millis()).collect()
    }

    #[test]
    fn gaps_are_kept_at_any_speed() {
        let recorded = [100, 101, 103, 103, 110];
        assert_eq!(due(Replay::new(1.0, None), &recorded), [0, 1000, 3000, 3000, 10_000]);
        assert_eq!(due(Replay::new(10.0, None), &recorded), [0, 100, 300, 300, 1000]);
        assert_eq!(due(Replay::new(0.5, None), &recorded), [0, 2000, 6000, 6000, 20_000]);
    }

    #[test]
    fn a_long_gap_is_cut_whatever_the_speed() {
        let gap = Some(Duration::from_secs(1));
        assert_eq!(due(Replay::new(1.0, gap), &[0, 3600, 3601, 9999]), [0, 1000, 2000, 3000]);
        assert_eq!(due(Replay::new(10.0, gap), &[0, 5, 3600]), [0, 500, 1500]);
    }

    #[test]
    fn what_goes_back_in_time_is_due_at_once_and_told_once() {
        let mut replay = Replay::new(1.0, None);
        let mut at = |second| replay.due(Timestamp::from_second(second).unwrap()).as_secs();
        assert_eq!([at(10), at(12), at(5), at(6), at(4)], [0, 2, 2, 3, 3]);
        assert!(replay.went_back() && !replay.went_back());
    }

    #[test]
    fn a_million_small_gaps_add_up() {
        let mut replay = Replay::new(3.0, None);
        let start = Timestamp::from_second(1_000_000_000).unwrap();
        let step = Duration::from_micros(1000);
        let last = (0..=1_000_000).map(|number| replay.due(start + step * number)).last();
        assert_eq!(last.unwrap().as_micros(), 1_000_000_000 / 3);
    }

    #[test]
    fn a_speed_is_a_positive_number() {
        assert_eq!(parse_speed("0.5"), Ok(0.5));
        for bad in ["0", "-1", "", "x", "1e3", "inf", "NaN", "0.0001"] {
            assert!(parse_speed(bad).is_err(), "{bad}");
        }
    }
}
