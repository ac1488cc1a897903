//! Notices that the reader of the output has gone, without writing to it.
//!
//! Only pipes and sockets have readers that go. Where the system cannot tell, nothing is noticed until
//! something is written. Knows nothing of what is written.

#[cfg(unix)]
pub use unix::HangUp;

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::task::{Context, Poll};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// What is watched for its reader to go.
    #[derive(Debug, Default)]
    pub enum HangUp {
        /// Nothing to watch.
        #[default]
        Nothing,
        /// To be watched from the first time anybody asks.
        Later(OwnedFd),
        /// Being watched.
        Watched(AsyncFd<OwnedFd>),
    }

    impl HangUp {
        /// Watches what `file` writes to.
        pub fn of(file: &File) -> Self {
            // Without another descriptor the next write has to tell.
            file.try_clone().map_or(Self::Nothing, |file| Self::Later(file.into()))
        }

        /// Ready when the reader is gone.
        pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
            if let Self::Later(_) = self
                && let Self::Later(file) = std::mem::take(self)
            {
                // What cannot be watched, such as a file on a disk, has no reader that goes.
                *self = watch(file).map_or(Self::Nothing, Self::Watched);
            }
            match self {
                Self::Watched(file) => file.poll_write_ready(cx).map(drop),
                _ => Poll::Pending,
            }
        }
    }

    #[expect(
        deprecated,
        reason = "its successor leaves to the caller that nobody closes the descriptor meanwhile; this one is ours alone"
    )]
    fn watch(file: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
        // Being able to write would be no news; that nobody reads is reported whatever is asked for.
        AsyncFd::with_interest(file, Interest::ERROR)
    }
}

/// Nothing can be watched here.
#[cfg(not(unix))]
#[derive(Debug, Default)]
pub struct HangUp;

#[cfg(not(unix))]
impl HangUp {
    /// Watches nothing.
    pub fn of(_file: &std::fs::File) -> Self {
        Self
    }

    /// Never ready.
    pub fn poll(&mut self, _cx: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        std::task::Poll::Pending
    }
}
