//! The packet trace: one line per packet, made from the bytes on the wire.
//!
//! CONNECT is parsed only as far as it holds no secret: of the password only the length is read. Payloads are not
//! shown. Costs nothing unless it is on.

#![deny(clippy::indexing_slicing)]

use super::packet::{Frame, Packet};
use super::reason::Reason;
use super::version::Version;
use crate::property::{Carrier, Id, Properties, Value, take_binary, take_u16, take_varint};
use std::fmt::Write as _;

/// Bytes of a list after which the rest is only counted, because a packet may consist of properties only.
const ENOUGH: usize = 2_000;

/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the broker.
    In,
    /// To the broker.
    Out,
}

/// Describes every complete packet at the start of `bytes`.
pub fn describe_all(version: Version, direction: Direction, bytes: &[u8]) -> Vec<String> {
    packets(bytes).map(|(frame, body)| describe(version, direction, frame, body)).collect()
}

/// Total size of the complete packets at the start of `bytes`.
pub fn complete(bytes: &[u8]) -> usize {
    packets(bytes).map(|(frame, _)| frame.total()).sum()
}

fn packets(bytes: &[u8]) -> impl Iterator<Item = (Frame, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let frame = Frame::read(rest).ok()??;
        let (packet, after) = rest.split_at_checked(frame.total())?;
        rest = after;
        Some((frame, packet.get(frame.header..)?))
    })
}

fn describe(version: Version, direction: Direction, frame: Frame, body: &[u8]) -> String {
    let detail = match (direction, frame.first >> 4) {
        (Direction::Out, 1) => connect(body),
        (Direction::Out, 8) => filters(version, body, true),
        (Direction::Out, 10) => filters(version, body, false),
        (Direction::Out, 14) => Some(Reason(*body.first().unwrap_or(&0)).to_string()),
        (_, 12 | 13) => Some(String::new()),
        _ => incoming(version, frame, body),
    };
    match detail {
        Some(detail) if detail.is_empty() => frame.name().to_owned(),
        Some(detail) => format!("{} {detail}", frame.name()),
        None => format!("{} ({} bytes)", frame.name(), frame.total()),
    }
}

fn incoming(version: Version, frame: Frame, body: &[u8]) -> Option<String> {
    Some(match Packet::read(version, frame, body).ok()? {
        Packet::Publish(publish) => format!(
            "q{} r{} d{} id {} {} ({} bytes){}",
            publish.qos,
            u8::from(publish.retain),
            u8::from(publish.dup),
            publish.packet_id,
            publish.topic,
            publish.payload.len(),
            properties(&publish.properties)
        ),
        Packet::Ack(ack) => {
            format!("id {} {}{}", ack.packet_id, ack.reason, properties(&ack.properties))
        }
        Packet::ConnAck(connack) => format!(
            "{} session present {}{}",
            if connack.old_form {
                format!("return code {}", connack.code)
            } else {
                Reason(connack.code).to_string()
            },
            connack.session_present,
            properties(&connack.properties)
        ),
        Packet::SubAck(body) | Packet::UnsubAck(body) => {
            format!("id {}{}{}", body.packet_id, codes(body.codes), properties(&body.properties))
        }
        Packet::Disconnect(reason, found) | Packet::Auth(reason, found) => {
            format!("{reason}{}", properties(&found))
        }
        Packet::PingResp => String::new(),
    })
}

fn codes(codes: &[u8]) -> String {
    let mut text = String::new();
    for (index, code) in codes.iter().enumerate() {
        if text.len() >= ENOUGH {
            let _ = write!(text, " and {} more", codes.len() - index);
            break;
        }
        let _ = write!(text, " 0x{code:02x}");
    }
    text
}

fn properties(found: &Properties<'_>) -> String {
    let mut text = String::new();
    let mut rest = found.iter();
    while let Some((id, value)) = rest.next() {
        if text.len() >= ENOUGH {
            let _ = write!(text, " and {} more properties", rest.count() + 1);
            break;
        }
        let _ = match value {
            Value::Number(number) => write!(text, " {}={number}", id.name()),
            Value::Text(value) => write!(text, " {}={value:?}", id.name()),
            Value::Binary(bytes) => write!(text, " {}=({} bytes)", id.name(), bytes.len()),
            Value::Pair(name, value) => write!(text, " {}={name:?}:{value:?}", id.name()),
        };
    }
    text
}

fn connect(body: &[u8]) -> Option<String> {
    let mut rest = body;
    let name = text(&mut rest)?;
    let (&[level, flags], mut rest) = rest.split_first_chunk::<2>()?;
    let keep_alive = take_u16(&mut rest)?;
    let found = match level {
        5 => Properties::take(&mut rest, Carrier::Connect).ok()?,
        _ => Properties::default(),
    };
    let id = text(&mut rest)?;
    let mut line = format!(
        "{name} level {level} id {id:?} clean start {} keep alive {keep_alive}",
        flags & 0x02 != 0
    );
    if flags & 0x04 != 0 {
        if level == 5 {
            skip_properties(&mut rest)?;
        }
        let topic = text(&mut rest)?;
        let payload = take_binary(&mut rest)?;
        let _ = write!(
            line,
            " will q{} r{} {topic} ({} bytes)",
            flags >> 3 & 3,
            flags >> 5 & 1,
            payload.len()
        );
    }
    if let Some(method) = found.text(Id::AuthenticationMethod) {
        let data = found.binary(Id::AuthenticationData).unwrap_or_default();
        let _ = write!(line, " authentication {method} ({} bytes)", data.len());
    }
    if flags & 0x80 != 0 {
        let name = text(&mut rest)?;
        let _ = match flags & 0x40 {
            // Without a password, the user name may be a secret itself.
            0 => write!(line, " user name ({} bytes)", name.len()),
            _ => write!(line, " user name {name:?}"),
        };
    }
    if flags & 0x40 != 0 {
        let _ = write!(line, " password ({} bytes)", take_u16(&mut rest)?);
    }
    Some(line)
}

fn filters(version: Version, body: &[u8], with_options: bool) -> Option<String> {
    let mut rest = body;
    let mut line = format!("id {}", take_u16(&mut rest)?);
    if version == Version::V5 {
        skip_properties(&mut rest)?;
    }
    while !rest.is_empty() {
        let _ = write!(line, " {}", text(&mut rest)?);
        if with_options {
            let (&options, more) = rest.split_first()?;
            rest = more;
            let _ = write!(line, " (q{})", options & 3);
        }
    }
    Some(line)
}

fn skip_properties(rest: &mut &[u8]) -> Option<()> {
    let length = take_varint(rest)?;
    *rest = rest.get(length as usize..)?;
    Some(())
}

fn text(rest: &mut &[u8]) -> Option<String> {
    take_binary(rest).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}
