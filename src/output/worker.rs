//! The thread that writes what would keep its caller waiting.

use super::block::Block;
use super::descriptor::Descriptor;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::Instant;

/// A thread that writes blocks, one after the other, and what it shares with its owner.
pub(super) struct Worker(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// There is something to write.
    work: Condvar,
    /// A block was written, or writing failed.
    progress: Condvar,
}

#[derive(Default)]
struct State {
    /// What is to be written next.
    next: Block,
    is_writing: bool,
    /// Records that were written since the owner last asked.
    written: u64,
    /// Why writing ended, until the owner has asked.
    failure: Option<io::Error>,
    is_over: bool,
    /// There will be nothing more to write.
    is_closed: bool,
    waker: Option<Waker>,
}

impl State {
    fn is_busy(&self) -> bool {
        !self.is_over && (self.is_writing || !self.next.bytes.is_empty())
    }
}

/// How far the thread is.
pub(super) struct Standing {
    /// Records that were written since the last question.
    pub(super) written: u64,
    /// Whether there is more to write.
    pub(super) is_busy: bool,
    /// Bytes that wait until the block that is being written is done.
    pub(super) waiting: usize,
}

impl Worker {
    /// Starts the thread, which writes to `descriptor`.
    pub(super) fn start(descriptor: Arc<Descriptor>) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            work: Condvar::new(),
            progress: Condvar::new(),
        });
        let owner = Arc::clone(&shared);
        thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || write(&shared, &descriptor))?;
        Ok(Self(owner))
    }

    /// Has the thread write `block` after what it has already. Emptied, with the memory of an earlier one.
    pub(super) fn add(&self, block: &mut Block) {
        let mut state = self.0.lock();
        if state.next.bytes.is_empty() {
            std::mem::swap(&mut state.next, block);
        } else {
            state.next.append(block);
        }
        self.0.work.notify_one();
    }

    /// How far it is; `waker` is woken when that changes.
    ///
    /// # Errors
    /// Why writing ended, once.
    pub(super) fn look(&self, waker: Option<&Waker>) -> io::Result<Standing> {
        let mut state = self.0.lock();
        if let Some(error) = state.failure.take() {
            return Err(error);
        }
        let is_busy = state.is_busy();
        if is_busy {
            state.waker = waker.cloned();
        }
        let written = std::mem::take(&mut state.written);
        Ok(Standing { written, is_busy, waiting: state.next.bytes.len() })
    }

    /// Waits until another block is written or all are, or until `deadline`.
    pub(super) fn wait(&self, deadline: Instant) {
        let state = self.0.lock();
        let written = state.written;
        let left = deadline.saturating_duration_since(Instant::now());
        let stands_still = |state: &mut State| state.is_busy() && state.written == written;
        // Whatever it was woken for, the owner looks again.
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
        // What is in it is whole between any two statements.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread.
fn write(shared: &Shared, descriptor: &Descriptor) {
    let mut block = Block::default();
    loop {
        let mut state = shared.lock();
        while state.next.bytes.is_empty() {
            if state.is_closed {
                return;
            }
            state = shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut state.next, &mut block);
        state.is_writing = true;
        drop(state);
        let result = descriptor.write_all(&block.bytes);
        let mut state = shared.lock();
        state.is_writing = false;
        state.is_over = result.is_err();
        match result {
            Ok(()) => state.written += block.records,
            Err(error) => state.failure = Some(error),
        }
        block.clear();
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
        shared.progress.notify_all();
        if state.is_over {
            return;
        }
    }
}
