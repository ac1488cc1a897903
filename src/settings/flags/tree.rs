//! The connection flags alone, as a clap command: settings from other sources than the command line go through the same
//! parser.

use super::ConnectionArgs;
use crate::settings::line::{for_parser, split};
use crate::settings::table::{Fact, Setting};
use crate::settings::word::{Origin, Said, Word};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Args, Command, FromArgMatches};
use std::error::Error;
use std::ffi::OsString;

/// The type of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// On or off.
    Switch,
    /// A value.
    Value,
    /// Any number of values.
    List,
}

/// A clap command with the connection flags only.
pub struct Tree {
    command: Command,
}

impl Default for Tree {
    fn default() -> Self {
        let command = ConnectionArgs::augment_args(Command::new("settings"))
            .no_binary_name(true)
            .disable_help_flag(true)
            .disable_version_flag(true)
            .args_override_self(true);
        Self { command }
    }
}

impl Tree {
    fn flag(&self, setting: &Setting) -> Option<&Arg> {
        self.command.get_arguments().find(|arg| arg.get_long() == Some(setting.name))
    }

    /// The type of a setting.
    pub fn shape(&self, setting: &Setting) -> Shape {
        match self.flag(setting).map(Arg::get_action) {
            Some(ArgAction::SetTrue) => Shape::Switch,
            _ if setting.is(Fact::List) => Shape::List,
            _ => Shape::Value,
        }
    }

    /// Whether the values of a setting are numbers, which TOML writes without quotes.
    pub fn is_number(&self, setting: &Setting) -> bool {
        use std::any::TypeId;
        let texts = [
            TypeId::of::<String>(),
            TypeId::of::<OsString>(),
            TypeId::of::<std::path::PathBuf>(),
            TypeId::of::<crate::topic::TopicName>(),
        ];
        let kind = self.flag(setting).map(|flag| flag.get_value_parser().type_id());
        kind.is_some_and(|kind| texts.iter().all(|text| kind != *text))
    }

    /// The name in the help of a value that was given in another spelling.
    pub fn plain_name(&self, setting: &Setting, value: &str) -> Option<String> {
        let values = self.flag(setting)?.get_possible_values();
        let named = values.iter().find(|known| known.matches(value, false))?;
        Some(named.get_name().to_owned())
    }

    /// Checks words of one setting.
    ///
    /// # Errors
    /// What was expected, without the value, which may be secret.
    pub fn check(&mut self, words: &[Word]) -> Result<(), String> {
        let is_odd =
            |word: &Word| word.text().is_some() && self.shape(word.setting) == Shape::Switch;
        if words.iter().any(is_odd) {
            return Err("expected true or false".to_owned());
        }
        let error = match self.command.try_get_matches_from_mut(arguments(words)) {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        let choices = match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(values)) if !values.is_empty() => {
                Some(format!("one of {}", values.join(", ")))
            }
            _ => None,
        };
        Err(match (error.kind(), error.source()) {
            (ErrorKind::InvalidValue, _) if choices.is_some() => choices.unwrap_or_default(),
            (ErrorKind::InvalidValue, None) => "it is empty".to_owned(),
            (ErrorKind::InvalidUtf8, _) => "it is not UTF-8".to_owned(),
            (_, Some(source)) => source.to_string(),
            (kind, None) => kind.to_string(),
        })
    }

    /// The names of two conflicting settings, if words of one source contain such.
    pub fn find_conflict(&mut self, words: &[Word]) -> Option<Vec<String>> {
        let error = self.command.try_get_matches_from_mut(arguments(words)).err()?;
        let named = [ContextKind::InvalidArg, ContextKind::PriorArg].into_iter();
        Some(
            named
                .filter_map(|kind| error.get(kind))
                .map(|flag| name_in(&flag.to_string()))
                .collect(),
        )
    }

    /// The setting with the most similar name.
    pub fn similar(&mut self, name: &str) -> Option<String> {
        let error = self.command.try_get_matches_from_mut([format!("--{name}")]).err()?;
        match error.get(ContextKind::SuggestedArg) {
            Some(ContextValue::String(flag)) => Some(name_in(flag)),
            _ => None,
        }
        .filter(|similar| Setting::find(similar).is_some())
    }

    /// Parses a command line into words and values.
    pub fn parse_line(
        &mut self,
        line: impl IntoIterator<Item = OsString>,
    ) -> Result<(Vec<Word>, ConnectionArgs), clap::Error> {
        let arguments = split(&self.command, line);
        let found = self.command.try_get_matches_from_mut(for_parser(&arguments))?;
        let words = arguments.iter().filter_map(|it| it.word(&Origin::CommandLine)).collect();
        Ok((words, ConnectionArgs::from_arg_matches(&found)?))
    }

    /// Parses all words together. Each was checked before.
    pub fn parse(&mut self, words: &[Word]) -> Result<ConnectionArgs, clap::Error> {
        let found = self.command.try_get_matches_from_mut(arguments(words))?;
        ConnectionArgs::from_arg_matches(&found)
    }
}

/// Words as a command line; settings that were reset need no argument.
fn arguments(words: &[Word]) -> Vec<OsString> {
    words.iter().filter(|word| word.said != Said::Off).map(Word::argument).collect()
}

/// The name in `--ca <FILE>`.
fn name_in(flag: &str) -> String {
    flag.split([' ', '=']).next().unwrap_or_default().trim_start_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::table::SETTINGS;

    #[test]
    fn what_the_table_calls_a_list_is_a_flag_that_can_be_repeated() {
        let tree = Tree::default();
        for setting in &SETTINGS {
            let action = tree.flag(setting).map(Arg::get_action);
            let repeats = matches!(action, Some(ArgAction::Append));
            assert_eq!(repeats, setting.is(Fact::List), "{}", setting.name);
        }
    }
}
