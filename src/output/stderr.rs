//! Standard error. Everything that is printed there goes through this module, so that lines stay whole and in order.

use super::Writer;
use super::descriptor::Descriptor;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// Created by the first line; most runs print nothing.
static STDERR: Mutex<Stderr> = Mutex::new(Stderr::Unused);

enum Stderr {
    Unused,
    Open(Box<Writer>),
    /// Its reader has closed, so nothing can be reported.
    Gone,
}

impl Stderr {
    /// Calls `act`. After an error a new writer is created, unless the reader has closed.
    fn with<T>(&mut self, act: impl FnOnce(&mut Writer) -> io::Result<T>) -> io::Result<T> {
        if let Self::Unused = self {
            *self = Self::Open(Box::new(Writer::to_stderr()));
        }
        let Self::Open(writer) = self else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let result = act(writer);
        if let Err(error) = &result {
            *self = match error.kind() {
                io::ErrorKind::BrokenPipe => Self::Gone,
                _ => Self::Unused,
            };
        }
        result
    }
}

fn lock() -> MutexGuard<'static, Stderr> {
    STDERR.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes a line, and returns whether there was room for it.
///
/// # Errors
/// Why this line, or one before it, could not be written.
pub fn line(line: &[u8]) -> io::Result<bool> {
    lock().with(|writer| {
        let before = writer.left_out();
        writer.line(line)?;
        writer.flush(None)?;
        Ok(writer.left_out() == before)
    })
}

/// Whether to wait for the reader: there is much to read, and it makes progress.
pub fn is_behind() -> bool {
    matches!(&*lock(), Stderr::Open(writer) if writer.is_behind())
}

/// Flushes, and wakes `waker` when the reader has made progress.
///
/// # Errors
/// Why something could not be written.
pub fn flush(waker: Option<&Waker>) -> io::Result<()> {
    let mut stderr = lock();
    match *stderr {
        Stderr::Open(_) => stderr.with(|writer| writer.flush(waker)),
        Stderr::Unused | Stderr::Gone => Ok(()),
    }
}

/// Draws over the last line, unless the reader is slow: a drawing can be skipped.
///
/// # Errors
/// Why this, or something before it, could not be written.
pub fn draw(text: &str) -> io::Result<()> {
    lock().with(|writer| {
        writer.flush(None)?;
        if writer.is_idle() {
            writer.line(text.as_bytes())?;
        }
        writer.flush(None)
    })
}

/// Waits for a moment until everything is written.
///
/// # Errors
/// Why something could not be written.
pub fn settle() -> io::Result<()> {
    let mut stderr = lock();
    match *stderr {
        Stderr::Unused => Ok(()),
        _ => stderr.with(Writer::finish),
    }
}

/// Waits for a moment until everything is written, and reports dropped lines.
pub fn finish() {
    let mut stderr = lock();
    let Stderr::Open(writer) = &mut *stderr else { return };
    let left_out = writer.left_out();
    // Nobody is left to be told about an error.
    if writer.finish().is_err() || left_out == 0 || !writer.is_idle() {
        return;
    }
    let lines = if left_out == 1 { "line was" } else { "lines were" };
    let told = format!("mqtt: {left_out} {lines} left out here: the reader was stuck\n");
    let _ = writer.line(told.as_bytes()).and_then(|()| writer.finish());
}

/// Prints a line in a panic, even if it happened while somebody was writing.
pub fn last_line(line: &[u8]) {
    match STDERR.try_lock() {
        Ok(mut stderr) => {
            let _ = stderr.with(|writer| {
                writer.line(line)?;
                writer.finish()
            });
        }
        Err(_) => {
            let _ = Descriptor::Stderr.write_all(line);
        }
    }
}
