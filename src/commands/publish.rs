//! `mqtt pub`: publishes records and knows what became of each.

use super::tally::Tally;
use crate::connection::{Connection, ConnectionArgs, Environment};
use crate::events::Reporter;
use crate::exit::{ExitStatus, Failure};
use crate::message::{Envelope, Message, QoS};
use crate::session::Signals;
use crate::session::engine::Engine;
use crate::session::event::{Event, Job, Outcome, Taken};
use crate::session::fault::Fault;
use crate::source::{Batch, Input, Record, Source, SourceError};
use crate::topic::TopicName;
use clap::{ArgGroup, Args};
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Publish messages to a topic.
///
/// Ends when the broker has acknowledged every message (at QoS 0: when every message is on its way),
/// with status 0 only if all of them were delivered.
#[derive(Args)]
#[command(
    group = ArgGroup::new("payload").required(true).args(["message", "file", "stdin_file", "stdin_line", "null_message"]),
    after_help = AFTER_HELP
)]
pub struct PublishArgs {
    /// Publish to this topic; can be repeated: each message goes to each topic
    #[arg(short, long, value_name = "TOPIC", help_heading = "Message")]
    pub topic: Vec<TopicName>,

    /// Send this text
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Message")]
    pub message: Option<String>,

    /// Send this file as one message, `-` for standard input; can be repeated
    #[arg(short, long, value_name = "FILE", help_heading = "Message")]
    pub file: Vec<PathBuf>,

    /// Send all of standard input as one message
    #[arg(short, long, help_heading = "Message")]
    pub stdin_file: bool,

    /// Send each line of standard input as a message
    #[arg(short = 'l', long, help_heading = "Message")]
    pub stdin_line: bool,

    /// Send an empty message
    #[arg(short, long, help_heading = "Message")]
    pub null_message: bool,

    /// Deliver with this QoS: 0, 1 or 2 [default: 0]
    #[arg(short, long, value_name = "QOS", help_heading = "Message")]
    pub qos: Option<QoS>,

    /// Let the broker keep the message for later subscribers
    #[arg(short, long, help_heading = "Message")]
    pub retain: bool,

    /// The connection.
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

const AFTER_HELP: &str = "\
Examples:
  mqtt pub -t sensors/hall -m 21.5
  mqtt pub -t log -l -q 1 < app.log
  mqtt pub -t firmware -f image.bin -r
  mqtt pub -t sensors/hall -n -r               clear the retained message

Exit status: 0 all delivered, 2 bad flags or files, 3 broker not reached, 4 connection refused,
5 a message refused, 6 a message lost or unconfirmed, 27 timed out, 130 interrupted.";

impl PublishArgs {
    fn input(&self) -> Input {
        if let Some(text) = &self.message {
            Input::Bytes(text.clone().into_bytes())
        } else if self.stdin_line {
            Input::Lines
        } else if self.stdin_file {
            Input::Stdin
        } else if !self.file.is_empty() {
            Input::Files(self.file.clone())
        } else {
            Input::Bytes(Vec::new())
        }
    }
}

/// Runs the command.
///
/// # Errors
/// Everything that makes the exit status other than 0.
pub async fn run(args: PublishArgs, environment: &Environment) -> Result<(), Failure> {
    let started = Instant::now();
    let input = args.input();
    check_stdin(&args, &input)?;
    let connection = Connection::resolve(args.connection, environment)?;
    let (qos, retain) = (args.qos.unwrap_or_default(), args.retain);
    let envelopes = resolve_topics(args.topic, connection.url_topic)?
        .into_iter()
        .map(|topic| Rc::new(Envelope { topic, qos, retain }))
        .collect();
    let waits_for_input = input == Input::Stdin;
    let source = Source::open(input).map_err(source_failure)?;
    let mut job = Publishing {
        source,
        batch: Vec::new().into_iter(),
        exhausted: false,
        failure: None,
        qos,
        envelopes,
        record: None,
        tally: Tally::default(),
        handed: 0,
        reporter: connection.reporter,
    };
    if waits_for_input {
        // A connection that waits for the end of standard input would serve nobody.
        job.fill(started, connection.options.timeout).await?;
    }
    let end = super::converse(connection.options, started, &mut job).await?;
    job.finish(end)
}

fn resolve_topics(
    given: Vec<TopicName>,
    from_url: Option<String>,
) -> Result<Vec<TopicName>, Failure> {
    match from_url {
        _ if !given.is_empty() => Ok(given),
        Some(topic) => match topic.parse() {
            Ok(name) => Ok(vec![name]),
            Err(error) => {
                Err(Failure::usage(format!("invalid topic '{topic}' in the URL: {error}")))
            }
        },
        None => Err(Failure::usage("no topic: give one with --topic")),
    }
}

/// Standard input can be read once.
fn check_stdin(args: &PublishArgs, input: &Input) -> Result<(), Failure> {
    let payloads = match input {
        Input::Stdin | Input::Lines => 1,
        Input::Files(paths) => paths.iter().filter(|path| path.as_os_str() == "-").count(),
        Input::Bytes(_) => 0,
    };
    let password =
        args.connection.password_file.as_deref().is_some_and(|path| path == Path::new("-"));
    if payloads + usize::from(password) > 1 {
        return Err(Failure::usage("standard input cannot be read for two things"));
    }
    Ok(())
}

fn source_failure(error: SourceError) -> Failure {
    let status = match error {
        SourceError::Io { .. } => ExitStatus::LocalIo,
        SourceError::Unusable { .. } | SourceError::TooLong { .. } => ExitStatus::Usage,
    };
    Failure::new(status, error)
}

struct Publishing {
    source: Source,
    /// What was read and not handed to the session yet.
    batch: Batch,
    exhausted: bool,
    /// Why reading ended early.
    failure: Option<Failure>,
    qos: QoS,
    /// Where each record goes.
    envelopes: Vec<Rc<Envelope>>,
    /// The record that is being sent, and to how many of the topics it has been.
    record: Option<(Record, usize)>,
    tally: Tally,
    /// Messages handed to the session.
    handed: u64,
    reporter: Reporter,
}

impl Publishing {
    /// Waits for the first records, as long as the whole run may take.
    async fn fill(&mut self, started: Instant, timeout: Option<Duration>) -> Result<(), Failure> {
        let mut signals = Signals::new().map_err(Failure::no_signals)?;
        let filled = poll_fn(|cx| match self.poll_input(cx) {
            Poll::Ready(()) => Poll::Ready(Ok(())),
            Poll::Pending => signals.poll(cx).map(|signal| Err(Failure::stopped(signal))),
        });
        let remaining =
            timeout.map_or(Duration::MAX, |limit| limit.saturating_sub(started.elapsed()));
        match tokio::time::timeout(remaining, filled).await {
            Ok(filled) => filled?,
            Err(_) => {
                let message = "timed out before standard input ended";
                return Err(Failure::new(ExitStatus::TimedOut, message));
            }
        }
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Makes sure there are records to send, or none will ever come.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.waiting() == 0 && !self.exhausted {
            match std::task::ready!(self.source.poll_next(cx)) {
                Some(Ok(batch)) => self.batch = batch,
                Some(Err(error)) => {
                    self.failure = Some(source_failure(error));
                    self.exhausted = true;
                }
                None => self.exhausted = true,
            }
        }
        Poll::Ready(())
    }

    /// The next message to send, of what has been read.
    fn next_message(&mut self) -> Option<(Record, Rc<Envelope>)> {
        let (record, sent) = match self.record.take() {
            Some(begun) => begun,
            None => (self.batch.next()?, 0),
        };
        let envelope = Rc::clone(self.envelopes.get(sent)?);
        if sent + 1 < self.envelopes.len() {
            self.record = Some((record.clone(), sent + 1));
        }
        Some((record, envelope))
    }

    /// Messages that have been read and not handed to the session.
    fn waiting(&self) -> usize {
        let begun = self.record.as_ref().map_or(0, |(_, sent)| self.envelopes.len() - sent);
        begun + self.batch.len() * self.envelopes.len()
    }

    fn is_exhausted(&self) -> bool {
        self.exhausted && self.waiting() == 0
    }

    fn name_refusal(&self, position: u64, outcome: &Outcome) {
        if let Outcome::Refused(explanation) = outcome
            && self.tally.names_refusals()
        {
            self.reporter.ui().error(&format!("message {position} refused: {explanation}"));
        }
    }

    /// Adds up what happened.
    fn finish(mut self, end: Option<Failure>) -> Result<(), Failure> {
        self.tally.count_not_sent(self.waiting() as u64);
        let ui = self.reporter.ui();
        let lost = self.tally.maybe_lost();
        if lost > 0 {
            ui.error(&format!("connection lost, up to {lost} QoS 0 messages may be missing"));
        }
        let counted = self.tally.status();
        let mut failures: Vec<Failure> = [end, self.failure.take()].into_iter().flatten().collect();
        if let Err(error) = self.reporter.finish() {
            failures.push(Failure::no_events(error));
        }
        let summary = self.tally.to_string();
        // The gravest is returned, and so told last but for the summary; the others are told here.
        failures.sort_by_key(|failure| failure.status.gravity());
        let gravest = failures.pop();
        for failure in &failures {
            ui.error(&failure.message);
        }
        match gravest {
            None if counted == ExitStatus::Success => Ok(()),
            None => Err(Failure::new(counted, summary)),
            Some(mut failure) => {
                if self.tally.total() > 0 && counted != ExitStatus::Success {
                    failure.message.push_str("; ");
                    failure.message.push_str(&summary);
                }
                // What was never sent is explained by the failure itself.
                failure.status = failure.status.graver(self.tally.status_of_sent());
                Err(failure)
            }
        }
    }
}

impl Job for Publishing {
    fn message(&mut self, _message: &Message<'_>) -> Taken {
        Taken::Dropped
    }

    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Published { position, outcome, .. } => {
                self.tally.count(outcome);
                self.name_refusal(*position, outcome);
            }
            Event::MaybeLost { count: 1, refusal: Some(explanation) } => {
                self.tally.count_refused_after_all(explanation);
            }
            Event::MaybeLost { count, .. } => self.tally.count_maybe_lost(*count),
            _ => {}
        }
        self.reporter.event(event);
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        engine: &mut Engine,
        _now: Instant,
    ) -> Poll<Result<(), Fault>> {
        self.reporter.flush();
        loop {
            while engine.has_room(self.qos) {
                let Some((record, envelope)) = self.next_message() else { break };
                self.handed += 1;
                engine.publish(record.position, &envelope, record.payload, self)?;
            }
            if self.waiting() > 0 {
                return Poll::Pending;
            }
            std::task::ready!(self.poll_input(cx));
            if self.is_exhausted() {
                return if engine.is_settled() { Poll::Ready(Ok(())) } else { Poll::Pending };
            }
            if !engine.has_room(self.qos) {
                return Poll::Pending;
            }
        }
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.reporter.flush();
        std::task::ready!(self.poll_input(cx));
        if self.is_exhausted() && self.handed == self.tally.total() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn has_backlog(&self) -> bool {
        self.waiting() > 0
    }

    fn needs_clean_end(&self) -> bool {
        self.qos == QoS::AtMostOnce
    }
}
