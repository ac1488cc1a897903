//! A command to run: its executable, looked up before connecting, and its arguments as typed.

use crate::exit::Failure;
use crate::os_error;
use crate::settings::Environment;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

/// The shell that runs command lines.
const SHELL: [&str; 2] = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };

/// An executable and its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// The path of the executable.
    pub(super) path: PathBuf,
    /// The name as typed, passed as the command's own name.
    pub(super) name: OsString,
    pub(super) arguments: Vec<OsString>,
}

impl Program {
    /// Finds the program `name` in PATH, unless it is a path itself.
    ///
    /// # Errors
    /// If it does not exist or cannot be run.
    pub(crate) fn find(name: &OsStr, arguments: &[OsString]) -> Result<Self, Failure> {
        let failed = |error: &io::Error| {
            let cause = os_error::plain(error);
            Failure::usage(format!("cannot run {}: {cause}", name.display()))
        };
        let path = locate(name).map_err(|error| failed(&error))?;
        Ok(Self { path, name: name.to_owned(), arguments: arguments.to_vec() })
    }

    /// A shell that runs `line`.
    ///
    /// # Errors
    /// If there is no shell.
    pub(crate) fn shell(line: &OsStr) -> Result<Self, Failure> {
        let [shell, flag] = SHELL;
        Self::find(OsStr::new(shell), &[flag.into(), line.to_owned()])
    }
}

/// Searches PATH for a program.
#[cfg(unix)]
fn locate(name: &OsStr) -> io::Result<PathBuf> {
    if name.as_encoded_bytes().contains(&b'/') {
        return check(Path::new(name)).map(|()| name.into());
    }
    let mut found = Err(rustix::io::Errno::NOENT.into());
    let directories = Environment::search_path();
    for directory in directories.iter().filter(|_| !name.is_empty()) {
        // An empty entry means the working directory.
        let path = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let path = path.join(name);
        match check(&path) {
            Ok(()) => return Ok(path),
            // "Permission denied" is more helpful than "not found".
            Err(error) if path.is_file() => found = Err(error),
            Err(_) => {}
        }
    }
    found
}

/// Whether this file can be executed.
#[cfg(unix)]
fn check(path: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    if std::fs::metadata(path)?.is_dir() {
        return Err(rustix::io::Errno::ISDIR.into());
    }
    Ok(access(path, Access::EXEC_OK)?)
}

/// The system looks it up, by its own rules.
#[cfg(not(unix))]
fn locate(name: &OsStr) -> io::Result<PathBuf> {
    let _ = Environment::search_path();
    Ok(Path::new(name).to_owned())
}
