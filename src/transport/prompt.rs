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

/// See the module.
#[derive(Debug)]
pub(super) struct Prompt(pub(super) TcpStream);

impl AsyncRead for Prompt {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.0).poll_read(cx, buffer);
        // Now there will be silence: the answer to what was read is written, and took its acknowledgement along.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if read.is_pending() {
            // It only makes things faster. The kernel forgets it with the next exchange.
            let _ = self.0.set_quickack(true);
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
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
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
        let (mut near, mut far) = (Prompt(near.unwrap()), far.unwrap().0);
        near.0.set_nodelay(true).unwrap();
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
        assert!(near.0.quickack().unwrap());
    }
}
