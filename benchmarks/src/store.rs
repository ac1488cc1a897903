//! What a real broker has stored, put there, counted and removed over a raw connection, as fast as the broker takes it.
//!
//! Starts no programs.

use crate::flow::Link;
use crate::wire::{self, Version};
use crate::workload::{FILTER, Lines};
use anyhow::{Error, Result};

const VERSION: Version = Version::V311;

/// In flight at once: what mosquitto allows a client of MQTT 5.
const WINDOW: usize = 20;

/// A topic of its own for each number, below [`FILTER`].
pub fn topic(number: usize) -> String {
    format!("bench/{:02}/{number:06}", number % 100)
}

/// Stores each of `lines` under a topic of its own.
pub fn fill(port: u16, lines: &Lines) -> Result<()> {
    publish(port, lines.count(), |number| lines.payload(number).unwrap_or_default())
}

/// Removes what is stored under the first `count` topics.
pub fn remove(port: u16, count: usize) -> Result<()> {
    publish(port, count, |_| &[])
}

fn publish<'a>(port: u16, count: usize, payload: impl Fn(usize) -> &'a [u8]) -> Result<()> {
    let mut link = Link::connect(port, VERSION)?;
    let (mut sent, mut taken) = (0, 0);
    let mut frames = Vec::new();
    while taken < count {
        frames.clear();
        while sent < count && sent - taken < WINDOW {
            let id = (sent % WINDOW) as u16 + 1;
            frames.extend(wire::retained(VERSION, id, &topic(sent), payload(sent)));
            sent += 1;
        }
        link.write(&frames)?;
        if !link.fill()? {
            return Err(Error::msg("the broker left"));
        }
        while let Some(frame) = link.inbox.next()? {
            if frame.kind() != wire::PUBACK {
                return Err(Error::msg(format!("packet type {}, not PUBACK", frame.kind())));
            }
            frame.id()?;
            taken += 1;
        }
    }
    link.write(&wire::disconnect())
}

/// How many messages are stored: all that comes before the answer to a PINGREQ.
pub fn count(port: u16) -> Result<usize> {
    let mut link = Link::connect(port, VERSION)?;
    link.write(&wire::subscribe(VERSION, FILTER, 0))?;
    link.expect(wire::SUBACK)?;
    link.write(&wire::PINGREQ_FRAME)?;
    let mut count = 0;
    loop {
        while let Some(frame) = link.inbox.next()? {
            match frame.kind() {
                wire::PUBLISH => count += 1,
                wire::PINGRESP => return Ok(count),
                other => return Err(Error::msg(format!("packet type {other}, unasked for"))),
            }
        }
        if !link.fill()? {
            return Err(Error::msg("the broker left"));
        }
    }
}
