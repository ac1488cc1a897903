//! JSON with line breaks, and colours around untrusted text.
//!
//! Works on finished bytes.

use crate::outlet::Outlet;
use crate::record::string_length;

/// What is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Magenta.
    Topic,
    /// Cyan.
    Properties,
}

/// Back to the terminal's default colour; boldness and background stay.
const END: &[u8] = b"\x1b[39m";

const ESCAPE: u8 = 0x1b;

/// Largest buffer kept for reuse, in bytes.
const KEEP: usize = 1 << 20;

impl Color {
    /// The escape sequence that starts the colour.
    pub fn start(self) -> &'static [u8] {
        match self {
            Self::Topic => b"\x1b[35m",
            Self::Properties => b"\x1b[36m",
        }
    }
}

/// The escape sequences before and after coloured text.
pub fn around(color: Option<Color>) -> [&'static [u8]; 2] {
    color.map_or([b"", b""], |color| [color.start(), END])
}

/// Appends the JSON that `write` writes, indented; `compact` is an empty buffer for it.
pub fn indent(compact: &mut Vec<u8>, out: &mut Outlet<'_>, write: impl FnOnce(&mut Outlet<'_>)) {
    let mut indenter = Indenter::default();
    let mut take = |piece: &[u8]| {
        indenter.write(piece, out);
        out.relieve();
    };
    let mut inner = Outlet::in_pieces(compact, &mut take);
    write(&mut inner);
    inner.empty();
    compact.shrink_to(KEEP);
}

/// Deeper levels are not indented further: a small payload of many brackets must not become a large text.
const MAX_INDENT: usize = 16;

/// Formats valid compact JSON like jq: two spaces per level, `"key": `, empty containers on one line. Strings and
/// numbers are copied, as are colours.
#[derive(Debug, Default)]
pub struct Indenter {
    depth: usize,
    place: Place,
}

/// The position in the JSON.
#[derive(Debug, Default)]
enum Place {
    #[default]
    Between,
    /// After an opening bracket.
    Opened,
    Text,
    /// After a backslash in a string.
    Escape,
    Color,
}

impl Indenter {
    /// Appends the indented form of `compact`, which may be cut anywhere.
    pub fn write(&mut self, compact: &[u8], out: &mut Vec<u8>) {
        let mut rest = compact;
        while let Some(&byte) = rest.first() {
            let length = match self.place {
                // Mostly the whole string is there.
                Place::Between if byte == b'"' => {
                    let length = string_length(rest);
                    let (string, after) = rest.split_at(length.unwrap_or(1));
                    out.extend_from_slice(string);
                    rest = after;
                    if length.is_none() {
                        self.place = Place::Text;
                    }
                    continue;
                }
                Place::Between => 1,
                Place::Opened if matches!(byte, b'}' | b']') => {
                    out.push(byte);
                    self.place = Place::Between;
                    rest = &rest[1..];
                    continue;
                }
                Place::Opened => {
                    self.depth += 1;
                    self.break_line(out);
                    self.place = Place::Between;
                    continue;
                }
                Place::Text => up_to(memchr::memchr2(b'"', b'\\', rest), rest),
                Place::Escape => 1,
                Place::Color => up_to(memchr::memchr(b'm', rest), rest),
            };
            let (part, after) = rest.split_at(length);
            rest = after;
            if matches!((&self.place, byte), (Place::Between, b'}' | b']')) {
                self.depth = self.depth.saturating_sub(1);
                self.break_line(out);
            }
            out.extend_from_slice(part);
            self.place = match (&self.place, part.last().copied().unwrap_or_default()) {
                (Place::Escape, _) => Place::Text,
                (Place::Between, ESCAPE) => Place::Color,
                (Place::Between, b'{' | b'[') => Place::Opened,
                (Place::Text, b'\\') => Place::Escape,
                (Place::Text, b'"') | (Place::Color, b'm') => Place::Between,
                (Place::Between, b',') => {
                    self.break_line(out);
                    continue;
                }
                (Place::Between, b':') => {
                    out.push(b' ');
                    continue;
                }
                _ => continue,
            };
        }
    }

    fn break_line(&self, out: &mut Vec<u8>) {
        out.push(b'\n');
        out.resize(out.len() + 2 * self.depth.min(MAX_INDENT), b' ');
    }
}

/// Bytes up to and including the one that was found, or all.
fn up_to(found: Option<usize>, bytes: &[u8]) -> usize {
    found.map_or(bytes.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `compact` with line breaks, whether it comes as a whole or byte by byte.
    fn indented(compact: &str) -> String {
        let (mut whole, mut bytewise) = (Vec::new(), Vec::new());
        Indenter::default().write(compact.as_bytes(), &mut whole);
        let mut indenter = Indenter::default();
        compact.as_bytes().chunks(1).for_each(|byte| indenter.write(byte, &mut bytewise));
        assert_eq!(whole, bytewise);
        String::from_utf8(whole).unwrap()
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
        let [start, end] = around(Some(Color::Topic));
        let text = [b"{\"a\":", start, b"\"b\"", end, b"}"].concat();
        assert_eq!(around(None), [b"", b""]);
        assert_eq!(
            indented(std::str::from_utf8(&text).unwrap()),
            "{\n  \"a\": \x1b[35m\"b\"\x1b[39m\n}"
        );
    }
}
