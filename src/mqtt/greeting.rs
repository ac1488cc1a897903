//! Checks whether the peer is a broker. The first bytes that answer CONNECT reveal a web server, an SSH server or a TLS
//! alert.

#![deny(clippy::indexing_slicing)]

use super::fault::Fault;
use super::packet::Frame;

/// The first byte of a CONNACK.
const CONNACK: u8 = 0x20;

/// Largest plausible CONNACK: a few strings of at most 65,535 bytes.
const LONGEST_CONNACK: usize = 1 << 20;

/// Number of bytes needed to distinguish text from packets.
const HEAD: usize = 4;

/// Most bytes of untrusted text to show.
const SAMPLE: usize = 60;

/// Whether `bytes` can be parsed as the start of a broker's answer; false if more are needed to tell.
///
/// # Errors
/// [`Fault::NotMqtt`] with what the peer seems to be.
pub fn check(bytes: &[u8]) -> Result<bool, Fault> {
    let Some(&first) = bytes.first() else { return Ok(false) };
    if first == CONNACK {
        return check_connack_length(bytes);
    }
    if first == 0x15 {
        return Err(Fault::NotMqtt("answered a TLS alert: try mqtts://".to_owned()));
    }
    // No MQTT packet starts with this many printable bytes, and fewer do not tell.
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    if is_text(head) {
        if head.len() < HEAD {
            return Ok(false);
        }
        // Waits for the whole line, so that the user sees a useful part of it.
        if bytes.len() < SAMPLE && !bytes.contains(&b'\n') {
            return Ok(false);
        }
        return Err(answered(bytes));
    }
    if is_brokers(first) {
        return Ok(true);
    }
    Err(answered(bytes))
}

/// The fault for a peer that closed, or sent nothing more, after only `bytes`.
pub fn left_with(bytes: &[u8]) -> Option<Fault> {
    // CONNACK starts with a byte that is also a space.
    let is_strange = bytes.first().is_some_and(|first| *first != CONNACK) && is_text(bytes);
    is_strange.then(|| answered(bytes))
}

fn check_connack_length(bytes: &[u8]) -> Result<bool, Fault> {
    match Frame::read(bytes)? {
        Some(frame) if frame.body > LONGEST_CONNACK => {
            Err(Fault::NotMqtt(format!("announced a CONNACK of {} bytes", frame.body)))
        }
        _ => Ok(true),
    }
}

fn answered(bytes: &[u8]) -> Fault {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let line = sample.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let shown = if is_text(sample) { line } else { sample };
    Fault::NotMqtt(format!("answered `{}`", shown.escape_ascii()))
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().take(SAMPLE).all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t'))
}

/// Whether only a broker sends this first byte, though not in answer to CONNECT.
fn is_brokers(first: u8) -> bool {
    matches!(first, 0x30..=0x3d | 0x40 | 0x50 | 0x62 | 0x70 | 0x90 | 0xb0 | 0xd0 | 0xe0 | 0xf0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> String {
        check(bytes).unwrap_err().to_string()
    }

    #[test]
    fn strangers_are_told_for_what_they_are() {
        assert_eq!(
            told(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n"),
            "not an MQTT broker (answered `HTTP/1.1 400 Bad Request`)"
        );
        assert_eq!(
            told(b"SSH-2.0-OpenSSH_9.2\r\n"),
            "not an MQTT broker (answered `SSH-2.0-OpenSSH_9.2`)"
        );
        assert_eq!(told(b"220 mail ready\r\n"), "not an MQTT broker (answered `220 mail ready`)");
        assert_eq!(
            told(&[0x15, 3, 1, 0, 2, 2, 10]),
            "not an MQTT broker (answered a TLS alert: try mqtts://)"
        );
        assert_eq!(told(&[0; 3]), r"not an MQTT broker (answered `\x00\x00\x00`)");
        assert_eq!(told(&[0xff; 2]), r"not an MQTT broker (answered `\xff\xff`)");
        assert_eq!(
            told(&[0x20, 0xff, 0xff, 0xff, 0x7f]),
            "not an MQTT broker (announced a CONNACK of 268435455 bytes)"
        );
    }

    #[test]
    fn brokers_and_beginnings_pass() {
        assert!(check(&[0x20, 2, 0, 0]).unwrap());
        assert!(check(&[0x20]).unwrap());
        assert!(check(&[0x30, 0x80]).unwrap());
        assert!(!check(b"HT").unwrap());
        assert!(left_with(b"HT").is_some());
        assert!(left_with(b"").is_none());
        assert!(left_with(&[0x20]).is_none(), "a CONNACK that is cut short");
    }
}
