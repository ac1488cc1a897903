//! The messages to publish: records from the command line, files or standard input, in order and counted from 1.
//!
//! Lines from a pipe, terminal or socket are read when they are available and needed. Everything else is read by a
//! thread, at most a few blocks ahead. So unread input is left for others.
//!
//! Usage: [`Source::open`], then [`Source::poll_next`] until it returns `None` or an error, which ends the input. With
//! [`Invalid::Stop`], records before an invalid one are returned first, then [`SourceError::Invalid`]. With
//! [`Invalid::Skip`], invalid records are missing from the batches (a batch may even be empty) and counted by
//! [`Source::skipped`]. After each `poll_next`, [`Source::complaints`] returns why the first [`COMPLAINTS`] of them
//! were skipped, as one-line errors.

mod at_hand;
mod delimiter;
mod encoding;
mod json;
mod lines;
mod own;
mod pieces;
mod reader;
mod reading;
mod record;
mod said;
#[cfg(test)]
mod tests;
mod whole;

pub use delimiter::parse_delimiter;
pub use encoding::Encoding;
pub use own::{Address, RecordFields, RecordProperties};
pub use record::{Batch, COMPLAINTS, Invalid, MAX_PAYLOAD, Record, SourceError};

use at_hand::AtHand;
use bytes::Bytes;
use lines::Splitter;
use pieces::{Parcel, Pieces, Shape};
use reader::{Reader, Reading};
use reading::{Delivery, Outlet};
use record::unusable;
use std::io;
use std::path::PathBuf;
use std::task::{Context, Poll, ready};
use tokio::sync::mpsc::Receiver;
use whole::Whole;

/// Payload and address of the JSON record in `line`; `None` if it is blank. [`Source`] does the same with each line.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn read_record(line: &Bytes) -> Result<Option<(Bytes, Address)>, String> {
    let record = json::read(line)?;
    Ok(record.map(|(payload, said)| (pieces::keep(line, payload), said.into_address())))
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Each text is one message.
    Texts(Vec<Vec<u8>>),
    /// Each file is one message; `-` is standard input.
    Files(Vec<PathBuf>),
    /// All of standard input is one message.
    Stdin,
    /// Each line of standard input is one message.
    Lines(Lines),
    /// Each line of standard input is a JSON record, as `sub --json` prints them. Blank lines are counted but skipped.
    Records,
    /// The same, each with the time at which it was received.
    Recording,
}

/// How to split standard input into messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// Ends each message; optional after the last one. Not empty.
    pub delimiter: Vec<u8>,
    /// If each line starts with its topic: separates the topic from the payload, at the first occurrence. Not empty.
    pub topic_from: Option<Vec<u8>>,
}

/// What to read, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What to read.
    pub input: Input,
    /// The encoding of payloads. No effect on JSON records, which name it themselves.
    pub encoding: Encoding,
    /// What to do about invalid records.
    pub invalid: Invalid,
}

/// Where further records come from.
enum Feed {
    /// The input has ended, possibly with an error that has not been returned yet.
    Ended(Option<SourceError>),
    Thread(Receiver<Delivery>),
    Here(Box<(AtHand, Reader)>),
}

/// Returns records in batches, and complaints about skipped ones.
pub struct Source {
    ready: Option<Batch>,
    feed: Feed,
    total: Option<u64>,
    skipped: u64,
    complaints: Vec<SourceError>,
}

impl Source {
    /// Opens the input and starts reading.
    ///
    /// # Errors
    /// When a file cannot be opened or is too large, a text is badly encoded, a delimiter is empty, or no thread can be
    /// started.
    pub fn open(options: Options) -> Result<Self, SourceError> {
        let Options { input, encoding, invalid } = options;
        match input {
            Input::Texts(texts) => Self::given(texts, encoding),
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
            Input::Recording => {
                Self::lines(Splitter::new(b"\n"), Pieces::new(Shape::TimedJson, invalid))
            }
        }
    }

    fn given(texts: Vec<Vec<u8>>, encoding: Encoding) -> Result<Self, SourceError> {
        let record = |(position, text): (u64, Vec<u8>)| {
            let decoded = encoding.decode(text.into());
            let payload = decoded.map_err(|cause| unusable("the message", cause))?;
            Ok(Record { position, payload, size: 0, address: Address::Given, time: None })
        };
        let records: Result<Vec<_>, _> = (1..).zip(texts).map(record).collect();
        Ok(Self { ready: Some(records?.into_iter()), ..Self::new(Feed::Ended(None), None) })
    }

    /// A source of these records.
    #[cfg(test)]
    pub(crate) fn of(records: Vec<Record>) -> Self {
        Self { ready: Some(records.into_iter()), ..Self::new(Feed::Ended(None), None) }
    }

    fn new(feed: Feed, total: Option<u64>) -> Self {
        Self { ready: None, feed, total, skipped: 0, complaints: Vec::new() }
    }

    fn wholes(wholes: Vec<Whole>, invalid: Invalid) -> Result<Self, SourceError> {
        let total = wholes.iter().map(Whole::length).sum();
        Self::spawn(total, move |outlet| reading::send_whole(wholes, invalid, outlet))
    }

    fn lines(splitter: Splitter, pieces: Pieces) -> Result<Self, SourceError> {
        let reader = Reader::new(splitter, pieces);
        if let Some(stdin) = AtHand::stdin() {
            return Ok(Self::new(Feed::Here(Box::new((stdin, reader))), None));
        }
        let total = whole::stdin_length();
        Self::spawn(total, |outlet| reading::send_lines(reading::read_stdin, reader, outlet))
    }

    fn spawn(
        total: Option<u64>,
        read: impl FnOnce(&Outlet) -> Result<(), SourceError> + Send + 'static,
    ) -> Result<Self, SourceError> {
        Ok(Self::new(Feed::Thread(reading::spawn(read)?), total))
    }

    /// The next records; `None` at the end, and after an error.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Batch, SourceError>>> {
        if let Some(batch) = self.ready.take() {
            return Poll::Ready(Some(Ok(batch)));
        }
        loop {
            match &mut self.feed {
                Feed::Ended(error) => return Poll::Ready(error.take().map(Err)),
                Feed::Thread(receiver) => match ready!(receiver.poll_recv(cx)) {
                    Some(Delivery::Parcel(parcel)) => return self.take(parcel),
                    Some(Delivery::End(end)) => self.feed = Feed::Ended(end.err()),
                    // The thread broke down before it reported the end, so the input is incomplete.
                    None => {
                        let error = io::Error::other("reading broke down");
                        let error = SourceError::Io { name: "the input".to_owned(), error };
                        self.feed = Feed::Ended(Some(error));
                    }
                },
                Feed::Here(here) => {
                    let (stdin, reader) = &mut **here;
                    let Reading { parcel, end } = ready!(reader.poll_read(cx, stdin));
                    if let Some(end) = end {
                        self.feed = Feed::Ended(end.err());
                    }
                    if !parcel.is_empty() {
                        return self.take(parcel);
                    }
                }
            }
        }
    }

    fn take(&mut self, parcel: Parcel) -> Poll<Option<Result<Batch, SourceError>>> {
        self.skipped += parcel.skipped;
        self.complaints.extend(parcel.complaints);
        Poll::Ready(Some(Ok(parcel.records.into_iter())))
    }

    /// Total size of the input in bytes, if known: regular files, including standard input redirected from one, from
    /// the current position. In the unit of [`Record::size`]. Files that only look regular, as in `/proc`, count as
    /// empty. `None` if nothing is read.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Number of invalid records skipped so far.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Why records were skipped, in order, since the last call; at most [`COMPLAINTS`] in total.
    pub fn complaints(&mut self) -> impl Iterator<Item = SourceError> {
        self.complaints.drain(..)
    }
}
