//! Where events are written to.

use crate::output::{Start, Writer, inherited, stderr};
use anyhow::Context;
use std::fs::File;
use std::io;
use std::task::Waker;

/// What `--events` names.
pub enum Log {
    /// Standard error, between the lines of talk; and how many events were left out there.
    Stderr(u64),
    /// A file, a pipe, whatever was opened.
    Opened(Writer),
}

impl Log {
    /// Opens what `--events` names: `-` is standard error, `fd:N` an open descriptor, anything else a file to add to.
    ///
    /// # Errors
    /// When it cannot be written to.
    pub fn open(name: &str) -> anyhow::Result<Self> {
        if Self::is_stderr(name) {
            return Ok(Self::Stderr(0));
        }
        let file = match name.strip_prefix("fd:") {
            Some(number) => {
                inherited::open(number.parse().ok().context("a file descriptor is a number")?)
            }
            None => append_to(name),
        };
        Ok(Self::Opened(Writer::to_file(file?, Start::Append)?))
    }

    /// Whether this is a name of standard error.
    pub fn is_stderr(name: &str) -> bool {
        matches!(name, "-" | "fd:2" | "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2")
    }

    /// Adds a line; where nobody reads what is there already, it is left out and counted.
    pub(super) fn line(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Stderr(left_out) => *left_out += u64::from(!stderr::line(line)?),
            Self::Opened(writer) => writer.line(line)?,
        }
        Ok(())
    }

    /// Writes out what was added; `waker` is woken when a slow reader has read on.
    pub(super) fn flush(&mut self, waker: Option<&Waker>) -> io::Result<()> {
        match self {
            Self::Stderr(_) => stderr::flush(waker),
            Self::Opened(writer) => writer.flush(waker),
        }
    }

    /// Whether the reader should be waited for: it has much to read, and reads.
    pub(super) fn is_behind(&self) -> bool {
        match self {
            Self::Stderr(_) => stderr::is_behind(),
            Self::Opened(writer) => writer.is_behind(),
        }
    }

    /// Waits for a moment until everything is written.
    ///
    /// # Errors
    /// When something was not.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let missing = match self {
            Self::Stderr(left_out) => {
                stderr::settle()?;
                *left_out
            }
            Self::Opened(writer) => {
                writer.finish()?;
                writer.left_out() + writer.unwritten()
            }
        };
        match missing {
            0 => Ok(()),
            count => {
                let message = format!("nobody read them in time, up to {count} were left out");
                Err(io::Error::other(message))
            }
        }
    }
}

fn append_to(path: &str) -> io::Result<File> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
