//! A configuration file: its text, its permissions, and the position of errors in it.

use super::files::{self, Openness};
use super::table::{Fact, Group, Setting};
use crate::escape::shell_word;
use crate::exit::{ExitStatus, Failure};
use std::borrow::Cow;
#[cfg(unix)]
use std::io::ErrorKind;
#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A configuration file that has been read.
pub(super) struct ConfigFile {
    pub(super) path: PathBuf,
    text: String,
    /// The positions of the line feeds.
    ends: Vec<usize>,
    openness: Openness,
}

impl ConfigFile {
    /// Reads the file at `path`.
    pub(super) fn read(path: PathBuf) -> Result<Self, Failure> {
        let (bytes, openness) = files::read("configuration file", &path)
            .map_err(|error| Failure::told(ExitStatus::Usage, &error))?;
        let text = files::text(bytes).map_err(|line| {
            Failure::usage(format!("{}:{line}: this line is not UTF-8", path.display()))
        })?;
        let ends = text.match_indices('\n').map(|(at, _)| at).collect();
        Ok(Self { path, text, ends, openness })
    }

    /// Its contents.
    pub(super) fn document(&self) -> Result<Spanned<DeTable<'_>>, Failure> {
        DeTable::parse(&self.text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            self.error(start, error.message())
        })
    }

    /// The line of a position in the text, counted from 1.
    pub(super) fn line(&self, start: usize) -> usize {
        1 + self.ends.partition_point(|end| *end < start)
    }

    /// An error at a position in the text.
    pub(super) fn error(&self, start: usize, message: &str) -> Failure {
        let line = self.line(start);
        Failure::usage(format!("{}:{line}: {message}", self.path.display()))
    }

    /// Refuses a file with secrets that others can read, or with secrets or commands that others could have written.
    pub(super) fn check_permissions(&self, profiles: Option<&DeTable<'_>>) -> Result<(), Failure> {
        if self.openness == Openness::default() {
            return Ok(());
        }
        let profiles =
            profiles.into_iter().flatten().filter_map(|(_, profile)| profile.get_ref().as_table());
        for (key, value, has_password) in profiles.flat_map(entries) {
            let Some(setting) = Setting::find(key.get_ref()) else { continue };
            let name = setting.name;
            let is_secret = texts(value).any(|it| setting.secret_in(it, has_password).is_some());
            if self.openness.readable && is_secret {
                let message =
                    format!("others can read this file, and it contains a secret: {name}");
                return Err(self
                    .error(key.span().start, &message)
                    .hint(format!("chmod 600 {}", shell_word(&self.path))));
            }
            if (is_secret || setting.is(Fact::Command))
                && let Some((message, hint)) = self.openness.distrust(&self.path, name)
            {
                return Err(self.error(key.span().start, &message).hint(hint));
            }
        }
        Ok(())
    }

    /// Whether the file can be reached at all: the default path may be in another user's home, as after `sudo -u`, or
    /// below something that is not a directory.
    pub(super) fn is_within_reach(path: &Path) -> bool {
        let Ok(metadata) = path.metadata() else { return false };
        #[cfg(unix)]
        if metadata.is_file() && metadata.uid() != rustix::process::geteuid().as_raw() {
            let opened = std::fs::File::open(path);
            return !opened.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied);
        }
        #[cfg(not(unix))]
        let _ = metadata;
        true
    }
}

/// The entries of a profile, and whether there is a password among them.
fn entries<'a>(
    profile: &'a DeTable<'_>,
) -> impl Iterator<Item = (&'a Spanned<Cow<'a, str>>, &'a DeValue<'a>, bool)> {
    let is_password = |name: &str| Setting::find(name)?.group().filter(|it| *it == Group::Password);
    let has_password = profile.keys().any(|key| is_password(key.get_ref()).is_some());
    profile.iter().map(move |(key, value)| (key, value.get_ref(), has_password))
}

/// The strings in a value, which may be a list.
fn texts<'a>(value: &'a DeValue<'_>) -> impl Iterator<Item = &'a str> {
    let one = value.as_str();
    let several = value.as_array().into_iter().flat_map(|array| array.iter());
    one.into_iter().chain(several.filter_map(|value| value.get_ref().as_str()))
}
