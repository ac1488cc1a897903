//! The flags of `mqtt pub`.

use super::replay::parse_speed;
use crate::commands::properties::PropertyArgs;
use crate::message::QoS;
use crate::settings::flags::BasicArgs;
use crate::settings::{number, parse_duration, parse_size};
use crate::source::parse_delimiter;
use crate::topic::TopicName;
use clap::{ArgGroup, ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Publish messages to a topic.
///
/// Ends once the broker has acknowledged every message (at QoS 0: once every message has been sent). The
/// status is 0 only if all of them were delivered.
#[derive(Args)]
#[group(skip)]
#[command(after_help = AFTER_HELP)]
pub struct PublishArgs {
    /// The flags that most runs need.
    #[command(flatten)]
    pub message: MessageArgs,

    /// All others.
    #[command(flatten)]
    pub more: MoreArgs,
}

impl PublishArgs {
    /// The flags that [`PublishArgs::from_basic`] understands.
    pub fn basic_flags(command: Command) -> Command {
        BasicArgs::augment_args(MessageArgs::augment_args(command))
    }

    /// Parses a command line that used nothing but basic flags.
    ///
    /// # Errors
    /// When a required flag is missing.
    pub fn from_basic(found: &mut ArgMatches) -> Result<Self, clap::Error> {
        let message = MessageArgs::from_arg_matches_mut(found)?;
        Ok(Self { message, more: MoreArgs::default() })
    }
}

/// What is sent, and to which topics.
#[derive(Args)]
#[group(skip)]
#[command(
    next_help_heading = "Message",
    group = ArgGroup::new("payload").args(["message", "file", "stdin_file", "stdin_line", "null_message", "json"]),
    group = ArgGroup::new("what").required(true).multiple(true).args(["message", "file", "stdin_file", "stdin_line", "null_message", "json", "outbox"]),
)]
pub struct MessageArgs {
    /// Publish to this topic; can be repeated to send each message to each topic
    #[arg(short, long, value_name = "TOPIC", allow_hyphen_values = true)]
    pub topic: Vec<TopicName>,

    /// Send this text as one message; can be repeated
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub message: Vec<OsString>,

    /// Send this file as one message, `-` for standard input; can be repeated
    #[arg(short, long, value_name = "FILE", allow_hyphen_values = true)]
    pub file: Vec<PathBuf>,

    /// Send all of standard input as one message
    #[arg(short, long)]
    pub stdin_file: bool,

    /// Send each line of standard input as one message
    #[arg(short = 'l', long)]
    pub stdin_line: bool,

    /// Send an empty message
    #[arg(short, long)]
    pub null_message: bool,

    /// Send each line of standard input, a JSON record as printed by `mqtt sub --json`
    ///
    /// Keys: topic, qos, retain, payload or payload_base64 or payload_json, and properties. Records may be
    /// partial; missing keys come from the flags.
    #[arg(long)]
    pub json: bool,

    /// Publish with this QoS: 0, 1 or 2 [default: 0]
    #[arg(short, long, value_name = "QOS")]
    pub qos: Option<QoS>,

    /// Retain the message: the broker keeps it for later subscribers
    #[arg(short, long)]
    pub retain: bool,

    /// Store every message in this directory before sending it; without a message, send what is stored there
    ///
    /// Messages of earlier runs are sent first. Messages survive a crash, and are removed from the directory once the
    /// broker has them. Needs QoS 1 or 2.
    #[arg(long, value_name = "DIR")]
    pub outbox: Option<PathBuf>,
}

/// A delimiter, with its escapes decoded.
#[derive(Clone, Debug)]
pub struct Delimiter(pub Vec<u8>);

impl FromStr for Delimiter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        parse_delimiter(text).map(Self)
    }
}

/// The values of `--topic-alias`.
#[derive(Clone, Copy, Debug)]
pub enum AliasArg {
    /// As many aliases as the broker allows.
    Auto,
    /// This alias.
    Fixed(u16),
}

impl FromStr for AliasArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match number(1..=65_535)(text) {
            _ if text == "auto" => Ok(Self::Auto),
            Ok(alias) => Ok(Self::Fixed(alias)),
            _ => Err("a topic alias is a number from 1 to 65535, or `auto`".to_owned()),
        }
    }
}

/// The values of `--outbox-sync`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OutboxSync {
    /// Before a message is sent.
    Always,
    /// Whenever the system does it by itself.
    Never,
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match text.parse() {
        Ok(rate) if is_plain && (1e-6..=1e9).contains(&rate) => Ok(rate),
        _ => {
            Err("a rate is a number of messages per second, from 0.000001 to 1000000000".to_owned())
        }
    }
}

/// How input is split and decoded, how fast messages are sent, and their properties.
#[derive(Args, Default)]
#[group(skip)]
#[command(next_help_heading = "Input")]
pub struct MoreArgs {
    /// Split the input of --stdin-line at this text [default: \n]
    ///
    /// Supports the escapes \n \r \t \0 \\ and \xNN. Text after the last delimiter is a message too.
    #[arg(
        long,
        value_name = "TEXT",
        requires = "stdin_line",
        conflicts_with = "null",
        allow_hyphen_values = true
    )]
    pub delimiter: Option<Delimiter>,

    /// Split the input of --stdin-line at NUL bytes
    #[arg(short = '0', long, requires = "stdin_line")]
    pub null: bool,

    /// Read the topic from the start of each line of --stdin-line, up to this text
    ///
    /// The line is split at the first occurrence; the rest is the payload. Supports the escapes of --delimiter.
    #[arg(long, value_name = "TEXT", requires = "stdin_line", allow_hyphen_values = true)]
    pub topic_from: Option<Delimiter>,

    /// Decode payloads from hexadecimal; whitespace is ignored
    #[arg(long, conflicts_with_all = ["base64", "json", "null_message"])]
    pub hex: bool,

    /// Decode payloads from base64; whitespace is ignored
    #[arg(long, conflicts_with_all = ["json", "null_message"])]
    pub base64: bool,

    /// Skip invalid records, and end with status 2 after sending the others
    #[arg(long)]
    pub skip_invalid: bool,

    /// Send each message N times [default: 1]
    #[arg(long, value_name = "N", value_parser = number::<u64>(1..=u64::MAX), conflicts_with_all = ["stdin_line", "json"], help_heading = "Pace and progress")]
    pub repeat: Option<u64>,

    /// Wait at least this long between messages; one message goes to all its topics at once [default: 0]
    #[arg(long, alias = "repeat-delay", value_name = "DURATION", value_parser = parse_duration, conflicts_with = "rate", help_heading = "Pace and progress")]
    pub interval: Option<Duration>,

    /// Send records with the timing they were received with, or SPEED times as fast (needs --json) [default: 1]
    ///
    /// The schedule is absolute: a late record is sent at once and does not delay others. So is a record that is older
    /// than the previous one.
    #[arg(long, value_name = "SPEED", num_args = 0..=1, require_equals = true, default_missing_value = "1", value_parser = parse_speed, conflicts_with_all = ["rate", "interval", "outbox"], help_heading = "Pace and progress")]
    pub replay: Option<f64>,

    /// Wait at most this long between two records of --replay [default: as recorded]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Pace and progress")]
    pub max_gap: Option<Duration>,

    /// Prepend this to every topic, such as test/
    #[arg(long, value_name = "PREFIX", allow_hyphen_values = true)]
    pub topic_prefix: Option<TopicName>,

    /// Send at most N messages per second; can be a fraction [default: no limit]
    #[arg(long, value_name = "N", value_parser = parse_rate, help_heading = "Pace and progress")]
    pub rate: Option<f64>,

    /// Show a progress bar on stderr [default: on a terminal, after a second]
    #[arg(long, overrides_with = "no_progress", help_heading = "Pace and progress")]
    pub progress: bool,

    /// Do not show a progress bar
    #[arg(long, overrides_with = "progress", help_heading = "Pace and progress")]
    pub no_progress: bool,

    /// Store the messages in the outbox and end without connecting
    #[arg(long, requires = "outbox", help_heading = "Outbox")]
    pub later: bool,

    /// Limit the size of the outbox, in bytes or with K, M or G [default: 1G]
    #[arg(long, value_name = "SIZE", requires = "outbox", value_parser = parse_size, help_heading = "Outbox")]
    pub outbox_limit: Option<u64>,

    /// When to sync messages to disk: always, to survive a power failure, or never [default: always]
    #[arg(long, value_name = "WHEN", requires = "outbox", help_heading = "Outbox")]
    pub outbox_sync: Option<OutboxSync>,

    /// The properties of the messages.
    #[command(flatten)]
    pub properties: PropertyArgs,

    /// Topic for replies to the message (MQTT 5)
    #[arg(long, value_name = "TOPIC", allow_hyphen_values = true, help_heading = "Properties")]
    pub response_topic: Option<TopicName>,

    /// Use this topic alias for repeated topics, or with `auto` as many as the broker allows (MQTT 5) [default: none]
    #[arg(long, value_name = "N", help_heading = "Properties")]
    pub topic_alias: Option<AliasArg>,
}

const AFTER_HELP: &str = "\
Examples:
  mqtt pub -t sensors/hall -m 21.5
  mqtt pub -t log -l -q 1 < app.log
  mqtt pub -t firmware -f image.bin -r
  mqtt pub -t sensors/hall -n -r               clear the retained message
  mqtt pub -l --topic-from ' ' < readings      topic, space, payload
  mqtt pub --json < backup.ndjson              what `mqtt sub --json` printed
  mqtt pub -t tick -m x --repeat 60 --interval 1s

Exit status: 0 all delivered, 1 reading failed, 2 bad flags, files or records, 3 broker not reached, \
4 connection refused, 5 a message refused, 6 a message lost or unconfirmed, 27 timed out, 130 interrupted, \
143 terminated.";
