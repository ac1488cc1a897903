//! The fields that a record has itself, and how they combine with the flags.

use crate::message::{Envelope, PublishProperties, QoS};
use crate::topic::TopicName;
use std::sync::Arc;

/// The destination of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// The record has no fields of its own: the command line's topics and flags apply.
    Given,
    /// The record has at least one field. Records with equal fields mostly share them.
    Own(Arc<RecordFields>),
}

/// The fields of a record; missing ones are `None` and come from the flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordFields {
    /// Replaces all topics of the command line.
    pub topic: Option<TopicName>,
    /// Quality of service.
    pub qos: Option<QoS>,
    /// Whether the broker stores the message.
    pub retain: Option<bool>,
    /// At least one property, or `None`.
    pub properties: Option<RecordProperties>,
}

/// The properties in a JSON record. Each replaces that of the flags; missing ones leave it. The limits are those of
/// [`PublishProperties`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RecordProperties {
    /// Whether the payload is declared to be UTF-8 text.
    pub payload_utf8: Option<bool>,
    /// Lifetime of the message in seconds.
    pub message_expiry: Option<u32>,
    /// Content type of the payload.
    pub content_type: Option<String>,
    /// Topic for replies.
    pub response_topic: Option<TopicName>,
    /// Connects a reply to its request; if empty, it is sent empty.
    pub correlation_data: Option<Vec<u8>>,
    /// All user properties; an empty list means none.
    pub user_properties: Option<Vec<(String, String)>>,
}

impl RecordFields {
    /// The envelope: the record's fields, and `defaults` for the rest.
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

impl RecordProperties {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Memory used by the values, in bytes.
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
        assert_eq!(RecordFields::default().envelope(&defaults()), defaults());
        let own = RecordFields {
            properties: Some(RecordProperties::default()),
            ..RecordFields::default()
        };
        assert_eq!(own.envelope(&defaults()), defaults());
    }

    #[test]
    fn each_field_counts_for_itself() {
        let own = RecordFields {
            qos: Some(QoS::AtMostOnce),
            properties: Some(RecordProperties {
                message_expiry: Some(0),
                correlation_data: Some(Vec::new()),
                user_properties: Some(Vec::new()),
                ..RecordProperties::default()
            }),
            ..RecordFields::default()
        };
        let mut expected = defaults();
        expected.qos = QoS::AtMostOnce;
        expected.properties.message_expiry = Some(0);
        expected.properties.correlation_data = Some(Vec::new());
        expected.properties.user_properties = Vec::new();
        assert_eq!(own.envelope(&defaults()), expected);
        let own = RecordFields {
            topic: Some("own".parse().unwrap()),
            retain: Some(false),
            properties: Some(RecordProperties {
                payload_utf8: Some(false),
                content_type: Some(String::new()),
                response_topic: Some("here".parse().unwrap()),
                ..RecordProperties::default()
            }),
            ..RecordFields::default()
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
