//! Connection settings, which all sources express in the same way.
//!
//! A profile, the environment, an options file and the command line each become [`Word`]s with their origin. Each
//! source is checked alone, later words override earlier ones (`settle`), and the words in effect are parsed once, by
//! the parser of the command line. A setting is a field of [`ConnectionArgs`] and a row of `table`.

mod config_file;
mod environment;
pub(crate) mod files;
pub mod flags;
mod line;
mod options_file;
mod preparation;
mod profile;
pub mod properties;
mod settle;
mod table;
mod value;
mod word;

pub use environment::Environment;
pub use flags::{ConnectionArgs, Tree};
pub use line::{Argument, for_parser, may_lack_hyphen, split};
pub use options_file::OptionsFile;
pub use preparation::Preparation;
pub use profile::names as profile_names;
pub use settle::settle;
pub use table::{Fact, Group, Need, SETTINGS, Secrecy, Setting};
pub use value::{
    LONGEST_TEXT, is_host, number, parse_binary, parse_duration, parse_positive_duration,
    parse_protocol, parse_seconds, parse_size,
};
pub use word::{Origin, Rank, Said, Word, from_bytes};

use crate::exit::Failure;
use std::ffi::{OsStr, OsString};
use std::time::Instant;

/// The connection settings on a command line, and what is needed to complete them.
pub struct Typed {
    /// When the program started.
    pub started: Instant,
    /// The words, in order.
    pub words: Vec<Word>,
    /// Their parsed values.
    pub args: ConnectionArgs,
    /// The variables that are set.
    pub environment: Environment,
    /// Preparation before the session starts.
    pub preparation: Preparation,
}

/// The words of all sources, weakest first.
pub struct Words {
    /// The words.
    pub all: Vec<Word>,
    /// Notes for the user about them.
    pub notes: Vec<String>,
}

impl Typed {
    /// Parses a line that contains only connection flags.
    ///
    /// # Errors
    /// When it contains others, or a value is invalid.
    pub fn parse(
        line: impl IntoIterator<Item = OsString>,
        environment: Environment,
    ) -> Result<Self, clap::Error> {
        let (words, args) = Tree::default().parse_line(line)?;
        let preparation = Preparation::default();
        Ok(Self { started: Instant::now(), words, args, environment, preparation })
    }

    /// Adds the words of profile and environment before those of the command line.
    ///
    /// # Errors
    /// When the configuration file is invalid.
    pub fn gather(&mut self, tree: &mut Option<Tree>) -> Result<Words, Failure> {
        let mut notes = Vec::new();
        let mut from_environment = Vec::new();
        if self.environment.has_words() {
            let tree = tree.get_or_insert_default();
            from_environment = self.environment.words(|setting| tree.shape(setting));
            from_environment.retain(|word| !self.is_foreign(word, &mut notes));
            self.preparation.heed(&from_environment, self.started);
        }
        let mut all = profile::words(&self.args.more, &self.environment, tree, &self.preparation)?;
        self.preparation.heed(&all, self.started);
        all.extend(from_environment);
        all.append(&mut self.words);
        Ok(Words { all, notes })
    }

    /// Whether a variable was not set for this program: for a Service named mqtt, Kubernetes sets MQTT_PORT to a URL.
    fn is_foreign(&self, word: &Word, notes: &mut Vec<String>) -> bool {
        let text = word.text().and_then(OsStr::to_str).unwrap_or_default();
        // A URL with a user in it is no Kubernetes setting, and must not be printed.
        let is_foreign = word.is("port") && text.contains("://") && !text.contains('@');
        let counts = || !self.words.iter().any(|word| word.is("port") || word.is("url"));
        if is_foreign && counts() {
            notes.push(format!(
                "MQTT_PORT is ignored: it is not a port number but what Kubernetes sets ({text})"
            ));
        }
        is_foreign
    }
}
