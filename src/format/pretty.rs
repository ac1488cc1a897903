//! For people: JSON with line breaks, and colours around what a stranger said.
//!
//! Works on finished bytes. Knows nothing of messages.

use crate::record::string_length;
use std::ops::Range;

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Magenta.
    Topic,
    /// Cyan.
    Properties,
}

/// Back to the terminal's own colour; boldness and background stay.
const END: &[u8] = b"\x1b[39m";

const ESCAPE: u8 = 0x1b;

/// A buffer that a large message made bigger than this is not kept, in bytes.
const KEEP: usize = 1 << 20;

/// Puts `color` around `range` of `out`, if there is anything to be coloured.
pub fn paint(out: &mut Vec<u8>, range: Range<usize>, color: Option<Color>) {
    let Some(color) = color.filter(|_| !range.is_empty()) else { return };
    let start: &[u8] = match color {
        Color::Topic => b"\x1b[35m",
        Color::Properties => b"\x1b[36m",
    };
    out.splice(range.end..range.end, END.iter().copied());
    out.splice(range.start..range.start, start.iter().copied());
}

/// Empties `buffer`.
pub fn recycle(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.shrink_to(KEEP);
}

/// Deeper levels are indented no further: a small payload of many brackets must not become a large text.
const MAX_INDENT: usize = 16;

/// Appends `compact`, valid JSON without white space, in jq's layout: two spaces a level, `"key": `,
/// empty containers on one line. Strings and numbers are copied; so are colours.
pub fn indent(compact: &[u8], out: &mut Vec<u8>) {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(&byte) = compact.get(at) {
        let end = match byte {
            b'"' => at + string_length(&compact[at..]),
            ESCAPE => at + color_length(&compact[at..]),
            b'{' | b'[' if matches!(compact.get(at + 1), Some(b'}' | b']')) => at + 2,
            _ => at + 1,
        };
        if matches!(byte, b'}' | b']') {
            depth = depth.saturating_sub(1);
            break_line(out, depth);
        }
        out.extend_from_slice(&compact[at..end]);
        match byte {
            b'{' | b'[' if end == at + 1 => {
                depth += 1;
                break_line(out, depth);
            }
            b',' => break_line(out, depth),
            b':' => out.push(b' '),
            _ => {}
        }
        at = end;
    }
}

fn break_line(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth.min(MAX_INDENT), b' ');
}

fn color_length(text: &[u8]) -> usize {
    memchr::memchr(b'm', text).map_or(text.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indented(compact: &str) -> String {
        let mut out = Vec::new();
        indent(compact.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn containers_are_laid_out_as_jq_does() {
        assert_eq!(
            indented(r#"{"a":1.50,"b":[],"c":{},"d":[1,{"e":"x,y:{[\"]}\\"}],"f":null}"#),
            "{\n  \"a\": 1.50,\n  \"b\": [],\n  \"c\": {},\n  \"d\": [\n    1,\n    {\n      \"e\": \
             \"x,y:{[\\\"]}\\\\\"\n    }\n  ],\n  \"f\": null\n}"
        );
        assert_eq!(indented("-1e400"), "-1e400");
        assert_eq!(indented("[[]]"), "[\n  []\n]");
    }

    #[test]
    fn colours_do_not_count_as_json() {
        let mut text = br#"{"a":"b"}"#.to_vec();
        paint(&mut text, 5..8, Some(Color::Topic));
        paint(&mut text, 0..0, Some(Color::Topic));
        paint(&mut text, 0..3, None);
        assert_eq!(
            indented(std::str::from_utf8(&text).unwrap()),
            "{\n  \"a\": \x1b[35m\"b\"\x1b[39m\n}"
        );
    }
}
