//! What a check found out, for every form of output.

use crate::exit::ExitStatus;
use crate::mqtt::Version;
use crate::mqtt::limits::Limits;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt;
use std::time::{Duration, SystemTime};

const DAY: u64 = 24 * 3600;

/// A step of the check, or something that has a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepName {
    /// The lookup of a domain's SRV records.
    Srv,
    /// The lookup of the name of the broker or proxy.
    Name,
    /// TCP, to the broker or proxy.
    Tcp,
    /// A Unix socket.
    Unix,
    /// The TLS handshake with the proxy.
    ProxyTls,
    /// The proxy's own handshake.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// The upgrade to a WebSocket.
    WebSocket,
    /// CONNECT to CONNACK.
    Connect,
    /// PINGREQ to PINGRESP.
    Ping,
    /// SUBSCRIBE to the message that comes back.
    Message,
    /// Another version of MQTT.
    Version,
    /// The remaining time of the broker's certificate: not a step, but it has a threshold.
    Certificate,
}

const NAMES: [(StepName, &str); 13] = [
    (StepName::Srv, "srv"),
    (StepName::Name, "name"),
    (StepName::Tcp, "tcp"),
    (StepName::Unix, "unix"),
    (StepName::ProxyTls, "proxy-tls"),
    (StepName::Proxy, "proxy"),
    (StepName::Tls, "tls"),
    (StepName::WebSocket, "websocket"),
    (StepName::Connect, "connect"),
    (StepName::Ping, "ping"),
    (StepName::Message, "message"),
    (StepName::Version, "version"),
    (StepName::Certificate, "cert"),
];

impl StepName {
    /// The step with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = NAMES.iter().find(|row| row.0 == *self);
        f.pad(row.map_or("", |row| row.1))
    }
}

/// A step that was done.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) name: StepName,
    /// What it found out. May contain untrusted text.
    pub(crate) detail: String,
    pub(crate) took: Duration,
}

/// How grave a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Over the threshold of `--warn`.
    Warning,
    /// Over the threshold of `--critical`.
    Critical,
    /// The step failed, and none follows.
    Failed,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Failed => "failed",
        })
    }
}

/// Something that is not as it should be.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) level: Level,
    pub(crate) step: StepName,
    /// May contain untrusted text.
    pub(crate) reason: String,
    /// The exit status it stands for.
    pub(crate) status: ExitStatus,
}

/// The end of the broker's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CertificateEnd {
    /// In seconds since 1970.
    pub(crate) at: u64,
    /// The time of the check, likewise.
    now: u64,
}

impl CertificateEnd {
    /// The end, and the time now.
    pub(crate) fn new(at: u64) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self { at, now: now.map_or(0, |now| now.as_secs()) }
    }

    /// Seconds left; negative after the end.
    pub(crate) fn left(self) -> i64 {
        let signed = |seconds| i64::try_from(seconds).unwrap_or(i64::MAX);
        signed(self.at).saturating_sub(signed(self.now))
    }

    /// The end in UTC.
    pub(crate) fn timestamp(self) -> Option<Timestamp> {
        Timestamp::from_second(i64::try_from(self.at).ok()?).ok()
    }
}

impl CertificateEnd {
    /// `in 35 days`, or `2 days ago`.
    pub(crate) fn distance(self) -> String {
        let left = self.left();
        let (count, unit) = match left.unsigned_abs() {
            seconds if seconds >= DAY => (seconds / DAY, "day"),
            seconds if seconds >= 3600 => (seconds / 3600, "hour"),
            seconds => (seconds / 60, "minute"),
        };
        let plural = if count == 1 { "" } else { "s" };
        match left {
            0.. => format!("in {count} {unit}{plural}"),
            _ => format!("{count} {unit}{plural} ago"),
        }
    }

    /// `ends` or `ended`.
    pub(crate) fn verb(self) -> &'static str {
        if self.left() < 0 { "ended" } else { "ends" }
    }
}

impl fmt::Display for CertificateEnd {
    /// `ends 2027-01-02, in 35 days`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.verb())?;
        if let Some(at) = self.timestamp() {
            write!(f, "{}, ", at.to_zoned(TimeZone::UTC).date())?;
        }
        f.write_str(&self.distance())
    }
}

/// A version of MQTT as `--protocol` takes it.
pub(crate) fn number(version: Version) -> &'static str {
    match version {
        Version::V5 => "5",
        Version::V311 => "3.1.1",
        Version::V31 => "3.1",
    }
}

/// Whether the broker accepts a version of MQTT.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(crate) version: Version,
    /// The broker's reason if it does not.
    pub(crate) refused: Option<String>,
    /// CONNECT to CONNACK, or to the refusal.
    pub(crate) took: Duration,
}

/// Everything that was found out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// The broker's URL, without secrets.
    pub(crate) target: String,
    /// The steps done, in order. Each name appears once.
    pub(crate) steps: Vec<Step>,
    /// The address connected to.
    pub(crate) address: Option<String>,
    pub(crate) tls_version: Option<&'static str>,
    pub(crate) certificate: Option<CertificateEnd>,
    pub(crate) version: Option<Version>,
    /// Seconds that the broker keeps a session, if it says so.
    pub(crate) session_expiry: Option<u32>,
    /// The broker's limits; only MQTT 5 tells them.
    pub(crate) limits: Option<Limits>,
    /// The keep-alive in effect, in seconds.
    pub(crate) keep_alive: u16,
    pub(crate) trials: Vec<Trial>,
    pub(crate) problems: Vec<Problem>,
}

impl Report {
    /// The gravest level of its problems.
    pub(crate) fn level(&self) -> Option<Level> {
        self.problems.iter().map(|problem| problem.level).max()
    }

    /// The exit status.
    pub(crate) fn status(&self) -> ExitStatus {
        let real = self.problems.iter().filter(|problem| problem.level != Level::Warning);
        real.fold(ExitStatus::Success, |status, problem| status.graver(problem.status))
    }

    /// How long a step took; zero if it was not made.
    pub(crate) fn took(&self, name: StepName) -> Duration {
        self.steps.iter().find(|step| step.name == name).map_or(Duration::ZERO, |step| step.took)
    }

    /// The problem that ended the check.
    pub(crate) fn failed(&self) -> Option<&Problem> {
        self.problems.iter().find(|problem| problem.level == Level::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_found_by_its_name() {
        for (step, name) in NAMES {
            assert_eq!((StepName::named(name), step.to_string().as_str()), (Some(step), name));
        }
    }

    #[test]
    fn the_end_of_a_certificate_reads_as_date_and_distance() {
        let told = |left: i64| {
            let now = 1_764_400_000;
            CertificateEnd { at: (now + left).unsigned_abs(), now: now.unsigned_abs() }.to_string()
        };
        assert_eq!(told(35 * 86_400), "ends 2026-01-03, in 35 days");
        assert_eq!(told(86_400), "ends 2025-11-30, in 1 day");
        assert_eq!(told(7_300), "ends 2025-11-29, in 2 hours");
        assert_eq!(told(0), "ends 2025-11-29, in 0 minutes");
        assert_eq!(told(-2 * 86_400), "ended 2025-11-27, 2 days ago");
    }
}
