//! A connection to a broker as a stream of bytes, and the stages of connecting.

use tokio::io::{AsyncRead, AsyncWrite};

/// A connection to a broker, over any transport.
pub trait Stream: AsyncRead + AsyncWrite + Unpin {
    /// Number of bytes received so far of something larger that cannot be read yet. Only growth matters: the server is
    /// alive.
    fn arrived(&self) -> u64 {
        0
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

    fn expect_more(&mut self, expects_more: bool) {
        (**self).expect_more(expects_more);
    }
}

/// What connecting is waiting for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Name lookup and TCP.
    #[default]
    Connection,
    /// The SRV records.
    Service,
    /// The TLS handshake with the proxy.
    ProxyTls,
    /// The proxy's own handshake.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// The answer to the HTTP upgrade.
    WebSocket,
}

impl Stage {
    /// What is missing, for an error.
    pub fn missing(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Service => "answer from a name server",
            Self::ProxyTls => "TLS handshake with the proxy",
            Self::Proxy => "answer from the proxy",
            Self::Tls => "TLS handshake",
            Self::WebSocket => "answer to the WebSocket upgrade",
        }
    }
}
