//! Standard input that tells when there is something to read, so that it is read by whoever waits for it, and no thread
//! has to be woken for each line that trickles in.

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use linux::AtHand;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use crate::nonblocking::{Access, NonBlocking};
    use rustix::buffer::spare_capacity;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::{OFlags, fcntl_getfl};
    use rustix::io::Errno;
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
        /// A pipe that keeps writes apart (O_DIRECT).
        Packets,
        Terminal,
        Socket,
    }

    /// Standard input, to be read when there is something.
    #[derive(Debug)]
    pub(crate) struct AtHand {
        input: AsyncFd<OwnedFd>,
        kind: Kind,
        /// It has not been read from.
        is_fresh: bool,
    }

    impl AtHand {
        /// Standard input, if it is a pipe, a terminal or a socket.
        pub(crate) fn stdin() -> Option<Self> {
            let (input, kind) = match NonBlocking::of(io::stdin(), Access::Read) {
                NonBlocking::Pipe(file) => {
                    let is_direct =
                        fcntl_getfl(io::stdin()).is_ok_and(|it| it.contains(OFlags::DIRECT));
                    (file.into(), if is_direct { Kind::Packets } else { Kind::Pipe })
                }
                NonBlocking::Terminal(file) => (file.into(), Kind::Terminal),
                NonBlocking::Socket => {
                    (io::stdin().as_fd().try_clone_to_owned().ok()?, Kind::Socket)
                }
                NonBlocking::Never | NonBlocking::AsItIs => return None,
            };
            Some(Self { input: watch(input).ok()?, kind, is_fresh: true })
        }

        /// Appends what there is to `buffer`, as far as there is room in it; 0 is the end.
        pub(crate) fn poll_read(
            &mut self,
            cx: &mut Context<'_>,
            buffer: &mut Vec<u8>,
        ) -> Poll<io::Result<usize>> {
            // A job in the background may not read from its terminal, and must not wait for it.
            if std::mem::take(&mut self.is_fresh) && self.kind == Kind::Terminal {
                match rustix::io::read(&self.input, spare_capacity(buffer)) {
                    Ok(count) => return Poll::Ready(self.unless_hung_up(count)),
                    Err(Errno::AGAIN | Errno::INTR) => {}
                    Err(error) => return Poll::Ready(Err(error.into())),
                }
            }
            loop {
                let mut ready = ready!(self.input.poll_read_ready(cx))?;
                let is_closed = ready.ready().is_read_closed();
                let room = buffer.capacity() - buffer.len();
                let kind = self.kind;
                let read = ready.try_io(|input| {
                    let spare = spare_capacity(buffer);
                    Ok(match kind {
                        Kind::Socket => rustix::net::recv(input, spare, RecvFlags::DONTWAIT)?.0,
                        _ => rustix::io::read(input, spare)?,
                    })
                });
                match read {
                    Ok(result) => {
                        // Others give a line, or a packet, at a time, however many there are.
                        let is_less = matches!(result, Ok(count) if 0 < count && count < room);
                        if kind == Kind::Pipe && is_less {
                            ready.clear_ready();
                        }
                        return Poll::Ready(result.and_then(|count| self.unless_hung_up(count)));
                    }
                    // Somebody came to write after the last writer had gone, which is the end of a pipe.
                    Err(_) if is_closed => return Poll::Ready(Ok(0)),
                    Err(_) => {}
                }
            }
        }

        /// So many bytes were read. A terminal that was taken away reads like one at its end, which is typed as Ctrl-D.
        fn unless_hung_up(&self, count: usize) -> io::Result<usize> {
            if count > 0 || self.kind != Kind::Terminal {
                return Ok(count);
            }
            let mut asked = [PollFd::new(&self.input, PollFlags::IN)];
            poll(&mut asked, Some(&Timespec::default()))?;
            match asked[0].revents().contains(PollFlags::HUP) {
                true => Err(Errno::IO.into()),
                false => Ok(0),
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
