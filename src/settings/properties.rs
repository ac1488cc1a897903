//! `-D CMD NAME VALUE`: MQTT 5 properties with their names in the standard, as in mosquitto_pub.
//!
//! An invalid, misplaced or repeated property is refused by name.

use super::value::{parse_binary, parse_seconds};
use super::word::Word;
use crate::exit::Failure;
use crate::message::PublishProperties;
use crate::property::{Carrier, Id, PropertyType};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::str::FromStr;

/// Separates the parts of a `-D` that are joined into one value. Arguments of a program cannot contain it.
pub const SEPARATOR: char = '\0';

/// The property that has a name besides its value, and may be repeated.
pub const USER_PROPERTY: &str = "user-property";

/// Joins the parts of a property into one value: `first`, and as many from `next` as are needed. A first part with
/// spaces is a property written as one text.
pub fn join(first: OsString, next: &mut dyn FnMut() -> Option<OsString>) -> OsString {
    if let Some(text) = first.to_str().filter(|text| text.contains(' ')) {
        return split(text).join(&SEPARATOR.to_string()).into();
    }
    let mut parts = vec![first];
    let is_pair = |parts: &[OsString]| {
        parts.get(1).is_some_and(|name| name.eq_ignore_ascii_case(USER_PROPERTY))
    };
    while parts.len() < if is_pair(&parts) { 4 } else { 3 }
        && let Some(part) = next()
    {
        parts.push(part);
    }
    parts.join(OsStr::new(&SEPARATOR.to_string()))
}

/// Splits a property written as one text: CMD NAME VALUE, or CMD user-property NAME VALUE. Only the value can contain
/// spaces, and it is kept unchanged.
pub fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while parts.len() < 2
        && let Some((part, after)) = rest.trim_start_matches(' ').split_once(' ')
    {
        parts.push(part);
        rest = after;
    }
    if parts.get(1).is_some_and(|name| name.eq_ignore_ascii_case(USER_PROPERTY))
        && let Some((name, value)) = rest.split_once(' ')
    {
        parts.push(name);
        rest = value;
    }
    parts.push(rest);
    parts
}

/// The packet of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyPacket {
    /// CONNECT.
    Connect,
    /// PUBLISH.
    Publish,
    /// SUBSCRIBE.
    Subscribe,
    /// UNSUBSCRIBE.
    Unsubscribe,
    /// DISCONNECT.
    Disconnect,
    /// The will in CONNECT.
    Will,
}

impl PropertyPacket {
    /// All packets.
    pub const ALL: [Self; 6] = [
        Self::Connect,
        Self::Publish,
        Self::Subscribe,
        Self::Unsubscribe,
        Self::Disconnect,
        Self::Will,
    ];

    const NAMES: [(&str, Self, Carrier); 6] = [
        ("connect", Self::Connect, Carrier::Connect),
        ("publish", Self::Publish, Carrier::PublishOut),
        ("subscribe", Self::Subscribe, Carrier::Subscribe),
        ("unsubscribe", Self::Unsubscribe, Carrier::Unsubscribe),
        ("disconnect", Self::Disconnect, Carrier::DisconnectOut),
        ("will", Self::Will, Carrier::Will),
    ];

    /// The packet with this name, in upper or lower case.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|row| row.0.eq_ignore_ascii_case(name)).map(|row| row.1)
    }

    fn carrier(self) -> Carrier {
        Self::NAMES.iter().find(|row| row.1 == self).map_or(Carrier::Connect, |row| row.2)
    }
}

impl fmt::Display for PropertyPacket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|row| row.1 == *self).map_or("", |row| row.0);
        f.write_str(name)
    }
}

/// The value of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number within its range.
    Number(u32),
    /// A text without NUL.
    Text(String),
    /// Binary data.
    Binary(Vec<u8>),
    /// Name and value of a user property.
    Pair(String, String),
}

/// One `-D`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// What it sets.
    pub about: About,
    /// The value.
    pub value: Value,
}

/// What a property sets, and where it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The packet.
    pub packet: PropertyPacket,
    /// The property.
    pub id: Id,
    /// The file and line or the variable, unless it was typed.
    pub place: Option<String>,
}

impl About {
    /// A usage error about the property.
    pub fn fault(&self, message: impl fmt::Display) -> Failure {
        Failure::usage(match &self.place {
            Some(place) => format!("{place}: {message}"),
            None => message.to_string(),
        })
    }

    /// The error for a property that has been set by a flag or an earlier `-D`.
    fn twice(&self) -> Failure {
        let Self { packet, id, .. } = self;
        self.fault(format_args!("property {} of {packet} is given twice", id.name()))
    }
}

impl FromStr for Property {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(SEPARATOR);
        let mut next = || parts.next().ok_or_else(|| "expected CMD NAME VALUE".to_owned());
        let (packet, name, value) = (next()?, next()?, next()?);
        let packet = PropertyPacket::named(packet).ok_or_else(|| {
            format!("'{packet}' is not one of connect, publish, subscribe, unsubscribe, disconnect and will")
        })?;
        let id = *Id::ALL
            .iter()
            .find(|id| id.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| format!("there is no property '{name}'"))?;
        if !id.is_for(packet.carrier()) {
            return Err(format!("{packet} has no property {}", id.name()));
        }
        if matches!(id, Id::AuthenticationMethod | Id::AuthenticationData) {
            return Err("--auth is for enhanced authentication".to_owned());
        }
        let value = match id.kind() {
            PropertyType::Pair => Value::Pair(short_text(value)?, short_text(next()?)?),
            PropertyType::Text => Value::Text(short_text(value)?),
            PropertyType::Binary => Value::Binary(parse_binary(value)?),
            PropertyType::Byte | PropertyType::Two | PropertyType::Four | PropertyType::Varint => {
                number(id, value)?
            }
        };
        match parts.next() {
            Some(more) => Err(format!("'{more}' is one value too many for {}", id.name())),
            None => Ok(Self { about: About { packet, id, place: None }, value }),
        }
    }
}

fn number(id: Id, text: &str) -> Result<Value, String> {
    let is_duration = matches!(id, Id::SessionExpiry | Id::MessageExpiry | Id::WillDelay);
    // Rust's parser would accept a sign.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = match text.parse() {
        Ok(number) if is_plain => Some(number),
        _ if is_duration => parse_seconds(text).ok(),
        _ => None,
    };
    parsed
        .filter(|number| id.takes(*number))
        .map(Value::Number)
        .ok_or_else(|| format!("{} cannot be '{text}'", id.name()))
}

/// Checks a string for use in MQTT ([MQTT 5, 1.5.4]).
pub fn short_text(text: &str) -> Result<String, String> {
    if text.len() > 65_535 {
        Err("it is longer than 65535 bytes".to_owned())
    } else if text.contains('\0') {
        Err("it contains a NUL character".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// The `-D` properties of a command line, to be taken by packet.
#[derive(Debug, Default)]
pub struct Properties(Vec<Property>);

impl Properties {
    /// # Errors
    /// When one is invalid, is repeated but may not be, or is for a packet that the command does not send.
    pub fn new<'a>(
        words: impl IntoIterator<Item = &'a Word>,
        sent: &[PropertyPacket],
    ) -> Result<Self, Failure> {
        let mut given: Vec<Property> = Vec::new();
        for word in words {
            let Some(text) = word.text().map(OsStr::to_string_lossy) else { continue };
            let parsed = text.parse::<Property>().map_err(|error| {
                let start: Vec<_> =
                    ["--property"].into_iter().chain(text.split(SEPARATOR)).take(3).collect();
                let message = format!("{}: {error}", start.join(" ").trim_end());
                Failure::usage(word.origin.locate(message))
            })?;
            let Property { about: About { packet, id, .. }, value } = parsed;
            let about = About { packet, id, place: word.origin.culprit() };
            if !sent.contains(&packet) {
                let message = format_args!("-D {packet} has no effect in this command");
                return Err(about.fault(message));
            }
            let again = |other: &Property| other.about.packet == packet && other.about.id == id;
            if id != Id::UserProperty && given.iter().any(again) {
                return Err(about.twice());
            }
            given.push(Property { about, value });
        }
        Ok(Self(given))
    }

    /// Where the first of them comes from, unless it was typed.
    pub fn place(&self) -> Option<&str> {
        self.0.first()?.about.place.as_deref()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes and returns those of `packet`, in order.
    pub fn of(&mut self, packet: PropertyPacket) -> Vec<Property> {
        self.0.extract_if(.., |property| property.about.packet == packet).collect()
    }
}

/// Sets a slot that must be empty.
///
/// # Errors
/// When it is not.
pub fn set<T>(slot: &mut Option<T>, value: T, about: &About) -> Result<(), Failure> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(about.twice()),
    }
}

/// Sets a property of PUBLISH or of the will; one that is not about the message itself is returned.
///
/// # Errors
/// When it is set already, or is not a valid topic.
pub fn put_into(
    properties: &mut PublishProperties,
    Property { about, value }: Property,
) -> Result<Option<Property>, Failure> {
    match (about.id, value) {
        (Id::PayloadFormat, Value::Number(number)) => {
            set(&mut properties.payload_utf8, number == 1, &about)?;
        }
        (Id::MessageExpiry, Value::Number(number)) => {
            set(&mut properties.message_expiry, number, &about)?;
        }
        (Id::ContentType, Value::Text(text)) => {
            set(&mut properties.content_type, text, &about)?;
        }
        (Id::ResponseTopic, Value::Text(text)) => {
            let topic = text.parse().map_err(|error| {
                about.fault(format_args!("invalid {} '{text}': {error}", about.id.name()))
            })?;
            set(&mut properties.response_topic, topic, &about)?;
        }
        (Id::CorrelationData, Value::Binary(bytes)) => {
            set(&mut properties.correlation_data, bytes, &about)?;
        }
        (Id::UserProperty, Value::Pair(name, value)) => {
            properties.user_properties.push((name, value));
        }
        (_, value) => return Ok(Some(Property { about, value })),
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Property, String> {
        line.replace(' ', "\0").parse()
    }

    #[test]
    fn names_and_values_are_those_of_the_standard() {
        for (line, packet, id, value) in [
            (
                "CONNECT Receive-Maximum 7",
                PropertyPacket::Connect,
                Id::ReceiveMaximum,
                Value::Number(7),
            ),
            (
                "publish correlation-data hex:00fF",
                PropertyPacket::Publish,
                Id::CorrelationData,
                Value::Binary(vec![0, 0xff]),
            ),
            (
                "will user-property k -5",
                PropertyPacket::Will,
                Id::UserProperty,
                Value::Pair("k".into(), "-5".into()),
            ),
            (
                "disconnect session-expiry-interval 1m",
                PropertyPacket::Disconnect,
                Id::SessionExpiry,
                Value::Number(60),
            ),
            (
                "subscribe subscription-identifier 268435455",
                PropertyPacket::Subscribe,
                Id::SubscriptionId,
                Value::Number(268_435_455),
            ),
        ] {
            let about = About { packet, id, place: None };
            assert_eq!(parse(line), Ok(Property { about, value }), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (line, words) in [
            ("puback reason-string x", "'puback' is not one of"),
            ("publish colour red", "no property 'colour'"),
            ("publish receive-maximum 1", "publish has no property receive-maximum"),
            ("publish subscription-identifier 1", "publish has no property"),
            ("disconnect server-reference x", "disconnect has no property"),
            ("will reason-string x", "will has no property"),
            ("connect receive-maximum 0", "receive-maximum cannot be '0'"),
            ("connect receive-maximum +5", "receive-maximum cannot be '+5'"),
            ("connect session-expiry-interval +5", "session-expiry-interval cannot be '+5'"),
            ("connect receive-maximum 65536", "cannot be '65536'"),
            ("publish payload-format-indicator 2", "cannot be '2'"),
            ("publish message-expiry-interval abc", "cannot be 'abc'"),
            ("subscribe subscription-identifier 268435456", "cannot be"),
            ("connect authentication-method x", "--auth is for enhanced authentication"),
            ("publish correlation-data hex:0", "hexadecimal"),
            ("publish user-property k", "expected CMD NAME VALUE"),
            ("publish content-type a b", "'b' is one value too many"),
            ("publish content-type", "expected CMD NAME VALUE"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
