//! Tells where settings that cause errors and warnings come from.

use crate::exit::{ExitStatus, Failure};
use crate::settings::{Group, Said, Word};
use std::fmt;

/// The words in effect, to look up where a setting comes from.
#[derive(Clone, Copy)]
pub(super) struct Blame<'a>(pub(super) &'a [Word]);

impl<'a> Blame<'a> {
    /// A warning about a setting, after its file and line if it comes from a file.
    pub(super) fn warning(self, setting: &str, message: impl fmt::Display) -> String {
        self.warning_by(|word| word.is(setting), message)
    }

    /// A warning about the password, after the file and line of its source if that comes from a file.
    pub(super) fn warning_of_password(self, message: impl fmt::Display) -> String {
        self.warning_by(is_of_password, message)
    }

    fn warning_by(self, is_it: impl Fn(&Word) -> bool, message: impl fmt::Display) -> String {
        match self.find(is_it).and_then(|word| word.origin.place()) {
            Some(place) => format!("{place}: {message}"),
            None => message.to_string(),
        }
    }

    /// A phrase of an error about the password, after what an error names.
    pub(super) fn locate_password(self, message: impl fmt::Display) -> String {
        self.locate_by(is_of_password, message)
    }

    /// A usage error about this value of the setting.
    pub(super) fn fault_in_value(
        self,
        setting: &str,
        value: &str,
        message: impl fmt::Display,
    ) -> Failure {
        let is_value = |word: &Word| word.is(setting) && word.text().is_some_and(|it| it == value);
        Failure::usage(self.locate_by(is_value, message))
    }

    /// A usage error about a setting.
    pub(super) fn fault(self, setting: &str, message: impl fmt::Display) -> Failure {
        Failure::usage(self.locate_by(|word| word.is(setting), message))
    }

    /// Adds the place of the setting to a usage error about its value.
    pub(super) fn on(self, setting: &str) -> impl Fn(Failure) -> Failure {
        move |failure| self.add(failure, |word| word.is(setting))
    }

    /// Adds the place of the password's source to a usage error about it.
    pub(super) fn on_password(self) -> impl Fn(Failure) -> Failure {
        move |failure| self.add(failure, is_of_password)
    }

    /// Adds the place of the setting whose value the message of a usage error quotes.
    pub(super) fn on_quoted(self, settings: &[&str], failure: Failure) -> Failure {
        let is_quoted = |word: &Word| {
            let text = word.text().map(|text| text.to_string_lossy());
            text.is_some_and(|text| failure.message.contains(&*text))
        };
        let is_named = |word: &&Word| settings.contains(&word.setting.name) && is_quoted(word);
        match self.0.iter().rev().find(is_named) {
            Some(word) => Failure { message: word.origin.locate(&failure.message), ..failure },
            None => failure,
        }
    }

    fn add(self, failure: Failure, is_it: impl Fn(&Word) -> bool) -> Failure {
        match failure.status {
            ExitStatus::Usage => {
                Failure { message: self.locate_by(is_it, &failure.message), ..failure }
            }
            _ => failure,
        }
    }

    fn locate_by(self, is_it: impl Fn(&Word) -> bool, message: impl fmt::Display) -> String {
        match self.find(is_it) {
            Some(word) => word.origin.locate(message),
            None => message.to_string(),
        }
    }

    fn find(self, is_it: impl Fn(&Word) -> bool) -> Option<&'a Word> {
        self.0.iter().rev().find(|word| word.said != Said::Off && is_it(word))
    }
}

fn is_of_password(word: &Word) -> bool {
    word.setting.group() == Some(Group::Password)
}
