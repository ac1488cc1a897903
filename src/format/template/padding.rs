//! Padding to a width, and truncating to one.

/// Inserts `count` bytes `with` before the last `after` bytes.
pub fn fill(out: &mut Vec<u8>, after: usize, count: usize, with: u8) {
    if count > 0 {
        out.resize(out.len() + count, with);
        let at = out.len() - count - after;
        out[at..].rotate_right(count);
    }
}

/// At most `length` bytes.
pub fn cut(bytes: &[u8], length: usize) -> &[u8] {
    bytes.get(..length).unwrap_or(bytes)
}
