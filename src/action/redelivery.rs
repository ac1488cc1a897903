//! Recognizes messages that the broker sends again because it has not received their acknowledgement, so that a command
//! that is running or has run is not run twice.
//!
//! Only QoS 1 needs this: the session remembers QoS 2 messages until they are released. A message is recognized by its
//! packet id, its contents and the DUP flag. The broker may have received the acknowledgement and given the id to a new
//! message with the same contents; if the first transmission of that one is lost with a connection, it is taken for the
//! old one. This cannot be told apart, and is rarer than what would otherwise run twice.

use crate::message::{Message, QoS};
use crate::property::{Id, Value};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

/// The messages by packet id (at most 65,535): a hash of the contents, and the number.
#[derive(Debug, Default)]
pub(crate) struct Redelivery {
    known: HashMap<u16, (u64, u64)>,
    hasher: RandomState,
}

impl Redelivery {
    /// The number of the earlier message that this one repeats. If it is a new one, the earlier one with its id is
    /// complete and forgotten, whether this one gets a command or not.
    pub(crate) fn number_of(&mut self, message: &Message<'_>) -> Option<u64> {
        if message.qos == QoS::AtMostOnce {
            return None;
        }
        if message.qos == QoS::ExactlyOnce || !message.dup {
            self.known.remove(&message.packet_id);
            return None;
        }
        let (fingerprint, number) = self.known.get(&message.packet_id)?;
        (*fingerprint == self.fingerprint(message)).then_some(*number)
    }

    /// Remembers a message for which a command runs.
    pub(crate) fn remember(&mut self, message: &Message<'_>, number: u64) {
        if message.qos == QoS::AtLeastOnce {
            let fingerprint = self.fingerprint(message);
            self.known.insert(message.packet_id, (fingerprint, number));
        }
    }

    /// The session was lost, so earlier packet ids mean nothing.
    pub(crate) fn session_lost(&mut self) {
        self.known.clear();
    }

    /// Hashes what stays the same when a message is sent again; the remaining lifetime and the topic alias can change.
    fn fingerprint(&self, message: &Message<'_>) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        (message.topic, message.payload, message.retain).hash(&mut hasher);
        let ours = [Id::MessageExpiry, Id::TopicAlias, Id::SubscriptionId];
        for (id, value) in message.properties.iter().filter(|(id, _)| !ours.contains(id)) {
            (id as u8).hash(&mut hasher);
            match value {
                Value::Number(number) => number.hash(&mut hasher),
                Value::Text(text) => text.hash(&mut hasher),
                Value::Binary(bytes) => bytes.hash(&mut hasher),
                Value::Pair(name, value) => (name, value).hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property::Properties;

    fn message(packet_id: u16, payload: &str, dup: bool) -> Message<'_> {
        Message {
            topic: "t",
            payload: payload.as_bytes(),
            qos: QoS::AtLeastOnce,
            retain: false,
            dup,
            packet_id,
            properties: Properties::default(),
        }
    }

    #[test]
    fn only_the_same_message_under_the_same_id_and_sent_again_is_known() {
        let mut redelivery = Redelivery::default();
        redelivery.remember(&message(7, "a", false), 3);
        assert_eq!(redelivery.number_of(&message(7, "a", true)), Some(3));
        assert_eq!(redelivery.number_of(&message(7, "b", true)), None);
        assert_eq!(redelivery.number_of(&message(8, "a", true)), None);
        let other = Message { topic: "u", ..message(7, "a", true) };
        assert_eq!(redelivery.number_of(&other), None);
        redelivery.remember(&message(7, "b", false), 4);
        assert_eq!(redelivery.number_of(&message(7, "a", true)), None, "its id has another");
        assert_eq!(redelivery.number_of(&message(7, "b", true)), Some(4));
        // One that a filter skips, say.
        assert_eq!(redelivery.number_of(&message(7, "b", false)), None);
        assert_eq!(redelivery.number_of(&message(7, "b", true)), None, "its id went to another");
        redelivery.remember(&message(7, "b", false), 5);
        let once = Message { qos: QoS::ExactlyOnce, ..message(7, "x", true) };
        assert_eq!(redelivery.number_of(&once), None);
        assert_eq!(redelivery.number_of(&message(7, "b", true)), None, "its id went to another");
        redelivery.remember(&message(7, "b", false), 6);
        redelivery.session_lost();
        assert_eq!(redelivery.number_of(&message(7, "b", true)), None);
    }
}
