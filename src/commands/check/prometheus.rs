//! The report as metrics of Prometheus, in the text format that the textfile collector of its node exporter reads.

use super::report::{Report, number};
use std::fmt::{Display, Write};

/// All metrics. Times of day are seconds since 1970.
pub(crate) fn text(report: &Report) -> String {
    let mut all = Metrics { text: String::new(), target: escaped(&report.target) };
    all.describe("up", "Whether every step of the check succeeded.");
    let failed = report.failed();
    all.sample("up", "", u8::from(failed.is_none()));
    all.describe("exit_status", "Exit status of mqtt check, 0 if all is well.");
    all.sample("exit_status", "", report.status().code());
    all.describe("step_up", "Whether a step succeeded. Steps after one that failed are missing.");
    for step in &report.steps {
        all.sample("step_up", &format!(",step=\"{}\"", step.name), 1);
    }
    if let Some(problem) = failed {
        all.sample("step_up", &format!(",step=\"{}\"", problem.step), 0);
    }
    if !report.steps.is_empty() {
        all.describe("step_seconds", "Time that a step took.");
    }
    for step in &report.steps {
        let took = format!("{:.6}", step.took.as_secs_f64());
        all.sample("step_seconds", &format!(",step=\"{}\"", step.name), took);
    }
    if let Some(end) = report.certificate {
        let name = "certificate_not_after_seconds";
        all.describe(name, "When the certificate of the broker ends, as Unix time.");
        all.sample(name, "", end.at);
    }
    if !report.trials.is_empty() {
        all.describe("version_accepted", "Whether the broker accepts a version of MQTT.");
    }
    for trial in &report.trials {
        let label = format!(",version=\"{}\"", number(trial.version));
        all.sample("version_accepted", &label, u8::from(trial.refused.is_none()));
    }
    all.text
}

struct Metrics {
    text: String,
    /// The broker's URL, escaped as the value of a label.
    target: String,
}

impl Metrics {
    fn describe(&mut self, name: &str, help: &str) {
        // Writing to memory cannot fail.
        let _ = writeln!(self.text, "# HELP mqtt_check_{name} {help}");
        let _ = writeln!(self.text, "# TYPE mqtt_check_{name} gauge");
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl Display) {
        let target = &self.target;
        let _ = writeln!(self.text, "mqtt_check_{name}{{target=\"{target}\"{labels}}} {value}");
    }
}

/// The value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_end_early() {
        let report = Report { target: "unix:///a\"b\\c\nd".to_owned(), ..Report::default() };
        let text = text(&report);
        assert!(text.contains("\nmqtt_check_up{target=\"unix:///a\\\"b\\\\c\\nd\"} 1\n"), "{text}");
    }
}
