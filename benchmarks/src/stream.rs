//! The way the bytes of MQTT take between peer and client: as they are, or within TLS or WebSocket.
//!
//! Knows nothing of what the bytes say, and no programs.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::websocket::WebSocket;
use anyhow::{Context, Result};

/// What the peer speaks with those who connect.
#[derive(Clone)]
pub enum Door {
    Tcp,
    Tls(Arc<ServerConfig>),
    WebSocket,
}

/// A connection.
pub enum Stream {
    Tcp(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
    WebSocket(Box<WebSocket>),
}

impl Door {
    /// Lets a client in. What it says within TLS is yet to be heard.
    pub fn open(self, stream: TcpStream) -> Result<Stream> {
        stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
        Ok(match self {
            Self::Tcp => Stream::Tcp(stream),
            Self::Tls(config) => {
                let connection = ServerConnection::new(config).context("cannot speak TLS")?;
                Stream::Tls(Box::new(StreamOwned::new(connection, stream)))
            }
            Self::WebSocket => Stream::WebSocket(Box::new(WebSocket::accept(stream)?)),
        })
    }
}

impl Stream {
    /// Tells the other side that nothing more will come.
    pub fn close_write(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Self::Tls(stream) => {
                stream.conn.send_close_notify();
                stream.flush()?;
                stream.sock.shutdown(Shutdown::Write)
            }
            Self::WebSocket(stream) => stream.close(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
            Self::WebSocket(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
            Self::WebSocket(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
            Self::WebSocket(stream) => stream.flush(),
        }
    }
}
