//! `mqtt pub`: publishes records, and reports what happened to each message.

pub(crate) mod addressing;
mod args;
pub(crate) mod feed;
pub(crate) mod job;
#[cfg(unix)]
mod outbox;
pub(crate) mod pace;
pub(crate) mod replay;

pub use args::PublishArgs;

use super::input::{failure as source_failure, reads_stdin};
use super::progress::{Progress, When, Whole};
use super::properties::add_to_message;
use crate::connection::{Connection, Needs, Settled, UrlTopics};
use crate::exit::Failure;
use crate::message::{Envelope, PublishProperties, QoS};
use crate::mqtt::Aliasing;
#[cfg(unix)]
use crate::outbox::folder::Durability;
use crate::settings::properties::{Property, PropertyPacket};
use crate::settings::{Environment, Typed};
use crate::source::{Encoding, Input, Invalid, Lines, Options, Source};
use crate::topic::TopicName;
use crate::ui::{self, Verbosity};
use addressing::Addressing;
#[cfg(unix)]
use args::OutboxSync;
use args::{AliasArg, MessageArgs, MoreArgs};
use feed::{Feed, NOT_QOS_0};
use job::Publishing;
use pace::Pace;
use replay::Replay;
use std::ffi::OsString;
use std::rc::Rc;

/// Runs the command.
///
/// # Errors
/// Any reason for an exit status other than 0.
pub async fn run(args: PublishArgs, typed: Typed) -> Result<(), Failure> {
    let PublishArgs { message, more } = args;
    let source = source(&message, &more)?;
    let settled = Settled::new(typed, &[PropertyPacket::Publish])?;
    if more.progress && settled.fills_stderr() {
        return Err(Failure::usage(
            "--progress would be lost among the lines of --debug or --events",
        ));
    }
    let reads_stdin = source.as_ref().map_or(Ok(false), |source| reads_stdin(&source.input))?;
    // A progress bar would overwrite what is typed.
    let is_typed = reads_stdin && ui::stdin_is_terminal();
    // By default there is no progress bar next to a trace, or with --quiet.
    let alone = !settled.fills_stderr() && settled.verbosity() != Verbosity::Quiet && !is_typed;
    let when = When::new(more.progress, more.no_progress, alone);
    let needs_5 = needs_5(&more);
    let needs = Needs { version_5: &needs_5, response_information: false, reads_stdin };
    let mut connection = Connection::resolve(settled, &needs)?;
    let (properties, aliasing) =
        properties(&more, connection.properties.of(PropertyPacket::Publish))?;
    connection.session.aliasing = aliasing;
    if more.topic_from.is_some() && connection.url_topics.typed.is_some() {
        return Err(Failure::usage("the URL's topic has no effect with --topic-from"));
    }
    if message.outbox.is_some() {
        check_outbox(&message, source.as_ref(), aliasing)?;
    }
    let Some(source) = source else {
        let progress = Progress::new(when, Whole::Unknown);
        return Box::pin(store_and_send(&message, &more, None, progress, connection)).await;
    };
    let url_topics = std::mem::take(&mut connection.url_topics);
    let topics = topics(&message, &more, url_topics, &source.input)?;
    let addressing = addressing(topics, &message, properties)?.below(more.topic_prefix.clone());
    let addressing = addressing.map_err(|error| {
        Failure::usage(format!("--topic-prefix: the topic is invalid: {error}"))
    })?;
    let Opened { feed, whole, is_stream, comes_whole } = open(source, addressing, &more)?;
    // A run that reads lines may be a systemd service.
    if is_stream {
        connection.reporter.serves(Environment::service());
    }
    if message.outbox.is_some() {
        // Messages stored by earlier runs are sent, too.
        let progress = Progress::new(when, Whole::Unknown);
        let input = Some((feed, is_stream));
        // Boxed, so that runs without an outbox do not pay memory for it.
        return Box::pin(store_and_send(&message, &more, input, progress, connection)).await;
    }
    let progress = Progress::new(when, whole);
    let mut job = Publishing::new(feed, pace(&more), progress, connection.reporter);
    connection.preparation.over();
    let started = connection.started;
    if comes_whole {
        // A connection that waits for input would be of no use.
        job.fill(started, connection.options.timeout).await?;
    }
    let end = super::converse(connection.options, connection.session, started, &mut job).await?;
    job.finish(end)
}

/// The messages to publish, and what is known of them beforehand.
struct Opened {
    feed: Feed,
    whole: Whole,
    /// Whether they come one by one, for as long as the input goes on.
    is_stream: bool,
    /// Whether standard input has to end before the first of them is known.
    comes_whole: bool,
}

/// Opens the input.
fn open(options: Options, addressing: Addressing, more: &MoreArgs) -> Result<Opened, Failure> {
    let input = &options.input;
    let is_stream = matches!(input, Input::Lines(_) | Input::Records | Input::Recording);
    let comes_whole = match input {
        Input::Stdin => true,
        Input::Files(paths) => paths.iter().all(|path| path.as_os_str() == "-"),
        _ => false,
    };
    let given = match input {
        Input::Texts(texts) => Some(texts.len() as u64),
        _ => None,
    };
    let (invalid, repeat) = (options.invalid, more.repeat.unwrap_or(1));
    let source = Source::open(options).map_err(source_failure)?;
    let whole = match (source.total(), given) {
        (Some(bytes), _) => Whole::Bytes(bytes.saturating_mul(repeat)),
        (None, Some(texts)) => {
            let copies = repeat.saturating_mul(addressing.given() as u64);
            Whole::Messages(copies.saturating_mul(texts))
        }
        (None, None) => Whole::Unknown,
    };
    let replay = more.replay.map(|speed| Replay::new(speed, more.max_gap));
    let feed = Feed::new(source, invalid, addressing, repeat).replaying(replay);
    Ok(Opened { feed, whole, is_stream, comes_whole })
}

fn pace(more: &MoreArgs) -> Pace {
    match (more.interval, more.rate) {
        (Some(gap), _) => Pace::gap(gap),
        (None, Some(rate)) => Pace::rate(rate),
        (None, None) => Pace::default(),
    }
}

/// Rejects flags that do not work with an outbox.
fn check_outbox(
    message: &MessageArgs,
    source: Option<&Options>,
    aliasing: Aliasing,
) -> Result<(), Failure> {
    let Some(source) = source else {
        let without_effect = [
            (!message.topic.is_empty(), "--topic"),
            (message.qos.is_some(), "--qos"),
            (message.retain, "--retain"),
        ];
        let given = without_effect.iter().find(|(given, _)| *given);
        return given.map_or(Ok(()), |(_, flag)| {
            Err(Failure::usage(format!("{flag} has no effect without a message")))
        });
    };
    let qos = message.qos.unwrap_or_default();
    // Each record may have its own QoS.
    let is_open = source.input == Input::Records && message.qos.is_none();
    if qos == QoS::AtMostOnce && !is_open {
        return Err(Failure::usage(NOT_QOS_0).hint("for example: --qos 1"));
    }
    if aliasing != Aliasing::None {
        return Err(Failure::usage(
            "--topic-alias has no effect with --outbox: an alias does not outlive its connection",
        ));
    }
    Ok(())
}

/// Outboxes rely on guarantees that only Unix gives for files.
#[cfg(not(unix))]
async fn store_and_send(
    _message: &MessageArgs,
    _more: &MoreArgs,
    _input: Option<(Feed, bool)>,
    _progress: Progress,
    _connection: Connection,
) -> Result<(), Failure> {
    Err(Failure::usage("--outbox needs a Unix system"))
}

/// Runs `--outbox`; `input` is the messages to store, and whether they may arrive slowly.
#[cfg(unix)]
async fn store_and_send(
    message: &MessageArgs,
    more: &MoreArgs,
    input: Option<(Feed, bool)>,
    progress: Progress,
    connection: Connection,
) -> Result<(), Failure> {
    let Some(path) = &message.outbox else { return Ok(()) };
    if more.later && input.is_none() {
        return Err(Failure::usage("--later has no effect without a message"));
    }
    let waits = input.as_ref().is_some_and(|(_, comes)| *comes) && !more.later;
    let plan = outbox::OutboxOptions {
        path,
        later: more.later,
        limit: more.outbox_limit.unwrap_or(outbox::LIMIT),
        durability: match more.outbox_sync {
            Some(OutboxSync::Never) => Durability::Written,
            Some(OutboxSync::Always) | None => Durability::Synced,
        },
        gap: more.interval.map(Pace::gap).unwrap_or_default(),
        rate: more.rate.map(Pace::rate).unwrap_or_default(),
        room: if waits { outbox::Room::Comes } else { outbox::Room::MustBeThere },
    };
    outbox::run(plan, input.map(|(feed, _)| feed), progress, connection).await
}

/// What to read, and how; `None` if only an outbox is to be sent.
fn source(message: &MessageArgs, more: &MoreArgs) -> Result<Option<Options>, Failure> {
    let input = if !message.message.is_empty() {
        Input::Texts(message.message.iter().cloned().map(OsString::into_encoded_bytes).collect())
    } else if message.json && more.replay.is_some() {
        Input::Recording
    } else if message.json {
        Input::Records
    } else if message.stdin_line {
        let delimiter = match (&more.delimiter, more.null) {
            (Some(delimiter), _) => delimiter.0.clone(),
            (None, true) => b"\0".to_vec(),
            (None, false) => b"\n".to_vec(),
        };
        Input::Lines(Lines {
            delimiter,
            topic_from: more.topic_from.as_ref().map(|it| it.0.clone()),
        })
    } else if message.stdin_file {
        Input::Stdin
    } else if !message.file.is_empty() {
        Input::Files(message.file.clone())
    } else if message.null_message {
        Input::Texts(vec![Vec::new()])
    } else {
        return Ok(None);
    };
    // clap does not enforce `requires` on a flag whose requirement conflicts with another flag that was given.
    let for_lines = [
        (more.delimiter.is_some(), "--delimiter"),
        (more.null, "--null"),
        (more.topic_from.is_some(), "--topic-from"),
    ];
    if let (Some((_, flag)), false) =
        (for_lines.iter().find(|(given, _)| *given), message.stdin_line)
    {
        return Err(Failure::usage(format!("{flag} has no effect without --stdin-line")));
    }
    if more.replay.is_some() && !message.json {
        return Err(Failure::usage("--replay has no effect without --json"));
    }
    if more.max_gap.is_some() && more.replay.is_none() {
        return Err(Failure::usage("--max-gap has no effect without --replay"));
    }
    let encoding = match (more.hex, more.base64) {
        (true, _) => Encoding::Hex,
        (_, true) => Encoding::Base64,
        _ => Encoding::Plain,
    };
    let can_be_invalid = match &input {
        Input::Records | Input::Recording => true,
        Input::Lines(lines) => lines.topic_from.is_some() || encoding != Encoding::Plain,
        Input::Files(_) => encoding != Encoding::Plain,
        Input::Texts(_) | Input::Stdin => false,
    };
    if more.skip_invalid && !can_be_invalid {
        return Err(Failure::usage(
            "--skip-invalid has no effect: only records, and lines and files with --hex, --base64 or --topic-from, can be invalid",
        ));
    }
    let invalid = if more.skip_invalid { Invalid::Skip } else { Invalid::Stop };
    Ok(Some(Options { input, encoding, invalid }))
}

fn needs_5(more: &MoreArgs) -> Vec<(bool, &'static str)> {
    let own = [
        (more.response_topic.is_some(), "--response-topic"),
        (more.topic_alias.is_some(), "--topic-alias"),
    ];
    more.properties.needs_5().into_iter().chain(own).collect()
}

/// The properties from the flags and from `-D publish`; giving one twice is an error.
fn properties(
    more: &MoreArgs,
    given: Vec<Property>,
) -> Result<(PublishProperties, Aliasing), Failure> {
    let mut properties = more.properties.properties()?;
    properties.response_topic = more.response_topic.clone();
    let mut aliasing = more.topic_alias.map(|alias| match alias {
        AliasArg::Auto => Aliasing::Auto,
        AliasArg::Fixed(alias) => Aliasing::Fixed(alias),
    });
    add_to_message(&mut properties, &mut aliasing, given)?;
    Ok((properties, aliasing.unwrap_or_default()))
}

/// The topics that each message goes to; empty if each record has its own.
fn topics(
    message: &MessageArgs,
    more: &MoreArgs,
    of_urls: UrlTopics,
    input: &Input,
) -> Result<Vec<TopicName>, Failure> {
    if more.topic_from.is_some() {
        return if message.topic.is_empty() {
            Ok(Vec::new())
        } else {
            Err(Failure::usage("--topic has no effect with --topic-from: each line has its own"))
        };
    }
    if !message.topic.is_empty() {
        return Ok(message.topic.clone());
    }
    match of_urls.topic()? {
        Some(topic) => Ok(vec![topic]),
        None if matches!(input, Input::Records | Input::Recording) => Ok(Vec::new()),
        None => Err(Failure::usage("no topic: give one with --topic")),
    }
}

fn addressing(
    topics: Vec<TopicName>,
    message: &MessageArgs,
    properties: PublishProperties,
) -> Result<Addressing, Failure> {
    // A placeholder: every record has its own topic.
    let topic = "-".parse().map_err(Failure::usage)?;
    let (qos, retain) = (message.qos.unwrap_or_default(), message.retain);
    let defaults = Envelope { topic, qos, retain, properties };
    let given = topics.into_iter().map(|topic| Rc::new(Envelope { topic, ..defaults.clone() }));
    Ok(Addressing::new(given.collect(), defaults))
}
