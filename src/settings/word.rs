//! A statement of one source about one setting.

use super::table::{Fact, Setting};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;
use std::rc::Rc;

/// What one source says about one setting.
#[derive(Clone, PartialEq)]
pub struct Word {
    /// The setting.
    pub setting: &'static Setting,
    /// The statement.
    pub said: Said,
    /// Its origin.
    pub origin: Origin,
}

/// A statement about a setting.
#[derive(Clone, PartialEq, Eq)]
pub enum Said {
    /// A value; the parts of a property are separated by [`super::properties::SEPARATOR`].
    Value(OsString),
    /// Turns a switch on.
    On,
    /// Resets the setting.
    Off,
}

/// The origin of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A profile.
    Profile {
        /// The profile's name.
        name: Rc<str>,
        /// The configuration file.
        file: Rc<Path>,
        /// The line in it, counted from 1.
        line: usize,
    },
    /// An environment variable.
    Variable(Rc<str>),
    /// An options file.
    OptionsFile {
        /// The file.
        file: Rc<Path>,
        /// The line in it, counted from 1.
        line: usize,
        /// Whether nobody else can read it.
        private: bool,
    },
    /// On the command line.
    CommandLine,
}

/// The kinds of sources, weakest first: the command line overrides the environment, which overrides the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The profile.
    Profile,
    /// The environment.
    Environment,
    /// The command line, including an options file, whose lines come first.
    Typed,
}

impl Rank {
    /// All ranks, strongest first.
    pub const DOWN: [Self; 3] = [Self::Typed, Self::Environment, Self::Profile];
}

impl Origin {
    /// The rank of this origin.
    pub fn rank(&self) -> Rank {
        match self {
            Self::Profile { .. } => Rank::Profile,
            Self::Variable(_) => Rank::Environment,
            Self::OptionsFile { .. } | Self::CommandLine => Rank::Typed,
        }
    }

    /// `FILE:LINE`, if it is a file.
    pub fn place(&self) -> Option<String> {
        match self {
            Self::Profile { file, line, .. } | Self::OptionsFile { file, line, .. } => {
                Some(format!("{}:{line}", file.display()))
            }
            Self::Variable(_) | Self::CommandLine => None,
        }
    }

    /// What an error about it names: `FILE:LINE`, or the variable.
    pub fn culprit(&self) -> Option<String> {
        match self {
            Self::Variable(name) => Some(name.to_string()),
            _ => self.place(),
        }
    }

    /// `message`, after what an error about it names.
    pub fn locate(&self, message: impl fmt::Display) -> String {
        match self.culprit() {
            Some(place) => format!("{place}: {message}"),
            None => message.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place().unwrap_or_default();
        match self {
            Self::Profile { name, .. } => write!(f, "profile {name} ({place})"),
            Self::Variable(name) => f.write_str(name),
            Self::OptionsFile { .. } => write!(f, "options file {place}"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

impl Said {
    /// Whether it is a value that resets the setting.
    pub fn takes_back(&self, setting: &Setting) -> bool {
        matches!(self, Self::Value(value) if setting.is(Fact::Never) && value == "never")
    }
}

impl Word {
    /// A word; a value that means "not set" resets the setting.
    pub fn new(setting: &'static Setting, said: Said, origin: Origin) -> Self {
        let said = if said.takes_back(setting) { Said::Off } else { said };
        Self { setting, said, origin }
    }

    /// Whether it is about the setting with this name.
    pub fn is(&self, name: &str) -> bool {
        self.setting.name == name
    }

    /// Its value, if it has one.
    pub fn text(&self) -> Option<&OsStr> {
        match &self.said {
            Said::Value(value) => Some(value),
            Said::On | Said::Off => None,
        }
    }

    /// The rank of its origin.
    pub fn rank(&self) -> Rank {
        self.origin.rank()
    }

    /// The word as an argument of the command line.
    pub fn argument(&self) -> OsString {
        argument(self.setting, &self.said)
    }
}

/// A statement as an argument of the command line, in which the value cannot be mistaken for a flag.
pub fn argument(setting: &Setting, said: &Said) -> OsString {
    match said {
        Said::On => format!("--{}", setting.name).into(),
        Said::Off => format!("--{}", setting.off()).into(),
        Said::Value(value) => {
            let mut argument = OsString::from(format!("--{}=", setting.name));
            argument.push(value);
            argument
        }
    }
}

/// Bytes as an argument; on systems where arguments must be text, only if they are.
pub fn from_bytes(bytes: &[u8]) -> Option<OsString> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Some(OsStr::from_bytes(bytes).to_owned())
    }
    #[cfg(not(unix))]
    std::str::from_utf8(bytes).ok().map(OsString::from)
}
