//! Replies and dead letters to be published for messages whose command has ended.

use crate::message::{Envelope, Message, PublishProperties, QoS};
use crate::mqtt::{Outcome, Reason, Session, Submitted, Version};
use crate::property::{Id, Value};
use crate::topic::TopicName;
use bytes::Bytes;
use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

/// Publications that wait for room in the session, and numbers of those that wait for an acknowledgement, by the
/// message they are for.
#[derive(Debug, Default)]
pub(super) struct Publications {
    waiting: VecDeque<(u64, Envelope, Bytes)>,
    sent: HashSet<u64>,
}

impl Publications {
    pub(super) fn add(&mut self, number: u64, envelope: Envelope, payload: Bytes) {
        self.waiting.push_back((number, envelope, payload));
    }

    /// Hands over as many as the session has room for. Returns those that are final at once.
    pub(super) fn send(&mut self, session: &mut Session) -> Vec<(u64, Outcome)> {
        let mut ended = Vec::new();
        while let Some((_, envelope, _)) = self.waiting.front()
            && session.has_room(envelope.qos)
            && let Some((number, mut envelope, payload)) = self.waiting.pop_front()
        {
            if session.version() != Version::V5 {
                envelope.properties = PublishProperties::default();
            }
            match session.publish(number, &Rc::new(envelope), payload) {
                Submitted::Pending => drop(self.sent.insert(number)),
                Submitted::Sent => ended.push((number, Outcome::Delivered(Reason::SUCCESS))),
                Submitted::Refused(explanation) => {
                    ended.push((number, Outcome::Refused(explanation)));
                }
            }
        }
        ended
    }

    /// Whether an outcome belongs to this message; forgets it.
    pub(super) fn concludes(&mut self, number: u64) -> bool {
        self.sent.remove(&number)
    }

    /// Number that wait for room.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Number that are not final.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.sent.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.sent.is_empty()
    }
}

/// The dead letter for `message`: the message itself, with its topic and the error as user properties.
pub(super) fn letter(topic: &TopicName, message: &Message<'_>, error: &str) -> Envelope {
    let mut properties = PublishProperties::default();
    for (id, value) in message.properties.iter() {
        match (id, value) {
            (Id::PayloadFormat, Value::Number(number)) => {
                properties.payload_utf8 = Some(number == 1)
            }
            (Id::MessageExpiry, Value::Number(seconds)) => {
                properties.message_expiry = Some(seconds)
            }
            (Id::ContentType, Value::Text(text)) => properties.content_type = Some(text.to_owned()),
            (Id::ResponseTopic, Value::Text(text)) => properties.response_topic = text.parse().ok(),
            (Id::CorrelationData, Value::Binary(data)) => {
                properties.correlation_data = Some(data.to_vec());
            }
            (Id::UserProperty, Value::Pair(name, value)) => {
                properties.user_properties.push((name.to_owned(), value.to_owned()));
            }
            _ => {}
        }
    }
    let own = [("topic", message.topic), ("error", error)];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    properties.user_properties.extend(own);
    Envelope { properties, ..Envelope::new(topic.clone(), QoS::AtLeastOnce, false) }
}
