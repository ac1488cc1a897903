//! The report as the one line, and the exit status, of a Nagios plugin.

use super::report::{Level, Report, StepName};
use super::thresholds::{Threshold, Thresholds};
use crate::escape::{Keep, visible};
use crate::exit::Failure;

/// The exit status for a check that could not be made.
pub const UNKNOWN: u8 = 3;

/// The line with performance data, and the exit status: 0, 1 or 2.
pub(crate) fn line(report: &Report, thresholds: &Thresholds) -> (String, u8) {
    let (state, status) = match report.level() {
        None => ("OK", 0),
        Some(Level::Warning) => ("WARNING", 1),
        Some(Level::Critical | Level::Failed) => ("CRITICAL", 2),
    };
    let mut parts = vec![report.target.clone()];
    let problems = report.problems.iter().map(|it| format!("{}: {}", it.step, it.reason));
    parts.extend(problems);
    if report.problems.is_empty() {
        parts.extend(report.version.map(|version| version.to_string()));
        parts.extend(report.certificate.map(|end| format!("certificate {end}")));
    }
    let mut figures: Vec<String> = Vec::new();
    for step in &report.steps {
        let [warn, critical] = thresholds.of(step.name).map(|limit| seconds(limit, ""));
        let took = step.took.as_secs_f64();
        figures.push(format!("{}={took:.6}s;{warn};{critical};0", step.name));
    }
    if let Some(end) = report.certificate {
        // A colon says that a value below the limit is the bad one.
        let limits = thresholds.of(StepName::Certificate);
        let [warn, critical] = limits.map(|limit| seconds(limit, ":"));
        figures.push(format!("{}={}s;{warn};{critical}", StepName::Certificate, end.left()));
    }
    let text = format!("MQTT {state} - {}", one_line(&parts.join(", ")));
    match figures.is_empty() {
        true => (format!("{text}\n"), status),
        false => (format!("{text}|{}\n", figures.join(" ")), status),
    }
}

/// The line for a check that could not be made.
pub(crate) fn unknown(failure: &Failure) -> String {
    format!("MQTT UNKNOWN - {}\n", one_line(&failure.message))
}

fn seconds(threshold: Option<&Threshold>, end: &str) -> String {
    threshold.map_or_else(String::new, |it| format!("{}{end}", it.seconds()))
}

/// A bar would begin the performance data.
fn one_line(text: &str) -> String {
    visible(text.as_bytes(), Keep::Nothing).replace('|', "/")
}
