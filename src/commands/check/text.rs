//! The report for people: one line for each step.

use super::report::{Level, Problem, Report, Step, Trial};
use super::thresholds::in_milliseconds;
use crate::commands::progress::grouped;
use crate::escape::{Keep, visible};
use crate::mqtt::limits::Limits;
use std::fmt::Display;
use std::time::Duration;

/// Width of a line up to the end of the time, unless what it says is longer.
const WIDTH: usize = 69;

/// A step that was done, and what is wrong with it.
pub(crate) fn step(step: &Step, problems: &[Problem]) -> String {
    let mut text = line(&step.name, &step.detail, Some(step.took));
    let own = problems.iter().filter(|problem| problem.level < Level::Failed);
    for Problem { level, reason, .. } in own {
        text.push_str(&format!("  {level}: {reason}"));
    }
    escaped(&text)
}

/// The step that failed, and how long it took until then.
pub(crate) fn failed(problem: &Problem, took: Duration) -> String {
    escaped(&line(&problem.step, &format!("failed: {}", problem.reason), Some(took)))
}

/// Whether the broker accepts a version.
pub(crate) fn trial(trial: &Trial) -> String {
    let detail = match &trial.refused {
        None => format!("{}, accepted", trial.version),
        Some(reason) => format!("{}, not accepted: {reason}", trial.version),
    };
    escaped(&line(&"version", &detail, Some(trial.took)))
}

/// What the broker allows.
pub(crate) fn limits(report: &Report) -> Option<String> {
    let limits = report.limits.as_ref()?;
    Some(escaped(&line(&"limits", &in_words(limits, report.keep_alive), None)))
}

fn in_words(limits: &Limits, keep_alive: u16) -> String {
    let has = |is_there: bool, what: &str| match is_there {
        true => what.to_owned(),
        false => format!("no {what}"),
    };
    let mut words = [
        format!("QoS {}", limits.maximum_qos),
        has(limits.retain_available, "retained"),
        has(limits.wildcards, "wildcards"),
        has(limits.shared, "shared"),
    ]
    .join(", ");
    words.push_str(&format!("; {} in flight", grouped(limits.receive_maximum.into())));
    if let Some(bytes) = limits.maximum_packet_size {
        words.push_str(&format!("; packets to {}", grouped(bytes.into())));
    }
    words.push_str(&match keep_alive {
        0 => "; no keep-alive".to_owned(),
        seconds => format!("; keep-alive {seconds}"),
    });
    words
}

fn line(name: &dyn Display, detail: &str, took: Option<Duration>) -> String {
    let mut line = format!("{name:<10}{detail}");
    if let Some(took) = took {
        let took = in_milliseconds(took);
        let space = WIDTH.saturating_sub(line.chars().count() + took.len()).max(2);
        line.push_str(&" ".repeat(space));
        line.push_str(&took);
    }
    line
}

/// With a line feed.
fn escaped(line: &str) -> String {
    format!("{}\n", visible(line.as_bytes(), Keep::Nothing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::check::report::StepName;

    #[test]
    fn times_stand_in_one_column_as_far_as_there_is_room() {
        let told = |name, detail: &str, microseconds| {
            let took = Duration::from_micros(microseconds);
            step(&Step { name, detail: detail.to_owned(), took }, &[])
        };
        assert_eq!(
            told(StepName::Name, "broker.example is 192.0.2.7", 1_234),
            "name      broker.example is 192.0.2.7                          1.2 ms\n"
        );
        assert_eq!(
            told(StepName::Ping, "", 10_003_140),
            "ping                                                       10003.1 ms\n"
        );
        let long = "x".repeat(70);
        assert_eq!(told(StepName::Tcp, &long, 0), format!("tcp       {long}  0.0 ms\n"));
    }

    #[test]
    fn limits_are_told_in_words() {
        let limits = Limits {
            receive_maximum: 20,
            maximum_packet_size: Some(2_000_000),
            shared: false,
            ..Limits::default()
        };
        assert_eq!(
            in_words(&limits, 60),
            "QoS 2, retained, wildcards, no shared; 20 in flight; packets to 2,000,000; keep-alive 60"
        );
        assert_eq!(
            in_words(&Limits::default(), 0),
            "QoS 2, retained, wildcards, shared; 65,535 in flight; no keep-alive"
        );
    }
}
