//! Why something was refused: a reason code and text.

use super::reason::Reason;
use crate::property::{Id, Properties};
use std::fmt;

/// The reason for a refusal or a DISCONNECT, given by the broker or known in advance. The texts are untrusted and must
/// be escaped before they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The reason code.
    pub reason: Reason,
    /// Rare, so boxed to keep the common case small.
    words: Option<Box<Words>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Words {
    text: Option<String>,
    reference: Option<String>,
}

impl Explanation {
    /// Copies the texts from a packet's properties.
    pub fn new(reason: Reason, properties: &Properties<'_>) -> Self {
        let text = |id| properties.text(id).map(str::to_owned);
        let words = Words { text: text(Id::ReasonString), reference: text(Id::ServerReference) };
        Self { reason, words: (words != Words::default()).then(|| Box::new(words)) }
    }

    /// A refusal without asking the broker, which has told its limits.
    pub fn ours(reason: Reason, text: String) -> Self {
        Self { reason, words: Some(Box::new(Words { text: Some(text), reference: None })) }
    }

    /// MQTT 5's reason string.
    pub fn text(&self) -> Option<&str> {
        self.words.as_ref()?.text.as_deref()
    }

    /// MQTT 5's server reference: another broker to use. Never followed automatically.
    pub fn reference(&self) -> Option<&str> {
        self.words.as_ref()?.reference.as_deref()
    }
}

impl From<Reason> for Explanation {
    /// A code without text.
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
