//! Making strangers' bytes harmless to look at.
//!
//! A terminal must not be driven by what a broker or a publisher sends, and a line on stderr must not
//! be forged. What would do either becomes a visible escape: `\x1b`, `\u{202e}`, `\xff`.
//! Knows nothing of where the bytes go.

use std::borrow::Cow;

/// What besides printable characters is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Line feeds and tabs: payloads on a terminal.
    Layout,
    /// Nothing: one line stays one line.
    Nothing,
}

/// `bytes` with control characters, bidirectional marks and whatever is not UTF-8 as escapes. Free
/// when there is nothing to escape.
pub fn visible(bytes: &[u8], keep: Keep) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(|char| is_dangerous(char, keep)) => Cow::Borrowed(text),
        _ => Cow::Owned(escaped(bytes, keep)),
    }
}

fn escaped(bytes: &[u8], keep: Keep) -> String {
    let mut shown = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            if is_dangerous(char, keep) {
                push_escape(&mut shown, char);
            } else {
                shown.push(char);
            }
        }
        for byte in chunk.invalid() {
            shown.push_str(&format!("\\x{byte:02x}"));
        }
    }
    shown
}

fn push_escape(shown: &mut String, char: char) {
    match char {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        '\0'..='\x7f' => shown.push_str(&format!("\\x{:02x}", char as u32)),
        _ => shown.push_str(&format!("\\u{{{:x}}}", char as u32)),
    }
}

fn is_dangerous(char: char, keep: Keep) -> bool {
    match char {
        '\n' | '\t' => keep == Keep::Nothing,
        _ => char.is_control() || is_deceptive(char),
    }
}

/// Characters that reorder or break a line though they are no control characters.
pub fn is_deceptive(char: char) -> bool {
    matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clean_text_is_borrowed() {
        assert!(matches!(visible("grün 21.5 °C".as_bytes(), Keep::Nothing), Cow::Borrowed(_)));
    }

    #[test]
    fn whatever_drives_a_terminal_is_shown_instead() {
        let nasty = b"\x07\x1b[31m\r\x7f\xc2\x9b\xe2\x80\xae\xff\x9d";
        assert_eq!(
            visible(nasty, Keep::Layout),
            "\\x07\\x1b[31m\\r\\x7f\\u{9b}\\u{202e}\\xff\\x9d"
        );
        assert_eq!(visible(b"a\tb\nc", Keep::Layout), "a\tb\nc");
        assert_eq!(visible(b"a\tb\nc", Keep::Nothing), "a\\tb\\nc");
    }

    proptest! {
        #[test]
        fn nothing_dangerous_is_left_and_twice_is_once(bytes: Vec<u8>) {
            let once = visible(&bytes, Keep::Nothing).into_owned();
            prop_assert!(!once.chars().any(|char| char.is_control() || is_deceptive(char)));
            let twice = visible(once.as_bytes(), Keep::Nothing);
            prop_assert_eq!(twice.as_ref(), once.as_str());
        }
    }
}
