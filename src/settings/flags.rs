//! The connection flags, shared by all commands that connect: names, help and value types.
//!
//! Further facts about settings are in `settings/table.rs`.

// The docs of fields are help texts, where brackets are not links.
#![allow(rustdoc::broken_intra_doc_links)]

mod reach;
mod tls;
mod tree;

pub use reach::ReachArgs;
pub use tls::{TlsArgs, TlsVersionArg};
pub use tree::{Shape, Tree};

use super::value::{number, parse_duration, parse_expiry, parse_positive_duration, parse_protocol};
use crate::message::QoS;
use crate::mqtt::scram::Mechanism;
use crate::run::options::{Protocol, Reconnect};
use crate::topic::TopicName;
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// The values of `--reconnect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReconnectArg {
    /// After an established connection was lost
    Lost,
    /// Also if the first connection fails
    Always,
    /// Never: a lost connection ends the run
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

/// The values of `--auth`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuthArg {
    /// SCRAM with SHA-1, which only old brokers need
    #[value(name = "scram-sha-1", alias = "SCRAM-SHA-1")]
    ScramSha1,
    /// SCRAM with SHA-256
    #[value(name = "scram-sha-256", alias = "SCRAM-SHA-256")]
    ScramSha256,
    /// SCRAM with SHA-512
    #[value(name = "scram-sha-512", alias = "SCRAM-SHA-512")]
    ScramSha512,
}

impl From<AuthArg> for Mechanism {
    fn from(arg: AuthArg) -> Self {
        match arg {
            AuthArg::ScramSha1 => Self::Sha1,
            AuthArg::ScramSha256 => Self::Sha256,
            AuthArg::ScramSha512 => Self::Sha512,
        }
    }
}

/// All connection settings of flags and profiles. No `Debug`, because they may contain a password.
#[derive(Args, Default)]
#[group(skip)]
pub struct ConnectionArgs {
    /// The flags that most runs need.
    #[command(flatten)]
    pub basic: BasicArgs,

    /// Transports other than TCP.
    #[command(flatten)]
    pub reach: ReachArgs,

    /// Encryption.
    #[command(flatten)]
    pub tls: TlsArgs,

    /// The session, its will, and diagnostics.
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
    /// User, password and topic are percent-decoded. For `ws` and `wss`, the part after the host is the HTTP path,
    /// /mqtt if omitted; unix:///PATH is a socket. A flag for one part, given anywhere, overrides that part of the URL.
    #[arg(short = 'L', long, value_name = "URL")]
    pub url: Option<String>,

    /// Connect to this host; for help, use --help [env: MQTT_HOST] [default: localhost]
    #[arg(short = 'h', long, value_name = "HOST")]
    pub host: Option<String>,

    /// Connect to this port [env: MQTT_PORT] [default: 1883; 8883 with TLS, 80 with WebSocket, 443 with both]
    #[arg(short = 'p', long, value_name = "PORT", value_parser = number::<u16>(1..=65_535))]
    pub port: Option<u16>,

    /// Use this MQTT version: auto, 5, 3.1.1 or 3.1 [env: MQTT_PROTOCOL] [default: auto]
    ///
    /// `auto` tries 5, and falls back to 3.1.1 if the broker refuses 5, closes the connection, or does not answer
    /// within half of --connect-timeout.
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

    /// Log in with this username [env: MQTT_USERNAME]
    #[arg(
        short = 'u',
        long,
        value_name = "NAME",
        allow_hyphen_values = true,
        help_heading = "Login"
    )]
    pub username: Option<String>,
}

/// The session, time limits, the will, and diagnostics.
#[derive(Args, Default)]
#[group(skip)]
#[command(next_help_heading = "Connection")]
pub struct MoreArgs {
    /// Use this profile from the configuration file, see mqtt-config(5) [env: MQTT_PROFILE] [default: the file's]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// Read this configuration file [env: MQTT_CONFIG] [default: ~/.config/mqtt/config.toml]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Do not read any configuration file
    #[arg(long, conflicts_with = "profile")]
    pub no_config: bool,

    /// Read flags from this file, one per line, as if they came first on the command line
    ///
    /// Each line is a flag, a space and its value, taken literally: quotes have no special meaning. Lines that begin
    /// with # are ignored.
    #[arg(short = 'o', long, value_name = "FILE")]
    pub options: Option<PathBuf>,

    /// Use a client id made of this prefix and 16 random hex digits
    #[arg(
        short = 'I',
        long,
        value_name = "PREFIX",
        conflicts_with = "id",
        allow_hyphen_values = true,
        help_heading = "Session"
    )]
    pub id_prefix: Option<String>,

    /// Resume the session of this client id, and keep it afterwards (needs --id)
    #[arg(short = 'c', long, alias = "disable-clean-session", help_heading = "Session")]
    pub no_clean_start: bool,

    /// Expire the session this long after the connection ends: a duration or `never` (MQTT 5) [default: never with -c]
    #[arg(short = 'x', long, value_name = "DURATION", value_parser = parse_expiry, allow_hyphen_values = true, help_heading = "Session")]
    pub session_expiry: Option<u32>,

    /// Ping the broker after this many idle seconds, 0 (never) to 65535; the broker may override it [default: 60]
    #[arg(short = 'k', long, value_name = "SECONDS", value_parser = number::<u16>(0..=65_535), help_heading = "Session")]
    pub keepalive: Option<u16>,

    /// Read the password from this file, `-` for standard input [env: MQTT_PASSWORD_FILE, MQTT_PASSWORD]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["password_command", "ask_password", "password"], help_heading = "Login")]
    pub password_file: Option<PathBuf>,

    /// Run this command and use its output as the password
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["ask_password", "password"], help_heading = "Login")]
    pub password_command: Option<String>,

    /// Prompt for the password on the terminal
    #[arg(long, conflicts_with = "password", help_heading = "Login")]
    pub ask_password: bool,

    /// Password (visible to other users; prefer --password-file)
    #[arg(
        short = 'P',
        long,
        alias = "pw",
        value_name = "PASSWORD",
        allow_hyphen_values = true,
        help_heading = "Login"
    )]
    pub password: Option<OsString>,

    /// Prove the password with SCRAM instead of sending it, and have the broker prove that it knows it (MQTT 5)
    ///
    /// Needs a username, which is sent, and a password, which is not. A broker that does not prove that it knows the
    /// password is refused.
    #[arg(long, value_name = "MECHANISM", value_enum, help_heading = "Login")]
    pub auth: Option<AuthArg>,

    /// Give up if the broker has not accepted the connection within this time [default: 10s]
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_duration, help_heading = "Deadlines and reconnecting")]
    pub connect_timeout: Option<Duration>,

    /// Drop the connection if acknowledgements are due and none arrives for this long [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_duration, help_heading = "Deadlines and reconnecting")]
    pub ack_timeout: Option<Duration>,

    /// End after this time, with status 27 if the work is not done [default: never]
    #[arg(short = 'W', long, value_name = "DURATION", value_parser = parse_positive_duration, help_heading = "Stopping")]
    pub timeout: Option<Duration>,

    /// When to retry a connection [default: lost]
    #[arg(long, value_name = "WHEN", value_enum, help_heading = "Deadlines and reconnecting")]
    pub reconnect: Option<ReconnectArg>,

    /// Stop reconnecting after the broker has been unreachable for this long [default: never]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Deadlines and reconnecting")]
    pub reconnect_timeout: Option<Duration>,

    /// Limit QoS 1 and 2 messages in flight to the broker, 1 to 65535 [default: the broker's limit, 20 before MQTT 5]
    #[arg(short = 'M', long, value_name = "N", value_parser = number::<u16>(1..=65_535), help_heading = "Limits")]
    pub max_inflight: Option<u16>,

    /// Limit QoS 1 and 2 messages in flight from the broker, 1 to 65535 (MQTT 5) [default: 65535]
    #[arg(long, value_name = "N", value_parser = number::<u16>(1..=65_535), help_heading = "Limits")]
    pub receive_maximum: Option<u16>,

    /// Largest packet that the broker may send, in bytes, at least 1 (MQTT 5) [default: 268435460]
    #[arg(long, value_name = "BYTES", value_parser = number::<u32>(1..=4_294_967_295), help_heading = "Limits")]
    pub maximum_packet_size: Option<u32>,

    /// Let the broker use up to N topic aliases, 0 to 65535, for at most 16 MiB of topics (MQTT 5) [default: 0]
    #[arg(long, value_name = "N", value_parser = number::<u16>(0..=65_535), help_heading = "Limits")]
    pub topic_alias_maximum: Option<u16>,

    /// Set an MQTT 5 property: CMD NAME VALUE, or CMD user-property NAME VALUE; can be repeated
    ///
    /// CMD is the packet: connect, publish, subscribe, unsubscribe, disconnect or will. NAME is the property's name in
    /// the MQTT standard, such as content-type. Binary values can be given as `hex:...`, `base64:...` or `@FILE`.
    #[arg(
        short = 'D',
        long,
        value_name = "CMD NAME VALUE",
        allow_hyphen_values = true,
        help_heading = "Properties"
    )]
    pub property: Vec<String>,

    /// Last will: topic that the broker publishes to unless the client ends the connection with a normal DISCONNECT
    #[arg(long, value_name = "TOPIC", help_heading = "Will", allow_hyphen_values = true)]
    pub will_topic: Option<TopicName>,

    /// Payload of the will [default: empty]
    #[arg(long, value_name = "TEXT", help_heading = "Will", allow_hyphen_values = true)]
    pub will_payload: Option<OsString>,

    /// QoS of the will [default: 0]
    #[arg(long, value_name = "QOS", help_heading = "Will")]
    pub will_qos: Option<QoS>,

    /// Retain the will
    #[arg(long, help_heading = "Will")]
    pub will_retain: bool,

    /// Have the broker delay the will by this long (MQTT 5) [default: 0]
    ///
    /// The will is not published if the session is resumed in the meantime. The session is kept for at least as long, unless
    /// --session-expiry is given, which must not be shorter.
    #[arg(long, value_name = "DURATION", value_parser = parse_expiry, help_heading = "Will")]
    pub will_delay: Option<u32>,

    /// Print every packet to stderr, without secrets or payloads
    #[arg(short = 'd', long, help_heading = "Diagnostics", conflicts_with = "quiet")]
    pub debug: bool,

    /// Write events to this file as NDJSON; `-` is stderr, `fd:N` an open file descriptor
    #[arg(long, value_name = "FILE", help_heading = "Diagnostics")]
    pub events: Option<String>,

    /// Print only errors
    #[arg(long, help_heading = "Diagnostics")]
    pub quiet: bool,
}
