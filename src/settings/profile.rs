//! Profiles of the configuration file (mqtt-config(5)): selects one and returns its words.
//!
//! A profile's keys are the long names of the settings. Errors name file and line, and never contain a value that may
//! be secret.

use super::config_file::ConfigFile;
use super::environment::Environment;
use super::flags::{MoreArgs, Shape, Tree};
use super::preparation::Preparation;
use super::properties;
use super::table::Setting;
use super::word::{Origin, Said, Word};
use crate::exit::Failure;
use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The words of the requested profile, or of the file's default.
pub(super) fn words(
    typed: &MoreArgs,
    environment: &Environment,
    tree: &mut Option<Tree>,
    preparation: &Preparation,
) -> Result<Vec<Word>, Failure> {
    if typed.no_config {
        return Ok(Vec::new());
    }
    let from_variable = || environment.get("MQTT_PROFILE").map(|name| name.to_string_lossy());
    let asked = typed.profile.as_deref().map(Cow::from).or_else(from_variable);
    let culprit = if typed.profile.is_some() { "" } else { "MQTT_PROFILE: " };
    preparation.waits_for("the configuration file");
    match (open(typed.config.clone(), environment)?, asked) {
        (Some(file), asked) => {
            let asked = asked.as_deref().map(|name| (name, culprit));
            select(&file, asked, environment, tree.get_or_insert_default())
        }
        (None, None) => Ok(Vec::new()),
        (None, Some(name)) => {
            let place = usual_place(environment)
                .map(|path| format!(" {}", path.display()))
                .unwrap_or_default();
            Err(Failure::usage(format!(
                "{culprit}no profile '{name}': there is no configuration file{place}"
            )))
        }
    }
}

/// The names of the profiles, if there is a file.
///
/// # Errors
/// When the file named in the environment is missing, or a file cannot be read.
pub fn names(environment: &Environment) -> Result<Vec<String>, Failure> {
    let Some(file) = open(None, environment)? else { return Ok(Vec::new()) };
    let document = file.document()?;
    let profiles = document.get_ref().get("profiles").and_then(|value| value.get_ref().as_table());
    let names = profiles.into_iter().flatten().map(|(name, _)| name.get_ref().to_string());
    Ok(names.collect())
}

/// Opens the file `named`, or the one named in the environment, or the default one if it exists.
fn open(named: Option<PathBuf>, environment: &Environment) -> Result<Option<ConfigFile>, Failure> {
    let by_variable = || Some((environment.get("MQTT_CONFIG")?.into(), "MQTT_CONFIG: "));
    match named.map(|path| (path, "")).or_else(by_variable) {
        Some((path, culprit)) if matches!(path.try_exists(), Ok(false)) => {
            let path = path.display();
            Err(Failure::usage(format!("{culprit}there is no configuration file {path}")))
        }
        Some((path, _)) => ConfigFile::read(path).map(Some),
        None => match usual_place(environment) {
            Some(path) if ConfigFile::is_within_reach(&path) => ConfigFile::read(path).map(Some),
            _ => Ok(None),
        },
    }
}

fn usual_place(environment: &Environment) -> Option<PathBuf> {
    Some(environment.config_home.as_ref()?.join("mqtt").join("config.toml"))
}

/// The words of the profile that is `asked` for, or of the default. With its name comes the start of an error about it.
// Kept out of line, like other rarely used code: a large stack frame costs page faults even if it is not used.
#[inline(never)]
fn select(
    file: &ConfigFile,
    asked: Option<(&str, &str)>,
    environment: &Environment,
    tree: &mut Tree,
) -> Result<Vec<Word>, Failure> {
    let document = file.document()?;
    let TopLevel { default, profiles } = top_level(file, document.get_ref())?;
    file.check_permissions(profiles)?;
    let by_default = default.map(|(name, _)| (name, ""));
    let Some((name, culprit)) = asked.or(by_default) else { return Ok(Vec::new()) };
    let Some((key, table)) = profiles.and_then(|profiles| profiles.get_key_value(name)) else {
        let message = format!("there is no profile '{name}'");
        let failure = match default {
            Some((_, start)) if asked.is_none() => file.error(start, &message),
            _ => Failure::usage(format!("{culprit}{}: {message}", file.path.display())),
        };
        return Err(hint_names(failure, profiles));
    };
    let DeValue::Table(table) = table.get_ref() else {
        return Err(file.error(key.span().start, "a profile is a table of settings"));
    };
    let (profile, path): (Rc<str>, Rc<Path>) = (name.into(), file.path.as_path().into());
    let origin = |start| {
        let line = file.line(start);
        Origin::Profile { name: Rc::clone(&profile), file: Rc::clone(&path), line }
    };
    let mut all = Vec::new();
    for (key, value) in table {
        let entry = Entry { file, key, home: environment.home.as_deref(), origin: &origin };
        let words = entry.words(tree, value.get_ref())?;
        // One at a time, so that errors have a line.
        tree.check(&words).map_err(|reason| entry.error(&format!("{}: {reason}", entry.name())))?;
        all.extend(words);
    }
    match tree.find_conflict(&all) {
        Some(names) => {
            let is_named = |key: &str| names.iter().any(|name| name == key);
            let named = table.keys().filter(|key| is_named(key.get_ref()));
            let last = named.map(|key| key.span().start).max().unwrap_or_default();
            let message = format!("{} cannot be used together", names.join(" and "));
            Err(file.error(last, &message))
        }
        None => Ok(all),
    }
}

/// What a file has at its top level.
#[derive(Default)]
struct TopLevel<'a> {
    /// The name of the default profile, and its position in the file.
    default: Option<(&'a str, usize)>,
    profiles: Option<&'a DeTable<'a>>,
}

fn top_level<'a>(file: &ConfigFile, document: &'a DeTable<'a>) -> Result<TopLevel<'a>, Failure> {
    let mut found = TopLevel::default();
    for (key, value) in document {
        let start = value.span().start;
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("default", DeValue::String(name)) => found.default = Some((name.as_ref(), start)),
            ("profiles", DeValue::Table(table)) => found.profiles = Some(table),
            ("default", _) => return Err(file.error(start, "default is a profile's name")),
            ("profiles", _) => {
                return Err(file.error(start, "expected [profiles.NAME] and its settings"));
            }
            (other, _) => {
                let message = format!("unknown key '{other}': expected default or [profiles.NAME]");
                return Err(file.error(key.span().start, &message));
            }
        }
    }
    Ok(found)
}

fn hint_names(failure: Failure, profiles: Option<&DeTable<'_>>) -> Failure {
    let names: Vec<&str> =
        profiles.into_iter().flatten().map(|(name, _)| name.get_ref().as_ref()).collect();
    match names.is_empty() {
        true => failure.hint("a profile is a table: [profiles.NAME]"),
        false => failure.hint(format!("the profiles are {}", names.join(", "))),
    }
}

/// One line of a profile.
struct Entry<'a> {
    file: &'a ConfigFile,
    key: &'a Spanned<Cow<'a, str>>,
    home: Option<&'a Path>,
    /// The origin of a word at this position in the file.
    origin: &'a dyn Fn(usize) -> Origin,
}

impl Entry<'_> {
    fn name(&self) -> &str {
        self.key.get_ref()
    }

    fn error(&self, message: &str) -> Failure {
        self.file.error(self.key.span().start, message)
    }

    fn words(&self, tree: &mut Tree, value: &DeValue<'_>) -> Result<Vec<Word>, Failure> {
        let name = self.name();
        let Some(setting) = Setting::find(name) else { return Err(self.unknown(tree)) };
        let expected = |what: &str| Err(self.error(&format!("{name}: expected {what}")));
        let start = self.key.span().start;
        let word = |said| Word::new(setting, said, (self.origin)(start));
        match (tree.shape(setting), value) {
            (_, DeValue::Boolean(false)) => Ok(vec![word(Said::Off)]),
            (Shape::Switch, DeValue::Boolean(true)) => Ok(vec![word(Said::On)]),
            (Shape::Switch, _) => expected("true or false"),
            (Shape::List, DeValue::Array(values)) => {
                let words = values.iter().map(|value| {
                    let said = self.value(setting, value.get_ref())?;
                    Some(Word::new(setting, said, (self.origin)(value.span().start)))
                });
                words.collect::<Option<_>>().map_or_else(|| expected("strings"), Ok)
            }
            (_, one) => match self.value(setting, one) {
                Some(said) => Ok(vec![word(said)]),
                None => expected("a string or a number"),
            },
        }
    }

    /// A value as it would be typed.
    fn value(&self, setting: &Setting, value: &DeValue<'_>) -> Option<Said> {
        if setting.name == "property" {
            let parts: Vec<String> = match value {
                DeValue::Array(parts) => {
                    parts.iter().map(|part| text(part.get_ref())).collect::<Option<_>>()?
                }
                one => properties::split(&text(one)?).into_iter().map(str::to_owned).collect(),
            };
            let is_sound = parts.iter().all(|part| !part.contains(properties::SEPARATOR));
            let joined = is_sound.then(|| parts.join(&properties::SEPARATOR.to_string()));
            return joined.map(|joined| Said::Value(joined.into()));
        }
        let text = text(value)?;
        // An empty one is refused, as on the command line.
        if text.is_empty() || !setting.names_file(&text) {
            return Some(Said::Value(text.into()));
        }
        let path = match (text.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.file.path.parent().unwrap_or(Path::new("")).join(text),
        };
        Some(Said::Value(OsString::from(path)))
    }

    fn unknown(&self, tree: &mut Tree) -> Failure {
        let failure = self.error(&format!("unknown key '{}'", self.name()));
        match tree.similar(self.name()) {
            Some(similar) => failure.hint(format!("did you mean {similar}?")),
            None => failure.hint("the keys are the long names of the connection's flags"),
        }
    }
}

/// A string or number as text; TOML's integers may be in other bases, too.
fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => {
            let parsed = i128::from_str_radix(number.as_str(), number.radix());
            Some(parsed.map_or_else(|_| number.to_string(), |number| number.to_string()))
        }
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
