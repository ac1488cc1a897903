//! Where all output goes: messages to standard output or a file, events, and diagnostics to standard error. A reader
//! that stops reading cannot stop the session.
//!
//! ```text
//! messages, events, lines ─► Writer ─┬─► a short block, if that does not wait ────────────► descriptor
//!                            (bounded) └─► the rest ─► Worker (a thread, started when needed) ─┘
//! ```
//!
//! A short block is written directly: one system call, and no other thread wakes. What does not fit is handed to a
//! thread. So is a long block, which is written while the next one is made. Meanwhile output is gathered up to a limit,
//! at which the source has to wait ([`Writer::is_full`]). Messages wait as long as it takes. Lines of events and
//! diagnostics wait only while the reader makes progress ([`Writer::is_behind`]); otherwise they are kept up to another
//! limit, beyond which they are dropped and counted.
//!
//! A large message is never formatted as a whole: the thread formats it piece by piece as it writes
//! ([`Writer::large_message`]).
//!
//! Everything that was added is written at the next opportunity, so output is flushed whenever nothing more is waiting.
//! Files on a disk are always written by the thread, because a write may take any time; there it gathers records for a
//! few milliseconds, unless somebody waits for them ([`Writer::hurry`]).

mod at_once;
mod block;
mod descriptor;
pub mod inherited;
mod reader_gone;
pub mod stderr;
mod tree;
mod worker;

use at_once::AtOnce;
use block::{Block, LIMIT, Large, Write};
use descriptor::Descriptor;
use reader_gone::ReaderGone;
pub use reader_gone::is_gone_from_stdout;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tree::Tree;
pub use tree::{DIGITS, Keeping};
use worker::{Mode, Worker};

/// Number of waiting bytes beyond which lines are dropped.
const MOST: usize = 4 * LIMIT;

/// Largest block that is written directly, in bytes. It is less than a pipe holds: longer ones are worth a thread.
const SHORT: usize = 16 << 10;

/// A reader that has read nothing for this long is stuck, and nothing waits for it. A slow one misses nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a reader may make no progress at the end of the run, while output waits for it.
const LAST_WRITE: Duration = Duration::from_millis(300);

/// How long a slow reader, or a slow disk, may delay the end of the run.
const LONGEST_END: Duration = Duration::from_secs(5);

/// A descriptor, and the output that waits for it.
pub struct Writer {
    descriptor: Arc<Descriptor>,
    /// How to write without blocking.
    at_once: AtOnce,
    reader_gone: ReaderGone,
    /// Whether it is a file on a disk.
    is_file: bool,
    /// Whether records are synced to disk before they count as written.
    syncs: bool,
    /// Whether the first output replaces the file's contents.
    is_replaced: bool,
    /// Whether somebody waits until everything added is written.
    is_urgent: bool,
    /// What was added since the last write.
    fresh: Block,
    worker: Option<Worker>,
    /// Number of records that the thread has.
    handed: u64,
    /// Bytes that wait until the thread has written its block.
    waiting: usize,
    /// Number of records written since this was last reported.
    written: u64,
    /// The error that ended writing, until it is reported.
    failure: Option<io::Error>,
    /// Number of dropped lines.
    left_out: u64,
    /// The thread's progress, and when it last changed.
    progress: (u64, Instant),
    /// A buffer that is used instead of the descriptor.
    #[cfg(test)]
    memory: Option<Memory>,
}

/// Output of a simulated run.
#[cfg(test)]
pub(crate) type Memory = Arc<Mutex<Vec<u8>>>;

/// What to do with the contents of the output file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Replace them.
    Replace,
    /// Keep them and append.
    Append,
}

impl Writer {
    /// Writes to standard output.
    pub fn to_stdout() -> Self {
        Self::new(Descriptor::Stdout)
    }

    /// Writes to standard error. Only [`stderr`] uses this.
    fn to_stderr() -> Self {
        Self::new(Descriptor::Stderr)
    }

    /// Writes to `file`, and syncs it at the end if that is possible.
    ///
    /// # Errors
    /// If the file's type cannot be found out.
    pub fn to_file(file: File, start: Start) -> io::Result<Self> {
        let writer = Self::new(Descriptor::File(file));
        // Only a file on a disk can have contents to replace.
        Ok(Self { is_replaced: start == Start::Replace && writer.is_file, ..writer })
    }

    /// With `syncs`, what goes to a file is synced to disk before it counts as written.
    #[must_use]
    pub fn syncing(self, syncs: bool) -> Self {
        Self { syncs: syncs && self.is_file, ..self }
    }

    /// Writes to `file` from now on, in place of another file. Output that is still waiting goes to the new file.
    pub fn switch(&mut self, file: File) {
        self.descriptor = Arc::new(Descriptor::File(file));
        if let Some(worker) = &self.worker {
            worker.switch(Arc::clone(&self.descriptor));
        }
    }

    /// Writes to files below `directory`, as [`Writer::message_to`] says.
    ///
    /// # Errors
    /// When it is not a directory, or cannot be opened.
    pub fn to_files(directory: &Path, keeping: Keeping) -> io::Result<Self> {
        let tree = Tree::open(directory, keeping)?;
        let directory = tree.directory()?;
        Ok(Self::new(Descriptor::Tree(Mutex::new(tree), directory)))
    }

    fn new(descriptor: Descriptor) -> Self {
        let at_once = AtOnce::of(&descriptor);
        let descriptor = Arc::new(descriptor);
        Self {
            at_once,
            reader_gone: ReaderGone::of(&descriptor),
            is_file: descriptor.is_file(),
            descriptor,
            syncs: false,
            is_replaced: false,
            is_urgent: false,
            fresh: Block::default(),
            worker: None,
            handed: 0,
            waiting: 0,
            written: 0,
            failure: None,
            left_out: 0,
            progress: (0, Instant::now()),
            #[cfg(test)]
            memory: None,
        }
    }

    /// Writes to `memory`, at each poll.
    #[cfg(test)]
    pub(crate) fn to_memory(memory: Memory) -> Self {
        let reader_gone = ReaderGone::default();
        Self { memory: Some(memory), reader_gone, ..Self::new(Descriptor::Stdout) }
    }

    /// Called before the first output: empties the file if its contents are to be replaced.
    ///
    /// # Errors
    /// If it cannot be emptied.
    pub fn begin(&mut self) -> io::Result<()> {
        match &*self.descriptor {
            Descriptor::File(file) if std::mem::take(&mut self.is_replaced) => file.set_len(0),
            _ => Ok(()),
        }
    }

    /// Asks for everything that was added to be written soon.
    pub fn hurry(&mut self) {
        self.is_urgent = true;
    }

    /// Adds a message, which `write` appends to the buffer. It is never dropped: the caller checks [`Writer::is_full`].
    pub fn message(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.fresh.add(write);
    }

    /// Adds a message for the file at `path` below the directory of [`Writer::to_files`].
    pub fn message_to(&mut self, path: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.fresh.add_to(path, write);
    }

    /// Adds a message that counts as `size` bytes until it is written; `write` formats its pieces then. A very large
    /// one makes the writer full until then.
    pub fn large_message(&mut self, size: usize, write: Write) {
        self.fresh.add(|_| {});
        self.fresh.large = Some(Large { size, write });
    }

    /// Adds a line. If the reader is stuck and there is no room, the line is dropped and counted. Callers with many
    /// lines check [`Writer::is_behind`].
    ///
    /// # Errors
    /// The error that ended writing.
    pub fn line(&mut self, line: &[u8]) -> io::Result<()> {
        if self.fresh.bytes.len() >= SHORT || self.is_full() {
            self.advance(None)?;
        }
        while self.held() >= MOST && !self.is_stuck() {
            self.hurry();
            self.wait(self.progress.1 + PATIENCE)?;
        }
        if self.held() >= MOST {
            self.left_out += 1;
        } else {
            self.message(|out| out.extend_from_slice(line));
        }
        Ok(())
    }

    /// Number of bytes that wait.
    fn held(&self) -> usize {
        self.waiting + self.fresh.size()
    }

    /// Whether nothing more should be added for now.
    pub fn is_full(&self) -> bool {
        self.held() >= LIMIT
    }

    /// Whether to wait for the reader: there is much to read, and it makes progress.
    pub fn is_behind(&self) -> bool {
        self.is_full() && !self.is_stuck()
    }

    /// Whether the reader makes no progress although there is something to read.
    fn is_stuck(&self) -> bool {
        self.handed > 0 && self.progress.1.elapsed() >= PATIENCE
    }

    /// Advances the output. Ready with the number of records written since the last call, or (possibly with 0) when
    /// everything has been written.
    ///
    /// # Errors
    /// The error that ended writing.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        let advanced = self.advance(Some(cx.waker()));
        if let Err(error) = advanced {
            if self.written == 0 {
                return Poll::Ready(Err(error));
            }
            // Records that were written before are reported first.
            self.failure = Some(error);
            cx.waker().wake_by_ref();
        }
        match std::mem::take(&mut self.written) {
            0 if !self.is_idle() => Poll::Pending,
            // Otherwise the next write reports it.
            0 if self.reader_gone.poll(cx).is_ready() => {
                Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
            }
            written => Poll::Ready(Ok(written)),
        }
    }

    /// Writes what can be written directly and lets the thread write the rest; `waker` is woken when it makes progress.
    ///
    /// # Errors
    /// The error that ended writing.
    pub fn flush(&mut self, waker: Option<&Waker>) -> io::Result<()> {
        self.advance(waker)
    }

    /// Whether everything has been written.
    pub fn is_idle(&self) -> bool {
        self.unwritten() == 0
    }

    /// Whether it goes to a file on a disk, which no reader can hold up.
    pub fn is_file(&self) -> bool {
        self.is_file
    }

    /// Number of records not written yet.
    pub fn unwritten(&self) -> u64 {
        self.handed + self.fresh.records
    }

    /// Number of dropped lines.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Waits for a moment until everything is written, then syncs a file; [`Writer::unwritten`] tells what is left.
    ///
    /// # Errors
    /// The error that ended writing.
    pub fn finish(&mut self) -> io::Result<()> {
        self.finish_within(LAST_WRITE)
    }

    fn finish_within(&mut self, patience: Duration) -> io::Result<()> {
        self.hurry();
        self.advance(None)?;
        let end = Instant::now() + LONGEST_END;
        // A disk tells nothing of its progress.
        let patience = if self.is_file { LONGEST_END } else { patience };
        let mut deadline = Instant::now() + patience;
        while !self.is_idle() && Instant::now() < deadline.min(end) {
            let before = self.progress;
            self.wait(deadline.min(end))?;
            if self.progress != before {
                deadline = Instant::now() + patience;
            }
        }
        if self.is_idle() { self.descriptor.sync() } else { Ok(()) }
    }

    /// Waits until something is written, or until `deadline`.
    fn wait(&mut self, deadline: Instant) -> io::Result<()> {
        if let Some(worker) = &self.worker {
            worker.wait(deadline);
        }
        self.advance(None)
    }

    fn advance(&mut self, waker: Option<&Waker>) -> io::Result<()> {
        #[cfg(test)]
        if let Some(memory) = &self.memory {
            self.fresh.make_whole();
            memory.lock().unwrap().append(&mut self.fresh.bytes);
            self.written += std::mem::take(&mut self.fresh.records);
            return Ok(());
        }
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        let is_busy = self.look(waker)?;
        if self.fresh.is_empty() {
            // Records may be empty; then there is nothing to write.
            if !is_busy {
                self.written += std::mem::take(&mut self.fresh.records);
            } else if std::mem::take(&mut self.is_urgent)
                && let Some(worker) = &self.worker
            {
                worker.hurry();
            }
            return Ok(());
        }
        if !is_busy && self.write_at_once()? {
            return Ok(());
        }
        if !is_busy {
            self.progress.1 = Instant::now();
        }
        self.handed += self.fresh.records;
        let worker = match &mut self.worker {
            Some(worker) => worker,
            none => {
                let mode = Mode { gathers: self.is_file, syncs: self.syncs };
                none.insert(Worker::start(Arc::clone(&self.descriptor), mode)?)
            }
        };
        worker.add(&mut self.fresh, std::mem::take(&mut self.is_urgent));
        self.look(waker).map(drop)
    }

    /// Collects the thread's progress, and returns whether it has more to do.
    fn look(&mut self, waker: Option<&Waker>) -> io::Result<bool> {
        let Some(worker) = &self.worker else { return Ok(false) };
        let standing = worker.look(waker);
        self.handed -= standing.written;
        self.written += standing.written;
        self.waiting = standing.waiting;
        if standing.progress != self.progress.0 {
            self.progress = (standing.progress, Instant::now());
        }
        standing.failure.map_or(Ok(standing.is_busy), Err)
    }

    /// Writes a short block as far as that does not block, and returns whether all of it was written.
    fn write_at_once(&mut self) -> io::Result<bool> {
        let bytes = &self.fresh.bytes;
        if self.fresh.size() > SHORT || !self.fresh.routed.is_empty() {
            return Ok(false);
        }
        let mut start = 0;
        while start < bytes.len() {
            match self.at_once.write(&self.descriptor, &bytes[start..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => start += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        if start < bytes.len() {
            self.fresh.bytes.drain(..start);
            return Ok(false);
        }
        self.written += self.fresh.records;
        self.fresh.clear();
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::io::Read;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap().block_on(future)
    }

    fn pipe() -> (io::PipeReader, Writer) {
        let (reader, writer) = io::pipe().unwrap();
        let file = File::from(std::os::fd::OwnedFd::from(writer));
        (reader, Writer::to_file(file, Start::Append).unwrap())
    }

    #[test]
    fn messages_are_counted_when_they_are_written() {
        let (reader, mut writer) = pipe();
        writer.message(|out| out.extend_from_slice(b"one\n"));
        writer.message(|out| out.extend_from_slice(b"two\n"));
        let written = block_on(poll_fn(|cx| writer.poll(cx))).unwrap();
        assert_eq!(written, 2);
        // No thread was needed for this.
        assert_eq!(writer.worker.is_some(), cfg!(not(target_os = "linux")));
        drop(writer);
        assert_eq!(io::read_to_string(reader).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn a_message_of_no_bytes_counts_in_its_turn() {
        let (_reader, mut writer) = pipe();
        let waker = Waker::noop();
        let mut cx = Context::from_waker(waker);
        writer.message(|_| {});
        assert!(matches!(writer.poll(&mut cx), Poll::Ready(Ok(1))) && writer.is_idle());
        writer.message(|out| out.resize(2 * LIMIT, b'x'));
        assert!(writer.poll(&mut cx).is_pending());
        writer.message(|_| {});
        assert!(writer.poll(&mut cx).is_pending());
        assert_eq!(writer.unwritten(), 2);
    }

    #[test]
    fn a_file_gets_all_of_it_in_order_and_the_end_does_not_wait_for_a_lull() {
        let file = tempfile::tempfile().unwrap();
        let mut writer = Writer::to_file(file.try_clone().unwrap(), Start::Append).unwrap();
        let waker = Waker::noop();
        let mut expected = String::new();
        for number in 0..1_000 {
            let line = format!("{number}\n");
            expected.push_str(&line);
            writer.message(|out| out.extend_from_slice(line.as_bytes()));
            let _ = writer.poll(&mut Context::from_waker(waker));
        }
        writer.finish().unwrap();
        assert_eq!(writer.unwritten(), 0);
        let mut text = String::new();
        let mut file = file;
        io::Seek::rewind(&mut file).unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, expected);
    }

    #[test]
    fn a_stuck_reader_fills_it_and_an_error_comes_out() {
        let (reader, mut writer) = pipe();
        let waker = Waker::noop();
        // The thread takes everything once, and then nothing more.
        while !writer.is_full() {
            writer.message(|out| out.resize(out.len() + LIMIT, b'x'));
            assert!(writer.poll(&mut Context::from_waker(waker)).is_pending());
        }
        drop(reader);
        let error = block_on(poll_fn(|cx| writer.poll(cx))).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_reader_that_wakes_up_gets_what_waited_and_is_told_of_no_less() {
        let (mut reader, mut writer) = pipe();
        let line = [b'x'; 1 << 10];
        let mut count = 0;
        while writer.left_out() == 0 {
            writer.line(&line).unwrap();
            count += 1;
        }
        writer.line(&line).unwrap();
        assert_eq!(writer.left_out(), 2);
        let kept = count - 1;
        let reading = std::thread::spawn(move || {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).unwrap();
            all.len() as u64
        });
        // Once the thread has caught up, the next line is accepted.
        while writer.worker.as_ref().is_some_and(Worker::is_busy) {
            std::thread::yield_now();
        }
        writer.line(&line).unwrap();
        writer.finish_within(Duration::from_secs(60)).unwrap();
        assert_eq!(writer.left_out(), 2);
        drop(writer);
        assert_eq!(reading.join().unwrap(), (kept + 1) << 10);
    }
}
