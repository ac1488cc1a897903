//! JSON strings and numbers.

use crate::escape::is_deceptive;
use data_encoding::BASE64;
use std::io::Write as _;

/// Appends `"key":"text"`, or `"key_base64":"…"` when `bytes` are not UTF-8; `start` is `,"key`.
pub fn write_bytes(out: &mut Vec<u8>, start: &str, bytes: &[u8]) {
    out.extend_from_slice(start.as_bytes());
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            out.extend_from_slice(b"\":");
            write_string(out, text);
        }
        Err(_) => {
            out.extend_from_slice(b"_base64\":\"");
            let at = out.len();
            out.resize(at + BASE64.encode_len(bytes.len()), 0);
            BASE64.encode_mut(bytes, &mut out[at..]);
            out.push(b'"');
        }
    }
}

/// Appends `number` in decimal.
pub fn write_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

/// Bytes looked at together.
const BLOCK: usize = 16;

/// Appends `text` as a JSON string with its quotes.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    let mut at = 0;
    while at < bytes.len() {
        // Most text has nothing to be escaped, and a block of it takes a few instructions.
        if let Some(block) = bytes.get(at..at + BLOCK)
            && !block.iter().fold(false, |any, &byte| any | is_suspect(byte))
        {
            at += BLOCK;
            continue;
        }
        let end = bytes.len().min(at + BLOCK);
        while at < end {
            if !is_suspect(bytes[at]) {
                at += 1;
                continue;
            }
            let char = text[at..].chars().next().unwrap_or_default();
            let next = at + char.len_utf8();
            if needs_escape(char) {
                out.extend_from_slice(&bytes[copied..at]);
                write_escape(out, char);
                copied = next;
            }
            at = next;
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

/// Whether something to be escaped may begin with `byte`.
#[inline]
fn is_suspect(byte: u8) -> bool {
    (byte < 0x20)
        | (byte == b'"')
        | (byte == b'\\')
        | (byte == 0x7f)
        | (byte == 0xc2)
        | (byte == 0xe2)
}

fn needs_escape(char: char) -> bool {
    matches!(char, '"' | '\\') || is_harmful(char)
}

/// Whether `char` may drive or deceive a terminal.
pub fn is_harmful(char: char) -> bool {
    char.is_control() || is_deceptive(char)
}

/// Appends the escape for `char`, which is in the basic multilingual plane.
pub fn write_escape(out: &mut Vec<u8>, char: char) {
    let short = match char {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\x08' => b'b',
        '\x0c' => b'f',
        _ => {
            // Writing to memory cannot fail.
            let _ = write!(out, "\\u{:04x}", char as u32);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// The length of the JSON string that `json` begins with, quotes included.
pub fn string_length(json: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = json.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if json[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    json.len()
}
