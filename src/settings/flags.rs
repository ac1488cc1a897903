//! The flags of the connection, which every command takes that connects: names, help, and what a value must be.
//!
//! What else is to be known of a setting is in `settings/table.rs`.

// The documentation of a field is its help text, where brackets are no links.
#![allow(rustdoc::broken_intra_doc_links)]

mod reach;
mod tls;
mod tree;

pub use reach::ReachArgs;
pub use tls::{TlsArgs, TlsVersionArg};
pub use tree::{Shape, Tree};

use super::value::{number, parse_duration, parse_expiry, parse_positive_duration, parse_protocol};
use crate::message::QoS;
use crate::run::options::{Protocol, Reconnect};
use crate::topic::TopicName;
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// What `--reconnect` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReconnectArg {
    /// A connection that stood and was lost
    Lost,
    /// The first connection too
    Always,
    /// None: any loss ends the run
    Never,
}

impl From<ReconnectArg> for Reconnect {
    fn from(arg: ReconnectArg) -> Self {
        match arg {
            ReconnectArg::Lost => Self::Lost,
            ReconnectArg::Always => Self::Always,
            ReconnectArg::Never => Self::Never,
        }
    }
}

/// What a person can type about the connection, and a profile can say. No `Debug`: there may be a password among it.
#[derive(Args, Default)]
#[group(skip)]
pub struct ConnectionArgs {
    /// The flags that most runs need.
    #[command(flatten)]
    pub basic: BasicArgs,

    /// Other ways to the broker than TCP.
    #[command(flatten)]
    pub reach: ReachArgs,

    /// Encryption.
    #[command(flatten)]
    pub tls: TlsArgs,

    /// The session, its will, and what is said meanwhile.
    #[command(flatten)]
    pub more: MoreArgs,
}

/// Where to connect, and as whom.
#[derive(Args, Default)]
#[group(skip)]
#[command(next_help_heading = "Connection")]
pub struct BasicArgs {
    /// Connect to mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts, ws, wss, unix [env: MQTT_URL]
    ///
    /// User, password and topic are percent-decoded; `ws` and `wss` have an HTTP path there, /mqtt if none is given,
    /// and unix:///PATH is a socket. A part is overruled by its own flag, wherever that stands.
    #[arg(short = 'L', long, value_name = "URL")]
    pub url: Option<String>,

    /// Connect to this host; help is --help [env: MQTT_HOST] [default: localhost]
    #[arg(short = 'h', long, value_name = "HOST")]
    pub host: Option<String>,

    /// Connect to this port [env: MQTT_PORT] [default: 1883, with TLS 8883, WebSocket 80, both 443]
    #[arg(short = 'p', long, value_name = "PORT", value_parser = number::<u16>(1..=65_535))]
    pub port: Option<u16>,

    /// Speak this version of MQTT: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    ///
    /// `auto` speaks 5, and 3.1.1 where the broker refuses 5, hangs up on it, or has not answered it after half of
    /// --connect-timeout.
    #[arg(short = 'V', long, alias = "protocol-version", value_name = "VERSION", value_parser = parse_protocol)]
    pub protocol: Option<Protocol>,

    /// Use this client id [default: mqtt- and 16 random hex digits]
    #[arg(
        short = 'i',
        long,
        value_name = "ID",
        allow_hyphen_values = true,
        help_heading = "Session"
    )]
    pub id: Option<String>,

    /// Authenticate as this user [env: MQTT_USERNAME]
    #[arg(
        short = 'u',
        long,
        value_name = "NAME",
        allow_hyphen_values = true,
        help_heading = "Login"
    )]
    pub username: Option<String>,
}

/// The session, how long to wait, the will, and what is said meanwhile.
#[derive(Args, Default)]
#[group(skip)]
#[command(next_help_heading = "Connection")]
pub struct MoreArgs {
    /// Use this profile of the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Read no configuration file
    #[arg(long, conflicts_with = "profile")]
    pub no_config: bool,

    /// Read flags from this file, one and its value a line, as if they were typed first
    ///
    /// A line is a flag, a space and the value, as it is: there are no quotes. A line that begins with # is left out.
    #[arg(short = 'o', long, value_name = "FILE")]
    pub options: Option<PathBuf>,

    /// Use a client id of this prefix and 16 random hex digits
    #[arg(
        short = 'I',
        long,
        value_name = "PREFIX",
        conflicts_with = "id",
        help_heading = "Session"
    )]
    pub id_prefix: Option<String>,

    /// Resume the session of this client id, and let the broker keep it (needs --id)
    #[arg(short = 'c', long, alias = "disable-clean-session", help_heading = "Session")]
    pub no_clean_start: bool,

    /// Let the session live this long after the connection: a duration or `never` (MQTT 5) [default: never with -c]
    #[arg(short = 'x', long, value_name = "DURATION", value_parser = parse_expiry, allow_hyphen_values = true, help_heading = "Session")]
    pub session_expiry: Option<u32>,

    /// Ping the broker after this many seconds of silence, 0 for never [default: 60]
    #[arg(short = 'k', long, value_name = "SECONDS", value_parser = number::<u16>(0..=65_535), help_heading = "Session")]
    pub keepalive: Option<u16>,

    /// Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["password_command", "ask_password", "password"], help_heading = "Login")]
    pub password_file: Option<PathBuf>,

    /// Take what this command prints as the password
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["ask_password", "password"], help_heading = "Login")]
    pub password_command: Option<String>,

    /// Ask for the password on the terminal
    #[arg(long, conflicts_with = "password", help_heading = "Login")]
    pub ask_password: bool,

    /// Give the password where other users of this machine can read it
    #[arg(
        short = 'P',
        long,
        alias = "pw",
        value_name = "PASSWORD",
        allow_hyphen_values = true,
        help_heading = "Login"
    )]
    pub password: Option<OsString>,

    /// Give up when the broker has not accepted the connection by then [default: 10s]
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_duration, help_heading = "Deadlines and reconnecting")]
    pub connect_timeout: Option<Duration>,

    /// Give a connection up on which the broker acknowledges nothing for this long while it should [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_duration, help_heading = "Deadlines and reconnecting")]
    pub ack_timeout: Option<Duration>,

    /// End the run after this time, with status 27 if it is not done [default: never]
    #[arg(short = 'W', long, value_name = "DURATION", value_parser = parse_positive_duration, help_heading = "Stopping")]
    pub timeout: Option<Duration>,

    /// Which connections to try again [default: lost]
    #[arg(long, value_name = "WHEN", value_enum, help_heading = "Deadlines and reconnecting")]
    pub reconnect: Option<ReconnectArg>,

    /// Stop trying to reconnect when the broker was out of reach for this long [default: never]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Deadlines and reconnecting")]
    pub reconnect_timeout: Option<Duration>,

    /// Have at most this many QoS 1 and 2 messages in flight [default: what the broker allows, 20 before MQTT 5]
    #[arg(short = 'M', long, value_name = "N", value_parser = number::<u16>(1..=65_535), help_heading = "Limits")]
    pub max_inflight: Option<u16>,

    /// Let the broker have at most this many QoS 1 and 2 messages in flight to us (MQTT 5) [default: 65535]
    #[arg(long, value_name = "N", value_parser = number::<u16>(1..=65_535), help_heading = "Limits")]
    pub receive_maximum: Option<u16>,

    /// Let the broker send no packet of more bytes than this (MQTT 5) [default: 268435460]
    #[arg(long, value_name = "BYTES", value_parser = number::<u32>(1..=4_294_967_295), help_heading = "Limits")]
    pub maximum_packet_size: Option<u32>,

    /// Let the broker shorten topics by up to this many aliases, for 16 MiB of topics (MQTT 5) [default: 0]
    #[arg(long, value_name = "N", value_parser = number::<u16>(0..=65_535), help_heading = "Limits")]
    pub topic_alias_maximum: Option<u16>,

    /// Set an MQTT 5 property of the packet CMD: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    ///
    /// CMD is connect, publish, subscribe, unsubscribe, disconnect or will; NAME is the standard's, such as
    /// content-type. Binary values can be `hex:…`, `base64:…` or `@FILE`.
    #[arg(
        short = 'D',
        long,
        value_name = "CMD NAME VALUE",
        allow_hyphen_values = true,
        help_heading = "Properties"
    )]
    pub property: Vec<String>,

    /// Let the broker publish to this topic if the connection ends without DISCONNECT
    #[arg(long, value_name = "TOPIC", help_heading = "Will")]
    pub will_topic: Option<TopicName>,

    /// The will's payload [default: empty]
    #[arg(long, value_name = "TEXT", help_heading = "Will", allow_hyphen_values = true)]
    pub will_payload: Option<OsString>,

    /// The will's QoS [default: 0]
    #[arg(long, value_name = "QOS", help_heading = "Will")]
    pub will_qos: Option<QoS>,

    /// Let the broker retain the will
    #[arg(long, help_heading = "Will")]
    pub will_retain: bool,

    /// Let the broker wait this long before it publishes the will (MQTT 5) [default: 0]
    #[arg(long, value_name = "DURATION", value_parser = parse_expiry, help_heading = "Will")]
    pub will_delay: Option<u32>,

    /// Show every packet on stderr, without secrets and payloads
    #[arg(short = 'd', long, help_heading = "Talk", conflicts_with = "quiet")]
    pub debug: bool,

    /// Write what happens to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    #[arg(long, value_name = "FILE", help_heading = "Talk")]
    pub events: Option<String>,

    /// Say nothing but errors
    #[arg(long, help_heading = "Talk")]
    pub quiet: bool,
}
