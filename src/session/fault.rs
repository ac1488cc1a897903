//! Why a connection, or the attempt at one, came to an end.
//!
//! A fault says what happened and whether trying again makes sense; what exit status it becomes is
//! decided in [`crate::exit`].

use super::reason::Reason;
use super::wire::{ConnAck, Version, Violation};
use crate::os_error;
use crate::property::{Id, Properties};
use crate::transport::DialError;
use std::fmt;
use std::io;
use std::time::Duration;

/// What a broker gives as the reason for a refusal or a DISCONNECT. Its texts are a stranger's:
/// they must be escaped before a person sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub reason: Reason,
    /// MQTT 5's reason string.
    pub text: Option<String>,
    /// MQTT 5's server reference: another broker to use. Never followed by itself.
    pub reference: Option<String>,
}

impl Explanation {
    /// Takes the texts out of a packet's properties.
    pub fn new(reason: Reason, properties: &Properties<'_>) -> Self {
        let text = |id| properties.text(id).map(str::to_owned);
        Self { reason, text: text(Id::ReasonString), reference: text(Id::ServerReference) }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        if let Some(text) = &self.text {
            write!(f, ": {text}")?;
        }
        if let Some(reference) = &self.reference {
            write!(f, " (use {reference})")?;
        }
        Ok(())
    }
}

/// A CONNACK that says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The version that was asked for.
    pub version: Version,
    /// The code as it was sent.
    pub code: u8,
    /// The same as a reason code, with the broker's words; `None` when the code has no meaning.
    pub explanation: Option<Explanation>,
}

impl Refusal {
    /// What `connack` says; its code is not 0.
    pub fn new(version: Version, connack: &ConnAck<'_>) -> Self {
        let explanation =
            connack.reason().map(|reason| Explanation::new(reason, &connack.properties));
        Self { version, code: connack.code, explanation }
    }

    /// Whether the broker does not speak the version that was asked for.
    pub fn is_about_version(&self) -> bool {
        self.explanation
            .as_ref()
            .is_some_and(|explanation| explanation.reason == Reason::UNSUPPORTED_PROTOCOL_VERSION)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.explanation {
            // An old return code is shown as it came: 0x05 says the same as 0x87, but a person who
            // looks it up finds 5.
            Some(explanation) if self.code < 0x80 => {
                let text = explanation.reason.to_string();
                let words = text.split_once(' ').map_or(text.as_str(), |(_, words)| words);
                write!(f, "0x{:02x} {words}", self.code)
            }
            Some(explanation) => explanation.fmt(f),
            None => write!(f, "undefined code 0x{:02x}", self.code),
        }
    }
}

/// Why a connection ended.
#[derive(Debug)]
pub enum Fault {
    /// No connection could be made: name, TCP, TLS and so on.
    Unreachable(DialError),
    /// The connect deadline passed.
    ConnectTimeout {
        /// The whole budget.
        after: Duration,
        /// What was missing, in words: `CONNACK`, once the connection stood.
        missing: &'static str,
    },
    /// What answered speaks something else; the text shows its first bytes, escaped.
    NotMqtt(String),
    /// CONNACK says no.
    Refused(Refusal),
    /// The broker wants enhanced authentication.
    Authentication,
    /// The broker closed the connection without a word.
    Closed,
    /// Reading or writing failed.
    Io(io::Error),
    /// Nothing came within one and a half keep-alive times.
    Silent,
    /// The broker broke the protocol.
    Violation(Violation),
    /// The broker sent DISCONNECT.
    Disconnected(Explanation),
    /// A packet could not be encoded, which is a bug.
    Internal(String),
}

impl Fault {
    /// Whether trying again can only end the same way.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Refused(refusal) => {
                refusal.explanation.as_ref().is_none_or(|explanation| explanation.reason.is_final())
            }
            Self::Disconnected(explanation) => explanation.reason.is_final(),
            Self::Authentication | Self::Internal(_) => true,
            Self::Unreachable(_) | Self::Io(_) => self.dial_error().is_some_and(|it| it.is_final),
            Self::ConnectTimeout { .. }
            | Self::NotMqtt(_)
            | Self::Closed
            | Self::Silent
            | Self::Violation(_) => false,
        }
    }

    /// What the transport has to say about it.
    pub fn dial_error(&self) -> Option<&DialError> {
        match self {
            Self::Unreachable(error) => Some(error),
            Self::Io(error) => DialError::inside(error),
            _ => None,
        }
    }

    /// Whether it could mean that the broker does not speak the version it was asked for.
    pub(super) fn suggests_older_version(&self, answered: bool) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_about_version(),
            // Some brokers that know only 3.1.1 hang up on a version 5 CONNECT.
            Self::Closed | Self::Io(_) => !answered && !self.is_final(),
            _ => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => error.fmt(f),
            Self::ConnectTimeout { after, missing } => {
                write!(f, "no {missing} within {}", humantime::format_duration(*after))
            }
            Self::NotMqtt(what) => write!(f, "not an MQTT broker ({what})"),
            Self::Refused(refusal) => write!(f, "the broker refused the connection: {refusal}"),
            Self::Authentication => f.write_str("enhanced authentication is not supported"),
            Self::Closed => f.write_str("the broker closed the connection"),
            Self::Io(error) => write!(f, "{}", os_error::plain(error)),
            Self::Silent => f.write_str("the broker fell silent (no answer to PINGREQ)"),
            Self::Violation(violation) => write!(f, "the broker broke the protocol: {violation}"),
            Self::Disconnected(explanation) => {
                write!(f, "the broker ended the connection: {explanation}")
            }
            Self::Internal(text) => f.write_str(text),
        }
    }
}

impl From<Violation> for Fault {
    fn from(violation: Violation) -> Self {
        Self::Violation(violation)
    }
}

impl From<super::wire::encode::EncodeError> for Fault {
    fn from(error: super::wire::encode::EncodeError) -> Self {
        Self::Internal(error.to_string())
    }
}
