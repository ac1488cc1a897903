//! Notices that the reader of the output has gone, without writing to it.
//!
//! Only pipes and sockets have readers that go. Where the system cannot tell, nothing is noticed until something is
//! written.

#[cfg(unix)]
pub(super) use unix::ReaderGone;

#[cfg(unix)]
mod unix {
    use crate::output::descriptor::Descriptor;
    use std::io;
    use std::sync::Arc;
    use std::task::{Context, Poll};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// What is watched for its reader to go.
    #[derive(Debug, Default)]
    pub(crate) enum ReaderGone {
        /// Nothing to watch.
        #[default]
        Never,
        /// To be watched from the first time anybody asks.
        Later(Arc<Descriptor>),
        /// Being watched.
        Watched(AsyncFd<Arc<Descriptor>>),
    }

    impl ReaderGone {
        /// Watches the reader of what is written to `descriptor`.
        pub(crate) fn of(descriptor: &Arc<Descriptor>) -> Self {
            Self::Later(Arc::clone(descriptor))
        }

        /// Ready when the reader is gone.
        pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
            if let Self::Later(_) = self
                && let Self::Later(descriptor) = std::mem::take(self)
            {
                // What cannot be watched, such as a file on a disk, has no reader that goes.
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
        // Being able to write would be no news; that nobody reads is reported whatever is asked for.
        AsyncFd::with_interest(descriptor, Interest::ERROR)
    }
}

/// Nothing can be watched here.
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
