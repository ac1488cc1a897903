//! MQTT 3.1.1 and 5 frames, as little of them as a peer needs that reads, acknowledges and floods.
//!
//! Frames are parsed in place, in the buffer they were read into. Written by hand on purpose: a peer built on the codec
//! of the program it measures would share its mistakes. Knows no sockets beyond `Read` and no workload.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use anyhow::{Error, Result};

/// Packet types: the high half of a frame's first byte.
pub const CONNECT: u8 = 1;
pub const CONNACK: u8 = 2;
pub const PUBLISH: u8 = 3;
pub const PUBACK: u8 = 4;
pub const PUBREC: u8 = 5;
pub const PUBREL: u8 = 6;
pub const PUBCOMP: u8 = 7;
pub const SUBSCRIBE: u8 = 8;
pub const SUBACK: u8 = 9;
pub const PINGREQ: u8 = 12;
pub const PINGRESP: u8 = 13;
pub const DISCONNECT: u8 = 14;

pub const PINGREQ_FRAME: [u8; 2] = [0xC0, 0];
pub const PINGRESP_FRAME: [u8; 2] = [0xD0, 0];

/// What is read at once. The largest frame, too: nothing measured here comes near it.
pub const READ_SIZE: usize = 256 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Version {
    V311,
    V5,
}

impl Version {
    /// As `-V` takes it, of every program.
    pub fn name(self) -> &'static str {
        match self {
            Self::V311 => "311",
            Self::V5 => "5",
        }
    }
}

/// A complete frame, borrowed from the [`Inbox`].
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    first: u8,
    pub body: &'a [u8],
}

impl Frame<'_> {
    pub fn kind(&self) -> u8 {
        self.first >> 4
    }

    /// The packet id of an acknowledgement, whose body starts with it.
    pub fn id(&self) -> Result<u16> {
        let id = Fields(self.body).u16()?;
        // A reason code of 0x80 or above says that the other side refused [MQTT-3.4.2.1].
        match self.body.get(2) {
            Some(&reason) if reason >= 0x80 => Err(Error::msg(format!(
                "packet type {} for id {id} has reason 0x{reason:02x}",
                self.kind()
            ))),
            _ => Ok(id),
        }
    }
}

/// The read buffer: filled by one read, emptied frame by frame.
pub struct Inbox {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Inbox {
    pub fn new() -> Self {
        Self { buffer: vec![0; READ_SIZE].into_boxed_slice(), start: 0, end: 0 }
    }

    /// Reads once. False at the end of the stream.
    pub fn fill(&mut self, stream: &mut impl Read) -> io::Result<bool> {
        // What is left is a part of one frame: moving it costs nothing.
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let count = stream.read(&mut self.buffer[self.end..])?;
        self.end += count;
        Ok(count > 0)
    }

    /// The next complete frame, or nothing until more was read.
    #[inline]
    pub fn next(&mut self) -> Result<Option<Frame<'_>>> {
        let bytes = &self.buffer[self.start..self.end];
        let Some((from, to)) = extent(bytes)? else {
            return Ok(None);
        };
        self.start += to;
        Ok(Some(Frame { first: bytes[0], body: &bytes[from..to] }))
    }
}

/// Where the body of the first frame begins and ends, or nothing if it is not complete.
#[inline]
fn extent(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let mut length = 0;
    for index in 0..4 {
        let Some(&byte) = bytes.get(index + 1) else {
            return Ok(None);
        };
        length |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            let (from, to) = (index + 2, index + 2 + length);
            if to > READ_SIZE {
                return Err(Error::msg(format!("a frame of {length} bytes")));
            }
            return Ok((to <= bytes.len()).then_some((from, to)));
        }
    }
    Err(Error::msg("a remaining length of more than four bytes"))
}

/// The first frame, and what comes after it; nothing if it is not complete.
pub fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, end) = extent(bytes).ok()??;
    bytes.split_at_checked(end)
}

/// What the peer must know of a CONNECT.
pub struct Connect {
    pub version: Version,
    /// How many messages above QoS 0 the client takes unacknowledged; 65,535 where it does not say.
    pub receive_maximum: u16,
}

impl Connect {
    pub fn parse(frame: &Frame<'_>) -> Result<Self> {
        if frame.kind() != CONNECT {
            return Err(Error::msg(format!("packet type {} where CONNECT is due", frame.kind())));
        }
        let mut fields = Fields(frame.body);
        let name = fields.string()?;
        let version = match (name, fields.u8()?) {
            (b"MQTT", 4) => Version::V311,
            (b"MQTT", 5) => Version::V5,
            (_, level) => return Err(Error::msg(format!("protocol level {level}"))),
        };
        fields.take(3)?; // flags, keep-alive
        let mut receive_maximum = u16::MAX;
        if version == Version::V5 {
            let length = fields.varint()?;
            let mut properties = Fields(fields.take(length)?);
            while !properties.0.is_empty() {
                match properties.u8()? {
                    0x21 => receive_maximum = properties.u16()?,
                    0x17 | 0x19 => drop(properties.take(1)?),
                    0x22 => drop(properties.take(2)?),
                    0x11 | 0x27 => drop(properties.take(4)?),
                    0x15 | 0x16 => drop(properties.string()?),
                    0x26 => drop((properties.string()?, properties.string()?)),
                    other => return Err(Error::msg(format!("CONNECT property 0x{other:02x}"))),
                }
            }
        }
        Ok(Self { version, receive_maximum })
    }
}

/// A PUBLISH, borrowed from the read buffer.
pub struct Publish<'a> {
    pub qos: u8,
    pub dup: bool,
    /// 0 at QoS 0.
    pub id: u16,
    pub topic: &'a [u8],
    pub payload: &'a [u8],
}

impl<'a> Publish<'a> {
    #[inline]
    pub fn parse(frame: &Frame<'a>, version: Version) -> Result<Self> {
        let mut fields = Fields(frame.body);
        let qos = (frame.first >> 1) & 3;
        let topic = fields.string()?;
        let id = match qos {
            0 => 0,
            1 | 2 => fields.u16()?,
            _ => return Err(Error::msg("a PUBLISH at QoS 3")),
        };
        if qos > 0 && id == 0 {
            return Err(Error::msg("a PUBLISH with packet id 0"));
        }
        if version == Version::V5 {
            let length = fields.varint()?;
            fields.take(length)?;
        }
        Ok(Self { qos, dup: frame.first & 8 != 0, id, topic, payload: fields.0 })
    }
}

/// Answers a SUBSCRIBE: every filter gets the QoS it asked for.
pub fn suback(subscribe: &Frame<'_>, version: Version) -> Result<Vec<u8>> {
    let mut fields = Fields(subscribe.body);
    let mut body = fields.take(2)?.to_vec();
    if version == Version::V5 {
        let length = fields.varint()?;
        fields.take(length)?;
        body.push(0);
    }
    while !fields.0.is_empty() {
        fields.string()?;
        body.push(fields.u8()? & 3);
    }
    Ok(frame(SUBACK << 4, &body))
}

pub fn connack(version: Version) -> Vec<u8> {
    match version {
        Version::V311 => frame(CONNACK << 4, &[0, 0]),
        Version::V5 => frame(CONNACK << 4, &[0, 0, 0]),
    }
}

/// A CONNECT of the least form: clean, no keep-alive, client id `raw`.
pub fn connect(version: Version) -> Vec<u8> {
    let mut body = b"\0\x04MQTT".to_vec();
    match version {
        Version::V311 => body.extend([4, 2, 0, 0]),
        Version::V5 => body.extend([5, 2, 0, 0, 0]),
    }
    body.extend(b"\0\x03raw");
    frame(CONNECT << 4, &body)
}

pub fn subscribe(version: Version, filter: &str, qos: u8) -> Vec<u8> {
    let mut body = vec![0, 1];
    if version == Version::V5 {
        body.push(0);
    }
    push_string(&mut body, filter.as_bytes());
    body.push(qos);
    frame(SUBSCRIBE << 4 | 2, &body)
}

pub fn disconnect() -> Vec<u8> {
    frame(DISCONNECT << 4, &[])
}

pub fn publish(version: Version, qos: u8, id: u16, topic: &str, payload: &[u8]) -> Vec<u8> {
    frame(PUBLISH << 4 | qos << 1, &publication(version, qos, id, topic, payload))
}

/// A retained message at QoS 1.
pub fn retained(version: Version, id: u16, topic: &str, payload: &[u8]) -> Vec<u8> {
    frame(PUBLISH << 4 | 1 << 1 | 1, &publication(version, 1, id, topic, payload))
}

fn publication(version: Version, qos: u8, id: u16, topic: &str, payload: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(topic.len() + payload.len() + 5);
    push_string(&mut body, topic.as_bytes());
    if qos > 0 {
        body.extend(id.to_be_bytes());
    }
    if version == Version::V5 {
        body.push(0);
    }
    body.extend(payload);
    body
}

/// Appends an acknowledgement: four bytes in both versions, as success needs no reason code in MQTT 5 either.
#[inline]
pub fn acknowledge(out: &mut Vec<u8>, kind: u8, id: u16) {
    let [high, low] = id.to_be_bytes();
    let flags = if kind == PUBREL { 2 } else { 0 };
    out.extend([kind << 4 | flags, 2, high, low]);
}

fn push_string(body: &mut Vec<u8>, text: &[u8]) {
    body.extend((text.len() as u16).to_be_bytes());
    body.extend(text);
}

fn frame(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mut rest = body.len();
    loop {
        let low = (rest & 0x7F) as u8;
        rest >>= 7;
        bytes.push(if rest > 0 { low | 0x80 } else { low });
        if rest == 0 {
            break;
        }
    }
    bytes.extend(body);
    bytes
}

/// The fields of a frame that are not read yet.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    #[inline]
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(|| Error::msg("a frame that ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    #[inline]
    fn u8(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    #[inline]
    fn u16(&mut self) -> Result<u16> {
        let bytes = self.take(2)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    #[inline]
    fn string(&mut self) -> Result<&'a [u8]> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }

    #[inline]
    fn varint(&mut self) -> Result<usize> {
        let mut value = 0;
        for index in 0..4 {
            let byte = self.u8()?;
            value |= usize::from(byte & 0x7F) << (7 * index);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Error::msg("a number of more than four bytes"))
    }
}
