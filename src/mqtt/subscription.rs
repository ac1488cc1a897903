//! Subscriptions: filters with their options ([MQTT 5, 3.8.3]).

use crate::message::QoS;
use crate::topic::TopicFilter;

/// When the broker sends retained messages ([MQTT 5, 3.8.3.1]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RetainHandling {
    /// At every SUBSCRIBE.
    #[default]
    Always = 0,
    /// Only if the subscription is new.
    New = 1,
    /// Never.
    Never = 2,
}

/// One filter of a SUBSCRIBE. Before MQTT 5 only filter and QoS are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The topic filter.
    pub filter: TopicFilter,
    /// The maximum QoS.
    pub qos: QoS,
    /// Whether to omit messages that this client publishes itself.
    pub no_local: bool,
    /// Whether to keep the retain flag as the publisher set it.
    pub retain_as_published: bool,
    /// When to send retained messages.
    pub retain_handling: RetainHandling,
}

impl Subscription {
    /// A subscription with default options.
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

/// All subscriptions and unsubscriptions of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Made on the first connection, and again whenever the session was lost.
    pub subscriptions: Vec<Subscription>,
    /// The identifier that the broker adds to their messages ([MQTT 5, 3.8.2.1.2]).
    pub subscription_id: Option<u32>,
    /// Filters to unsubscribe from after the subscriptions, once per run.
    pub unsubscriptions: Vec<TopicFilter>,
    /// MQTT 5 user properties of SUBSCRIBE.
    pub subscribe_properties: Vec<(String, String)>,
    /// MQTT 5 user properties of UNSUBSCRIBE.
    pub unsubscribe_properties: Vec<(String, String)>,
    /// Whether to subscribe on every connection, even if the session was resumed, because only a new subscription
    /// brings what is wanted.
    pub every_time: bool,
    /// Whether nothing at QoS 1 or 2 is published until all subscriptions are granted, in a new session too.
    pub before_publishing: bool,
}

impl Interest {
    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.subscriptions.is_empty() && self.unsubscriptions.is_empty()
    }
}
