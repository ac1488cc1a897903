//! Where a value comes from.

use std::fmt;
use std::path::PathBuf;

/// Who says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Flags, and lines of an options file.
    CommandLine,
    /// Variables.
    Environment,
    /// A profile of this name, in this file.
    Profile(String, PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("command line"),
            Self::Environment => f.write_str("environment"),
            Self::Profile(name, _) => write!(f, "profile {name}"),
        }
    }
}
