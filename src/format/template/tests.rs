//! What formats print, piece by piece in `table`.

mod properties;
mod refused;
mod table;

use super::Template;
use crate::format::clock::Clock;
use crate::format::{Body, Ending, Format};
use crate::message::{Message, QoS};
use crate::property::{Carrier, Properties};
use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

/// A message in parts that can stand in a table.
#[derive(Clone, Copy)]
struct Sample {
    topic: &'static str,
    payload: &'static [u8],
    qos: QoS,
    retain: bool,
    packet_id: u16,
    /// As in a packet: the length first.
    properties: &'static [u8],
}

/// Text, QoS 0, nothing else.
const PLAIN: Sample = Sample {
    topic: "a/b",
    payload: b"hello",
    qos: QoS::AtMostOnce,
    retain: false,
    packet_id: 0,
    properties: &[0],
};

/// Everything a message can have.
const FULL: Sample = Sample {
    topic: "gr\u{fc}n/1",
    payload: b"{\"t\": 1.0}",
    qos: QoS::AtLeastOnce,
    retain: true,
    packet_id: 700,
    properties: b"\x36\x23\0\x09\x03\0\x0atext/plain\x08\0\x04re/t\x09\0\x03c\xc3\xa9\x02\xff\xff\xff\xff\x01\x01\x0b\x07\x26\0\x01k\0\x02v1\x26\0\x01k\0\x02v2",
};

fn sample(payload: &'static [u8]) -> Sample {
    Sample { payload, ..PLAIN }
}

fn format(template: Template) -> Format {
    let time: Timestamp = "2026-11-20T16:09:05.012345678Z".parse().unwrap();
    let zone = TimeZone::fixed(offset(1));
    let format = Format::new(Body::Template(template)).with_clock(Clock::fixed(time, zone));
    Format { ending: Ending::Nothing, ..format }
}

fn print(format: &mut Format, sample: Sample) -> Vec<u8> {
    let mut properties = sample.properties;
    let message = Message {
        topic: sample.topic,
        payload: sample.payload,
        qos: sample.qos,
        retain: sample.retain,
        dup: false,
        packet_id: sample.packet_id,
        properties: Properties::take(&mut properties, Carrier::Publish).unwrap(),
    };
    assert!(properties.is_empty(), "the length of the properties is wrong");
    let mut out = Vec::new();
    format.write(&message, &mut out);
    out
}

fn printed(text: &str, sample: Sample) -> Vec<u8> {
    print(&mut format(Template::parse(text).unwrap()), sample)
}
