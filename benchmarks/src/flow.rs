//! The two directions of a connection at full speed: `receive` reads, hands over and acknowledges, `send` floods.
//!
//! Blocking, one thread each; used by the peer and, the other way round, by the raw client of the self-check.

use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, TcpStream};

use crate::stream::Stream;
use crate::wire::{self, Inbox, Publish, Version};
use crate::workload::Flood;
use anyhow::{Context, Error, Result};

/// What is written at once.
const WRITE_SIZE: usize = 256 * 1024;

/// A connection with its buffers.
pub struct Link {
    pub stream: Stream,
    pub inbox: Inbox,
    out: Vec<u8>,
}

impl Link {
    pub fn new(stream: Stream) -> Self {
        Self { stream, inbox: Inbox::new(), out: Vec::with_capacity(2 * WRITE_SIZE) }
    }

    /// A connection to a broker on this machine, which has let it in.
    pub fn connect(port: u16, version: Version) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("cannot connect")?;
        stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
        let mut link = Self::new(Stream::Tcp(stream));
        link.write(&wire::connect(version))?;
        link.expect(wire::CONNACK)?;
        Ok(link)
    }

    /// Waits for a frame, which must be of this kind.
    pub fn expect(&mut self, kind: u8) -> Result<()> {
        loop {
            if let Some(frame) = self.inbox.next()? {
                return if frame.kind() == kind {
                    Ok(())
                } else {
                    Err(Error::msg(format!("packet type {}, not {kind}", frame.kind())))
                };
            }
            if !self.fill()? {
                return Err(Error::msg("the peer left"));
            }
        }
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes).context("cannot write")
    }

    /// Reads once more. False at the end of the stream, however it came.
    pub fn fill(&mut self) -> Result<bool> {
        match self.inbox.fill(&mut self.stream) {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof
                ) =>
            {
                Ok(false)
            }
            result => result.context("cannot read"),
        }
    }

    /// Writes what is due. To a client that left without reading it that is no error: what it sent before is still
    /// to be read, and the end of the stream comes after it.
    fn flush(&mut self) -> Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let result = self.stream.write_all(&self.out);
        self.out.clear();
        match result {
            Err(error)
                if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) =>
            {
                Ok(())
            }
            result => result.context("cannot write"),
        }
    }
}

/// How the other side left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parting {
    /// Not at all: this side has what it wanted.
    None,
    Disconnect,
    EndOfStream,
}

/// What the taker of messages wants next.
#[derive(PartialEq, Eq)]
pub enum Wish {
    More,
    Enough,
}

/// Hands every PUBLISH over and acknowledges all that one read brought with one write.
pub fn receive(
    link: &mut Link,
    version: Version,
    mut each: impl FnMut(&Publish<'_>) -> Result<Wish>,
) -> Result<Parting> {
    let mut unreleased = vec![false; 1 << 16];
    loop {
        let mut wish = Wish::More;
        while let Some(frame) = link.inbox.next()? {
            match frame.kind() {
                wire::PUBLISH => {
                    let publish = Publish::parse(&frame, version)?;
                    match publish.qos {
                        0 => {}
                        1 => wire::acknowledge(&mut link.out, wire::PUBACK, publish.id),
                        _ => {
                            let open = &mut unreleased[usize::from(publish.id)];
                            if *open && !publish.dup {
                                return Err(Error::msg(format!(
                                    "packet id {} used again before its PUBREL",
                                    publish.id
                                )));
                            }
                            *open = true;
                            wire::acknowledge(&mut link.out, wire::PUBREC, publish.id);
                        }
                    }
                    wish = each(&publish)?;
                }
                wire::PUBREL => {
                    let id = frame.id()?;
                    if !std::mem::take(&mut unreleased[usize::from(id)]) {
                        return Err(Error::msg(format!("PUBREL for the unknown id {id}")));
                    }
                    wire::acknowledge(&mut link.out, wire::PUBCOMP, id);
                }
                wire::PINGREQ => link.out.extend(wire::PINGRESP_FRAME),
                wire::DISCONNECT => return Ok(Parting::Disconnect),
                other => return Err(Error::msg(format!("packet type {other}, unasked for"))),
            }
        }
        link.flush()?;
        if wish == Wish::Enough {
            return Ok(Parting::None);
        }
        if !link.fill()? {
            return Ok(Parting::EndOfStream);
        }
    }
}

/// How far a flood came.
pub struct Progress {
    pub sent: usize,
    /// PUBACK or PUBREC came.
    pub taken: usize,
    /// PUBACK or PUBCOMP came.
    pub finished: usize,
    pub parting: Parting,
}

impl Progress {
    pub fn new() -> Self {
        Self { sent: 0, taken: 0, finished: 0, parting: Parting::None }
    }
}

/// Sends what is at QoS 0 up to message `end`.
pub fn pour(link: &mut Link, flood: &Flood, progress: &mut Progress, end: usize) -> Result<()> {
    let batch = flood.fitting(WRITE_SIZE);
    while progress.sent < end {
        let (frames, count) = flood.frames(progress.sent, batch.min(end - progress.sent));
        link.write(frames)?;
        progress.sent += count;
    }
    Ok(())
}

/// Sends the flood, never more in flight than its window and the `limit` of the other side, and sees the handshakes through.
pub fn send(link: &mut Link, flood: &Flood, limit: u16) -> Result<Progress> {
    let mut progress = Progress::new();
    if flood.qos == 0 {
        pour(link, flood, &mut progress, flood.total)?;
        return Ok(progress);
    }
    let window = usize::from(flood.window.min(limit).max(1));
    while progress.finished < flood.total && progress.parting == Parting::None {
        // At once, as brokers do: mosquitto_sub leaves Nagle's algorithm on, and its next acknowledgements wait for
        // something to come back. Saving up for larger writes would cost it 40 ms a window, and be what is measured.
        let room = window - (progress.sent - progress.finished);
        if room > 0 {
            let (frames, count) = flood.frames(progress.sent, room);
            link.out.extend_from_slice(frames);
            progress.sent += count;
        }
        link.flush()?;
        take_acknowledgements(link, flood, &mut progress)?;
    }
    link.flush()?;
    Ok(progress)
}

/// Reads until the other side leaves; what it still acknowledges is counted.
pub fn drain(link: &mut Link, flood: &Flood, progress: &mut Progress) -> Result<()> {
    while progress.parting == Parting::None {
        take_acknowledgements(link, flood, progress)?;
        link.flush()?;
    }
    Ok(())
}

fn take_acknowledgements(link: &mut Link, flood: &Flood, progress: &mut Progress) -> Result<()> {
    if !link.fill()? {
        progress.parting = Parting::EndOfStream;
    }
    while let Some(frame) = link.inbox.next()? {
        match (frame.kind(), flood.qos) {
            (wire::PUBACK, 1) => {
                in_order("PUBACK", frame.id()?, flood, progress.taken, progress.sent)?;
                progress.taken += 1;
                progress.finished += 1;
            }
            (wire::PUBREC, 2) => {
                let id = frame.id()?;
                in_order("PUBREC", id, flood, progress.taken, progress.sent)?;
                progress.taken += 1;
                wire::acknowledge(&mut link.out, wire::PUBREL, id);
            }
            (wire::PUBCOMP, 2) => {
                in_order("PUBCOMP", frame.id()?, flood, progress.finished, progress.taken)?;
                progress.finished += 1;
            }
            (wire::PINGREQ, _) => link.out.extend(wire::PINGRESP_FRAME),
            (wire::DISCONNECT, _) => progress.parting = Parting::Disconnect,
            (other, _) => return Err(Error::msg(format!("packet type {other}, unasked for"))),
        }
    }
    Ok(())
}

/// Acknowledgements come in the order of what they acknowledge [MQTT-4.6.0-2] [MQTT-4.6.0-3].
fn in_order(name: &str, id: u16, flood: &Flood, next: usize, end: usize) -> Result<()> {
    if next < end && flood.id(next) == id {
        Ok(())
    } else {
        Err(Error::msg(format!("{name} for id {id} out of order")))
    }
}
