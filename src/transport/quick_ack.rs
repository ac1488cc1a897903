//! A TCP connection that acknowledges received data at once, if the system supports it (Linux).
//!
//! A kernel delays acknowledgements for 40 ms and more, hoping for data to send with them. A broker that uses Nagle's
//! algorithm, as mosquitto does, sends no further small packet until then, and both sides wait. A kernel only delays
//! acknowledgements after something was sent in answer to received data, and stops when told to. So it is told at the
//! start of each silence after both, unless nothing more is expected.

use super::stream::Stream;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP stream, read and written as usual.
#[derive(Debug)]
pub(super) struct QuickAck {
    stream: TcpStream,
    /// Whether the server is expected to send something.
    expects_more: bool,
    /// Whether something was sent since the kernel was last told, so that it may delay again.
    has_written: bool,
    /// Whether data arrived since, and nothing was sent that would carry its acknowledgement.
    is_owing: bool,
}

impl QuickAck {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, expects_more: true, has_written: false, is_owing: false }
    }

    /// Nothing to read or write: requests an immediate acknowledgement, if the kernel would delay it.
    fn acknowledge(&mut self) {
        if self.expects_more && self.has_written && self.is_owing {
            self.has_written = false;
            self.is_owing = false;
            // A failure costs only time.
            #[cfg(any(target_os = "linux", target_os = "android"))]
            let _ = self.stream.set_quickack(true);
        }
    }

    /// Notes a write, if anything was written.
    fn wrote<T>(&mut self, result: &Poll<T>) {
        if result.is_ready() {
            self.has_written = true;
            self.is_owing = false;
        }
    }
}

impl Stream for QuickAck {
    /// A reset that follows the end of the stream: reads no longer report it.
    fn is_unread(&self) -> bool {
        !matches!(self.stream.take_error(), Ok(None))
    }

    fn expect_more(&mut self, expects_more: bool) {
        self.expects_more = expects_more;
    }
}

impl AsyncRead for QuickAck {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        match read {
            Poll::Pending => self.acknowledge(),
            Poll::Ready(_) => self.is_owing = true,
        }
        read
    }
}

impl AsyncWrite for QuickAck {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(&result);
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.wrote(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn whoever_waits_has_acknowledged_what_came() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (near, far) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (mut near, mut far) = (QuickAck::new(near.unwrap()), far.unwrap().0);
        near.stream.set_nodelay(true).unwrap();
        let mut byte = [0];
        // The kernel delays acknowledgements only in a dialogue.
        for _ in 0..100 {
            near.write_all(b"y").await.unwrap();
            far.read_exact(&mut byte).await.unwrap();
            far.write_all(b"x").await.unwrap();
            near.read_exact(&mut byte).await.unwrap();
        }
        let mut buffer = ReadBuf::new(&mut byte);
        let waker = std::task::Waker::noop();
        let mut cx = Context::from_waker(waker);
        assert!(Pin::new(&mut near).poll_read(&mut cx, &mut buffer).is_pending());
        assert!(near.stream.quickack().unwrap());
        assert!(!near.is_owing, "it is told once");
    }
}
