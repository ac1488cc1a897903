//! Making strangers' bytes harmless to look at.
//!
//! A terminal must not be driven by what a broker or a publisher sends, a line on stderr must not be forged or filled,
//! and one text must not look like another. What would do any of this becomes a visible escape: `\x1b`, `\u{202e}`,
//! `\xff`.
//! Knows nothing of where the bytes go.

#[cfg(test)]
mod tests;
mod unseen;

use std::borrow::Cow;
use std::fmt::Write as _;
use unseen::{SHAPING, UNSEEN, is_in};

/// What besides printable characters is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Line feeds and tabs, and what scripts and emoji are shaped with, joiners and variation selectors: payloads.
    Layout,
    /// Nothing: one line stays one line, and no two names look alike. Topics, properties, talk.
    Nothing,
}

/// `bytes` with whatever [`is_harmful`] or not UTF-8 as escapes. Free when there is nothing to escape.
pub fn visible(bytes: &[u8], keep: Keep) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(|char| is_harmful(char, keep)) => Cow::Borrowed(text),
        _ => Cow::Owned(escaped(bytes, keep)),
    }
}

fn escaped(bytes: &[u8], keep: Keep) -> String {
    let mut shown = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            if is_harmful(char, keep) {
                push_escape(&mut shown, char);
            } else {
                shown.push(char);
            }
        }
        for byte in chunk.invalid() {
            // Writing to memory cannot fail.
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    shown
}

fn push_escape(shown: &mut String, char: char) {
    let _ = match char {
        '\n' => shown.write_str("\\n"),
        '\r' => shown.write_str("\\r"),
        '\t' => shown.write_str("\\t"),
        '\0'..='\x7f' => write!(shown, "\\x{:02x}", char as u32),
        _ => write!(shown, "\\u{{{:x}}}", char as u32),
    };
}

/// Whether `char` may drive or deceive whoever looks at it.
pub fn is_harmful(char: char, keep: Keep) -> bool {
    match char {
        ' '..='~' => false,
        '\n' | '\t' => keep == Keep::Nothing,
        _ => is_in(UNSEEN, char) && (keep == Keep::Nothing || !is_in(SHAPING, char)),
    }
}

/// Of each byte, whether a harmful character beyond ASCII begins with it.
pub const HARMFUL_STARTS: [bool; 256] = {
    let mut starts = [false; 256];
    let mut at = 0;
    while at < UNSEEN.len() {
        let (first, last) = UNSEEN[at];
        let mut start = first.encode_utf8(&mut [0; 4]).as_bytes()[0];
        let end = last.encode_utf8(&mut [0; 4]).as_bytes()[0];
        while start <= end {
            // Bytes between ASCII and this one begin no character.
            starts[start as usize] = start >= 0xc2;
            start += 1;
        }
        at += 1;
    }
    starts
};

/// `text`, or of a longer one about `limit` bytes, and how many are left out. It is the middle that goes: in a line that
/// repeats what a stranger said, its beginning and its end are ours.
pub fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let is_boundary = |at: &usize| text.is_char_boundary(*at);
    let end = (0..=limit - limit / 4).rev().find(is_boundary).unwrap_or(0);
    let start = (text.len() - limit / 4..).find(is_boundary).unwrap_or(text.len());
    let (before, after) = (&text[..end], &text[start..]);
    Cow::Owned(format!("{before}\u{2026} ({} bytes left out) \u{2026}{after}", start - end))
}
