//! The thread that writes to disk: a sync can take arbitrarily long, and the connection must be kept alive meanwhile.

use super::disk::Disk;
use anyhow::{Context as _, Result, anyhow};
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::thread;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A task for the disk.
type Task<T> = Box<dyn FnOnce(&mut Disk) -> Result<T> + Send>;

/// A disk and the thread that owns it. Runs one task at a time.
pub struct Worker<T> {
    tasks: mpsc::Sender<Task<T>>,
    results: UnboundedReceiver<Result<T>>,
    is_busy: bool,
}

impl<T: Send + 'static> Worker<T> {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn start(mut disk: Disk) -> Result<Self> {
        let (tasks, to_do) = mpsc::channel::<Task<T>>();
        let (sender, results) = unbounded_channel();
        thread::Builder::new()
            .name("outbox".to_owned())
            .spawn(move || {
                while let Ok(task) = to_do.recv() {
                    // Nobody receives the result after the run is over.
                    let _ = sender.send(task(&mut disk));
                }
            })
            .context("cannot start a thread")?;
        Ok(Self { tasks, results, is_busy: false })
    }

    /// Whether a task is running.
    pub fn is_busy(&self) -> bool {
        self.is_busy
    }

    /// Starts a task; call only when none is running.
    pub fn begin(&mut self, task: impl FnOnce(&mut Disk) -> Result<T> + Send + 'static) {
        // If the thread is gone, the missing result says so.
        let _ = self.tasks.send(Box::new(task));
        self.is_busy = true;
    }

    /// The result of the task.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let result = std::task::ready!(self.results.poll_recv(cx));
        self.is_busy = false;
        Poll::Ready(result.unwrap_or_else(|| Err(anyhow!("writing to the outbox broke down"))))
    }
}
