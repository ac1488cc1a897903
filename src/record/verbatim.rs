//! JSON that goes into JSON as it is: checked, never read into values, so that numbers stay what
//! they are, and duplicate keys and lone surrogates survive.

use super::text::{string_length, write_escape};
use crate::escape::{Keep, is_harmful};
use serde_json::value::RawValue;

/// Deeper than this, JSON counts as text. With the record around it, a reader that gives up at 128
/// levels, as serde_json does, still reads it.
const MAX_DEPTH: usize = 120;

/// Appends `payload` without the white space between its tokens if it is one JSON value, and says
/// whether it is. Characters that could harm a terminal are escaped in its strings.
pub fn write_verbatim(out: &mut Vec<u8>, payload: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(payload) else { return false };
    let start = out.len();
    let done =
        serde_json::from_str::<&RawValue>(text).is_ok() && write_compact(out, text).is_some();
    if !done {
        out.truncate(start);
    }
    done
}

/// Nothing when `text` is too deep, or has a string that is none.
fn write_compact(out: &mut Vec<u8>, text: &str) -> Option<()> {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = at + string_length(&bytes[at..]);
                let token = &text[at..end];
                // Half a surrogate pair is in the grammar, and yet many readers stop at it.
                if token.contains("\\u") {
                    serde_json::from_str::<String>(token).ok()?;
                }
                write_string_token(out, token);
                at = end;
                continue;
            }
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => {
                match byte {
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth > MAX_DEPTH {
                    return None;
                }
                out.push(byte);
            }
        }
        at += 1;
    }
    Some(())
}

/// Appends `token`, a JSON string with its quotes. What it has escaped stays escaped.
fn write_string_token(out: &mut Vec<u8>, token: &str) {
    let mut copied = 0;
    for (at, char) in token.char_indices().filter(|(_, char)| is_harmful(*char, Keep::Layout)) {
        out.extend_from_slice(&token.as_bytes()[copied..at]);
        write_escape(out, char);
        copied = at + char.len_utf8();
    }
    out.extend_from_slice(&token.as_bytes()[copied..]);
}
