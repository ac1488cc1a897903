//! One error type: a sentence, with what was being attempted put in front on its way up.
//!
//! Knows nothing of MQTT or of processes; nobody matches on an error here, people read it.

use std::fmt;

pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, outermost attempt first, parts joined by `: `.
#[derive(Debug, Clone)]
pub struct Error(String);

impl Error {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Puts what was being attempted in front of any error.
pub trait Context<T> {
    fn context(self, attempt: impl fmt::Display) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context(self, attempt: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Error(format!("{attempt}: {error}")))
    }
}
