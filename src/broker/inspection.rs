//! Checks each packet from a client before rumqttd sees it, as strictly as the standard says: rumqttd's codecs panic at
//! packets that only servers send, and its router at some that are merely out of place.
//!
//! A pure function of the packets and the state of one connection. Packets that rumqttd would answer by closing the
//! connection, or not at all, although the standard defines an answer, are answered here.

use std::collections::HashSet;

use crate::mqtt::packet::Frame;
use crate::mqtt::reason::Reason;
use crate::property::{
    Carrier, Id, Properties, PropertyError, Value, take_array, take_binary, take_text, take_u16,
};
use crate::topic::{check_filter, check_name};

use super::opening::Level;

/// Longest packet of any type except PUBLISH, in bytes after the fixed header.
const LONGEST_CONTROL_PACKET: usize = 1024 * 1024;

/// The largest topic alias that rumqttd's CONNACK allows.
const TOPIC_ALIAS_MAXIMUM: u32 = 4096;

/// What to do with a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handling {
    /// Pass it to the server.
    Pass,
    /// Keep it from the server, and send these bytes to the client; they may be empty.
    Answer(Vec<u8>),
}

/// Inspects the packets of one client, starting with CONNECT.
#[derive(Debug)]
pub struct Inspector {
    version: Level,
    stage: Phase,
    /// Whether the session outlives the connection.
    is_durable: bool,
    /// Topic aliases that have a topic.
    aliases: HashSet<u32>,
    /// Packet ids of QoS 2 messages that the client has not released.
    unreleased: HashSet<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// CONNECT is due.
    Opening,
    Open,
    /// DISCONNECT has been received.
    Parted,
}

impl Inspector {
    /// For a client whose CONNECT has this version.
    pub fn new(version: Level) -> Self {
        Self {
            version,
            stage: Phase::Opening,
            is_durable: false,
            aliases: HashSet::new(),
            unreleased: HashSet::new(),
        }
    }

    /// The version of the client's CONNECT.
    pub fn version(&self) -> Level {
        self.version
    }

    /// The length of the packet at the start of `bytes`, or `None` if more bytes are needed.
    ///
    /// # Errors
    /// If no packet of a client has such a first byte or length.
    pub fn length(&self, bytes: &[u8]) -> Result<Option<usize>, Reason> {
        if let Some(&first) = bytes.first() {
            self.check_first(first)?;
        }
        let frame = Frame::read(bytes).map_err(|violation| violation.reason)?;
        let Some(frame) = frame else { return Ok(None) };
        let is_too_long = match frame.first >> 4 {
            3 => false,
            12 if frame.body > 0 => return Err(Reason::MALFORMED_PACKET),
            _ => frame.body > LONGEST_CONTROL_PACKET,
        };
        if is_too_long { Err(Reason::PACKET_TOO_LARGE) } else { Ok(Some(frame.total())) }
    }

    fn check_first(&self, first: u8) -> Result<(), Reason> {
        let (kind, flags) = (first >> 4, first & 0x0f);
        let expected = match kind {
            0 => return Err(Reason::MALFORMED_PACKET),
            3 => flags,
            6 | 8 | 10 => 2,
            _ => 0,
        };
        let is_opening = self.stage == Phase::Opening;
        match kind {
            _ if flags != expected => Err(Reason::MALFORMED_PACKET),
            15 if self.version == Level::V4 => Err(Reason::MALFORMED_PACKET),
            // Packets that only servers send, and AUTH, which needs an authentication method in CONNECT.
            2 | 9 | 11 | 13 | 15 => Err(Reason::PROTOCOL_ERROR),
            _ if (kind == 1) != is_opening => Err(Reason::PROTOCOL_ERROR),
            _ => Ok(()),
        }
    }

    /// Decides about one complete packet, whose length [`Inspector::length`] gave.
    ///
    /// # Errors
    /// If it is malformed or out of place: the connection must end for this reason.
    pub fn inspect(&mut self, packet: &[u8]) -> Result<Handling, Reason> {
        if self.stage == Phase::Parted {
            // Nothing may follow `[MQTT-3.14.4-1]`, and nobody is there to be told.
            return Ok(Handling::Answer(Vec::new()));
        }
        self.length(packet)?;
        let frame = Frame::read(packet)
            .map_err(|violation| violation.reason)?
            .ok_or(Reason::MALFORMED_PACKET)?;
        let mut body = packet.get(frame.header..frame.total()).ok_or(Reason::MALFORMED_PACKET)?;
        let decision = match frame.first >> 4 {
            1 => self.connect(&mut body)?,
            3 => self.publish(frame.first & 0x0f, &mut body)?,
            kind @ 4..=7 => self.ack(kind, &mut body)?,
            8 => self.subscribe(&mut body)?,
            10 => self.unsubscribe(&mut body)?,
            14 => self.disconnect(&mut body)?,
            _ => Handling::Pass,
        };
        if body.is_empty() { Ok(decision) } else { Err(Reason::MALFORMED_PACKET) }
    }

    fn is_v5(&self) -> bool {
        self.version == Level::V5
    }

    /// The properties, which only MQTT 5 has.
    fn properties<'a>(
        &self,
        body: &mut &'a [u8],
        carrier: Carrier,
    ) -> Result<Properties<'a>, Reason> {
        if !self.is_v5() {
            return Ok(Properties::default());
        }
        Properties::take(body, carrier).map_err(|error| match error {
            PropertyError::OutOfRange(Id::TopicAlias, _) => Reason::TOPIC_ALIAS_INVALID,
            PropertyError::Repeated(_) | PropertyError::OutOfRange(..) => Reason::PROTOCOL_ERROR,
            _ => Reason::MALFORMED_PACKET,
        })
    }

    fn connect(&mut self, body: &mut &[u8]) -> Result<Handling, Reason> {
        // `opening` has checked name and level.
        take_text(body).ok_or(Reason::MALFORMED_PACKET)?;
        let [_level, flags] = take_array(body).ok_or(Reason::MALFORMED_PACKET)?;
        take_u16(body).ok_or(Reason::MALFORMED_PACKET)?;
        let has = |flag: u8| flags & flag != 0;
        let has_will = has(0x04);
        let is_impossible = has(0x01)
            || (!has_will && has(0x38))
            || flags & 0x18 == 0x18
            || (!self.is_v5() && flags & 0xc0 == 0x40);
        if is_impossible {
            return Err(Reason::MALFORMED_PACKET);
        }
        let properties = self.properties(body, Carrier::Connect)?;
        if properties.text(Id::AuthenticationMethod).is_some() {
            return Err(Reason::BAD_AUTHENTICATION_METHOD);
        }
        if properties.binary(Id::AuthenticationData).is_some() {
            return Err(Reason::PROTOCOL_ERROR);
        }
        take_text(body).ok_or(Reason::MALFORMED_PACKET)?;
        if has_will {
            let will = self.properties(body, Carrier::Will)?;
            check_response_topic(&will)?;
            take_name(body)?;
            take_binary(body).ok_or(Reason::MALFORMED_PACKET)?;
        }
        if has(0x80) {
            take_text(body).ok_or(Reason::MALFORMED_PACKET)?;
        }
        if has(0x40) {
            take_binary(body).ok_or(Reason::MALFORMED_PACKET)?;
        }
        self.is_durable = !has(0x02);
        self.stage = Phase::Open;
        Ok(Handling::Pass)
    }

    fn publish(&mut self, flags: u8, body: &mut &[u8]) -> Result<Handling, Reason> {
        let (qos, is_dup) = (flags >> 1 & 3, flags & 8 != 0);
        if qos == 3 || (qos == 0 && is_dup) {
            return Err(Reason::MALFORMED_PACKET);
        }
        // Empty if an alias stands for it.
        let topic = take_text(body).ok_or(Reason::MALFORMED_PACKET)?;
        if !topic.is_empty() {
            check_name(topic).map_err(|_| Reason::TOPIC_NAME_INVALID)?;
        }
        let id = if qos == 0 { 0 } else { take_id(body)? };
        let properties = self.properties(body, Carrier::PublishOut)?;
        check_response_topic(&properties)?;
        match properties.number(Id::TopicAlias) {
            Some(alias) if alias > TOPIC_ALIAS_MAXIMUM => return Err(Reason::TOPIC_ALIAS_INVALID),
            Some(alias) if topic.is_empty() && !self.aliases.contains(&alias) => {
                return Err(Reason::PROTOCOL_ERROR);
            }
            Some(alias) => {
                self.aliases.insert(alias);
            }
            None if topic.is_empty() => return Err(Reason::PROTOCOL_ERROR),
            None => {}
        }
        // The rest is the payload.
        *body = &[];
        if qos == 2 && !self.unreleased.insert(id) {
            // rumqttd would take it for a new message.
            return Ok(Handling::Answer(short_ack(0x50, id)));
        }
        Ok(Handling::Pass)
    }

    fn ack(&mut self, kind: u8, body: &mut &[u8]) -> Result<Handling, Reason> {
        let id = take_id(body)?;
        if self.is_v5() && !body.is_empty() {
            let [reason] = take_array(body).ok_or(Reason::MALFORMED_PACKET)?;
            if !body.is_empty() {
                self.properties(body, Carrier::Ack)?;
            }
            let is_known = match kind {
                4 | 5 => {
                    matches!(reason, 0 | 0x10 | 0x80 | 0x83 | 0x87 | 0x90 | 0x91 | 0x97 | 0x99)
                }
                _ => matches!(reason, 0 | 0x92),
            };
            if !is_known {
                return Err(Reason::MALFORMED_PACKET);
            }
        }
        if kind == 6 && !self.unreleased.remove(&id) {
            // From an earlier connection: rumqttd has forgotten it, and would close the connection each time.
            return Ok(Handling::Answer(match self.version {
                Level::V4 => short_ack(0x70, id),
                Level::V5 => {
                    let [high, low] = id.to_be_bytes();
                    vec![0x70, 3, high, low, Reason::PACKET_ID_NOT_FOUND.0]
                }
            }));
        }
        Ok(Handling::Pass)
    }

    fn subscribe(&mut self, body: &mut &[u8]) -> Result<Handling, Reason> {
        let id = take_id(body)?;
        let properties = self.properties(body, Carrier::Subscribe)?;
        let is_identifier = |(id, _): &(Id, Value<'_>)| *id == Id::SubscriptionId;
        if body.is_empty() || properties.iter().filter(is_identifier).count() > 1 {
            return Err(Reason::PROTOCOL_ERROR);
        }
        let mut filters = 0;
        let mut shares = false;
        while !body.is_empty() {
            let is_shared = take_filter(body)?.starts_with("$share/");
            let [options] = take_array(body).ok_or(Reason::MALFORMED_PACKET)?;
            let reserved = if self.is_v5() { 0xc0 } else { 0xfc };
            if options & reserved != 0 || options & 3 == 3 || options & 0x30 == 0x30 {
                return Err(Reason::MALFORMED_PACKET);
            }
            if is_shared && options & 4 != 0 {
                return Err(Reason::PROTOCOL_ERROR);
            }
            filters += 1;
            shares |= is_shared;
        }
        Ok(match shares && self.is_durable {
            true => Handling::Answer(self.unshared(id, filters)),
            false => Handling::Pass,
        })
    }

    /// SUBACK that refuses shared subscriptions to a durable session: rumqttd's router panics if the last member of a
    /// group leaves with unacknowledged messages.
    fn unshared(&self, id: u16, filters: usize) -> Vec<u8> {
        let (properties, code): (&[u8], _) = match self.version {
            Level::V4 => (&[], 0x80),
            Level::V5 => (&[0], Reason::SHARED_SUBSCRIPTIONS_NOT_SUPPORTED.0),
        };
        let mut suback = vec![0x90];
        let mut length = 2 + properties.len() + filters;
        while length > 0x7f {
            suback.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        suback.push(length as u8);
        suback.extend(id.to_be_bytes());
        suback.extend(properties);
        suback.resize(suback.len() + filters, code);
        suback
    }

    fn unsubscribe(&self, body: &mut &[u8]) -> Result<Handling, Reason> {
        take_id(body)?;
        self.properties(body, Carrier::Unsubscribe)?;
        if body.is_empty() {
            return Err(Reason::PROTOCOL_ERROR);
        }
        while !body.is_empty() {
            take_filter(body)?;
        }
        Ok(Handling::Pass)
    }

    fn disconnect(&mut self, body: &mut &[u8]) -> Result<Handling, Reason> {
        if self.is_v5() && !body.is_empty() {
            let [reason] = take_array(body).ok_or(Reason::MALFORMED_PACKET)?;
            if !matches!(reason, 0 | 4 | 0x80..=0x83 | 0x90 | 0x93..=0x99) {
                return Err(Reason::MALFORMED_PACKET);
            }
            if !body.is_empty() {
                self.properties(body, Carrier::DisconnectOut)?;
            }
        }
        self.stage = Phase::Parted;
        Ok(Handling::Pass)
    }

    /// The packet that tells a client why it is dropped; empty before MQTT 5.
    pub fn farewell(&self, reason: Reason) -> Vec<u8> {
        match (self.version, self.stage) {
            (Level::V4, _) | (_, Phase::Parted) => Vec::new(),
            (Level::V5, Phase::Opening) => vec![0x20, 3, 0, reason.0, 0],
            (Level::V5, Phase::Open) => vec![0xe0, 2, reason.0, 0],
        }
    }
}

fn short_ack(first: u8, id: u16) -> Vec<u8> {
    let [high, low] = id.to_be_bytes();
    vec![first, 2, high, low]
}

/// A packet id, which is never 0 `[MQTT-2.2.1-3]`.
fn take_id(body: &mut &[u8]) -> Result<u16, Reason> {
    match take_u16(body) {
        Some(0) => Err(Reason::PROTOCOL_ERROR),
        Some(id) => Ok(id),
        None => Err(Reason::MALFORMED_PACKET),
    }
}

fn take_name(body: &mut &[u8]) -> Result<(), Reason> {
    let name = take_text(body).ok_or(Reason::MALFORMED_PACKET)?;
    check_name(name).map_err(|_| Reason::TOPIC_NAME_INVALID)
}

fn take_filter<'a>(body: &mut &'a [u8]) -> Result<&'a str, Reason> {
    let filter = take_text(body).ok_or(Reason::MALFORMED_PACKET)?;
    check_filter(filter).map_err(|_| Reason::TOPIC_FILTER_INVALID)?;
    Ok(filter)
}

/// A response topic must not contain wildcards `[MQTT-3.3.2-14]`.
fn check_response_topic(properties: &Properties<'_>) -> Result<(), Reason> {
    let topic = properties.text(Id::ResponseTopic);
    topic.map_or(Ok(()), |topic| check_name(topic).map_err(|_| Reason::TOPIC_NAME_INVALID))
}

#[cfg(test)]
mod tests;
