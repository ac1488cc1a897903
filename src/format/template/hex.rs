//! Payloads in hexadecimal, in groups or not.

use super::field::{Field, cut, fill};
use crate::format::write_encoded;
use data_encoding::Encoding;

/// Appends `payload` in the digits of `encoding`. The width of `field` is that of the digits without
/// the separators between them, and also the most bytes that are shown.
pub fn write_hex(field: &Field, encoding: &Encoding, payload: &[u8], out: &mut Vec<u8>) {
    let bytes = if field.width > 0 { cut(payload, field.width) } else { payload };
    let missing = field.width.saturating_sub(2 * bytes.len());
    let start = out.len();
    if !field.left {
        fill(out, start, missing, if field.zero { b'0' } else { b' ' });
    }
    write_encoded(out, encoding, bytes);
    if let Some(size @ 1..) = field.precision {
        group(out, start, size, field.separator);
    }
    if field.left {
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
