//! Payloads in hexadecimal, in groups or not.

use super::padding::{cut, fill};
use crate::format::write_encoded;
use data_encoding::Encoding;

/// How digits are laid out.
pub struct Digits {
    /// That of the digits without the separators between them, and also the most bytes that are shown; 0 is none.
    pub width: usize,
    /// Filled up on the right, with blanks.
    pub left: bool,
    /// Filled up on the left with zeros instead of blanks.
    pub zero: bool,
    /// Bytes between two separators.
    pub group: Option<usize>,
    /// What stands between groups.
    pub separator: u8,
}

/// Appends `payload` in the digits of `encoding`.
pub fn write_hex(digits: &Digits, encoding: &Encoding, payload: &[u8], out: &mut Vec<u8>) {
    let bytes = if digits.width > 0 { cut(payload, digits.width) } else { payload };
    let missing = digits.width.saturating_sub(2 * bytes.len());
    let start = out.len();
    if !digits.left {
        fill(out, start, missing, if digits.zero { b'0' } else { b' ' });
    }
    write_encoded(out, encoding, bytes);
    if let Some(size @ 1..) = digits.group {
        group(out, start, size, digits.separator);
    }
    if digits.left {
        fill(out, out.len(), missing, b' ');
    }
}

/// Puts `separator` after every `size` bytes from `start` on, but not at the end.
fn group(out: &mut Vec<u8>, start: usize, size: usize, separator: u8) {
    let mut from = out.len();
    let separators = (from - start).saturating_sub(1) / size;
    let mut to = from + separators;
    out.resize(to, separator);
    // From behind, as what is there moves to the right; in front of the first separator it stays.
    while from < to {
        let digits = (from - start - 1) % size + 1;
        from -= digits;
        to -= digits;
        out.copy_within(from..from + digits, to);
        to -= 1;
        out[to] = separator;
    }
}
