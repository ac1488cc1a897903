//! Filling up to a width, and cutting down to one.

/// Inserts `count` times `with` at `at`.
pub fn fill(out: &mut Vec<u8>, at: usize, count: usize, with: u8) {
    if count > 0 {
        out.resize(out.len() + count, with);
        out[at..].rotate_right(count);
    }
}

/// At most `length` bytes.
pub fn cut(bytes: &[u8], length: usize) -> &[u8] {
    bytes.get(..length).unwrap_or(bytes)
}
