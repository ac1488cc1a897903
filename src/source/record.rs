//! Records, and errors that end reading.

use super::own::Address;
use crate::os_error;
use bytes::Bytes;
use jiff::Timestamp;
use std::fmt;
use std::io;

/// Largest payload in bytes; topic and properties reduce it a little.
pub const MAX_PAYLOAD: usize = crate::message::MAX_REMAINING_LENGTH;

/// Number of skipped records that are explained; the others are only counted, so that input full of mistakes takes no
/// memory.
pub const COMPLAINTS: u64 = 10;

/// A message to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The number of the file or line, counted from 1, including blank and invalid ones.
    pub position: u64,
    /// The decoded payload; at most [`MAX_PAYLOAD`] bytes.
    pub payload: Bytes,
    /// Bytes of input, including the delimiter and blank and invalid records just before it. 0 if nothing was read.
    pub size: u64,
    /// The destination.
    pub address: Address,
    /// When it was received, with [`Input::Recording`](super::Input::Recording).
    pub time: Option<Timestamp>,
}

/// Records that were read together; may be empty.
pub type Batch = std::vec::IntoIter<Record>;

/// Why reading ended early, or why a record was skipped.
#[derive(Debug)]
pub enum SourceError {
    /// A text or file cannot be sent: missing, a directory, too large, badly encoded. Found before anything is sent, if
    /// possible.
    Unusable {
        /// The name of the input.
        name: String,
        /// The reason.
        cause: String,
    },
    /// Reading failed midway.
    Io {
        /// The name of the input.
        name: String,
        /// The error.
        error: io::Error,
    },
    /// A record is longer than a message can be. Ends reading even if invalid records are skipped.
    TooLong {
        /// Its number.
        position: u64,
    },
    /// A record is invalid.
    Invalid {
        /// Its number.
        position: u64,
        /// What is wrong with it, in one line.
        cause: String,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable { name, cause } => write!(f, "cannot send {name}: {cause}"),
            Self::Io { name, error } => write!(f, "cannot read {name}: {}", os_error::plain(error)),
            Self::TooLong { position } => {
                write!(f, "line {position} is longer than a message can be: {MAX_PAYLOAD} bytes")
            }
            Self::Invalid { position, cause } => write!(f, "line {position}: {cause}"),
        }
    }
}

/// What to do about an invalid record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Invalid {
    /// Send everything before it, and end.
    #[default]
    Stop,
    /// Skip it and continue. Does not apply to whole files.
    Skip,
}

pub(super) fn unusable(name: &str, cause: impl Into<String>) -> SourceError {
    SourceError::Unusable { name: name.to_owned(), cause: cause.into() }
}

/// Most characters of untrusted text in an error.
const SHOWN: usize = 60;

/// `text` in quotes for an error, with control characters escaped and shortened if long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}...", &text[..end]),
    }
}
