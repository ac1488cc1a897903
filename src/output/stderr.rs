//! Standard error, of which a process has one: whoever talks in it writes here, so that lines stay whole and in order.

use super::Writer;
use super::descriptor::Descriptor;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// Made by the first who has something to say; most runs have nothing.
static STDERR: Mutex<Stderr> = Mutex::new(Stderr::Unused);

enum Stderr {
    Unused,
    Open(Writer),
    /// Its reader has gone: nobody is left to be told anything.
    Gone,
}

impl Stderr {
    /// What `act` does with it. After an error it begins anew, unless the reader has gone.
    fn with<T>(&mut self, act: impl FnOnce(&mut Writer) -> io::Result<T>) -> io::Result<T> {
        if let Self::Unused = self {
            *self = Self::Open(Writer::to_stderr());
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

/// Writes a line; whether there was room for it.
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

/// Whether the reader should be waited for: it has much to read, and reads.
pub fn is_behind() -> bool {
    matches!(&*lock(), Stderr::Open(writer) if writer.is_behind())
}

/// Has `waker` woken when the reader has read on.
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

/// Draws over the last line, unless somebody is behind with reading: a drawing can be missed.
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
/// Why something could not be.
pub fn settle() -> io::Result<()> {
    let mut stderr = lock();
    match *stderr {
        Stderr::Unused => Ok(()),
        _ => stderr.with(Writer::finish),
    }
}

/// Waits for a moment until everything is written, and tells what had to be left out.
pub fn finish() {
    let mut stderr = lock();
    let Stderr::Open(writer) = &mut *stderr else { return };
    let left_out = writer.left_out();
    // Nobody is left to be told of an error.
    if writer.finish().is_err() || left_out == 0 || !writer.is_idle() {
        return;
    }
    let lines = if left_out == 1 { "line was" } else { "lines were" };
    let told = format!("mqtt: {left_out} {lines} left out here: nobody read them in time\n");
    let _ = writer.line(told.as_bytes()).and_then(|()| writer.finish());
}

/// What there is to say when nothing is certain any more: even if the panic came while somebody was writing.
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
