//! The valid values in a JSON record. Errors name the key, and never quote untrusted text at length.

use super::super::encoding::decode_base64;
use super::expect::{Expect, Expected, refuse};
use crate::message::QoS;
use crate::topic::TopicText;
use jiff::Timestamp;
use serde_core::de::SeqAccess;
use std::borrow::Cow;

/// Longest text or binary property, in bytes ([MQTT 5, 1.5.4 and 1.5.6]).
const MAX_PROPERTY: usize = 65_535;

/// A valid topic to publish to; the field is the key.
pub(super) struct Topic(pub(super) &'static str);

impl<'de> Expect<'de> for Topic {
    type Out = TopicText<'de>;

    fn refusal(&self) -> String {
        format!("{:?} must be a string", self.0)
    }

    fn text(self, text: Cow<'de, str>) -> Result<TopicText<'de>, String> {
        TopicText::new(text).map_err(|error| format!("invalid {:?}: {error}", self.0))
    }
}

/// A QoS: 0, 1 or 2.
pub(super) struct Level(pub(super) &'static str);

impl Expect<'_> for Level {
    type Out = QoS;

    fn refusal(&self) -> String {
        format!("{:?} must be 0, 1 or 2", self.0)
    }

    fn number(self, number: u64) -> Result<QoS, String> {
        let level = u8::try_from(number).ok().and_then(QoS::from_number);
        level.ok_or_else(|| self.refusal())
    }
}

/// A boolean.
pub(super) struct Flag(pub(super) &'static str);

impl Expect<'_> for Flag {
    type Out = bool;

    fn refusal(&self) -> String {
        format!("{:?} must be true or false", self.0)
    }

    fn bool(self, bool: bool) -> Result<bool, String> {
        Ok(bool)
    }
}

/// A date and time with an offset, in a key with this name (RFC 3339).
pub(super) struct Time(pub(super) &'static str);

impl Expect<'_> for Time {
    type Out = Timestamp;

    fn refusal(&self) -> String {
        format!("{:?} must be a date and time, like 2026-11-29T12:00:00Z", self.0)
    }

    fn text(self, text: Cow<'_, str>) -> Result<Timestamp, String> {
        text.parse().map_err(|_| self.refusal())
    }
}

/// The payload format: 0 for bytes, 1 for UTF-8 text ([MQTT 5, 3.3.2.3.2]).
pub(super) struct Format(pub(super) &'static str);

impl Expect<'_> for Format {
    type Out = bool;

    fn refusal(&self) -> String {
        format!("{:?} must be 0 or 1", self.0)
    }

    fn number(self, number: u64) -> Result<bool, String> {
        match number {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.refusal()),
        }
    }
}

/// A number of seconds in four bytes.
pub(super) struct Seconds(pub(super) &'static str);

impl Expect<'_> for Seconds {
    type Out = u32;

    fn refusal(&self) -> String {
        format!("{:?} must be a number of seconds from 0 to {}", self.0, u32::MAX)
    }

    fn number(self, number: u64) -> Result<u32, String> {
        u32::try_from(number).map_err(|_| self.refusal())
    }
}

/// What a text may contain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Limit {
    /// Anything.
    None,
    /// As many bytes as a property can have.
    Length,
    /// The same, without NUL ([MQTT-1.5.4-2]).
    LengthAndNul,
}

/// A string.
pub(super) struct Text {
    name: &'static str,
    limit: Limit,
}

impl Text {
    /// A string of any length and contents.
    pub(super) fn any(name: &'static str) -> Self {
        Self { name, limit: Limit::None }
    }

    /// The value of a text property.
    pub(super) fn property(name: &'static str) -> Self {
        Self { name, limit: Limit::LengthAndNul }
    }

    /// The value of a binary property.
    pub(super) fn binary_property(name: &'static str) -> Self {
        Self { name, limit: Limit::Length }
    }
}

impl<'de> Expect<'de> for Text {
    type Out = Cow<'de, str>;

    fn refusal(&self) -> String {
        format!("{:?} must be a string", self.name)
    }

    fn text(self, text: Cow<'de, str>) -> Result<Cow<'de, str>, String> {
        if self.limit != Limit::None {
            check_length(self.name, text.len())?;
        }
        if self.limit == Limit::LengthAndNul && text.contains('\0') {
            return Err(format!("{:?} contains a NUL character", self.name));
        }
        Ok(text)
    }
}

fn check_length(name: &str, length: usize) -> Result<(), String> {
    match length > MAX_PROPERTY {
        true => Err(format!("{name:?} is longer than {MAX_PROPERTY} bytes")),
        false => Ok(()),
    }
}

/// Binary data in base64.
pub(super) struct Base64 {
    name: &'static str,
    limit: Limit,
}

impl Base64 {
    /// Of any length.
    pub(super) fn any(name: &'static str) -> Self {
        Self { name, limit: Limit::None }
    }

    /// The value of a binary property.
    pub(super) fn property(name: &'static str) -> Self {
        Self { name, limit: Limit::Length }
    }
}

impl<'de> Expect<'de> for Base64 {
    type Out = Vec<u8>;

    fn refusal(&self) -> String {
        format!("{:?} must be a string", self.name)
    }

    fn text(self, text: Cow<'de, str>) -> Result<Vec<u8>, String> {
        let bytes = decode_base64(text.as_bytes())
            .map_err(|cause| format!("invalid {:?}: {cause}", self.name))?;
        if self.limit != Limit::None {
            check_length(self.name, bytes.len())?;
        }
        Ok(bytes)
    }
}

/// A list of pairs of strings.
pub(super) struct Pairs(pub(super) &'static str);

impl<'de> Expect<'de> for Pairs {
    type Out = Vec<(String, String)>;

    fn refusal(&self) -> String {
        format!("{:?} must be a list of [name, value] pairs", self.0)
    }

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Out, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = list.next_element_seed(Expected(Pair(self.0)))? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

/// A list of two strings.
struct Pair(&'static str);

impl<'de> Expect<'de> for Pair {
    type Out = (String, String);

    fn refusal(&self) -> String {
        Pairs(self.0).refusal()
    }

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Out, A::Error> {
        let mut next = || list.next_element_seed(Expected(PairText(self.0)));
        match (next()?, next()?, next()?) {
            (Some(name), Some(value), None) => Ok((name, value)),
            _ => Err(refuse(self.refusal())),
        }
    }
}

/// A string in a pair.
struct PairText(&'static str);

impl<'de> Expect<'de> for PairText {
    type Out = String;

    fn refusal(&self) -> String {
        Pairs(self.0).refusal()
    }

    fn text(self, text: Cow<'de, str>) -> Result<String, String> {
        Text::property(self.0).text(text).map(Cow::into_owned)
    }
}
