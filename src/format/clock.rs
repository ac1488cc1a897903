//! The time of day for the formats.
//!
//! Text that changes once per second is rendered once per second; only the fraction is written for each message. The
//! system's time zone is looked up when a local time is first printed.

use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::time::SystemTime;

/// The source of the time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    fixed: Option<Timestamp>,
    /// The time last read.
    now: Option<Moment>,
    /// The user's name for the local time zone.
    zone_name: Option<String>,
    zone: Option<TimeZone>,
}

/// A point in time: one for each message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970, rounded down.
    pub second: i64,
    /// The rest, below 1,000,000,000.
    pub nanosecond: u32,
}

impl Clock {
    /// A clock that always shows `time`, with `zone` as the local time zone.
    pub fn fixed(time: Timestamp, zone: TimeZone) -> Self {
        Self { fixed: Some(time), now: None, zone_name: None, zone: Some(zone) }
    }

    /// The time. It stays the same until [`Clock::go_on`] is called.
    pub fn read(&mut self) -> Moment {
        let fixed = self.fixed;
        *self.now.get_or_insert_with(|| match fixed {
            Some(time) => Moment::from(time),
            None => Moment::of(SystemTime::now()),
        })
    }

    /// Time has passed.
    pub fn go_on(&mut self) {
        self.now = None;
    }

    /// Sets the name of the local time zone, in POSIX notation.
    pub fn set_zone_name(&mut self, name: Option<String>) {
        self.zone_name = name;
    }

    fn zone(&mut self, zone: Zone) -> TimeZone {
        let name = self.zone_name.as_deref();
        match zone {
            Zone::Utc => TimeZone::UTC,
            Zone::Local => self.zone.get_or_insert_with(|| local_zone(name)).clone(),
        }
    }
}

/// The system's time zone; UTC, as in the C library, if it has none.
fn local_zone(name: Option<&str>) -> TimeZone {
    let without_rules = || zone_without_rules(name?);
    TimeZone::try_system().ok().or_else(without_rules).unwrap_or(TimeZone::UTC)
}

/// A zone name with daylight saving time but without rules: the C library applies those of the USA.
fn zone_without_rules(name: &str) -> Option<TimeZone> {
    let name = name.strip_prefix(':').unwrap_or(name);
    TimeZone::posix(&format!("{name},M3.2.0,M11.1.0")).ok()
}

impl Moment {
    fn of(time: SystemTime) -> Self {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Self {
                second: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
                nanosecond: since.subsec_nanos(),
            },
            Err(_) => Self::from(Timestamp::try_from(time).unwrap_or(Timestamp::MIN)),
        }
    }
}

impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Self {
        let (second, nanosecond) = (time.as_second(), time.subsec_nanosecond());
        // Before 1970 both are negative.
        let borrow = i64::from(nanosecond < 0);
        let nanosecond = nanosecond.rem_euclid(1_000_000_000).unsigned_abs();
        Self { second: second - borrow, nanosecond }
    }
}

#[derive(Clone, Copy, Debug)]
enum Zone {
    Utc,
    Local,
}

/// A text with the time that stays the same for a second.
#[derive(Clone, Debug)]
pub struct PerSecond {
    pattern: String,
    zone: Zone,
    /// The second for which `text` is right.
    second: Option<i64>,
    text: Vec<u8>,
}

impl PerSecond {
    /// `pattern`, in strftime's language, in local time.
    pub fn local(pattern: impl Into<String>) -> Self {
        Self { pattern: pattern.into(), zone: Zone::Local, second: None, text: Vec::new() }
    }

    fn utc(pattern: &str) -> Self {
        Self { zone: Zone::Utc, ..Self::local(pattern) }
    }

    /// The text for `moment`. Empty if a directive cannot express it.
    pub fn at(&mut self, moment: Moment, clock: &mut Clock) -> &[u8] {
        if self.second != Some(moment.second) {
            self.second = Some(moment.second);
            self.text.clear();
            if let Ok(time) = Timestamp::from_second(moment.second) {
                let zoned = Zoned::new(time, clock.zone(self.zone));
                let text = strtime::format(&self.pattern, &zoned).unwrap_or_default();
                self.text.extend_from_slice(text.as_bytes());
            }
        }
        &self.text
    }
}

/// `%letter` as glibc prints it in the C locale, in the notation of `jiff`.
pub(super) fn strftime(letter: char) -> Option<String> {
    let pattern = match letter {
        'c' => "%a %b %e %H:%M:%S %Y",
        'D' | 'x' => "%m/%d/%y",
        'X' => "%H:%M:%S",
        'r' => "%I:%M:%S %p",
        _ if "aAbBCdeFgGhHIjklmMnpPRsStTuUVwWyYzZ".contains(letter) => {
            return Some(format!("%{letter}"));
        }
        _ => return None,
    };
    Some(pattern.to_owned())
}

/// Date and time with microseconds.
#[derive(Clone, Debug)]
pub struct Stamp {
    second: PerSecond,
    /// The moment for which the text is right.
    moment: Option<Moment>,
}

/// The position of the microseconds in `2026-11-20T17:19:39.000000`.
const FRACTION: std::ops::Range<usize> = 20..26;

impl Stamp {
    /// `2026-11-20T17:19:39.309950Z`.
    pub fn utc() -> Self {
        Self { second: PerSecond::utc("%Y-%m-%dT%H:%M:%S.000000Z"), moment: None }
    }

    /// `2026-11-20T18:19:39.309950+0100`.
    pub fn local() -> Self {
        Self { second: PerSecond::local("%Y-%m-%dT%H:%M:%S.000000%z"), moment: None }
    }

    /// The text for `moment`.
    pub fn at(&mut self, moment: Moment, clock: &mut Clock) -> &[u8] {
        if self.moment != Some(moment) {
            self.moment = Some(moment);
            self.second.at(moment, clock);
            if let Some(digits) = self.second.text.get_mut(FRACTION) {
                write_digits(digits, moment.nanosecond / 1000);
            }
        }
        &self.second.text
    }
}

/// Fills `digits` with the last digits of `number`.
pub fn write_digits(digits: &mut [u8], mut number: u32) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_renders_each_second_and_each_fraction() {
        let zone = TimeZone::fixed(jiff::tz::offset(-3));
        let mut clock = Clock::fixed(Timestamp::UNIX_EPOCH, zone);
        let (mut utc, mut local) = (Stamp::utc(), Stamp::local());
        for (moment, expected, here) in [
            ((1, 999_999_999), "1970-01-01T00:00:01.999999Z", "1969-12-31T21:00:01.999999-0300"),
            ((1, 0), "1970-01-01T00:00:01.000000Z", "1969-12-31T21:00:01.000000-0300"),
            ((2, 1_000), "1970-01-01T00:00:02.000001Z", "1969-12-31T21:00:02.000001-0300"),
            ((-1, 7), "1969-12-31T23:59:59.000000Z", "1969-12-31T20:59:59.000000-0300"),
        ] {
            let moment = Moment { second: moment.0, nanosecond: moment.1 };
            assert_eq!(utc.at(moment, &mut clock), expected.as_bytes());
            assert_eq!(local.at(moment, &mut clock), here.as_bytes());
        }
    }

    #[test]
    fn a_zone_without_rules_has_those_of_the_c_library() {
        for name in ["CET-1CEST", ":CET-1CEST"] {
            let zone = zone_without_rules(name).unwrap();
            for (time, seconds) in [
                ("2026-03-08T00:59:59Z", 3_600),
                ("2026-03-08T01:00:00Z", 7_200),
                ("2026-10-31T23:59:59Z", 7_200),
                ("2026-11-01T00:00:00Z", 3_600),
            ] {
                let time: Timestamp = time.parse().unwrap();
                assert_eq!(zone.to_offset(time).seconds(), seconds, "{time}");
            }
        }
        assert!(zone_without_rules("nonsense").is_none());
    }

    #[test]
    fn the_fraction_never_goes_below_zero() {
        let time: Timestamp = "1969-12-31T23:59:58.75Z".parse().unwrap();
        assert_eq!(Moment::from(time), Moment { second: -2, nanosecond: 750_000_000 });
    }

    #[test]
    fn the_system_clock_runs_and_a_time_out_of_range_is_no_text() {
        assert!(Clock::default().read().second > 1_700_000_000);
        let far = Moment { second: i64::MAX, nanosecond: 1 };
        assert_eq!(Stamp::utc().at(far, &mut Clock::default()), b"");
    }
}
