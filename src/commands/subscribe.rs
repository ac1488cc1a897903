//! `mqtt sub`: prints what is published, and acknowledges nothing before it is written.

use crate::connection::{Connection, ConnectionArgs, Environment, parse_duration};
use crate::events::Reporter;
use crate::exit::{ExitStatus, Failure};
use crate::format::{Body, Ending, Format};
use crate::message::{Message, QoS};
use crate::os_error;
use crate::session::engine::Engine;
use crate::session::event::{Event, Job, Taken};
use crate::session::fault::Fault;
use crate::sink::Sink;
use crate::topic::TopicFilter;
use crate::ui;
use clap::{ArgGroup, Args, value_parser};
use std::io;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// How long a stuck reader may hold up the end of the run.
const LAST_WRITE: Duration = Duration::from_millis(300);

/// Subscribe to topics and print what is published to them.
///
/// A message is acknowledged only after it was written to standard output.
#[derive(Args)]
#[command(
    group = ArgGroup::new("body").args(["hex", "json"]),
    group = ArgGroup::new("ending").args(["no_newline", "null_end"]),
    after_help = AFTER_HELP
)]
pub struct SubscribeArgs {
    /// Subscribe to this topic filter; can be repeated
    #[arg(short, long = "topic", value_name = "FILTER", help_heading = "Subscription")]
    pub topics: Vec<TopicFilter>,

    /// More topic filters
    #[arg(value_name = "FILTER", help_heading = "Subscription")]
    pub filters: Vec<TopicFilter>,

    /// Ask for this QoS: once for all filters, or once for each in their order [default: 0]
    #[arg(short, long, value_name = "QOS", help_heading = "Subscription")]
    pub qos: Vec<QoS>,

    /// Leave out messages whose topic matches this filter; can be repeated
    #[arg(short = 'T', long, value_name = "FILTER", help_heading = "Subscription")]
    pub filter_out: Vec<TopicFilter>,

    /// Print the topic and a space before the payload
    #[arg(short, long, conflicts_with = "json", help_heading = "Output")]
    pub verbose: bool,

    /// Print each message as one line of JSON
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Print payloads in hexadecimal
    #[arg(long, help_heading = "Output")]
    pub hex: bool,

    /// Print nothing after a message
    #[arg(short = 'N', long, conflicts_with = "json", help_heading = "Output")]
    pub no_newline: bool,

    /// Print a NUL byte after each message instead of a newline
    #[arg(short = '0', long = "null", id = "null_end", help_heading = "Output")]
    pub null_end: bool,

    /// End after this many messages
    #[arg(short = 'C', long, value_name = "N", value_parser = value_parser!(u64).range(1..), help_heading = "Stopping")]
    pub count: Option<u64>,

    /// End when no message came for this long
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Stopping")]
    pub idle: Option<Duration>,

    /// End as soon as the broker has acknowledged the subscription
    #[arg(short = 'E', long, conflicts_with_all = ["count", "idle"], help_heading = "Stopping")]
    pub exit_after_subscribe: bool,

    /// The connection.
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

const AFTER_HELP: &str = "\
Examples:
  mqtt sub -t 'sensors/#' -v
  mqtt sub 'a/#' 'b/+' -q 1 --json | jq .payload
  mqtt sub -t door/bell -C 1 -W 1m
  mqtt sub -t jobs -q 1 -c -i worker-1 -C 10

Exit status: 0 printed, 1 output failed, 2 bad flags, 3 broker not reached, 4 connection refused,
5 a subscription refused, 6 connection lost for good, 27 timed out, 130 interrupted.";

/// Runs the command.
///
/// # Errors
/// Everything that makes the exit status other than 0.
pub async fn run(args: SubscribeArgs, environment: &Environment) -> Result<(), Failure> {
    let started = Instant::now();
    let format = format(&args);
    let connection = Connection::resolve(args.connection, environment)?;
    let mut filters = args.topics;
    filters.extend(args.filters);
    if let Some(filter) = connection.url_topic {
        filters.push(filter.parse().map_err(|error| {
            Failure::usage(format!("invalid filter '{filter}' in the URL: {error}"))
        })?);
    }
    let mut options = connection.options;
    options.subscriptions = pair(filters, &args.qos)?;
    let mut reporter = connection.reporter;
    reporter.receives_messages();
    let sink = Sink::new(io::stdout()).map_err(output_failure)?;
    let mut job = Subscribing {
        format,
        sink,
        filter_out: args.filter_out,
        wanted: args.count,
        taken: 0,
        idle: args.idle,
        idle_until: None,
        exit_after_subscribe: args.exit_after_subscribe,
        asked: options.subscriptions.len(),
        refused: 0,
        ended_idle: false,
        connected: false,
        failure: None,
        reporter,
    };
    let end = super::converse(options, started, &mut job).await?;
    job.finish(end)
}

fn format(args: &SubscribeArgs) -> Format {
    let body = match (args.hex, args.json) {
        (true, _) => Body::Hex,
        (_, true) => Body::Json,
        _ => Body::Raw,
    };
    let ending = match (args.no_newline, args.null_end) {
        (true, _) => Ending::Nothing,
        (_, true) => Ending::Nul,
        _ => Ending::Newline,
    };
    Format { body, with_topic: args.verbose, ending, protect: ui::stdout_is_terminal() }
}

/// One QoS for all filters, or one for each.
fn pair(filters: Vec<TopicFilter>, qos: &[QoS]) -> Result<Vec<(TopicFilter, QoS)>, Failure> {
    if filters.is_empty() {
        return Err(Failure::usage("no topic filter: give at least one"));
    }
    let qos = match qos {
        [] => vec![QoS::default(); filters.len()],
        [one] => vec![*one; filters.len()],
        each if each.len() == filters.len() => each.to_vec(),
        some => {
            let (given, wanted) = (some.len(), filters.len());
            return Err(Failure::usage(format!(
                "--qos was given {given} times for {wanted} filters: give it once, or once for each"
            )));
        }
    };
    Ok(filters.into_iter().zip(qos).collect())
}

fn output_failure(error: io::Error) -> Failure {
    Failure::new(ExitStatus::LocalIo, format!("cannot write: {}", os_error::plain(&error)))
}

struct Subscribing {
    format: Format,
    sink: Sink,
    filter_out: Vec<TopicFilter>,
    wanted: Option<u64>,
    /// Messages handed to the sink.
    taken: u64,
    idle: Option<Duration>,
    /// When the silence will have lasted long enough.
    idle_until: Option<Instant>,
    exit_after_subscribe: bool,
    asked: usize,
    /// Filters the broker refused.
    refused: usize,
    ended_idle: bool,
    connected: bool,
    /// Why writing ended.
    failure: Option<io::Error>,
    reporter: Reporter,
}

impl Subscribing {
    /// Moves the output on and acknowledges what was written.
    fn poll_sink(&mut self, cx: &mut Context<'_>, engine: &mut Engine) -> Result<(), Fault> {
        match self.sink.poll(cx) {
            Poll::Ready(Ok(0)) | Poll::Pending => {}
            Poll::Ready(Ok(written)) => engine.written(written)?,
            Poll::Ready(Err(error)) => self.failure = Some(error),
        }
        Ok(())
    }

    fn has_all(&self) -> bool {
        self.wanted.is_some_and(|wanted| self.taken >= wanted)
    }

    /// Whether the silence has lasted long enough; it begins when the subscriptions stand.
    fn is_idle(&mut self, engine: &Engine, now: Instant) -> bool {
        let Some(idle) = self.idle else { return false };
        // It begins when everything is written: while the reader is slow, nobody listens.
        if !engine.is_subscribed() || !self.sink.is_idle() {
            self.idle_until = None;
            self.ended_idle = false;
            return false;
        }
        self.ended_idle = now >= *self.idle_until.get_or_insert(now + idle);
        self.ended_idle
    }

    fn finish(mut self, end: Option<Failure>) -> Result<(), Failure> {
        let failure = self.failure.take().or_else(|| self.sink.finish(LAST_WRITE).err());
        let flushed = self.reporter.finish();
        let end_status = end.as_ref().map_or(ExitStatus::Success, |failure| failure.status);
        match failure {
            // The reader has what it wanted.
            Some(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return end.map_or(Ok(()), Err);
            }
            Some(error) => return Err(output_failure(error)),
            None => {}
        }
        let unwritten = self.sink.unwritten();
        if unwritten > 0 {
            let cause = end.map(|failure| failure.message + "; ").unwrap_or_default();
            let message = format!(
                "{cause}the reader is stuck: {unwritten} received messages were not written"
            );
            return Err(Failure::new(end_status.graver(ExitStatus::LocalIo), message));
        }
        flushed.map_err(Failure::no_events)?;
        match end {
            Some(failure) if failure.status == ExitStatus::TimedOut => self.timed_out(failure),
            Some(failure) => Err(failure),
            None if self.refused > 0 => Err(self.refusals()),
            None => match self.wanted {
                Some(wanted) if self.ended_idle && self.taken < wanted => {
                    let message = format!("silence after {} of {wanted} messages", self.taken);
                    Err(Failure::new(ExitStatus::TimedOut, message))
                }
                _ => Ok(()),
            },
        }
    }

    /// `-W` is a normal end when no count was asked for and something came.
    fn timed_out(&self, mut failure: Failure) -> Result<(), Failure> {
        match self.wanted {
            Some(wanted) => {
                failure.message =
                    format!("{} after {} of {wanted} messages", failure.message, self.taken);
            }
            None if self.taken > 0 && self.refused > 0 => return Err(self.refusals()),
            None if self.taken > 0 && self.connected => return Ok(()),
            None => {}
        }
        Err(failure)
    }

    fn refusals(&self) -> Failure {
        let message = format!("{} of {} subscriptions refused", self.refused, self.asked);
        Failure::new(ExitStatus::Refused, message)
    }
}

impl Job for Subscribing {
    fn message(&mut self, message: &Message<'_>) -> Taken {
        if self.filter_out.iter().any(|filter| filter.matches(message.topic)) {
            return Taken::Dropped;
        }
        self.reporter.message(message);
        self.idle_until = None;
        let format = &self.format;
        self.sink.message(|out| format.write(message, out));
        self.taken += 1;
        if self.has_all() { Taken::Last } else { Taken::Writing }
    }

    fn event(&mut self, event: &Event<'_>) {
        if let Event::Subscribed { filter, answer: Err(explanation), .. } = event {
            self.refused += 1;
            self.reporter.ui().error(&format!("subscription to {filter} refused: {explanation}"));
        }
        match event {
            Event::Connected { session_present, .. } => {
                self.connected = true;
                if !session_present {
                    self.refused = 0;
                }
            }
            Event::Lost(_) => {
                self.connected = false;
                self.idle_until = None;
            }
            _ => {}
        }
        self.reporter.event(event);
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        engine: &mut Engine,
        now: Instant,
    ) -> Poll<Result<(), Fault>> {
        self.reporter.flush();
        self.poll_sink(cx, engine)?;
        if self.failure.is_some() {
            return Poll::Ready(Ok(()));
        }
        let nothing_left =
            engine.is_subscribed() && (self.exit_after_subscribe || self.refused == self.asked);
        let done = self.has_all() || nothing_left || self.is_idle(engine, now);
        if done && self.sink.is_idle() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>, engine: &mut Engine) -> Poll<Result<(), Fault>> {
        self.poll_sink(cx, engine)?;
        if self.sink.is_idle() || self.failure.is_some() {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.reporter.flush();
        match self.sink.poll(cx) {
            Poll::Ready(Err(error)) => {
                self.failure = Some(error);
                Poll::Ready(())
            }
            _ if self.has_all() && self.sink.is_idle() => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.idle_until
    }

    fn is_full(&self) -> bool {
        self.sink.is_full()
    }
}
