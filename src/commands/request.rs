//! `mqtt rr`: publishes a request and prints the reply to it.

pub(crate) mod job;

use super::deciding::{self, DecideArgs};
use super::input;
use super::output::OutputArgs;
use super::printing::Printing;
use super::properties::{PropertyArgs, add_to_interest, add_to_message};
use super::receiving::Receiving;
use crate::connection::{Connection, Needs, Settled, UrlTopics};
use crate::exit::Failure;
use crate::message::QoS;
use crate::mqtt::subscription::Interest;
use crate::settings::properties::PropertyPacket;
use crate::settings::{Typed, number, parse_duration};
use crate::source::{Encoding, Input, Invalid, Options, Source};
use crate::topic::{TopicError, TopicFilter, TopicName, matches};
use bytes::Bytes;
use clap::{ArgGroup, Args, Command, ValueEnum};
use job::{Matching, Request, Requesting};
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;
use std::task::Poll;
use std::time::Duration;

/// Default limit for the whole run.
const WAIT: Duration = Duration::from_secs(30);

/// Publish a request and print the reply.
///
/// Subscribes to the response topic, publishes the request once the broker has acknowledged the subscription, and
/// ends after the reply. With MQTT 5 the request names a response topic and carries 16 random bytes of correlation
/// data, and only messages with exactly those bytes are replies. Before MQTT 5 there is neither: the first message on the
/// topic of --response-topic counts. Retained messages never count.
#[derive(Args)]
#[group(skip)]
#[command(after_help = AFTER_HELP)]
pub struct RequestArgs {
    /// The request.
    #[command(flatten)]
    pub request: MessageArgs,

    /// Its properties.
    #[command(flatten)]
    pub properties: PropertyArgs,

    /// Which replies to wait for.
    #[command(flatten)]
    pub reply: ReplyArgs,

    /// Which replies count.
    #[command(flatten)]
    pub decide: DecideArgs,

    /// How replies are printed.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Payload and topic of the request.
#[derive(Args)]
#[group(skip)]
#[command(
    next_help_heading = "Request",
    group = ArgGroup::new("payload").required(true).args(["message", "file", "stdin_file", "null_message"]),
)]
pub struct MessageArgs {
    /// Publish the request to this topic
    #[arg(short, long, value_name = "TOPIC", allow_hyphen_values = true)]
    pub topic: Option<TopicName>,

    /// Send this text
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub message: Option<OsString>,

    /// Send this file, `-` for standard input
    #[arg(short, long, value_name = "FILE", allow_hyphen_values = true)]
    pub file: Option<PathBuf>,

    /// Send all of standard input
    #[arg(short, long)]
    pub stdin_file: bool,

    /// Send an empty request
    #[arg(short, long)]
    pub null_message: bool,

    /// Decode the payload from hexadecimal; whitespace is ignored
    #[arg(long, conflicts_with_all = ["payload_base64", "null_message"])]
    pub payload_hex: bool,

    /// Decode the payload from base64; whitespace is ignored
    #[arg(long, conflicts_with = "null_message")]
    pub payload_base64: bool,

    /// QoS of the request and of the subscription to replies: 0, 1 or 2 [default: 0]
    #[arg(short, long, value_name = "QOS")]
    pub qos: Option<QoS>,
}

/// Which messages count as replies, and how long to wait for them.
#[derive(Args)]
#[group(skip)]
#[command(next_help_heading = "Reply")]
pub struct ReplyArgs {
    /// Expect the reply on this topic; required before MQTT 5
    ///
    /// Without it, MQTT 5 uses the broker's Response Information, or else mqtt-rr, then a slash and the client id.
    /// With --match any it can be a filter.
    #[arg(short = 'e', long, value_name = "TOPIC", allow_hyphen_values = true)]
    pub response_topic: Option<ResponseTopic>,

    /// Which messages on the response topic count as replies [default: auto]
    #[arg(long = "match", id = "match", value_name = "WHEN", value_enum)]
    pub matching: Option<MatchArg>,

    /// Wait for N replies; 0 accepts all until --timeout or --idle [default: 1; with --until 0]
    #[arg(long, value_name = "N", value_parser = number::<u64>(0..=u64::MAX))]
    pub replies: Option<u64>,

    /// End when no reply has arrived for this long [default: never]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub idle: Option<Duration>,

    /// End with status 5 if a reply says that its command failed
    ///
    /// `mqtt reply` says so with the user property `exit-status`.
    #[arg(long)]
    pub fail: bool,

    /// Print to stderr how long each reply took
    #[arg(long)]
    pub latency: bool,
}

/// The values of `--match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MatchArg {
    /// Those with the request's correlation data; with --response-topic, also those without any
    Auto,
    /// Those with the request's correlation data
    Correlation,
    /// All except retained messages
    Any,
}

impl From<MatchArg> for Matching {
    fn from(arg: MatchArg) -> Self {
        match arg {
            MatchArg::Auto => Self::Auto,
            MatchArg::Correlation => Self::Correlation,
            MatchArg::Any => Self::Any,
        }
    }
}

/// The value of `--response-topic`: a topic, or a filter if any message on it is a reply.
#[derive(Clone, Debug)]
pub enum ResponseTopic {
    /// A topic, named in the request as its response topic.
    Topic(TopicName),
    /// A filter, which a request cannot name.
    Filter(TopicFilter),
}

impl FromStr for ResponseTopic {
    type Err = TopicError;

    fn from_str(text: &str) -> Result<Self, TopicError> {
        match text.parse() {
            Ok(topic) => Ok(Self::Topic(topic)),
            Err(error) => text.parse().map(Self::Filter).map_err(|_: TopicError| error),
        }
    }
}

const AFTER_HELP: &str = "\
Examples:
  mqtt rr -t rpc/time -m now
  mqtt rr -t rpc/sum -m '[1,2,3]' -W 5s --json | jq .payload
  mqtt rr -t rpc/convert -f in.png -q 1 > out.jpg -N
  mqtt rr -t rpc/time -m now -V 3.1.1 -e answers/me
  mqtt rr -t lamp/set -m ON -e lamp --where '.state == \"ON\"' -W 5s
  mqtt rr -t cmnd/lamp/STATUS -n -e 'stat/lamp/+' --match any
  mqtt rr -t devices/who -n --replies 0 --idle 2s -v --latency

--hex and --base64 encode the output; --payload-hex and --payload-base64 decode the request.

Exit status: 0 all replies asked for, 1 reading or writing failed, 2 bad flags or input, 3 broker not reached, \
4 connection refused, 5 the request or the subscription refused, 6 connection lost for good, 27 too few replies \
in time, 130 or 143 stopped.";

/// Replaces the help of `--timeout`: unlike other commands, `rr` has a default.
pub fn with_own_timeout(command: Command) -> Command {
    command.mut_arg("timeout", |timeout| {
        timeout
            .help("End after this time, with status 27 if too few replies arrived [default: 30s]")
    })
}

/// Runs the command.
///
/// # Errors
/// Any reason for an exit status other than 0.
pub async fn run(args: RequestArgs, typed: Typed) -> Result<(), Failure> {
    let RequestArgs { request, properties, reply, decide, output } = args;
    let format = output.format()?;
    let decision = decide.decision()?;
    let source = source(&request);
    let by_correlation = reply.matching == Some(MatchArg::Correlation);
    let needs = Needs {
        version_5: &[&properties.needs_5()[..], &[(by_correlation, "--match correlation")]]
            .concat(),
        response_information: reply.response_topic.is_none(),
        reads_stdin: input::reads_stdin(&source.input)?,
    };
    let mut settled = Settled::new(typed, &[PropertyPacket::Publish, PropertyPacket::Subscribe])?;
    settled.set_default_timeout(WAIT);
    let mut connection = Connection::resolve(settled, &needs)?;
    let started = connection.started;
    let mut properties = properties.properties()?;
    let matching = reply.matching.map_or(Matching::Auto, Matching::from);
    let filter = match reply.response_topic {
        Some(ResponseTopic::Filter(filter)) if matching != Matching::Any => {
            return Err(Failure::usage(format!(
                "the response topic {filter} contains '+' or '#': only --match any takes a filter"
            )));
        }
        Some(ResponseTopic::Filter(filter)) => Some(filter),
        Some(ResponseTopic::Topic(topic)) => {
            properties.response_topic = Some(topic);
            None
        }
        None => None,
    };
    let mut aliasing = None;
    add_to_message(
        &mut properties,
        &mut aliasing,
        connection.properties.of(PropertyPacket::Publish),
    )?;
    let mut interest = Interest { before_publishing: true, ..Interest::default() };
    add_to_interest(&mut interest, connection.properties.of(PropertyPacket::Subscribe))?;
    connection.session.aliasing = aliasing.unwrap_or_default();
    let has_response_topic = properties.response_topic.is_some() || filter.is_some();
    job::check_version(connection.options.protocol, has_response_topic)?;
    let topic = topic(request.topic, connection.url_topics)?;
    let listens_to = properties.response_topic.as_ref().map(TopicName::as_str);
    check_topics(&topic, listens_to.or(filter.as_ref().map(TopicFilter::as_str)))?;
    let source = Source::open(source).map_err(input::failure)?;
    let paths = output.paths()?;
    let writer = output.open(paths.as_ref())?;
    let printing = Printing::new(format, writer).reopening(output.reopening()?).in_files(paths);
    let _watch = deciding::watch(connection.preparation, decision.as_ref());
    let wait = connection.options.timeout.map(|wait| wait.saturating_sub(started.elapsed()));
    let payload = read(source, wait).await?;
    let request = Request {
        topic,
        payload,
        qos: request.qos.unwrap_or_default(),
        properties,
        filter,
        matching,
        interest,
        client_id: connection.session.client_id.clone(),
    };
    // What ends the run otherwise is the reply that --until is true of.
    let usual = if decide.until.is_some() { 0 } else { 1 };
    let wanted = Some(reply.replies.unwrap_or(usual)).filter(|replies| *replies > 0);
    let mut reporter = connection.reporter;
    reporter.receives_messages();
    let receiving = Receiving::new(printing, reply.idle, reporter).judging(decision);
    let mut job = Requesting::new(request, wanted, receiving, reply.latency, reply.fail);
    let end = super::converse(connection.options, connection.session, started, &mut job).await?;
    job.finish(end)
}

fn source(request: &MessageArgs) -> Options {
    let input = if let Some(text) = &request.message {
        Input::Texts(vec![text.clone().into_encoded_bytes()])
    } else if let Some(file) = &request.file {
        Input::Files(vec![file.clone()])
    } else if request.stdin_file {
        Input::Stdin
    } else {
        Input::Texts(vec![Vec::new()])
    };
    let encoding = match (request.payload_hex, request.payload_base64) {
        (true, _) => Encoding::Hex,
        (_, true) => Encoding::Base64,
        _ => Encoding::Plain,
    };
    Options { input, encoding, invalid: Invalid::Stop }
}

fn topic(typed: Option<TopicName>, of_urls: UrlTopics) -> Result<TopicName, Failure> {
    let topic = typed.map_or_else(|| of_urls.topic(), |topic| Ok(Some(topic)))?;
    topic.ok_or_else(|| Failure::usage("no topic: give one with --topic"))
}

/// Checks that the response topic differs from the request's and can be subscribed to normally.
fn check_topics(topic: &TopicName, response: Option<&str>) -> Result<(), Failure> {
    match response {
        Some(response) if matches(response, topic.as_str()) => Err(Failure::usage(format!(
            "the response topic is the request's, {topic}: the request would be its own reply"
        ))),
        Some(response) if job::is_shared(response) => Err(Failure::usage(format!(
            "the response topic {response} would be a shared subscription"
        ))),
        _ => Ok(()),
    }
}

/// Reads the whole payload before connecting: a connection that waits for input would be of no use.
async fn read(mut source: Source, limit: Option<Duration>) -> Result<Bytes, Failure> {
    input::wait(limit, |cx| {
        while let Poll::Ready(next) = source.poll_next(cx) {
            match next {
                None => return Poll::Ready(Ok(Bytes::new())),
                Some(Err(error)) => return Poll::Ready(Err(input::failure(error))),
                Some(Ok(mut batch)) => {
                    if let Some(record) = batch.next() {
                        return Poll::Ready(Ok(record.payload));
                    }
                }
            }
        }
        Poll::Pending
    })
    .await
}
