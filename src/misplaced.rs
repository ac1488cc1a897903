//! Errors, with their position, in a text such as a format or a filter.

use crate::escape::{Keep, visible};
use std::fmt;

/// An error in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    text: String,
    /// Byte position in `text`, at a character boundary.
    at: usize,
    message: String,
}

impl Misplaced {
    /// `at` is in bytes.
    pub fn new(text: &str, at: usize, message: impl Into<String>) -> Self {
        Self { text: text.to_owned(), at, message: message.into() }
    }

    /// The text, and a line with a caret under the error. Safe for terminals.
    pub fn excerpt(&self) -> [String; 2] {
        let before = self.text.get(..self.at).unwrap_or_default();
        let indent = visible(before.as_bytes(), Keep::Nothing).chars().count();
        [
            visible(self.text.as_bytes(), Keep::Nothing).into_owned(),
            format!("{}^", " ".repeat(indent)),
        ]
    }
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = self.text.get(..self.at).unwrap_or_default();
        write!(f, "{} at character {}", self.message, before.chars().count() + 1)
    }
}

impl std::error::Error for Misplaced {}
