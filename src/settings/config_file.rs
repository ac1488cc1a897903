//! A configuration file: its text, who can read and write it, and where in it something is wrong.

use super::files::{self, Openness};
use super::table::{Secrecy, Setting, Trait};
use crate::exit::{ExitStatus, Failure};
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Its text was read whole.
pub(super) struct ConfigFile {
    pub(super) path: PathBuf,
    text: String,
    openness: Openness,
}

impl ConfigFile {
    /// The file at `path`.
    pub(super) fn read(path: PathBuf) -> Result<Self, Failure> {
        let (bytes, openness) = files::read("configuration file", &path)
            .map_err(|error| Failure::told(ExitStatus::Usage, &error))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let path = path.display();
            Failure::usage(format!("cannot read the configuration file {path}: it is not UTF-8"))
        })?;
        Ok(Self { path, text, openness })
    }

    /// What it says.
    pub(super) fn document(&self) -> Result<Spanned<DeTable<'_>>, Failure> {
        DeTable::parse(&self.text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            self.error(start, error.message())
        })
    }

    /// What is wrong at a place in the text.
    pub(super) fn error(&self, start: usize, message: &str) -> Failure {
        let before = self.text.as_bytes().get(..start).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Failure::usage(format!("{}:{line}: {message}", self.path.display()))
    }

    /// Refuses a file whose secrets others can read, or whose secrets and commands others can write.
    pub(super) fn check_permissions(&self, profiles: Option<&DeTable<'_>>) -> Result<(), Failure> {
        if self.openness == Openness::default() {
            return Ok(());
        }
        let profiles =
            profiles.into_iter().flatten().filter_map(|(_, profile)| profile.get_ref().as_table());
        for (key, value) in profiles.flatten() {
            let Some(setting) = Setting::find(key.get_ref()) else { continue };
            let (name, path) = (setting.name, self.path.display());
            let is_secret = holds_secret(setting, value.get_ref());
            if self.openness.readable && is_secret {
                let message = format!("others can read this file, and {name} in it is secret");
                return Err(self
                    .error(key.span().start, &message)
                    .hint(format!("chmod 600 {path}")));
            }
            if self.openness.writable && (is_secret || setting.is(Trait::Command)) {
                let message = format!("others can write this file, and with it {name}");
                return Err(self
                    .error(key.span().start, &message)
                    .hint(format!("chmod go-w {path}")));
            }
        }
        Ok(())
    }

    /// Whether it can be reached at all: the usual place may be in somebody else's home, or below what is no
    /// directory.
    pub(super) fn is_within_reach(path: &Path) -> bool {
        path.metadata().is_ok()
    }
}

/// A URL's user information has a password where there is a colon.
fn holds_secret(setting: &Setting, value: &DeValue<'_>) -> bool {
    match (setting.secrecy(), value.as_str().and_then(|url| url.split_once("://"))) {
        (Some(Secrecy::Secret), _) => true,
        (Some(Secrecy::Url), Some((_, rest))) => {
            rest.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
        }
        // What is no URL may be anything.
        (Some(Secrecy::Url), None) => true,
        (Some(Secrecy::Query) | None, _) => false,
    }
}
