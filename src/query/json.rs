//! Converts payloads to the values of filters, and outputs back to bytes.
//!
//! JSON is accepted as in RFC 8259, at most 127 levels deep and without lone surrogates; everything else is text.
//! Integers and decimals keep all their digits until a filter calculates with them.

use crate::escape::Keep;
use crate::record::write_string;
use data_encoding::BASE64;
use hifijson::num::LexWrite as _;
use hifijson::str::LexAlloc as _;
use hifijson::token::{Expect, Lex as _};
use hifijson::{Error as Invalid, SliceLexer};
use jaq_json::{Error, Map, Num, Val};
use std::io::Write as _;

/// Deepest nesting of arrays and objects, as in serde_json.
const DEPTH: usize = 127;

/// Longest number, in digits, for exact arithmetic; the cost of longer ones grows quadratically.
const DIGITS: usize = 1_000;

/// The input of a filter for `payload`: its value if it is JSON, else text, else base64 of bytes that are not UTF-8.
pub fn read_payload(payload: &[u8]) -> Val {
    match std::str::from_utf8(payload) {
        Ok(text) => read(text).unwrap_or_else(|| Val::utf8_str(text.to_owned())),
        Err(_) => Val::utf8_str(BASE64.encode(payload)),
    }
}

/// Parses a JSON text.
pub fn read(text: &str) -> Option<Val> {
    let mut lexer = SliceLexer::new(text.as_bytes());
    lexer.exactly_one(SliceLexer::ws_peek, |next, lexer| value(DEPTH, next, lexer)).ok()
}

/// jq's `fromjson`.
pub(super) fn parse(text: &Val) -> Result<Val, Error> {
    let bytes = text.try_as_utf8_bytes_owned()?;
    let value = std::str::from_utf8(&bytes).ok().and_then(read);
    value.ok_or_else(|| Error::str("cannot parse as JSON"))
}

fn value(depth: usize, next: u8, lexer: &mut SliceLexer<'_>) -> Result<Val, Invalid> {
    let deeper = || depth.checked_sub(1).ok_or(Invalid::Depth);
    Ok(match next {
        b'a'..=b'z' => match lexer.null_or_bool().ok_or(Expect::Value)? {
            Some(bool) => Val::Bool(bool),
            None => Val::Null,
        },
        b'0'..=b'9' | b'-' => {
            let (digits, parts) = lexer.num_string().validated()?;
            Val::Num(number(digits, parts.is_int()))
        }
        b'"' => Val::utf8_str(lexer.discarded().str_string()?.into_owned()),
        b'[' => {
            let depth = deeper()?;
            let mut items = Vec::new();
            lexer.discarded().seq(b']', SliceLexer::ws_peek, |next, lexer| {
                items.push(value(depth, next, lexer)?);
                Ok::<_, Invalid>(())
            })?;
            items.into_iter().collect()
        }
        b'{' => {
            let depth = deeper()?;
            let mut members = Map::default();
            lexer.discarded().seq(b'}', SliceLexer::ws_peek, |next, lexer| {
                lexer.expect(|_| Some(next), b'"').ok_or(Expect::String)?;
                let name = lexer.str_string()?.into_owned();
                lexer.expect(SliceLexer::ws_peek, b':').ok_or(Expect::Colon)?;
                let next = lexer.ws_peek().ok_or(Expect::Value)?;
                members.insert(Val::utf8_str(name), value(depth, next, lexer)?);
                Ok::<_, Invalid>(())
            })?;
            Val::obj(members)
        }
        _ => return Err(Expect::Value.into()),
    })
}

fn number(digits: &str, is_int: bool) -> Num {
    let exact =
        if is_int && digits.len() <= DIGITS { Num::from_str_radix(digits, 10) } else { None };
    exact.unwrap_or_else(|| Num::Dec(digits.to_owned().into()))
}

/// Appends an output as a payload: a string as its text, anything else as JSON. Returns whether it is JSON.
pub fn write_output(value: &Val, out: &mut Vec<u8>) -> bool {
    match value {
        Val::TStr(text) | Val::BStr(text) => {
            out.extend_from_slice(text);
            false
        }
        _ => {
            write(value, out);
            true
        }
    }
}

/// Appends `value` as compact JSON. Values that JSON lacks are written as jq does: NaN as null, infinity as the largest
/// number.
pub fn write(value: &Val, out: &mut Vec<u8>) {
    match value {
        Val::Null => out.extend_from_slice(b"null"),
        Val::Bool(bool) => out.extend_from_slice(if *bool { b"true" } else { b"false" }),
        Val::Num(Num::Float(float)) => write_float(*float, out),
        Val::Num(number) => write_displayed(out, number),
        Val::TStr(text) | Val::BStr(text) => {
            write_string(out, &String::from_utf8_lossy(text), Keep::Nothing);
        }
        Val::Arr(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                separate(at, out);
                write(item, out);
            }
            out.push(b']');
        }
        Val::Obj(members) => {
            out.push(b'{');
            for (at, (name, member)) in members.iter().enumerate() {
                separate(at, out);
                write_name(name, out);
                out.push(b':');
                write(member, out);
            }
            out.push(b'}');
        }
    }
}

fn separate(at: usize, out: &mut Vec<u8>) {
    if at > 0 {
        out.push(b',');
    }
}

/// Writes the name of a member. In JSON names are strings; in values of filters they can be anything.
fn write_name(name: &Val, out: &mut Vec<u8>) {
    if let Val::TStr(_) | Val::BStr(_) = name {
        return write(name, out);
    }
    let mut text = Vec::new();
    write(name, &mut text);
    write_string(out, &String::from_utf8_lossy(&text), Keep::Nothing);
}

/// Writes whole numbers without a decimal point, as jq does.
fn write_float(float: f64, out: &mut Vec<u8>) {
    if float.is_nan() {
        out.extend_from_slice(b"null");
    } else if float.is_infinite() {
        write_displayed(out, format_args!("{:e}", f64::MAX.copysign(float)));
    } else if float.abs() < 1e17 {
        write_displayed(out, float);
    } else {
        write_displayed(out, format_args!("{float:e}"));
    }
}

fn write_displayed(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    // Writing to memory cannot fail.
    let _ = write!(out, "{value}");
}
