//! Decides which messages count, which one ends the run, and what is printed: by jq filters, and by what has changed.
//!
//! Independent of sessions and of where output goes.

mod changed;

use crate::exit::Failure;
use crate::format::{Body, Ending, Format, Payloads};
use crate::message::Message;
use crate::query::{self, Query, Subject, Val, json};
use crate::settings::Preparation;
use crate::ui::Ui;
use changed::Changed;
use clap::Args;
use std::time::Duration;

/// The flags, shared by all commands that print received messages.
#[derive(Args)]
#[group(skip)]
#[command(next_help_heading = "Selection")]
pub struct DecideArgs {
    /// Only take messages for which this jq filter is true; can be repeated, then all must be true
    ///
    /// `.` is the payload: its value if it is JSON, otherwise its text, or base64 if it is not UTF-8. $topic is the
    /// topic, $levels the array of its levels, $msg the message as --json --parse-json prints it. The first output
    /// counts: false, null, no output and an error all skip the message, which is acknowledged at once.
    #[arg(long = "where", id = "where", value_name = "JQ", allow_hyphen_values = true)]
    pub conditions: Vec<String>,

    /// End after the first message for which this jq filter is true
    ///
    /// The message is printed and acknowledged; a durable session keeps those after it. If the run ends without such a
    /// message, for example by --timeout, the status is 27.
    #[arg(long, value_name = "JQ", allow_hyphen_values = true)]
    pub until: Option<String>,

    /// Print the outputs of this jq filter as payloads: strings as text, everything else as JSON
    ///
    /// A message without output is skipped. The output flags apply to each output.
    #[arg(long, value_name = "JQ", allow_hyphen_values = true)]
    pub select: Option<String>,

    /// Skip messages that would print the same payload as the last one of their topic
    ///
    /// Remembers the 65,536 most recently seen topics.
    #[arg(long)]
    pub changed: bool,
}

impl DecideArgs {
    /// The decision these flags ask for; `None` if every message counts as it is.
    ///
    /// # Errors
    /// If a filter is invalid.
    pub(crate) fn decision(&self) -> Result<Option<Judge>, Failure> {
        let conditions = self.conditions.iter().map(|text| Condition::parse("--where", text));
        let conditions = conditions.collect::<Result<Vec<_>, _>>()?;
        let parse = |flag, text: &Option<String>| {
            text.as_deref().map(|text| Condition::parse(flag, text)).transpose()
        };
        let until = parse("--until", &self.until)?;
        let select = parse("--select", &self.select)?;
        let changed = self.changed.then(Changed::default);
        if conditions.is_empty() && until.is_none() && select.is_none() && changed.is_none() {
            return Ok(None);
        }
        let mut all = conditions.iter().chain(&until).chain(&select);
        let record = all.any(|condition| condition.query.wants_record()).then(|| {
            let mut format = Format::new(Body::Record(Payloads::Parsed));
            format.ending = Ending::Nothing;
            format
        });
        let outputs = Outputs::default();
        Ok(Some(Judge { conditions, until, select, changed, record, outputs }))
    }
}

/// How long after `--timeout` the process is ended if a filter is still running.
const GRACE: Duration = Duration::from_secs(6);

/// Keeps the watchdog of the preparation running if there are filters: a filter may never end.
pub(crate) fn watch(preparation: Preparation, decision: Option<&Judge>) -> Option<Preparation> {
    decision?;
    preparation.back_up(GRACE, "a filter to end");
    Some(preparation)
}

/// A filter and its results so far.
struct Condition {
    flag: &'static str,
    query: Query,
    /// Number of messages it was run on.
    asked: u64,
    /// Number of messages it failed on.
    failed: u64,
    /// The first error.
    first_error: Option<String>,
    /// Whether it was ever true or had an output.
    has_held: bool,
}

impl Condition {
    fn parse(flag: &'static str, text: &str) -> Result<Self, Failure> {
        let query = Query::parse(text).map_err(|error| {
            Failure::usage(format!("invalid {flag} filter: {error}")).excerpt(error.excerpt())
        })?;
        Ok(Self { flag, query, asked: 0, failed: 0, first_error: None, has_held: false })
    }

    /// Whether the first output is neither false nor null.
    fn holds(&mut self, subject: &Subject<'_>) -> bool {
        self.asked += 1;
        let first = self.query.outputs(subject).next();
        let holds = match first {
            Some(Ok(output)) => !matches!(output, Val::Null | Val::Bool(false)),
            Some(Err(error)) => {
                self.fail(&error);
                false
            }
            None => false,
        };
        self.has_held |= holds;
        holds
    }

    /// Collects the outputs up to the first error.
    fn collect(&mut self, subject: &Subject<'_>, outputs: &mut Outputs) {
        self.asked += 1;
        outputs.clear();
        let mut error = None;
        for output in self.query.outputs(subject) {
            match output {
                Ok(output) => outputs.add(&output),
                Err(failure) => {
                    error = Some(failure);
                    break;
                }
            }
        }
        self.has_held |= !outputs.is_empty();
        if let Some(error) = error {
            self.fail(&error);
        }
    }

    fn fail(&mut self, error: &query::Error) {
        self.failed += 1;
        self.first_error.get_or_insert_with(|| query::words_of(error));
    }

    /// A warning for the end of the run: a filter that never worked is probably a mistake.
    fn warning(&self) -> Option<String> {
        let error = self.first_error.as_ref().filter(|_| !self.has_held)?;
        let Self { flag, asked, failed, .. } = self;
        let all = if failed == asked { "all of " } else { "" };
        let failed = if failed == asked { String::new() } else { format!("{failed} of ") };
        let messages = if *asked == 1 { "message" } else { "messages" };
        Some(format!("{flag} failed on {all}{failed}{asked} {messages}, first: {error}"))
    }
}

/// The outputs printed for a message instead of its payload.
#[derive(Default)]
pub(crate) struct Outputs {
    bytes: Vec<u8>,
    /// Where each output ends, and whether it is JSON or text.
    ends: Vec<(usize, bool)>,
}

impl Outputs {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn add(&mut self, output: &Val) {
        let is_json = json::write_output(output, &mut self.bytes);
        self.ends.push((self.bytes.len(), is_json));
    }

    fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Each output, and how it appears in a record.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], Payloads)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(end, _)| *end));
        starts.zip(&self.ends).map(|(start, (end, is_json))| {
            let payloads = if *is_json { Payloads::Parsed } else { Payloads::Text };
            (&self.bytes[start..*end], payloads)
        })
    }
}

/// The decision about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It does not count.
    Skip,
    /// It is printed.
    Print,
    /// It is printed and ends the run.
    Last,
}

/// Applies the filters to messages.
pub(crate) struct Judge {
    conditions: Vec<Condition>,
    until: Option<Condition>,
    select: Option<Condition>,
    changed: Option<Changed>,
    /// How to make `$msg`, if a filter uses it.
    record: Option<Format>,
    /// The outputs for the last message that was not skipped.
    outputs: Outputs,
}

impl Judge {
    /// Decides about `message`.
    #[inline(never)]
    pub(crate) fn judge(&mut self, message: &Message<'_>) -> Verdict {
        let mut record = Vec::new();
        if let Some(format) = &mut self.record {
            format.go_on();
            format.write(message, &mut record);
        }
        let subject = Subject::new(message.topic, message.payload, &record);
        if !self.conditions.iter_mut().all(|condition| condition.holds(&subject)) {
            return Verdict::Skip;
        }
        let is_last = self.until.as_mut().is_some_and(|until| until.holds(&subject));
        if let Some(select) = &mut self.select {
            select.collect(&subject, &mut self.outputs);
        }
        let is_new = match &mut self.changed {
            Some(changed) if self.select.is_some() => {
                changed.is_new(message.topic, (&self.outputs.bytes, &self.outputs.ends))
            }
            Some(changed) => changed.is_new(message.topic, message.payload),
            None => true,
        };
        let prints = self.select.is_none() || !self.outputs.is_empty();
        match (is_last, prints && is_new) {
            (true, _) => Verdict::Last,
            (false, true) => Verdict::Print,
            (false, false) => Verdict::Skip,
        }
    }

    /// The outputs to print for the last message, if they replace its payload.
    pub(crate) fn outputs(&self) -> Option<&Outputs> {
        self.select.is_some().then_some(&self.outputs)
    }

    /// Why the condition of `--until` was not met.
    pub(crate) fn unmet(&self) -> Option<String> {
        let until = self.until.as_ref().filter(|until| !until.has_held)?;
        Some(match until.asked {
            0 => "no message came for --until to match".to_owned(),
            1 => "the only message did not match --until".to_owned(),
            asked => format!("none of {asked} messages matched --until"),
        })
    }

    /// Warns about filters that produced only errors.
    pub(crate) fn warn(&self, ui: Ui) {
        let all = self.conditions.iter().chain(&self.until).chain(&self.select);
        all.filter_map(Condition::warning).for_each(|warning| ui.warn(&warning));
    }
}
