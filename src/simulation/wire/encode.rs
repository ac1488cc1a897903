//! Encodes packets from a broker.

use super::packet::{Ack, AckKind, BrokerPacket, Message, Version};

/// Appends a Variable Byte Integer (1.5.5).
pub fn write_length(out: &mut Vec<u8>, mut length: usize) {
    loop {
        let low = u8::try_from(length & 0x7f).expect("seven bits");
        length >>= 7;
        if length == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Appends the length of bytes, followed by the bytes.
pub fn write_binary(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).expect("no more than 65,535 bytes");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Appends a UTF-8 string.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    write_binary(out, text.as_bytes());
}

impl BrokerPacket {
    /// Appends the packet in this version. Parts that MQTT 3.1.1 lacks are omitted; its UNSUBACK has no codes, and a
    /// broker cannot send DISCONNECT.
    pub fn write(&self, version: Version, out: &mut Vec<u8>) {
        let mut body = Vec::with_capacity(32);
        let first = match self {
            Self::ConnAck { session_present, reason, .. } => {
                body.extend([u8::from(*session_present), *reason]);
                self.connack_properties(version, &mut body);
                0x20
            }
            Self::Publish { message, dup, id, identifiers } => {
                publish_body(&mut body, message, *id, identifiers, version);
                0x30 | u8::from(*dup) << 3 | message.qos << 1 | u8::from(message.retain)
            }
            Self::Ack(ack) => ack_body(&mut body, *ack, version),
            Self::SubAck { id, codes } => {
                codes_body(&mut body, *id, codes, version);
                0x90
            }
            Self::UnsubAck { id, codes } => {
                let codes = if version == Version::Five { codes.as_slice() } else { &[] };
                codes_body(&mut body, *id, codes, version);
                0xb0
            }
            Self::PingResp => 0xd0,
            Self::Disconnect { reason } => {
                if version == Version::Four {
                    return;
                }
                body.push(*reason);
                0xe0
            }
        };
        out.push(first);
        write_length(out, body.len());
        out.extend_from_slice(&body);
    }

    fn connack_properties(&self, version: Version, body: &mut Vec<u8>) {
        let Self::ConnAck { receive_maximum, topic_alias_maximum, assigned_client_id, .. } = self
        else {
            return;
        };
        if version == Version::Four {
            return;
        }
        let mut properties = Vec::new();
        // The defaults are 65,535 and 0.
        if *receive_maximum != u16::MAX {
            properties.push(0x21);
            properties.extend(receive_maximum.to_be_bytes());
        }
        if *topic_alias_maximum != 0 {
            properties.push(0x22);
            properties.extend(topic_alias_maximum.to_be_bytes());
        }
        if let Some(id) = assigned_client_id {
            properties.push(0x12);
            write_string(&mut properties, id);
        }
        write_length(body, properties.len());
        body.extend(properties);
    }
}

fn publish_body(
    body: &mut Vec<u8>,
    message: &Message,
    id: u16,
    identifiers: &[u32],
    version: Version,
) {
    write_string(body, &message.topic);
    if message.qos > 0 {
        body.extend(id.to_be_bytes());
    }
    if version == Version::Five {
        let mut properties = message.properties.to_vec();
        for identifier in identifiers {
            properties.push(0x0b);
            write_length(&mut properties, usize::try_from(*identifier).expect("28 bits"));
        }
        write_length(body, properties.len());
        body.extend(properties);
    }
    body.extend_from_slice(&message.payload);
}

fn ack_body(body: &mut Vec<u8>, ack: Ack, version: Version) -> u8 {
    body.extend(ack.id.to_be_bytes());
    if version == Version::Five && ack.reason != 0 {
        body.push(ack.reason);
    }
    match ack.kind {
        AckKind::Puback => 0x40,
        AckKind::Pubrec => 0x50,
        AckKind::Pubrel => 0x62,
        AckKind::Pubcomp => 0x70,
    }
}

fn codes_body(body: &mut Vec<u8>, id: u16, codes: &[u8], version: Version) {
    body.extend(id.to_be_bytes());
    if version == Version::Five {
        body.push(0);
    }
    body.extend_from_slice(codes);
}
