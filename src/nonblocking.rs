//! Non-blocking reads and writes on descriptors shared with other programs, without making them non-blocking for these.
//!
//! `O_NONBLOCK` belongs to the open file description, which a pipe or terminal inherited from a shell shares with other
//! programs. Linux can open the same pipe or terminal again, with a description of our own. Sockets have a flag per
//! call. A file on a disk cannot be used without blocking at all: while the disk stalls, every call waits. So that is
//! left to a thread, and so is everything else that is not known to be safe.

use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat, fstatfs, major, minor};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::OpenOptionsExt;

/// The direction of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading.
    Read,
    /// Writing.
    Write,
}

/// How to use a descriptor without blocking.
#[derive(Debug)]
pub enum NonBlocking {
    /// Not possible.
    Never,
    /// A pipe, through a description of our own.
    Pipe(File),
    /// A terminal, through a description of our own.
    Terminal(File),
    /// With a flag per call.
    Socket,
    /// As it is: /dev/null, /dev/zero and /dev/full never block.
    AsItIs,
}

/// The file system of unnamed pipes (PIPEFS_MAGIC).
const PIPES: u32 = 0x5049_5045;

impl NonBlocking {
    /// The way to use `descriptor`.
    pub fn of(descriptor: impl AsFd, access: Access) -> Self {
        let descriptor = descriptor.as_fd();
        let (Ok(status), Ok(flags)) = (fstat(descriptor), fcntl_getfl(descriptor)) else {
            return Self::Never;
        };
        let wrong_way = match access {
            Access::Read => OFlags::WRONLY,
            Access::Write => OFlags::RDONLY,
        };
        // Opened again, it could be used in a direction that it was not opened for.
        if flags & OFlags::ACCMODE == wrong_way {
            return Self::Never;
        }
        let device = (major(status.st_rdev), minor(status.st_rdev));
        let (wrap, is_usable): (fn(File) -> Self, _) =
            match (FileType::from_raw_mode(status.st_mode), device) {
                (FileType::Socket, _) => return Self::Socket,
                (FileType::CharacterDevice, (1, 3 | 5 | 7)) => return Self::AsItIs,
                // A named pipe opened again does not report that its last writer had closed before.
                (FileType::Fifo, _) => {
                    let is_unnamed =
                        || fstatfs(descriptor).is_ok_and(|it| it.f_type as u32 == PIPES);
                    (Self::Pipe, access == Access::Write || is_unnamed())
                }
                // Virtual consoles, /dev/tty and /dev/console, pseudo terminals.
                (FileType::CharacterDevice, (4, 0..64) | (5, 0 | 1) | (136..=143, _)) => {
                    (Self::Terminal, true)
                }
                _ => return Self::Never,
            };
        if !is_usable {
            return Self::Never;
        }
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        File::options()
            .read(access == Access::Read)
            .write(access == Access::Write)
            .custom_flags(flags.bits().cast_signed())
            .open(format!("/proc/self/fd/{}", descriptor.as_raw_fd()))
            // Without /proc, or if it belongs to another user.
            .map_or(Self::Never, wrap)
    }
}
