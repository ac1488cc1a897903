//! Finds the topics and properties of each record: its own, or those of the flags where it has none.

use crate::message::Envelope;
use crate::source::{Address, RecordFields};
use crate::topic::{TopicError, TopicName};
use std::rc::Rc;
use std::sync::Arc;

/// A message's envelopes, one per topic.
pub(crate) type Envelopes = Rc<[Rc<Envelope>]>;

/// Number of cached envelopes.
const REMEMBERED: usize = 256;

/// Makes envelopes. Consecutive records with equal fields share theirs.
pub(crate) struct Addressing {
    /// In front of each topic.
    prefix: Option<TopicName>,
    /// For records without a topic.
    given: Envelopes,
    /// For records with a topic: the values of fields that they leave out.
    defaults: Envelope,
    /// A direct-mapped cache, indexed by the address of the key.
    made: Vec<Option<(Arc<RecordFields>, Envelopes)>>,
}

impl Addressing {
    pub(crate) fn new(given: Envelopes, defaults: Envelope) -> Self {
        Self { prefix: None, given, defaults, made: Vec::new() }
    }

    /// The same, with `prefix` in front of each topic.
    ///
    /// # Errors
    /// If a topic of the flags becomes too long.
    pub(crate) fn below(self, prefix: Option<TopicName>) -> Result<Self, TopicError> {
        let Some(prefix) = prefix else { return Ok(self) };
        let given = self.given.iter().map(|given| {
            let topic = prefixed(&prefix, &given.topic)?;
            Ok(Rc::new(Envelope { topic, ..(**given).clone() }))
        });
        Ok(Self { given: given.collect::<Result<_, _>>()?, prefix: Some(prefix), ..self })
    }

    /// The number of topics given by flags.
    pub(crate) fn given(&self) -> usize {
        self.given.len()
    }

    /// The envelopes of a message; empty if there is no topic for it, or its own is too long after the prefix.
    pub(crate) fn envelopes(&mut self, address: &Address) -> Envelopes {
        let own = match address {
            Address::Given => return Rc::clone(&self.given),
            Address::Own(own) => own,
        };
        // The source has not cached this value, so it will not appear again.
        if Arc::strong_count(own) == 1 {
            return self.make(own);
        }
        if self.made.is_empty() {
            self.made.resize(REMEMBERED, None);
        }
        let place = Arc::as_ptr(own).addr() / size_of::<RecordFields>() % REMEMBERED;
        if let Some((key, envelopes)) = &self.made[place]
            && Arc::ptr_eq(key, own)
        {
            return Rc::clone(envelopes);
        }
        let envelopes = self.make(own);
        self.made[place] = Some((Arc::clone(own), Rc::clone(&envelopes)));
        envelopes
    }

    fn make(&self, own: &RecordFields) -> Envelopes {
        match &own.topic {
            Some(topic) => {
                let mut envelope = own.envelope(&self.defaults);
                if let Some(prefix) = &self.prefix {
                    let Ok(topic) = prefixed(prefix, topic) else { return Rc::new([]) };
                    envelope.topic = topic;
                }
                Rc::new([Rc::new(envelope)])
            }
            None => self.given.iter().map(|given| Rc::new(own.envelope(given))).collect(),
        }
    }

    /// How many messages a record is sent as.
    pub(crate) fn count(&self, address: &Address) -> u64 {
        match address {
            Address::Own(own) if own.topic.is_some() => 1,
            Address::Given | Address::Own(_) => self.given.len() as u64,
        }
    }
}

fn prefixed(prefix: &TopicName, topic: &TopicName) -> Result<TopicName, TopicError> {
    format!("{prefix}{topic}").parse()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::QoS;

    fn own(topic: &str) -> Arc<RecordFields> {
        Arc::new(RecordFields { topic: topic.parse().ok(), ..RecordFields::default() })
    }

    #[test]
    fn records_that_say_the_same_share_an_envelope_in_whatever_order_they_come() {
        let defaults = Envelope::new("-".parse().unwrap(), QoS::AtLeastOnce, false);
        let mut addressing = Addressing::new(Rc::new([]), defaults);
        let known = [own("a"), own("b")];
        let [a, b] = known.clone().map(Address::Own);
        let first = [&a, &b].map(|address| addressing.envelopes(address));
        assert_eq!(first[0][0].topic.as_str(), "a");
        assert_eq!(first[1][0].qos, QoS::AtLeastOnce);
        for _ in 0..3 {
            assert!(Rc::ptr_eq(&addressing.envelopes(&a), &first[0]));
            assert!(Rc::ptr_eq(&addressing.envelopes(&b), &first[1]));
        }
        let alone = Address::Own(own("c"));
        assert_eq!(addressing.envelopes(&alone)[0].topic.as_str(), "c");
        assert!(!Rc::ptr_eq(&addressing.envelopes(&alone), &addressing.envelopes(&alone)));
    }
}
