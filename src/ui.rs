//! Diagnostics: lines on stderr for the user. Never data, never on stdout.
//!
//! All text is escaped and shortened here, so that callers need not care whether parts of it are untrusted.

#[cfg(unix)]
mod prompt;

use crate::escape::{Keep, shortened, visible};
use crate::output::stderr;
use crate::secret::Secret;
use crate::stdin::Stdin;
pub use prompt::{forget_terminal, remember_terminal, restore_terminal};
use std::io::{self, BufRead, BufReader, IsTerminal};

/// Longest line in bytes, before escaping: untrusted text must not push everything else out of sight.
const LONGEST: usize = 1_000;

/// How much to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Errors, warnings and changes of state.
    #[default]
    Normal,
    /// Also packets.
    Debug,
}

/// Prints diagnostics, as far as its verbosity allows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ui {
    verbosity: Verbosity,
}

impl Ui {
    /// Prints as much as `verbosity` allows.
    pub fn new(verbosity: Verbosity) -> Self {
        Self { verbosity }
    }

    /// Whether it prints a line for each packet.
    pub fn is_talkative(self) -> bool {
        self.verbosity == Verbosity::Debug
    }

    /// Prints an error.
    pub fn error(self, text: &str) {
        say("mqtt: ", text);
    }

    /// Prints a hint about what to do.
    pub fn hint(self, text: &str) {
        say("hint: ", text);
    }

    /// Prints a warning.
    pub fn warn(self, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            say("mqtt: warning: ", text);
        }
    }

    /// Prints a change of state.
    pub fn note(self, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            say("mqtt: ", text);
        }
    }

    /// Prints a number that was asked for.
    pub fn figure(self, text: &str) {
        say("", text);
    }

    /// Prints an excerpt below an error: the text, or a marker under the error in it.
    pub fn excerpt(self, text: &str) {
        write("  ", text);
    }

    /// Prints a line of the packet trace.
    pub fn trace(self, text: &str) {
        if self.verbosity == Verbosity::Debug {
            say("", text);
        }
    }
}

fn say(prefix: &str, text: &str) {
    write(prefix, &shortened(text, LONGEST));
}

fn write(prefix: &str, text: &str) {
    // If stderr is closed, nobody can be told.
    let _ = stderr::line(line(prefix, text).as_bytes());
}

fn line(prefix: &str, text: &str) -> String {
    format!("{prefix}{}\n", visible(text.as_bytes(), Keep::Nothing))
}

/// Prints the last line of a process with a bug.
pub fn last_words(text: &str) {
    stderr::last_line(line("mqtt: ", text).as_bytes());
}

/// Asks a question on the terminal; `None` if there is no terminal, or no answer.
pub fn confirm(question: &str) -> Option<bool> {
    if !stdin_is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    let question = shortened(question, LONGEST);
    let question = format!("{} [y/N] ", visible(question.as_bytes(), Keep::Nothing));
    stderr::line(question.as_bytes()).ok()?;
    let mut answer = String::new();
    BufReader::new(Stdin).read_line(&mut answer).ok()?;
    Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a secret on the terminal, without echo. Redirected input and output do not matter.
///
/// # Errors
/// When there is no terminal, or no answer.
pub fn ask_secret(question: &str) -> io::Result<Secret> {
    prompt::ask(&visible(question.as_bytes(), Keep::Nothing))
}

#[cfg(not(unix))]
mod prompt {
    //! The console is restored by the system.

    use crate::secret::Secret;
    use std::io;

    pub fn remember_terminal() {}
    pub fn forget_terminal() {}
    pub fn restore_terminal() -> Option<fn()> {
        None
    }

    pub(super) fn ask(question: &str) -> io::Result<Secret> {
        rpassword::prompt_password(question).map(|text| Secret::new(text.into_bytes()))
    }
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// On a terminal that shows colours, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Even if stdout is not a terminal.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether to use colours on stdout, which is or is not a `terminal`.
    pub fn is_wanted(self, terminal: bool) -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = || std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        match self {
            Self::Auto => terminal && !is_set("NO_COLOR") && !is_dumb(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The user's time zone (`TZ`), in POSIX notation.
pub fn time_zone() -> Option<String> {
    std::env::var("TZ").ok()
}

/// Whether stdin is a terminal. Only the foreground process group can read from it.
pub fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Whether stdout is a terminal, so that output must be escaped.
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether stderr is a terminal, where a line can be redrawn.
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Width of the terminal on stderr in columns.
pub fn stderr_width() -> Option<u16> {
    terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0)
}
