//! A command to run: the file it is in, looked up before anything connects, and its arguments as they were typed.

use crate::exit::Failure;
use crate::os_error;
use crate::settings::Environment;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

/// What runs a line of shell.
const SHELL: [&str; 2] = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };

/// A file that can be run, and its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Where it was found.
    pub(super) path: PathBuf,
    /// As it was typed: what it sees as its own name.
    pub(super) name: OsString,
    pub(super) arguments: Vec<OsString>,
}

impl Program {
    /// The program that these words name, the first of them looked up in PATH unless it is a path itself.
    ///
    /// # Errors
    /// When there is none, or it cannot be run.
    pub(crate) fn find(name: &OsStr, arguments: &[OsString]) -> Result<Self, Failure> {
        let failed = |error: &io::Error| {
            let cause = os_error::plain(error);
            Failure::usage(format!("cannot run {}: {cause}", name.display()))
        };
        let path = locate(name).map_err(|error| failed(&error))?;
        Ok(Self { path, name: name.to_owned(), arguments: arguments.to_vec() })
    }

    /// The shell with a line for it.
    ///
    /// # Errors
    /// When there is no shell.
    pub(crate) fn shell(line: &OsStr) -> Result<Self, Failure> {
        let [shell, flag] = SHELL;
        Self::find(OsStr::new(shell), &[flag.into(), line.to_owned()])
    }
}

/// Where the program of this name is.
#[cfg(unix)]
fn locate(name: &OsStr) -> io::Result<PathBuf> {
    if name.as_encoded_bytes().contains(&b'/') {
        return check(Path::new(name)).map(|()| name.into());
    }
    let mut found = Err(rustix::io::Errno::NOENT.into());
    let directories = Environment::search_path();
    for directory in directories.iter().filter(|_| !name.is_empty()) {
        // An empty entry is the working directory.
        let path = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let path = path.join(name);
        match check(&path) {
            Ok(()) => return Ok(path),
            // One that cannot be run says more than that there is none.
            Err(error) if path.is_file() => found = Err(error),
            Err(_) => {}
        }
    }
    found
}

/// Whether this file can be run.
#[cfg(unix)]
fn check(path: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    if std::fs::metadata(path)?.is_dir() {
        return Err(rustix::io::Errno::ISDIR.into());
    }
    Ok(access(path, Access::EXEC_OK)?)
}

/// The system looks it up, by rules of its own.
#[cfg(not(unix))]
fn locate(name: &OsStr) -> io::Result<PathBuf> {
    let _ = Environment::search_path();
    Ok(Path::new(name).to_owned())
}
