//! Where events are written to.

use crate::output::{Writer, stderr};
use std::io;

/// What `--events` names.
pub enum Log {
    /// Standard error, between the lines of talk.
    Stderr,
    /// A file, a pipe, whatever was opened.
    Opened(Writer),
}

impl Log {
    /// Adds a line; where nobody reads what is there already, it is left out and counted.
    pub(super) fn line(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Stderr => stderr::line(line),
            Self::Opened(writer) => writer.line(line)?,
        }
        Ok(())
    }

    /// Writes out what was added.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            // It keeps nothing back.
            Self::Stderr => Ok(()),
            Self::Opened(writer) => writer.flush(),
        }
    }

    /// Waits for a moment until everything is written.
    ///
    /// # Errors
    /// When something was not.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let Self::Opened(writer) = self else { return Ok(()) };
        writer.finish()?;
        match writer.left_out() + writer.unwritten() {
            0 => Ok(()),
            1 => Err(io::Error::other("nobody read them in time, 1 was left out")),
            count => {
                let message = format!("nobody read them in time, {count} were left out");
                Err(io::Error::other(message))
            }
        }
    }
}
