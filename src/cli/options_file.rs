//! An options file, as mosquitto's tools have it: one flag and its value a line, as if typed before the command line's.

use crate::connection::properties::SEPARATOR;
use crate::exit::Failure;
use crate::os_error;
use clap::Command;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Its lines, and what to call it in an error.
pub(super) struct OptionsFile {
    path: PathBuf,
    lines: Vec<Line>,
}

struct Line {
    /// Counted from 1.
    number: usize,
    words: Vec<OsString>,
}

impl OptionsFile {
    /// Reads the file; `names_another` tells of a line whether it names an options file itself.
    pub(super) fn read(
        path: &Path,
        names_another: impl Fn(&[OsString]) -> bool,
    ) -> Result<Self, Failure> {
        let shown = path.display();
        let bytes = fs::read(path).map_err(|error| {
            let cause = os_error::plain(&error);
            Failure::usage(format!("cannot read the options file {shown}: {cause}"))
        })?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::usage(format!("the options file {shown} is not UTF-8")))?;
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_start_matches(' ');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (flag, value) = match line.split_once(' ') {
                Some((flag, value)) => (flag, Some(value)),
                None => (line, None),
            };
            if !flag.starts_with('-') || flag == "--" {
                let message = "a line is a flag, such as --host, and its value";
                return Err(Failure::usage(format!("{shown}:{number}: {message}")));
            }
            let words: Vec<OsString> = words(flag, value).into_iter().map(OsString::from).collect();
            if names_another(&words) {
                let message = "an options file cannot name another";
                return Err(Failure::usage(format!("{shown}:{number}: {message}")));
            }
            lines.push(Line { number, words });
        }
        Ok(Self { path: path.to_owned(), lines })
    }

    /// All of it, as if typed.
    pub(super) fn words(&self) -> Vec<OsString> {
        self.lines.iter().flat_map(|line| &line.words).cloned().collect()
    }

    /// The line that is wrong by itself, if one is; `explain` makes a failure of clap's error.
    pub(super) fn find_fault(
        &self,
        command: &Command,
        explain: impl Fn(&clap::Error) -> Failure,
    ) -> Option<Failure> {
        self.lines.iter().find_map(|line| {
            let name = OsString::from(command.get_name());
            let alone = [name].into_iter().chain(line.words.iter().cloned());
            let error = command.clone().try_get_matches_from(alone).err()?;
            let is_its_own = matches!(
                error.kind(),
                ErrorKind::UnknownArgument
                    | ErrorKind::InvalidValue
                    | ErrorKind::ValueValidation
                    | ErrorKind::TooManyValues
            );
            let mut failure = is_its_own.then(|| explain(&error))?;
            let (path, number) = (self.path.display(), line.number);
            failure.message = format!("{path}:{number}: {}", failure.message);
            Some(failure)
        })
    }
}

/// One line as words of a command line, in which a value cannot be taken for a flag.
fn words(flag: &str, value: Option<&str>) -> Vec<String> {
    let Some(value) = value else { return vec![flag.to_owned()] };
    if matches!(flag, "-D" | "--property") {
        // CMD NAME VALUE, or CMD user-property NAME VALUE: only the last part can have spaces.
        let is_pair =
            value.split(' ').nth(1).is_some_and(|name| name.eq_ignore_ascii_case("user-property"));
        let parts: Vec<&str> = value.splitn(if is_pair { 4 } else { 3 }, ' ').collect();
        return vec![flag.to_owned(), parts.join(SEPARATOR.to_string().as_str())];
    }
    match flag.strip_prefix("--") {
        Some(_) => vec![format!("{flag}={value}")],
        None if value.starts_with('-') => vec![format!("{flag}{value}")],
        None => vec![flag.to_owned(), value.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_the_rest_of_the_line_as_it_is() {
        for (line, expected) in [
            (("-t", Some("a b  ")), vec!["-t", "a b  "]),
            (("-m", Some("-5")), vec!["-m-5"]),
            (("--message", Some("-x \"y\"")), vec!["--message=-x \"y\""]),
            (("-r", None), vec!["-r"]),
            (("-D", Some("publish content-type a b")), vec!["-D", "publish\0content-type\0a b"]),
            (
                ("-D", Some("connect user-property k v w")),
                vec!["-D", "connect\0user-property\0k\0v w"],
            ),
        ] {
            assert_eq!(words(line.0, line.1), expected);
        }
    }
}
