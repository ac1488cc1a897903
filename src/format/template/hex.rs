//! Payloads in hexadecimal, with or without groups.

use super::padding::{cut, fill};
use crate::outlet::{Outlet, STEP};
use crate::record::write_encoded;
use data_encoding::Encoding;

/// The layout of the digits.
pub struct Digits {
    /// The width of the digits, without separators, and also the most bytes that are shown; 0 means none.
    pub width: usize,
    /// Whether blanks are added on the right.
    pub left: bool,
    /// Whether zeros instead of blanks are added on the left.
    pub zero: bool,
    /// Bytes between two separators.
    pub group: Option<usize>,
    /// The separator between groups.
    pub separator: u8,
}

/// Appends `payload` as digits of `encoding`.
pub fn write_hex(digits: &Digits, encoding: &Encoding, payload: &[u8], out: &mut Outlet<'_>) {
    let bytes = if digits.width > 0 { cut(payload, digits.width) } else { payload };
    let missing = digits.width.saturating_sub(2 * bytes.len());
    let start = out.len();
    if !digits.left {
        fill(out, 0, missing, if digits.zero { b'0' } else { b' ' });
    }
    match digits.group {
        Some(size @ 1..) => {
            // Only short payloads are padded. Longer ones are written in whole groups.
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

/// Appends bytes as digits with a separator after every `size` of them from `start` on, but not at the end.
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
    // Starts at the end, because bytes move to the right; the bytes before the first separator stay.
    while from < to {
        let digits = (from - start - 1) % size + 1;
        from -= digits;
        to -= digits;
        out.copy_within(from..from + digits, to);
        to -= 1;
        out[to] = separator;
    }
}
