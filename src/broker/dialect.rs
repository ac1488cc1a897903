//! Wrappers around the codecs of rumqttd 0.20, so that ordinary packets do not bring it down.
//!
//! Everything here works around a defect of rumqttd that would hang a client or end the broker; see `Dialect::adapt_incoming`,
//! `Dialect::adapt_outgoing` and `Owed`. Harmless deviations from the standard are left alone. Malformed packets do not get this
//! far (`inspection`).

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use rumqttd::protocol::{Error, Packet, Protocol};

use crate::mqtt::packet::Frame;
use crate::property::{take_binary, take_u16};

/// Prefix for topics that do not start with ASCII: a control character, which topics should not contain (1.5.4).
const MARK: char = '\u{1}';

/// Whether packets to the client may have properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Properties {
    /// MQTT 3.1.1 has none.
    Absent,
    /// MQTT 5.0.
    Allowed,
}

/// One of rumqttd's codecs, which hides the router's worst defects from the client and odd clients from the router.
///
/// rumqttd clones it for each connection. The clone starts with empty state, which belongs to that connection.
#[derive(Debug)]
pub(super) struct Dialect<P> {
    codec: P,
    properties: Properties,
    /// Whether the client has sent DISCONNECT, after which the router forgets the connection.
    parting: bool,
    /// The topics of the client's topic aliases.
    aliases: HashMap<u16, Bytes>,
    owed: Mutex<Owed>,
}

/// Packet ids that the client has to acknowledge, in the order of sending. On any other id, the router forgets the
/// connection, and panics when that next announces that it is ready for more.
#[derive(Debug, Default)]
struct Owed {
    /// PUBACK or PUBREC.
    messages: VecDeque<u16>,
    /// PUBCOMP.
    releases: VecDeque<u16>,
}

impl Owed {
    /// Notes whether the packet at the start of these bytes needs an acknowledgement; rumqttd hides the id of a
    /// PUBLISH.
    fn sent(&mut self, packet: &[u8]) {
        let Ok(Some(frame)) = Frame::read(packet) else { return };
        let Some(mut body) = packet.get(frame.header..frame.total()) else { return };
        let (list, id) = match frame.first {
            0x62 => (&mut self.releases, take_u16(&mut body)),
            first if frame.is_publish() && first & 0x06 != 0 => {
                (&mut self.messages, take_binary(&mut body).and_then(|_| take_u16(&mut body)))
            }
            _ => return,
        };
        list.extend(id);
    }

    fn is_paid_by(&mut self, packet: &Packet) -> bool {
        match packet {
            Packet::PubAck(puback, _) => self.messages.pop_front() == Some(puback.pkid),
            Packet::PubRec(pubrec, _) => self.messages.pop_front() == Some(pubrec.pkid),
            Packet::PubComp(pubcomp, _) => self.releases.pop_front() == Some(pubcomp.pkid),
            _ => true,
        }
    }
}

impl<P: Clone> Clone for Dialect<P> {
    fn clone(&self) -> Self {
        Self::new(self.codec.clone(), self.properties)
    }
}

impl<P> Dialect<P> {
    /// Wraps `codec`.
    pub(super) fn new(codec: P, properties: Properties) -> Self {
        Self { codec, properties, parting: false, aliases: HashMap::new(), owed: Mutex::default() }
    }

    /// Rewrites a packet from the client so that rumqttd survives it.
    ///
    /// - Keep alive 0 would close the connection without a CONNACK. It becomes the longest possible, over 18 hours.
    /// - `+`, `$`, `#` or `/` in a client identifier: no CONNACK either, and the second such connection would end the
    ///   listener. They become control characters; the server never sends a chosen identifier back.
    /// - A client that accepts topic aliases: the router has one alias per filter, and for a wildcard sends messages
    ///   under the topic of an earlier one. So it is not told.
    /// - Topics and filters that do not start with ASCII would make the router panic. They get a `MARK`.
    /// - Filters that start with `$`, except shared ones: the router would forget the connection, and perhaps panic.
    ///   With a `MARK` they match nothing.
    /// - Topic aliases: at QoS 2 the router learns of one only with PUBREL. They are resolved here.
    /// - PUBREL with properties would be ignored. It gets none.
    fn adapt_incoming(&mut self, packet: Packet) -> Packet {
        match packet {
            Packet::Connect(mut connect, mut properties, mut will, will_properties, login) => {
                if connect.keep_alive == 0 {
                    connect.keep_alive = u16::MAX;
                }
                connect.client_id = connect.client_id.chars().map(tame).collect();
                if let Some(properties) = &mut properties {
                    properties.topic_alias_max = None;
                }
                if let Some(will) = &mut will {
                    will.topic = mark_topic(&will.topic);
                }
                Packet::Connect(connect, properties, will, will_properties, login)
            }
            Packet::Publish(mut publish, mut properties) => {
                publish.topic = mark_topic(&publish.topic);
                if let Some(alias) = properties.as_mut().and_then(|it| it.topic_alias.take()) {
                    match publish.topic.is_empty() {
                        true => {
                            publish.topic = self.aliases.get(&alias).cloned().unwrap_or_default()
                        }
                        false => drop(self.aliases.insert(alias, publish.topic.clone())),
                    }
                }
                Packet::Publish(publish, properties)
            }
            Packet::Subscribe(mut subscribe, properties) => {
                for filter in &mut subscribe.filters {
                    filter.path = mark_filter(&filter.path);
                }
                Packet::Subscribe(subscribe, properties)
            }
            Packet::Unsubscribe(mut unsubscribe, properties) => {
                for filter in &mut unsubscribe.filters {
                    *filter = mark_filter(filter);
                }
                Packet::Unsubscribe(unsubscribe, properties)
            }
            Packet::PubRel(pubrel, _) => Packet::PubRel(pubrel, None),
            Packet::Disconnect(..) => {
                self.parting = true;
                packet
            }
            packet => packet,
        }
    }

    /// Rewrites a packet from rumqttd for the client: removes the mark, and removes properties before MQTT 5, where
    /// rumqttd would panic.
    fn adapt_outgoing(&self, packet: Packet) -> Packet {
        match packet {
            Packet::Publish(mut publish, properties) => {
                if publish.topic.first().is_some_and(|&first| char::from(first) == MARK) {
                    publish.topic = publish.topic.slice(MARK.len_utf8()..);
                }
                let properties = properties.filter(|_| self.properties == Properties::Allowed);
                Packet::Publish(publish, properties)
            }
            packet => packet,
        }
    }
}

impl<P: Protocol> Protocol for Dialect<P> {
    fn read_mut(&mut self, stream: &mut BytesMut, max_size: usize) -> Result<Packet, Error> {
        let before = stream.len();
        let packet = self.codec.read_mut(stream, max_size).map_err(|error| match error {
            // The packet has been removed from the stream, so no further byte can complete it.
            Error::InsufficientBytes(_) if stream.len() < before => Error::MalformedPacket,
            error => error,
        })?;
        match self.owed.get_mut().unwrap_or_else(PoisonError::into_inner).is_paid_by(&packet) {
            true => Ok(self.adapt_incoming(packet)),
            false => Err(Error::InvalidProtocol),
        }
    }

    fn write(&self, packet: Packet, buffer: &mut BytesMut) -> Result<usize, Error> {
        // Nothing may be sent after DISCONNECT `[MQTT-3.14.4-2]`. A link that continues may announce that it is ready
        // for more, and the router, having forgotten it, would panic. An error ends the link.
        if self.parting {
            return Err(Error::InvalidProtocol);
        }
        let before = buffer.len();
        let length = self.codec.write(self.adapt_outgoing(packet), buffer)?;
        let written = buffer.get(before..).unwrap_or_default();
        self.owed.lock().unwrap_or_else(PoisonError::into_inner).sent(written);
        Ok(length)
    }
}

fn tame(character: char) -> char {
    match character {
        '+' => '\u{1}',
        '$' => '\u{2}',
        '#' => '\u{3}',
        '/' => '\u{4}',
        other => other,
    }
}

fn mark_topic(topic: &Bytes) -> Bytes {
    if topic.first().is_none_or(u8::is_ascii) {
        return topic.clone();
    }
    let mut marked = BytesMut::with_capacity(MARK.len_utf8() + topic.len());
    marked.extend_from_slice(MARK.encode_utf8(&mut [0; 4]).as_bytes());
    marked.extend_from_slice(topic);
    marked.freeze()
}

fn mark_filter(filter: &str) -> String {
    if let Some((group, inner)) =
        filter.strip_prefix("$share/").and_then(|shared| shared.split_once('/'))
    {
        return format!("$share/{group}/{}", mark_filter(inner));
    }
    match filter.chars().next() {
        Some(first) if first == '$' || !first.is_ascii() => format!("{MARK}{filter}"),
        _ => filter.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_what_does_not_begin_with_ascii() {
        assert_eq!(mark_filter("a/é"), "a/é");
        assert_eq!(mark_filter("é/#"), "\u{1}é/#");
        assert_eq!(mark_filter("$SYS/#"), "\u{1}$SYS/#");
        assert_eq!(mark_filter("$share/g/$SYS/#"), "$share/g/\u{1}$SYS/#");
        assert_eq!(mark_filter("$share/g/é/#"), "$share/g/\u{1}é/#");
        assert_eq!(mark_topic(&Bytes::from_static(b"a")), "a");
        assert_eq!(mark_topic(&Bytes::from_static("é".as_bytes())), "\u{1}é");
        assert_eq!(mark_topic(&Bytes::new()), "");
    }
}
