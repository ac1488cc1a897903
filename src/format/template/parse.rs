//! Parses the text of a format.

use super::field::Field;
use super::piece::Piece;
use super::what::{Directive, ValueKind};
use crate::format::clock::{PerSecond, strftime};
use crate::misplaced::Misplaced;

/// The characters allowed between groups of hexadecimal digits: ASCII punctuation except `%`, and a space.
fn is_separator(char: char) -> bool {
    char == ' ' || (char.is_ascii_punctuation() && char != '%')
}

/// See [`Template::parse`](super::Template::parse).
pub fn pieces(text: &str) -> Result<Vec<Piece>, Misplaced> {
    let mut parser = Parser { text, at: 0, pieces: Vec::new(), literal: Vec::new() };
    while let Some(char) = parser.next() {
        match char {
            '%' => parser.field()?,
            '@' => parser.time()?,
            '\\' => parser.escape()?,
            _ => parser.push(char),
        }
    }
    parser.end_literal();
    Ok(parser.pieces)
}

struct Parser<'a> {
    text: &'a str,
    /// How far the text has been read, in bytes.
    at: usize,
    pieces: Vec<Piece>,
    /// The literal being collected.
    literal: Vec<u8>,
}

/// A flag, number or separator, and its position.
type Placed<T> = Option<(T, usize)>;

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    fn next_if(&mut self, wanted: impl Fn(char) -> bool) -> Placed<char> {
        let (char, at) = (self.peek().filter(|char| wanted(*char))?, self.at);
        self.at += char.len_utf8();
        Some((char, at))
    }

    fn push(&mut self, char: char) {
        self.literal.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn end_literal(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal)));
        }
    }

    fn piece(&mut self, piece: Piece) {
        self.end_literal();
        self.pieces.push(piece);
    }

    fn error(&self, at: usize, message: impl Into<String>) -> Misplaced {
        Misplaced::new(self.text, at, message)
    }

    fn escape(&mut self) -> Result<(), Misplaced> {
        let start = self.at - 1;
        let Some(char) = self.next() else {
            return Err(self.error(start, r"incomplete escape (a backslash is written \\)"));
        };
        let byte = match char {
            '\\' => b'\\',
            '0' => 0,
            'a' => 0x07,
            'e' => 0x1b,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 0x0b,
            _ => {
                let message = format!("unknown escape '\\{char}' (a backslash is written \\\\)");
                return Err(self.error(start + 1, message));
            }
        };
        self.literal.push(byte);
        Ok(())
    }

    fn time(&mut self) -> Result<(), Misplaced> {
        let start = self.at - 1;
        let Some(char) = self.next() else {
            return Err(self.error(start, "incomplete time (an @ is written @@)"));
        };
        match char {
            '@' | '%' => self.literal.push(char as u8),
            'N' => self.piece(Piece::Nanoseconds),
            _ => {
                let Some(pattern) = strftime(char) else {
                    let message = format!("unknown time '@{char}' (an @ is written @@)");
                    return Err(self.error(start + 1, message));
                };
                self.piece(Piece::Time(PerSecond::local(pattern)));
            }
        }
        Ok(())
    }

    fn field(&mut self) -> Result<(), Misplaced> {
        let start = self.at - 1;
        let left = self.next_if(|char| char == '-');
        let zero = self.next_if(|char| char == '0');
        let width = self.number("width")?;
        let precision = match self.next_if(|char| char == '.') {
            Some((_, at)) => Some(self.number("precision")?.unwrap_or((0, at))),
            None => None,
        };
        let separator = self.next_if(is_separator);
        let at = self.at;
        let Some(char) = self.next() else {
            return Err(self.error(start, "incomplete specifier (a percent sign is written %%)"));
        };
        let Some(what) = Directive::from_letter(char) else {
            let message = format!("unknown specifier '%{char}' (a percent sign is written %%)");
            return Err(self.error(at, message));
        };
        if self.at - start == 2 && what == Directive::Percent {
            self.literal.push(b'%');
            return Ok(());
        }
        self.check(char, what.kind(), precision, separator)?;
        self.piece(Piece::Field(Field {
            what,
            width: width.map_or(0, |(width, _)| width.into()),
            precision: precision.map(|(precision, _)| precision.into()),
            left: left.is_some(),
            zero: zero.is_some()
                && left.is_none()
                && !matches!(what.kind(), ValueKind::Text | ValueKind::Json),
            separator: separator.map_or(b' ', |(char, _)| char as u8),
        }));
        Ok(())
    }

    /// Refuses settings without effect.
    fn check(
        &self,
        letter: char,
        kind: ValueKind,
        precision: Placed<u16>,
        separator: Placed<char>,
    ) -> Result<(), Misplaced> {
        if let Some((char, at)) = separator {
            let groups = precision.is_some_and(|(size, _)| size > 0);
            if kind != ValueKind::Hex {
                let message = format!("the separator '{char}' has no effect on %{letter}");
                return Err(self.error(at, message));
            }
            if !groups {
                let message = format!(
                    "the separator '{char}' has no effect without groups, as in %.2{char}{letter},"
                );
                return Err(self.error(at, message));
            }
        }
        if let (Some((_, at)), ValueKind::Json) = (precision, kind) {
            return Err(self.error(at, format!("a precision would cut the JSON of %{letter}")));
        }
        Ok(())
    }

    fn number(&mut self, name: &str) -> Result<Placed<u16>, Misplaced> {
        let start = self.at;
        while self.next_if(|char| char.is_ascii_digit()).is_some() {}
        match &self.text[start..self.at] {
            "" => Ok(None),
            digits => match digits.parse() {
                Ok(number) => Ok(Some((number, start))),
                Err(_) => Err(self.error(start, format!("a {name} is at most {}", u16::MAX))),
            },
        }
    }
}
