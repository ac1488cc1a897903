//! A word about a setting, and where it stands.

use super::table::{Setting, Trait};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;
use std::rc::Rc;

/// What one source says of one setting.
#[derive(Clone, PartialEq)]
pub struct Word {
    /// What it is about.
    pub setting: &'static Setting,
    /// What is said.
    pub said: Said,
    /// Where.
    pub origin: Origin,
}

/// What is said of a setting.
#[derive(Clone, PartialEq, Eq)]
pub enum Said {
    /// A value; the parts of a property are separated by [`super::properties::SEPARATOR`].
    Value(OsString),
    /// A switch is on.
    On,
    /// It is taken back.
    Off,
}

/// Where a word stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a profile of this name.
    Profile {
        /// The profile's name.
        name: Rc<str>,
        /// The configuration file.
        file: Rc<Path>,
    },
    /// In the variable of this name.
    Variable(Rc<str>),
    /// In an options file.
    OptionsFile {
        /// The file.
        file: Rc<Path>,
        /// Whether nobody else can read it.
        private: bool,
    },
    /// On the command line.
    CommandLine,
}

/// Who speaks, the weakest first: what was typed overrules the environment, and that the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The profile.
    Profile,
    /// The environment.
    Environment,
    /// The command line, with an options file as if its lines were typed first.
    Typed,
}

impl Rank {
    /// All, the strongest first.
    pub const DOWN: [Self; 3] = [Self::Typed, Self::Environment, Self::Profile];
}

impl Origin {
    /// Whose word it is.
    pub fn rank(&self) -> Rank {
        match self {
            Self::Profile { .. } => Rank::Profile,
            Self::Variable(_) => Rank::Environment,
            Self::OptionsFile { .. } | Self::CommandLine => Rank::Typed,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile { name, .. } => write!(f, "profile {name}"),
            Self::Variable(name) => f.write_str(name),
            Self::OptionsFile { .. } => f.write_str("options file"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

impl Said {
    /// Whether it is a value that stands for nothing, and takes the setting back.
    pub fn takes_back(&self, setting: &Setting) -> bool {
        matches!(self, Self::Value(value) if setting.is(Trait::Never) && value == "never")
    }
}

impl Word {
    /// A word, in which a value that means nothing takes the setting back.
    pub fn new(setting: &'static Setting, said: Said, origin: Origin) -> Self {
        let said = if said.takes_back(setting) { Said::Off } else { said };
        Self { setting, said, origin }
    }

    /// Whether it is about the setting of this name.
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

    /// Whose word it is.
    pub fn rank(&self) -> Rank {
        self.origin.rank()
    }

    /// As an argument of the command line.
    pub fn argument(&self) -> OsString {
        argument(self.setting, &self.said)
    }
}

/// What is said of a setting as an argument of the command line, in which no value can be taken for a flag.
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

/// Bytes as a word of the system; where such words must be text, only what is.
pub fn from_bytes(bytes: &[u8]) -> Option<OsString> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Some(OsStr::from_bytes(bytes).to_owned())
    }
    #[cfg(not(unix))]
    std::str::from_utf8(bytes).ok().map(OsString::from)
}
