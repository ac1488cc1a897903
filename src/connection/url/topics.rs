//! The topic or filter at the end of a broker's URL.

use crate::exit::Failure;
use crate::topic::{TopicFilter, TopicName};
use std::fmt::Display;
use std::str::FromStr;

/// The topics, or filters, that URLs name. Whether a valid one is expected depends on the command.
#[derive(Debug, Default)]
pub struct UrlTopics {
    /// In the URL on the command line.
    pub typed: Option<String>,
    /// In a URL of the environment or profile, used if nothing else gives one.
    pub default: Option<String>,
}

impl UrlTopics {
    /// The topic to publish to, if no flag gives one.
    ///
    /// # Errors
    /// If it is invalid.
    pub fn topic(self) -> Result<Option<TopicName>, Failure> {
        self.typed.or(self.default).map(|text| parse(&text, "topic")).transpose()
    }

    /// Adds the filter to the `filters` that flags give.
    ///
    /// # Errors
    /// If it is invalid.
    pub fn add_to(self, filters: &mut Vec<TopicFilter>) -> Result<(), Failure> {
        let text = self.typed.or(self.default.filter(|_| filters.is_empty()));
        filters.extend(text.map(|text| parse(&text, "filter")).transpose()?);
        Ok(())
    }
}

fn parse<T: FromStr<Err: Display>>(text: &str, what: &str) -> Result<T, Failure> {
    text.parse()
        .map_err(|error| Failure::usage(format!("invalid {what} '{text}' in the URL: {error}")))
}
