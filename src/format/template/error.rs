//! What is wrong with a format, and where.

use crate::escape::{Keep, visible};
use std::fmt;

/// A format that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    text: String,
    /// Where in `text`, in bytes; between two characters.
    at: usize,
    message: String,
}

impl TemplateError {
    pub(super) fn new(text: &str, at: usize, message: impl Into<String>) -> Self {
        Self { text: text.to_owned(), at, message: message.into() }
    }

    /// The format, and below it a caret under the place. Harmless to look at.
    pub fn excerpt(&self) -> [String; 2] {
        let before = self.text.get(..self.at).unwrap_or_default();
        let indent = visible(before.as_bytes(), Keep::Nothing).chars().count();
        [
            visible(self.text.as_bytes(), Keep::Nothing).into_owned(),
            format!("{}^", " ".repeat(indent)),
        ]
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = self.text.get(..self.at).unwrap_or_default();
        write!(f, "{} at character {}", self.message, before.chars().count() + 1)
    }
}

impl std::error::Error for TemplateError {}
