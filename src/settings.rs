//! Settings of the connection: whoever says something about them says it in the same words.
//!
//! A profile, the environment, an options file and the command line each become [`Word`]s that know where they stand.
//! Each source is checked by itself, later words override earlier ones (`settle`), and what holds is parsed once, by the
//! parser of the command line. A setting is a field of [`ConnectionArgs`] and a row of `table`.

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
pub use line::{Argument, for_parser, split};
pub use options_file::OptionsFile;
pub use preparation::Preparation;
pub use profile::names as profile_names;
pub use settle::settle;
pub use table::{Group, Need, SETTINGS, Secrecy, Setting, Trait};
pub use value::{
    LONGEST_TEXT, is_host, number, parse_binary, parse_duration, parse_protocol, parse_seconds,
};
pub use word::{Origin, Rank, Said, Word, from_bytes};

use crate::exit::Failure;
use std::ffi::{OsStr, OsString};
use std::time::Instant;

/// What a command line says of the connection, and what it is said in.
pub struct Typed {
    /// When the program began.
    pub started: Instant,
    /// The words, as they stand.
    pub words: Vec<Word>,
    /// What they say.
    pub args: ConnectionArgs,
    /// The variables that are set.
    pub environment: Environment,
    /// What is done before there is a session.
    pub preparation: Preparation,
}

/// What all sources say, the weakest first.
pub struct Words {
    /// Each of them.
    pub all: Vec<Word>,
    /// What a person should know about them.
    pub notes: Vec<String>,
}

impl Typed {
    /// What a line says that holds nothing but flags of the connection.
    ///
    /// # Errors
    /// When there are others, or a value cannot be.
    pub fn parse(
        line: impl IntoIterator<Item = OsString>,
        environment: Environment,
    ) -> Result<Self, clap::Error> {
        let (words, args) = Tree::default().parse_line(line)?;
        let preparation = Preparation::default();
        Ok(Self { started: Instant::now(), words, args, environment, preparation })
    }

    /// Puts what the profile and the environment say before what was typed.
    ///
    /// # Errors
    /// When the configuration file is no good.
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

    /// Whether a variable is not ours: Kubernetes sets MQTT_PORT to a URL for a Service that is named mqtt.
    fn is_foreign(&self, word: &Word, notes: &mut Vec<String>) -> bool {
        let text = word.text().and_then(OsStr::to_str).unwrap_or_default();
        // A URL with a user in it is nobody's port, and would not be shown.
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
