//! The thread that does the blocking writes.

use super::block::{Block, LIMIT};
use super::descriptor::Descriptor;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

/// How long the thread gathers records between two blocks for a file on a disk. Readers do not notice, and waking a
/// thread for each record takes longer than writing it.
const LULL: Duration = Duration::from_millis(10);

/// Bytes per write, so that the progress of a slow reader is visible.
const PIECE: usize = 32 << 10;

/// While a record smaller than this, in bytes, is being written, further records may wait in memory.
const SMALL: usize = 16 << 20;

/// Number of bytes that end the gathering early.
const PLENTY: usize = 64 << 10;

/// How the thread writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mode {
    /// No more often than necessary: records gather for a moment between two blocks.
    pub(super) gathers: bool,
    /// Each block is on disk before it counts as written.
    pub(super) syncs: bool,
}

/// A thread that writes blocks one after the other, and the state shared with its owner.
pub(super) struct Worker(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Notified when there is something to write.
    work: Condvar,
    /// Notified when a piece was written, or writing failed.
    progress: Condvar,
}

#[derive(Default)]
struct State {
    /// The next block to write.
    next: Block,
    /// Where to write from the next block on, if that is another descriptor.
    descriptor: Option<Arc<Descriptor>>,
    is_writing: bool,
    /// Size of the large record that is being written, in bytes.
    writing: usize,
    /// Whether the thread is gathering records.
    is_lull: bool,
    /// Whether somebody waits for the next block to be written.
    is_urgent: bool,
    /// Number of records written since the owner last asked.
    written: u64,
    /// Total number of pieces written.
    progress: u64,
    /// Why writing ended, until the owner has asked.
    failure: Option<io::Error>,
    is_over: bool,
    /// Whether nothing more will be added.
    is_closed: bool,
    waker: Option<Waker>,
}

impl State {
    /// Whether to stop gathering records.
    fn is_lull_over(&self) -> bool {
        self.is_urgent || self.is_closed || self.next.size() >= PLENTY
    }

    fn is_busy(&self) -> bool {
        !self.is_over && (self.is_writing || !self.next.is_empty())
    }
}

/// The progress of the thread.
pub(super) struct Standing {
    /// Number of records written since the last call.
    pub(super) written: u64,
    /// Changes whenever the reader has taken something; the value itself means nothing.
    pub(super) progress: u64,
    /// Why writing ended; returned once.
    pub(super) failure: Option<io::Error>,
    /// Whether there is more to write.
    pub(super) is_busy: bool,
    /// Bytes that wait until the current or next block has been written.
    pub(super) waiting: usize,
}

impl Worker {
    /// Starts the thread, which writes to `descriptor`.
    pub(super) fn start(descriptor: Arc<Descriptor>, mode: Mode) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            work: Condvar::new(),
            progress: Condvar::new(),
        });
        let owner = Arc::clone(&shared);
        let thread = Thread { shared, descriptor, mode, block: Block::default() };
        thread::Builder::new().name("output".to_owned()).spawn(move || thread.run())?;
        Ok(Self(owner))
    }

    /// Queues `block`, and leaves it empty, with memory for reuse. Nobody waits for it to be written unless it
    /// `is_urgent`.
    pub(super) fn add(&self, block: &mut Block, is_urgent: bool) {
        let mut state = self.0.lock();
        if state.next.is_empty() {
            std::mem::swap(&mut state.next, block);
        } else {
            state.next.append(block);
        }
        state.is_urgent |= is_urgent;
        if !state.is_lull || state.is_lull_over() {
            self.0.work.notify_one();
        }
    }

    /// Writes to `descriptor` from the next block on.
    pub(super) fn switch(&self, descriptor: Arc<Descriptor>) {
        self.0.lock().descriptor = Some(descriptor);
    }

    /// Its progress; `waker` is woken when that changes.
    pub(super) fn look(&self, waker: Option<&Waker>) -> Standing {
        let mut state = self.0.lock();
        let is_busy = state.is_busy();
        if is_busy && let Some(waker) = waker {
            state.waker = Some(waker.clone());
        }
        Standing {
            written: std::mem::take(&mut state.written),
            progress: state.progress,
            failure: state.failure.take(),
            is_busy,
            // If nothing is being written, this block is about to be.
            waiting: match state.is_writing {
                true => state.next.size() + state.writing,
                false => state.next.size().saturating_sub(LIMIT),
            },
        }
    }

    /// Whether there is more to write.
    #[cfg(test)]
    pub(super) fn is_busy(&self) -> bool {
        self.0.lock().is_busy()
    }

    /// Asks for everything to be written without delay.
    pub(super) fn hurry(&self) {
        self.0.lock().is_urgent = true;
        self.0.work.notify_one();
    }

    /// Waits until something more is written, or until `deadline`.
    pub(super) fn wait(&self, deadline: Instant) {
        let state = self.0.lock();
        let progress = state.progress;
        let left = deadline.saturating_duration_since(Instant::now());
        let stands_still = |state: &mut State| state.is_busy() && state.progress == progress;
        // The owner checks again, whatever woke it.
        let _ = self.0.progress.wait_timeout_while(state, left, stands_still);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.work.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is consistent between any two statements.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread.
struct Thread {
    shared: Arc<Shared>,
    descriptor: Arc<Descriptor>,
    mode: Mode,
    /// What is being written.
    block: Block,
}

impl Thread {
    fn run(mut self) {
        while self.take() {
            let result = self.write();
            if !self.report(result) {
                return;
            }
            if self.mode.gathers {
                self.gather();
            }
        }
    }

    /// Waits for the next block; `false` if there will be none.
    fn take(&mut self) -> bool {
        let mut state = self.shared.lock();
        while state.next.is_empty() {
            if state.is_closed {
                return false;
            }
            state = self.shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut state.next, &mut self.block);
        let size = self.block.large.as_ref().map_or(0, |large| large.size);
        state.writing = if size < SMALL { 0 } else { size };
        state.is_writing = true;
        state.is_urgent = false;
        if let Some(next) = state.descriptor.take() {
            self.descriptor = next;
        }
        true
    }

    fn write(&mut self) -> io::Result<()> {
        if !self.block.routed.is_empty() {
            return self.descriptor.write_routed(&self.block);
        }
        let mut result = Ok(());
        let mut write = |bytes: &[u8]| {
            for piece in bytes.chunks(PIECE) {
                // Nothing is written after an error.
                if result.is_ok() {
                    result = self.descriptor.write_all(piece);
                    self.shared.lock().progress += 1;
                    self.shared.progress.notify_all();
                }
            }
        };
        write(&self.block.bytes);
        if let Some(large) = self.block.large.take() {
            (large.write)(&mut write);
        }
        result?;
        if self.mode.syncs { self.descriptor.sync() } else { Ok(()) }
    }

    /// Tells the owner that the block was written, or not; returns whether to go on.
    fn report(&mut self, result: io::Result<()>) -> bool {
        let mut state = self.shared.lock();
        state.is_writing = false;
        state.writing = 0;
        state.is_over = result.is_err();
        match result {
            Ok(()) => state.written += self.block.records,
            Err(error) => state.failure = Some(error),
        }
        self.block.clear();
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
        self.shared.progress.notify_all();
        !state.is_over
    }

    /// Lets records gather for a moment, unless somebody waits for them.
    fn gather(&self) {
        let mut state = self.shared.lock();
        state.is_lull = true;
        let lasts = |state: &mut State| !state.is_lull_over();
        let waited = self.shared.work.wait_timeout_while(state, LULL, lasts);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_lull = false;
    }
}
