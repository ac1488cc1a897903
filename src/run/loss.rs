//! Why a connection, or the attempt at one, came to an end.
//!
//! A loss says what happened and whether trying again makes sense; what exit status it becomes is
//! decided in [`crate::exit`].

use crate::mqtt::explanation::Explanation;
use crate::mqtt::fault::Fault;
use crate::mqtt::packet::Violation;
use crate::os_error;
use crate::transport::DialError;
use std::fmt;
use std::io;
use std::time::Duration;

/// Why there is no connection any more.
#[derive(Debug)]
pub enum Loss {
    /// No connection could be made: name, TCP, TLS and so on.
    Unreachable(DialError),
    /// The connect deadline passed.
    ConnectTimeout {
        /// The whole budget.
        after: Duration,
        /// What was missing, in words: `CONNACK`, once the connection was made.
        missing: &'static str,
    },
    /// The broker closed the connection without a word.
    Closed,
    /// Reading or writing failed.
    Io(io::Error),
    /// What the broker owed made no progress.
    Unanswered {
        /// For this long.
        after: Duration,
        /// What is missing, in words.
        missing: &'static str,
    },
    /// The broker did something that ends the connection.
    Fault(Fault),
}

impl Loss {
    /// Whether trying again can only end the same way.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Io(_) => self.dial_error().is_some_and(|it| it.is_final),
            Self::Fault(fault) => fault.is_final(),
            Self::ConnectTimeout { .. } | Self::Closed | Self::Unanswered { .. } => false,
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

    /// Whether the broker just hung up, or somebody between did: what was sent last may be why.
    pub fn is_hang_up(&self) -> bool {
        matches!(self, Self::Closed | Self::Io(_))
    }

    /// What the broker did, if it is that.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    /// The reason the broker gave in DISCONNECT.
    pub fn disconnected(&self) -> Option<&Explanation> {
        match self {
            Self::Fault(Fault::Disconnected(explanation)) => Some(explanation),
            _ => None,
        }
    }

    /// Whether the broker has refused who we say we are.
    pub fn is_about_login(&self) -> bool {
        matches!(self, Self::Fault(Fault::Refused(refusal)) if refusal.is_about_login())
    }

    /// Whether the broker broke the protocol.
    pub fn is_violation(&self) -> bool {
        self.fault().is_some_and(Fault::is_violation)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => error.fmt(f),
            Self::ConnectTimeout { after, missing } | Self::Unanswered { after, missing } => {
                write!(f, "no {missing} within {}", humantime::format_duration(*after))
            }
            Self::Closed => f.write_str("the broker closed the connection"),
            Self::Io(error) => write!(f, "{}", os_error::plain(error)),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl From<Fault> for Loss {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Violation> for Loss {
    fn from(violation: Violation) -> Self {
        Self::Fault(violation.into())
    }
}
