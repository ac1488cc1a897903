//! Why connecting failed, in words for the user.

use crate::os_error;
use std::fmt;
use std::io;

/// What was tried, and why it failed. May contain untrusted text, which must be escaped before it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialError {
    cause: String,
    /// What the user can do about it.
    pub hint: Option<String>,
    /// Whether another attempt would end the same way, as with a certificate that is not trusted.
    pub is_final: bool,
    /// Whether the server violated the protocol that carries MQTT.
    pub is_violation: bool,
}

impl DialError {
    /// A failure that may be temporary.
    pub(crate) fn new(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), hint: None, is_final: false, is_violation: false }
    }

    /// A violation of the protocol that carries MQTT.
    pub(super) fn violation(cause: impl Into<String>) -> Self {
        Self { is_violation: true, ..Self::new(cause) }
    }

    /// A permanent failure.
    pub(super) fn lasting(cause: impl Into<String>) -> Self {
        Self { is_final: true, ..Self::new(cause) }
    }

    /// Adds a hint.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the server that failed, in front of the cause.
    pub(super) fn of(self, server: impl fmt::Display) -> Self {
        Self { cause: format!("{server}: {}", self.cause), ..self }
    }

    /// One error for several failures; the first three are named.
    pub(super) fn of_all(failures: Vec<Self>) -> Self {
        const NAMED: usize = 3;
        let named: Vec<&str> = failures.iter().take(NAMED).map(|it| it.cause.as_str()).collect();
        let more = match failures.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        Self {
            cause: named.join("; ") + &more,
            hint: failures.iter().find_map(|it| it.hint.clone()),
            is_final: failures.iter().all(|it| it.is_final),
            is_violation: false,
        }
    }

    /// The error that a stream has put into an I/O error.
    pub fn inside(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<io::Error> for DialError {
    fn from(error: io::Error) -> Self {
        match Self::inside(&error) {
            Some(inner) => inner.clone(),
            None => Self::new(os_error::plain(&error)),
        }
    }
}

impl fmt::Display for DialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

impl std::error::Error for DialError {}
