//! Decides which words are in effect: later ones override earlier ones, and groups are overridden as a whole.
//!
//! A pure function of the words, weakest source first.

use super::properties::{SEPARATOR, USER_PROPERTY};
use super::table::{Fact, Setting};
use super::word::{Said, Word};

/// The words in effect. For a setting this is the last word; for a list, all since it was last reset. What weaker
/// sources say about the broker's address and the route is kept.
pub fn settle(words: Vec<Word>) -> Vec<Word> {
    let mut kept: Vec<Word> = Vec::with_capacity(words.len());
    for word in words {
        kept.retain(|earlier| !overrides(&word, earlier));
        kept.push(word);
    }
    kept
}

/// Whether a word overrides an earlier one.
fn overrides(word: &Word, earlier: &Word) -> bool {
    let is_weaker = earlier.rank() < word.rank();
    let is_same = word.setting == earlier.setting;
    if is_same && is_weaker && word.setting.is(Fact::Way) {
        return false;
    }
    if word.said == Said::Off {
        let is_below = earlier.setting.is(Fact::Under(word.setting.name));
        return is_same || (is_below && is_weaker);
    }
    if word.setting.is(Fact::Place) && is_weaker {
        return false;
    }
    let adds_up = word.setting.is(Fact::List) && earlier.said != Said::Off;
    // Two conflicting words of one source are a mistake that must be reported.
    (is_same && !adds_up)
        || is_weaker && (in_one_group(word.setting, earlier) || set_same_property(word, earlier))
}

/// Whether an earlier word is overridden together with `setting`.
fn in_one_group(setting: &Setting, earlier: &Word) -> bool {
    // A key's password does not tell which key is meant.
    let decides = setting.name != "key-password-file" && setting.group().is_some();
    decides && earlier.said != Said::Off && setting.group() == earlier.setting.group()
}

/// Whether both set the same MQTT 5 property, by its own flag or by `property`.
fn set_same_property(word: &Word, earlier: &Word) -> bool {
    property_of(word).is_some_and(|property| property_of(earlier) == Some(property))
}

/// The packet and name of the property that a word sets; none if it may be repeated.
fn property_of(word: &Word) -> Option<(String, String)> {
    if word.said == Said::Off {
        return None;
    }
    if let Some((packet, name)) = word.setting.property() {
        return Some((packet.to_owned(), name.to_owned()));
    }
    let text = word.text().filter(|_| word.is("property"))?.to_str()?;
    let mut parts = text.split(SEPARATOR).map(str::to_ascii_lowercase);
    let (packet, name) = (parts.next()?, parts.next()?);
    (name != USER_PROPERTY).then_some((packet, name))
}
