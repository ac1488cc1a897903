//! The building blocks of MQTT packets: fields, properties, frames. Knows nothing of packets or connections.
//!
//! Reading panics at the first malformed byte: whatever the client sends wrongly is a failure of the test.

use std::fmt;
use std::ops::Deref;

/// Property identifiers (MQTT 5, 2.2.2.2) that tests name.
pub mod property {
    pub const PAYLOAD_FORMAT: u8 = 0x01;
    pub const MESSAGE_EXPIRY: u8 = 0x02;
    pub const CONTENT_TYPE: u8 = 0x03;
    pub const RESPONSE_TOPIC: u8 = 0x08;
    pub const CORRELATION_DATA: u8 = 0x09;
    pub const SUBSCRIPTION_ID: u8 = 0x0b;
    pub const SESSION_EXPIRY: u8 = 0x11;
    pub const SERVER_KEEP_ALIVE: u8 = 0x13;
    pub const AUTHENTICATION_METHOD: u8 = 0x15;
    pub const AUTHENTICATION_DATA: u8 = 0x16;
    pub const REQUEST_PROBLEM_INFORMATION: u8 = 0x17;
    pub const WILL_DELAY: u8 = 0x18;
    pub const REQUEST_RESPONSE_INFORMATION: u8 = 0x19;
    pub const RESPONSE_INFORMATION: u8 = 0x1a;
    pub const SERVER_REFERENCE: u8 = 0x1c;
    pub const REASON_STRING: u8 = 0x1f;
    pub const RECEIVE_MAXIMUM: u8 = 0x21;
    pub const TOPIC_ALIAS_MAXIMUM: u8 = 0x22;
    pub const TOPIC_ALIAS: u8 = 0x23;
    pub const MAXIMUM_QOS: u8 = 0x24;
    pub const RETAIN_AVAILABLE: u8 = 0x25;
    pub const USER_PROPERTY: u8 = 0x26;
    pub const MAXIMUM_PACKET_SIZE: u8 = 0x27;
    pub const WILDCARDS_AVAILABLE: u8 = 0x28;
    pub const SUBSCRIPTION_IDS_AVAILABLE: u8 = 0x29;
    pub const SHARES_AVAILABLE: u8 = 0x2a;
}

/// Bytes that print as escaped text, and not at length.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl Blob {
    const SHOWN: usize = 160;
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(Self::SHOWN)];
        write!(f, "\"{}\"", shown.escape_ascii())?;
        match self.0.len() {
            len if len > Self::SHOWN => write!(f, "… ({len} bytes)"),
            _ => Ok(()),
        }
    }
}

impl Deref for Blob {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<T: AsRef<[u8]> + ?Sized> From<&T> for Blob {
    fn from(bytes: &T) -> Self {
        Self(bytes.as_ref().to_vec())
    }
}

/// The properties of one packet in the order of the wire; each value keeps its encoding.
///
/// Equal are those that mean the same: the order counts only among properties of one kind.
#[derive(Clone, Default, Eq, Debug)]
pub struct Properties(Vec<(u8, Blob)>);

impl Properties {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn byte(self, id: u8, value: u8) -> Self {
        self.with(id, vec![value])
    }

    pub fn two(self, id: u8, value: u16) -> Self {
        self.with(id, value.to_be_bytes().to_vec())
    }

    pub fn four(self, id: u8, value: u32) -> Self {
        self.with(id, value.to_be_bytes().to_vec())
    }

    pub fn varint(self, id: u8, value: usize) -> Self {
        self.with(id, varint(value))
    }

    /// A string or binary value.
    pub fn text(self, id: u8, value: impl AsRef<[u8]>) -> Self {
        self.with(id, prefixed(value.as_ref()))
    }

    pub fn user(self, name: &str, value: &str) -> Self {
        let pair = [prefixed(name.as_bytes()), prefixed(value.as_bytes())].concat();
        self.with(property::USER_PROPERTY, pair)
    }

    /// The first fixed-size number under this identifier.
    pub fn number(&self, id: u8) -> Option<u32> {
        let fold = |value: &[u8]| value.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        self.value(id).map(fold)
    }

    /// The first string or binary value under this identifier.
    pub fn bytes(&self, id: u8) -> Option<&[u8]> {
        self.value(id).map(|value| &value[2..])
    }

    /// Those under this identifier.
    pub fn only(&self, id: u8) -> Self {
        Self(self.0.iter().filter(|(other, _)| *other == id).cloned().collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As on the wire: the length, then the properties.
    pub fn encode(&self) -> Vec<u8> {
        let body: Vec<u8> =
            self.0.iter().flat_map(|(id, value)| [&[*id], &value[..]].concat()).collect();
        [varint(body.len()), body].concat()
    }

    fn by_id(&self) -> Vec<&(u8, Blob)> {
        let mut properties: Vec<_> = self.0.iter().collect();
        properties.sort_by_key(|(id, _)| *id);
        properties
    }

    fn value(&self, id: u8) -> Option<&[u8]> {
        let found = self.0.iter().find(|(other, _)| *other == id);
        found.map(|(_, value)| &value[..])
    }

    fn with(mut self, id: u8, value: Vec<u8>) -> Self {
        self.0.push((id, Blob(value)));
        self
    }
}

impl PartialEq for Properties {
    fn eq(&self, other: &Self) -> bool {
        self.by_id() == other.by_id()
    }
}

/// Takes the fields of one packet off its body.
pub struct Fields<'a> {
    packet: &'static str,
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub fn new(packet: &'static str, body: &'a [u8]) -> Self {
        Self { packet, rest: body }
    }

    #[track_caller]
    pub fn take(&mut self, count: usize, what: &str) -> &'a [u8] {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            self.malformed(&format!("{what} ends early"));
        };
        self.rest = rest;
        taken
    }

    #[track_caller]
    pub fn byte(&mut self, what: &str) -> u8 {
        self.take(1, what)[0]
    }

    #[track_caller]
    pub fn two(&mut self, what: &str) -> u16 {
        let bytes = self.take(2, what);
        u16::from_be_bytes([bytes[0], bytes[1]])
    }

    /// A packet identifier, which is never 0 [MQTT-2.2.1-3].
    #[track_caller]
    pub fn packet_id(&mut self) -> u16 {
        match self.two("packet identifier") {
            0 => self.malformed("packet identifier 0"),
            id => id,
        }
    }

    #[track_caller]
    pub fn varint(&mut self, what: &str) -> usize {
        let mut value = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.byte(what);
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return value;
            }
        }
        self.malformed(&format!("{what} is longer than four bytes"))
    }

    #[track_caller]
    pub fn binary(&mut self, what: &str) -> Vec<u8> {
        let length = self.two(what);
        self.take(length.into(), what).to_vec()
    }

    #[track_caller]
    pub fn text(&mut self, what: &str) -> String {
        match String::from_utf8(self.binary(what)) {
            Ok(text) if !text.contains('\0') => text,
            _ => self.malformed(&format!("{what} is no MQTT string")),
        }
    }

    #[track_caller]
    pub fn properties(&mut self) -> Properties {
        let length = self.varint("property length");
        let mut fields = Fields::new(self.packet, self.take(length, "properties"));
        let mut properties = Properties::new();
        while !fields.is_empty() {
            let id = fields.byte("property identifier");
            let value = fields.property_value(id);
            properties = properties.with(id, value);
        }
        properties
    }

    /// One value in its encoding; its length follows from the identifier (MQTT 5, table 2-4).
    #[track_caller]
    fn property_value(&mut self, id: u8) -> Vec<u8> {
        let before = self.rest;
        let what = "property value";
        match id {
            0x01 | 0x17 | 0x19 | 0x24 | 0x25 | 0x28..=0x2a => drop(self.byte(what)),
            0x13 | 0x21..=0x23 => drop(self.two(what)),
            0x02 | 0x11 | 0x18 | 0x27 => drop(self.take(4, what)),
            0x03 | 0x08 | 0x12 | 0x15 | 0x1a | 0x1c | 0x1f => drop(self.text(what)),
            0x09 | 0x16 => drop(self.binary(what)),
            0x0b => drop(self.varint(what)),
            0x26 => drop((self.text(what), self.text(what))),
            _ => self.malformed(&format!("unknown property 0x{id:02x}")),
        }
        before[..before.len() - self.rest.len()].to_vec()
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.rest).to_vec()
    }

    /// Ends the packet: nothing may be left.
    #[track_caller]
    pub fn finish(self) {
        if !self.is_empty() {
            self.malformed("bytes after the last field");
        }
    }

    #[track_caller]
    pub fn malformed(&self, what: &str) -> ! {
        panic!("the client sent a malformed {}: {what}", self.packet)
    }
}

/// A frame: fixed header, remaining length, body.
pub fn frame(header: u8, body: &[u8]) -> Vec<u8> {
    [&[header], &varint(body.len())[..], body].concat()
}

/// A length and what it counts.
pub fn prefixed(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("a field of at most 65,535 bytes");
    [&length.to_be_bytes(), bytes].concat()
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).expect("seven bits");
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
