//! A connection to a broker as a stream of bytes.

use tokio::io::{AsyncRead, AsyncWrite};

/// A connection to a broker, over any transport.
pub trait Stream: AsyncRead + AsyncWrite + Unpin {
    /// Number of bytes received so far of something larger that cannot be read yet. Only growth matters: the server is
    /// alive.
    fn arrived(&self) -> u64 {
        0
    }

    /// Whether the server is known to have closed the connection without reading everything.
    fn is_unread(&self) -> bool {
        false
    }

    /// Tells whether the server is expected to send something, so that any delay costs time.
    fn expect_more(&mut self, expects_more: bool) {
        let _ = expects_more;
    }
}

impl Stream for Box<dyn Stream> {
    fn arrived(&self) -> u64 {
        (**self).arrived()
    }

    fn is_unread(&self) -> bool {
        (**self).is_unread()
    }

    fn expect_more(&mut self, expects_more: bool) {
        (**self).expect_more(expects_more);
    }
}
