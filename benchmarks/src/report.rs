//! From samples to a Markdown table, with a verdict where there is a target.
//!
//! Measures nothing.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cases::{Case, Kind, Target};
use crate::programs::{Maker, Program};
use crate::run::{End, Runs, Sample};

/// How a row ended, gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing was asked of it, or nothing to compare with.
    None,
    Met,
    Missed,
    /// A program failed, or delivered wrongly.
    Failed,
}

/// The table as it grows.
pub struct Table {
    markdown: String,
    /// The gravest of all rows.
    pub verdict: Verdict,
}

impl Table {
    pub fn new(programs: &[Program]) -> Self {
        let other = programs
            .iter()
            .find(|program| program.maker == Maker::Mosquitto)
            .map_or("mosquitto", |program| &program.version);
        Self {
            markdown: format!(
                "| | mqtt | {other} | ratio | target | | peer busy |\n|---|--:|--:|---|---|---|--:|\n"
            ),
            verdict: Verdict::None,
        }
    }

    pub fn markdown(&self) -> &str {
        &self.markdown
    }

    /// Rows for cases that were measured together.
    pub fn add_timed(&mut self, cases: &[Case], all: &[Runs]) {
        let of = |case: &Case, maker| {
            all.iter()
                .find(|runs| {
                    runs.maker == maker && runs.case.kind == case.kind && runs.case.qos == case.qos
                })
                .map(|runs| Summary::new(&runs.samples))
        };
        for case in cases {
            let mqtt = of(case, Maker::Mqtt);
            let mosquitto = of(case, Maker::Mosquitto);
            let zero = of(&Case { qos: 0, ..*case }, Maker::Mqtt);
            let (ratio, verdict) = compare(case, mqtt.as_ref(), mosquitto.as_ref(), zero.as_ref());
            self.row(
                case,
                &cell(mqtt.as_ref(), case),
                &cell(mosquitto.as_ref(), case),
                &ratio,
                verdict,
                &busy(mqtt.as_ref(), mosquitto.as_ref()),
            );
        }
    }

    /// A row of a program that clears what a broker has stored, beside `removals`: what that costs the broker alone.
    pub fn add_clearing(&mut self, case: &Case, all: &[Runs], removals: &[Sample]) {
        let of = |maker| {
            all.iter().find(|runs| runs.maker == maker).map(|runs| Summary::new(&runs.samples))
        };
        let (mqtt, mosquitto) = (of(Maker::Mqtt), of(Maker::Mosquitto));
        let removals = Summary::new(removals);
        let (ratio, verdict) = compare(case, mqtt.as_ref(), mosquitto.as_ref(), Some(&removals));
        let ratio = format!("{ratio}, {}", removals.times(case));
        let cells = [mqtt, mosquitto].map(|summary| cell(summary.as_ref(), case));
        self.row(case, &cells[0], &cells[1], &ratio, verdict, "");
    }

    /// A row of peak memory.
    pub fn add_memory(
        &mut self,
        case: &Case,
        mqtt: Option<Result<u64, String>>,
        mosquitto: Option<Result<u64, String>>,
    ) {
        let verdict = match (&mqtt, case.target) {
            (Some(Ok(peak)), Target::Kibibytes(limit)) if *peak <= limit => Verdict::Met,
            (Some(Ok(_)), _) => Verdict::Missed,
            (Some(Err(_)), _) => Verdict::Failed,
            (None, _) => Verdict::None,
        };
        let ratio = match (&mqtt, &mosquitto) {
            (Some(Ok(ours)), Some(Ok(theirs))) => {
                format!("{:.2} of its memory", *ours as f64 / *theirs as f64)
            }
            _ => "–".into(),
        };
        let cell = |peak: Option<Result<u64, String>>| match peak {
            Some(Ok(kibibytes)) => format!("{:.1} MiB", kibibytes as f64 / 1024.0),
            Some(Err(error)) => format!("FAILED: {error}"),
            None => "–".into(),
        };
        self.row(case, &cell(mqtt), &cell(mosquitto), &ratio, verdict, "");
    }

    fn row(
        &mut self,
        case: &Case,
        mqtt: &str,
        mosquitto: &str,
        ratio: &str,
        verdict: Verdict,
        busy: &str,
    ) {
        self.verdict = self.verdict.max(verdict);
        let target = match case.target {
            Target::TimesFaster(times) => format!("≥ {times}× faster"),
            Target::ShareOfTime(share) => format!("≤ {share} of its time"),
            Target::TimesOwnZero(times) => format!("≤ {times}× own QoS 0"),
            Target::TimesRemovals(times) => format!("≤ {times}× the removals alone"),
            Target::Kibibytes(limit) => format!("≤ {} MiB", limit / 1024),
        };
        let verdict = match verdict {
            Verdict::None => "",
            Verdict::Met => "ok",
            Verdict::Missed => "**MISSED**",
            Verdict::Failed => "**FAILED**",
        };
        let title = case.title();
        // Writing to a String cannot fail.
        let _ = writeln!(
            self.markdown,
            "| {title} | {mqtt} | {mosquitto} | {ratio} | {target} | {verdict} | {busy} |"
        );
    }
}

/// All runs of one program in one row.
pub struct Summary {
    pub median: Duration,
    least: Duration,
    most: Duration,
    /// Part of the time in which the peer's thread had a processor.
    pub busy: Option<f64>,
    /// What was not right, in any run.
    pub trouble: Option<String>,
}

impl Summary {
    pub fn new(samples: &[Sample]) -> Self {
        let mut walls: Vec<_> = samples.iter().map(|sample| sample.wall).collect();
        walls.sort();
        let mut shares: Vec<_> = samples
            .iter()
            .filter_map(|sample| Some(sample.peer?.as_secs_f64() / sample.wall.as_secs_f64()))
            .collect();
        shares.sort_by(f64::total_cmp);
        Self {
            median: middle(&walls).unwrap_or_default(),
            least: walls.first().copied().unwrap_or_default(),
            most: walls.last().copied().unwrap_or_default(),
            busy: middle(&shares),
            trouble: trouble(samples),
        }
    }

    /// The median, where all runs were right: other times say nothing.
    fn seconds(&self) -> Option<f64> {
        self.trouble.is_none().then_some(self.median.as_secs_f64())
    }

    pub fn times(&self, case: &Case) -> String {
        let (unit, factor) = match case.kind {
            Kind::PublishOne => ("ms", 1e3),
            _ => ("s", 1.0),
        };
        let [median, least, most] =
            [self.median, self.least, self.most].map(|time| time.as_secs_f64() * factor);
        format!("{median:.3} {unit} ({least:.3}–{most:.3})")
    }
}

fn middle<T: Copy>(sorted: &[T]) -> Option<T> {
    sorted.get(sorted.len() / 2).copied()
}

/// The first failure, or how much was lost.
fn trouble(samples: &[Sample]) -> Option<String> {
    let mut lost = Vec::new();
    let mut asked = 0;
    for sample in samples {
        match &sample.end {
            End::Right => {}
            End::Wrong(why) => return Some(format!("FAILED: {why}")),
            End::Lost { delivered, of } => {
                asked = *of;
                lost.push(*delivered);
            }
        }
    }
    let (least, most) = (lost.iter().min()?, lost.iter().max()?);
    let range = if least == most { least.to_string() } else { format!("{least}–{most}") };
    let runs = if lost.len() == samples.len() {
        String::new()
    } else {
        format!(" in {} of {} runs", lost.len(), samples.len())
    };
    Some(format!("delivered {range} of {asked}, exit 0{runs}"))
}

fn cell(summary: Option<&Summary>, case: &Case) -> String {
    match summary {
        None => "–".into(),
        Some(summary) => match &summary.trouble {
            None => summary.times(case),
            Some(trouble) => trouble.replace('|', "\\|"),
        },
    }
}

fn busy(mqtt: Option<&Summary>, mosquitto: Option<&Summary>) -> String {
    let percent = |summary: Option<&Summary>| {
        summary
            .and_then(|summary| summary.busy)
            .map_or("–".into(), |share| format!("{:.0} %", share * 100.0))
    };
    format!("{} / {}", percent(mqtt), percent(mosquitto))
}

fn compare(
    case: &Case,
    mqtt: Option<&Summary>,
    mosquitto: Option<&Summary>,
    base: Option<&Summary>,
) -> (String, Verdict) {
    let Some(mqtt) = mqtt else {
        return ("–".into(), Verdict::None);
    };
    let Some(ours) = mqtt.seconds() else {
        return ("–".into(), Verdict::Failed);
    };
    let theirs = mosquitto.and_then(Summary::seconds);
    let base = base.and_then(Summary::seconds);
    let check = |met: Option<bool>| match met {
        None => Verdict::None,
        Some(true) => Verdict::Met,
        Some(false) => Verdict::Missed,
    };
    let faster = theirs.map(|theirs| format!("{:.1}× faster", theirs / ours));
    let (ratios, verdict) = match case.target {
        Target::TimesFaster(times) => {
            ([faster, None], check(theirs.map(|theirs| theirs / ours >= times)))
        }
        Target::ShareOfTime(share) => {
            let ratio = theirs.map(|theirs| format!("{:.2} of its time", ours / theirs));
            ([ratio, None], check(theirs.map(|theirs| ours / theirs <= share)))
        }
        Target::TimesOwnZero(times) => {
            let own = base.map(|zero| format!("{:.1}× own QoS 0", ours / zero));
            ([own, faster], check(base.map(|zero| ours / zero <= times)))
        }
        Target::TimesRemovals(times) => {
            let ratio = base.map(|alone| format!("{:.1}× the removals alone", ours / alone));
            ([ratio, None], check(base.map(|alone| ours / alone <= times)))
        }
        Target::Kibibytes(_) => ([None, None], Verdict::None),
    };
    let ratios: Vec<_> = ratios.into_iter().flatten().collect();
    if ratios.is_empty() { ("–".into(), verdict) } else { (ratios.join(", "), verdict) }
}

/// The table with all that is needed to judge it, or to take it again.
pub fn record(table: &Table, programs: &[Program], cases: &[Case], runs: usize) -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let information = read("/proc/cpuinfo");
    let model = information
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let mut text = format!(
        "# Results\n\nWritten by `cargo run --release -p benchmarks -- --record benchmarks/results.md`; \
         how is in the [README](README.md).\n\n\
         * date: {}\n* machine: {model}, {cores} cores, {} {}\n* runs: {runs} of each, {} of `pub -m`; \
         median (least–most)\n",
        today(),
        std::env::consts::OS,
        kernel.trim(),
        runs * crate::SINGLES,
    );
    for program in programs {
        let _ = writeln!(text, "* {}", program.version);
    }
    let _ = write!(
        text,
        "\n{}\n`peer busy`: part of the time in which the peer used a processor, for either program.\n\n\
         ## Commands\n\n```sh\n",
        table.markdown
    );
    let mut commands = Vec::new();
    for case in cases {
        for program in programs {
            let words = program.maker.words(case, "PORT").join(" ").replace("bench/#", "'bench/#'");
            let words = words.replace("%I %t %q %p", "'%I %t %q %p'");
            let redirection = match (case.kind, case.count) {
                (Kind::PublishRecords, _) if program.maker == Maker::Mqtt => " < records",
                (Kind::PublishLines | Kind::PublishRecords, _) => " < lines",
                (Kind::Subscribe(_), Some(_)) | (Kind::ClearRetained(_), _) => " > output",
                (Kind::Subscribe(_), None) => " | (sleep inf)",
                (Kind::PublishOne, _) => "",
            };
            let command = format!("{words}{redirection}\n");
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
    }
    text.push_str(&commands.concat());
    text.push_str("```\n");
    text
}

/// The date in UTC, as 2026-01-31.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    date((seconds / 86_400) as i64)
}

/// Days since 1970 to a date, counting years from March so that the leap day comes last.
fn date(days: i64) -> String {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_become_dates() {
        for (days, expected) in
            [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_454, "2026-01-01"), (-1, "1969-12-31")]
        {
            assert_eq!(date(days), expected);
        }
    }
}
