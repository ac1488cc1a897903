//! What is wrong with a text in a small language, such as a format or a filter, and where.

use crate::escape::{Keep, visible};
use std::fmt;

/// A text that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    text: String,
    /// Where in `text`, in bytes; between two characters.
    at: usize,
    message: String,
}

impl Misplaced {
    /// `at` is in bytes.
    pub fn new(text: &str, at: usize, message: impl Into<String>) -> Self {
        Self { text: text.to_owned(), at, message: message.into() }
    }

    /// The text, and below it a caret under the place. Harmless to look at.
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
