//! Why something was refused: a reason code, and words for a person.

use super::reason::Reason;
use crate::property::{Id, Properties};
use std::fmt;

/// What a broker gives as the reason for a refusal or a DISCONNECT, or what we know it would give. Its texts are a
/// stranger's: they must be escaped before a person sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub reason: Reason,
    /// Rare, and kept apart so that what has none is small.
    words: Option<Box<Words>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Words {
    text: Option<String>,
    reference: Option<String>,
}

impl Explanation {
    /// Takes the texts out of a packet's properties.
    pub fn new(reason: Reason, properties: &Properties<'_>) -> Self {
        let text = |id| properties.text(id).map(str::to_owned);
        let words = Words { text: text(Id::ReasonString), reference: text(Id::ServerReference) };
        Self { reason, words: (words != Words::default()).then(|| Box::new(words)) }
    }

    /// A refusal that needs no question to the broker: it has said what it does not take.
    pub fn ours(reason: Reason, text: String) -> Self {
        Self { reason, words: Some(Box::new(Words { text: Some(text), reference: None })) }
    }

    /// MQTT 5's reason string.
    pub fn text(&self) -> Option<&str> {
        self.words.as_ref()?.text.as_deref()
    }

    /// MQTT 5's server reference: another broker to use. Never followed by itself.
    pub fn reference(&self) -> Option<&str> {
        self.words.as_ref()?.reference.as_deref()
    }
}

impl From<Reason> for Explanation {
    /// A code without words.
    fn from(reason: Reason) -> Self {
        Self { reason, words: None }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        if let Some(text) = self.text() {
            write!(f, ": {text}")?;
        }
        if let Some(reference) = self.reference() {
            write!(f, " (use {reference})")?;
        }
        Ok(())
    }
}
