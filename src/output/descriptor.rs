//! Where to write: standard output, standard error, an opened file, or many files below a directory.

use super::block::Block;
use super::tree::{Directory, Tree};
use std::fs::File;
use std::io::{self, Write};
#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long to wait before retrying, if the descriptor would block and cannot be polled.
const RETRY: Duration = Duration::from_millis(5);

/// An open descriptor. Its flags are shared with other processes, and are not changed.
#[derive(Debug)]
pub(super) enum Descriptor {
    Stdout,
    Stderr,
    File(File),
    /// Many files below a directory.
    Tree(Mutex<Tree>, Directory),
}

impl Descriptor {
    /// Writes some of `bytes`; may block.
    #[cfg(unix)]
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        // Not through `Stdout`, which ignores some write errors.
        rustix::io::write(self, bytes).map_err(error)
    }

    /// Writes some of `bytes`; may block.
    #[cfg(not(unix))]
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout => io::stdout().write(bytes),
            Self::Stderr => io::stderr().write(bytes),
            Self::File(file) => (&*file).write(bytes),
            Self::Tree(..) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Writes the records of `block` to the files that they name; only files below a directory have names.
    pub(super) fn write_routed(&self, block: &Block) -> io::Result<()> {
        match self {
            Self::Tree(tree, _) => {
                let mut tree = tree.lock().unwrap_or_else(PoisonError::into_inner);
                tree.write(&block.bytes, &block.routed)
            }
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Writes all of `bytes`, however long it takes.
    pub(super) fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Another program made it non-blocking.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait()?,
                Err(error) => return Err(error),
            }
        }
        self.flush()
    }

    /// Waits until something can be written.
    #[cfg(unix)]
    fn wait(&self) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, poll};
        let mut asked = [PollFd::new(self, PollFlags::OUT)];
        match poll(&mut asked, None) {
            // Some systems cannot poll some devices.
            Ok(_) if asked[0].revents().contains(PollFlags::NVAL) => std::thread::sleep(RETRY),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Waits until something can be written.
    #[cfg(not(unix))]
    fn wait(&self) -> io::Result<()> {
        std::thread::sleep(RETRY);
        Ok(())
    }

    /// Flushes the standard library's buffer, if there is one.
    fn flush(&self) -> io::Result<()> {
        if cfg!(not(unix)) && matches!(self, Self::Stdout) { io::stdout().flush() } else { Ok(()) }
    }

    /// Syncs a file to disk; devices and pipes cannot be synced.
    pub(super) fn sync(&self) -> io::Result<()> {
        match self {
            Self::File(file) if file.metadata()?.is_file() => file.sync_all(),
            Self::Tree(tree, _) => tree.lock().unwrap_or_else(PoisonError::into_inner).sync(),
            _ => Ok(()),
        }
    }

    /// Whether it is a file on a disk.
    #[cfg(unix)]
    pub(super) fn is_file(&self) -> bool {
        use rustix::fs::{FileType, fstat};
        let kind = |status: rustix::fs::Stat| FileType::from_raw_mode(status.st_mode);
        let is_regular = |status| kind(status) == FileType::RegularFile;
        matches!(self, Self::Tree(..)) || fstat(self).is_ok_and(is_regular)
    }

    /// Whether it is a file on a disk.
    #[cfg(not(unix))]
    pub(super) fn is_file(&self) -> bool {
        match self {
            Self::File(file) => file.metadata().is_ok_and(|it| it.is_file()),
            Self::Tree(..) => true,
            _ => false,
        }
    }
}

/// The error of a write. A socket is reset by a reader that closes it without having read everything: like that of a
/// pipe, it does not want more.
#[cfg(unix)]
pub(super) fn error(error: rustix::io::Errno) -> io::Error {
    match error {
        rustix::io::Errno::CONNRESET => io::ErrorKind::BrokenPipe.into(),
        error => error.into(),
    }
}

#[cfg(unix)]
impl AsFd for Descriptor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Stdout => rustix::stdio::stdout(),
            Self::Stderr => rustix::stdio::stderr(),
            Self::File(file) | Self::Tree(_, file) => file.as_fd(),
        }
    }
}

#[cfg(unix)]
impl AsRawFd for Descriptor {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}
