//! Opens a descriptor that the process was started with, by its number.

use std::fs::File;
use std::io;

/// Opens descriptor `number` for appending.
///
/// A file, pipe or terminal is opened again through `/dev/fd`, so that its flags affect no other program. A socket
/// cannot be opened, so on Linux it is duplicated: Node, Python and others pass sockets to programs where a shell
/// passes pipes.
///
/// # Errors
/// If there is none, or it cannot be written to.
pub fn open(number: u32) -> io::Result<File> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    linux::check(number)?;
    let opened = File::options().append(true).open(format!("/dev/fd/{number}"));
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Err(error) = &opened
        && rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::NXIO)
    {
        return linux::duplicate(number);
    }
    opened
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use rustix::fs::{FileType, OFlags, fstat};
    use rustix::io::Errno;
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    use std::fs::{self, File};
    use std::io;

    /// Checks that a descriptor was inherited. Those that this process has opened, such as the sockets of its runtime,
    /// are closed on exec; inherited ones cannot be.
    pub(super) fn check(number: u32) -> io::Result<()> {
        let description = match fs::read_to_string(format!("/proc/self/fdinfo/{number}")) {
            Ok(description) => description,
            Err(error) if error.kind() == io::ErrorKind::NotFound && has_proc() => {
                return Err(Errno::BADF.into());
            }
            // Without /proc there is no /dev/fd either, which the next step reports.
            Err(_) => return Ok(()),
        };
        let flags = description.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = flags.and_then(|digits| u32::from_str_radix(digits.trim(), 8).ok());
        match flags.map(OFlags::from_bits_retain) {
            Some(flags) if flags.contains(OFlags::CLOEXEC) => Err(Errno::BADF.into()),
            _ => Ok(()),
        }
    }

    fn has_proc() -> bool {
        fs::exists("/proc/self/fdinfo").unwrap_or(false)
    }

    /// Duplicates the socket with descriptor `number`. The system copies it from a process given by a handle, here our
    /// own: that needs no `unsafe` and no assumption about who else uses the number.
    pub(super) fn duplicate(number: u32) -> io::Result<File> {
        let number = i32::try_from(number).map_err(|_| Errno::BADF)?;
        let process = pidfd_open(getpid(), PidfdFlags::empty())?;
        let file = File::from(pidfd_getfd(process, number, PidfdGetfdFlags::empty())?);
        match FileType::from_raw_mode(fstat(&file)?.st_mode) {
            FileType::Socket => Ok(file),
            // Anything else that cannot be opened cannot be written to either.
            _ => Err(Errno::NXIO.into()),
        }
    }
}
