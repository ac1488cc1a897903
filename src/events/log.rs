//! The destination of events.

use crate::output::{Start, Writer, inherited, stderr};
use anyhow::Context;
use std::fs::File;
use std::io;
use std::task::Waker;

/// The destination that `--events` names.
pub enum Log {
    /// Standard error, with the number of events dropped there.
    Stderr(u64),
    /// A file, pipe or other descriptor.
    Opened(Box<Writer>),
}

impl Log {
    /// Opens a destination: `-` is standard error, `fd:N` an open descriptor, anything else a file to append to.
    ///
    /// # Errors
    /// When it cannot be opened for writing.
    pub fn open(name: &str) -> anyhow::Result<Self> {
        if Self::is_stderr(name) {
            return Ok(Self::Stderr(0));
        }
        let file = match name.strip_prefix("fd:") {
            Some(number) => {
                // Rust's parser would accept a sign.
                let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
                let number = number.parse().ok().filter(|_| is_number);
                inherited::open(number.context("a file descriptor is a number")?)
            }
            None => append_to(name),
        };
        Ok(Self::Opened(Box::new(Writer::to_file(file?, Start::Append)?)))
    }

    /// Whether this is a name of standard error.
    pub fn is_stderr(name: &str) -> bool {
        matches!(name, "-" | "fd:2" | "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2")
    }

    /// Adds a line. If the reader is stuck, the line is dropped and counted.
    pub(super) fn line(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Stderr(left_out) => *left_out += u64::from(!stderr::line(line)?),
            Self::Opened(writer) => writer.line(line)?,
        }
        Ok(())
    }

    /// Writes what was added; `waker` is woken when a slow reader has made progress.
    pub(super) fn flush(&mut self, waker: Option<&Waker>) -> io::Result<()> {
        match self {
            Self::Stderr(_) => stderr::flush(waker),
            Self::Opened(writer) => writer.flush(waker),
        }
    }

    /// Whether to wait for the reader: there is much to read, and it makes progress.
    pub(super) fn is_behind(&self) -> bool {
        match self {
            Self::Stderr(_) => stderr::is_behind(),
            Self::Opened(writer) => writer.is_behind(),
        }
    }

    /// Waits for a moment until everything is written.
    ///
    /// # Errors
    /// When something was not written.
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
                let why = match self {
                    Self::Opened(writer) if writer.is_file() => "the disk is slow",
                    _ => "the reader is stuck",
                };
                Err(io::Error::other(format!("{why}, up to {count} were left out")))
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
