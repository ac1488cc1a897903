//! Topic aliases towards the broker: which topic has one on this connection ([MQTT 5, 3.3.2.3.4]).
//!
//! Knows nothing of packets' bytes or of when a message is sent.

use super::fault::Explanation;
use super::options::Aliasing;
use super::reason::Reason;
use super::wire::encode::Form;
use crate::topic::TopicName;
use std::collections::HashMap;

/// Bytes of topics that automatic aliases are remembered for, whatever the broker takes.
const LIMIT: usize = 1 << 20;

/// See the module.
#[derive(Debug)]
pub struct Aliases {
    aliasing: Aliasing,
    /// How many the broker takes.
    maximum: u16,
    defined: HashMap<TopicName, u16>,
    /// Bytes of the topics in `defined`.
    size: usize,
}

impl Aliases {
    /// For a session that uses aliases like this.
    pub fn new(aliasing: Aliasing) -> Self {
        Self { aliasing, maximum: 0, defined: HashMap::new(), size: 0 }
    }

    /// On a new connection nothing is defined, and the broker takes `maximum` aliases.
    pub fn begin(&mut self, maximum: u16) {
        self.maximum = maximum;
        self.defined.clear();
        self.size = 0;
    }

    /// Whether the broker takes the alias that was asked for.
    ///
    /// # Errors
    /// The reason the broker would give.
    pub fn check(&self) -> Result<(), Explanation> {
        match self.aliasing {
            Aliasing::Fixed(alias) if alias > self.maximum => {
                let maximum = self.maximum;
                let text = format!("topic alias {alias}, and the broker takes {maximum}");
                Err(Explanation { reason: Reason(0x94), text: Some(text), reference: None })
            }
            _ => Ok(()),
        }
    }

    /// How the next message names `topic`; `fits` tells whether it may be written in a form.
    pub fn form(&self, topic: &TopicName, fits: impl Fn(Form) -> bool) -> Form {
        let form = match (self.aliasing, self.defined.get(topic)) {
            (Aliasing::None, _) => return Form::Name,
            (_, Some(alias)) => Form::Alias(*alias),
            // What a resumed session waits for is sent all the same.
            (Aliasing::Fixed(alias), None) if alias > self.maximum => Form::Name,
            (Aliasing::Fixed(alias), None) => Form::Define(alias),
            (Aliasing::Auto, None) => self.next_automatic(topic).map_or(Form::Name, Form::Define),
        };
        // An alias is for making messages smaller, and never the reason why one is too large.
        let too_large = form != Form::Name && !fits(form) && fits(Form::Name);
        if too_large { Form::Name } else { form }
    }

    /// The alias that `topic` gets, if there is one left.
    fn next_automatic(&self, topic: &TopicName) -> Option<u16> {
        let alias = u16::try_from(self.defined.len() + 1).ok()?;
        let has_room = self.size + topic.as_str().len() <= LIMIT;
        (has_room && alias <= self.maximum).then_some(alias)
    }

    /// A message to `topic` was written in this form.
    pub fn note(&mut self, topic: &TopicName, form: Form) {
        if let Form::Define(alias) = form {
            if self.aliasing != Aliasing::Auto {
                // It stands for one topic at a time.
                self.defined.clear();
                self.size = 0;
            }
            self.size += topic.as_str().len();
            self.defined.insert(topic.clone(), alias);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(aliases: &mut Aliases, topics: &str) -> Vec<Form> {
        let mut form = |topic: &str| {
            let topic = topic.parse().unwrap();
            let form = aliases.form(&topic, |_| true);
            aliases.note(&topic, form);
            form
        };
        topics.split(' ').map(&mut form).collect()
    }

    #[test]
    fn automatic_aliases_go_to_the_first_topics_and_last_as_long_as_the_connection() {
        use Form::{Alias, Define, Name};
        let mut aliases = Aliases::new(Aliasing::Auto);
        assert_eq!(forms(&mut aliases, "aaaa aaaa"), [Name, Name], "the broker takes none");
        aliases.begin(2);
        let expected = [Define(1), Define(2), Name, Alias(1), Alias(2), Name];
        assert_eq!(forms(&mut aliases, "aaaa bbbb cccc aaaa bbbb cccc"), expected);
        aliases.begin(1);
        assert_eq!(forms(&mut aliases, "bbbb aaaa bbbb"), [Define(1), Name, Alias(1)]);
    }

    #[test]
    fn a_definition_that_does_not_fit_is_left_for_another_topic() {
        let mut aliases = Aliases::new(Aliasing::Auto);
        aliases.begin(1);
        assert_eq!(aliases.form(&"aaaa".parse().unwrap(), |form| form == Form::Name), Form::Name);
        assert_eq!(forms(&mut aliases, "bbbb"), [Form::Define(1)]);
    }

    #[test]
    fn a_fixed_alias_stands_for_one_topic_at_a_time() {
        use Form::{Alias, Define};
        let mut aliases = Aliases::new(Aliasing::Fixed(3));
        aliases.begin(2);
        assert!(aliases.check().is_err());
        aliases.begin(3);
        assert!(aliases.check().is_ok());
        let expected = [Define(3), Alias(3), Define(3), Define(3), Alias(3)];
        assert_eq!(forms(&mut aliases, "a a b a a"), expected);
    }
}
