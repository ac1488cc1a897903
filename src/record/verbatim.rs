//! JSON embedded in JSON unchanged: it is validated but not parsed into values, so that numbers, duplicate keys and
//! lone surrogates survive.

use super::text::{string_length, write_escape};
use crate::escape::{Keep, is_harmful};
use crate::outlet::{Outlet, STEP, text_steps};
use serde_json::value::RawValue;

/// JSON nested deeper than this counts as text. With the record around it, readers that stop at 128 levels, like
/// serde_json, can still read it.
const MAX_DEPTH: usize = 120;

/// Appends `payload` without whitespace between tokens if it is one JSON value, and returns whether it is. Characters
/// that could harm a terminal are escaped in its strings.
pub fn write_verbatim(out: &mut Outlet<'_>, payload: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(payload) else { return false };
    // Part of a large payload has been passed on before its end is validated.
    let is_large = payload.len() > STEP;
    if is_large && check(text).is_none() {
        return false;
    }
    let start = out.len();
    let done = (is_large || is_json(text)) && write_compact(out, text).is_some();
    if !done {
        out.truncate(start);
    }
    done
}

/// `None` if `text` cannot be embedded. Depth is checked first, because validating deep JSON takes memory.
fn check(text: &str) -> Option<()> {
    let (mut bytes, mut forget) = (Vec::new(), |_: &[u8]| {});
    write_compact(&mut Outlet::in_pieces(&mut bytes, &mut forget), text)?;
    is_json(text).then_some(())
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

/// `None` if `text` is too deep, or contains an invalid string.
fn write_compact(out: &mut Outlet<'_>, text: &str) -> Option<()> {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = string_length(&bytes[at..]).map_or(bytes.len(), |length| at + length);
                let token = &text[at..end];
                if has_lone_surrogate(token.as_bytes()) {
                    return None;
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
        if at % STEP == 0 {
            out.relieve();
        }
    }
    Some(())
}

/// Appends `token`, a JSON string with its quotes. Existing escapes are kept.
fn write_string_token(out: &mut Outlet<'_>, token: &str) {
    for step in text_steps(token) {
        let mut copied = 0;
        for (at, char) in step.char_indices().filter(|(_, char)| is_harmful(*char, Keep::Layout)) {
            out.extend_from_slice(&step.as_bytes()[copied..at]);
            write_escape(out, char);
            copied = at + char.len_utf8();
        }
        out.extend_from_slice(&step.as_bytes()[copied..]);
        out.relieve();
    }
}

/// Whether `token`, a JSON string, has half of a surrogate pair: the grammar allows it, but many readers reject it.
fn has_lone_surrogate(token: &[u8]) -> bool {
    let mut rest = token;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let length = match (unit(rest, at), unit(rest, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => return true,
            (Some(_), _) => 6,
            (None, _) => 2,
        };
        rest = rest.get(at + length..).unwrap_or_default();
    }
    false
}

/// The code unit of an escape at `at`, if there is one.
fn unit(token: &[u8], at: usize) -> Option<u16> {
    let digits = token.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
