//! MQTT 5 properties: the table of identifiers, strict parsing and encoding of property blocks ([MQTT 5, 2.2.2]).
//!
//! A block is checked once when it arrives; reading it afterwards cannot fail.

#![deny(clippy::indexing_slicing)]

use bytes::BufMut;
use std::fmt;

/// The packets that carry properties, as bits for the table; those to a client come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// CONNACK.
    ConnAck = 1,
    /// PUBLISH.
    Publish = 2,
    /// PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK and UNSUBACK: reason string and user properties.
    Ack = 4,
    /// DISCONNECT.
    Disconnect = 8,
    /// AUTH.
    Auth = 16,
    /// CONNECT, from a client.
    Connect = 32,
    /// The will in a CONNECT.
    Will = 64,
    /// PUBLISH, from a client.
    PublishOut = 128,
    /// SUBSCRIBE.
    Subscribe = 256,
    /// UNSUBSCRIBE.
    Unsubscribe = 512,
    /// DISCONNECT, from a client.
    DisconnectOut = 1024,
}

/// The type of a property's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyType {
    /// One byte.
    Byte,
    /// A two byte integer.
    Two,
    /// A four byte integer.
    Four,
    /// A variable byte integer.
    Varint,
    /// A string.
    Text,
    /// Bytes.
    Binary,
    /// Two strings.
    Pair,
}

macro_rules! properties {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $kind:ident, $title:literal, $carriers:expr;)*) => {
        /// A property identifier ([MQTT 5, 2.2.2.2]).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Id { $($(#[$doc])* $name = $number,)* }

        impl Id {
            fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }

            /// All identifiers.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The type of its value.
            pub fn kind(self) -> PropertyType {
                match self { $(Self::$name => PropertyType::$kind,)* }
            }

            fn carriers(self) -> u16 {
                match self { $(Self::$name => $carriers,)* }
            }

            /// The standard's name, in lower case with hyphens.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

const CONNACK: u16 = Carrier::ConnAck as u16;
const PUBLISH: u16 = Carrier::Publish as u16 | MESSAGE;
const ACK: u16 = Carrier::Ack as u16;
const DISCONNECT: u16 = Carrier::Disconnect as u16;
const AUTH: u16 = Carrier::Auth as u16;
const CONNECT: u16 = Carrier::Connect as u16;
const WILL: u16 = Carrier::Will as u16;
const PUBLISH_OUT: u16 = Carrier::PublishOut as u16;
const SUBSCRIBE: u16 = Carrier::Subscribe as u16;
const DISCONNECT_OUT: u16 = Carrier::DisconnectOut as u16;

/// Properties of messages, including wills.
const MESSAGE: u16 = PUBLISH_OUT | WILL;

properties! {
    /// Whether the payload is declared to be UTF-8 text.
    PayloadFormat = 0x01, Byte, "payload-format-indicator", PUBLISH;
    /// Remaining lifetime of the message in seconds.
    MessageExpiry = 0x02, Four, "message-expiry-interval", PUBLISH;
    /// Content type of the payload.
    ContentType = 0x03, Text, "content-type", PUBLISH;
    /// Topic for replies.
    ResponseTopic = 0x08, Text, "response-topic", PUBLISH;
    /// Connects a reply to its request.
    CorrelationData = 0x09, Binary, "correlation-data", PUBLISH;
    /// The subscription that matched; may appear several times in a PUBLISH.
    SubscriptionId = 0x0b, Varint, "subscription-identifier", Carrier::Publish as u16 | SUBSCRIBE;
    /// Seconds that the session outlives the connection.
    SessionExpiry = 0x11, Four, "session-expiry-interval", CONNACK | CONNECT | DISCONNECT_OUT;
    /// The client id the broker chose.
    AssignedClientIdentifier = 0x12, Text, "assigned-client-identifier", CONNACK;
    /// The broker's keep-alive in seconds, which overrides the client's.
    ServerKeepAlive = 0x13, Two, "server-keep-alive", CONNACK;
    /// Enhanced authentication: its name.
    AuthenticationMethod = 0x15, Text, "authentication-method", CONNACK | AUTH | CONNECT;
    /// Enhanced authentication: its bytes.
    AuthenticationData = 0x16, Binary, "authentication-data", CONNACK | AUTH | CONNECT;
    /// Whether the broker may explain what it refuses.
    RequestProblemInformation = 0x17, Byte, "request-problem-information", CONNECT;
    /// Seconds between the loss of the connection and the will.
    WillDelay = 0x18, Four, "will-delay-interval", WILL;
    /// Whether the broker is asked for a prefix for response topics.
    RequestResponseInformation = 0x19, Byte, "request-response-information", CONNECT;
    /// The prefix for response topics.
    ResponseInformation = 0x1a, Text, "response-information", CONNACK;
    /// Another server to use.
    ServerReference = 0x1c, Text, "server-reference", CONNACK | DISCONNECT;
    /// Explanation in words.
    ReasonString = 0x1f, Text, "reason-string", CONNACK | ACK | DISCONNECT | AUTH | DISCONNECT_OUT;
    /// How many QoS 1 and 2 messages may be in flight.
    ReceiveMaximum = 0x21, Two, "receive-maximum", CONNACK | CONNECT;
    /// Number of topic aliases that the sender accepts.
    TopicAliasMaximum = 0x22, Two, "topic-alias-maximum", CONNACK | CONNECT;
    /// A number used in place of the topic.
    TopicAlias = 0x23, Two, "topic-alias", Carrier::Publish as u16 | PUBLISH_OUT;
    /// The highest QoS that the broker supports.
    MaximumQos = 0x24, Byte, "maximum-qos", CONNACK;
    /// Whether the broker supports retained messages.
    RetainAvailable = 0x25, Byte, "retain-available", CONNACK;
    /// A name and a value; may appear several times.
    UserProperty = 0x26, Pair, "user-property", u16::MAX;
    /// Largest packet that the sender accepts, in bytes.
    MaximumPacketSize = 0x27, Four, "maximum-packet-size", CONNACK | CONNECT;
    /// Whether the broker supports wildcards in filters.
    WildcardSubscriptionAvailable = 0x28, Byte, "wildcard-subscription-available", CONNACK;
    /// Whether the broker supports subscription identifiers.
    SubscriptionIdAvailable = 0x29, Byte, "subscription-identifier-available", CONNACK;
    /// Whether the broker supports shared subscriptions.
    SharedSubscriptionAvailable = 0x2a, Byte, "shared-subscription-available", CONNACK;
}

impl Id {
    /// Whether `carrier` may contain it.
    pub fn is_for(self, carrier: Carrier) -> bool {
        self.carriers() & carrier as u16 != 0
    }

    /// Whether the value is allowed.
    pub fn takes(self, number: u32) -> bool {
        let in_size = match self.kind() {
            PropertyType::Byte => number <= u32::from(u8::MAX),
            PropertyType::Two => number <= u32::from(u16::MAX),
            PropertyType::Varint => number <= LARGEST_VARINT,
            _ => true,
        };
        in_size && in_range(self, number)
    }
}

/// The largest variable byte integer ([MQTT 5, 1.5.5]).
pub const LARGEST_VARINT: u32 = 268_435_455;

/// The value of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Byte, two byte, four byte and variable byte integers.
    Number(u32),
    /// A string: valid UTF-8 without NUL.
    Text(&'a str),
    /// Any bytes.
    Binary(&'a [u8]),
    /// A name and a value.
    Pair(&'a str, &'a str),
}

/// An error in a property block; the text completes a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropertyError {
    /// The block or a value in it ends too early, or a number or string in it is malformed.
    Malformed,
    /// An identifier that the standard does not define.
    Unknown(u8),
    /// A property that this packet must not carry.
    Misplaced(Id),
    /// A property that may appear only once.
    Repeated(Id),
    /// A value outside the range of its property.
    OutOfRange(Id, u32),
}

impl fmt::Display for PropertyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => write!(f, "malformed properties"),
            Self::Unknown(number) => write!(f, "unknown property 0x{number:02x}"),
            Self::Misplaced(id) => write!(f, "property {} is not allowed here", id.name()),
            Self::Repeated(id) => write!(f, "property {} appears twice", id.name()),
            Self::OutOfRange(id, value) => write!(f, "property {} cannot be {value}", id.name()),
        }
    }
}

/// A checked property block: the bytes after the property length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Properties<'a>(&'a [u8]);

impl<'a> Properties<'a> {
    /// Removes the properties from the start of `bytes`: their length, then the block.
    ///
    /// # Errors
    /// When the block is not exactly a sequence of known properties that `carrier` may contain, each at most once where
    /// the standard says so, and each in its range.
    pub fn take(bytes: &mut &'a [u8], carrier: Carrier) -> Result<Self, PropertyError> {
        if let Some((0, rest)) = bytes.split_first() {
            *bytes = rest;
            return Ok(Self::default());
        }
        let length = take_varint(bytes).ok_or(PropertyError::Malformed)? as usize;
        let (block, rest) = bytes.split_at_checked(length).ok_or(PropertyError::Malformed)?;
        *bytes = rest;
        check(block, carrier)?;
        Ok(Self(block))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Size of the block in bytes.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// The properties in order.
    pub fn iter(&self) -> impl Iterator<Item = (Id, Value<'a>)> + use<'a> {
        let mut rest = self.0;
        std::iter::from_fn(move || take_property(&mut rest).ok())
    }

    /// The first property `id`, if it is a number.
    pub fn number(&self, id: Id) -> Option<u32> {
        self.iter().find_map(|(found, value)| match value {
            Value::Number(number) if found == id => Some(number),
            _ => None,
        })
    }

    /// The first property `id`, if it is binary.
    pub fn binary(&self, id: Id) -> Option<&'a [u8]> {
        self.iter().find_map(|(found, value)| match value {
            Value::Binary(bytes) if found == id => Some(bytes),
            _ => None,
        })
    }

    /// The first property `id`, if it is a text.
    pub fn text(&self, id: Id) -> Option<&'a str> {
        self.iter().find_map(|(found, value)| match value {
            Value::Text(text) if found == id => Some(text),
            _ => None,
        })
    }
}

/// A copy of a checked property block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedProperties(Box<[u8]>);

impl OwnedProperties {
    /// The properties in it.
    pub fn view(&self) -> Properties<'_> {
        Properties(&self.0)
    }
}

impl From<Properties<'_>> for OwnedProperties {
    fn from(properties: Properties<'_>) -> Self {
        Self(properties.0.into())
    }
}

fn check(block: &[u8], carrier: Carrier) -> Result<(), PropertyError> {
    let mut rest = block;
    let mut seen = 0u64;
    while !rest.is_empty() {
        let (id, value) = take_property(&mut rest)?;
        if !id.is_for(carrier) {
            return Err(PropertyError::Misplaced(id));
        }
        let bit = 1u64 << (id as u8);
        let may_repeat = matches!(id, Id::UserProperty | Id::SubscriptionId);
        if seen & bit != 0 && !may_repeat {
            return Err(PropertyError::Repeated(id));
        }
        seen |= bit;
        if let Value::Number(number) = value
            && !in_range(id, number)
        {
            return Err(PropertyError::OutOfRange(id, number));
        }
    }
    Ok(())
}

fn in_range(id: Id, number: u32) -> bool {
    match id {
        Id::PayloadFormat
        | Id::MaximumQos
        | Id::RequestProblemInformation
        | Id::RequestResponseInformation
        | Id::RetainAvailable
        | Id::WildcardSubscriptionAvailable
        | Id::SubscriptionIdAvailable
        | Id::SharedSubscriptionAvailable => number <= 1,
        Id::SubscriptionId | Id::ReceiveMaximum | Id::MaximumPacketSize | Id::TopicAlias => {
            number != 0
        }
        _ => true,
    }
}

fn take_property<'a>(bytes: &mut &'a [u8]) -> Result<(Id, Value<'a>), PropertyError> {
    let (&number, rest) = bytes.split_first().ok_or(PropertyError::Malformed)?;
    *bytes = rest;
    let id = Id::from_number(number).ok_or(PropertyError::Unknown(number))?;
    let value = match id.kind() {
        PropertyType::Byte => take_array::<1>(bytes).map(|[byte]| Value::Number(byte.into())),
        PropertyType::Two => take_u16(bytes).map(|number| Value::Number(number.into())),
        PropertyType::Four => take_array(bytes).map(|four| Value::Number(u32::from_be_bytes(four))),
        PropertyType::Varint => take_varint(bytes).map(Value::Number),
        PropertyType::Text => take_text(bytes).map(Value::Text),
        PropertyType::Binary => take_binary(bytes).map(Value::Binary),
        PropertyType::Pair => {
            take_text(bytes).and_then(|name| Some(Value::Pair(name, take_text(bytes)?)))
        }
    };
    Ok((id, value.ok_or(PropertyError::Malformed)?))
}

pub(crate) fn take_array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (array, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*array)
}

/// Removes a two byte integer from the start of `bytes` ([MQTT 5, 1.5.2]).
pub(crate) fn take_u16(bytes: &mut &[u8]) -> Option<u16> {
    take_array(bytes).map(u16::from_be_bytes)
}

/// Removes a length and that many bytes from the start of `bytes` ([MQTT 5, 1.5.6]).
pub(crate) fn take_binary<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take_u16(bytes)?;
    let (binary, rest) = bytes.split_at_checked(length.into())?;
    *bytes = rest;
    Some(binary)
}

/// Removes a string from the start of `bytes`: valid UTF-8 without NUL ([MQTT 5, 1.5.4]).
pub(crate) fn take_text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let text = std::str::from_utf8(take_binary(bytes)?).ok()?;
    (!text.contains('\0')).then_some(text)
}

/// Removes a variable byte integer from the start of `bytes` ([MQTT 5, 1.5.5]).
pub(crate) fn take_varint(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0;
    for shift in [0, 7, 14, 21] {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            // Only the shortest encoding is valid ([MQTT-1.5.5-1]).
            return (byte != 0 || shift == 0).then_some(value);
        }
    }
    None
}

/// A property block being written. Texts and binary data are at most 65,535 bytes long, which is checked where they
/// enter the program; anything longer is cut.
#[derive(Debug, Default)]
pub struct Block(Vec<u8>);

impl Block {
    /// Adds a number, truncated to the size of `id`.
    pub fn number(&mut self, id: Id, number: u32) {
        self.0.push(id as u8);
        match id.kind() {
            PropertyType::Byte => self.0.push(number as u8),
            PropertyType::Two => self.0.extend((number as u16).to_be_bytes()),
            PropertyType::Varint => put_varint(&mut self.0, number as usize),
            _ => self.0.extend(number.to_be_bytes()),
        }
    }

    /// Adds a text or binary data.
    pub fn bytes(&mut self, id: Id, bytes: &[u8]) {
        self.0.push(id as u8);
        put_binary(&mut self.0, bytes);
    }

    /// Adds an Authentication Method and its data.
    pub fn authentication(&mut self, method: &str, data: Option<&[u8]>) {
        self.bytes(Id::AuthenticationMethod, method.as_bytes());
        if let Some(data) = data {
            self.bytes(Id::AuthenticationData, data);
        }
    }

    /// Adds user properties, in order.
    pub fn pairs(&mut self, pairs: &[(String, String)]) {
        for (name, value) in pairs {
            self.bytes(Id::UserProperty, name.as_bytes());
            put_binary(&mut self.0, value.as_bytes());
        }
    }

    /// The properties in it.
    pub fn view(&self) -> Properties<'_> {
        Properties(&self.0)
    }

    /// The block without its length.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The length of the block, followed by the block.
    pub fn finish(self) -> Vec<u8> {
        let mut whole = Vec::with_capacity(self.0.len() + 4);
        put_varint(&mut whole, self.0.len());
        whole.extend(self.0);
        whole
    }
}

/// Appends a variable byte integer ([MQTT 5, 1.5.5]).
pub(crate) fn put_varint(out: &mut impl BufMut, mut value: usize) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            out.put_u8(byte);
            return;
        }
        out.put_u8(byte | 0x80);
    }
}

/// Appends a length and that many bytes ([MQTT 5, 1.5.6]).
pub(crate) fn put_binary(out: &mut impl BufMut, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    out.put_u16(length);
    out.put_slice(bytes.get(..length.into()).unwrap_or(bytes));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(bytes: &[u8], carrier: Carrier) -> Result<Vec<(Id, Value<'_>)>, PropertyError> {
        let mut rest = bytes;
        Properties::take(&mut rest, carrier).map(|properties| properties.iter().collect())
    }

    #[test]
    fn three_subscription_identifiers_and_another_property_are_read_exactly() {
        let block = [9, 0x0b, 1, 0x0b, 0x80, 1, 0x0b, 3, 0x01, 1, b'x'];
        let mut rest = &block[..];
        let properties = Properties::take(&mut rest, Carrier::Publish).unwrap();
        assert_eq!(rest, b"x");
        let ids: Vec<_> = properties.iter().collect();
        assert_eq!(
            ids,
            [
                (Id::SubscriptionId, Value::Number(1)),
                (Id::SubscriptionId, Value::Number(128)),
                (Id::SubscriptionId, Value::Number(3)),
                (Id::PayloadFormat, Value::Number(1)),
            ]
        );
    }

    #[test]
    fn a_value_never_reaches_past_its_block() {
        // Two bytes are promised, message-expiry-interval needs five.
        assert_eq!(take(&[2, 0x02, 0, 0, 0, 9], Carrier::Publish), Err(PropertyError::Malformed));
        assert_eq!(take(&[9, 0x01, 1], Carrier::Publish), Err(PropertyError::Malformed));
        assert_eq!(
            take(&[0xff, 0xff, 0xff, 0xff, 1], Carrier::Publish),
            Err(PropertyError::Malformed)
        );
        assert_eq!(take(&[], Carrier::Publish), Err(PropertyError::Malformed));
    }

    #[test]
    fn unknown_misplaced_repeated_and_impossible_properties_are_named() {
        assert_eq!(take(&[2, 0x7f, 0], Carrier::Publish), Err(PropertyError::Unknown(0x7f)));
        assert_eq!(
            take(&[2, 0x24, 1], Carrier::Publish),
            Err(PropertyError::Misplaced(Id::MaximumQos))
        );
        assert_eq!(
            take(&[4, 0x01, 1, 0x01, 1], Carrier::Publish),
            Err(PropertyError::Repeated(Id::PayloadFormat))
        );
        assert_eq!(
            take(&[3, 0x21, 0, 0], Carrier::ConnAck),
            Err(PropertyError::OutOfRange(Id::ReceiveMaximum, 0))
        );
        assert_eq!(take(&[4, 0x03, 0, 1, 0xff], Carrier::Publish), Err(PropertyError::Malformed));
        assert_eq!(take(&[4, 0x03, 0, 1, 0], Carrier::Publish), Err(PropertyError::Malformed));
    }

    #[test]
    fn user_properties_keep_their_order_and_repeat() {
        let block = [14, 0x26, 0, 1, b'k', 0, 1, b'1', 0x26, 0, 1, b'k', 0, 1, b'2'];
        assert_eq!(
            take(&block, Carrier::Ack).unwrap(),
            [(Id::UserProperty, Value::Pair("k", "1")), (Id::UserProperty, Value::Pair("k", "2"))]
        );
    }
}
