//! Makes untrusted bytes safe to display.
//!
//! Text from a broker or publisher must not control the terminal, forge or flood a line on stderr, or look like other
//! text. Characters that could are shown as escapes: `\x1b`, `\u{202e}`, `\xff`.

#[cfg(test)]
mod tests;
mod unseen;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;
use unseen::{SHAPING, UNSEEN, is_in};

/// Which characters are let through besides printable ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Line feeds and tabs, and the joiners and variation selectors that scripts and emoji need: for payloads.
    Layout,
    /// None, so that a line stays one line and no two names look alike: for topics, properties and diagnostics.
    Nothing,
}

/// `bytes` with everything [`is_harmful`] or not UTF-8 as escapes. Does not copy if there is nothing to escape.
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

/// Whether `char` could control a terminal or deceive a reader.
pub fn is_harmful(char: char, keep: Keep) -> bool {
    match char {
        ' '..='~' => false,
        '\n' | '\t' => keep == Keep::Nothing,
        _ => is_in(UNSEEN, char) && (keep == Keep::Nothing || !is_in(SHAPING, char)),
    }
}

/// For each byte, whether a harmful character beyond ASCII starts with it.
pub const HARMFUL_STARTS: [bool; 256] = {
    let mut starts = [false; 256];
    let mut at = 0;
    while at < UNSEEN.len() {
        let (first, last) = UNSEEN[at];
        let mut start = first.encode_utf8(&mut [0; 4]).as_bytes()[0];
        let end = last.encode_utf8(&mut [0; 4]).as_bytes()[0];
        while start <= end {
            // The bytes between ASCII and 0xc2 start no character.
            starts[start as usize] = start >= 0xc2;
            start += 1;
        }
        at += 1;
    }
    starts
};

/// Shortens a longer `text` to about `limit` bytes, and tells how many are missing. The middle is cut, because in a
/// line that quotes untrusted text, the start and the end are ours.
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

/// A path as a word of a shell command, for hints that can be pasted.
pub fn shell_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "%+,-./:=@_".contains(char);
    // Not a flag.
    let start = if text.starts_with('-') { "./" } else { "" };
    match text.chars().all(is_plain) {
        true => format!("{start}{text}"),
        false => format!("'{start}{}'", text.replace('\'', r"'\''")),
    }
}
