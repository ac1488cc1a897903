//! What is asked of `mqtt` in a row, and whether it is met.
//!
//! Knows numbers only; where they come from is for others.

use serde::{Deserialize, Serialize};

/// What `mqtt` must reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// At least this many times as fast as mosquitto.
    TimesFaster(f64),
    /// At most this much of mosquitto's time.
    ShareOfTime(f64),
    /// At most this many times its own time for the same at QoS 0.
    TimesOwnZero(f64),
    /// At most this many times what the broker takes for the removals alone.
    TimesRemovals(f64),
    /// At most this many KiB of memory.
    Kibibytes(u64),
    /// At most this much of mosquitto's time of processors.
    ShareOfCpu(f64),
    /// At most this much of mosquitto's context switches.
    ShareOfSwitches(f64),
    /// Nothing; it is compared with its own figure for the same over plain TCP.
    OwnTcp,
    /// Nothing; it is compared with its own figure for the same without the flag in question.
    OwnPlain,
    /// Nothing; it is compared with mosquitto.
    Untold,
}

/// How a row ended, gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing to compare with.
    None,
    Met,
    Missed,
    /// A program failed, or delivered wrongly.
    Failed,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Met => "ok",
            Self::Missed => "**MISSED**",
            Self::Failed => "**FAILED**",
        }
    }
}

impl Target {
    /// How `ours` compares, in words, and whether that is enough. `theirs` is mosquitto's figure, `base` that of the
    /// other thing that the target is about; either may be missing.
    pub fn judge(self, ours: f64, theirs: Option<f64>, base: Option<f64>) -> (String, Verdict) {
        let judged = match self {
            Self::TimesFaster(times) => theirs
                .map(|theirs| (format!("{:.1}× faster", theirs / ours), theirs / ours >= times)),
            Self::ShareOfTime(share) => share_of("time", ours, theirs, share),
            Self::ShareOfCpu(share) => share_of("CPU time", ours, theirs, share),
            Self::ShareOfSwitches(share) => share_of("switches", ours, theirs, share),
            Self::TimesOwnZero(times) => {
                base.map(|zero| (format!("{:.1}× own QoS 0", ours / zero), ours / zero <= times))
            }
            Self::TimesRemovals(times) => base.map(|alone| {
                (format!("{:.1}× the removals alone", ours / alone), ours / alone <= times)
            }),
            Self::Kibibytes(limit) => {
                let ratio = theirs
                    .map_or("–".into(), |theirs| format!("{:.2} of its memory", ours / theirs));
                Some((ratio, ours <= limit as f64))
            }
            Self::OwnPlain => {
                return compared(base, |plain| format!("{:.2}× without it", ours / plain));
            }
            Self::OwnTcp => return compared(base, |tcp| format!("{:.2}× own TCP", ours / tcp)),
            Self::Untold => {
                return compared(theirs, |theirs| format!("{:.2} of its", ours / theirs));
            }
        };
        match judged {
            None => ("–".into(), Verdict::None),
            Some((ratio, true)) => (ratio, Verdict::Met),
            Some((ratio, false)) => (ratio, Verdict::Missed),
        }
    }

    pub fn name(self) -> String {
        match self {
            Self::TimesFaster(times) => format!("≥ {times}× faster"),
            Self::ShareOfTime(share) => format!("≤ {share} of its time"),
            Self::TimesOwnZero(times) => format!("≤ {times}× own QoS 0"),
            Self::TimesRemovals(times) => format!("≤ {times}× the removals alone"),
            Self::Kibibytes(limit) => format!("≤ {} MiB", limit / 1024),
            Self::ShareOfCpu(share) => format!("≤ {share} of its CPU time"),
            Self::ShareOfSwitches(share) => format!("≤ {share} of its switches"),
            Self::OwnPlain | Self::OwnTcp | Self::Untold => "–".into(),
        }
    }
}

fn share_of(what: &str, ours: f64, theirs: Option<f64>, share: f64) -> Option<(String, bool)> {
    let ratio = ours / theirs?;
    Some((format!("{ratio:.2} of its {what}"), ratio <= share))
}

/// Where nothing is asked for.
fn compared(with: Option<f64>, words: impl FnOnce(f64) -> String) -> (String, Verdict) {
    (with.map_or("–".into(), words), Verdict::None)
}

#[cfg(test)]
mod tests {
    use super::{Target, Verdict};

    #[test]
    fn a_target_is_met_missed_or_without_anything_to_compare_with() {
        let faster = Target::TimesFaster(8.0);
        assert_eq!(faster.judge(1.0, Some(8.0), None), ("8.0× faster".into(), Verdict::Met));
        assert_eq!(faster.judge(1.0, Some(7.9), None), ("7.9× faster".into(), Verdict::Missed));
        assert_eq!(faster.judge(1.0, None, Some(9.0)), ("–".into(), Verdict::None));
        let memory = Target::Kibibytes(16);
        assert_eq!(memory.judge(16.0, None, None).1, Verdict::Met);
        assert_eq!(memory.judge(17.0, None, None).1, Verdict::Missed);
        let share = Target::ShareOfCpu(0.85);
        assert_eq!(share.judge(8.5, Some(10.0), None).1, Verdict::Met);
        assert_eq!(
            share.judge(8.6, Some(10.0), None),
            ("0.86 of its CPU time".into(), Verdict::Missed)
        );
    }

    #[test]
    fn what_is_only_compared_is_neither_met_nor_missed() {
        let tcp = Target::OwnTcp.judge(3.0, Some(1.0), Some(2.0));
        assert_eq!(tcp, ("1.50× own TCP".into(), Verdict::None));
        let told = Target::Untold.judge(3.0, Some(2.0), None);
        assert_eq!(told, ("1.50 of its".into(), Verdict::None));
    }
}
