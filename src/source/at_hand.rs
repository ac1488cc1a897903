//! Non-blocking reads from standard input, if it is of a kind that supports them, so that no thread has to be woken for
//! each line.

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

    /// The kinds of standard input that support non-blocking reads.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Kind {
        Pipe,
        /// A pipe that keeps writes apart (O_DIRECT).
        Packets,
        Terminal,
        Socket,
    }

    /// Standard input, read without blocking.
    #[derive(Debug)]
    pub(crate) struct AtHand {
        input: AsyncFd<OwnedFd>,
        kind: Kind,
        /// Whether nothing has been read yet.
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

        /// Appends available input to `buffer`, up to its capacity; 0 is the end.
        pub(crate) fn poll_read(
            &mut self,
            cx: &mut Context<'_>,
            buffer: &mut Vec<u8>,
        ) -> Poll<io::Result<usize>> {
            // A background job may not read from its terminal, and must not wait for it.
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
                        // Others return one line or packet at a time, even if more are available.
                        let is_less = matches!(result, Ok(count) if 0 < count && count < room);
                        if kind == Kind::Pipe && is_less {
                            ready.clear_ready();
                        }
                        return Poll::Ready(result.and_then(|count| self.unless_hung_up(count)));
                    }
                    // A pipe has ended when its last writer closes, even if another writer opens it later.
                    Err(_) if is_closed => return Poll::Ready(Ok(0)),
                    Err(_) => {}
                }
            }
        }

        /// Checks the number of bytes read. A terminal that was disconnected looks like one at its end, which is typed
        /// as Ctrl-D.
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

/// On this system, only a thread can wait for standard input.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[derive(Debug)]
pub(super) enum AtHand {}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl AtHand {
    /// Not supported.
    pub(super) fn stdin() -> Option<Self> {
        None
    }

    /// Never called.
    pub(super) fn poll_read(
        &mut self,
        _cx: &mut std::task::Context<'_>,
        _buffer: &mut Vec<u8>,
    ) -> std::task::Poll<std::io::Result<usize>> {
        match *self {}
    }
}
