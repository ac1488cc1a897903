//! What a broker does to end a connection.

use super::explanation::Explanation;
use super::packet::{ConnAck, Violation};
use super::reason::Reason;
use super::scram::ScramError;
use super::version::Version;
use std::fmt;

/// A CONNACK that refuses the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The requested version.
    pub version: Version,
    /// The return code or reason code, as sent.
    pub code: u8,
    /// The same as a reason code, with the broker's text; `None` if the code is undefined.
    pub explanation: Option<Explanation>,
}

impl Refusal {
    /// The refusal in `connack`, whose code is not 0.
    pub fn new(version: Version, connack: &ConnAck<'_>) -> Self {
        let explanation =
            connack.reason().map(|reason| Explanation::new(reason, &connack.properties));
        Self { version, code: connack.code, explanation }
    }

    /// Whether the broker refused the user name or password.
    pub fn is_about_login(&self) -> bool {
        self.explanation.as_ref().is_some_and(|explanation| {
            matches!(explanation.reason, Reason::BAD_USER_NAME_OR_PASSWORD | Reason::NOT_AUTHORIZED)
        })
    }

    /// Whether the broker does not support the requested version.
    pub fn is_about_version(&self) -> bool {
        self.has_reason(Reason::UNSUPPORTED_PROTOCOL_VERSION)
    }

    /// Whether the broker does not accept the client id.
    pub fn is_about_id(&self) -> bool {
        self.has_reason(Reason::CLIENT_ID_NOT_VALID)
    }

    /// Whether the broker does not support the authentication method, or wants one.
    pub fn is_about_method(&self) -> bool {
        self.has_reason(Reason::BAD_AUTHENTICATION_METHOD)
    }

    fn has_reason(&self, reason: Reason) -> bool {
        self.explanation.as_ref().is_some_and(|explanation| explanation.reason == reason)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.explanation {
            // An old return code is shown as it is: 0x05 means the same as 0x87, but in documentation of MQTT 3.1.1 it
            // is 5.
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

/// Why a session cannot continue on this connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The peer speaks another protocol; the text shows its first bytes, escaped.
    NotMqtt(String),
    /// CONNACK refused the connection.
    Refused(Refusal),
    /// The broker accepted an MQTT 5 CONNECT with an older version's CONNACK, so it supports only that version.
    OldConnack,
    /// The broker asks for enhanced authentication, which we did not offer.
    Authentication,
    /// Enhanced authentication failed.
    Scram {
        /// Why.
        problem: ScramError,
        /// Whether the broker had accepted the connection before.
        again: bool,
    },
    /// Nothing arrived for one and a half keep-alive times.
    Silent,
    /// The broker violated the protocol.
    Violation(Violation),
    /// The broker violated the protocol that carries MQTT, such as WebSocket.
    Carrier(String),
    /// The broker sent more than this program takes, which the standard allows.
    Excess {
        /// The reason for our DISCONNECT.
        reason: Reason,
        /// Description.
        text: String,
    },
    /// The broker sent DISCONNECT.
    Disconnected(Explanation),
}

impl Fault {
    /// Whether another attempt would end the same way.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Refused(refusal) => {
                refusal.explanation.as_ref().is_none_or(|explanation| explanation.reason.is_final())
            }
            Self::Disconnected(explanation) => explanation.reason.is_final(),
            Self::Authentication => true,
            Self::Scram { problem, .. } => problem.is_final(),
            Self::NotMqtt(_)
            | Self::OldConnack
            | Self::Silent
            | Self::Violation(_)
            | Self::Carrier(_)
            | Self::Excess { .. } => false,
        }
    }

    /// Whether the broker refused the user name or password.
    pub fn is_about_login(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_about_login(),
            Self::Scram { problem, .. } => problem.is_about_login(),
            _ => false,
        }
    }

    /// Whether the broker does not support the requested version.
    pub fn is_about_version(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_about_version(),
            Self::OldConnack => true,
            _ => false,
        }
    }

    /// Whether the broker violated a standard, so that nothing it said before can be relied on.
    pub fn is_violation(&self) -> bool {
        matches!(self, Self::Violation(_) | Self::Carrier(_) | Self::OldConnack)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMqtt(what) => write!(f, "not an MQTT broker ({what})"),
            Self::Refused(refusal) => write!(f, "the broker refused the connection: {refusal}"),
            Self::OldConnack => f.write_str(
                "the broker broke the protocol: malformed packet: CONNACK without properties in MQTT 5",
            ),
            Self::Authentication => f.write_str("the broker asks for enhanced authentication"),
            Self::Scram { problem, again: false } => problem.fmt(f),
            Self::Scram { problem, again: true } => {
                write!(f, "re-authentication failed: {problem}")
            }
            Self::Silent => f.write_str("the broker fell silent (no answer to PINGREQ)"),
            Self::Violation(violation) => write!(f, "the broker broke the protocol: {violation}"),
            Self::Carrier(text) | Self::Excess { text, .. } => f.write_str(text),
            Self::Disconnected(explanation) => {
                write!(f, "the broker ended the connection: {explanation}")
            }
        }
    }
}

impl From<Violation> for Fault {
    fn from(violation: Violation) -> Self {
        Self::Violation(violation)
    }
}
