//! What is sent, and whether what arrived is that: lines whose every byte follows from their number.
//!
//! Knows no sockets and no processes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::wire::{self, Version};
use anyhow::{Context, Error, Result};

pub const TOPIC: &str = "bench/topic";
pub const FILTER: &str = "bench/#";

/// Bytes of a payload, without the line feed that ends it in a file.
pub const PAYLOAD: usize = 80;
const DIGITS: usize = 10;

/// How many messages above QoS 0 a flood has in flight, unless told otherwise. mosquitto's clients set no limit of their
/// own in MQTT 3.1.1; a client of MQTT 5 can ask for less.
pub const WINDOW: u16 = 1000;

/// Payloads of one width, each followed by a line feed: the stdin of a publisher, the stdout of a subscriber.
pub struct Lines {
    text: Vec<u8>,
    width: usize,
}

impl Lines {
    /// `count` lines: ten digits of number, a space, and characters drawn from the number.
    pub fn numbered(count: usize) -> Self {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = Vec::with_capacity(count * (PAYLOAD + 1));
        for number in 0..count {
            let end = text.len() + PAYLOAD;
            text.extend(format!("{number:0DIGITS$} ").as_bytes());
            let mut state = number as u64;
            while text.len() < end {
                // splitmix64: neighbouring numbers share nothing.
                state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut bits = state;
                bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                for _ in 0..10.min(end - text.len()) {
                    text.push(ALPHABET[(bits & 63) as usize]);
                    bits >>= 6;
                }
            }
            text.push(b'\n');
        }
        Self { text, width: PAYLOAD }
    }

    pub fn single(payload: &str) -> Self {
        Self { text: format!("{payload}\n").into_bytes(), width: payload.len() }
    }

    pub fn count(&self) -> usize {
        self.text.len() / (self.width + 1)
    }

    /// All lines with their line feeds.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// A JSON record a line, each with topic and payload.
    pub fn records(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(self.text.len() + self.count() * 40);
        for number in 0..self.count() {
            text.extend(br#"{"topic":""#);
            text.extend(TOPIC.as_bytes());
            text.extend(br#"","payload":""#);
            text.extend(self.payload(number).unwrap_or_default());
            text.extend(b"\"}\n");
        }
        text
    }

    #[inline]
    pub fn payload(&self, number: usize) -> Option<&[u8]> {
        let from = number.checked_mul(self.width + 1)?;
        self.text.get(from..from + self.width)
    }

    /// With its line feed.
    pub fn line(&self, number: usize) -> &[u8] {
        let bytes = self.bytes(1);
        self.text.get(number * bytes..(number + 1) * bytes).unwrap_or_default()
    }

    /// Of so many lines with their line feeds.
    pub fn bytes(&self, lines: usize) -> usize {
        lines * (self.width + 1)
    }

    /// Fails unless these bytes are those of the lines from `offset` on.
    pub fn continues(&self, offset: usize, bytes: &[u8]) -> Result<()> {
        let expected = self.text.get(offset..).unwrap_or_default();
        if expected.starts_with(bytes) {
            return Ok(());
        }
        let same = bytes.iter().zip(expected).take_while(|(a, b)| a == b);
        let from = offset + same.count();
        Err(Error::msg(format!(
            "the output differs from byte {from} (line {}) on",
            from / (self.width + 1) + 1
        )))
    }

    /// Fails unless the file holds these lines and nothing else, byte for byte.
    pub fn compare(&self, path: &Path) -> Result<()> {
        let mut file = File::open(path).context("cannot read the subscriber's output")?;
        let mut chunk = vec![0; 1 << 20];
        let mut offset = 0;
        loop {
            let count = file.read(&mut chunk).context("cannot read the subscriber's output")?;
            if count == 0 {
                break;
            }
            self.continues(offset, &chunk[..count])?;
            offset += count;
        }
        if offset != self.text.len() {
            return Err(Error::msg(format!(
                "the output ends after {offset} of {} bytes",
                self.text.len()
            )));
        }
        Ok(())
    }
}

/// Compares published payloads with the lines they came from, in order.
pub struct Checker<'a> {
    lines: &'a Lines,
    topic: &'a str,
    next: usize,
    /// Right ones, each counted once.
    pub delivered: usize,
}

impl<'a> Checker<'a> {
    pub fn new(lines: &'a Lines, topic: &'a str) -> Self {
        Self { lines, topic, next: 0, delivered: 0 }
    }

    /// A gap is counted (see `delivered`); a wrong byte, a wrong topic, a repetition or a wrong order is an error.
    #[inline]
    pub fn check(&mut self, publish: &wire::Publish<'_>) -> Result<()> {
        if publish.topic != self.topic.as_bytes() {
            return Err(Error::msg("a message to another topic"));
        }
        // Comparing all of it with what is expected next costs less than any checksum, and finds more.
        if self.lines.payload(self.next) != Some(publish.payload) {
            self.next = self.find(publish.payload)?;
        }
        self.next += 1;
        self.delivered += 1;
        Ok(())
    }

    fn find(&self, payload: &[u8]) -> Result<usize> {
        let number = payload
            .get(..DIGITS)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| digits.parse().ok())
            .filter(|&number| self.lines.payload(number) == Some(payload))
            .ok_or_else(|| {
                Error::msg(format!("a payload that was never sent, after message {}", self.next))
            })?;
        if number < self.next {
            return Err(Error::msg(format!(
                "message {number} twice or out of order, after message {}",
                self.next
            )));
        }
        Ok(number)
    }
}

/// Messages as frames, ready to be written; all of one length.
pub struct Flood {
    frames: Vec<u8>,
    frame: usize,
    pub qos: u8,
    /// The most in flight: packet ids go round in 1..=window.
    pub window: u16,
    /// How many messages to send. Where it is more than are prepared these are repeated, and at QoS 1 and 2 must be a
    /// multiple of the window.
    pub total: usize,
}

impl Flood {
    pub fn new(lines: &Lines, version: Version, qos: u8, window: u16, total: usize) -> Self {
        let mut frames = Vec::new();
        let mut frame = 0;
        for (number, line) in lines.text().chunks_exact(lines.width + 1).enumerate() {
            let id = (number % usize::from(window)) as u16 + 1;
            let bytes = wire::publish(version, qos, id, TOPIC, &line[..lines.width]);
            frame = bytes.len();
            if number == 0 {
                frames.reserve_exact(frame * lines.count());
            }
            frames.extend(bytes);
        }
        Self { frames, frame, qos, window, total }
    }

    /// The frames from message `number` on, at most `most` of them and never past the end of the prepared ones.
    /// Gives how many they are.
    pub fn frames(&self, number: usize, most: usize) -> (&[u8], usize) {
        let prepared = self.frames.len() / self.frame;
        let first = number % prepared;
        let count = most.min(prepared - first).min(self.total - number);
        (&self.frames[first * self.frame..(first + count) * self.frame], count)
    }

    /// How many frames make about `bytes`.
    pub fn fitting(&self, bytes: usize) -> usize {
        (bytes / self.frame).max(1)
    }

    /// The packet id of message `number`.
    pub fn id(&self, number: usize) -> u16 {
        let prepared = self.frames.len() / self.frame;
        (number % prepared % usize::from(self.window)) as u16 + 1
    }
}
