//! Thresholds for steps and for the certificate: `--warn` and `--critical`.

use super::report::{CertificateEnd, Level, Problem, StepName};
use crate::exit::{ExitStatus, Failure};
use crate::settings::parse_duration;
use std::str::FromStr;
use std::time::Duration;

/// `STEP=DURATION`: the longest that a step may take, or the shortest that a certificate must still be valid.
#[derive(Clone, Debug)]
pub struct Threshold {
    step: StepName,
    limit: Duration,
    /// The duration as it was given.
    text: String,
}

impl FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, limit) = text.split_once('=').ok_or("expected STEP=DURATION")?;
        let step = StepName::named(name).filter(|step| *step != StepName::Version);
        let step = step.ok_or(
            "a step is srv, name, tcp, unix, proxy-tls, proxy, tls, websocket, connect, ping, message or cert",
        )?;
        Ok(Self { step, limit: parse_duration(limit)?, text: limit.to_owned() })
    }
}

/// The thresholds of a check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thresholds {
    pub(crate) warn: Vec<Threshold>,
    pub(crate) critical: Vec<Threshold>,
}

impl Thresholds {
    /// Those of one step: when to warn, and when it is critical.
    pub(crate) fn of(&self, step: StepName) -> [Option<&Threshold>; 2] {
        [&self.warn, &self.critical].map(|all| all.iter().rev().find(|it| it.step == step))
    }

    /// Refuses a threshold that can have no effect; `why_not` tells why a step does not take place.
    pub(crate) fn check(
        &self,
        why_not: impl Fn(StepName) -> Option<&'static str>,
    ) -> Result<(), Failure> {
        for (flag, all) in [("warn", &self.warn), ("critical", &self.critical)] {
            for Threshold { step, text, .. } in all {
                if let Some(reason) = why_not(*step) {
                    let message = format!("--{flag} {step}={text} has no effect {reason}");
                    return Err(Failure::usage(message));
                }
            }
        }
        Ok(())
    }

    /// Judges the time that a step took.
    pub(crate) fn judge(&self, step: StepName, took: Duration) -> Option<Problem> {
        let judged = self.find(step, |threshold| took > threshold.limit);
        judged.map(|(level, threshold)| {
            let (took, limit) = (in_milliseconds(took), &threshold.text);
            let reason = format!("took {took}, more than {limit}");
            Problem { level, step, reason, status: ExitStatus::TimedOut }
        })
    }

    /// Judges a certificate; `None` is one whose end cannot be read.
    pub(crate) fn judge_certificate(&self, end: Option<CertificateEnd>) -> Option<Problem> {
        let step = StepName::Certificate;
        let is_over = |threshold: &Threshold| {
            let needed = i64::try_from(threshold.limit.as_secs()).unwrap_or(i64::MAX);
            end.is_none_or(|end| end.left() < needed)
        };
        self.find(step, is_over).map(|(level, threshold)| {
            let reason = match end {
                Some(end) => {
                    let (verb, distance) = (end.verb(), end.distance());
                    format!("certificate {verb} {distance}, less than {}", threshold.text)
                }
                None => "the end of the certificate cannot be read".to_owned(),
            };
            Problem { level, step, reason, status: ExitStatus::Unreachable }
        })
    }

    fn find(
        &self,
        step: StepName,
        is_over: impl Fn(&Threshold) -> bool,
    ) -> Option<(Level, &Threshold)> {
        let [warn, critical] = self.of(step).map(|threshold| threshold.filter(|it| is_over(it)));
        let warn = || warn.map(|it| (Level::Warning, it));
        critical.map(|it| (Level::Critical, it)).or_else(warn)
    }
}

impl Threshold {
    /// In seconds.
    pub(crate) fn seconds(&self) -> f64 {
        self.limit.as_secs_f64()
    }
}

/// `6.8 ms`.
pub(crate) fn in_milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thresholds(warn: &[&str], critical: &[&str]) -> Thresholds {
        let parsed = |all: &[&str]| all.iter().map(|text| text.parse().unwrap()).collect();
        Thresholds { warn: parsed(warn), critical: parsed(critical) }
    }

    #[test]
    fn the_graver_threshold_counts_and_the_last_of_a_step() {
        let all = thresholds(&["ping=1s", "ping=100ms"], &["ping=1"]);
        let judged = |milliseconds| {
            let problem = all.judge(StepName::Ping, Duration::from_millis(milliseconds));
            problem.map(|it| (it.level, it.reason))
        };
        assert_eq!(judged(100), None);
        let warning = "took 101.0 ms, more than 100ms".to_owned();
        assert_eq!(judged(101), Some((Level::Warning, warning)));
        let critical = "took 1001.0 ms, more than 1".to_owned();
        assert_eq!(judged(1_001), Some((Level::Critical, critical)));
        assert!(all.judge(StepName::Tcp, Duration::from_secs(9)).is_none());
    }

    #[test]
    fn a_certificate_must_be_valid_for_longer_and_readable() {
        let all = thresholds(&["cert=14d"], &["cert=7d"]);
        let level = |end| all.judge_certificate(end).map(|it| it.level);
        let in_days = |days: u64| {
            let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
            Some(CertificateEnd::new(now + days * 86_400 + 60))
        };
        assert_eq!(level(in_days(14)), None);
        assert_eq!(level(in_days(13)), Some(Level::Warning));
        assert_eq!(level(in_days(6)), Some(Level::Critical));
        assert_eq!(level(Some(CertificateEnd::new(0))), Some(Level::Critical));
        assert_eq!(level(None), Some(Level::Critical));
    }

    #[test]
    fn a_threshold_names_a_step_and_a_duration() {
        for bad in ["ping", "ping=", "=1s", "pong=1s", "version=1s", "ping=-1", "PING=1s"] {
            assert!(bad.parse::<Threshold>().is_err(), "{bad}");
        }
    }
}
