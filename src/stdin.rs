//! Standard input, whole or in pieces, for whoever can wait for it.

use std::io::{self, Read};

/// Standard input as a reader that waits for more. Another program that has the same pipe or terminal open may have made
/// it non-blocking, which is no reason to fail.
pub struct Stdin;

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match io::stdin().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait(),
                result => return result,
            }
        }
    }
}

/// Waits until there is something to read, or the end.
#[cfg(unix)]
pub fn wait() {
    use rustix::event::{PollFd, PollFlags, poll};
    // If this fails, reading fails too, and says why.
    let _ = poll(&mut [PollFd::new(&io::stdin(), PollFlags::IN)], None);
}

/// Waits for a moment.
#[cfg(not(unix))]
pub fn wait() {
    std::thread::sleep(std::time::Duration::from_millis(5));
}
