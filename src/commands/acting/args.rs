//! Flags about commands that are run for messages.

use super::{Aftermath, OnFailure};
use crate::action::{Policy, Program};
use crate::exit::Failure;
use crate::settings::properties::SEPARATOR;
use crate::settings::{number, parse_duration, parse_positive_duration};
use crate::topic::{TopicFilter, TopicName};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::time::Duration;

/// Largest number of commands at once.
const MOST_JOBS: u64 = 1_000;

/// Default delay before the first retry.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// A topic filter and a shell command line.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which messages it applies to.
    pub filter: TopicFilter,
    /// The command line to run.
    pub line: OsString,
}

/// Parses the value of `--on`: a filter and a command line.
fn parse_rule(text: &str) -> Result<Rule, String> {
    let (filter, line) = text.split_once(SEPARATOR).ok_or("expected FILTER CMD")?;
    let filter: TopicFilter =
        filter.parse().map_err(|error| format!("invalid filter '{filter}': {error}"))?;
    if filter.is_shared() {
        // It would match the same topics but mean something else.
        return Err(format!("{filter}: a shared subscription belongs in FILTER, not in --on"));
    }
    Ok(Rule { filter, line: line.into() })
}

/// The values of `--on-failure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnFailureArg {
    /// Leave the message with the broker, let running commands finish, and end with status 1
    Stop,
    /// Acknowledge the message, continue, and end with status 1 at the end
    Skip,
}

/// How many commands run at once, how long each may take, and how often it is tried.
#[derive(Args, Debug)]
#[group(skip)]
#[command(next_help_heading = "Commands")]
pub struct JobArgs {
    /// Run up to N commands at once [default: 1]
    #[arg(long, value_name = "N", value_parser = number::<u16>(1..=MOST_JOBS))]
    pub jobs: Option<u16>,

    /// Retry a failed command up to N times [default: 0]
    #[arg(long, value_name = "N", value_parser = number::<u32>(0..=u64::from(u32::MAX)))]
    pub retry: Option<u32>,

    /// Wait this long before the first retry, then twice as long each time, up to 1m [default: 1s]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub retry_delay: Option<Duration>,
}

impl JobArgs {
    /// Checks and combines these flags.
    ///
    /// # Errors
    /// If one of them has no effect.
    pub(crate) fn policy(&self) -> Result<Policy, Failure> {
        let retries = self.retry.unwrap_or(0);
        if retries == 0 && self.retry_delay.is_some() {
            return Err(Failure::usage("--retry-delay has no effect without --retry"));
        }
        Ok(Policy {
            jobs: self.jobs.unwrap_or(1).into(),
            retries,
            delay: self.retry_delay.unwrap_or(RETRY_DELAY),
        })
    }
}

/// The commands to run for messages, and what to do when they fail.
#[derive(Args, Debug)]
#[group(skip)]
#[command(next_help_heading = "Commands")]
pub struct ActionArgs {
    /// Run this shell command for messages whose topic matches FILTER; can be repeated
    ///
    /// The first --on that matches applies. Messages that match none go to COMMAND, or are printed if there is no
    /// COMMAND. CMD is run with `sh -c`; no part of the message is inserted into it.
    #[arg(long, value_name = "FILTER CMD", allow_hyphen_values = true, value_parser = parse_rule)]
    pub on: Vec<Rule>,

    /// Parallelism and retries.
    #[command(flatten)]
    pub jobs: JobArgs,

    /// Limit how long a command may run; then SIGTERM, and SIGKILL 5 seconds later [default: no limit]
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_duration)]
    pub job_timeout: Option<Duration>,

    /// What to do when a command fails [default: stop]
    #[arg(long, value_name = "WHEN", value_enum, conflicts_with = "dead_letter")]
    pub on_failure: Option<OnFailureArg>,

    /// Publish messages whose command failed to this topic, acknowledge them, and continue
    ///
    /// They are published at QoS 1 with their properties and the user properties `topic` and `error` (MQTT 5).
    #[arg(long, value_name = "TOPIC", allow_hyphen_values = true)]
    pub dead_letter: Option<TopicName>,

    /// Run this command for each message, with the payload on its standard input
    ///
    /// It is run as typed, without a shell. A message at QoS 1 or 2 is acknowledged when its command has exited with
    /// status 0. Environment variables describe the message: MQTT_TOPIC, MQTT_QOS, MQTT_RETAIN, MQTT_DUP, MQTT_TIME,
    /// MQTT_CONTENT_TYPE, MQTT_RESPONSE_TOPIC, MQTT_CORRELATION (base64) and MQTT_PAYLOAD.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

impl ActionArgs {
    /// Whether a command is to run for any message.
    pub(crate) fn is_any(&self) -> bool {
        !self.command.is_empty() || !self.on.is_empty()
    }

    /// Rejects flags about commands if no command is to run.
    ///
    /// # Errors
    /// Names the first such flag.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let given = [
            (self.jobs.jobs.is_some(), "--jobs"),
            (self.job_timeout.is_some(), "--job-timeout"),
            (self.jobs.retry.is_some(), "--retry"),
            (self.jobs.retry_delay.is_some(), "--retry-delay"),
            (self.on_failure.is_some(), "--on-failure"),
            (self.dead_letter.is_some(), "--dead-letter"),
        ];
        match given.iter().find(|(given, _)| *given && !self.is_any()) {
            Some((_, flag)) => {
                Err(Failure::usage(format!("{flag} has no effect without --on or -- COMMAND")))
            }
            None => Ok(()),
        }
    }

    /// The commands for topics; the first match applies.
    ///
    /// # Errors
    /// If a program cannot be found.
    pub(crate) fn rules(&self) -> Result<Vec<(TopicFilter, Program)>, Failure> {
        let rule = |rule: &Rule| Ok((rule.filter.clone(), Program::shell(&rule.line)?));
        self.on.iter().map(rule).collect()
    }

    /// The command for all other messages.
    ///
    /// # Errors
    /// If the program cannot be found.
    pub(crate) fn program(&self) -> Result<Option<Program>, Failure> {
        find(&self.command)
    }

    /// What to do when a command has ended.
    pub(crate) fn aftermath(&self) -> Aftermath {
        Aftermath::Settle(match (&self.dead_letter, self.on_failure) {
            (Some(topic), _) => OnFailure::Publish(topic.clone()),
            (None, Some(OnFailureArg::Skip)) => OnFailure::Skip,
            (None, Some(OnFailureArg::Stop) | None) => OnFailure::Stop,
        })
    }
}

/// Finds the program in `words`, if there is one.
pub(crate) fn find(words: &[OsString]) -> Result<Option<Program>, Failure> {
    let found = words.split_first().map(|(name, arguments)| Program::find(name, arguments));
    found.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_filter_and_a_line_as_it_is() {
        let rule = parse_rule("a/+\0printf '%s' \"$MQTT_TOPIC\"").unwrap();
        assert_eq!(
            (rule.filter.as_str(), rule.line),
            ("a/+", "printf '%s' \"$MQTT_TOPIC\"".into())
        );
        for bad in ["a", "a+\0x", "\0x", "$share/g/a\0x"] {
            assert!(parse_rule(bad).is_err(), "{bad:?}");
        }
    }
}
