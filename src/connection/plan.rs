//! Turns the settings in effect into the options of session and run.

use super::blame::Blame;
use super::credentials::whose;
use super::owner::{is_here, is_local_host};
use super::place::Located;
use super::secret::{PasswordSource, is_stdin};
use super::settled::Settled;
use super::url::UrlTopics;
use crate::events::{Log, Reporter};
use crate::exit::{ExitStatus, Failure};
use crate::mqtt::options::KEEP_ALIVE;
use crate::mqtt::scram::{Mechanism, check_name};
use crate::mqtt::{SessionOptions, Version};
use crate::random::random;
use crate::run::options::{ACK_TIMEOUT, CONNECT_TIMEOUT, IdOrigin, Protocol, Reconnect};
use crate::run::{FreshPassword, RunOptions};
use crate::settings::properties::{Properties, PropertyPacket};
use crate::settings::{ConnectionArgs, LONGEST_TEXT as LONGEST, Preparation, Setting};
use crate::transport::{Route, Target};
use crate::ui::Ui;
use anyhow::Context;
use std::time::Instant;

mod packets;
mod route;
use packets::{ConnectProperties, resolve_parting, resolve_will};
use route::resolve_route;

/// What a command requires of its connection.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// The command's flags that need MQTT 5, and whether each was given.
    pub version_5: &'a [(bool, &'static str)],
    /// Whether the command uses the broker's Response Information.
    pub response_information: bool,
    /// Whether standard input is data.
    pub reads_stdin: bool,
}

/// Everything a command needs to run a session and report on it.
pub struct Connection {
    /// The broker's address, and the time limits.
    pub options: RunOptions,
    /// The contents of CONNECT; a command adds its subscriptions.
    pub session: SessionOptions,
    /// Reports what happens.
    pub reporter: Reporter,
    /// What URLs say about topics.
    pub url_topics: UrlTopics,
    /// The `-D` properties of the command's own packets.
    pub properties: Properties,
    /// When the program started.
    pub started: Instant,
    /// Ends when the session starts.
    pub preparation: Preparation,
}

impl Connection {
    /// Turns the settings in effect into options, reads the password, and opens the events file.
    ///
    /// # Errors
    /// When a value is invalid, or has no effect with the chosen version of MQTT, or the events file cannot be opened.
    pub fn resolve(settled: Settled, needs: &Needs<'_>) -> Result<Self, Failure> {
        let ui = settled.ui();
        settled.warnings.iter().chain(&settled.notes).for_each(|warning| ui.warn(warning));
        let of_connection = settled.needs_version_5();
        let Settled { args, located, words, packets, started, preparation, .. } = settled;
        let blame = Blame(&words);
        let packets =
            [packets, &[PropertyPacket::Connect, PropertyPacket::Will, PropertyPacket::Disconnect]]
                .concat();
        preparation.waits_for("the files of the properties");
        let mut properties =
            Properties::new(words.iter().filter(|word| word.is("property")), &packets)?;
        let client_id = resolve_id(&args, blame)?;
        let password = PasswordSource::of(&args.more);
        let auth = resolve_auth(&args, password.is_some(), blame)?;
        let lone_password = password.is_some() && args.basic.username.is_none();
        let of_command = needs.version_5.iter().filter(|(given, _)| *given);
        let needs_5 = [
            of_command.map(|(_, name)| (*name).to_owned()).next(),
            lone_password.then(|| blame.locate_password("a password without a user name")),
            (!properties.is_empty()).then(|| match properties.place() {
                Some(place) => format!("{place}: --property"),
                None => "--property".to_owned(),
            }),
            of_connection,
        ];
        let protocol = resolve_protocol(&args, needs_5.into_iter().flatten().next())?;
        if protocol == Protocol::Exactly(Version::V31) && client_id.is_empty() {
            return Err(blame.fault("id", "MQTT 3.1 needs a client id of 1 to 23 characters"));
        }
        let connect = ConnectProperties::resolve(&args, properties.of(PropertyPacket::Connect))?;
        let will = resolve_will(&args, properties.of(PropertyPacket::Will), blame)?;
        check_stdin(needs, &args, password.as_ref(), blame)?;
        check_encryption(&args, &located, password.is_some(), blame, ui)?;
        let Located { target, proxy, url_topics } = located;
        preparation.waits_for("the files of TLS");
        let route = resolve_route(&args, &target, proxy, blame, ui)?;
        preparation.waits_for("the events file");
        let log = args.more.events.as_deref().map(open_events).transpose();
        let log = log.map_err(blame.on("events"))?;
        let username = check_length("the user name", args.basic.username.clone())
            .map_err(blame.on("username"))?;
        let fresh = password.as_ref().and_then(PasswordSource::fresh);
        let password = password
            .map(|source| source.read(&whose(username.as_deref(), &target), &preparation, ui))
            .transpose()
            .map_err(blame.on_password())?;
        preparation.waits_for("the files that the flags name");
        let options = run_options(&args, target.clone(), route, protocol, fresh);
        let own = SessionOptions {
            username,
            password,
            auth,
            will,
            ..SessionOptions::new(client_id.clone())
        };
        let resumes = options.reconnect != Reconnect::Never;
        let mut session = session_options(&args, connect, needs, SessionOptions { resumes, ..own });
        if session.session_expiry() < session.will_delay() {
            let message = format!(
                "the will would be published when the session ends, after {} seconds, and not after {}",
                session.session_expiry(),
                session.will_delay()
            );
            let hint = "--session-expiry must not be shorter than --will-delay";
            return Err(blame.fault("will-delay", message).hint(hint));
        }
        session.parting =
            resolve_parting(properties.of(PropertyPacket::Disconnect), session.session_expiry())?;
        let reporter = Reporter::new(ui, target, client_id, log);
        Ok(Self { options, session, reporter, url_topics, properties, started, preparation })
    }
}

/// The options of the run.
fn run_options(
    args: &ConnectionArgs,
    target: Target,
    route: Route,
    protocol: Protocol,
    password: Option<FreshPassword>,
) -> RunOptions {
    let chosen = args.basic.id.as_ref().is_some_and(|id| !id.is_empty());
    RunOptions {
        route,
        protocol,
        id_origin: if chosen { IdOrigin::Chosen } else { IdOrigin::Generated },
        connect_timeout: args.more.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
        ack_timeout: args.more.ack_timeout.unwrap_or(ACK_TIMEOUT),
        timeout: args.more.timeout,
        reconnect: args.more.reconnect.map_or(Reconnect::Lost, Reconnect::from),
        reconnect_timeout: args.more.reconnect_timeout,
        password,
        trace: args.more.debug,
        ..RunOptions::new(target)
    }
}

/// The options of the session: `own`, which has the identity, the login and the will, and those of flags and properties.
fn session_options(
    args: &ConnectionArgs,
    connect: ConnectProperties,
    needs: &Needs<'_>,
    own: SessionOptions,
) -> SessionOptions {
    SessionOptions {
        clean_start: !args.more.no_clean_start,
        session_expiry: connect.session_expiry,
        keep_alive: args.more.keepalive.unwrap_or(KEEP_ALIVE),
        max_inflight: args.more.max_inflight,
        receive_maximum: connect.receive_maximum,
        maximum_packet_size: connect.maximum_packet_size,
        topic_alias_maximum: connect.topic_alias_maximum.unwrap_or(0),
        request_response_information: connect
            .request_response_information
            .unwrap_or(needs.response_information),
        request_problem_information: connect.request_problem_information.unwrap_or(true),
        user_properties: connect.user_properties,
        ..own
    }
}

/// Checks that standard input is read at most once.
fn check_stdin(
    needs: &Needs<'_>,
    args: &ConnectionArgs,
    password: Option<&PasswordSource>,
    blame: Blame<'_>,
) -> Result<(), Failure> {
    let readers = [
        needs.reads_stdin,
        password.is_some_and(PasswordSource::is_stdin),
        args.tls.key_password_file.as_deref().is_some_and(is_stdin),
    ];
    match readers.into_iter().filter(|reads| *reads).count() {
        0 | 1 => Ok(()),
        _ => {
            let setting = if readers[2] { "key-password-file" } else { "password-file" };
            Err(blame.fault(setting, "standard input can be read only once"))
        }
    }
}

/// Warns about unencrypted secrets, or refuses them.
fn check_encryption(
    args: &ConnectionArgs,
    located: &Located,
    has_password: bool,
    blame: Blame<'_>,
    ui: Ui,
) -> Result<(), Failure> {
    let target = &located.target;
    if let Some(proxy) = &located.proxy
        && proxy.credentials.is_some()
        && !proxy.is_encrypted()
        && !is_local_host(&proxy.host)
    {
        let warning = format!("the password for {proxy} goes there unencrypted");
        ui.warn(&blame.warning("proxy", warning));
    }
    if target.encrypted || is_here(located) {
        return Ok(());
    }
    if args.tls.require_tls {
        let message = format!("{target} is not encrypted, and --require-tls is set");
        return Err(blame
            .fault("require-tls", message)
            .hint("--tls encrypts, or a URL with mqtts:// or wss://"));
    }
    let is_secret = |setting: &str, text: &str| {
        Setting::find(setting).and_then(|it| it.secret_in(text, has_password)).is_some()
    };
    let exposed = [
        // A proof of the password is not the password.
        (has_password && args.more.auth.is_none(), None, "the password"),
        (
            args.basic.username.iter().any(|name| is_secret("username", name)),
            Some("username"),
            "the user name",
        ),
        (
            args.reach.ws_header.iter().any(|text| is_secret("ws-header", text)),
            Some("ws-header"),
            "a header",
        ),
        (
            target.websocket.iter().any(|path| is_secret("ws-path", path)),
            Some(if args.reach.ws_path.is_some() { "ws-path" } else { "url" }),
            "the query",
        ),
    ];
    for (_, setting, what) in exposed.into_iter().filter(|(is_exposed, ..)| *is_exposed) {
        let warning = format!("{what} goes to {target} unencrypted: use --tls");
        ui.warn(&match setting {
            Some(setting) => blame.warning(setting, warning),
            None => blame.warning_of_password(warning),
        });
    }
    Ok(())
}

/// Checks that there is what the authentication mechanism needs.
fn resolve_auth(
    args: &ConnectionArgs,
    has_password: bool,
    blame: Blame<'_>,
) -> Result<Option<Mechanism>, Failure> {
    let Some(auth) = args.more.auth else { return Ok(None) };
    let Some(username) = &args.basic.username else {
        return Err(blame.fault("auth", "--auth needs a username").hint("give it with --username"));
    };
    check_name(username)
        .map_err(|what| blame.fault("username", format_args!("the username {what}")))?;
    if !has_password {
        return Err(blame
            .fault("auth", "--auth needs a password")
            .hint("give it with --password-file, --password-command or --ask-password"));
    }
    Ok(Some(auth.into()))
}

fn resolve_id(args: &ConnectionArgs, blame: Blame<'_>) -> Result<String, Failure> {
    let digits = || format!("{:016x}", random());
    let id = match (&args.basic.id, &args.more.id_prefix) {
        (Some(id), _) => id.clone(),
        (None, Some(prefix)) => format!("{prefix}{}", digits()),
        (None, None) => format!("mqtt-{}", digits()),
    };
    if args.more.no_clean_start && args.basic.id.as_deref().unwrap_or_default().is_empty() {
        let message = "--no-clean-start needs a client id, to find the session again";
        return Err(blame.fault("no-clean-start", message).hint("name the session with --id"));
    }
    let setting = if args.basic.id.is_some() { "id" } else { "id-prefix" };
    check_length("the client id", Some(id))
        .map(Option::unwrap_or_default)
        .map_err(blame.on(setting))
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

/// Features that need MQTT 5 turn `auto` into 5, and are refused with an older version.
fn resolve_protocol(args: &ConnectionArgs, needed: Option<String>) -> Result<Protocol, Failure> {
    let asked = args.basic.protocol.unwrap_or(Protocol::Auto);
    match (needed, asked) {
        (Some(what), Protocol::Exactly(version)) if version < Version::V5 => {
            Err(Failure::usage(format!("{what} needs MQTT 5, but {version} was requested")))
        }
        (Some(_), _) => Ok(Protocol::Exactly(Version::V5)),
        (None, asked) => Ok(asked),
    }
}

fn open_events(name: &str) -> Result<Log, Failure> {
    let named = || format!("cannot write events to {name}");
    Log::open(name).with_context(named).map_err(|error| Failure::told(ExitStatus::Usage, &error))
}

#[cfg(test)]
mod tests;
