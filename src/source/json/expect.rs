//! Reads JSON values of certain types and refuses others with our own messages: the parser's would repeat the value,
//! however long.

use serde_core::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Reads values of some types; other types are refused.
pub(super) trait Expect<'de>: Sized {
    /// The result.
    type Out;

    /// The error for a value of another type.
    fn refusal(&self) -> String;

    fn text(self, _: Cow<'de, str>) -> Result<Self::Out, String> {
        Err(self.refusal())
    }

    fn number(self, _: u64) -> Result<Self::Out, String> {
        Err(self.refusal())
    }

    fn bool(self, _: bool) -> Result<Self::Out, String> {
        Err(self.refusal())
    }

    fn list<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Out, A::Error> {
        Err(refuse(self.refusal()))
    }

    fn object<A: MapAccess<'de>>(self, _: A) -> Result<Self::Out, A::Error> {
        Err(refuse(self.refusal()))
    }
}

/// Reads an expected value.
pub(super) struct Expected<E>(pub(super) E);

impl<'de, E: Expect<'de>> DeserializeSeed<'de> for Expected<E> {
    type Value = E::Out;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<E::Out, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de, T: Expect<'de>> Visitor<'de> for Expected<T> {
    type Value = T::Out;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.refusal())
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<T::Out, E> {
        self.0.text(Cow::Borrowed(text)).map_err(refuse)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T::Out, E> {
        self.0.text(Cow::Owned(text.to_owned())).map_err(refuse)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T::Out, E> {
        self.0.number(number).map_err(refuse)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<T::Out, E> {
        Err(refuse(self.0.refusal()))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<T::Out, E> {
        Err(refuse(self.0.refusal()))
    }

    fn visit_bool<E: Error>(self, bool: bool) -> Result<T::Out, E> {
        self.0.bool(bool).map_err(refuse)
    }

    fn visit_unit<E: Error>(self) -> Result<T::Out, E> {
        Err(refuse(self.0.refusal()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T::Out, A::Error> {
        self.0.list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T::Out, A::Error> {
        self.0.object(object)
    }
}

/// An error with our own message.
pub(super) fn refuse<E: Error>(words: impl std::fmt::Display) -> E {
    E::custom(words)
}
