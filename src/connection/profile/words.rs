//! A profile as flags: its keys and values become words of a command line, and go through the same parser.

use super::file::ConfigFile;
use crate::connection::args::ConnectionArgs;
use crate::connection::environment::Environment;
use crate::connection::properties::SEPARATOR;
use crate::exit::Failure;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Args, Command, FromArgMatches};
use std::borrow::Cow;
use std::error::Error;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Flags that say where settings are, and are none themselves.
const NO_SETTINGS: [&str; 4] = ["profile", "config", "no-config", "options"];

/// Settings that name a file: relative to the configuration file, `~` for the home directory.
const PATHS: [&str; 9] = [
    "ca",
    "capath",
    "cert",
    "key",
    "key-password-file",
    "password-file",
    "tls-keylog",
    "events",
    "unix",
];

/// What the profile that begins at `name` says.
pub(super) fn parse(
    file: &ConfigFile,
    name: &Spanned<Cow<'_, str>>,
    table: &DeTable<'_>,
    environment: &Environment,
) -> Result<ConnectionArgs, Failure> {
    let mut command = ConnectionArgs::augment_args(Command::new("profile"))
        .no_binary_name(true)
        .disable_help_flag(true)
        .disable_version_flag(true);
    let mut all = Vec::new();
    for (key, value) in table {
        let setting = Setting { file, key, environment };
        let words = setting.words(&command, value)?;
        // One by one, so that an error has its line.
        if let Err(error) = command.try_get_matches_from_mut(&words) {
            return Err(setting.explain(&error));
        }
        all.extend(words);
    }
    let found = command.try_get_matches_from_mut(&all);
    found.and_then(|found| ConnectionArgs::from_arg_matches(&found)).map_err(|error| {
        let flags: Vec<String> = [ContextKind::InvalidArg, ContextKind::PriorArg]
            .into_iter()
            .filter_map(|kind| error.get(kind))
            .map(|flag| key_of(&flag.to_string()))
            .collect();
        file.error(name.span().start, &format!("{} exclude each other", flags.join(" and ")))
    })
}

/// `--ca <FILE>` as a key.
fn key_of(flag: &str) -> String {
    flag.split([' ', '=']).next().unwrap_or_default().trim_start_matches('-').to_owned()
}

/// One line of a profile.
struct Setting<'a> {
    file: &'a ConfigFile,
    key: &'a Spanned<Cow<'a, str>>,
    environment: &'a Environment,
}

impl Setting<'_> {
    fn name(&self) -> &str {
        self.key.get_ref()
    }

    fn error(&self, message: &str) -> Failure {
        self.file.error(self.key.span().start, message)
    }

    fn words(
        &self,
        command: &Command,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<String>, Failure> {
        let name = self.name();
        let is_it = |arg: &&Arg| arg.get_long() == Some(name) && !NO_SETTINGS.contains(&name);
        let Some(arg) = command.get_arguments().find(is_it) else {
            return Err(self.unknown(command));
        };
        let expected = |what: &str| Err(self.error(&format!("{name}: expected {what}")));
        match (arg.get_action(), value.get_ref()) {
            (ArgAction::SetTrue, DeValue::Boolean(true)) => Ok(vec![format!("--{name}")]),
            (ArgAction::SetTrue, DeValue::Boolean(false)) => {
                Ok(vec![match name.strip_prefix("no-") {
                    Some(positive) => format!("--{positive}"),
                    None => format!("--no-{name}"),
                }])
            }
            (ArgAction::SetTrue, _) => expected("true or false"),
            (ArgAction::Append, DeValue::Array(values)) => {
                let texts = values.iter().map(|value| match value.get_ref() {
                    DeValue::Array(parts) => join(parts),
                    one => text(one),
                });
                match texts.collect::<Option<Vec<String>>>() {
                    Some(texts) => Ok(texts.iter().map(|text| self.word(text)).collect()),
                    None => expected("texts"),
                }
            }
            (_, one) => match text(one) {
                Some(text) => Ok(vec![self.word(&text)]),
                None => expected("a text or a number"),
            },
        }
    }

    fn word(&self, text: &str) -> String {
        let name = self.name();
        if name == "property" && !text.contains(SEPARATOR) {
            // CMD NAME VALUE, or CMD user-property NAME VALUE, with spaces in the last part only.
            let count = if text.contains(" user-property ") { 4 } else { 3 };
            let parts: Vec<&str> = text.splitn(count, ' ').collect();
            return format!("--{name}={}", parts.join(SEPARATOR.to_string().as_str()));
        }
        let is_file = PATHS.contains(&name) && text != "-" && !text.starts_with("fd:");
        if !is_file {
            return format!("--{name}={text}");
        }
        let path = match (text.strip_prefix("~/"), &self.environment.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.file.path.parent().unwrap_or(Path::new("")).join(text),
        };
        format!("--{name}={}", path.display())
    }

    fn unknown(&self, command: &Command) -> Failure {
        let name = self.name();
        let failure = self.error(&format!("unknown key '{name}'"));
        let mut probe = command.clone();
        let similar = probe.try_get_matches_from_mut([format!("--{name}")]).err().and_then(
            |error| match error.get(ContextKind::SuggestedArg) {
                Some(ContextValue::String(flag)) => Some(key_of(flag)),
                _ => None,
            },
        );
        match similar.filter(|similar| !NO_SETTINGS.contains(&similar.as_str())) {
            Some(similar) => failure.hint(format!("did you mean {similar}?")),
            None => failure.hint("the keys are the long names of the connection's flags"),
        }
    }

    /// clap's words about a value, without the value: it may be secret.
    fn explain(&self, error: &clap::Error) -> Failure {
        let name = self.name();
        let choices = match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(values)) => Some(format!("one of {}", values.join(", "))),
            _ => None,
        };
        let reason = match (error.kind(), error.source()) {
            (ErrorKind::InvalidValue, _) if choices.is_some() => choices.unwrap_or_default(),
            (_, Some(source)) => source.to_string(),
            (kind, None) => kind.to_string(),
        };
        self.error(&format!("{name}: {reason}"))
    }
}

/// A value as a person would type it.
fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn join(parts: &[Spanned<DeValue<'_>>]) -> Option<String> {
    let texts: Option<Vec<String>> = parts.iter().map(|part| text(part.get_ref())).collect();
    Some(texts?.join(SEPARATOR.to_string().as_str()))
}
