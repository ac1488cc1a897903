//! The decision: flag over environment over default, field by field.

use super::args::ConnectionArgs;
use super::properties::{Packet, Properties};
use super::secret;
use super::url::BrokerUrl;
use super::value::parse_protocol;
use crate::events::Reporter;
use crate::exit::Failure;
use crate::os_error;
use crate::session;
use crate::session::options::{Aliasing, Options, Parting, Protocol, Reconnect};
use crate::session::subscription::Interest;
use crate::session::wire::Version;
use crate::transport::Target;
use crate::ui::{Ui, Verbosity};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::time::Duration;

mod packets;
use packets::{ConnectProperties, resolve_parting, resolve_will};

const DEFAULT_PORT: u16 = 1883;

/// Longest string MQTT can carry, in bytes.
const LONGEST: usize = 65_535;

/// The environment variables this program reads.
#[derive(Debug, Default)]
pub struct Environment(HashMap<&'static str, String>);

impl Environment {
    /// Their names.
    pub const NAMES: [&'static str; 7] = [
        "MQTT_URL",
        "MQTT_HOST",
        "MQTT_PORT",
        "MQTT_PROTOCOL",
        "MQTT_USERNAME",
        "MQTT_PASSWORD",
        "MQTT_PASSWORD_FILE",
    ];

    /// Those of this process; an empty one counts as not set.
    ///
    /// # Errors
    /// When one is not valid UTF-8.
    pub fn of_process() -> Result<Self, Failure> {
        let mut found = HashMap::new();
        for name in Self::NAMES {
            match std::env::var(name) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => drop(found.insert(name, value)),
                Err(std::env::VarError::NotPresent) => {}
                Err(std::env::VarError::NotUnicode(_)) => {
                    return Err(Failure::usage(format!("{name} in the environment is not UTF-8")));
                }
            }
        }
        Ok(Self(found))
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

/// What a command asks of its connection.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// Flags of the command that only MQTT 5 can honour, and whether each was given.
    pub version_5: &'a [(bool, &'static str)],
    /// The packets it sends, besides CONNECT and DISCONNECT, that `-D` can be about.
    pub packets: &'a [Packet],
    /// Whether it has a use for what the broker wants response topics to begin with.
    pub response_information: bool,
}

/// What a command needs to run a session, and to talk about it.
pub struct Connection {
    /// Everything about the session; a command adds what it subscribes to.
    pub options: Options,
    /// Tells what happens.
    pub reporter: Reporter,
    /// The topic or filter that the URL on the command line names.
    pub url_topic: Option<String>,
    /// The one that the URL in the environment names: for want of any other.
    pub default_topic: Option<String>,
    /// The `-D` that are the command's own.
    pub properties: Properties,
}

impl Connection {
    /// Decides every field.
    ///
    /// # Errors
    /// When a value cannot be, or is of no effect with the chosen version of MQTT; when the file for
    /// the events cannot be opened.
    pub fn resolve(
        args: ConnectionArgs,
        environment: &Environment,
        needs: &Needs<'_>,
    ) -> Result<Self, Failure> {
        let packets =
            [needs.packets, &[Packet::Connect, Packet::Will, Packet::Disconnect]].concat();
        let mut properties = Properties::new(&args.more.property, &packets)?;
        let url = args.basic.url.as_deref().map(|text| parse_url("--url", text)).transpose()?;
        let env_url = environment.get("MQTT_URL");
        let env_url = env_url.as_deref().map(|text| parse_url("MQTT_URL", text)).transpose()?;
        let target = resolve_target(&args, environment, url.as_ref(), env_url.as_ref())?;
        let ui = Ui::new(match (args.more.quiet, args.more.debug) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Debug,
            _ => Verbosity::Normal,
        });
        let in_url = url.as_ref().is_some_and(|url| url.password.is_some());
        for (given, place) in [(args.more.password.is_some(), "after -P"), (in_url, "in --url")] {
            if given {
                ui.warn(&format!(
                    "other users of this machine can read the password {place}: use --password-file"
                ));
            }
        }
        let (mut username, mut password) = (args.basic.username.clone(), secret::typed(&args)?);
        let (typed_url, url_topic) =
            (url.is_some(), url.as_ref().and_then(|url| url.topic.clone()));
        // What a URL in the environment says belongs to its own host.
        let env_url =
            env_url.filter(|env| !typed_url && env.host.eq_ignore_ascii_case(&target.host));
        let default_topic = env_url.as_ref().and_then(|url| url.topic.clone());
        for url in [url, env_url].into_iter().flatten() {
            username = username.or(url.username);
            password = password.or(url.password);
        }
        username = username.or_else(|| environment.get("MQTT_USERNAME"));
        if password.is_none() {
            password = secret::from_environment(environment)?;
        }
        let client_id = resolve_id(&args)?;
        let lone_password = username.is_none() && password.is_some();
        let needs_5 = [
            needs.version_5,
            &[
                (lone_password, "a password without a user name"),
                (!properties.is_empty(), "--property"),
            ],
            &of_connection(&args),
        ]
        .concat();
        let protocol = resolve_protocol(&args, environment, &needs_5)?;
        let connect = ConnectProperties::resolve(&args, properties.of(Packet::Connect))?;
        let log = args.more.events.as_deref().map(open_events).transpose()?;
        let mut options = Options {
            target: target.clone(),
            protocol,
            client_id: client_id.clone(),
            clean_start: !args.more.no_clean_start,
            session_expiry: connect.session_expiry,
            keep_alive: args.more.keepalive.unwrap_or(60),
            username: check_length("the user name", username)?,
            password,
            will: resolve_will(&args, properties.of(Packet::Will))?,
            max_inflight: args.more.max_inflight,
            receive_maximum: connect.receive_maximum,
            maximum_packet_size: connect.maximum_packet_size,
            topic_alias_maximum: connect.topic_alias_maximum.unwrap_or(0),
            request_response_information: connect
                .request_response_information
                .unwrap_or(needs.response_information),
            request_problem_information: connect.request_problem_information.unwrap_or(true),
            user_properties: connect.user_properties,
            parting: Parting::default(),
            aliasing: Aliasing::None,
            interest: Interest::default(),
            connect_timeout: args.more.connect_timeout.unwrap_or(Duration::from_secs(10)),
            ack_timeout: args.more.ack_timeout.unwrap_or(Duration::from_secs(30)),
            timeout: args.more.timeout,
            reconnect: args.more.reconnect.map_or(Reconnect::Lost, Reconnect::from),
            reconnect_timeout: args.more.reconnect_timeout,
            trace: args.more.debug,
        };
        options.parting =
            resolve_parting(properties.of(Packet::Disconnect), options.session_expiry())?;
        let reporter = Reporter::new(ui, target, client_id, log);
        Ok(Self { options, reporter, url_topic, default_topic, properties })
    }
}

fn parse_url(origin: &str, text: &str) -> Result<BrokerUrl, Failure> {
    BrokerUrl::parse(text)
        .map_err(|error| Failure::usage(format!("invalid URL in {origin}: {error}")))
}

/// A given flag wins over the URL's part, and both over the environment.
fn resolve_target(
    args: &ConnectionArgs,
    environment: &Environment,
    url: Option<&BrokerUrl>,
    env_url: Option<&BrokerUrl>,
) -> Result<Target, Failure> {
    let typed_host = args.basic.host.clone().or_else(|| url.map(|url| url.host.clone()));
    let env_host = || environment.get("MQTT_HOST").or_else(|| env_url.map(|url| url.host.clone()));
    let host = typed_host.or_else(env_host).unwrap_or_else(|| "localhost".to_owned());
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&host);
    // The port of a URL in the environment belongs to its host, as its user does.
    let env_url = env_url.filter(|url| url.host.eq_ignore_ascii_case(host));
    let env_port = match environment.get("MQTT_PORT") {
        None => env_url.and_then(|url| url.port),
        Some(text) => match text.parse() {
            Ok(port) if port != 0 => Some(port),
            _ => {
                return Err(Failure::usage(format!(
                    "MQTT_PORT is no port from 1 to 65535: {text}"
                )));
            }
        },
    };
    let port =
        args.basic.port.or_else(|| url.map(|url| url.port.unwrap_or(DEFAULT_PORT))).or(env_port);
    if host.is_empty() || host.contains(['\0', ' ', '/']) {
        return Err(Failure::usage(format!("invalid host '{host}'")));
    }
    Ok(Target { host: host.to_owned(), port: port.unwrap_or(DEFAULT_PORT) })
}

fn resolve_id(args: &ConnectionArgs) -> Result<String, Failure> {
    let random = || format!("{:016x}", session::random());
    let id = match (&args.basic.id, &args.more.id_prefix) {
        (Some(id), _) => id.clone(),
        (None, Some(prefix)) => format!("{prefix}{}", random()),
        (None, None) => format!("mqtt-{}", random()),
    };
    if args.more.no_clean_start && args.basic.id.as_deref().unwrap_or_default().is_empty() {
        return Err(Failure::usage(
            "--no-clean-start needs a client id, to find the session again",
        )
        .hint("name the session with --id"));
    }
    check_length("the client id", Some(id)).map(Option::unwrap_or_default)
}

fn check_length(what: &str, text: Option<String>) -> Result<Option<String>, Failure> {
    match &text {
        Some(text) if text.len() > LONGEST => {
            Err(Failure::usage(format!("{what} is longer than {LONGEST} bytes")))
        }
        Some(text) if text.contains('\0') => {
            Err(Failure::usage(format!("{what} contains a NUL character")))
        }
        _ => Ok(text),
    }
}

/// The flags of the connection that only MQTT 5 can honour, and whether they were given.
fn of_connection(args: &ConnectionArgs) -> [(bool, &'static str); 5] {
    [
        (args.more.session_expiry.is_some(), "--session-expiry"),
        (args.more.will_delay.is_some(), "--will-delay"),
        (args.more.receive_maximum.is_some(), "--receive-maximum"),
        (args.more.maximum_packet_size.is_some(), "--maximum-packet-size"),
        (args.more.topic_alias_maximum.is_some(), "--topic-alias-maximum"),
    ]
}

/// What only MQTT 5 can do makes `auto` mean 5, and is refused with an older version.
fn resolve_protocol(
    args: &ConnectionArgs,
    environment: &Environment,
    needs_5: &[(bool, &'static str)],
) -> Result<Protocol, Failure> {
    let asked = match (args.basic.protocol, environment.get("MQTT_PROTOCOL")) {
        (Some(protocol), _) => protocol,
        (None, Some(text)) => parse_protocol(&text)
            .map_err(|error| Failure::usage(format!("MQTT_PROTOCOL is '{text}': {error}")))?,
        (None, None) => Protocol::Auto,
    };
    let needed = needs_5.iter().find_map(|(given, flag)| given.then_some(flag));
    match (needed, asked) {
        (Some(flag), Protocol::Exactly(version)) if version < Version::V5 => {
            Err(Failure::usage(format!("{flag} needs MQTT 5, and {version} was asked for")))
        }
        (Some(_), _) => Ok(Protocol::Exactly(Version::V5)),
        (None, asked) => Ok(asked),
    }
}

fn open_events(name: &str) -> Result<Box<dyn Write>, Failure> {
    let path = match (name, name.strip_prefix("fd:")) {
        ("-", _) => return Ok(Box::new(io::stderr())),
        (_, Some(number)) => {
            let number: u32 = number.parse().map_err(|_| {
                Failure::usage(format!("--events {name}: a file descriptor is a number"))
            })?;
            format!("/dev/fd/{number}")
        }
        (path, None) => path.to_owned(),
    };
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(Failure::usage(format!(
            "cannot write events to {name}: {}",
            os_error::plain(&error)
        ))),
    }
}

#[cfg(test)]
mod tests;
