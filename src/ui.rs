//! Talk: lines on stderr for the person who runs the program. Never data, never on stdout.
//!
//! Every text is escaped and shortened here, so that no caller has to remember that parts of it may come from a
//! stranger.

#[cfg(unix)]
mod prompt;

use crate::escape::{Keep, shortened, visible};
use crate::output::stderr;
use crate::secret::Secret;
use crate::stdin::Stdin;
pub use prompt::{forget_terminal, remember_terminal, restore_terminal};
use std::io::{self, BufRead, BufReader, IsTerminal};

/// Bytes of a line, before they are escaped: what a stranger says must not push everything else out of sight.
const LONGEST: usize = 1_000;

/// How much is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Errors, warnings and changes of state.
    #[default]
    Normal,
    /// Packets too.
    Debug,
}

/// The one who talks, as much as its verbosity allows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ui {
    verbosity: Verbosity,
}

impl Ui {
    /// Says as much as `verbosity` allows.
    pub fn new(verbosity: Verbosity) -> Self {
        Self { verbosity }
    }

    /// Whether it says something for each packet.
    pub fn is_talkative(self) -> bool {
        self.verbosity == Verbosity::Debug
    }

    /// What went wrong.
    pub fn error(self, text: &str) {
        say("mqtt: ", text);
    }

    /// What a person could do about it.
    pub fn hint(self, text: &str) {
        say("hint: ", text);
    }

    /// What a person should know although nothing failed.
    pub fn warn(self, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            say("mqtt: warning: ", text);
        }
    }

    /// A change of state.
    pub fn note(self, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            say("mqtt: ", text);
        }
    }

    /// A figure that was asked for.
    pub fn figure(self, text: &str) {
        say("", text);
    }

    /// What was given and where it is wrong, below an error: the text, and a mark under the place.
    pub fn excerpt(self, text: &str) {
        write("  ", text);
    }

    /// A line of the packet trace.
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
    // Nobody is left to be told when stderr is gone.
    let _ = stderr::line(line(prefix, text).as_bytes());
}

fn line(prefix: &str, text: &str) -> String {
    format!("{prefix}{}\n", visible(text.as_bytes(), Keep::Nothing))
}

/// The last words of a process that has a bug.
pub fn last_words(text: &str) {
    stderr::last_line(line("mqtt: ", text).as_bytes());
}

/// Asks the person at the terminal; `None` when there is none to ask, or no answer.
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

/// Asks the person at the terminal for what nobody must see: nothing appears while it is typed. Where input and
/// output go does not matter, only that there is a terminal.
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

/// When to colour what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// On a terminal that shows colours, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Whatever stdout is.
    Always,
    /// Not at all.
    Never,
}

impl Color {
    /// Whether to colour what goes to stdout, which is a `terminal` or not.
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

/// The time zone that the person has set (`TZ`), as POSIX writes it.
pub fn time_zone() -> Option<String> {
    std::env::var("TZ").ok()
}

/// Whether stdin is a terminal, which only the group in front can read.
pub fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Whether stdout is a terminal, which must be protected from what is printed.
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether stderr is a terminal, where a line can be drawn again.
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Columns of the terminal on stderr.
pub fn stderr_width() -> Option<u16> {
    terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0)
}
