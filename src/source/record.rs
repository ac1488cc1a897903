//! What is read: records, and why there are no more of them.

use super::own::Address;
use crate::os_error;
use bytes::Bytes;
use std::fmt;
use std::io;

/// The largest payload there can be, in bytes; topic and properties make it a little less.
pub const MAX_PAYLOAD: usize = crate::message::MAX_REMAINING_LENGTH;

/// How many of the records that are left out are explained; the others are only counted, so that
/// input full of mistakes takes no memory.
pub const COMPLAINTS: u64 = 10;

/// One message to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which one, counted from 1: the number of the file, or of the line, blank and invalid ones
    /// included.
    pub position: u64,
    /// Its bytes, decoded; at most [`MAX_PAYLOAD`].
    pub payload: Bytes,
    /// Bytes of input it took, delimiter included; also those of blank and invalid ones just before
    /// it. 0 when nothing was read.
    pub size: u64,
    /// Where it goes.
    pub address: Address,
}

/// Records that were read together; may be empty.
pub type Batch = std::vec::IntoIter<Record>;

/// Why reading ended before the input did, or why a record was left out.
#[derive(Debug)]
pub enum SourceError {
    /// A text or file cannot be sent: missing, a directory, too large, badly encoded. Found before
    /// anything is sent, where that can be known.
    Unusable {
        /// What was to be read.
        name: String,
        /// Why not.
        cause: String,
    },
    /// Reading failed midway.
    Io {
        /// What was being read.
        name: String,
        /// Why.
        error: io::Error,
    },
    /// A record is larger than a message can be. Ends reading even where invalid records are skipped.
    TooLong {
        /// Which.
        position: u64,
    },
    /// A record cannot be understood.
    Invalid {
        /// Which.
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

/// What to do about a record that cannot be understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Invalid {
    /// Deliver what is before it and end.
    #[default]
    Stop,
    /// Leave it out and go on. Does not apply to whole inputs.
    Skip,
}

pub(super) fn unusable(name: &str, cause: impl Into<String>) -> SourceError {
    SourceError::Unusable { name: name.to_owned(), cause: cause.into() }
}

/// Characters of a stranger's text that an error shows.
const SHOWN: usize = 60;

/// `text` in quotes for an error, control characters escaped, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}...", &text[..end]),
    }
}
