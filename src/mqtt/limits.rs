//! The limits that the broker sets in CONNACK ([MQTT 5, 3.2.2.3]).

use super::explanation::Explanation;
use super::reason::Reason;
use crate::message::{Envelope, QoS};
use crate::property::{Id, Properties};
use crate::topic::TopicFilter;

/// The broker's limits. Defaults apply when CONNACK is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// QoS 1 and 2 messages in flight.
    pub receive_maximum: u16,
    /// Topic aliases towards the broker.
    pub topic_alias_maximum: u16,
    /// Keep-alive in seconds, if the broker overrides ours.
    pub keep_alive: Option<u16>,
    /// Seconds that the session outlives the connection, if the broker overrides ours.
    pub session_expiry: Option<u32>,
    /// The highest QoS of a message or subscription.
    pub maximum_qos: QoS,
    /// Whether retained messages are kept.
    pub retain_available: bool,
    /// The largest packet in bytes, if there is a limit.
    pub maximum_packet_size: Option<u32>,
    /// Whether filters may have wildcards.
    pub wildcards: bool,
    /// Whether there are shared subscriptions.
    pub shared: bool,
    /// Whether subscriptions may have an identifier.
    pub subscription_ids: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            receive_maximum: u16::MAX,
            topic_alias_maximum: 0,
            keep_alive: None,
            session_expiry: None,
            maximum_qos: QoS::ExactlyOnce,
            retain_available: true,
            maximum_packet_size: None,
            wildcards: true,
            shared: true,
            subscription_ids: true,
        }
    }
}

impl Limits {
    /// Reads the limits from CONNACK's properties, which have been validated.
    pub fn new(properties: &Properties<'_>) -> Self {
        let small = |id| properties.number(id).and_then(|number| u16::try_from(number).ok());
        let qos = properties.number(Id::MaximumQos).and_then(|number| u8::try_from(number).ok());
        Self {
            receive_maximum: small(Id::ReceiveMaximum).unwrap_or(u16::MAX),
            topic_alias_maximum: small(Id::TopicAliasMaximum).unwrap_or(0),
            keep_alive: small(Id::ServerKeepAlive),
            session_expiry: properties.number(Id::SessionExpiry),
            maximum_qos: qos.and_then(QoS::from_number).unwrap_or(QoS::ExactlyOnce),
            retain_available: properties.number(Id::RetainAvailable) != Some(0),
            maximum_packet_size: properties.number(Id::MaximumPacketSize),
            wildcards: properties.number(Id::WildcardSubscriptionAvailable) != Some(0),
            shared: properties.number(Id::SharedSubscriptionAvailable) != Some(0),
            subscription_ids: properties.number(Id::SubscriptionIdAvailable) != Some(0),
        }
    }

    /// Whether the broker accepts a message with this QoS and retain flag.
    ///
    /// # Errors
    /// The reason that the broker would give, and the limit in words.
    pub fn check(&self, envelope: &Envelope) -> Result<(), Explanation> {
        if envelope.qos > self.maximum_qos {
            let text = format!("the broker takes at most QoS {}", self.maximum_qos);
            return refuse(Reason::QOS_NOT_SUPPORTED, text);
        }
        if envelope.retain && !self.retain_available {
            let text = "the broker keeps no retained messages".to_owned();
            return refuse(Reason::RETAIN_NOT_SUPPORTED, text);
        }
        Ok(())
    }

    /// Whether the broker accepts a subscription to `filter`, with or without a subscription identifier.
    ///
    /// # Errors
    /// The reason that the broker would give ([MQTT 5, 3.2.2.3.11 to 13]).
    pub fn check_filter(&self, filter: &TopicFilter, with_id: bool) -> Result<(), Explanation> {
        if with_id && !self.subscription_ids {
            let text = "the broker takes no subscription identifiers".to_owned();
            return refuse(Reason::SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED, text);
        }
        if filter.is_shared() && !self.shared {
            return refuse(
                Reason::SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                "the broker has no shared subscriptions".to_owned(),
            );
        }
        if filter.has_wildcard() && !self.wildcards {
            return refuse(
                Reason::WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED,
                "the broker takes no wildcards".to_owned(),
            );
        }
        Ok(())
    }

    /// Whether the broker accepts a packet of `size` bytes.
    ///
    /// # Errors
    /// A text with both sizes.
    pub fn check_size(&self, size: usize) -> Result<(), Explanation> {
        match self.maximum_packet_size {
            Some(limit) if size as u64 > u64::from(limit) => refuse(
                Reason::PACKET_TOO_LARGE,
                format!("the packet has {size} bytes, the broker's maximum packet size is {limit}"),
            ),
            _ => Ok(()),
        }
    }
}

fn refuse(reason: Reason, text: String) -> Result<(), Explanation> {
    Err(Explanation::ours(reason, text))
}
