//! Non-blocking writes, where the system supports them.

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use linux::AtOnce;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
use super::descriptor::Descriptor;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
use std::io;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use crate::nonblocking::{Access, NonBlocking};
    use crate::output::descriptor::{Descriptor, error};
    use rustix::io::write;
    use rustix::net::{SendFlags, send};
    use std::io;

    /// How to write to a descriptor without blocking.
    #[derive(Debug)]
    pub(crate) struct AtOnce(NonBlocking);

    impl AtOnce {
        /// The way for `descriptor`.
        pub(crate) fn of(descriptor: &Descriptor) -> Self {
            Self(NonBlocking::of(descriptor, Access::Write))
        }

        /// Writes as much as possible without blocking.
        ///
        /// # Errors
        /// `WouldBlock` if nothing can be written.
        pub(crate) fn write(&self, descriptor: &Descriptor, bytes: &[u8]) -> io::Result<usize> {
            Ok(match &self.0 {
                NonBlocking::Never => return Err(io::ErrorKind::WouldBlock.into()),
                NonBlocking::Pipe(file) | NonBlocking::Terminal(file) => write(file, bytes)?,
                NonBlocking::Socket => {
                    let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
                    send(descriptor, bytes, flags).map_err(error)?
                }
                NonBlocking::AsItIs => write(descriptor, bytes)?,
            })
        }
    }
}

/// No non-blocking writes on this system.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[derive(Debug)]
pub(super) struct AtOnce;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl AtOnce {
    /// Always the same.
    pub(super) fn of(_descriptor: &Descriptor) -> Self {
        Self
    }

    /// Writes nothing.
    pub(super) fn write(&self, _descriptor: &Descriptor, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }
}
