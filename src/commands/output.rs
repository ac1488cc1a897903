//! The flags that say how and where messages are printed, shared by all commands that print messages.

use super::reopening::{Reopening, open};
use crate::exit::{ExitStatus, Failure};
use crate::format::{Body, Ending, Format, PathTemplate, Payloads, Template};
use crate::os_error;
use crate::output::{Keeping, Start, Writer};
use crate::settings::parse_size;
use crate::ui::{self, Color};
use clap::{ArgGroup, Args, ValueEnum};
use std::io;
use std::path::{Path, PathBuf};

/// Names of standard output.
const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// The values of `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also in pipes and files
    Always,
    /// Never
    Never,
}

impl From<ColorArg> for Color {
    fn from(arg: ColorArg) -> Self {
        match arg {
            ColorArg::Auto => Self::Auto,
            ColorArg::Always => Self::Always,
            ColorArg::Never => Self::Never,
        }
    }
}

/// The output flags.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    next_help_heading = "Output",
    group = ArgGroup::new("body").args(["hex", "base64", "json", "format"]),
    group = ArgGroup::new("ending").args(["no_newline", "null_end"]),
)]
pub struct OutputArgs {
    /// Print the topic and a space before the payload
    #[arg(short, long, conflicts_with_all = ["json", "format"])]
    pub verbose: bool,

    /// Print each message as one line of JSON
    #[arg(long)]
    pub json: bool,

    /// With --json, print payloads that are JSON unchanged, as `payload_json`
    #[arg(long, requires = "json", conflicts_with_all = ["hex", "base64"])]
    pub parse_json: bool,

    /// Indent the JSON of --json, or of %j and %J in --format
    #[arg(long)]
    pub pretty: bool,

    /// Print payloads in hexadecimal
    #[arg(long)]
    pub hex: bool,

    /// Print payloads in base64
    #[arg(long)]
    pub base64: bool,

    /// Print messages with this template, in mosquitto_sub's format language
    ///
    /// %t topic, %p payload, %x %X payload in hexadecimal, %q QoS, %r retain flag, %m packet id,
    /// %l length, %j JSON, %J JSON with the payload parsed, %I local time, %U Unix time, %C %D %E %F
    /// %P %R %S %A properties, %f %d payload as a float or double; each takes `-` or `0`, a width and
    /// a precision after the `%`. @X is strftime's %X, and \n \t \0 \e \a \r \v \\ are escapes.
    #[arg(short = 'F', long, value_name = "FORMAT", allow_hyphen_values = true)]
    pub format: Option<String>,

    /// Do not print a newline after each message
    #[arg(short = 'N', long, conflicts_with = "json")]
    pub no_newline: bool,

    /// Print a NUL byte after each message instead of a newline
    #[arg(short = '0', long = "null", id = "null_end")]
    pub null_end: bool,

    /// Print raw bytes even to a terminal, where control characters take effect
    #[arg(long)]
    pub raw: bool,

    /// When to colour topics and properties [default: auto]
    #[arg(long, value_name = "WHEN", value_enum, conflicts_with = "raw")]
    pub color: Option<ColorArg>,

    /// Write to this file instead of standard output (`-`)
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Append to the --output file instead of replacing it
    #[arg(long, requires = "output")]
    pub append: bool,

    /// Append each message to the file that this template names, such as 'log/%t/@Y-@m-@d.ndjson'
    ///
    /// %t is the topic, with a directory for each level, %n the number of the message, @X strftime's %X, as in --format.
    /// The directory before the first % or @ must exist; those below it are created.
    #[arg(long, value_name = "TEMPLATE", conflicts_with_all = ["output", "append"])]
    pub files: Option<String>,

    /// Start a new file, NAME-0001, NAME-0002 and so on, when one would exceed this size [default: never]
    #[arg(long, value_name = "SIZE", requires = "files", value_parser = parse_size)]
    pub rotate: Option<u64>,

    /// Sync files to disk before messages are acknowledged
    #[arg(long)]
    pub sync: bool,
}

impl OutputArgs {
    /// How messages are printed.
    ///
    /// # Errors
    /// If the template is invalid, or a flag has no effect.
    pub fn format(&self) -> Result<Format, Failure> {
        self.check()?;
        let body = match &self.format {
            // clap accepts --format in place of --json here, because the two conflict.
            Some(_) if self.parse_json => {
                return Err(Failure::usage("--parse-json needs --json; in a format, %J does it"));
            }
            Some(text) => Body::Template(Template::parse(text).map_err(|error| {
                Failure::usage(format!("invalid format: {error}")).excerpt(error.excerpt())
            })?),
            None if self.hex => Body::Hex,
            None if self.base64 => Body::Base64,
            None if self.parse_json => Body::Record(Payloads::Parsed),
            None if self.json => Body::Record(Payloads::Text),
            None => Body::Raw,
        };
        let has_json = match &body {
            Body::Record(_) => true,
            Body::Template(template) => template.has_json(),
            _ => false,
        };
        if self.pretty && !has_json {
            return Err(Failure::usage(
                "--pretty indents JSON: it needs --json, or %j or %J in -F",
            ));
        }
        let ending = match (self.no_newline, self.null_end) {
            (true, _) => Ending::Nothing,
            (_, true) => Ending::Nul,
            _ => Ending::Newline,
        };
        let terminal = self.is_to_stdout() && ui::stdout_is_terminal();
        let color = self.color.map_or_else(Color::default, Color::from);
        let mut format = Format::new(body).with_time_zone(ui::time_zone());
        format.with_topic = self.verbose;
        format.ending = ending;
        format.protect = terminal && !self.raw;
        format.color = !self.raw && color.is_wanted(terminal);
        format.pretty = self.pretty;
        Ok(format)
    }

    /// How messages are passed to commands, if any output flag or filter (`selects`) was given: as they would be
    /// printed into a pipe.
    ///
    /// # Errors
    /// As [`OutputArgs::format`].
    pub fn format_for_commands(&self, selects: bool) -> Result<Option<Format>, Failure> {
        let has_form = self.verbose || self.json || self.hex || self.base64 || selects;
        let is_said = has_form || self.format.is_some() || self.no_newline || self.null_end;
        let mut format = self.format()?;
        format.protect = false;
        format.color = self.color == Some(ColorArg::Always);
        Ok(is_said.then_some(format))
    }

    /// Rejects flags that would have no effect, as the user expects them to have one.
    fn check(&self) -> Result<(), Failure> {
        let is_encoded = self.hex || self.base64;
        let is_payload_alone = !self.verbose && !self.json && self.format.is_none();
        let is_file = !self.is_to_stdout();
        let rules = [
            (self.append && !is_file, "--append has no effect on standard output"),
            (
                self.raw && is_encoded && !self.verbose,
                "--raw has no effect: in --hex and --base64 nothing is left that could act",
            ),
            (
                self.raw && is_file,
                "--raw has no effect with --output or --files: bytes in files are exact",
            ),
            (self.sync && !is_file, "--sync needs --files or --output FILE"),
            (
                self.color == Some(ColorArg::Always) && is_payload_alone,
                "--color always has no effect on payloads: it needs --verbose, --json or --format",
            ),
        ];
        match rules.into_iter().find(|(is_broken, _)| *is_broken) {
            Some((_, message)) => Err(Failure::usage(message)),
            None => Ok(()),
        }
    }

    /// The output file, unless it is standard output under another name: opened again, that would have a second file
    /// position.
    fn file(&self) -> Option<&Path> {
        let is_stdout = |path: &Path| STDOUT.iter().any(|name| path.as_os_str() == *name);
        self.output.as_deref().filter(|path| !is_stdout(path))
    }

    fn is_to_stdout(&self) -> bool {
        self.files.is_none() && self.file().is_none()
    }

    /// The template of `--files`.
    ///
    /// # Errors
    /// If the template is invalid.
    pub fn paths(&self) -> Result<Option<PathTemplate>, Failure> {
        let parse = |text: &String| {
            PathTemplate::parse(text, self.rotate.is_some()).map_err(|error| {
                Failure::usage(format!("invalid --files: {error}")).excerpt(error.excerpt())
            })
        };
        self.files.as_ref().map(parse).transpose()
    }

    /// Reopens the output on SIGHUP, if it is a file.
    ///
    /// # Errors
    /// If signals cannot be received.
    pub(crate) fn reopening(&self) -> Result<Option<Reopening>, Failure> {
        let path = self.file().filter(|path| path.metadata().is_ok_and(|it| it.is_file()));
        path.map(|path| Reopening::of(path.to_owned())).transpose().map_err(Failure::no_signals)
    }

    /// Opens the output. Unless appending, a file is truncated only once the broker was reached.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(&self, paths: Option<&PathTemplate>) -> Result<Writer, Failure> {
        if let Some(paths) = paths {
            let base = paths.base();
            let keeping = Keeping { rotate: self.rotate, sync: self.sync };
            return Writer::to_files(Path::new(base), keeping).map_err(|error| {
                let cause = os_error::plain(&error);
                Failure::usage(format!("cannot write below the directory {base}: {cause}"))
            });
        }
        match self.file() {
            None => Ok(Writer::to_stdout()),
            Some(path) => {
                let file = open(path, self.append).map_err(|error| {
                    let (path, cause) = (path.display(), os_error::plain(&error));
                    Failure::usage(format!("cannot write to {path}: {cause}"))
                })?;
                let start = if self.append { Start::Append } else { Start::Replace };
                Ok(Writer::to_file(file, start).map_err(failure)?.syncing(self.sync))
            }
        }
    }
}

/// The failure for an error while printing.
pub fn failure(error: io::Error) -> Failure {
    Failure::new(ExitStatus::LocalIo, format!("cannot write: {}", os_error::plain(&error)))
}
