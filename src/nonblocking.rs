//! Reading and writing descriptors that other programs share, without ever waiting, and without making them
//! non-blocking for the others.
//!
//! `O_NONBLOCK` belongs to the open file description, which a pipe or a terminal handed down by a shell shares with
//! other programs. Linux can open the same pipe or terminal once more, as a description of our own. A socket has a flag
//! for each call. A file on a disk cannot be asked at all: while the disk stalls every call waits, so that is left to a
//! thread, and so is whatever else is not known to be safe.

use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat, fstatfs, major, minor};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::OpenOptionsExt;

/// What a descriptor is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading.
    Read,
    /// Writing.
    Write,
}

/// How a descriptor is used without waiting.
#[derive(Debug)]
pub enum NonBlocking {
    /// It cannot be.
    Never,
    /// A pipe, through a description of our own.
    Pipe(File),
    /// A terminal, through a description of our own.
    Terminal(File),
    /// With a flag for each call.
    Socket,
    /// As it is: /dev/null, /dev/zero and /dev/full do not keep anybody waiting.
    AsItIs,
}

/// The file system of pipes without a name (PIPEFS_MAGIC).
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
        // Opened anew it could be used in a way that it was not opened for.
        if flags & OFlags::ACCMODE == wrong_way {
            return Self::Never;
        }
        let device = (major(status.st_rdev), minor(status.st_rdev));
        let (wrap, is_usable): (fn(File) -> Self, _) =
            match (FileType::from_raw_mode(status.st_mode), device) {
                (FileType::Socket, _) => return Self::Socket,
                (FileType::CharacterDevice, (1, 3 | 5 | 7)) => return Self::AsItIs,
                // Of a named pipe opened anew nobody is told that its last writer had gone before.
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
            // Without /proc, or when it belongs to another user.
            .map_or(Self::Never, wrap)
    }
}
