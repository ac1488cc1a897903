//! A broker's memory of one client: its subscriptions, and messages in flight in both directions.

use super::super::wire::{Filter, Message, matches, shared_filter};
use super::receiver::Receiver;
use super::sender::{Outbound, Sender};
use std::time::Duration;

/// One client's session, which may outlive its connection.
#[derive(Debug)]
pub struct Session {
    /// The number of the session at this broker.
    pub generation: u64,
    subscriptions: Vec<Subscription>,
    pub receiver: Receiver,
    pub sender: Sender,
    /// Its connection, if any.
    pub connection: Option<usize>,
    /// The Session Expiry Interval in seconds.
    pub expiry: u32,
    /// When it ends, if it has no connection.
    pub ends: Option<Duration>,
}

#[derive(Debug)]
struct Subscription {
    filter: Filter,
    identifier: Option<u32>,
}

/// Whether a subscription existed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscribed {
    New,
    Replaced,
}

impl Session {
    /// An empty session.
    pub fn new(generation: u64) -> Self {
        Self {
            generation,
            subscriptions: Vec::new(),
            receiver: Receiver::default(),
            sender: Sender::default(),
            connection: None,
            expiry: 0,
            ends: None,
        }
    }

    /// Adds or changes a subscription.
    pub fn subscribe(&mut self, filter: &Filter, identifier: Option<u32>) -> Subscribed {
        let replaced = self.unsubscribe(&filter.filter);
        self.subscriptions.push(Subscription { filter: filter.clone(), identifier });
        if replaced { Subscribed::Replaced } else { Subscribed::New }
    }

    /// Removes a subscription; false if there is none.
    pub fn unsubscribe(&mut self, filter: &str) -> bool {
        let before = self.subscriptions.len();
        self.subscriptions.retain(|subscription| subscription.filter.filter != filter);
        self.subscriptions.len() < before
    }

    /// The one copy of a new message for this session, however many of its subscriptions match; `own` if the client
    /// published it itself.
    pub fn copy_of(&self, message: &Message, own: bool) -> Option<Outbound> {
        let matching = || {
            self.subscriptions.iter().filter(|Subscription { filter, .. }| {
                matches(&filter.filter, &message.topic) && !(own && filter.no_local)
            })
        };
        let qos = matching().map(|subscription| subscription.filter.qos).max()?;
        let as_published = matching().any(|subscription| subscription.filter.retain_as_published);
        let mut message = message.clone();
        message.qos = message.qos.min(qos);
        message.retain &= as_published;
        let identifiers = matching().filter_map(|subscription| subscription.identifier).collect();
        Some(Outbound { message, identifiers })
    }

    /// When the session ends if its connection ends now; `None` is never.
    pub fn end_after(&self, now: Duration) -> Option<Duration> {
        let forever = self.expiry == u32::MAX;
        (!forever).then(|| now + Duration::from_secs(u64::from(self.expiry)))
    }
}

/// Whether a subscription gets the existing retained messages.
pub fn wants_retained(filter: &Filter, subscribed: Subscribed) -> bool {
    // A shared subscription gets none (4.8.2).
    shared_filter(&filter.filter).is_none()
        && match filter.retain_handling {
            0 => true,
            1 => subscribed == Subscribed::New,
            _ => false,
        }
}
