//! Standard input that tells when there is something to read, so that it is read by whoever waits for it, and no thread
//! has to be woken for each line that trickles in.

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use linux::AtHand;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use crate::nonblocking::{Access, NonBlocking};
    use rustix::buffer::spare_capacity;
    use rustix::net::RecvFlags;
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};
    use std::task::{Context, Poll, ready};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// What standard input is, where nobody has to wait for it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Kind {
        Pipe,
        Terminal,
        Socket,
    }

    /// Standard input, to be read when there is something.
    #[derive(Debug)]
    pub(crate) struct AtHand {
        input: AsyncFd<OwnedFd>,
        kind: Kind,
    }

    impl AtHand {
        /// Standard input, if it is a pipe, a terminal or a socket.
        pub(crate) fn stdin() -> Option<Self> {
            let (input, kind) = match NonBlocking::of(io::stdin(), Access::Read) {
                NonBlocking::Pipe(file) => (file.into(), Kind::Pipe),
                NonBlocking::Terminal(file) => (file.into(), Kind::Terminal),
                NonBlocking::Socket => {
                    (io::stdin().as_fd().try_clone_to_owned().ok()?, Kind::Socket)
                }
                NonBlocking::Never | NonBlocking::AsItIs => return None,
            };
            Some(Self { input: watch(input).ok()?, kind })
        }

        /// Appends what there is to `buffer`, as far as there is room in it; 0 is the end.
        pub(crate) fn poll_read(
            &mut self,
            cx: &mut Context<'_>,
            buffer: &mut Vec<u8>,
        ) -> Poll<io::Result<usize>> {
            loop {
                let mut ready = ready!(self.input.poll_read_ready(cx))?;
                let room = buffer.capacity() - buffer.len();
                let kind = self.kind;
                let read = ready.try_io(|input| {
                    let spare = spare_capacity(buffer);
                    Ok(match kind {
                        Kind::Socket => rustix::net::recv(input, spare, RecvFlags::DONTWAIT)?.0,
                        Kind::Pipe | Kind::Terminal => rustix::io::read(input, spare)?,
                    })
                });
                let Ok(result) = read else { continue };
                // A terminal gives a line at a time, however many there are.
                if kind != Kind::Terminal
                    && matches!(result, Ok(count) if 0 < count && count < room)
                {
                    ready.clear_ready();
                }
                return Poll::Ready(result);
            }
        }
    }

    #[expect(
        deprecated,
        reason = "its successor leaves to the caller that nobody closes the descriptor meanwhile; this one is ours alone"
    )]
    fn watch(input: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
        AsyncFd::with_interest(input, Interest::READABLE)
    }
}

/// Only a thread can wait for standard input here.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[derive(Debug)]
pub(super) enum AtHand {}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl AtHand {
    /// Nothing.
    pub(super) fn stdin() -> Option<Self> {
        None
    }

    /// Is never asked.
    pub(super) fn poll_read(
        &mut self,
        _cx: &mut std::task::Context<'_>,
        _buffer: &mut Vec<u8>,
    ) -> std::task::Poll<std::io::Result<usize>> {
        match *self {}
    }
}
