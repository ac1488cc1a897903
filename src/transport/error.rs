//! Why there is no connection, in words for a person.

use crate::os_error;
use std::fmt;
use std::io;

/// What was tried, and why it failed. May hold a stranger's words, which must be escaped before they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialError {
    cause: String,
    /// What a person can do about it.
    pub hint: Option<String>,
    /// Whether trying again can only end the same way, as with a certificate that is not trusted.
    pub is_final: bool,
}

impl DialError {
    /// A failure that may pass.
    pub(crate) fn new(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), hint: None, is_final: false }
    }

    /// A failure that will not pass by itself.
    pub(super) fn lasting(cause: impl Into<String>) -> Self {
        Self { is_final: true, ..Self::new(cause) }
    }

    /// Adds what a person can do about it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What a stream has put into an error of reading or writing.
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
