//! Where printed messages go: a buffer that is filled here and written by a thread, so that a
//! stuck reader never keeps the session from its keep-alive.
//!
//! Bounded: while the thread writes one block another one is filled, and then it is full. Whatever
//! was handed over is written at once; blocks only grow while the thread is busy, so output is
//! flushed whenever nothing more is waiting. Knows nothing of messages but how many there are.

use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Bytes that make the sink full while the thread is busy.
const LIMIT: usize = 256 << 10;

/// A buffer that a large message made bigger than this is not kept.
const KEEP: usize = 4 * LIMIT;

/// What the thread has to say about a block: the emptied buffer, or why it was not written.
type Report = io::Result<Vec<u8>>;

/// See the module.
pub struct Sink {
    filling: Vec<u8>,
    /// Messages in `filling`.
    fresh: u64,
    /// Messages in the block that is being written.
    in_writing: Option<u64>,
    spare: Vec<u8>,
    blocks: SyncSender<Vec<u8>>,
    reports: UnboundedReceiver<Report>,
}

impl Sink {
    /// Writes to `output` on a thread of its own.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(mut output: impl Write + Send + 'static) -> io::Result<Self> {
        let (blocks, to_write) = sync_channel::<Vec<u8>>(1);
        let (reporting, reports) = unbounded_channel();
        thread::Builder::new().name("output".to_owned()).spawn(move || {
            for mut block in to_write {
                let result = output.write_all(&block).and_then(|()| output.flush());
                block.clear();
                let failed = result.is_err();
                if reporting.send(result.map(|()| block)).is_err() || failed {
                    return;
                }
            }
        })?;
        Ok(Self {
            filling: Vec::new(),
            fresh: 0,
            in_writing: None,
            spare: Vec::new(),
            blocks,
            reports,
        })
    }

    /// Adds a message: what `write` appends.
    pub fn message(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.filling);
        self.fresh += 1;
    }

    /// Whether nothing more should be added for now.
    pub fn is_full(&self) -> bool {
        self.in_writing.is_some() && self.filling.len() >= LIMIT
    }

    /// Hands what there is to the thread when that is idle. Ready with the number of messages that
    /// have been written since the last call, or when everything has been (then possibly 0).
    ///
    /// # Errors
    /// The error that ended writing.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        let mut written = 0;
        loop {
            if self.in_writing.is_none() {
                self.hand_over();
            }
            let Some(count) = self.in_writing else { return Poll::Ready(Ok(written)) };
            match self.reports.poll_recv(cx) {
                Poll::Pending if written > 0 => return Poll::Ready(Ok(written)),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(report) => {
                    self.take_back(
                        report
                            .unwrap_or_else(|| Err(io::Error::other("the output thread ended")))?,
                    );
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

    /// Waits until everything is written, or for `patience`; [`Sink::unwritten`] tells which.
    ///
    /// # Errors
    /// The error that ended writing.
    pub fn finish(&mut self, patience: Duration) -> io::Result<()> {
        let until = Instant::now() + patience;
        while !self.is_idle() && Instant::now() < until {
            match self.poll(&mut Context::from_waker(std::task::Waker::noop())) {
                Poll::Ready(result) => drop(result?),
                Poll::Pending => thread::sleep(Duration::from_millis(1)),
            }
        }
        Ok(())
    }

    fn hand_over(&mut self) {
        if self.fresh == 0 {
            return;
        }
        let next = std::mem::take(&mut self.spare);
        let block = std::mem::replace(&mut self.filling, next);
        self.in_writing = Some(std::mem::take(&mut self.fresh));
        // The channel has room for the one block there can be; a thread that is gone has reported why.
        let _ = self.blocks.try_send(block);
    }

    fn take_back(&mut self, buffer: Vec<u8>) {
        self.in_writing = None;
        if buffer.capacity() <= KEEP {
            self.spare = buffer;
        }
    }
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
        let mut sink = Sink::new(writer).unwrap();
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
        let mut sink = Sink::new(writer).unwrap();
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
