//! Topic aliases of one connection, in both directions ([MQTT 5, 3.3.2.3.4]).

use super::explanation::Explanation;
use super::fault::Fault;
use super::packet::Violation;
use super::reason::Reason;
use crate::topic::TopicName;
use std::collections::HashMap;

/// Total size of topics with automatic aliases, in bytes, however many aliases the broker allows.
const LIMIT: usize = 1 << 20;

/// Total size of topics with aliases defined by the broker, in bytes: 256 for each of the most aliases possible.
const INCOMING_LIMIT: usize = 16 << 20;

/// How published messages use topic aliases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aliasing {
    /// Not at all.
    #[default]
    None,
    /// This alias for every topic; not 0.
    Fixed(u16),
    /// As many as the broker allows.
    Auto,
}

/// Topic aliases for messages to the broker.
#[derive(Debug)]
pub struct OutgoingAliases {
    aliasing: Aliasing,
    /// Number of aliases that the broker allows.
    maximum: u16,
    defined: HashMap<TopicName, u16>,
    /// Total size of the topics in `defined`, in bytes.
    size: usize,
}

impl OutgoingAliases {
    /// No aliases defined yet; the broker allows `maximum`.
    pub fn new(aliasing: Aliasing, maximum: u16) -> Self {
        Self { aliasing, maximum, defined: HashMap::new(), size: 0 }
    }

    /// Checks that the broker allows the requested alias.
    ///
    /// # Errors
    /// The reason that the broker would give.
    pub fn check(&self) -> Result<(), Explanation> {
        match self.aliasing {
            Aliasing::Fixed(alias) if alias > self.maximum => {
                let maximum = self.maximum;
                let text = format!("topic alias {alias}, and the broker takes {maximum}");
                Err(Explanation::ours(Reason::TOPIC_ALIAS_INVALID, text))
            }
            _ => Ok(()),
        }
    }

    /// The alias of `topic`, and whether it is defined already; `None` if the topic has no alias.
    pub fn of(&self, topic: &TopicName) -> Option<(u16, bool)> {
        let defined = || self.defined.get(topic).map(|alias| (*alias, true));
        match self.aliasing {
            Aliasing::None => None,
            Aliasing::Fixed(alias) if alias > self.maximum => None,
            Aliasing::Fixed(alias) => defined().or(Some((alias, false))),
            Aliasing::Auto => defined().or_else(|| Some((self.next_automatic(topic)?, false))),
        }
    }

    /// The alias for a new `topic`, if one is left.
    fn next_automatic(&self, topic: &TopicName) -> Option<u16> {
        let alias = u16::try_from(self.defined.len() + 1).ok()?;
        let has_room = self.size + topic.as_str().len() <= LIMIT;
        (has_room && alias <= self.maximum).then_some(alias)
    }

    /// Notes that a message has defined `alias` as `topic`.
    pub fn define(&mut self, topic: &TopicName, alias: u16) {
        if self.aliasing != Aliasing::Auto {
            // It has one topic at a time.
            self.defined.clear();
            self.size = 0;
        }
        self.size += topic.as_str().len();
        self.defined.insert(topic.clone(), alias);
    }
}

/// Topic aliases that the broker has defined.
#[derive(Debug)]
pub struct IncomingAliases {
    /// Number of aliases that CONNECT allows.
    maximum: u16,
    /// Topics by alias, starting with alias 1.
    topics: Vec<Option<Box<str>>>,
    /// Total size of these topics in bytes.
    size: usize,
}

impl IncomingAliases {
    /// The broker may use `maximum` aliases, and has defined none.
    pub fn new(maximum: u16) -> Self {
        Self { maximum, topics: Vec::new(), size: 0 }
    }

    /// Defines `alias`, if a PUBLISH contains both an alias and a topic.
    ///
    /// # Errors
    /// When the alias is above the maximum in CONNECT ([MQTT-3.1.2-26], [MQTT-3.1.2-27]), or the topics are too large
    /// in total, which is our limit and not the standard's.
    pub fn learn(&mut self, topic: &str, alias: Option<u32>) -> Result<(), Fault> {
        let Some(alias) = alias else { return Ok(()) };
        let maximum = self.maximum;
        if alias == 0 || alias > u32::from(maximum) {
            let text = format!("PUBLISH with topic alias {alias}, and {maximum} is the maximum");
            return Err(Violation { reason: Reason::TOPIC_ALIAS_INVALID, text }.into());
        }
        if !topic.is_empty() {
            let at = alias as usize - 1;
            if self.topics.len() <= at {
                self.topics.resize(at + 1, None);
            }
            if let Some(known) = self.topics.get_mut(at) {
                let before = known.as_deref().map_or(0, str::len);
                self.size = self.size - before + topic.len();
                if self.size > INCOMING_LIMIT {
                    let megabytes = INCOMING_LIMIT >> 20;
                    let text = format!(
                        "the broker's topic aliases need more than the {megabytes} MiB there are for them: \
                         a lower --topic-alias-maximum allows fewer"
                    );
                    return Err(Fault::Excess { reason: Reason::QUOTA_EXCEEDED, text });
                }
                *known = Some(topic.into());
            }
        }
        Ok(())
    }

    /// The topic of a PUBLISH with `topic`, which may be empty, and an optional alias.
    ///
    /// # Errors
    /// When the alias has not been defined on this connection.
    pub fn resolve<'a>(&'a self, topic: &'a str, alias: Option<u32>) -> Result<&'a str, Violation> {
        match alias {
            Some(alias) if topic.is_empty() => {
                let known = self.topics.get((alias as usize).wrapping_sub(1));
                known.and_then(Option::as_deref).ok_or_else(|| {
                    let text = format!("PUBLISH with topic alias {alias}, which was never set");
                    Violation { reason: Reason::TOPIC_ALIAS_INVALID, text }
                })
            }
            _ => Ok(topic),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The alias used for each topic; `+` if it is being defined.
    fn used(aliases: &mut OutgoingAliases, topics: &str) -> Vec<String> {
        let mut one = |topic: &str| {
            let topic = topic.parse().unwrap();
            match aliases.of(&topic) {
                None => "-".to_owned(),
                Some((alias, true)) => alias.to_string(),
                Some((alias, false)) => {
                    aliases.define(&topic, alias);
                    format!("{alias}+")
                }
            }
        };
        topics.split(' ').map(&mut one).collect()
    }

    #[test]
    fn automatic_aliases_go_to_the_first_topics() {
        let mut aliases = OutgoingAliases::new(Aliasing::Auto, 0);
        assert_eq!(used(&mut aliases, "aaaa aaaa"), ["-", "-"], "the broker takes none");
        let mut aliases = OutgoingAliases::new(Aliasing::Auto, 2);
        let expected = ["1+", "2+", "-", "1", "2", "-"];
        assert_eq!(used(&mut aliases, "aaaa bbbb cccc aaaa bbbb cccc"), expected);
    }

    #[test]
    fn a_definition_that_was_not_written_is_left_for_another_topic() {
        let mut aliases = OutgoingAliases::new(Aliasing::Auto, 1);
        assert_eq!(aliases.of(&"aaaa".parse().unwrap()), Some((1, false)));
        assert_eq!(used(&mut aliases, "bbbb"), ["1+"]);
    }

    #[test]
    fn a_fixed_alias_stands_for_one_topic_at_a_time() {
        assert!(OutgoingAliases::new(Aliasing::Fixed(3), 2).check().is_err());
        let mut aliases = OutgoingAliases::new(Aliasing::Fixed(3), 3);
        assert!(aliases.check().is_ok());
        assert_eq!(used(&mut aliases, "a a b a a"), ["3+", "3", "3+", "3+", "3"]);
    }

    #[test]
    fn an_alias_of_the_broker_stands_for_the_last_topic_it_came_with() {
        let mut aliases = IncomingAliases::new(2);
        assert!(aliases.resolve("", Some(1)).is_err(), "it stands for nothing yet");
        aliases.learn("a", Some(1)).unwrap();
        aliases.learn("b", Some(1)).unwrap();
        assert_eq!(aliases.resolve("", Some(1)).unwrap(), "b");
        assert_eq!(aliases.resolve("c", None).unwrap(), "c");
        for beyond in [0, 3] {
            assert!(aliases.learn("d", Some(beyond)).is_err(), "{beyond}");
        }
    }

    #[test]
    fn aliases_of_the_broker_stand_for_so_many_bytes_of_topics_at_once() {
        let mut aliases = IncomingAliases::new(u16::MAX);
        let topic = "t".repeat(1 << 15);
        let most = (INCOMING_LIMIT >> 15) as u32;
        // Topics that were replaced do not count.
        for alias in (1..=most).chain(1..=most) {
            aliases.learn(&topic, Some(alias)).unwrap();
        }
        let fault = aliases.learn("t", Some(most + 1)).unwrap_err();
        assert!(matches!(fault, Fault::Excess { reason: Reason::QUOTA_EXCEEDED, .. }), "{fault}");
    }
}
