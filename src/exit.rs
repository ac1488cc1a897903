//! Exit statuses, their order, and the failure that the end of a run means (mqtt(1), EXIT STATUS).

use crate::mqtt::{Fault, Reason, SessionOptions, Version};
use crate::os_error;
use crate::run::options::Protocol;
use crate::run::patience::LastStraw;
use crate::run::{End, Loss, RunOptions, Signal};
use crate::secret::without_secrets;
use crate::transport::{Scheme, tls};
use std::fmt;

/// The exit status of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitStatus {
    /// Everything asked for happened.
    #[default]
    Success = 0,
    /// Reading or writing on this machine failed.
    LocalIo = 1,
    /// Flags, topics or files were refused before they had any effect.
    Usage = 2,
    /// There was never an MQTT connection.
    Unreachable = 3,
    /// The broker refused the connection.
    ConnectionRefused = 4,
    /// The broker refused a message or a subscription, or is known not to accept it.
    Refused = 5,
    /// The connection was lost for good, or the outcome of a message is unknown.
    Lost = 6,
    /// The time of `-W` has passed.
    TimedOut = 27,
    /// A panic: a bug.
    Bug = 101,
    /// SIGINT.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl ExitStatus {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The signal that is the reason, if any.
    pub fn signal(self) -> Option<Signal> {
        match self {
            Self::Interrupted => Some(Signal::Interrupt),
            Self::Terminated => Some(Signal::Terminate),
            _ => None,
        }
    }

    /// The graver of two statuses: a bug, a signal, a timeout, then 6, 5, 4, 3, 2, 1.
    #[must_use]
    pub fn graver(self, other: Self) -> Self {
        if self.gravity() >= other.gravity() { self } else { other }
    }

    /// The order in which [`ExitStatus::graver`] compares.
    pub fn gravity(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::LocalIo => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::ConnectionRefused => 4,
            Self::Refused => 5,
            Self::Lost => 6,
            Self::TimedOut => 7,
            Self::Interrupted | Self::Terminated => 8,
            Self::Bug => 9,
        }
    }
}

/// An error, as it is reported on stderr.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit status of the process.
    pub status: ExitStatus,
    /// What failed and why, in one line. May contain untrusted text; it is escaped when printed.
    pub message: String,
    /// The text with the error, and a marker under it.
    pub excerpt: Vec<String>,
    /// What the user can do about it.
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure without hints.
    pub fn new(status: ExitStatus, message: impl fmt::Display) -> Self {
        let message = without_secrets(&message.to_string()).into_owned();
        Self { status, message, excerpt: Vec::new(), hints: Vec::new() }
    }

    /// An error from elsewhere: what was being done, outermost first, then the system's cause without its number.
    pub fn told(status: ExitStatus, error: &anyhow::Error) -> Self {
        let part = |error: &(dyn std::error::Error + 'static)| match error.downcast_ref() {
            Some(error) => os_error::plain(error),
            None => error.to_string(),
        };
        let parts: Vec<String> = error.chain().map(part).collect();
        Self::new(status, parts.join(": "))
    }

    /// An invalid flag, topic or file.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(ExitStatus::Usage, message)
    }

    /// Adds an excerpt with a marker.
    #[must_use]
    pub fn excerpt(mut self, lines: impl Into<Vec<String>>) -> Self {
        self.excerpt = lines.into();
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Appends another failure.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        self.with_summary(other.status, &other.message)
    }

    /// Appends what else is to be told, which makes the status at least `status`.
    #[must_use]
    pub fn with_summary(mut self, status: ExitStatus, summary: &str) -> Self {
        self.message = format!("{}; {summary}", self.message);
        self.status = self.status.graver(status);
        self
    }

    /// This failure, unless the other is graver.
    #[must_use]
    pub fn or_graver(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.status.gravity() > self.status.gravity() => other,
            _ => self,
        }
    }

    /// The gravest of `failures`, to be reported last; the messages of the others are passed to `tell`.
    pub fn gravest(mut failures: Vec<Self>, tell: impl FnMut(&str)) -> Option<Self> {
        failures.sort_by_key(|failure| failure.status.gravity());
        let gravest = failures.pop();
        failures.iter().map(|failure| failure.message.as_str()).for_each(tell);
        gravest
    }

    /// The failure that the end of a run with `options` means; `None` if all is well.
    pub fn from_end(end: &End, options: &RunOptions, session: &SessionOptions) -> Option<Self> {
        let target = &options.target;
        Some(match end {
            End::Done => return None,
            End::Lost { loss, established: false, .. } => first_connection(loss, options, session),
            End::Lost { last_straw: LastStraw::HungUpOn(filters), .. } => hung_up(filters, options),
            End::Lost { last_straw: LastStraw::Contested, .. } => contested(options, session),
            End::Lost { loss, .. } => lost(loss, options, session),
            End::TimedOut { established, after, lost } => {
                let after = humantime::format_duration(*after);
                let place = match (established, lost) {
                    (false, _) => " before the broker accepted the connection",
                    (true, true) => " without a connection",
                    (true, false) => "",
                };
                Self::new(
                    ExitStatus::TimedOut,
                    format!("timed out after {after}{place} ({target})"),
                )
            }
            End::Signalled(signal) => Self::stopped(*signal),
        })
    }

    /// The failure for a signal that ended the run.
    pub fn stopped(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self::new(ExitStatus::Interrupted, "interrupted"),
            Signal::Terminate => Self::new(ExitStatus::Terminated, "terminated"),
        }
    }

    /// The failure for events that could not be written.
    pub fn no_events(error: std::io::Error) -> Self {
        let cause = os_error::plain(&error);
        Self::new(ExitStatus::LocalIo, format!("cannot write events: {cause}"))
    }

    /// The failure if the system cannot report signals.
    pub fn no_signals(error: std::io::Error) -> Self {
        let cause = os_error::plain(&error);
        Self::new(ExitStatus::LocalIo, format!("cannot listen for signals: {cause}"))
    }
}

fn first_connection(loss: &Loss, options: &RunOptions, session: &SessionOptions) -> Failure {
    let target = &options.target;
    let status = match loss.fault() {
        Some(Fault::Refused(_) | Fault::Authentication | Fault::Scram { .. }) => {
            ExitStatus::ConnectionRefused
        }
        Some(
            Fault::Violation(_)
            | Fault::Carrier(_)
            | Fault::Excess { .. }
            | Fault::OldConnack
            | Fault::Disconnected(_),
        ) => ExitStatus::Lost,
        Some(Fault::NotMqtt(_) | Fault::Silent) | None => ExitStatus::Unreachable,
    };
    let failure = Failure::new(status, format!("cannot connect to {target}: {loss}"));
    match loss {
        Loss::Fault(Fault::Refused(refusal)) if refusal.is_about_version() => {
            let refused = refusal.version;
            failure.hint(match (refused, options.protocol) {
                (Version::V5, _) => format!("the broker does not support {refused}: try -V 3.1.1"),
                // 5 was tried before.
                (_, Protocol::Auto) => {
                    format!("the broker supports neither MQTT 5 nor {refused}: try -V 3.1")
                }
                _ => format!("the broker does not support {refused}: try -V 5"),
            })
        }
        Loss::Fault(Fault::Refused(refusal))
            if refusal.version == Version::V31
                && refusal.is_about_id()
                && session.client_id.chars().count() > LONGEST_OLD_ID =>
        {
            failure.hint(format!("MQTT 3.1 allows {LONGEST_OLD_ID} characters in a client id"))
        }
        Loss::Fault(Fault::Authentication) => failure.hint(OFFER_SCRAM),
        Loss::Fault(Fault::Refused(refusal)) if refusal.is_about_method() => match session.auth {
            None => failure.hint(OFFER_SCRAM),
            Some(_) => failure.hint("try another --auth, or log in without it"),
        },
        Loss::Fault(Fault::OldConnack) => {
            failure.hint("the broker answered as in MQTT 3.1.1: try -V 3.1.1")
        }
        Loss::Fault(Fault::NotMqtt(_)) | Loss::Closed | Loss::Io(_) => match guess(loss, options) {
            Some(hint) if loss.dial_error().is_none() => failure.hint(hint),
            _ => hinted(failure, loss),
        },
        _ => hinted(failure, loss),
    }
}

/// Characters that MQTT 3.1 allows in a client id; many brokers allow more.
const LONGEST_OLD_ID: usize = 23;

const OFFER_SCRAM: &str = "--auth scram-sha-256 offers it, with --username and a password";

/// Adds the transport's hints.
fn hinted(failure: Failure, loss: &Loss) -> Failure {
    match loss.dial_error().and_then(|error| error.hint.as_deref()) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// What was probably meant, if the peer closes the connection or speaks another protocol.
fn guess(loss: &Loss, options: &RunOptions) -> Option<&'static str> {
    let target = &options.target;
    let is_known = options.route.tls.as_ref().is_some_and(tls::Client::has_identity);
    let stranger = match loss.fault() {
        Some(Fault::NotMqtt(what)) => Some(what),
        _ => None,
    };
    if stranger.is_some_and(|what| what.contains("HTTP/")) {
        match target.scheme() {
            Scheme::Mqtt => return Some("for MQTT over WebSocket, use ws://"),
            Scheme::Mqtts => return Some("for MQTT over WebSocket, use wss://"),
            _ => {}
        }
    }
    match (target.scheme(), target.port()) {
        (Scheme::Mqtt, Some(8883)) => Some("port 8883 usually speaks TLS: try mqtts://"),
        (Scheme::Mqtt | Scheme::Mqtts | Scheme::Ws, Some(443)) => {
            Some("port 443 usually speaks WebSocket over TLS: try wss://")
        }
        (Scheme::Mqtt, Some(80 | 8080)) => Some("this port usually speaks WebSocket: try ws://"),
        (Scheme::Mqtts | Scheme::Wss, _) if !is_known => {
            Some("the broker may want a client certificate: --cert and --key")
        }
        (Scheme::Mqtts | Scheme::Wss, _) if stranger.is_none() => {
            Some("perhaps this certificate, or this client id, is not allowed there")
        }
        (Scheme::Mqtt, _) if stranger.is_none() => {
            Some("a broker that speaks TLS hangs up like this: try mqtts://")
        }
        _ => None,
    }
}

fn lost(loss: &Loss, options: &RunOptions, session: &SessionOptions) -> Failure {
    let (target, client_id) = (&options.target, &session.client_id);
    let publishes = session.interest.is_empty();
    match loss {
        Loss::Fault(Fault::Disconnected(explanation))
            if explanation.reason == Reason::SESSION_TAKEN_OVER =>
        {
            Failure::new(
                ExitStatus::Lost,
                format!("connection to {target} lost: session taken over by another client with id {client_id} ({explanation})"),
            )
            .hint(OWN_ID)
        }
        Loss::Fault(Fault::Disconnected(explanation))
            if publishes && explanation.reason.refuses_a_publish() =>
        {
            Failure::new(ExitStatus::Refused, format!("connection to {target} lost: {loss}"))
        }
        Loss::Fault(
            Fault::Refused(_) | Fault::Authentication | Fault::Scram { again: false, .. },
        ) => Failure::new(
            ExitStatus::ConnectionRefused,
            format!("cannot reconnect to {target}: {loss}"),
        ),
        Loss::Unreachable(_) | Loss::ConnectTimeout { .. } => {
            let message = format!("cannot reconnect to {target}: {loss}");
            hinted(Failure::new(ExitStatus::Lost, message), loss)
        }
        Loss::Unanswered { after, missing } => {
            let after = humantime::format_duration(*after);
            Failure::new(ExitStatus::Lost, format!("no {missing} from {target} within {after}"))
        }
        _ => Failure::new(ExitStatus::Lost, format!("connection to {target} lost: {loss}")),
    }
}

const OWN_ID: &str = "give each client an id of its own with -i, or leave it out";

/// The failure if the broker closes the connection after each SUBSCRIBE for `filters`.
fn hung_up(filters: &[String], options: &RunOptions) -> Failure {
    let target = &options.target;
    let (filters, are) = match filters {
        [filter] => (filter.clone(), "this filter is"),
        several => (several.join(", "), "one of these filters is"),
    };
    let message = format!(
        "connection to {target} lost: the broker closes it after each SUBSCRIBE for {filters}"
    );
    Failure::new(ExitStatus::Lost, message).hint(format!("perhaps {are} not allowed"))
}

/// The failure if another client keeps taking over the session.
fn contested(options: &RunOptions, session: &SessionOptions) -> Failure {
    let (target, client_id) = (&options.target, &session.client_id);
    let message = format!(
        "connection to {target} lost: each session was short, as if another client used id {client_id}"
    );
    Failure::new(ExitStatus::Lost, message).hint(OWN_ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_with_what_was_being_done_and_without_its_number() {
        let error = anyhow::Error::new(std::io::Error::from_raw_os_error(2));
        let error = error.context("cannot read it").context("cannot start");
        let failure = Failure::told(ExitStatus::LocalIo, &error);
        assert_eq!(failure.message, "cannot start: cannot read it: No such file or directory");
        assert_eq!((failure.status, failure.hints.len()), (ExitStatus::LocalIo, 0));
    }

    #[test]
    fn what_is_unconfirmed_outweighs_what_was_refused() {
        use ExitStatus::{Interrupted, LocalIo, Lost, Refused, Success};
        assert_eq!(Refused.graver(Lost), Lost);
        assert_eq!(LocalIo.graver(Refused), Refused);
        assert_eq!(Success.graver(LocalIo), LocalIo);
        assert_eq!(Interrupted.graver(Lost), Interrupted);
    }
}
