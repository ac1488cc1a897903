//! What is asked of the broker about subscriptions: filters with their options ([MQTT 5, 3.8.3]).
//!
//! Knows nothing of packets or of when they are sent.

use crate::message::QoS;
use crate::topic::TopicFilter;

/// Whether the broker sends what it has retained when a subscription is made ([MQTT 5, 3.8.3.1]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RetainHandling {
    /// Whenever the subscription is made, again or not.
    #[default]
    Always = 0,
    /// Only if the subscription did not exist.
    New = 1,
    /// Never.
    Never = 2,
}

/// One filter of a SUBSCRIBE. Before MQTT 5 only filter and QoS can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// What to match.
    pub filter: TopicFilter,
    /// At most this QoS.
    pub qos: QoS,
    /// Leave out what this client publishes itself.
    pub no_local: bool,
    /// Keep the retain flag as the publisher set it.
    pub retain_as_published: bool,
    /// What to do about retained messages.
    pub retain_handling: RetainHandling,
}

impl Subscription {
    /// A subscription without further options.
    pub fn new(filter: TopicFilter, qos: QoS) -> Self {
        Self {
            filter,
            qos,
            no_local: false,
            retain_as_published: false,
            retain_handling: RetainHandling::Always,
        }
    }
}

/// Everything a session asks for about subscriptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// What to subscribe to: with the first connection, and again whenever the session was lost.
    pub subscriptions: Vec<Subscription>,
    /// The number the broker puts on messages for them ([MQTT 5, 3.8.2.1.2]).
    pub subscription_id: Option<u32>,
    /// What to unsubscribe from, once, after that.
    pub unsubscriptions: Vec<TopicFilter>,
    /// MQTT 5 user properties of SUBSCRIBE.
    pub subscribe_properties: Vec<(String, String)>,
    /// MQTT 5 user properties of UNSUBSCRIBE.
    pub unsubscribe_properties: Vec<(String, String)>,
    /// Subscribe again after a reconnect even if the session was resumed: what only a new
    /// subscription brings is wanted.
    pub every_time: bool,
    /// Nothing at QoS 1 or 2 is published before all subscriptions are granted, on a new session too.
    pub before_publishing: bool,
}

impl Interest {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.subscriptions.is_empty() && self.unsubscriptions.is_empty()
    }
}
