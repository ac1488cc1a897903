//! The topic and properties of replies.
//!
//! A response topic asks us to publish to a topic that a stranger chose, so it is only followed within limits.

use crate::action::End;
use crate::message::{Envelope, Message, PublishProperties, QoS};
use crate::property::Id;
use crate::topic::TopicName;

/// User property with the exit status of a command that failed.
pub(crate) const EXIT_STATUS: &str = "exit-status";

/// How requests are answered.
#[derive(Debug)]
pub(crate) struct Replies {
    /// Reply topic for requests that name none.
    pub(crate) to: Option<TopicName>,
    /// Required prefix of response topics.
    pub(crate) prefix: Option<String>,
    /// QoS of replies; if `None`, that of the request.
    pub(crate) qos: Option<QoS>,
}

impl Replies {
    /// Topic and properties of the reply to this request.
    ///
    /// # Errors
    /// Why there is no reply.
    pub(super) fn envelope(&self, request: &Message<'_>) -> Result<Envelope, String> {
        let asked = request.properties.text(Id::ResponseTopic);
        let topic = match (asked, &self.to) {
            (Some(topic), _) => self.check(topic)?,
            (None, Some(topic)) => topic.clone(),
            (None, None) => return Err("it names no response topic".to_owned()),
        };
        let correlation_data = request.properties.binary(Id::CorrelationData).map(<[u8]>::to_vec);
        let properties = PublishProperties { correlation_data, ..PublishProperties::default() };
        let qos = self.qos.unwrap_or(request.qos);
        Ok(Envelope { properties, ..Envelope::new(topic, qos, false) })
    }

    fn check(&self, topic: &str) -> Result<TopicName, String> {
        if topic.starts_with('$') {
            return Err(format!("its response topic {topic} begins with $"));
        }
        if let Some(prefix) = self.prefix.as_deref().filter(|prefix| !topic.starts_with(*prefix)) {
            return Err(format!("its response topic {topic} does not begin with {prefix}"));
        }
        topic.parse().map_err(|error| format!("invalid response topic {topic}: {error}"))
    }
}

/// Adds the exit status of a command that failed.
pub(super) fn add_failure(envelope: &mut Envelope, end: &End) {
    let status = end.how.status().to_string();
    envelope.properties.user_properties.push((EXIT_STATUS.to_owned(), status));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property::{Carrier, Properties};

    fn topic_of(replies: &Replies, response_topic: Option<&str>) -> Result<String, String> {
        let mut block = vec![0];
        if let Some(topic) = response_topic {
            block.extend([8, 0, topic.len() as u8]);
            block.extend(topic.as_bytes());
            block[0] = block.len() as u8 - 1;
        }
        let message = Message {
            topic: "rpc",
            payload: b"",
            qos: QoS::AtLeastOnce,
            retain: false,
            dup: false,
            packet_id: 1,
            properties: Properties::take(&mut &block[..], Carrier::Publish).unwrap(),
        };
        replies.envelope(&message).map(|envelope| envelope.topic.to_string())
    }

    #[test]
    fn a_response_topic_is_followed_only_where_it_may_lead() {
        let mut replies = Replies { to: None, prefix: None, qos: None };
        assert_eq!(topic_of(&replies, Some("a/b")), Ok("a/b".to_owned()));
        for bad in [None, Some("$SYS/x"), Some("$share/g/a"), Some("a/#"), Some("+"), Some("")] {
            assert!(topic_of(&replies, bad).is_err(), "{bad:?}");
        }
        replies.to = Some("given".parse().unwrap());
        assert_eq!(topic_of(&replies, None), Ok("given".to_owned()));
        assert_eq!(topic_of(&replies, Some("a/b")), Ok("a/b".to_owned()));
        replies.prefix = Some("a/".to_owned());
        assert_eq!(topic_of(&replies, Some("a/b")), Ok("a/b".to_owned()));
        assert!(topic_of(&replies, Some("b/a/")).is_err());
        assert!(topic_of(&replies, Some("$SYS/a")).is_err());
        assert_eq!(topic_of(&replies, None), Ok("given".to_owned()));
    }
}
