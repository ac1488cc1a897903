//! The configuration file: named profiles, each a set of flags (contract, section 5; mqtt-config(5)).
//!
//! A profile's keys are the long names of the connection flags, and its values go through the same parser. Errors name file
//! and line, and never show a value that may be secret.

mod file;
mod words;

use super::args::{ConnectionArgs, MoreArgs};
use super::environment::Environment;
use super::origin::Origin;
use crate::exit::Failure;
use file::ConfigFile;
use std::path::PathBuf;
use toml::de::{DeTable, DeValue};
use words::parse;

/// The profile that was asked for, or the file's own choice.
pub(super) fn load(
    typed: &MoreArgs,
    environment: &Environment,
) -> Result<Option<(Origin, ConnectionArgs)>, Failure> {
    if typed.no_config {
        return Ok(None);
    }
    let asked = typed.profile.as_deref().or_else(|| environment.get("MQTT_PROFILE"));
    match (open(typed.config.clone(), environment)?, asked) {
        (Some(file), asked) => select(&file, asked, environment),
        (None, None) => Ok(None),
        (None, Some(name)) => {
            let place = usual_place(environment)
                .map(|path| format!(" {}", path.display()))
                .unwrap_or_default();
            Err(Failure::usage(format!(
                "no profile '{name}': there is no configuration file{place}"
            )))
        }
    }
}

/// The names of the profiles, if there is a file.
///
/// # Errors
/// When the file that is named in the environment is missing, or any cannot be read.
pub fn names(environment: &Environment) -> Result<Vec<String>, Failure> {
    let Some(file) = open(None, environment)? else { return Ok(Vec::new()) };
    let document = file.document()?;
    let profiles = document.get_ref().get("profiles").and_then(|value| value.get_ref().as_table());
    let names = profiles.into_iter().flatten().map(|(name, _)| name.get_ref().to_string());
    Ok(names.collect())
}

/// The file of this name, else the one that the environment names, else the usual one if it is there.
fn open(named: Option<PathBuf>, environment: &Environment) -> Result<Option<ConfigFile>, Failure> {
    match named.or_else(|| environment.get("MQTT_CONFIG").map(PathBuf::from)) {
        Some(path) => ConfigFile::read(path.clone())?.map(Some).ok_or_else(|| {
            Failure::usage(format!("there is no configuration file {}", path.display()))
        }),
        None => Ok(usual_place(environment).map(ConfigFile::read).transpose()?.flatten()),
    }
}

fn usual_place(environment: &Environment) -> Option<PathBuf> {
    Some(environment.config_home.as_ref()?.join("mqtt").join("config.toml"))
}

// Kept out of line, as is what else few runs need: a large frame costs page faults even if it is not used.
#[inline(never)]
fn select(
    file: &ConfigFile,
    asked: Option<&str>,
    environment: &Environment,
) -> Result<Option<(Origin, ConnectionArgs)>, Failure> {
    let document = file.document()?;
    let mut default = None;
    let mut profiles = None;
    for (key, value) in document.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("default", DeValue::String(name)) => {
                default = Some((name.as_ref(), value.span().start))
            }
            ("profiles", DeValue::Table(table)) => profiles = Some(table),
            ("default", _) => {
                return Err(file.error(value.span().start, "default is a profile's name"));
            }
            ("profiles", _) => {
                return Err(
                    file.error(value.span().start, "expected [profiles.NAME] and its settings")
                );
            }
            (other, _) => {
                let message = format!("unknown key '{other}': expected default or [profiles.NAME]");
                return Err(file.error(key.span().start, &message));
            }
        }
    }
    file.check_permissions(profiles)?;
    let Some(name) = asked.or(default.map(|(name, _)| name)) else { return Ok(None) };
    let Some((key, table)) = profiles.and_then(|profiles| profiles.get_key_value(name)) else {
        let message = format!("there is no profile '{name}'");
        let failure = match default {
            Some((_, start)) if asked.is_none() => file.error(start, &message),
            _ => Failure::usage(format!("{}: {message}", file.path.display())),
        };
        return Err(hint_names(failure, profiles));
    };
    let DeValue::Table(table) = table.get_ref() else {
        return Err(file.error(key.span().start, "a profile is a table of settings"));
    };
    let origin = Origin::Profile(name.to_owned(), file.path.clone());
    parse(file, key, table, environment).map(|args| Some((origin, args)))
}

fn hint_names(failure: Failure, profiles: Option<&DeTable<'_>>) -> Failure {
    let names: Vec<&str> =
        profiles.into_iter().flatten().map(|(name, _)| name.get_ref().as_ref()).collect();
    match names.is_empty() {
        true => failure.hint("a profile is a table: [profiles.NAME]"),
        false => failure.hint(format!("the profiles are {}", names.join(", "))),
    }
}
