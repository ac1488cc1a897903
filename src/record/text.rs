//! JSON strings and numbers.

use crate::escape::{HARMFUL_STARTS, Keep, is_harmful};
use crate::outlet::{Outlet, STEP, text_steps};
use data_encoding::{BASE64, Encoding};

/// Appends `"key":"text"`, or `"key_base64":"…"` if `bytes` are not UTF-8; `start` is `,"key`.
pub fn write_bytes(out: &mut Outlet<'_>, start: &str, bytes: &[u8], keep: Keep) {
    out.extend_from_slice(start.as_bytes());
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            out.extend_from_slice(b"\":\"");
            for step in text_steps(text) {
                write_content(out, step, keep);
                out.relieve();
            }
        }
        Err(_) => {
            out.extend_from_slice(b"_base64\":\"");
            write_encoded(out, &BASE64, bytes);
        }
    }
    out.push(b'"');
}

/// As [`write_bytes`], but in base64 too if the escapes in the text would make it more than twice as long.
pub fn write_bytes_briefly(out: &mut Outlet<'_>, start: &str, bytes: &[u8], keep: Keep) {
    let before = out.len();
    out.extend_from_slice(start.as_bytes());
    if let Ok(text) = std::str::from_utf8(bytes) {
        out.extend_from_slice(b"\":\"");
        let most = out.len() + 2 * bytes.len();
        let fits = text_steps(text).all(|step| {
            write_content(out, step, keep);
            out.len() <= most
        });
        if fits {
            return out.push(b'"');
        }
        out.truncate(before + start.len());
    }
    out.extend_from_slice(b"_base64\":\"");
    write_encoded(out, &BASE64, bytes);
    out.push(b'"');
}

/// Appends `bytes` as digits of `encoding`, which adds no newlines.
pub fn write_encoded(out: &mut Outlet<'_>, encoding: &Encoding, bytes: &[u8]) {
    // Three bytes make four digits of base64.
    for step in bytes.chunks(3 * STEP) {
        let at = out.len();
        out.resize(at + encoding.encode_len(step.len()), 0);
        encoding.encode_mut(step, &mut out[at..]);
        out.relieve();
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

/// Number of bytes compared at a time if nothing has been escaped for a while.
const BLOCK: usize = 16;

/// What each byte of a text becomes: itself (`PLAIN`), an escape with this letter, or something that needs a closer
/// look.
const ESCAPES: [u8; 256] = {
    let mut escapes = [PLAIN; 256];
    let mut byte = 0;
    while byte < 0x20 {
        escapes[byte] = UNICODE;
        byte += 1;
    }
    escapes[0x7f] = UNICODE;
    escapes[b'"' as usize] = b'"';
    escapes[b'\\' as usize] = b'\\';
    escapes[b'\n' as usize] = b'n';
    escapes[b'\r' as usize] = b'r';
    escapes[b'\t' as usize] = b't';
    escapes[0x08] = b'b';
    escapes[0x0c] = b'f';
    byte = 0x80;
    while byte < 0x100 {
        if HARMFUL_STARTS[byte] {
            escapes[byte] = FIRST;
        }
        byte += 1;
    }
    escapes
};

/// A byte that is copied.
const PLAIN: u8 = 0;

/// A control character that is written as a number.
const UNICODE: u8 = b'u';

/// The first byte of a character that may have to be written as a number.
const FIRST: u8 = 1;

/// The escapes of control characters.
const CONTROLS: [[u8; 6]; 128] = {
    let mut controls = [[0; 6]; 128];
    let mut byte = 0;
    while byte < controls.len() {
        controls[byte] = escape(byte as u32);
        byte += 1;
    }
    controls
};

/// Appends `text` as a JSON string with quotes. Control characters are escaped whatever `keep` is.
pub fn write_string(out: &mut Vec<u8>, text: &str, keep: Keep) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    write_content(out, text, keep);
    out.push(b'"');
}

fn write_content(out: &mut Vec<u8>, text: &str, keep: Keep) {
    let mut rest = text.as_bytes();
    // Most text needs no escapes. If something did, as in JSON, more will soon follow.
    let mut is_sparse = true;
    loop {
        let run = plain_run(rest, is_sparse);
        if run > 0 {
            push_run(out, rest, run);
            rest = &rest[run..];
        }
        is_sparse = run >= BLOCK;
        let Some((&byte, after)) = rest.split_first() else { break };
        match ESCAPES[usize::from(byte)] {
            UNICODE => {
                rest = push_controls(out, rest);
            }
            FIRST => {
                let char = text[text.len() - rest.len()..].chars().next().unwrap_or_default();
                let (first, after) = rest.split_at(char.len_utf8());
                if is_harmful(char, keep) {
                    write_escape(out, char);
                } else {
                    out.extend_from_slice(first);
                }
                rest = after;
            }
            letter => {
                out.extend_from_slice(&[b'\\', letter]);
                rest = after;
            }
        }
    }
}

/// Number of bytes at the start that are copied.
#[inline(always)]
fn plain_run(bytes: &[u8], is_sparse: bool) -> usize {
    let mut length = 0;
    if is_sparse {
        for block in bytes.chunks_exact(BLOCK).take_while(|block| is_plain(block)) {
            length += block.len();
        }
    }
    let of = |byte: u8| ESCAPES[usize::from(byte)];
    while let Some(&[a, b, c, d]) = bytes[length..].first_chunk()
        && of(a) | of(b) | of(c) | of(d) == PLAIN
    {
        length += 4;
    }
    while let Some(&byte) = bytes.get(length)
        && of(byte) == PLAIN
    {
        length += 1;
    }
    length
}

/// Appends the first `length` bytes. A short run is copied together with the bytes after it, which are removed again:
/// copying a constant number of bytes takes two instructions.
#[inline(always)]
fn push_run(out: &mut Vec<u8>, bytes: &[u8], length: usize) {
    let end = out.len() + length;
    match bytes.first_chunk::<BLOCK>() {
        Some(block) if length <= BLOCK => {
            out.extend_from_slice(block);
            out.truncate(end);
        }
        _ => out.extend_from_slice(&bytes[..length]),
    }
}

/// Appends the escaped control characters at the start, and returns the rest.
fn push_controls<'a>(out: &mut Vec<u8>, mut rest: &'a [u8]) -> &'a [u8] {
    while let Some((&byte, after)) = rest.split_first()
        && ESCAPES[usize::from(byte)] == UNICODE
    {
        out.extend_from_slice(&CONTROLS[usize::from(byte) % CONTROLS.len()]);
        rest = after;
    }
    rest
}

/// Whether all of `block` is copied, as far as comparisons tell. Unlike a table lookup, they work on all bytes at once,
/// but beyond ASCII they cannot tell.
fn is_plain(block: &[u8]) -> bool {
    !block.iter().fold(false, |any, &byte| any | is_suspect(byte))
}

#[inline]
fn is_suspect(byte: u8) -> bool {
    // As signed bytes, those beyond ASCII are negative.
    ((byte as i8) < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == 0x7f)
}

/// `\u` and the digits of `code`, which is below 0x10000.
const fn escape(code: u32) -> [u8; 6] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let [high, low] = (code as u16).to_be_bytes();
    [
        b'\\',
        b'u',
        DIGITS[(high >> 4) as usize],
        DIGITS[(high & 15) as usize],
        DIGITS[(low >> 4) as usize],
        DIGITS[(low & 15) as usize],
    ]
}

/// Appends `char` as `\u` escapes: two of them beyond the basic multilingual plane.
pub fn write_escape(out: &mut Vec<u8>, char: char) {
    for unit in char.encode_utf16(&mut [0; 2]) {
        out.extend_from_slice(&escape((*unit).into()));
    }
}

/// The length of the JSON string at the start of `json`, including quotes; `None` if it does not end there.
pub fn string_length(json: &[u8]) -> Option<usize> {
    let mut at = 1;
    while let Some(found) = json.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if json[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_is_plain_however_it_is_looked_at() {
        for byte in 0..=255 {
            let is_in_table = ESCAPES[usize::from(byte)] == PLAIN;
            assert_eq!(is_plain(&[byte]), is_in_table && byte.is_ascii(), "{byte}");
        }
    }
}
