//! WebSocket for the peer: each packet of MQTT that it writes is a binary frame of its own, as brokers send them.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use tungstenite::error::ProtocolError;
use tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tungstenite::http::HeaderValue;
use tungstenite::{Bytes, Error as Fault, Message};

use crate::wire;
use anyhow::{Context, Result};

/// The first byte of a complete binary frame.
const BINARY: u8 = 0x82;

pub struct WebSocket {
    socket: tungstenite::WebSocket<TcpStream>,
    /// What was read, and is not asked for yet.
    read: Bytes,
    frames: Vec<u8>,
}

impl WebSocket {
    /// Answers the client's request, whatever the path.
    pub fn accept(stream: TcpStream) -> Result<Self> {
        let socket = tungstenite::accept_hdr(stream, answer).context("cannot speak WebSocket")?;
        Ok(Self { socket, read: Bytes::new(), frames: Vec::new() })
    }

    pub fn close(&mut self) -> io::Result<()> {
        self.socket.get_ref().shutdown(Shutdown::Write)
    }
}

#[expect(clippy::result_large_err, reason = "the type is given by the caller")]
fn answer(_: &Request, mut response: Response) -> std::result::Result<Response, ErrorResponse> {
    let protocol = HeaderValue::from_static("mqtt");
    response.headers_mut().insert("Sec-WebSocket-Protocol", protocol);
    Ok(response)
}

impl Read for WebSocket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read.is_empty() {
            match self.socket.read() {
                Ok(Message::Binary(bytes)) => self.read = bytes,
                Ok(Message::Close(_))
                | Err(Fault::ConnectionClosed | Fault::AlreadyClosed)
                | Err(Fault::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
                    return Ok(0);
                }
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(other) => return Err(io::Error::other(format!("unexpected: {other:?}"))),
                Err(Fault::Io(error)) => return Err(error),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        let count = self.read.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.read.split_to(count));
        Ok(count)
    }
}

impl Write for WebSocket {
    /// Takes whole packets only.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frames.clear();
        frame(bytes, &mut self.frames)?;
        self.socket.get_mut().write_all(&self.frames)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.get_mut().flush()
    }
}

/// Appends a frame for each packet. A server does not mask them.
fn frame(mut packets: &[u8], frames: &mut Vec<u8>) -> io::Result<()> {
    while !packets.is_empty() {
        let (packet, rest) = wire::split(packets)
            .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "a part of a packet"))?;
        frames.push(BINARY);
        match packet.len() {
            length @ ..126 => frames.push(length as u8),
            length => {
                let length = u16::try_from(length).map_err(io::Error::other)?;
                frames.push(126);
                frames.extend(length.to_be_bytes());
            }
        }
        frames.extend(packet);
        packets = rest;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::frame;
    use crate::wire::{self, Version};

    #[test]
    fn each_packet_has_a_frame() {
        let short = wire::disconnect();
        let long = wire::publish(Version::V5, 0, 0, "a", &[b'x'; 200]);
        let mut frames = Vec::new();
        frame(&[&short[..], &long[..]].concat(), &mut frames).unwrap();
        let head = [0x82, 126, 0, long.len() as u8];
        assert_eq!(frames, [&[0x82, 2], &short[..], &head[..], &long[..]].concat());
        assert!(frame(&long[..long.len() - 1], &mut frames).is_err());
    }
}
