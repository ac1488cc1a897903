//! The first bytes of a connection: just enough of CONNECT to choose a server for it.
//!
//! A pure function of the fixed header, the protocol name and the protocol level (MQTT 3.1.1 and 5.0, section 3.1).

/// CONNACK of MQTT 3.1 and 3.1.1, return code 1, unacceptable protocol version `[MQTT-3.1.2-2]`.
const REFUSED_V4: &[u8] = &[0x20, 0x02, 0x00, 0x01];

/// CONNACK of MQTT 5.0, reason code 0x84, unsupported protocol version `[MQTT-3.1.2-2]`.
const REFUSED_V5: &[u8] = &[0x20, 0x03, 0x00, 0x84, 0x00];

/// The supported protocol versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// MQTT 3.1.1, protocol level 4.
    V4,
    /// MQTT 5.0, protocol version 5.
    V5,
}

/// What the bytes received so far are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// The start of a CONNECT; more bytes are needed. Never more than 14 bytes long.
    Partial,
    /// A CONNECT for this protocol version.
    Connect(Level),
    /// A CONNECT for an unsupported version: send these bytes, then close.
    Refuse(&'static [u8]),
    /// Not a CONNECT: close without an answer.
    Foreign,
}

/// Classifies the first bytes of a connection.
pub fn parse(bytes: &[u8]) -> Opening {
    let after_header = match bytes {
        [] => return Opening::Partial,
        [0x10, rest @ ..] => skip_length(rest),
        _ => return Opening::Foreign,
    };
    match after_header {
        Ok(rest) => name_and_level(rest),
        Err(opening) => opening,
    }
}

/// Skips the remaining length: one to four bytes, all but the last with the top bit set `[MQTT-1.5.5-1]`.
fn skip_length(bytes: &[u8]) -> Result<&[u8], Opening> {
    match bytes.iter().take(4).position(|byte| byte & 0x80 == 0) {
        Some(last) => Ok(bytes.get(last + 1..).unwrap_or_default()),
        None if bytes.len() < 4 => Err(Opening::Partial),
        None => Err(Opening::Foreign),
    }
}

fn name_and_level(bytes: &[u8]) -> Opening {
    const NAME: &[u8] = b"\x00\x04MQTT";
    const OLD_NAME: &[u8] = b"\x00\x06MQIsdp";
    if let Some(rest) = bytes.strip_prefix(NAME) {
        match rest {
            [] => Opening::Partial,
            [4, ..] => Opening::Connect(Level::V4),
            [5, ..] => Opening::Connect(Level::V5),
            [level, ..] if *level > 5 => Opening::Refuse(REFUSED_V5),
            [..] => Opening::Refuse(REFUSED_V4),
        }
    } else if bytes.starts_with(OLD_NAME) {
        Opening::Refuse(REFUSED_V4)
    } else if NAME.starts_with(bytes) || OLD_NAME.starts_with(bytes) {
        Opening::Partial
    } else {
        Opening::Foreign
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_version_when_it_has_come_and_not_before() {
        let cases: [(&[u8], Opening); 5] = [
            (b"\x10\x0c\x00\x04MQTT\x04", Opening::Connect(Level::V4)),
            (b"\x10\xff\xff\xff\x7f\x00\x04MQTT\x05", Opening::Connect(Level::V5)),
            (b"\x10\x0c\x00\x06MQIsdp", Opening::Refuse(REFUSED_V4)),
            (b"\x10\x0c\x00\x04MQTT\x03", Opening::Refuse(REFUSED_V4)),
            (b"\x10\x0c\x00\x04MQTT\x06", Opening::Refuse(REFUSED_V5)),
        ];
        for (packet, opening) in cases {
            for length in 0..packet.len() {
                assert_eq!(
                    parse(packet.get(..length).unwrap_or_default()),
                    Opening::Partial,
                    "{length} of {packet:?}"
                );
            }
            assert_eq!(parse(packet), opening);
            assert_eq!(parse(&[packet, b"more"].concat()), opening);
        }
    }

    #[test]
    fn anything_else_is_foreign() {
        let foreign: [&[u8]; 5] = [
            b"GET /",
            b"\x16\x03\x01",
            b"\x30\x03",
            b"\x10\x0c\x00\x04QTTM\x04",
            b"\x10\xff\xff\xff\xff",
        ];
        for bytes in foreign {
            assert_eq!(parse(bytes), Opening::Foreign, "{bytes:?}");
        }
    }
}
