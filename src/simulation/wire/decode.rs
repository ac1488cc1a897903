//! Decodes packets from a client; panics if one is invalid by itself. The model broker knows what is invalid only in
//! context.

use super::filter::broken_rule;
use super::packet::{
    Ack, AckKind, ClientPacket, Connect, Filter, Message, Publish, Subscribe, Version,
};
use super::properties::{Carrier, Properties};
use super::reader::{self, Reader};
use bytes::Bytes;

/// Collects the bytes of one connection and returns packets.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Where the first packet starts that is not decoded yet.
    start: usize,
    /// Known after CONNECT.
    version: Option<Version>,
}

impl Decoder {
    /// Adds bytes, which may end in the middle of a packet.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether nothing is left over.
    pub fn is_empty(&self) -> bool {
        self.start == self.buffer.len()
    }

    /// The next complete packet. Panics if it is malformed, if no client may send it, if the first is not a CONNECT, or
    /// if a later one is.
    pub fn next_packet(&mut self) -> Option<ClientPacket> {
        let rest = &self.buffer[self.start..];
        let (&first, after) = rest.split_first()?;
        let (length, width) = match reader::length(after) {
            Ok(found) => found?,
            Err(rule) => panic!("the client sent an illegal packet 0x{first:02x}: {rule}"),
        };
        let body = after.get(width..width + length)?;
        let packet = decode(first, body, self.version);
        if let ClientPacket::Connect(connect) = &packet {
            self.version = Some(connect.version);
        }
        self.start += 1 + width + length;
        Some(packet)
    }
}

fn decode(first: u8, body: &[u8], version: Option<Version>) -> ClientPacket {
    let (kind, flags) = (first >> 4, first & 0x0f);
    let mut body = Reader::new(name(kind), body);
    let Some(version) = version else {
        body.require(kind == 1, "the first packet must be CONNECT [MQTT-3.1.0-1]");
        body.require(flags == 0, "reserved flags [MQTT-2.1.3-1]");
        return finished(ClientPacket::Connect(connect(&mut body)), &body);
    };
    let expected = match kind {
        3 => flags,
        6 | 8 | 10 => 2,
        _ => 0,
    };
    body.require(flags == expected, "reserved flags [MQTT-2.1.3-1]");
    let packet = match kind {
        1 => body.illegal("a second CONNECT [MQTT-3.1.0-2]"),
        3 => ClientPacket::Publish(publish(&mut body, flags, version)),
        4 => ClientPacket::Ack(ack(&mut body, AckKind::Puback, version)),
        5 => ClientPacket::Ack(ack(&mut body, AckKind::Pubrec, version)),
        6 => ClientPacket::Ack(ack(&mut body, AckKind::Pubrel, version)),
        7 => ClientPacket::Ack(ack(&mut body, AckKind::Pubcomp, version)),
        8 => ClientPacket::Subscribe(subscribe(&mut body, version)),
        10 => unsubscribe(&mut body, version),
        12 => ClientPacket::PingReq,
        14 => disconnect(&mut body, version),
        _ => body.illegal("no client sends this"),
    };
    finished(packet, &body)
}

fn finished(packet: ClientPacket, body: &Reader<'_>) -> ClientPacket {
    body.require(body.is_empty(), "more bytes than its fields take");
    packet
}

fn name(kind: u8) -> &'static str {
    match kind {
        1 => "CONNECT",
        3 => "PUBLISH",
        4 => "PUBACK",
        5 => "PUBREC",
        6 => "PUBREL",
        7 => "PUBCOMP",
        8 => "SUBSCRIBE",
        10 => "UNSUBSCRIBE",
        12 => "PINGREQ",
        14 => "DISCONNECT",
        15 => "AUTH",
        _ => "packet of a type that is reserved or the broker's",
    }
}

fn connect(body: &mut Reader<'_>) -> Connect {
    let protocol = body.string();
    let level = body.u8();
    let version = match (protocol.as_str(), level) {
        ("MQTT", 5) => Version::Five,
        ("MQTT", 4) | ("MQIsdp", 3) => Version::Four,
        _ => body.illegal(&format!("protocol {protocol:?} level {level}")),
    };
    let flags = body.u8();
    check_connect_flags(body, flags, version);
    let keep_alive = body.u16();
    let properties = properties(body, Carrier::Connect, version);
    let client_id = body.string();
    let clean_start = flags & 0x02 != 0;
    if version == Version::Four {
        let identified = clean_start || !client_id.is_empty();
        body.require(identified, "a session to keep without a client id [MQTT-3.1.3-7]");
    }
    if level == 3 {
        body.require((1..=23).contains(&client_id.len()), "MQTT 3.1: an id of 1 to 23 bytes");
    }
    let will = flags & 0x04 != 0;
    if will {
        self::will(body, version);
    }
    if flags & 0x80 != 0 {
        body.string();
    }
    if flags & 0x40 != 0 {
        body.binary();
    }
    let forever = if clean_start { 0 } else { u32::MAX };
    let session_expiry = match version {
        Version::Four => forever,
        Version::Five => properties.session_expiry.unwrap_or(0),
    };
    Connect {
        version,
        client_id,
        clean_start,
        keep_alive,
        session_expiry,
        receive_maximum: properties.receive_maximum.unwrap_or(u16::MAX),
        will,
    }
}

fn check_connect_flags(body: &Reader<'_>, flags: u8, version: Version) {
    body.require(flags & 0x01 == 0, "the reserved connect flag [MQTT-3.1.2-3]");
    let (will, will_options) = (flags & 0x04 != 0, flags & 0x38);
    body.require(will || will_options == 0, "will QoS or retain without a will [MQTT-3.1.2-11]");
    body.require(flags & 0x18 != 0x18, "will QoS 3 [MQTT-3.1.2-12]");
    let only_password = flags & 0xc0 == 0x40;
    body.require(
        version == Version::Five || !only_password,
        "a password without a user name [MQTT-3.1.2-22]",
    );
}

fn will(body: &mut Reader<'_>, version: Version) {
    properties(body, Carrier::Will, version);
    let topic = body.string();
    check_topic(body, &topic);
    body.require(!topic.is_empty(), "an empty will topic [MQTT-4.7.3-1]");
    body.binary();
}

/// The properties, which only MQTT 5 has.
fn properties(body: &mut Reader<'_>, carrier: Carrier, version: Version) -> Properties {
    match version {
        Version::Four => Properties::default(),
        Version::Five => Properties::read(body, carrier),
    }
}

fn check_topic(body: &Reader<'_>, topic: &str) {
    let wild = topic.contains(['+', '#']);
    body.require(!wild, "a topic name with wildcards [MQTT-3.3.2-2]");
}

fn publish(body: &mut Reader<'_>, flags: u8, version: Version) -> Publish {
    let (dup, qos, retain) = (flags & 8 != 0, flags >> 1 & 3, flags & 1 != 0);
    body.require(qos < 3, "QoS 3 [MQTT-3.3.1-4]");
    body.require(qos > 0 || !dup, "DUP at QoS 0 [MQTT-3.3.1-2]");
    let topic = body.string();
    check_topic(body, &topic);
    let id = if qos == 0 { 0 } else { body.id() };
    let properties = properties(body, Carrier::Publish, version);
    let named = !topic.is_empty() || properties.topic_alias.is_some();
    body.require(named, "neither a topic nor an alias [MQTT-4.7.3-1]");
    let length = body.rest().len();
    let payload = Bytes::copy_from_slice(body.bytes(length));
    let forwarded = Bytes::from(properties.forwarded);
    Publish {
        message: Message { topic, payload, qos, retain, properties: forwarded },
        dup,
        id,
        alias: properties.topic_alias,
        response_topic: properties.response_topic,
        correlation: properties.correlation,
    }
}

fn ack(body: &mut Reader<'_>, kind: AckKind, version: Version) -> Ack {
    let id = body.id();
    let mut reason = 0;
    if version == Version::Five && !body.is_empty() {
        reason = body.u8();
        if !body.is_empty() {
            Properties::read(body, Carrier::Ack);
        }
    }
    // 0x10, no matching subscribers, can only be sent by a broker.
    let known = match kind {
        AckKind::Puback | AckKind::Pubrec => {
            matches!(reason, 0 | 0x80 | 0x83 | 0x87 | 0x90 | 0x91 | 0x97 | 0x99)
        }
        AckKind::Pubrel | AckKind::Pubcomp => matches!(reason, 0 | 0x92),
    };
    body.require(known, &format!("reason code 0x{reason:02x}"));
    Ack { kind, id, reason }
}

fn subscribe(body: &mut Reader<'_>, version: Version) -> Subscribe {
    let id = body.id();
    let properties = properties(body, Carrier::Subscribe, version);
    body.require(!body.is_empty(), "no filter [MQTT-3.8.3-2]");
    let mut filters = Vec::new();
    while !body.is_empty() {
        filters.push(filter(body, version));
    }
    Subscribe { id, identifier: properties.subscription_identifier, filters }
}

fn filter(body: &mut Reader<'_>, version: Version) -> Filter {
    let filter = checked_filter(body);
    let options = body.u8();
    let reserved = if version == Version::Five { 0xc0 } else { 0xfc };
    body.require(options & reserved == 0, "reserved subscription options [MQTT-3.8.3-5]");
    let (qos, retain_handling) = (options & 3, options >> 4 & 3);
    body.require(qos < 3, "a subscription of QoS 3");
    body.require(retain_handling < 3, "Retain Handling 3");
    let no_local = options & 4 != 0;
    let shared = filter.starts_with("$share/");
    body.require(!(no_local && shared), "No Local on a shared subscription [MQTT-3.8.3-4]");
    Filter { filter, qos, no_local, retain_as_published: options & 8 != 0, retain_handling }
}

fn checked_filter(body: &mut Reader<'_>) -> String {
    let filter = body.string();
    if let Some(rule) = broken_rule(&filter) {
        body.illegal(&format!("{filter:?}: {rule}"));
    }
    filter
}

fn unsubscribe(body: &mut Reader<'_>, version: Version) -> ClientPacket {
    let id = body.id();
    properties(body, Carrier::Unsubscribe, version);
    body.require(!body.is_empty(), "no filter [MQTT-3.10.3-2]");
    let mut filters = Vec::new();
    while !body.is_empty() {
        filters.push(checked_filter(body));
    }
    ClientPacket::Unsubscribe { id, filters }
}

fn disconnect(body: &mut Reader<'_>, version: Version) -> ClientPacket {
    if version == Version::Four || body.is_empty() {
        return ClientPacket::Disconnect { session_expiry: None };
    }
    let reason = body.u8();
    let known = matches!(reason, 0 | 4 | 0x80..=0x83 | 0x90 | 0x93..=0x99);
    body.require(known, &format!("reason code 0x{reason:02x}"));
    let mut session_expiry = None;
    if !body.is_empty() {
        session_expiry = Properties::read(body, Carrier::Disconnect).session_expiry;
    }
    ClientPacket::Disconnect { session_expiry }
}
