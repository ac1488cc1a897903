//! Standard error, of which a process has one: whoever talks in it writes here, so that lines stay whole and in order.

use super::Writer;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Made by the first who has something to say; most runs have nothing.
static STDERR: Mutex<Stderr> = Mutex::new(Stderr::Unused);

enum Stderr {
    Unused,
    Open(Writer),
    /// Nobody is left to be told anything.
    Gone,
}

impl Stderr {
    /// What `act` does with it, unless it is gone. An error is the end of it.
    fn with<T>(&mut self, act: impl FnOnce(&mut Writer) -> io::Result<T>) -> Option<T> {
        if let Self::Unused = self {
            *self = Self::Open(Writer::to_stderr());
        }
        let Self::Open(writer) = self else { return None };
        let result = act(writer);
        if result.is_err() {
            *self = Self::Gone;
        }
        result.ok()
    }
}

fn lock() -> MutexGuard<'static, Stderr> {
    STDERR.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes a line.
pub fn line(line: &[u8]) {
    lock().with(|writer| {
        writer.line(line)?;
        writer.flush()
    });
}

/// Draws over the last line, unless somebody is behind with reading: a drawing can be missed.
pub fn draw(text: &str) {
    lock().with(|writer| {
        writer.flush()?;
        if writer.is_idle() { writer.line(text.as_bytes()) } else { Ok(()) }?;
        writer.flush()
    });
}

/// Waits for a moment until everything is written, and tells what had to be left out.
pub fn finish() {
    let mut stderr = lock();
    if let Stderr::Unused = *stderr {
        return;
    }
    stderr.with(|writer| {
        writer.finish()?;
        let left_out = writer.left_out();
        if left_out > 0 && writer.is_idle() {
            let lines = if left_out == 1 { "line was" } else { "lines were" };
            let reason = "nobody read them in time";
            writer
                .line(format!("mqtt: {left_out} {lines} left out here: {reason}\n").as_bytes())?;
            writer.finish()?;
        }
        Ok(())
    });
}
