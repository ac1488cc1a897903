//! Environment variables: one for each connection setting, named after its flag.

use super::flags::Shape;
use super::properties;
use super::table::{Group, SETTINGS, Setting};
use super::word::{Origin, Said, Word};
use crate::service::Service;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The prefix of our variables; other programs use it too.
const PREFIX: &str = "MQTT_";

/// The variables that are set and not empty.
#[derive(Debug, Default)]
pub struct Environment {
    values: Vec<(String, OsString)>,
    /// The directory of configuration files: `$XDG_CONFIG_HOME`, or `~/.config`.
    pub(super) config_home: Option<PathBuf>,
    /// The directory that `~` means.
    pub(super) home: Option<PathBuf>,
}

impl Environment {
    /// `PATH` with this program's directory first.
    pub fn path_with_this_program() -> Option<OsString> {
        let program = env::current_exe().ok()?;
        let directory = program.parent()?.to_owned();
        let path = env::var_os("PATH").filter(|path| !path.is_empty());
        // The system's default if PATH is not set.
        let path = path.unwrap_or_else(|| "/usr/bin:/bin".into());
        env::join_paths([directory].into_iter().chain(env::split_paths(&path))).ok()
    }

    /// The directories in which programs are looked for.
    pub fn search_path() -> Vec<PathBuf> {
        // Without any, the system looks here.
        let path = env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
        env::split_paths(&path).collect()
    }

    /// What systemd wants to be told, if it started this process and asks for it.
    pub fn service() -> Option<Service> {
        let name = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty())?;
        let number = |name| env::var(name).ok()?.parse::<u64>().ok();
        let is_ours = number("WATCHDOG_PID").is_none_or(|id| id == u64::from(std::process::id()));
        let patience = number("WATCHDOG_USEC").filter(|time| is_ours && *time > 0);
        Service::at(&name, patience.map(Duration::from_micros), Instant::now())
    }

    /// The names of the variables that are set and hold a secret.
    pub fn secrets() -> impl Iterator<Item = String> {
        SETTINGS.iter().filter(|setting| setting.secrecy().is_some()).filter_map(|setting| {
            let (name, value) = (setting.variable(), env::var_os(setting.variable())?);
            let is_secret = |line: &str| setting.secret_in(line, false).is_some();
            // What cannot be read may be one.
            value.to_str().is_none_or(|text| text.lines().any(is_secret)).then_some(name)
        })
    }

    /// The names of all variables that a run reads: those of the settings, and those that select a profile.
    pub fn names() -> impl Iterator<Item = String> {
        let leading = ["MQTT_PROFILE", "MQTT_CONFIG"].map(str::to_owned);
        SETTINGS.iter().map(Setting::variable).chain(leading)
    }

    /// The variables of this process; an empty one counts as not set.
    pub fn of_process() -> Self {
        let is_ours = |name: &OsStr| name.as_encoded_bytes().starts_with(PREFIX.as_bytes());
        let set = env::vars_os().filter(|(name, value)| is_ours(name) && !value.is_empty());
        let values = set.filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        let path = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = path("HOME");
        // [XDG base directories]: a relative path is invalid.
        let config_home = path("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
        let config_home = config_home.or_else(|| home.as_ref().map(|home| home.join(".config")));
        Self { values: values.collect(), config_home, home }
    }

    pub(super) fn get(&self, name: &str) -> Option<&OsStr> {
        let found = self.values.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_os_str())
    }

    /// The settings in variables; `shape` tells the type of a setting. Variables are set in different places, and
    /// nobody may know all of them, so if several exclude each other, one of them is used.
    pub(super) fn words(&self, shape: impl Fn(&Setting) -> Shape) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        for setting in &SETTINGS {
            let name = setting.variable();
            let Some(value) = self.get(&name) else { continue };
            let origin = Origin::Variable(name.into());
            let said = match shape(setting) {
                Shape::Switch => vec![switch(value)],
                Shape::List => lines(setting, value),
                Shape::Value => vec![Said::Value(value.to_owned())],
            };
            // What is turned off excludes nothing.
            let is_rival = |word: &Word| word.said != Said::Off && exclude(setting, word.setting);
            match words.iter().position(is_rival).filter(|_| said != [Said::Off]) {
                // A file is the better place for a password.
                Some(at) if words[at].is("password") => drop(words.remove(at)),
                Some(_) => continue,
                None => {}
            }
            words.extend(said.into_iter().map(|said| Word::new(setting, said, origin.clone())));
        }
        words
    }

    /// The time limit of the run, if a variable sets it.
    pub fn timeout(&self) -> Option<Word> {
        let setting = Setting::find("timeout")?;
        let name = setting.variable();
        let said = Said::Value(self.get(&name)?.to_owned());
        Some(Word::new(setting, said, Origin::Variable(name.into())))
    }

    /// Whether any variable is a setting.
    pub(super) fn has_words(&self) -> bool {
        let is_setting = |name: &str| {
            let name = name.strip_prefix(PREFIX).map(|name| name.to_lowercase().replace('_', "-"));
            name.is_some_and(|name| Setting::find(&name).is_some())
        };
        self.values.iter().any(|(name, _)| is_setting(name))
    }

    /// Variables for a test.
    #[cfg(test)]
    pub(crate) fn of(values: &[(&str, &str)]) -> Self {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
        Self { values: values.collect(), ..Self::default() }
    }
}

/// The value of a switch's variable; anything other than on or off is kept, to be refused if it is in effect.
fn switch(value: &OsStr) -> Said {
    match value.to_str() {
        Some("true" | "1" | "yes" | "on") => Said::On,
        Some("false" | "0" | "no" | "off") => Said::Off,
        _ => Said::Value(value.to_owned()),
    }
}

/// One value per line.
fn lines(setting: &Setting, value: &OsStr) -> Vec<Said> {
    let Some(text) = value.to_str() else { return vec![Said::Value(value.to_owned())] };
    let value = |line: &str| match setting.name {
        "property" => properties::join(line.into(), &mut || None),
        _ => line.into(),
    };
    text.lines().map(|line| Said::Value(value(line))).collect()
}

/// Whether only one of two settings can be in effect.
fn exclude(one: &Setting, other: &Setting) -> bool {
    one.group().is_some_and(Group::is_choice) && one.group() == other.group()
}
