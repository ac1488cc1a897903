//! A connection to a broker as a stream of bytes, and what it still waits for while it is being made.

use tokio::io::{AsyncRead, AsyncWrite};

/// A connection to a broker, whatever it runs over.
pub trait Stream: AsyncRead + AsyncWrite + Unpin {
    /// How many bytes have come in that could not be read yet because they are part of something larger; only
    /// that it grows means anything: the other side is alive.
    fn arrived(&self) -> u64 {
        0
    }

    /// Whether the other side is going to send something, so that whatever keeps it from that costs time.
    fn expect_more(&mut self, expects_more: bool) {
        let _ = expects_more;
    }
}

/// What dialling waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Name lookup and TCP.
    #[default]
    Connection,
    /// The proxy's own handshake.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// The answer to the HTTP upgrade.
    WebSocket,
}

impl Stage {
    /// What is missing, in words.
    pub fn missing(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Proxy => "answer from the proxy",
            Self::Tls => "TLS handshake",
            Self::WebSocket => "answer to the WebSocket upgrade",
        }
    }
}
