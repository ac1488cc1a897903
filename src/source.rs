//! What is to be published: records from the command line, files or standard input, in order and
//! counted from 1.
//!
//! Reading happens on a thread and runs at most a few blocks ahead, so unread input stays in its
//! pipe. Knows nothing of flags or sessions.
//!
//! How a job uses it: [`Source::open`], then [`Source::poll_next`] until it gives `None` or an error,
//! which ends the input. With [`Invalid::Stop`] everything before an invalid record comes first, then
//! [`SourceError::Invalid`]. With [`Invalid::Skip`] invalid records are missing from the batches (a
//! batch may even be empty), [`Source::skipped`] counts them, and [`Source::complaints`] hands out,
//! after each `poll_next`, why the first [`COMPLAINTS`] of them were left out: errors to be shown, one
//! line each.

mod delimiter;
mod encoding;
mod json;
mod lines;
mod own;
mod pieces;
mod reading;
mod record;
#[cfg(test)]
mod tests;
mod whole;

pub use delimiter::parse_delimiter;
pub use encoding::Encoding;
pub use own::{Address, Own, OwnProperties};
pub use record::{Batch, COMPLAINTS, Invalid, MAX_PAYLOAD, Record, SourceError};

use bytes::Bytes;
use lines::Splitter;
use pieces::{Parcel, Pieces, Shape};
use reading::{Delivery, Outlet};
use record::unusable;
use std::io;
use std::path::PathBuf;
use std::task::{Context, Poll};
use tokio::sync::mpsc::Receiver;
use whole::Whole;

/// Payload and address of the JSON record that `line` is; nothing when it is blank. What [`Source`] does
/// with each line, for whoever has one.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn read_record(line: &Bytes) -> Result<Option<(Bytes, Address)>, String> {
    let record = json::read(line)?;
    Ok(record.map(|(payload, address)| (pieces::keep(line, payload), address)))
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// These bytes, as one message.
    Bytes(Vec<u8>),
    /// Each file as one message; `-` is standard input.
    Files(Vec<PathBuf>),
    /// All of standard input as one message.
    Stdin,
    /// Each line of standard input as one message.
    Lines(Lines),
    /// Each line of standard input as one JSON record, as `sub --json` writes them. Blank lines are
    /// counted and passed over.
    Records,
}

/// How standard input is cut into messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// What each ends with; only the last may do without. Not empty.
    pub delimiter: Vec<u8>,
    /// When each line begins with its topic: what separates that from the payload, at its first
    /// appearance. Not empty.
    pub topic_from: Option<Vec<u8>>,
}

/// What to read, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// From where.
    pub input: Input,
    /// How payloads are written; without effect on JSON records, which say it themselves.
    pub encoding: Encoding,
    /// What to do about mistakes.
    pub invalid: Invalid,
}

/// Hands out what was read, in batches; a complaint about what was left out comes with them.
pub struct Source {
    ready: Option<Batch>,
    reading: Option<Receiver<Delivery>>,
    total: Option<u64>,
    skipped: u64,
    complaints: Vec<SourceError>,
}

impl Source {
    /// Opens what `options` name and begins to read it.
    ///
    /// # Errors
    /// When a file cannot be opened or is too large, the text given is badly encoded, a delimiter is
    /// empty, or no thread can be started.
    pub fn open(options: Options) -> Result<Self, SourceError> {
        let Options { input, encoding, invalid } = options;
        match input {
            Input::Bytes(text) => Self::given(text, encoding),
            Input::Files(paths) => {
                let files = paths.into_iter().map(|path| Whole::open(path, encoding));
                Self::wholes(files.collect::<Result<_, _>>()?, invalid)
            }
            Input::Stdin => Self::wholes(vec![Whole::stdin(encoding)], invalid),
            Input::Lines(Lines { delimiter, topic_from }) => {
                if delimiter.is_empty() || topic_from.as_ref().is_some_and(Vec::is_empty) {
                    return Err(unusable("standard input", "what separates its parts is empty"));
                }
                let shape = match topic_from {
                    None => Shape::Payload(encoding),
                    Some(separator) => Shape::topic_and_payload(&separator, encoding),
                };
                Self::lines(Splitter::new(&delimiter), Pieces::new(shape, invalid))
            }
            Input::Records => Self::lines(Splitter::new(b"\n"), Pieces::new(Shape::Json, invalid)),
        }
    }

    fn given(text: Vec<u8>, encoding: Encoding) -> Result<Self, SourceError> {
        let decoded = encoding.decode(text.into());
        let payload = decoded.map_err(|cause| unusable("the message", cause))?;
        let record = Record { position: 1, payload, size: 0, address: Address::Given };
        Ok(Self {
            ready: Some(vec![record].into_iter()),
            reading: None,
            total: None,
            skipped: 0,
            complaints: Vec::new(),
        })
    }

    /// These records.
    #[cfg(test)]
    pub(crate) fn of(records: Vec<Record>) -> Self {
        let ready = Some(records.into_iter());
        Self { ready, reading: None, total: None, skipped: 0, complaints: Vec::new() }
    }

    fn wholes(wholes: Vec<Whole>, invalid: Invalid) -> Result<Self, SourceError> {
        let total = wholes.iter().map(Whole::length).sum();
        Self::spawn(total, move |outlet| reading::send_whole(wholes, invalid, outlet))
    }

    fn lines(splitter: Splitter, pieces: Pieces) -> Result<Self, SourceError> {
        let total = whole::stdin_length();
        Self::spawn(total, |outlet| {
            reading::send_lines(reading::read_stdin, splitter, pieces, outlet)
        })
    }

    fn spawn(
        total: Option<u64>,
        read: impl FnOnce(&Outlet) -> Result<(), SourceError> + Send + 'static,
    ) -> Result<Self, SourceError> {
        let reading = Some(reading::spawn(read)?);
        Ok(Self { ready: None, reading, total, skipped: 0, complaints: Vec::new() })
    }

    /// The next records; `None` at the end, and after an error.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Batch, SourceError>>> {
        if let Some(batch) = self.ready.take() {
            return Poll::Ready(Some(Ok(batch)));
        }
        let Some(receiver) = &mut self.reading else { return Poll::Ready(None) };
        let end = match std::task::ready!(receiver.poll_recv(cx)) {
            Some(Delivery::Parcel(Parcel { records, skipped, complaints })) => {
                self.skipped += skipped;
                self.complaints.extend(complaints);
                return Poll::Ready(Some(Ok(records.into_iter())));
            }
            Some(Delivery::End(end)) => end.err(),
            // Without its last word the thread broke down, and its input is not whole.
            None => {
                let error = io::Error::other("reading broke down");
                Some(SourceError::Io { name: "the input".to_owned(), error })
            }
        };
        self.reading = None;
        Poll::Ready(end.map(Err))
    }

    /// Bytes of all input, where that can be known: regular files, standard input redirected from
    /// one included, from where it stands. In the unit of [`Record::size`]. Files that only pretend
    /// to be regular, as in `/proc`, count as empty. `None` when nothing is read.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Records left out as invalid so far.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Why records were left out, in their order, of those found since the last call; all in all at
    /// most [`COMPLAINTS`].
    pub fn complaints(&mut self) -> impl Iterator<Item = SourceError> {
        self.complaints.drain(..)
    }
}
