//! Parses a line of JSON as a record (docs/json.md), with the keys that `sub --json` prints and no others.
//!
//! A line is parsed in one pass, and a payload without escapes is not copied. Errors are one line: the problem, and the
//! column (in bytes, from 1) where it was noticed.

mod expect;
mod keys;
#[cfg(test)]
mod tests;
mod values;

use super::own::RecordProperties;
use super::said::Said;
use expect::{Expect, Expected};
use keys::Keys;
use serde_core::de::{DeserializeSeed, IgnoredAny, MapAccess};
use serde_json::value::RawValue;
use std::borrow::Cow;
use values::{Base64, Flag, Format, Level, Pairs, Seconds, Text, Time, Topic};

/// A payload and its address.
pub(super) type Addressed<'a> = (Cow<'a, [u8]>, Said<'a>);

/// Parses the record in `line`; `None` if the line is blank.
///
/// # Errors
/// When the line is anything other than one record.
pub(super) fn read(line: &[u8]) -> Result<Option<Addressed<'_>>, String> {
    read_line(line, Line { is_timed: false })
}

/// The same for a record that must have a time.
///
/// # Errors
/// When the line is anything other than one record with a time.
pub(super) fn read_timed(line: &[u8]) -> Result<Option<Addressed<'_>>, String> {
    let record = read_line(line, Line { is_timed: true })?;
    match &record {
        Some((_, said)) if said.time.is_none() => Err("\"time\" is missing".to_owned()),
        _ => Ok(record),
    }
}

fn read_line(line: &[u8], record: Line) -> Result<Option<Addressed<'_>>, String> {
    if line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
        return Ok(None);
    }
    let text = std::str::from_utf8(line)
        .map_err(|error| format!("not UTF-8 (column {})", error.valid_up_to() + 1))?;
    parse(text, record).map(Some).map_err(|error| explain(&error))
}

fn parse(text: &str, record: Line) -> Result<Addressed<'_>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let record = Expected(record).deserialize(&mut reader)?;
    reader.end()?;
    Ok(record)
}

/// The parser's message without the line number, because it sees only one line.
fn explain(error: &serde_json::Error) -> String {
    let (text, column) = (error.to_string(), error.column());
    let words = text
        .strip_suffix(&format!(" at line {} column {column}", error.line()))
        .unwrap_or(text.as_str());
    let words = match (error.is_eof(), words) {
        // Usually indented JSON.
        (true, _) => "a record is one line, but this JSON continues on the next",
        (_, "expected value") if column == 1 => {
            "a record starts with {; to send plain text, use -l"
        }
        (_, words) => words,
    };
    // To the parser, errors of this module are data errors.
    let kind = if error.is_data() { "" } else { "invalid JSON: " };
    format!("{kind}{words} (column {column})")
}

/// A record.
struct Line {
    /// Whether its time is read.
    is_timed: bool,
}

impl<'a> Expect<'a> for Line {
    type Out = Addressed<'a>;

    fn refusal(&self) -> String {
        "a record must be a JSON object".to_owned()
    }

    fn object<A: MapAccess<'a>>(self, mut map: A) -> Result<Addressed<'a>, A::Error> {
        let mut said = Said::default();
        let mut payload = Cow::Borrowed(&[][..]);
        let mut keys = Keys::new(&keys::RECORD);
        while let Some(name) = map.next_key_seed(&mut keys)? {
            match name {
                "topic" => said.topic = Some(map.next_value_seed(Expected(Topic(name)))?),
                "qos" => said.qos = Some(map.next_value_seed(Expected(Level(name)))?),
                "retain" => said.retain = Some(map.next_value_seed(Expected(Flag(name)))?),
                "payload" => payload = bytes_of(map.next_value_seed(Expected(Text::any(name)))?),
                "payload_base64" => {
                    payload = Cow::Owned(map.next_value_seed(Expected(Base64::any(name)))?);
                }
                "payload_json" => {
                    let json: &'a RawValue = map.next_value()?;
                    payload = Cow::Borrowed(json.get().as_bytes());
                }
                "time" if self.is_timed => {
                    said.time = Some(map.next_value_seed(Expected(Time(name)))?);
                }
                "properties" => {
                    said.properties = map.next_value_seed(Expected(Properties(name)))?
                }
                _ => ignore(&mut map)?,
            }
        }
        Ok((payload, said))
    }
}

/// The properties of a record; none if it has none.
struct Properties(&'static str);

impl<'a> Expect<'a> for Properties {
    type Out = Option<RecordProperties>;

    fn refusal(&self) -> String {
        format!("\"{}\" must be an object", self.0)
    }

    fn object<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Out, A::Error> {
        let mut own = RecordProperties::default();
        let mut keys = Keys::new(&keys::PROPERTIES);
        while let Some(name) = map.next_key_seed(&mut keys)? {
            match name {
                "payload_format" => {
                    own.payload_utf8 = Some(map.next_value_seed(Expected(Format(name)))?);
                }
                "message_expiry" => {
                    own.message_expiry = Some(map.next_value_seed(Expected(Seconds(name)))?);
                }
                "content_type" => {
                    let text = map.next_value_seed(Expected(Text::property(name)))?;
                    own.content_type = Some(text.into_owned());
                }
                "response_topic" => {
                    let topic = map.next_value_seed(Expected(Topic(name)))?;
                    own.response_topic = Some(topic.into_name());
                }
                "correlation_data" => {
                    let text = map.next_value_seed(Expected(Text::binary_property(name)))?;
                    own.correlation_data = Some(text.into_owned().into_bytes());
                }
                "correlation_data_base64" => {
                    own.correlation_data =
                        Some(map.next_value_seed(Expected(Base64::property(name)))?);
                }
                "user_properties" => {
                    own.user_properties = Some(map.next_value_seed(Expected(Pairs(name)))?);
                }
                _ => ignore(&mut map)?,
            }
        }
        Ok((!own.is_empty()).then_some(own))
    }
}

/// Skips a value of any type.
fn ignore<'a, A: MapAccess<'a>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

fn bytes_of(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}
