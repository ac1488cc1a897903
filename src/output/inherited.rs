//! Opens a descriptor that the process was started with, by its number.

use std::fs::File;
use std::io;

/// Opens what is open as descriptor `number`, to add to it.
///
/// A file, a pipe or a terminal is opened anew by way of `/dev/fd`: what is set on that affects no other program. A
/// socket cannot be opened, so on Linux it is duplicated. Node, Python and others give sockets to the programs that they
/// start, where a shell gives pipes.
///
/// # Errors
/// When there is none, or when it cannot be written to.
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

    /// Makes sure that a descriptor came from outside. Those that this process has opened for itself, such as the
    /// sockets of its runtime, are closed on exec; the ones it was started with cannot be.
    pub(super) fn check(number: u32) -> io::Result<()> {
        let description = match fs::read_to_string(format!("/proc/self/fdinfo/{number}")) {
            Ok(description) => description,
            Err(error) if error.kind() == io::ErrorKind::NotFound && has_proc() => {
                return Err(Errno::BADF.into());
            }
            // Without /proc there is no /dev/fd either, which says so.
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

    /// A duplicate of the socket that is descriptor `number`. The system copies it from the process that a handle
    /// stands for, which here is this one: that needs no assumption about who else uses the number.
    pub(super) fn duplicate(number: u32) -> io::Result<File> {
        let number = i32::try_from(number).map_err(|_| Errno::BADF)?;
        let process = pidfd_open(getpid(), PidfdFlags::empty())?;
        let file = File::from(pidfd_getfd(process, number, PidfdGetfdFlags::empty())?);
        match FileType::from_raw_mode(fstat(&file)?.st_mode) {
            FileType::Socket => Ok(file),
            // Whatever else cannot be opened cannot be written to either.
            _ => Err(Errno::NXIO.into()),
        }
    }
}
