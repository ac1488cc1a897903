//! How a received message is printed: decided once, applied to each message.
//!
//! Knows nothing of sessions or of where the bytes go, except whether they must be harmless.

use crate::escape::{Keep, visible};
use crate::message::Message;
use crate::record;
use data_encoding::HEXLOWER;
use jiff::Timestamp;

/// What is printed of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Body {
    /// The payload's bytes.
    #[default]
    Raw,
    /// The payload in lower-case hexadecimal.
    Hex,
    /// The whole message as one JSON object.
    Json,
}

/// What ends a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// A line feed.
    #[default]
    Newline,
    /// A NUL byte.
    Nul,
    /// Nothing.
    Nothing,
}

/// See the module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Format {
    /// What is printed.
    pub body: Body,
    /// Topic and a space come first; JSON has its own way.
    pub with_topic: bool,
    /// What comes last.
    pub ending: Ending,
    /// For a terminal: what would drive it becomes visible escapes.
    pub protect: bool,
}

impl Format {
    /// Appends `message` to `out`.
    pub fn write(&self, message: &Message<'_>, out: &mut Vec<u8>) {
        if self.body == Body::Json {
            record::write(out, Timestamp::now(), message);
        } else {
            if self.with_topic {
                self.write_text(message.topic.as_bytes(), Keep::Nothing, out);
                out.push(b' ');
            }
            match self.body {
                Body::Hex => write_hex(message.payload, out),
                _ => self.write_text(message.payload, Keep::Layout, out),
            }
        }
        match self.ending {
            Ending::Newline => out.push(b'\n'),
            Ending::Nul => out.push(0),
            Ending::Nothing => {}
        }
    }

    fn write_text(&self, bytes: &[u8], keep: Keep, out: &mut Vec<u8>) {
        if self.protect {
            out.extend_from_slice(visible(bytes, keep).as_bytes());
        } else {
            out.extend_from_slice(bytes);
        }
    }
}

fn write_hex(bytes: &[u8], out: &mut Vec<u8>) {
    let at = out.len();
    out.resize(at + HEXLOWER.encode_len(bytes.len()), 0);
    HEXLOWER.encode_mut(bytes, &mut out[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::QoS;
    use crate::property::Properties;

    fn print(format: Format, payload: &[u8]) -> Vec<u8> {
        let message = Message {
            topic: "a/b",
            payload,
            qos: QoS::AtMostOnce,
            retain: false,
            dup: false,
            packet_id: 0,
            properties: Properties::default(),
        };
        let mut out = Vec::new();
        format.write(&message, &mut out);
        out
    }

    #[test]
    fn bytes_go_out_as_they_came_in() {
        let payload: Vec<u8> = (0..=255).collect();
        let mut expected = payload.clone();
        expected.push(b'\n');
        assert_eq!(print(Format::default(), &payload), expected);
    }

    #[test]
    fn topics_hex_and_endings_combine() {
        let hex = Format { body: Body::Hex, with_topic: true, ..Format::default() };
        assert_eq!(print(hex, b"\x00\xff"), b"a/b 00ff\n");
        let nul = Format { ending: Ending::Nul, ..Format::default() };
        assert_eq!(print(nul, b"x\ny"), b"x\ny\0");
        let bare = Format { ending: Ending::Nothing, with_topic: true, ..Format::default() };
        assert_eq!(print(bare, b""), b"a/b ");
    }

    #[test]
    fn a_terminal_is_protected() {
        let format = Format { protect: true, ..Format::default() };
        assert_eq!(print(format, b"\x1b[2Jhi\n"), b"\\x1b[2Jhi\n\n");
    }
}
