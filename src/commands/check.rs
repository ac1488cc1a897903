//! `mqtt check`: connects step by step, and tells how long each took and what the broker allows.

pub(crate) mod job;
mod json;
mod nagios;
mod prometheus;
pub(crate) mod report;
pub(crate) mod screen;
mod text;
pub(crate) mod thresholds;

pub use nagios::UNKNOWN;
pub(crate) use nagios::unknown;

use crate::connection::{Connection, Needs, Settled, UrlTopics};
use crate::exit::{ExitStatus, Failure};
use crate::message::QoS;
use crate::mqtt::{SessionOptions, Version};
use crate::output::Writer;
use crate::run::options::{Protocol, Reconnect};
use crate::run::{self, End, Job, RunOptions};
use crate::settings::{Said, Typed};
use crate::topic::{TopicFilter, TopicName};
use crate::transport::proxy::ProxyProtocol;
use crate::transport::{Place, srv};
use clap::{Args, Command};
use job::{Checking, Checks, Probe, Trying};
use report::{Level, Problem, StepName, Trial};
use screen::Screen;
use std::ffi::OsString;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use thresholds::{Threshold, Thresholds};

/// Default limit for the whole check.
const WAIT: Duration = Duration::from_secs(10);

/// The flag whose errors go to Nagios.
const NAGIOS: &str = "--nagios";

/// Check a broker step by step.
///
/// Connects and pings the broker, and prints how long each step took, when its certificate ends and what it allows.
/// With --topic it also sends a message to itself. The step that fails is named, and the exit status tells what kind
/// of failure it is. There is one attempt, without reconnecting, and nothing is left at the broker.
#[derive(Args)]
#[group(skip)]
#[command(after_help = AFTER_HELP)]
pub struct CheckArgs {
    /// Also subscribe to this topic, publish 16 random bytes, and wait for exactly these
    ///
    /// The message is not retained. Other messages on this topic are ignored, but other subscribers receive these
    /// bytes: use a topic of its own.
    #[arg(short, long, value_name = "TOPIC", allow_hyphen_values = true, help_heading = "Check")]
    pub topic: Option<TopicName>,

    /// QoS of that message and of the subscription: 0, 1 or 2 [default: 0]
    #[arg(short, long, value_name = "QOS", help_heading = "Check")]
    pub qos: Option<QoS>,

    /// Also try whether the broker accepts MQTT 5, 3.1.1 and 3.1
    ///
    /// A version that it does not accept is not a failure. Settings that a version does not have are left out.
    #[arg(long, help_heading = "Check")]
    pub versions: bool,

    /// Warn if a step takes longer, or the certificate ends sooner, as in connect=300ms,cert=14d
    ///
    /// A list, separated by commas; can be repeated. A step is srv, name, tcp, unix, proxy-tls, proxy, tls, websocket,
    /// connect, ping or message; cert is the time until the certificate ends.
    #[arg(long, value_name = "STEP=DURATION", value_delimiter = ',', help_heading = "Thresholds")]
    pub warn: Vec<Threshold>,

    /// Fail if a step takes longer (status 27), or the certificate ends sooner (status 3)
    #[arg(long, value_name = "STEP=DURATION", value_delimiter = ',', help_heading = "Thresholds")]
    pub critical: Vec<Threshold>,

    /// Print one line of JSON, with times in seconds
    #[arg(long, conflicts_with_all = ["prometheus", "nagios"], help_heading = "Output")]
    pub json: bool,

    /// Print metrics for the textfile collector of Prometheus' node exporter
    #[arg(long, conflicts_with = "nagios", help_heading = "Output")]
    pub prometheus: bool,

    /// Print one line with performance data, and end with a status of Nagios: 0, 1, 2 or 3
    #[arg(long, help_heading = "Output")]
    pub nagios: bool,
}

const AFTER_HELP: &str = "\
Examples:
  mqtt check
  mqtt check -L mqtts://broker.example -t check/me -q 1
  mqtt check --warn connect=300ms,cert=14d --critical connect=2s,cert=3d
  mqtt check -h broker.example --versions
  mqtt check -W 5s > /dev/null || echo 'no broker'
  mqtt check --json | jq .seconds.connect
  mqtt check --prometheus > mqtt.prom

Exit status: 0 every step succeeded, 1 output failed, 2 bad flags, 3 broker not reached, or its certificate ends too \
soon, 4 connection refused, 5 message or subscription refused, 6 connection lost, 27 timed out, or a step took too \
long, 130 interrupted, 143 terminated. With --nagios: 0 OK, 1 warning, 2 critical, 3 unknown.";

/// Replaces the help of `--timeout`: unlike other commands, `check` has a default.
pub fn with_own_timeout(command: Command) -> Command {
    command.mut_arg("timeout", |timeout| {
        timeout.help("Fail with status 27 if the check takes longer than this [default: 10s]")
    })
}

/// Whether an error of this command line must be reported to Nagios.
pub fn is_for_nagios(line: &[OsString]) -> bool {
    let is_about = |word: &&OsString| *word == NAGIOS || *word == "--no-nagios";
    line.get(1).is_some_and(|name| name == "check")
        && line.iter().rev().find(is_about).is_some_and(|word| word == NAGIOS)
}

/// How the report is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    People,
    Json,
    Prometheus,
    Nagios,
}

impl CheckArgs {
    fn form(&self) -> Form {
        match (self.json, self.prometheus, self.nagios) {
            (true, ..) => Form::Json,
            (_, true, _) => Form::Prometheus,
            (.., true) => Form::Nagios,
            _ => Form::People,
        }
    }
}

/// Runs the command, and returns its exit status.
///
/// # Errors
/// Any reason for an exit status other than 0, unless the status is for Nagios.
pub async fn run(args: CheckArgs, typed: Typed) -> Result<u8, Failure> {
    refuse_reconnecting(&typed)?;
    let form = args.form();
    let needs = Needs { version_5: &[], response_information: false, reads_stdin: false };
    let mut settled = Settled::new(typed, &[])?;
    settled.set_default_timeout(WAIT);
    let connection = Connection::resolve(settled, &needs)?;
    let Connection { mut options, mut session, reporter, started, .. } = connection;
    let topic = topic(args.topic, UrlTopics { default: None, ..connection.url_topics })?;
    if args.qos.is_some() && topic.is_none() {
        return Err(Failure::usage("--qos has no effect without --topic"));
    }
    let thresholds = Rc::new(Thresholds { warn: args.warn, critical: args.critical });
    thresholds.check(|step| why_not(step, &options, topic.is_some()))?;
    leave_nothing(&mut session)?;
    options.reconnect = Reconnect::Never;
    let plan = Checks {
        target: options.target.to_string(),
        details: details(&options),
        keep_alive: session.keep_alive,
        thresholds: Rc::clone(&thresholds),
        probe: topic.map(|(topic, filter)| Probe::new(topic, filter, args.qos.unwrap_or_default())),
    };
    let screen = Screen::new(Writer::to_stdout(), form == Form::People);
    let mut job = Checking::new(plan, reporter, screen);
    let mut runs = Runs { options: Rc::new(options), session: Rc::new(session), started };
    connection.preparation.over();
    let end = runs.run(&mut job).await?;
    let mut failure = job.conclude(end);
    job.screen.limits(&job.report);
    if args.versions && (failure.is_none() || job.is_about_version()) {
        failure = failure.or(runs.try_versions(&mut job).await?);
    }
    match failure {
        // Whoever stopped the check does not need a report.
        Some(failure) if failure.status.signal().is_some() => {
            job.reporter.stopping();
            job.screen.finish().and(Err(failure))
        }
        failure => finish(job, failure, form, &thresholds),
    }
}

/// Refuses typed flags about reconnecting. Those of a profile are for other commands.
fn refuse_reconnecting(typed: &Typed) -> Result<(), Failure> {
    let about = ["reconnect", "reconnect-timeout"];
    let word = typed
        .words
        .iter()
        .find(|word| word.said != Said::Off && about.iter().any(|name| word.is(name)));
    word.map_or(Ok(()), |word| {
        let message = format!("--{} has no effect: a check connects once", word.setting.name);
        Err(Failure::usage(word.origin.locate(message)))
    })
}

/// The topic of the message, and the filter that matches it.
fn topic(
    typed: Option<TopicName>,
    of_urls: UrlTopics,
) -> Result<Option<(TopicName, TopicFilter)>, Failure> {
    let topic = typed.map_or_else(|| of_urls.topic(), |topic| Ok(Some(topic)))?;
    let Some(topic) = topic else { return Ok(None) };
    match topic.as_str().parse::<TopicFilter>() {
        Ok(filter) if !filter.is_shared() => Ok(Some((topic, filter))),
        _ => Err(Failure::usage(format!("{topic} would be a shared subscription"))),
    }
}

/// Why a step does not take place.
fn why_not(step: StepName, options: &RunOptions, has_topic: bool) -> Option<&'static str> {
    let RunOptions { target, route, .. } = options;
    let is_socket = matches!(target.place, Place::Socket(_));
    let is_lacking = match step {
        StepName::Srv => !matches!(target.place, Place::Service(_)),
        StepName::Name => !looks_up_a_name(options),
        StepName::Tcp => is_socket,
        StepName::Unix => !is_socket,
        StepName::ProxyTls => route.proxy.as_ref().is_none_or(|proxy| !proxy.is_encrypted()),
        StepName::Proxy => is_socket || route.proxy.is_none(),
        StepName::Tls | StepName::Certificate => route.tls.is_none(),
        StepName::WebSocket => target.websocket.is_none(),
        StepName::Message => !has_topic,
        StepName::Connect | StepName::Ping | StepName::Version => false,
    };
    is_lacking.then_some(match step {
        StepName::Srv => "without --srv",
        StepName::Name => "with an address: no name is looked up",
        StepName::Tcp => "over a Unix socket",
        StepName::Unix => "without a Unix socket",
        StepName::ProxyTls => "without an https proxy",
        StepName::Proxy => "without a proxy",
        StepName::Tls | StepName::Certificate => "without TLS",
        StepName::WebSocket => "without a WebSocket",
        _ => "without --topic",
    })
}

/// Whether this machine looks up the name of the broker, or of the proxy.
fn looks_up_a_name(options: &RunOptions) -> bool {
    let is_name = |host: &str| host.parse::<IpAddr>().is_err();
    let is_broker_named = match &options.target.place {
        Place::Socket(_) => return false,
        Place::Host(host, _) => is_name(host),
        Place::Service(_) => true,
    };
    match &options.route.proxy {
        None => is_broker_named,
        Some(proxy) => {
            is_name(&proxy.host) || (proxy.kind == ProxyProtocol::Socks5 && is_broker_named)
        }
    }
}

/// What is known about some steps in advance.
fn details(options: &RunOptions) -> Vec<(StepName, String)> {
    let target = &options.target;
    let mut details = vec![(StepName::Proxy, format!("to {}", target.authority()))];
    match &target.place {
        Place::Socket(path) => details.push((StepName::Unix, path.display().to_string())),
        Place::Service(domain) => {
            details.push((StepName::Srv, srv::service(domain, target.encrypted)));
        }
        Place::Host(..) => {}
    }
    if let Some(path) = &target.websocket {
        // The query may be a secret.
        let path = path.split('?').next().unwrap_or_default();
        details.push((StepName::WebSocket, path.to_owned()));
    }
    details
}

/// Makes the session one that ends with the connection, so that the broker keeps nothing.
fn leave_nothing(session: &mut SessionOptions) -> Result<(), Failure> {
    if !session.clean_start {
        return Err(Failure::usage(
            "this would take the messages waiting in the session: leave out --no-clean-start",
        ));
    }
    session.resumes = false;
    if session.session_expiry() > 0 {
        session.parting.session_expiry.get_or_insert(0);
    }
    Ok(())
}

/// Several runs, one after the other, of which the time limit is for all.
struct Runs {
    options: Rc<RunOptions>,
    session: Rc<SessionOptions>,
    started: Instant,
}

impl Runs {
    /// Runs `job`, and returns why it failed, if it did.
    async fn run(&self, job: &mut dyn Job) -> Result<Option<Failure>, Failure> {
        let (options, session) = (Rc::clone(&self.options), Rc::clone(&self.session));
        let end = run::run(options, session, self.started, job).await;
        let end = end.map_err(Failure::no_signals)?;
        Ok(match &end {
            // What was missing is added.
            End::TimedOut { after, .. } => {
                let after = humantime::format_duration(*after);
                Some(Failure::new(ExitStatus::TimedOut, format!("timed out after {after}")))
            }
            end => Failure::from_end(end, &self.options, &self.session),
        })
    }

    /// Tries each version on a connection of its own, except the one that was used already. Returns the failure that is
    /// not an answer of the broker.
    async fn try_versions(&mut self, job: &mut Checking) -> Result<Option<Failure>, Failure> {
        for version in [Version::V5, Version::V311, Version::V31] {
            if job.report.version == Some(version) {
                job.tried(Trial {
                    version,
                    refused: None,
                    took: job.report.took(StepName::Connect),
                });
                continue;
            }
            if let Some(options) = Rc::get_mut(&mut self.options) {
                options.protocol = Protocol::Exactly(version);
                // A broker may ignore a version that it does not know.
                let left = options.timeout.map(|it| it.saturating_sub(self.started.elapsed()) / 2);
                let left = left.map(|left| Duration::from_millis(left.as_millis() as u64));
                options.connect_timeout =
                    left.unwrap_or(Duration::MAX).min(options.connect_timeout);
                // Before MQTT 5, a password needs a user name ([MQTT-3.1.2-22]).
                if version < Version::V5
                    && let Some(session) = Rc::get_mut(&mut self.session)
                    && session.username.is_none()
                {
                    (session.password, options.password) = (None, None);
                }
            }
            let mut trying = Trying::new(&mut job.reporter);
            let failure = self.run(&mut trying).await?;
            let Trying { is_accepted, answer, took, since, .. } = trying;
            match (is_accepted, answer, failure) {
                (true, ..) => job.tried(Trial { version, refused: None, took }),
                (_, Some(answer), Some(failure)) if failure.status != ExitStatus::TimedOut => {
                    job.tried(Trial { version, refused: Some(answer), took });
                }
                (_, _, Some(failure)) => {
                    return Ok(Some(job.failed_trial(version, failure, since)));
                }
                (_, _, None) => {}
            }
        }
        Ok(None)
    }
}

/// Prints the report, unless it has been printed step by step, and returns the exit status.
fn finish(
    job: Checking,
    failure: Option<Failure>,
    form: Form,
    thresholds: &Thresholds,
) -> Result<u8, Failure> {
    let Checking { report, mut reporter, mut screen, .. } = job;
    let mut for_nagios = None;
    match form {
        Form::People => {}
        Form::Json => screen.print(&json::line(&report)),
        Form::Prometheus => screen.print(&prometheus::text(&report)),
        Form::Nagios => {
            let (line, status) = nagios::line(&report, thresholds);
            screen.print(&line);
            for_nagios = Some(status);
        }
    }
    let events = reporter.finish().map_err(Failure::no_events);
    let written = screen.finish().and(events);
    if let Some(status) = for_nagios {
        return written.map(|()| status);
    }
    let over = |level| report.problems.iter().filter(move |problem| problem.level == level);
    for Problem { step, reason, .. } in over(Level::Warning) {
        reporter.ui().warn(&format!("{step}: {reason}"));
    }
    let critical = over(Level::Critical).map(|Problem { step, reason, status, .. }| {
        Failure::new(*status, format!("{step}: {reason}"))
    });
    let all = failure.into_iter().chain(critical).chain(written.err());
    all.reduce(|first, next| first.and(&next)).map_or(Ok(ExitStatus::Success.code()), Err)
}
