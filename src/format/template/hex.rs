//! Payloads in hexadecimal, in groups or not.

use super::padding::{cut, fill};
use crate::outlet::{Outlet, STEP};
use crate::record::write_encoded;
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
pub fn write_hex(digits: &Digits, encoding: &Encoding, payload: &[u8], out: &mut Outlet<'_>) {
    let bytes = if digits.width > 0 { cut(payload, digits.width) } else { payload };
    let missing = digits.width.saturating_sub(2 * bytes.len());
    let start = out.len();
    if !digits.left {
        fill(out, 0, missing, if digits.zero { b'0' } else { b' ' });
    }
    match digits.group {
        Some(size @ 1..) => {
            // What is filled up is short. Otherwise whole groups.
            let step = if missing > 0 { bytes.len() } else { size * (STEP / size).max(1) };
            let (first, rest) = bytes.split_at(step.min(bytes.len()));
            write_groups(out, start, (encoding, first), (size, digits.separator));
            for step in rest.chunks(step.max(1)) {
                out.push(digits.separator);
                let start = out.len();
                write_groups(out, start, (encoding, step), (size, digits.separator));
                out.relieve();
            }
        }
        _ => write_encoded(out, encoding, bytes),
    }
    if digits.left {
        fill(out, 0, missing, b' ');
    }
}

/// Appends bytes as digits, and puts the separator after every `size` of them from `start` on, but not at the end.
fn write_groups(
    out: &mut Vec<u8>,
    start: usize,
    (encoding, bytes): (&Encoding, &[u8]),
    (size, separator): (usize, u8),
) {
    let at = out.len();
    out.resize(at + encoding.encode_len(bytes.len()), 0);
    encoding.encode_mut(bytes, &mut out[at..]);
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
