//! A TCP connection that has what it received acknowledged at once, where the system can (Linux).
//!
//! A kernel holds an acknowledgement back for 40 ms and more, in the hope of data to send it with. A broker that leaves
//! Nagle's algorithm on, as mosquitto does, sends no further small packet until then, and neither side does anything
//! meanwhile. Knows nothing of MQTT.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP stream, read and written as before.
#[derive(Debug)]
pub(super) struct Prompt {
    stream: TcpStream,
    /// The kernel knows it already: nothing came or went since it was told.
    is_told: bool,
}

impl Prompt {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, is_told: false }
    }

    /// Has what came acknowledged now. The kernel forgets it with the next exchange.
    fn acknowledge(&mut self) {
        // It only makes things faster: a failure makes them slower.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if !self.is_told {
            let _ = self.stream.set_quickack(true);
        }
        self.is_told = true;
    }
}

impl AsyncRead for Prompt {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_pending() {
            // Now there will be silence: the answer to what was read is written, and took its acknowledgement along.
            self.acknowledge();
        } else {
            self.is_told = false;
        }
        read
    }
}

impl AsyncWrite for Prompt {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.is_told = false;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.is_told = false;
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
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
        let (mut near, mut far) = (Prompt::new(near.unwrap()), far.unwrap().0);
        near.stream.set_nodelay(true).unwrap();
        let mut byte = [0];
        // A conversation is what makes the kernel wait for data.
        for _ in 0..100 {
            far.write_all(b"x").await.unwrap();
            near.read_exact(&mut byte).await.unwrap();
            near.write_all(b"y").await.unwrap();
            far.read_exact(&mut byte).await.unwrap();
        }
        let mut buffer = ReadBuf::new(&mut byte);
        let waker = std::task::Waker::noop();
        let mut cx = Context::from_waker(waker);
        assert!(Pin::new(&mut near).poll_read(&mut cx, &mut buffer).is_pending());
        assert!(near.stream.quickack().unwrap());
    }
}
