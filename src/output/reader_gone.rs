//! Notices that the output's reader has closed, without writing to it.
//!
//! Only pipes and sockets have readers that can close. Where the system cannot tell, nothing is noticed until the next
//! write.

#[cfg(unix)]
pub(super) use unix::ReaderGone;

/// Whether the reader of standard output, which commands use too, has closed.
pub fn is_gone_from_stdout() -> bool {
    #[cfg(unix)]
    {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let stdout = rustix::stdio::stdout();
        let mut asked = [PollFd::new(&stdout, PollFlags::empty())];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        // Of a pipe or socket. Other descriptors have no reader that could close.
        let gone = PollFlags::ERR | PollFlags::HUP;
        poll(&mut asked, Some(&now)).is_ok() && asked[0].revents().intersects(gone)
    }
    #[cfg(not(unix))]
    false
}

#[cfg(unix)]
mod unix {
    use crate::output::descriptor::Descriptor;
    use std::io;
    use std::sync::Arc;
    use std::task::{Context, Poll};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// Watches whether the reader has closed.
    #[derive(Debug, Default)]
    pub(crate) enum ReaderGone {
        /// Nothing to watch.
        #[default]
        Never,
        /// Watched from the first poll on.
        Later(Arc<Descriptor>),
        /// Being watched.
        Watched(AsyncFd<Arc<Descriptor>>),
    }

    impl ReaderGone {
        /// Watches the reader of `descriptor`.
        pub(crate) fn of(descriptor: &Arc<Descriptor>) -> Self {
            Self::Later(Arc::clone(descriptor))
        }

        /// Ready when the reader has closed.
        pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
            if let Self::Later(_) = self
                && let Self::Later(descriptor) = std::mem::take(self)
            {
                // Descriptors that cannot be watched, such as files, have no reader that could close.
                *self = watch(descriptor).map_or(Self::Never, Self::Watched);
            }
            match self {
                Self::Watched(descriptor) => descriptor.poll_write_ready(cx).map(drop),
                _ => Poll::Pending,
            }
        }
    }

    #[expect(
        deprecated,
        reason = "its successor leaves to the caller that nobody closes the descriptor meanwhile; this one is kept open"
    )]
    fn watch(descriptor: Arc<Descriptor>) -> io::Result<AsyncFd<Arc<Descriptor>>> {
        // Writability is irrelevant; epoll always reports errors.
        AsyncFd::with_interest(descriptor, Interest::ERROR)
    }
}

/// Nothing can be watched on this system.
#[cfg(not(unix))]
#[derive(Debug, Default)]
pub(super) struct ReaderGone;

#[cfg(not(unix))]
impl ReaderGone {
    /// Watches nothing.
    pub(super) fn of(_descriptor: &std::sync::Arc<super::descriptor::Descriptor>) -> Self {
        Self
    }

    /// Never ready.
    pub(super) fn poll(&mut self, _cx: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        std::task::Poll::Pending
    }
}
