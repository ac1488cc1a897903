//! Blocking reads from standard input.

use std::io::{self, Read};

/// Standard input as a reader that waits for input. Another program with the same pipe or terminal may have made it
/// non-blocking, which must not be an error.
pub struct Stdin;

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait(),
                result => return result,
            }
        }
    }
}

/// Reads once. [`io::Stdin`] would take a descriptor that cannot be read for one at its end.
#[cfg(unix)]
fn read(buffer: &mut [u8]) -> io::Result<usize> {
    Ok(rustix::io::read(io::stdin(), buffer)?)
}

/// Reads once.
#[cfg(not(unix))]
fn read(buffer: &mut [u8]) -> io::Result<usize> {
    io::stdin().read(buffer)
}

/// Waits for input, or the end.
#[cfg(unix)]
pub fn wait() {
    use rustix::event::{PollFd, PollFlags, poll};
    // If this fails, reading fails too, and reports why.
    let _ = poll(&mut [PollFd::new(&io::stdin(), PollFlags::IN)], None);
}

/// Waits for a moment.
#[cfg(not(unix))]
pub fn wait() {
    std::thread::sleep(std::time::Duration::from_millis(5));
}
