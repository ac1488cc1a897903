//! Options files, as in mosquitto's tools: one flag and its value per line, as if typed at the start of the command
//! line.

use super::files::{self, Openness};
use super::line::{Argument, for_parser, split_options_line};
use super::table::{Fact, Setting};
use super::word::{Origin, Said, Word};
use crate::exit::{ExitStatus, Failure};
use clap::Command;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::path::Path;
use std::rc::Rc;

/// The lines of an options file, and its name.
pub struct OptionsFile {
    path: Rc<Path>,
    /// Whether nobody else can read it.
    is_private: bool,
    lines: Vec<Line>,
}

struct Line {
    /// Counted from 1.
    number: usize,
    arguments: Vec<Argument>,
}

impl OptionsFile {
    /// Reads the file for a command; `explain` turns clap's errors into failures.
    ///
    /// # Errors
    /// When it cannot be read, or a line is not a flag with its value.
    pub fn read(
        path: &Path,
        command: &Command,
        explain: impl Fn(&clap::Error) -> Failure,
    ) -> Result<Self, Failure> {
        let (bytes, openness) = files::read("options file", path)
            .map_err(|error| Failure::told(ExitStatus::Usage, &error))?;
        let text = files::text(bytes).map_err(|line| {
            Failure::usage(format!("{}:{line}: this line is not UTF-8", path.display()))
        })?;
        let is_private = !openness.readable;
        let mut file = Self { path: path.into(), is_private, lines: Vec::new() };
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_start_matches(' ');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let arguments = split_options_line(command, line)
                .map_err(|message| file.error(number, &Failure::usage(message)))?;
            if arguments.iter().any(|argument| argument.value_of("options").is_some()) {
                let message = "an options file cannot name another";
                return Err(file.error(number, &Failure::usage(message)));
            }
            if let Some((message, hint)) = distrust(openness, path, &arguments) {
                return Err(file.error(number, &Failure::usage(message)).hint(hint));
            }
            for argument in &arguments {
                argument.check_hyphens().map_err(|failure| file.error(number, &failure))?;
            }
            let lacks_value = arguments.iter().any(Argument::lacks_value);
            let line = Line { number, arguments };
            // Checked here, because it would take the next line for its value.
            if lacks_value && let Some(failure) = file.fault_in(&line, command, &explain) {
                return Err(failure);
            }
            file.lines.push(line);
        }
        Ok(file)
    }

    /// All of its arguments, as if typed.
    pub fn arguments(&self) -> impl Iterator<Item = &Argument> {
        self.lines.iter().flat_map(|line| &line.arguments)
    }

    /// The connection settings in it.
    pub fn words(&self) -> impl Iterator<Item = Word> {
        self.lines.iter().flat_map(|line| {
            let (file, private) = (Rc::clone(&self.path), self.is_private);
            let origin = Origin::OptionsFile { file, line: line.number, private };
            line.arguments.iter().filter_map(move |argument| argument.word(&origin))
        })
    }

    /// The failure for the first invalid line, if any; `explain` turns clap's errors into failures.
    pub fn find_fault(
        &self,
        command: &Command,
        explain: impl Fn(&clap::Error) -> Failure,
    ) -> Option<Failure> {
        self.lines.iter().find_map(|line| self.fault_in(line, command, &explain))
    }

    fn fault_in(
        &self,
        line: &Line,
        command: &Command,
        explain: &impl Fn(&clap::Error) -> Failure,
    ) -> Option<Failure> {
        let name = OsString::from(command.get_name());
        let arguments = for_parser(&line.arguments).map(OsString::from);
        let alone = [name].into_iter().chain(arguments);
        let error = command.clone().try_get_matches_from(alone).err()?;
        let is_its_own = matches!(
            error.kind(),
            ErrorKind::UnknownArgument
                | ErrorKind::InvalidUtf8
                | ErrorKind::InvalidValue
                | ErrorKind::ValueValidation
                | ErrorKind::TooManyValues
        );
        is_its_own.then(|| self.error(line.number, &explain(&error)))
    }

    fn error(&self, number: usize, failure: &Failure) -> Failure {
        let mut failure = failure.clone();
        failure.message = format!("{}:{number}: {}", self.path.display(), failure.message);
        failure
    }
}

/// Why commands or secrets in the file are not trusted, and a hint.
fn distrust(openness: Openness, path: &Path, arguments: &[Argument]) -> Option<(String, String)> {
    arguments.iter().flat_map(|argument| &argument.flag).find_map(|flag| {
        if flag.name == "on" {
            return openness.distrust(path, "on");
        }
        let setting = Setting::find(&flag.name)?;
        let is_secret = match &flag.said {
            Said::Value(text) => setting.secret_in(&text.to_string_lossy(), true).is_some(),
            Said::On | Said::Off => false,
        };
        let counts = is_secret || setting.is(Fact::Command);
        counts.then(|| openness.distrust(path, setting.name)).flatten()
    })
}
