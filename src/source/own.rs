//! What a record says of itself, and how that goes together with what the flags say.

use crate::message::{Envelope, PublishProperties, QoS};
use crate::topic::TopicName;
use std::sync::Arc;

/// Where a record goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// The record says nothing: the topics and flags of the command line count.
    Given,
    /// The record says at least one thing itself. Records that say the same mostly share it.
    Own(Arc<Own>),
}

/// What a record says; what it leaves out is `None`, and the flags fill it in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Where it goes, instead of all topics of the command line.
    pub topic: Option<TopicName>,
    /// How surely.
    pub qos: Option<QoS>,
    /// Whether the broker keeps it.
    pub retain: Option<bool>,
    /// At least one property, or `None`.
    pub properties: Option<OwnProperties>,
}

/// The properties a JSON record gives, each for itself: one that is given replaces that of the flags,
/// one that is not leaves it. The limits are those of [`PublishProperties`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OwnProperties {
    /// Whether the payload is declared to be UTF-8 text.
    pub payload_utf8: Option<bool>,
    /// Seconds the message may live.
    pub message_expiry: Option<u32>,
    /// What the payload is.
    pub content_type: Option<String>,
    /// Where an answer is expected.
    pub response_topic: Option<TopicName>,
    /// What ties an answer to its request; given empty, it is sent empty.
    pub correlation_data: Option<Vec<u8>>,
    /// All names and values; given as an empty list, there are none.
    pub user_properties: Option<Vec<(String, String)>>,
}

impl Own {
    /// What the record is sent with: field by field what it says itself, `defaults` for the rest.
    pub fn envelope(&self, defaults: &Envelope) -> Envelope {
        Envelope {
            topic: self.topic.as_ref().unwrap_or(&defaults.topic).clone(),
            qos: self.qos.unwrap_or(defaults.qos),
            retain: self.retain.unwrap_or(defaults.retain),
            properties: match &self.properties {
                Some(own) => own.over(&defaults.properties),
                None => defaults.properties.clone(),
            },
        }
    }
}

impl OwnProperties {
    /// Whether none is given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Bytes of memory that their values take.
    pub(super) fn size(&self) -> usize {
        let texts = [
            self.content_type.as_ref().map_or(0, String::len),
            self.response_topic.as_ref().map_or(0, |topic| topic.as_str().len()),
            self.correlation_data.as_ref().map_or(0, Vec::len),
        ];
        let pairs = self.user_properties.iter().flatten();
        let in_pairs: usize = pairs
            .map(|(name, value)| size_of::<(String, String)>() + name.len() + value.len())
            .sum();
        in_pairs + texts.iter().sum::<usize>()
    }

    fn over(&self, defaults: &PublishProperties) -> PublishProperties {
        let user_properties = self.user_properties.as_ref().unwrap_or(&defaults.user_properties);
        PublishProperties {
            payload_utf8: self.payload_utf8.or(defaults.payload_utf8),
            message_expiry: self.message_expiry.or(defaults.message_expiry),
            content_type: self.content_type.as_ref().or(defaults.content_type.as_ref()).cloned(),
            response_topic: self
                .response_topic
                .as_ref()
                .or(defaults.response_topic.as_ref())
                .cloned(),
            correlation_data: self
                .correlation_data
                .as_ref()
                .or(defaults.correlation_data.as_ref())
                .cloned(),
            user_properties: user_properties.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Envelope {
        Envelope {
            topic: "default".parse().unwrap(),
            qos: QoS::AtLeastOnce,
            retain: true,
            properties: PublishProperties {
                payload_utf8: Some(true),
                message_expiry: Some(60),
                content_type: Some("text/plain".to_owned()),
                response_topic: Some("answers".parse().unwrap()),
                correlation_data: Some(b"id".to_vec()),
                user_properties: vec![("k".to_owned(), "v".to_owned())],
            },
        }
    }

    #[test]
    fn a_record_that_says_nothing_is_sent_as_the_flags_say() {
        assert_eq!(Own::default().envelope(&defaults()), defaults());
        let own = Own { properties: Some(OwnProperties::default()), ..Own::default() };
        assert_eq!(own.envelope(&defaults()), defaults());
    }

    #[test]
    fn each_field_counts_for_itself() {
        let own = Own {
            qos: Some(QoS::AtMostOnce),
            properties: Some(OwnProperties {
                message_expiry: Some(0),
                correlation_data: Some(Vec::new()),
                user_properties: Some(Vec::new()),
                ..OwnProperties::default()
            }),
            ..Own::default()
        };
        let mut expected = defaults();
        expected.qos = QoS::AtMostOnce;
        expected.properties.message_expiry = Some(0);
        expected.properties.correlation_data = Some(Vec::new());
        expected.properties.user_properties = Vec::new();
        assert_eq!(own.envelope(&defaults()), expected);
        let own = Own {
            topic: Some("own".parse().unwrap()),
            retain: Some(false),
            properties: Some(OwnProperties {
                payload_utf8: Some(false),
                content_type: Some(String::new()),
                response_topic: Some("here".parse().unwrap()),
                ..OwnProperties::default()
            }),
            ..Own::default()
        };
        let mut expected = defaults();
        expected.topic = "own".parse().unwrap();
        expected.retain = false;
        expected.properties.payload_utf8 = Some(false);
        expected.properties.content_type = Some(String::new());
        expected.properties.response_topic = Some("here".parse().unwrap());
        assert_eq!(own.envelope(&defaults()), expected);
    }
}
