//! The keys of a JSON object: each at most once, and some exclude each other.

use super::expect::refuse;
use crate::source::record::quoted;
use serde_core::de::{DeserializeSeed, Deserializer, Error, Visitor};
use std::fmt;

/// The keys that an object may have.
pub(super) struct Known {
    /// At most 32.
    pub(super) names: &'static [&'static str],
    /// How many at the start of `names` are alternatives, of which one may be given.
    pub(super) alternatives: usize,
    /// Where they are, for errors: empty, or ` in` the object.
    pub(super) place: &'static str,
}

/// The keys of a record; `time` and `dup` are ignored.
pub(super) const RECORD: Known = Known {
    names: &[
        "payload",
        "payload_base64",
        "payload_json",
        "topic",
        "qos",
        "retain",
        "properties",
        "time",
        "dup",
    ],
    alternatives: 3,
    place: "",
};

/// The keys of its properties; `subscription_ids` is ignored.
pub(super) const PROPERTIES: Known = Known {
    names: &[
        "correlation_data",
        "correlation_data_base64",
        "payload_format",
        "message_expiry",
        "content_type",
        "response_topic",
        "user_properties",
        "subscription_ids",
    ],
    alternatives: 2,
    place: " in \"properties\"",
};

/// Checks one key after the other.
pub(super) struct Keys {
    known: &'static Known,
    /// A bit for each key found.
    seen: u32,
}

impl Keys {
    /// No keys found yet.
    pub(super) fn new(known: &'static Known) -> Self {
        Self { known, seen: 0 }
    }

    fn check(&mut self, key: &str) -> Result<&'static str, String> {
        let Known { names, alternatives, place } = self.known;
        let Some(index) = names.iter().position(|name| *name == key) else {
            return Err(format!("unknown key {}{place}", quoted(key)));
        };
        let bit = 1 << index;
        if self.seen & bit != 0 {
            return Err(format!("key {key:?}{place} appears twice"));
        }
        let alike = (1 << alternatives) - 1;
        if bit & alike != 0 && self.seen & alike != 0 {
            let list = names[..*alternatives].join("\", \"");
            return Err(format!("more than one of \"{list}\"{place}"));
        }
        self.seen |= bit;
        Ok(names[index])
    }
}

impl<'de> DeserializeSeed<'de> for &mut Keys {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for &mut Keys {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        self.check(key).map_err(refuse)
    }
}
