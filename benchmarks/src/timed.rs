//! One process, timed from spawn to exit, and ended where it does not end by itself.
//!
//! Knows nothing of what the process does.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result};

/// No run may take longer.
const DEADLINE: Duration = Duration::from_secs(120);
/// How long a program may go on once the peer gave up on it, and how often that is looked at.
const PATIENCE: Duration = Duration::from_secs(1);

pub struct Finished {
    pub wall: Duration,
    pub status: ExitStatus,
    /// stderr.
    pub talk: String,
}

/// Runs to the end, to the deadline, or until the peer has given up on the program. The clock stops when the process was
/// waited for; until then this thread sleeps in a read of its stderr, and the guard wakes once a second.
pub fn run(command: &mut Command, peer_failed: Arc<AtomicBool>) -> Result<Finished> {
    attended(command, peer_failed, |_| ()).map(|(finished, ())| finished)
}

/// The same; somebody is told of the process once it has started.
pub fn attended<T>(
    command: &mut Command,
    peer_failed: Arc<AtomicBool>,
    attend: impl FnOnce(&mut Child) -> T,
) -> Result<(Finished, T)> {
    let running: Arc<Mutex<Option<Child>>> = Arc::default();
    let (over, deadline) = mpsc::channel::<()>();
    let guarded = Arc::clone(&running);
    let guard = thread::spawn(move || {
        let start = Instant::now();
        let mut late = false;
        while !late && deadline.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            late = start.elapsed() >= DEADLINE || peer_failed.load(Ordering::Relaxed);
        }
        if late && let Some(child) = lock(&guarded).as_mut() {
            // It may have ended by itself just now.
            drop(child.kill());
        }
        late
    });
    command.stderr(Stdio::piped());

    let start = Instant::now();
    let mut child = command
        .spawn()
        .context(format!("cannot start {}", command.get_program().to_string_lossy()))?;
    let stderr = child.stderr.take();
    let attendant = attend(&mut child);
    *lock(&running) = Some(child);
    let mut talk = Vec::new();
    if let Some(mut stderr) = stderr {
        stderr.read_to_end(&mut talk).context("cannot read stderr")?;
    }
    let status = match lock(&running).as_mut() {
        Some(child) => child.wait().context("cannot wait for the program")?,
        None => return Err(Error::msg("the program is gone")),
    };
    let wall = start.elapsed();

    drop(over);
    let late = guard.join().unwrap_or(false);
    let mut talk = String::from_utf8_lossy(&talk).into_owned();
    if late {
        talk.push_str(&format!("\nended after {} s", wall.as_secs()));
    }
    Ok((Finished { wall, status, talk }, attendant))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
