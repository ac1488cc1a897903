//! Which messages a broker may send again, as it has not heard their acknowledgement: a command that has run, or runs, is
//! not run again for one.
//!
//! Only QoS 1 needs this: the session knows QoS 2 messages until they are released. A message is known by its packet id
//! and by what it says, and the broker says that it comes again.

use crate::message::{Message, QoS};
use crate::property::{Id, Value};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

/// The messages by packet id, of which there are 65,535: what each says, and its number.
#[derive(Debug, Default)]
pub(crate) struct Redelivery {
    known: HashMap<u16, (u64, u64)>,
    hasher: RandomState,
}

impl Redelivery {
    /// The number of the message that this one is again.
    pub(crate) fn number_of(&self, message: &Message<'_>) -> Option<u64> {
        if message.qos != QoS::AtLeastOnce || !message.dup {
            return None;
        }
        let (fingerprint, number) = self.known.get(&message.packet_id)?;
        (*fingerprint == self.fingerprint(message)).then_some(*number)
    }

    /// A message came for a command.
    pub(crate) fn remember(&mut self, message: &Message<'_>, number: u64) {
        if message.qos == QoS::AtLeastOnce {
            let fingerprint = self.fingerprint(message);
            self.known.insert(message.packet_id, (fingerprint, number));
        }
    }

    /// The session is gone: packet ids mean nothing any more.
    pub(crate) fn session_lost(&mut self) {
        self.known.clear();
    }

    /// What does not change when a message is sent again: the time it may still live does, and a topic can have an alias.
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
        assert_eq!(redelivery.number_of(&message(7, "a", false)), None);
        assert_eq!(redelivery.number_of(&message(7, "b", true)), None);
        assert_eq!(redelivery.number_of(&message(8, "a", true)), None);
        let other = Message { topic: "u", ..message(7, "a", true) };
        assert_eq!(redelivery.number_of(&other), None);
        redelivery.remember(&message(7, "b", false), 4);
        assert_eq!(redelivery.number_of(&message(7, "a", true)), None, "its id has another");
        assert_eq!(redelivery.number_of(&message(7, "b", true)), Some(4));
        redelivery.session_lost();
        assert_eq!(redelivery.number_of(&message(7, "b", true)), None);
    }
}
