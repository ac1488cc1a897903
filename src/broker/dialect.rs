//! What stands between the wire and rumqttd 0.20: its codecs, wrapped so that ordinary packets do not bring it down.
//!
//! Everything here answers for one defect of rumqttd that would hang a client or end the broker; see `Dialect::admit`
//! and `Dialect::dress`. It knows packets and nothing of sockets or sessions, and leaves alone what rumqttd merely does
//! differently from the standard. One way to end the broker is left: a persistent session that is the last of its shared
//! subscription and goes away with messages unacknowledged makes the router panic.

use bytes::{Bytes, BytesMut};
use rumqttd::protocol::{Error, Packet, Protocol};

/// Put before a topic that does not begin with ASCII. A control character, which no topic should hold (1.5.4).
const MARK: char = '\u{1}';

/// Which properties a packet to the client may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Properties {
    /// MQTT 3.1.1 has none.
    Absent,
    /// MQTT 5.0.
    Allowed,
}

/// One of rumqttd's codecs with the worst of the router kept from the client, and the other way round.
///
/// rumqttd clones it for each connection, so the state is the connection's own.
#[derive(Debug, Clone)]
pub(super) struct Dialect<P> {
    codec: P,
    properties: Properties,
    /// The client has sent DISCONNECT: the router forgets the connection.
    parting: bool,
}

impl<P> Dialect<P> {
    /// Wraps `codec`.
    pub(super) fn new(codec: P, properties: Properties) -> Self {
        Self { codec, properties, parting: false }
    }

    /// Changes a packet from the client into one that rumqttd survives.
    ///
    /// - Keep alive 0: it would close the connection without a CONNACK. The longest, over 27 hours, stands in.
    /// - `+`, `$`, `#`, `/` in a client identifier: no CONNACK either, and the second such connection would end the
    ///   listener. Control characters stand in; the server never sends a chosen identifier back.
    /// - A client that allows topic aliases: the router has one alias a filter, and with a wildcard sends messages
    ///   under the topic of an earlier one. It is not told.
    /// - Topics and filters that begin with a character outside ASCII: the router would panic. They get a `MARK`.
    /// - PUBREL with properties: the router would ignore it.
    fn admit(&mut self, packet: Packet) -> Packet {
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
            Packet::Publish(mut publish, properties) => {
                publish.topic = mark_topic(&publish.topic);
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

    /// Changes a packet from rumqttd into one for the client: without the mark, and, as rumqttd would otherwise panic,
    /// without properties where the version has none.
    fn dress(&self, packet: Packet) -> Packet {
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
        let packet = self.codec.read_mut(stream, max_size)?;
        Ok(self.admit(packet))
    }

    fn write(&self, packet: Packet, buffer: &mut BytesMut) -> Result<usize, Error> {
        // After DISCONNECT nothing may be sent `[MQTT-3.14.4-2]`, and a link that goes on sending may next announce
        // that it is ready for more, at which the router, having forgotten it, would panic. An error ends the link.
        if self.parting {
            return Err(Error::InvalidProtocol);
        }
        self.codec.write(self.dress(packet), buffer)
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
        Some(first) if !first.is_ascii() => format!("{MARK}{filter}"),
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
        assert_eq!(mark_filter("$share/g/é/#"), "$share/g/\u{1}é/#");
        assert_eq!(mark_topic(&Bytes::from_static(b"a")), "a");
        assert_eq!(mark_topic(&Bytes::from_static("é".as_bytes())), "\u{1}é");
        assert_eq!(mark_topic(&Bytes::new()), "");
    }
}
