//! What is to be published: records from the command line, files or standard input, in order and
//! counted from 1.
//!
//! Reading happens on a thread and runs at most a few blocks ahead, so unread input stays in its
//! pipe. Knows nothing of topics or sessions.

mod lines;

use crate::os_error;
use bytes::Bytes;
use lines::Splitter;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;
use std::task::{Context, Poll};
use std::thread;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The largest payload there can be, in bytes; topic and properties make it a little less.
pub const MAX_PAYLOAD: usize = crate::message::MAX_REMAINING_LENGTH;

/// Batches that wait between the thread and the session.
const AHEAD: usize = 2;

/// One message to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which one, counted from 1; the line number with line input.
    pub position: u64,
    /// Its bytes.
    pub payload: Bytes,
}

/// Records that were read together; an empty one is the end.
pub type Batch = std::vec::IntoIter<Record>;

/// Why reading ended before the input did.
#[derive(Debug)]
pub enum SourceError {
    /// A file cannot be sent: missing, a directory, too large. Found before anything is sent, where
    /// that can be known.
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
    /// A record is larger than a message can be.
    TooLong {
        /// Which.
        position: u64,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable { name, cause } => write!(f, "cannot send {name}: {cause}"),
            Self::Io { name, error } => write!(f, "cannot read {name}: {}", os_error::plain(error)),
            Self::TooLong { position } => {
                write!(f, "line {position} is longer than {MAX_PAYLOAD} bytes")
            }
        }
    }
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
    Lines,
}

/// See the module.
pub struct Source {
    ready: Option<Batch>,
    reading: Option<Receiver<Result<Batch, SourceError>>>,
}

impl Source {
    /// Opens what `input` names and begins to read it.
    ///
    /// # Errors
    /// When a file cannot be opened or is too large, or no thread can be started.
    pub fn open(input: Input) -> Result<Self, SourceError> {
        match input {
            Input::Bytes(bytes) => {
                let record = Record { position: 1, payload: bytes.into() };
                Ok(Self { ready: Some(vec![record].into_iter()), reading: None })
            }
            Input::Files(paths) => {
                let files = paths.into_iter().map(Whole::open).collect::<Result<Vec<_>, _>>()?;
                Self::spawn(move |sender| send_whole(files, sender))
            }
            Input::Stdin => Self::spawn(|sender| send_whole(vec![Whole::stdin()], sender)),
            Input::Lines => Self::spawn(|sender| send_lines(io::stdin().lock(), sender)),
        }
    }

    fn spawn(
        read: impl FnOnce(&Sender<Result<Batch, SourceError>>) -> Result<(), SourceError>
        + Send
        + 'static,
    ) -> Result<Self, SourceError> {
        let (sender, receiver) = channel(AHEAD);
        thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || {
                let end = read(&sender).map(|()| Batch::default());
                // Nobody listens any more when the run is over.
                let _ = sender.blocking_send(end);
            })
            .map_err(|error| SourceError::Io { name: "the input".to_owned(), error })?;
        Ok(Self { ready: None, reading: Some(receiver) })
    }

    /// The next records; `None` at the end.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Batch, SourceError>>> {
        if let Some(batch) = self.ready.take() {
            return Poll::Ready(Some(Ok(batch)));
        }
        let Some(receiver) = &mut self.reading else { return Poll::Ready(None) };
        let received = std::task::ready!(receiver.poll_recv(cx));
        match received {
            // The mark of the end. Without it the thread broke down, and its input is not whole.
            Some(Ok(batch)) if batch.as_slice().is_empty() => {
                self.reading = None;
                Poll::Ready(None)
            }
            None => {
                self.reading = None;
                let error = io::Error::other("reading broke down");
                Poll::Ready(Some(Err(SourceError::Io { name: "the input".to_owned(), error })))
            }
            received => Poll::Ready(received),
        }
    }
}

/// A file that is opened by its first read: opening a pipe waits for whoever writes to it.
enum Late {
    Closed(PathBuf),
    Open(File),
}

impl Read for Late {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Self::Closed(path) = self {
            *self = Self::Open(File::open(path)?);
        }
        match self {
            Self::Open(file) => file.read(buffer),
            Self::Closed(_) => Ok(0),
        }
    }
}

/// Something that becomes one message as a whole.
struct Whole {
    name: String,
    reader: Box<dyn Read + Send>,
}

impl Whole {
    fn stdin() -> Self {
        Self { name: "standard input".to_owned(), reader: Box::new(io::stdin()) }
    }

    /// Looks at a file, and opens it when that cannot take long; a pipe is opened when it is read.
    fn open(path: PathBuf) -> Result<Self, SourceError> {
        if path.as_os_str() == "-" {
            return Ok(Self::stdin());
        }
        let name = path.display().to_string();
        let unusable = |cause: String| SourceError::Unusable { name: name.clone(), cause };
        let plain = |error: io::Error| unusable(os_error::plain(&error));
        let metadata = fs::metadata(&path).map_err(plain)?;
        if metadata.is_dir() {
            return Err(unusable("it is a directory".to_owned()));
        }
        if metadata.len() > MAX_PAYLOAD as u64 {
            let length = metadata.len();
            return Err(unusable(format!(
                "it has {length} bytes, a message can have {MAX_PAYLOAD}"
            )));
        }
        let reader: Box<dyn Read + Send> = if metadata.is_file() {
            Box::new(File::open(&path).map_err(plain)?)
        } else {
            Box::new(Late::Closed(path))
        };
        Ok(Self { name, reader })
    }

    fn read(self) -> Result<Bytes, SourceError> {
        let mut payload = Vec::new();
        let limit = MAX_PAYLOAD as u64 + 1;
        match self.reader.take(limit).read_to_end(&mut payload) {
            Err(error) => Err(SourceError::Io { name: self.name, error }),
            Ok(length) if length > MAX_PAYLOAD => Err(SourceError::Unusable {
                name: self.name,
                cause: format!("it has more than {MAX_PAYLOAD} bytes"),
            }),
            Ok(_) => Ok(payload.into()),
        }
    }
}

fn send_whole(
    wholes: Vec<Whole>,
    sender: &Sender<Result<Batch, SourceError>>,
) -> Result<(), SourceError> {
    for (whole, position) in wholes.into_iter().zip(1..) {
        let payload = whole.read()?;
        if sender.blocking_send(Ok(vec![Record { position, payload }].into_iter())).is_err() {
            break;
        }
    }
    Ok(())
}

fn send_lines(
    mut reader: impl Read,
    sender: &Sender<Result<Batch, SourceError>>,
) -> Result<(), SourceError> {
    let mut splitter = Splitter::new(b'\n');
    loop {
        match splitter.fill(&mut reader) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(SourceError::Io { name: "standard input".to_owned(), error }),
        }
        let records = splitter.split();
        if !records.is_empty() && sender.blocking_send(Ok(records.into_iter())).is_err() {
            return Ok(());
        }
        if splitter.held() > MAX_PAYLOAD {
            return Err(SourceError::TooLong { position: splitter.position() });
        }
    }
    if let Some(record) = splitter.finish() {
        // Nobody listens any more when the run is over.
        let _ = sender.blocking_send(Ok(vec![record].into_iter()));
    }
    Ok(())
}
