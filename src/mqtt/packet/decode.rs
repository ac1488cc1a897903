//! Strictly parses packets from the broker.
//!
//! Checks that concern a single packet are made here; those that need session state (is this id in use, is this alias
//! defined) are made by the session.

#![deny(clippy::indexing_slicing)]

use crate::message::QoS;
use crate::mqtt::reason::{self, Reason};
use crate::mqtt::version::Version;
use crate::property::{Carrier, Id, Properties, PropertyError, take_binary, take_u16};
use std::fmt;

/// A violation of the standard by the broker. The text completes "the broker broke the protocol: …".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// 0x81 for malformed packets, 0x82 for misplaced ones, or the more specific code of the standard; sent in our
    /// DISCONNECT.
    pub reason: Reason,
    /// Description.
    pub text: String,
}

impl Violation {
    /// A malformed packet.
    pub fn malformed(text: impl Into<String>) -> Self {
        Self { reason: Reason::MALFORMED_PACKET, text: text.into() }
    }

    /// A packet in the wrong place or with a forbidden value.
    pub fn protocol(text: impl Into<String>) -> Self {
        Self { reason: Reason::PROTOCOL_ERROR, text: text.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.reason == Reason::MALFORMED_PACKET { "malformed packet: " } else { "" };
        write!(f, "{kind}{}", self.text)
    }
}

/// The fixed header of a packet ([MQTT 5, 2.1.1]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Packet type and flags.
    pub first: u8,
    /// Size of the fixed header in bytes: 2 to 5.
    pub header: usize,
    /// Number of bytes after it.
    pub body: usize,
}

impl Frame {
    /// Parses the fixed header at the start of `bytes`; `None` if more bytes are needed.
    ///
    /// # Errors
    /// When the remaining length has more than four bytes.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, Violation> {
        let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
        let mut body = 0usize;
        for (index, &byte) in rest.iter().take(4).enumerate() {
            body |= usize::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                if byte == 0 && index > 0 {
                    return Err(Violation::malformed(
                        "a remaining length is longer than it needs to be",
                    ));
                }
                return Ok(Some(Self { first, header: index + 2, body }));
            }
        }
        if rest.len() >= 4 {
            return Err(Violation::malformed(
                "the remaining length of a packet is over four bytes long",
            ));
        }
        Ok(None)
    }

    /// The kind of acknowledgement, if the packet is one with only a packet id, as most are.
    pub fn short_ack(self) -> Option<AckKind> {
        match self {
            Self { first: 0x40, body: 2, .. } => Some(AckKind::PubAck),
            Self { first: 0x50, body: 2, .. } => Some(AckKind::PubRec),
            Self { first: 0x62, body: 2, .. } => Some(AckKind::PubRel),
            Self { first: 0x70, body: 2, .. } => Some(AckKind::PubComp),
            _ => None,
        }
    }

    /// Whether the packet is a PUBLISH.
    pub fn is_publish(self) -> bool {
        self.first >> 4 == 3
    }

    /// Size of the whole packet in bytes.
    pub fn total(self) -> usize {
        self.header + self.body
    }

    /// The packet's name in the standard.
    pub fn name(self) -> &'static str {
        match self.first >> 4 {
            1 => "CONNECT",
            2 => "CONNACK",
            3 => "PUBLISH",
            4 => "PUBACK",
            5 => "PUBREC",
            6 => "PUBREL",
            7 => "PUBCOMP",
            8 => "SUBSCRIBE",
            9 => "SUBACK",
            10 => "UNSUBSCRIBE",
            11 => "UNSUBACK",
            12 => "PINGREQ",
            13 => "PINGRESP",
            14 => "DISCONNECT",
            15 => "AUTH",
            _ => "packet of type 0",
        }
    }
}

/// An incoming PUBLISH, before topic aliases are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published<'a> {
    /// Valid, or empty if an alias is used.
    pub topic: &'a str,
    /// 0 at QoS 0.
    pub packet_id: u16,
    /// QoS of the delivery.
    pub qos: QoS,
    /// Retain flag.
    pub retain: bool,
    /// DUP flag.
    pub dup: bool,
    /// Properties, already validated.
    pub properties: Properties<'a>,
    /// The rest of the packet.
    pub payload: &'a [u8],
}

/// The kind of acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckKind {
    /// QoS 1, final.
    PubAck,
    /// QoS 2, first answer.
    PubRec,
    /// QoS 2, from the sender.
    PubRel,
    /// QoS 2, final.
    PubComp,
}

/// PUBACK, PUBREC, PUBREL or PUBCOMP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack<'a> {
    /// Its kind.
    pub kind: AckKind,
    /// Never 0.
    pub packet_id: u16,
    /// Success before MQTT 5.
    pub reason: Reason,
    /// Reason string and user properties.
    pub properties: Properties<'a>,
}

/// A CONNACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnAck<'a> {
    /// Whether the broker resumed a session.
    pub session_present: bool,
    /// A return code before MQTT 5, a reason code in MQTT 5.
    pub code: u8,
    /// Whether it has the form of 3.1.1, whatever was requested.
    pub old_form: bool,
    /// Empty in the old form.
    pub properties: Properties<'a>,
}

impl ConnAck<'_> {
    /// The code as an MQTT 5 reason, if it has an equivalent.
    pub fn reason(&self) -> Option<Reason> {
        if self.old_form {
            reason::from_return_code(self.code)
        } else {
            // Any failure, even if undefined here: brokers that shut down say so.
            Some(Reason(self.code)).filter(|reason| reason.is_failure() && reason.is_defined())
        }
    }
}

/// The contents of SUBACK and UNSUBACK: one code per filter, none in an UNSUBACK before MQTT 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Body<'a> {
    /// Never 0.
    pub packet_id: u16,
    /// In the order of the filters.
    pub codes: &'a [u8],
    /// Reason string and user properties.
    pub properties: Properties<'a>,
}

/// A packet from the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Answer to CONNECT.
    ConnAck(ConnAck<'a>),
    /// A message.
    Publish(Published<'a>),
    /// An answer about a message.
    Ack(Ack<'a>),
    /// Answer to SUBSCRIBE.
    SubAck(Body<'a>),
    /// Answer to UNSUBSCRIBE.
    UnsubAck(Body<'a>),
    /// Answer to PINGREQ.
    PingResp,
    /// The broker ends the connection (MQTT 5).
    Disconnect(Reason, Properties<'a>),
    /// Enhanced authentication (MQTT 5).
    Auth(Reason, Properties<'a>),
}

/// Checks the fixed header before the rest arrives: that a broker may send this packet, its flags, and the length of those
/// that have only one.
///
/// # Errors
/// The violation.
pub fn check_header(version: Version, frame: Frame) -> Result<(), Violation> {
    let (kind, flags) = (frame.first >> 4, frame.first & 0x0f);
    let expected = match kind {
        3 => return Ok(()),
        6 => 0b0010,
        2 | 4 | 5 | 7 | 9 | 11 | 13 => 0,
        14 | 15 if version == Version::V5 => 0,
        _ => return Err(Violation::protocol(format!("a broker must not send {}", frame.name()))),
    };
    if flags != expected {
        return Err(Violation::malformed(format!("{} with flags 0x{flags:x}", frame.name())));
    }
    let most = match kind {
        13 => 0,
        4..=7 | 11 if version != Version::V5 => 2,
        _ => usize::MAX,
    };
    if frame.body > most {
        return Err(Violation::malformed(format!("{} of {} bytes", frame.name(), frame.total())));
    }
    Ok(())
}

impl<'a> Published<'a> {
    /// Parses the PUBLISH of `frame`, whose header has been checked.
    ///
    /// # Errors
    /// The violation.
    pub(in crate::mqtt) fn read(
        version: Version,
        frame: Frame,
        body: &'a [u8],
    ) -> Result<Self, Violation> {
        let flags = frame.first & 0x0f;
        let mut rest = body;
        let short = || Violation::malformed("truncated PUBLISH");
        let topic = take_binary(&mut rest).ok_or_else(short)?;
        let topic = check_topic(topic)?;
        let qos = QoS::from_number((flags >> 1) & 0b11)
            .ok_or_else(|| Violation::malformed("PUBLISH with QoS 3"))?;
        let dup = flags & 0b1000 != 0;
        let packet_id = match qos {
            QoS::AtMostOnce if dup => {
                return Err(Violation::malformed("PUBLISH with DUP at QoS 0"));
            }
            QoS::AtMostOnce => 0,
            _ => take_u16(&mut rest).ok_or_else(short)?,
        };
        if packet_id == 0 && qos != QoS::AtMostOnce {
            return Err(Violation::protocol("PUBLISH with packet id 0"));
        }
        let properties = if version == Version::V5 {
            Properties::take(&mut rest, Carrier::Publish)
                .map_err(|error| bad_properties("PUBLISH", error))?
        } else {
            Properties::default()
        };
        if topic.is_empty() && properties.number(Id::TopicAlias).is_none() {
            return Err(Violation::protocol("PUBLISH with an empty topic"));
        }
        Ok(Published {
            topic,
            packet_id,
            qos,
            retain: flags & 1 != 0,
            dup,
            properties,
            payload: rest,
        })
    }
}

impl<'a> Packet<'a> {
    /// Parses the packet of `frame`; `body` are the bytes after its fixed header.
    ///
    /// # Errors
    /// The violation.
    pub fn read(version: Version, frame: Frame, body: &'a [u8]) -> Result<Self, Violation> {
        check_header(version, frame)?;
        Self::read_body(version, frame, body)
    }

    /// The same, after [`check_header`].
    ///
    /// # Errors
    /// The violation.
    pub(in crate::mqtt) fn read_body(
        version: Version,
        frame: Frame,
        body: &'a [u8],
    ) -> Result<Self, Violation> {
        let packet = match frame.first >> 4 {
            3 => Packet::Publish(Published::read(version, frame, body)?),
            2 => Packet::ConnAck(read_connack(version, body)?),
            4 => Packet::Ack(read_ack(AckKind::PubAck, frame, body)?),
            5 => Packet::Ack(read_ack(AckKind::PubRec, frame, body)?),
            6 => Packet::Ack(read_ack(AckKind::PubRel, frame, body)?),
            7 => Packet::Ack(read_ack(AckKind::PubComp, frame, body)?),
            9 => Packet::SubAck(read_codes(version, frame, body)?),
            11 => Packet::UnsubAck(read_codes(version, frame, body)?),
            14 => {
                let (reason, properties) = read_reason(Carrier::Disconnect, frame, body)?;
                Packet::Disconnect(reason, properties)
            }
            15 => {
                let (reason, properties) = read_reason(Carrier::Auth, frame, body)?;
                Packet::Auth(reason, properties)
            }
            _ => Packet::PingResp,
        };
        Ok(packet)
    }
}

fn truncated(frame: Frame) -> Violation {
    Violation::malformed(format!("truncated {}", frame.name()))
}

fn bad_properties(name: &str, error: PropertyError) -> Violation {
    match error {
        PropertyError::OutOfRange(Id::TopicAlias, _) => {
            Violation { reason: Reason::TOPIC_ALIAS_INVALID, text: format!("{name}: {error}") }
        }
        PropertyError::Repeated(_) | PropertyError::OutOfRange(..) => {
            Violation::protocol(format!("{name}: {error}"))
        }
        _ => Violation::malformed(format!("{name}: {error}")),
    }
}

/// Checks for UTF-8, NUL and wildcards ([MQTT-1.5.4-1], [MQTT-1.5.4-2], [MQTT-3.3.2-2]).
fn check_topic(topic: &[u8]) -> Result<&str, Violation> {
    let is_special = |byte: &u8| matches!(byte, 0 | b'+' | b'#');
    match std::str::from_utf8(topic) {
        Ok(text) if !topic.iter().any(is_special) => Ok(text),
        result => Err(wrong_topic(topic, result.is_ok())),
    }
}

/// The violation in an invalid topic.
#[cold]
fn wrong_topic(topic: &[u8], is_text: bool) -> Violation {
    let shown = String::from_utf8_lossy(topic);
    if !is_text {
        Violation::malformed(format!("the topic \"{}\" is not UTF-8", topic.escape_ascii()))
    } else if topic.contains(&0) {
        Violation::malformed(format!("the topic {shown:?} contains NUL"))
    } else {
        let text = format!("the topic {shown:?} contains a wildcard");
        Violation { reason: Reason::TOPIC_NAME_INVALID, text }
    }
}

fn read_connack(version: Version, body: &[u8]) -> Result<ConnAck<'_>, Violation> {
    let Some((&[flags, code], mut rest)) = body.split_first_chunk::<2>() else {
        return Err(Violation::malformed("truncated CONNACK"));
    };
    if flags > 1 {
        return Err(Violation::malformed(format!("CONNACK with reserved flags 0x{flags:02x}")));
    }
    let old_form = rest.is_empty();
    // Brokers that support only MQTT 5 refuse other versions with its CONNACK ([MQTT 5, 3.1.2.2]).
    if !old_form && version != Version::V5 && code < 0x80 {
        return Err(Violation::malformed("CONNACK is longer than it may be"));
    }
    let properties = if old_form {
        Properties::default()
    } else {
        Properties::take(&mut rest, Carrier::ConnAck)
            .map_err(|error| bad_properties("CONNACK", error))?
    };
    if !rest.is_empty() {
        return Err(Violation::malformed("CONNACK is longer than its properties"));
    }
    // Codes below 0x80 except 0 are undefined in a version 5 CONNACK, so they are old return codes.
    let old_form = old_form && code < 0x80;
    let session_present = flags == 1;
    if session_present && code != 0 {
        return Err(Violation::protocol("CONNACK refuses, and claims a session"));
    }
    Ok(ConnAck { session_present, code, old_form, properties })
}

fn read_ack(kind: AckKind, frame: Frame, body: &[u8]) -> Result<Ack<'_>, Violation> {
    let mut rest = body;
    let packet_id = take_u16(&mut rest).ok_or_else(|| truncated(frame))?;
    if packet_id == 0 {
        return Err(Violation::protocol(format!("{} with packet id 0", frame.name())));
    }
    if rest.is_empty() {
        return Ok(Ack {
            kind,
            packet_id,
            reason: Reason::SUCCESS,
            properties: Properties::default(),
        });
    }
    let (reason, properties) = read_reason(Carrier::Ack, frame, rest)?;
    let known = match kind {
        // Any failure counts as a refusal, even if undefined here: mosquitto sends 0x95 in PUBACK.
        AckKind::PubAck | AckKind::PubRec => {
            matches!(reason.0, 0x00 | 0x10) || (reason.is_failure() && reason.is_defined())
        }
        AckKind::PubRel | AckKind::PubComp => matches!(reason.0, 0x00 | 0x92),
    };
    if !known {
        return Err(Violation::malformed(format!(
            "{} with undefined reason code {reason}",
            frame.name()
        )));
    }
    Ok(Ack { kind, packet_id, reason, properties })
}

/// Parses "reason code, properties"; both, or the properties, may be omitted.
fn read_reason(
    carrier: Carrier,
    frame: Frame,
    body: &[u8],
) -> Result<(Reason, Properties<'_>), Violation> {
    let Some((&code, mut rest)) = body.split_first() else {
        return Ok((Reason::SUCCESS, Properties::default()));
    };
    let properties = if rest.is_empty() {
        Properties::default()
    } else {
        Properties::take(&mut rest, carrier).map_err(|error| bad_properties(frame.name(), error))?
    };
    if !rest.is_empty() {
        return Err(Violation::malformed(format!(
            "{} is longer than its properties",
            frame.name()
        )));
    }
    Ok((Reason(code), properties))
}

fn read_codes(version: Version, frame: Frame, body: &[u8]) -> Result<Body<'_>, Violation> {
    let mut rest = body;
    let packet_id = take_u16(&mut rest).ok_or_else(|| truncated(frame))?;
    if packet_id == 0 {
        return Err(Violation::protocol(format!("{} with packet id 0", frame.name())));
    }
    let properties = if version == Version::V5 {
        Properties::take(&mut rest, Carrier::Ack)
            .map_err(|error| bad_properties(frame.name(), error))?
    } else {
        Properties::default()
    };
    Ok(Body { packet_id, codes: rest, properties })
}
