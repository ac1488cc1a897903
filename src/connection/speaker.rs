//! A source of settings ("speaker"): its words, with its URL parsed.

use super::url::BrokerUrl;
use crate::exit::Failure;
use crate::settings::{Origin, Rank, Said, Word};
use std::ffi::OsStr;

/// One source.
pub(super) struct Speaker<'a> {
    pub(super) rank: Rank,
    words: Vec<&'a Word>,
    pub(super) url: Option<BrokerUrl>,
    /// Why the URL given is invalid.
    invalid: Option<Failure>,
}

impl<'a> Speaker<'a> {
    /// All speakers, strongest first.
    pub(super) fn all(words: &'a [Word]) -> Vec<Self> {
        let speaker = |rank| Self::new(rank, words.iter().filter(|word| word.rank() == rank));
        Rank::DOWN.into_iter().map(speaker).collect()
    }

    fn new(rank: Rank, words: impl Iterator<Item = &'a Word>) -> Self {
        let mut speaker = Self { rank, words: words.collect(), url: None, invalid: None };
        if let Some(word) = speaker.last("url")
            && let Some(text) = word.text().map(OsStr::to_string_lossy)
        {
            speaker.invalid = check_text(word).err();
            match BrokerUrl::parse(&text) {
                _ if speaker.invalid.is_some() => {}
                Ok(url) => speaker.url = Some(url),
                Err(error) => {
                    let place = place(&word.origin);
                    let message = format!("invalid URL in {place}: {error}");
                    let hint = error.hint(&text);
                    let failure = Failure::usage(message);
                    speaker.invalid = Some(hint.into_iter().fold(failure, Failure::hint));
                }
            }
        }
        speaker
    }

    /// The last word about a setting.
    pub(super) fn last(&self, setting: &str) -> Option<&'a Word> {
        self.words.iter().rev().find(|word| word.is(setting)).copied()
    }

    /// The value of a setting.
    pub(super) fn value(&self, setting: &str) -> Option<&'a OsStr> {
        self.last(setting)?.text()
    }

    /// The value of a switch.
    pub(super) fn switch(&self, setting: &str) -> Option<bool> {
        self.last(setting).map(|word| word.said != Said::Off)
    }

    /// The words, except those that reset a setting.
    pub(super) fn said(&self) -> impl Iterator<Item = &'a Word> {
        self.words.iter().copied().filter(|word| word.said != Said::Off)
    }

    /// Whether it names the broker.
    pub(super) fn names_place(&self) -> bool {
        self.invalid.is_some()
            || self.url.is_some()
            || self.value("host").is_some()
            || self.value("unix").is_some()
    }

    /// The word that names the broker.
    pub(super) fn place_word(&self) -> Option<&'a Word> {
        ["url", "unix", "host"].into_iter().find_map(|setting| self.last(setting))
    }

    /// Refuses an invalid URL, if the broker's address depends on it.
    pub(super) fn check(&self) -> Result<(), Failure> {
        self.invalid.clone().map_or(Ok(()), Err)
    }
}

/// Refuses a variable that is not UTF-8. Values from elsewhere have been checked.
pub(super) fn check_text(word: &Word) -> Result<(), Failure> {
    match word.text().is_none_or(|text| text.to_str().is_some()) {
        true => Ok(()),
        false => Err(Failure::usage(word.origin.locate("it is not UTF-8"))),
    }
}

/// Describes where a URL was given.
fn place(origin: &Origin) -> String {
    match origin {
        Origin::CommandLine => "--url".to_owned(),
        Origin::OptionsFile { .. } => format!("--url of {origin}"),
        Origin::Variable(_) | Origin::Profile { .. } => origin.to_string(),
    }
}
