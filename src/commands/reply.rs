//! `mqtt reply`: answers requests with the output of a command, a text, a file, or their own payload.

use super::acting::args::{JobArgs, find};
use super::acting::replies::Replies;
use super::acting::{Acting, Aftermath, Plan, Work};
use super::filters::Filters;
use super::printing::Printing;
use super::properties::add_to_interest;
use super::receiving::Receiving;
use super::request::job::check_version;
use super::subscribe::job::{Answers, Stop, StopAfter, Subscribing};
use super::subscribe::selection::{Selection, Wanted};
use crate::connection::{Connection, Needs, Settled};
use crate::exit::Failure;
use crate::format::Format;
use crate::message::QoS;
use crate::mqtt::subscription::{Interest, RetainHandling, Subscription};
use crate::os_error;
use crate::output::Writer;
use crate::settings::properties::PropertyPacket;
use crate::settings::{Environment, Typed, number, parse_duration, parse_positive_duration};
use crate::topic::{TopicFilter, TopicName};
use clap::{ArgGroup, Args};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

/// Default time limit for a command; requesters rarely wait longer.
const LIMIT: Duration = Duration::from_secs(30);

/// Answer requests on topics with the output of a command.
///
/// For each request, publishes the command's output to the request's response topic, with its correlation data. The
/// request is acknowledged when the broker has the reply. If the command fails, its output is still sent, with the user
/// property `exit-status`, so that the requester does not wait in vain. Requests without a response topic, and retained
/// messages, are not answered.
#[derive(Args)]
#[group(skip)]
#[command(
    after_help = AFTER_HELP,
    group = ArgGroup::new("answer").required(true).args(["message", "file", "echo", "command"]),
)]
pub struct ReplyArgs {
    /// The subscription.
    #[command(flatten, next_help_heading = "Requests")]
    pub filters: Filters,

    /// QoS of the subscription and of the replies [default: 2, and for each reply the QoS of its request]
    #[arg(short, long, value_name = "QOS", help_heading = "Requests")]
    pub qos: Option<QoS>,

    /// Publish replies here if the request names no response topic; required before MQTT 5
    #[arg(
        short = 'e',
        long,
        value_name = "TOPIC",
        allow_hyphen_values = true,
        help_heading = "Replies"
    )]
    pub response_topic: Option<TopicName>,

    /// Reply only to response topics that begin with this
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Replies")]
    pub reply_prefix: Option<String>,

    /// Reply with this text
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Replies")]
    pub message: Option<OsString>,

    /// Reply with the contents of this file, read once at the start
    #[arg(short, long, value_name = "FILE", allow_hyphen_values = true, help_heading = "Replies")]
    pub file: Option<PathBuf>,

    /// Reply with the payload of the request
    #[arg(long, help_heading = "Replies")]
    pub echo: bool,

    /// Parallelism and retries.
    #[command(flatten)]
    pub jobs: JobArgs,

    /// Limit how long a command may run; then SIGTERM, and SIGKILL 5 seconds later [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_duration, help_heading = "Commands")]
    pub job_timeout: Option<Duration>,

    /// End after this many replies [default: no limit]
    #[arg(short = 'C', long, value_name = "N", value_parser = number::<u64>(1..=u64::MAX), help_heading = "Stopping")]
    pub count: Option<u64>,

    /// End when no request has arrived for this long [default: never]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Stopping")]
    pub idle: Option<Duration>,

    /// Run this command for each request, with the payload on its standard input
    ///
    /// It is run as typed, without a shell. Its output, at most 16 MiB, is the reply, byte for byte. Environment
    /// variables describe the request, as for `mqtt sub -- COMMAND`.
    #[arg(last = true, value_name = "COMMAND", help_heading = "Commands")]
    pub command: Vec<OsString>,
}

const AFTER_HELP: &str = "\
Examples:
  mqtt reply rpc/time -- date +%s
  mqtt reply rpc/upper -- tr a-z A-Z
  mqtt reply '$share/calc/rpc/sum' --jobs 4 -- jq -c add
  mqtt reply rpc/version -m 1.2.3
  mqtt reply ping --echo --reply-prefix mqtt-rr/
  mqtt reply ask -e answers -V 3.1.1 -- ./answer

Exit status: 0 answered, 1 a command failed, 2 bad flags or no such command, 3 broker not reached, \
4 connection refused, 5 a subscription or reply refused, 6 connection lost for good, 27 timed out, 130 or 143 \
stopped.";

/// Runs `mqtt reply`.
///
/// # Errors
/// Everything that makes the exit status other than 0.
pub async fn run(args: ReplyArgs, typed: Typed) -> Result<(), Failure> {
    check(&args)?;
    let work = work(&args)?;
    let policy = args.jobs.policy()?;
    let needs = Needs { version_5: &[], response_information: false, reads_stdin: false };
    let settled = Settled::new(typed, &[PropertyPacket::Subscribe])?;
    let mut connection = Connection::resolve(settled, &needs)?;
    let mut filters = args.filters.0;
    connection.url_topics.add_to(&mut filters)?;
    check_topics(&filters, args.response_topic.as_ref())?;
    check_version(connection.options.protocol, args.response_topic.is_some())?;
    let subscriptions = filters.into_iter().map(|filter| Subscription {
        retain_handling: RetainHandling::Never,
        ..Subscription::new(filter, args.qos.unwrap_or(QoS::ExactlyOnce))
    });
    let mut interest = Interest { subscriptions: subscriptions.collect(), ..Interest::default() };
    add_to_interest(&mut interest, connection.properties.of(PropertyPacket::Subscribe))?;
    let answers = Answers::to(&interest);
    connection.session.interest = interest;
    let ignores_overrun = connection.session.receive_maximum.is_none();
    connection.session.receive_maximum.get_or_insert(policy.in_flight());
    let replies = Replies { to: args.response_topic, prefix: args.reply_prefix, qos: args.qos };
    let plan = Plan {
        rules: Vec::new(),
        rest: Some(work),
        format: None,
        policy,
        limit: Some(args.job_timeout.unwrap_or(LIMIT)),
        aftermath: Aftermath::Reply(replies),
        count: args.count,
        outlives: !connection.session.clean_start,
    };
    let mut reporter = connection.reporter;
    reporter.receives_messages();
    reporter.serves(Environment::service());
    // `mqtt reply` prints nothing.
    let printing = Printing::new(Format::default(), Writer::to_stdout());
    let receiving = Receiving::new(printing, args.idle, reporter);
    let selection = Selection { filter_out: Vec::new(), wanted: Wanted::Fresh, sample: None };
    let stop = Stop { count: args.count, after: StopAfter::Nothing };
    let mut job = Subscribing::new(receiving, selection, stop, None, answers)
        .with_commands(Acting::new(plan, false), ignores_overrun);
    let started = connection.started;
    connection.preparation.over();
    let end = super::converse(connection.options, connection.session, started, &mut job).await?;
    job.finish(end)
}

/// Checks that flags about commands come with a command.
fn check(args: &ReplyArgs) -> Result<(), Failure> {
    let given = [
        (args.job_timeout.is_some(), "--job-timeout"),
        (args.jobs.retry.is_some(), "--retry"),
        (args.jobs.retry_delay.is_some(), "--retry-delay"),
    ];
    match given.iter().find(|(given, _)| *given && args.command.is_empty()) {
        Some((_, flag)) => Err(Failure::usage(format!("{flag} has no effect without -- COMMAND"))),
        None => Ok(()),
    }
}

/// What the reply is made from.
fn work(args: &ReplyArgs) -> Result<Work, Failure> {
    if let Some(program) = find(&args.command)? {
        return Ok(Work::Run(Rc::new(program)));
    }
    Ok(match (&args.message, &args.file) {
        (Some(text), _) => Work::Answer(text.clone().into_encoded_bytes().into()),
        (None, Some(file)) => Work::Answer(read(file)?.into()),
        (None, None) => Work::Echo,
    })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| {
        let cause = os_error::plain(&error);
        Failure::usage(format!("cannot read {}: {cause}", file.display()))
    })
}

/// Checks that replies cannot be received as requests.
fn check_topics(filters: &[TopicFilter], topic: Option<&TopicName>) -> Result<(), Failure> {
    if filters.is_empty() {
        return Err(Failure::usage("no topic filter: give at least one"));
    }
    let Some(topic) = topic else { return Ok(()) };
    match filters.iter().find(|filter| filter.matches(topic.as_str())) {
        Some(filter) => Err(Failure::usage(format!(
            "the response topic {topic} matches {filter}: each reply would be a request"
        ))),
        None => Ok(()),
    }
}
