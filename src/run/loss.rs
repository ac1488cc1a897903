//! Why a connection, or an attempt to connect, ended.
//!
//! A loss says what happened and whether another attempt makes sense; [`crate::exit`] turns it into an exit status.

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
    /// No connection could be made: name lookup, TCP, TLS and so on.
    Unreachable(DialError),
    /// The connect deadline passed.
    ConnectTimeout {
        /// The connect timeout.
        after: Duration,
        /// What was being waited for, such as `CONNACK`.
        missing: &'static str,
    },
    /// The broker closed the connection without a reason.
    Closed,
    /// Reading or writing failed.
    Io(io::Error),
    /// The broker owed something and made no progress.
    Unanswered {
        /// For this long.
        after: Duration,
        /// What is missing.
        missing: &'static str,
    },
    /// The broker did something that ends the connection.
    Fault(Fault),
}

impl Loss {
    /// Whether another attempt would end the same way.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Io(_) => self.dial_error().is_some_and(|it| it.is_final),
            Self::Fault(fault) => fault.is_final(),
            Self::ConnectTimeout { .. } | Self::Closed | Self::Unanswered { .. } => false,
        }
    }

    /// The transport's error.
    pub fn dial_error(&self) -> Option<&DialError> {
        match self {
            Self::Unreachable(error) => Some(error),
            Self::Io(error) => DialError::inside(error),
            _ => None,
        }
    }

    /// Whether the broker, or something in between, closed the connection; the last packet sent may be the reason. A
    /// network that fails is not, nor is a stream that cannot be understood.
    pub fn is_hang_up(&self) -> bool {
        use io::ErrorKind::{HostUnreachable, InvalidData, NetworkUnreachable, TimedOut};
        match self {
            Self::Closed => true,
            Self::Io(error) => !matches!(
                error.kind(),
                HostUnreachable | InvalidData | NetworkUnreachable | TimedOut
            ),
            _ => false,
        }
    }

    /// Whether it could mean that the broker does not support the requested version. `is_answered` says that the broker
    /// has sent something.
    pub fn suggests_older_version(&self, is_answered: bool) -> bool {
        match self {
            Self::Fault(fault) => fault.is_about_version(),
            // Some brokers that support only 3.1.1 close the connection after a version 5 CONNECT, or do not answer.
            Self::Closed | Self::Io(_) => !is_answered && self.is_hang_up(),
            Self::ConnectTimeout { missing: "CONNACK", .. } => !is_answered,
            _ => false,
        }
    }

    /// The broker's fault, if it is one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    /// The broker's reason in DISCONNECT.
    pub fn disconnected(&self) -> Option<&Explanation> {
        match self {
            Self::Fault(Fault::Disconnected(explanation)) => Some(explanation),
            _ => None,
        }
    }

    /// Whether the broker refused our credentials.
    pub fn is_about_login(&self) -> bool {
        self.fault().is_some_and(Fault::is_about_login)
    }

    /// Whether the broker violated the protocol, or sent more than this program takes; it may well do so again.
    pub fn is_violation(&self) -> bool {
        self.fault().is_some_and(|it| it.is_violation() || matches!(it, Fault::Excess { .. }))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_fails_says_nothing_about_the_last_packet() {
        use io::ErrorKind::{ConnectionReset, HostUnreachable, InvalidData, TimedOut};
        for (kind, is_hang_up) in [
            (ConnectionReset, true),
            (HostUnreachable, false),
            (InvalidData, false),
            (TimedOut, false),
        ] {
            assert_eq!(Loss::Io(kind.into()).is_hang_up(), is_hang_up, "{kind:?}");
        }
        assert!(Loss::Closed.is_hang_up());
    }
}
