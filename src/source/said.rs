//! The fields of records, borrowed from their lines, and a cache of recent ones.

use super::own::{Address, RecordFields, RecordProperties};
use crate::message::QoS;
use crate::topic::TopicText;
use fnv::FnvHasher;
use jiff::Timestamp;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The fields of a record.
#[derive(Debug, Default)]
pub(super) struct Said<'a> {
    pub(super) topic: Option<TopicText<'a>>,
    pub(super) qos: Option<QoS>,
    pub(super) retain: Option<bool>,
    pub(super) properties: Option<RecordProperties>,
    /// When it was received, if that is to be known. It is not a part of the address.
    pub(super) time: Option<Timestamp>,
}

impl<'a> Said<'a> {
    /// Only a topic.
    pub(super) fn topic(topic: TopicText<'a>) -> Self {
        Self { topic: Some(topic), ..Self::default() }
    }

    /// Converts to an address that does not borrow from the line.
    pub(super) fn into_address(self) -> Address {
        if self.is_empty() { Address::Given } else { Address::Own(Arc::new(self.into_own())) }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self { topic: None, qos: None, retain: None, properties: None, time: _ })
    }

    fn into_own(self) -> RecordFields {
        let Self { topic, qos, retain, properties, time: _ } = self;
        RecordFields { topic: topic.map(TopicText::into_name), qos, retain, properties }
    }

    fn is(&self, own: &RecordFields) -> bool {
        let topic = self.topic.as_ref().map(TopicText::as_str);
        topic == own.topic.as_ref().map(|topic| topic.as_str())
            && self.qos == own.qos
            && self.retain == own.retain
            && self.properties == own.properties
    }

    fn hash(&self) -> u64 {
        let mut hasher = FnvHasher::default();
        if let Some(topic) = &self.topic {
            hasher.write(topic.as_str().as_bytes());
        }
        let qos = self.qos.map_or(3, QoS::number);
        hasher.write_u8(qos << 2 | self.retain.map_or(2, u8::from));
        if let Some(properties) = &self.properties {
            properties.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Approximate memory used, in bytes.
    fn size(&self) -> usize {
        let topic = self.topic.as_ref().map_or(0, |topic| topic.as_str().len());
        topic + self.properties.as_ref().map_or(0, RecordProperties::size)
    }
}

/// Number of cached entries.
const REMEMBERED: usize = 256;

/// Largest entry that is cached, in bytes.
const LARGEST: usize = 1 << 10;

/// A cache of the last different fields, which records with equal fields share.
#[derive(Default)]
pub(super) struct Sayings(Vec<Option<Arc<RecordFields>>>);

impl Sayings {
    /// The shared fields, from the cache if possible.
    pub(super) fn share(&mut self, said: Said<'_>) -> Address {
        if said.is_empty() || said.size() > LARGEST {
            return said.into_address();
        }
        if self.0.is_empty() {
            self.0.resize(REMEMBERED, None);
        }
        let place = (said.hash() % REMEMBERED as u64) as usize;
        let remembered = &mut self.0[place];
        match remembered {
            Some(own) if said.is(own) => Address::Own(Arc::clone(own)),
            _ => Address::Own(Arc::clone(remembered.insert(Arc::new(said.into_own())))),
        }
    }
}
