//! The report as one line of JSON.

use super::report::{Problem, Report, number};
use crate::escape::Keep;
use crate::mqtt::limits::Limits;
use crate::record::{write_string, write_time};
use jiff::Timestamp;
use std::time::Duration;

/// The line.
pub(crate) fn line(report: &Report) -> String {
    let mut whole = Object::default();
    whole.time("time", Timestamp::now());
    whole.text("target", &report.target);
    whole.text("result", &report.level().map_or_else(|| "ok".to_owned(), |it| it.to_string()));
    whole.number("status", report.status().code());
    if !report.problems.is_empty() {
        let all: Vec<String> = report.problems.iter().map(problem).collect();
        whole.raw("problems", &format!("[{}]", all.join(",")));
    }
    let mut seconds = Object::default();
    for step in &report.steps {
        seconds.seconds(&step.name.to_string(), step.took);
    }
    whole.raw("seconds", &seconds.finish());
    if let Some(address) = &report.address {
        whole.text("address", address);
    }
    if let Some(version) = report.tls_version {
        whole.text("tls", version);
    }
    if let Some(end) = report.certificate {
        let mut certificate = Object::default();
        end.timestamp().into_iter().for_each(|at| certificate.time("not_after", at));
        certificate.number("seconds_left", end.left());
        whole.raw("certificate", &certificate.finish());
    }
    if let Some(version) = report.version {
        whole.text("protocol", number(version));
    }
    if let Some(seconds) = report.session_expiry {
        whole.number("session_expiry", seconds);
    }
    if let Some(limits) = &report.limits {
        whole.raw("limits", &of_limits(limits, report.keep_alive));
    }
    if !report.trials.is_empty() {
        let mut versions = Object::default();
        for trial in &report.trials {
            versions
                .raw(number(trial.version), if trial.refused.is_none() { "true" } else { "false" });
        }
        whole.raw("versions", &versions.finish());
    }
    whole.finish() + "\n"
}

fn problem(problem: &Problem) -> String {
    let mut object = Object::default();
    object.text("level", &problem.level.to_string());
    object.text("step", &problem.step.to_string());
    object.text("reason", &problem.reason);
    object.number("status", problem.status.code());
    object.finish()
}

fn of_limits(limits: &Limits, keep_alive: u16) -> String {
    let mut object = Object::default();
    object.number("maximum_qos", limits.maximum_qos.number());
    object.raw("retained", &limits.retain_available.to_string());
    object.raw("wildcards", &limits.wildcards.to_string());
    object.raw("shared", &limits.shared.to_string());
    object.raw("subscription_ids", &limits.subscription_ids.to_string());
    object.number("receive_maximum", limits.receive_maximum);
    if let Some(bytes) = limits.maximum_packet_size {
        object.number("maximum_packet_size", bytes);
    }
    object.number("topic_alias_maximum", limits.topic_alias_maximum);
    object.number("keep_alive", keep_alive);
    object.finish()
}

/// A JSON object being written.
#[derive(Default)]
struct Object(Vec<u8>);

impl Object {
    fn key(&mut self, key: &str) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        write_string(&mut self.0, key, Keep::Nothing);
        self.0.push(b':');
    }

    /// `value` is JSON already.
    fn raw(&mut self, key: &str, value: &str) {
        self.key(key);
        self.0.extend_from_slice(value.as_bytes());
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        write_string(&mut self.0, value, Keep::Nothing);
    }

    fn number(&mut self, key: &str, value: impl Into<i64>) {
        let value: i64 = value.into();
        self.raw(key, &value.to_string());
    }

    fn seconds(&mut self, key: &str, value: Duration) {
        self.raw(key, &format!("{:.6}", value.as_secs_f64()));
    }

    fn time(&mut self, key: &str, time: Timestamp) {
        self.key(key);
        self.0.push(b'"');
        write_time(&mut self.0, time);
        self.0.push(b'"');
    }

    fn finish(mut self) -> String {
        if self.0.is_empty() {
            self.0.push(b'{');
        }
        self.0.push(b'}');
        String::from_utf8_lossy(&self.0).into_owned()
    }
}
