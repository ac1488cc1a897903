//! A configuration file: its text, who can read and write it, and where in it something is wrong.

use crate::exit::Failure;
use crate::os_error;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A longer file is none, in bytes.
const LONGEST: u64 = 1 << 20;

/// Keys whose values are secret.
const SECRETS: [&str; 1] = ["password"];

/// Keys whose values are secret where they hold a user, or are headers.
const PERHAPS_SECRET: [&str; 3] = ["url", "proxy", "ws-header"];

/// Keys whose values decide what is run, or where a secret is read.
const COMMANDS: [&str; 3] = ["password-command", "password-file", "key-password-file"];

/// Its text was read whole.
pub(super) struct ConfigFile {
    pub(super) path: PathBuf,
    text: String,
    /// Others can read it, or write it.
    open_to_read: bool,
    open_to_write: bool,
}

impl ConfigFile {
    /// The file at `path`, if there is one.
    pub(super) fn read(path: PathBuf) -> Result<Option<Self>, Failure> {
        let failed = |cause: &str| {
            Failure::usage(format!(
                "cannot read the configuration file {}: {cause}",
                path.display()
            ))
        };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&os_error::plain(&error))),
        };
        let mode = mode(&file);
        let mut text = String::new();
        match file.take(LONGEST + 1).read_to_string(&mut text) {
            Ok(_) if text.len() as u64 > LONGEST => return Err(failed("it is larger than 1 MiB")),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(failed("it is not UTF-8"));
            }
            Err(error) => return Err(failed(&os_error::plain(&error))),
        }
        let (open_to_read, open_to_write) = (mode & 0o044 != 0, mode & 0o022 != 0);
        Ok(Some(Self { path, text, open_to_read, open_to_write }))
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
        if !self.open_to_read && !self.open_to_write {
            return Ok(());
        }
        let settings =
            profiles.into_iter().flatten().filter_map(|(_, profile)| profile.get_ref().as_table());
        for (key, value) in settings.flatten() {
            let name = key.get_ref().as_ref();
            let is_secret = SECRETS.contains(&name)
                || (PERHAPS_SECRET.contains(&name) && holds_user(value.get_ref()));
            let path = self.path.display();
            if self.open_to_read && is_secret {
                let message = format!("others can read this file, and {name} in it is secret");
                return Err(self
                    .error(key.span().start, &message)
                    .hint(format!("chmod 600 {path}")));
            }
            if self.open_to_write && (is_secret || COMMANDS.contains(&name)) {
                let message = format!("others can write this file, and with it {name}");
                return Err(self
                    .error(key.span().start, &message)
                    .hint(format!("chmod go-w {path}")));
            }
        }
        Ok(())
    }
}

/// A URL's user information has a password where there is a colon; a header may always be secret.
fn holds_user(value: &DeValue<'_>) -> bool {
    match value.as_str() {
        Some(url) => match url.split_once("://") {
            Some((_, rest)) => rest.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')),
            None => true,
        },
        None => true,
    }
}

#[cfg(unix)]
fn mode(file: &File) -> u32 {
    file.metadata().map_or(0, |metadata| std::os::unix::fs::MetadataExt::mode(&metadata))
}

#[cfg(not(unix))]
fn mode(_: &File) -> u32 {
    0
}
