//! Where printed messages go: a buffer that is filled here and written by a thread, so that a
//! stuck reader never keeps the session from its keep-alive.
//!
//! Bounded: while the thread writes one block another one is filled, and then it is full. Whatever
//! was handed over is written at once; blocks only grow while the thread is busy, so output is
//! flushed whenever nothing more is waiting. A reader that goes away is noticed even while there is
//! nothing to write. Knows nothing of messages but how many there are.

use std::fs::File;
use std::io::{self, Write};
#[cfg(unix)]
use std::os::fd::AsFd;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

mod hang_up;
use hang_up::HangUp;

/// Bytes that make the sink full, until the thread takes them.
const LIMIT: usize = 256 << 10;

/// A buffer that a large message made bigger than this is not kept.
const KEEP: usize = 4 * LIMIT;

/// How long to wait before writing again to what takes nothing now and cannot be waited for.
const RETRY: Duration = Duration::from_millis(5);

/// What the thread has to say about a block: the emptied buffer, or why it was not written. After the
/// last block it reports once more, when what was written is safe.
type Report = io::Result<Vec<u8>>;

/// The output of one run: standard output or a file.
pub struct Sink {
    filling: Vec<u8>,
    /// Messages in `filling`.
    fresh: u64,
    /// Messages in the block that is being written.
    in_writing: Option<u64>,
    spare: Vec<u8>,
    /// Gone when there will be no more.
    blocks: Option<SyncSender<Vec<u8>>>,
    reports: UnboundedReceiver<Report>,
    hang_up: HangUp,
    /// A file whose contents go with the first output.
    replaced: Option<File>,
    /// Written to at once, instead of by the thread.
    #[cfg(test)]
    memory: Option<Memory>,
}

/// Where a simulation finds what was written.
#[cfg(test)]
pub(crate) type Memory = std::rc::Rc<std::cell::RefCell<Vec<u8>>>;

/// What becomes of what a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It goes.
    Replace,
    /// It stays, and output comes behind it.
    Append,
}

/// What the thread writes to.
trait Output: Send + 'static {
    fn write(&mut self, block: &[u8]) -> io::Result<()>;

    /// Makes sure that what was written stays.
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Anything that can be written to and needs no more care.
struct Stream<W>(W);

impl<W: Write + Send + 'static> Output for Stream<W> {
    fn write(&mut self, block: &[u8]) -> io::Result<()> {
        write_all(&mut self.0, block)?;
        self.0.flush()
    }
}

/// A file that was opened for the output.
struct Own(File);

impl Output for Own {
    fn write(&mut self, block: &[u8]) -> io::Result<()> {
        write_all(&mut self.0, block)
    }

    fn sync(&mut self) -> io::Result<()> {
        // Devices and pipes have nothing to sync.
        if self.0.metadata()?.is_file() { self.0.sync_all() } else { Ok(()) }
    }
}

/// Like `Write::write_all`, but patient with a descriptor that another program made non-blocking.
fn write_all(output: &mut impl Write, mut block: &[u8]) -> io::Result<()> {
    while !block.is_empty() {
        match output.write(block) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => block = &block[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(RETRY),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Sink {
    /// Writes to standard output.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn to_stdout() -> io::Result<Self> {
        // Not by way of `Stdout`, which takes everything in silence when it cannot be written to.
        #[cfg(unix)]
        {
            let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
            Ok(Self { hang_up: HangUp::of(&stdout), ..Self::new(Stream(stdout))? })
        }
        #[cfg(not(unix))]
        Self::new(Stream(io::stdout()))
    }

    /// Writes to `file`, and syncs it at the end if it is one that can be.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn to_file(file: File, start: Start) -> io::Result<Self> {
        // Only a file on a disk can have contents to replace.
        let replaces = start == Start::Replace && file.metadata()?.is_file();
        let replaced = if replaces { Some(file.try_clone()?) } else { None };
        Ok(Self { hang_up: HangUp::of(&file), replaced, ..Self::new(Own(file))? })
    }

    /// There will be output now: what the file held goes.
    ///
    /// # Errors
    /// When it cannot be emptied.
    pub fn begin(&mut self) -> io::Result<()> {
        match self.replaced.take() {
            Some(file) => file.set_len(0),
            None => Ok(()),
        }
    }

    /// Writes to `output` on a thread of its own.
    fn new(mut output: impl Output) -> io::Result<Self> {
        let (blocks, to_write) = sync_channel::<Vec<u8>>(1);
        let (reporting, reports) = unbounded_channel();
        thread::Builder::new().name("output".to_owned()).spawn(move || {
            for mut block in to_write {
                let result = output.write(&block);
                block.clear();
                let failed = result.is_err();
                if reporting.send(result.map(|()| block)).is_err() || failed {
                    return;
                }
            }
            // Nobody may be left to hear it.
            let _ = reporting.send(output.sync().map(|()| Vec::new()));
        })?;
        Ok(Self {
            filling: Vec::new(),
            fresh: 0,
            in_writing: None,
            spare: Vec::new(),
            blocks: Some(blocks),
            reports,
            hang_up: HangUp::default(),
            replaced: None,
            #[cfg(test)]
            memory: None,
        })
    }

    /// Writes to `memory`, whenever it is polled.
    #[cfg(test)]
    pub(crate) fn to_memory(memory: Memory) -> Self {
        let reports = unbounded_channel().1;
        Self {
            filling: Vec::new(),
            fresh: 0,
            in_writing: None,
            spare: Vec::new(),
            blocks: None,
            reports,
            hang_up: HangUp::default(),
            replaced: None,
            memory: Some(memory),
        }
    }

    /// Adds a message: what `write` appends.
    pub fn message(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.filling);
        self.fresh += 1;
    }

    /// Whether nothing more should be added for now.
    pub fn is_full(&self) -> bool {
        self.filling.len() >= LIMIT
    }

    /// Hands what there is to the thread when that is idle. Ready with the number of messages that
    /// have been written since the last call, or when everything has been (then possibly 0).
    ///
    /// # Errors
    /// The error that ended writing.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        #[cfg(test)]
        if let Some(memory) = &self.memory {
            memory.borrow_mut().append(&mut self.filling);
            return Poll::Ready(Ok(std::mem::take(&mut self.fresh)));
        }
        let mut written = 0;
        loop {
            if self.in_writing.is_none() {
                self.hand_over();
            }
            let Some(count) = self.in_writing else {
                // Otherwise writing itself would tell.
                if self.hang_up.poll(cx).is_ready() {
                    return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
                }
                return Poll::Ready(Ok(written));
            };
            match self.reports.poll_recv(cx) {
                Poll::Pending if written > 0 => return Poll::Ready(Ok(written)),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(report) => {
                    self.take_back(report.unwrap_or_else(|| Err(ended()))?);
                    written += count;
                }
            }
        }
    }

    /// Whether everything has been written.
    pub fn is_idle(&self) -> bool {
        self.in_writing.is_none() && self.fresh == 0
    }

    /// Messages that have not been written.
    pub fn unwritten(&self) -> u64 {
        self.in_writing.unwrap_or(0) + self.fresh
    }

    /// Waits until everything is written, or for `patience`; [`Sink::unwritten`] tells which. Then a file
    /// is synced.
    ///
    /// # Errors
    /// The error that ended writing.
    pub fn finish(&mut self, patience: Duration) -> io::Result<()> {
        #[cfg(test)]
        if self.memory.is_some() {
            let waker = std::task::Waker::noop();
            return match self.poll(&mut Context::from_waker(waker)) {
                Poll::Ready(result) => result.map(drop),
                Poll::Pending => Ok(()),
            };
        }
        let until = Instant::now() + patience;
        while !self.is_idle() {
            if let Some(block) = self.report()? {
                self.take_back(block);
            } else if Instant::now() >= until {
                return Ok(());
            }
            if self.in_writing.is_none() {
                self.hand_over();
            }
        }
        self.blocks = None;
        while self.report()?.is_none() {}
        Ok(())
    }

    /// What the thread says within a moment. Not by way of the runtime, which would want to be yielded to.
    fn report(&mut self) -> io::Result<Option<Vec<u8>>> {
        match self.reports.try_recv() {
            Ok(report) => report.map(Some),
            Err(TryRecvError::Disconnected) => Err(ended()),
            Err(TryRecvError::Empty) => {
                thread::sleep(Duration::from_millis(1));
                Ok(None)
            }
        }
    }

    fn hand_over(&mut self) {
        if self.fresh == 0 {
            return;
        }
        let next = std::mem::take(&mut self.spare);
        let block = std::mem::replace(&mut self.filling, next);
        self.in_writing = Some(std::mem::take(&mut self.fresh));
        // The channel has room for the one block there can be; a thread that is gone has reported why.
        if let Some(blocks) = &self.blocks {
            let _ = blocks.try_send(block);
        }
    }

    fn take_back(&mut self, buffer: Vec<u8>) {
        self.in_writing = None;
        if buffer.capacity() <= KEEP {
            self.spare = buffer;
        }
    }
}

fn ended() -> io::Error {
    io::Error::other("the output thread ended")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn messages_are_counted_when_they_are_written() {
        let (reader, writer) = io::pipe().unwrap();
        let mut sink = Sink::new(Stream(writer)).unwrap();
        sink.message(|out| out.extend_from_slice(b"one\n"));
        sink.message(|out| out.extend_from_slice(b"two\n"));
        let written = block_on(poll_fn(|cx| sink.poll(cx))).unwrap();
        assert_eq!(written, 2);
        drop(sink);
        assert_eq!(io::read_to_string(reader).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn a_stuck_reader_fills_it_and_an_error_comes_out() {
        let (reader, writer) = io::pipe().unwrap();
        let mut sink = Sink::new(Stream(writer)).unwrap();
        let waker = std::task::Waker::noop();
        for _ in 0..2 {
            sink.message(|out| out.resize(LIMIT, b'x'));
            assert!(sink.poll(&mut Context::from_waker(waker)).is_pending());
        }
        assert!(sink.is_full());
        drop(reader);
        let error = block_on(poll_fn(|cx| sink.poll(cx))).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
