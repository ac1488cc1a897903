//! `mqtt pub`: publishes records, and reports what happened to each message.

pub(crate) mod addressing;
mod args;
pub(crate) mod job;
pub(crate) mod pace;

pub use args::PublishArgs;

use super::input::{failure as source_failure, reads_stdin};
use super::progress::{Progress, When, Whole};
use super::properties::add_to_message;
use crate::connection::{Connection, Needs, Settled};
use crate::exit::Failure;
use crate::message::{Envelope, PublishProperties};
use crate::mqtt::Aliasing;
use crate::settings::Typed;
use crate::settings::properties::{Packet, Property};
use crate::source::{Encoding, Input, Invalid, Lines, Options, Source};
use crate::topic::TopicName;
use crate::ui::{self, Verbosity};
use addressing::Addressing;
use args::{AliasArg, MessageArgs, MoreArgs};
use job::Publishing;
use pace::Pace;
use std::ffi::OsString;
use std::rc::Rc;

/// Runs the command.
///
/// # Errors
/// Any reason for an exit status other than 0.
pub async fn run(args: PublishArgs, typed: Typed) -> Result<(), Failure> {
    let PublishArgs { message, more } = args;
    let source = source(&message, &more)?;
    let settled = Settled::new(typed, &[Packet::Publish])?;
    if more.progress && settled.fills_stderr() {
        return Err(Failure::usage(
            "--progress would be lost among the lines of --debug or --events",
        ));
    }
    // A progress bar would overwrite what is typed.
    let is_typed = reads_stdin(&source.input)? && ui::stdin_is_terminal();
    let alone = !settled.fills_stderr() && settled.verbosity() != Verbosity::Quiet && !is_typed;
    let needs_5 = needs_5(&more);
    let needs = Needs {
        version_5: &needs_5,
        response_information: false,
        reads_stdin: reads_stdin(&source.input)?,
    };
    let mut connection = Connection::resolve(settled, &needs)?;
    let started = connection.started;
    let (properties, aliasing) = properties(&more, connection.properties.of(Packet::Publish))?;
    connection.session.aliasing = aliasing;
    if more.topic_from.is_some() && connection.url_topic.is_some() {
        return Err(Failure::usage("the URL's topic has no effect with --topic-from"));
    }
    let named = connection.url_topic.or(connection.default_topic);
    let topics = topics(&message, &more, named, &source.input)?;
    let addressing = addressing(topics, &message, properties)?;
    let repeat = more.repeat.unwrap_or(1);
    let waits_for_input = match &source.input {
        Input::Stdin => true,
        Input::Files(paths) => paths.iter().all(|path| path.as_os_str() == "-"),
        _ => false,
    };
    let given = match &source.input {
        Input::Texts(texts) => Some(texts.len() as u64),
        _ => None,
    };
    let invalid = source.invalid;
    let source = Source::open(source).map_err(source_failure)?;
    let whole = match (source.total(), given) {
        (Some(bytes), _) => Whole::Bytes(bytes.saturating_mul(repeat)),
        (None, Some(texts)) => {
            let copies = repeat.saturating_mul(addressing.given() as u64);
            Whole::Messages(copies.saturating_mul(texts))
        }
        (None, None) => Whole::Unknown,
    };
    let progress = Progress::new(when(&more, alone), whole);
    let pace = match (more.interval, more.rate) {
        (Some(gap), _) => Pace::gap(gap),
        (None, Some(rate)) => Pace::rate(rate),
        (None, None) => Pace::default(),
    };
    let mut job =
        Publishing::new(source, invalid, addressing, repeat, pace, progress, connection.reporter);
    connection.preparation.over();
    if waits_for_input {
        // A connection that waits for input would be of no use.
        job.fill(started, connection.options.timeout).await?;
    }
    let end = super::converse(connection.options, connection.session, started, &mut job).await?;
    job.finish(end)
}

/// What to read, and how to decode it.
fn source(message: &MessageArgs, more: &MoreArgs) -> Result<Options, Failure> {
    let input = if !message.message.is_empty() {
        Input::Texts(message.message.iter().cloned().map(OsString::into_encoded_bytes).collect())
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
    } else {
        Input::Texts(vec![Vec::new()])
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
    let encoding = match (more.hex, more.base64) {
        (true, _) => Encoding::Hex,
        (_, true) => Encoding::Base64,
        _ => Encoding::Plain,
    };
    let can_be_invalid = match &input {
        Input::Records => true,
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
    Ok(Options { input, encoding, invalid })
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
    named: Option<String>,
    input: &Input,
) -> Result<Vec<TopicName>, Failure> {
    if more.topic_from.is_some() {
        return if message.topic.is_empty() {
            Ok(Vec::new())
        } else {
            Err(Failure::usage("--topic has no effect with --topic-from: each line has its own"))
        };
    }
    match named {
        _ if !message.topic.is_empty() => Ok(message.topic.clone()),
        Some(topic) => match topic.parse() {
            Ok(name) => Ok(vec![name]),
            Err(error) => {
                Err(Failure::usage(format!("invalid topic '{topic}' in the URL: {error}")))
            }
        },
        None if *input == Input::Records => Ok(Vec::new()),
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

/// By default there is no progress bar next to a trace, or with --quiet.
fn when(more: &MoreArgs, alone: bool) -> When {
    match (more.progress, more.no_progress || !alone) {
        (true, _) => When::Always,
        (_, true) => When::Never,
        _ => When::Auto,
    }
}
