//! Encodes PUBLISH.
//!
//! Messages often share a few envelopes, in turn. Everything that depends only on the envelope is prepared once and
//! cached, so that writing a message is a lookup among the last few envelopes and a copy of its bytes.

use super::encode::packet_size;
use crate::message::{Envelope, MAX_REMAINING_LENGTH, QoS};
use crate::mqtt::aliases::{Aliasing, OutgoingAliases};
use crate::mqtt::explanation::Explanation;
use crate::mqtt::limits::Limits;
use crate::mqtt::reason::Reason;
use crate::mqtt::version::Version;
use crate::property::{Block, Id, put_binary, put_varint};
use bytes::{BufMut, BytesMut};
use std::rc::Rc;

/// Number of prepared envelopes.
const KEPT: usize = 8;

/// How a PUBLISH contains its topic ([MQTT 5, 3.3.2.3.4]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TopicForm {
    /// By name.
    Name,
    /// By name, and defines this alias for it.
    Define(u16),
    /// By alias.
    Alias(u16),
}

impl TopicForm {
    fn has_name(self) -> bool {
        !matches!(self, Self::Alias(_))
    }

    fn alias(self) -> Option<u16> {
        match self {
            Self::Name => None,
            Self::Define(alias) | Self::Alias(alias) => Some(alias),
        }
    }
}

/// Data shared by all PUBLISH packets of an envelope.
struct Prepared {
    envelope: Rc<Envelope>,
    /// Packet type, QoS and retain flag.
    first: u8,
    /// Size of the packet id in bytes: none at QoS 0.
    id_size: usize,
    /// Fixed header and topic of the last message; the next one often has the same length.
    head: Vec<u8>,
    /// The remaining length in `head`.
    head_remaining: usize,
    /// The properties with their length; empty before MQTT 5, which has none.
    properties: Vec<u8>,
    /// Size of that length in bytes.
    length_size: usize,
    /// Why the broker does not accept such a message, whatever its size.
    refusal: Option<Explanation>,
}

impl Prepared {
    /// Prepares messages of `envelope`, reusing memory.
    fn reset(&mut self, envelope: &Rc<Envelope>, version: Version, refusal: Option<Explanation>) {
        self.envelope = Rc::clone(envelope);
        self.first = 0x30 | envelope.qos.number() << 1 | u8::from(envelope.retain);
        self.id_size = if envelope.qos == QoS::AtMostOnce { 0 } else { 2 };
        self.head_remaining = usize::MAX;
        self.properties.clear();
        self.length_size = 0;
        if version == Version::V5 {
            let mut block = Block::default();
            envelope.properties.put(&mut block);
            let bare = block.into_bytes();
            put_varint(&mut self.properties, bare.len());
            self.length_size = self.properties.len();
            self.properties.extend_from_slice(&bare);
        }
        self.refusal = refusal;
    }

    /// Fixed header and topic of a message with this remaining length.
    fn head(&mut self, remaining: usize) -> &[u8] {
        if self.head_remaining != remaining {
            self.head_remaining = remaining;
            self.head.clear();
            self.head.push(self.first);
            put_varint(&mut self.head, remaining);
            put_binary(&mut self.head, self.envelope.topic.as_str().as_bytes());
        }
        &self.head
    }

    /// The properties without their length, which differs with an alias.
    fn bare_properties(&self) -> &[u8] {
        self.properties.get(self.length_size..).unwrap_or_default()
    }

    /// Number of bytes after the fixed header.
    fn remaining(&self, form: TopicForm, payload: usize) -> usize {
        let topic = 2 + if form.has_name() { self.envelope.topic.as_str().len() } else { 0 };
        let properties = match form.alias() {
            None => self.properties.len(),
            // A property length is a variable byte integer, like the remaining length.
            Some(_) => packet_size(ALIAS_SIZE + self.bare_properties().len()) - 1,
        };
        topic + self.id_size + properties + payload
    }
}

/// The flag of a message that may have been sent before ([MQTT 5, 3.3.1.1]).
const DUP: u8 = 0x08;

/// Size of the property Topic Alias in bytes.
const ALIAS_SIZE: usize = 3;

/// Encodes every PUBLISH of one connection, within the broker's limits and with topic aliases.
pub struct PublishWriter {
    version: Version,
    limits: Limits,
    aliases: OutgoingAliases,
    kept: Vec<Prepared>,
    /// The one used last.
    last: usize,
    /// The next one to be replaced.
    oldest: usize,
}

impl PublishWriter {
    /// For a connection with these limits.
    pub fn new(version: Version, limits: Limits, aliasing: Aliasing) -> Self {
        let aliases = OutgoingAliases::new(aliasing, limits.topic_alias_maximum);
        Self { version, limits, aliases, kept: Vec::new(), last: 0, oldest: 0 }
    }

    /// Appends a PUBLISH to `out`. `packet_id` is not written at QoS 0. With `dup`, a message that was sent before is
    /// written without the requested alias if this broker does not allow it.
    ///
    /// # Errors
    /// Why the broker does not accept this message: the reason that it would give, and the limit in words. Then nothing
    /// is written.
    pub fn write(
        &mut self,
        out: &mut BytesMut,
        envelope: &Rc<Envelope>,
        payload: &[u8],
        packet_id: u16,
        dup: bool,
    ) -> Result<(), Explanation> {
        let at = self.prepare(envelope);
        let limits = &self.limits;
        let Some(prepared) = self.kept.get_mut(at) else { return Ok(()) };
        if let Some(refusal) = &prepared.refusal {
            return Err(refusal.clone());
        }
        if !dup {
            self.aliases.check()?;
        }
        let mut form = match self.aliases.of(&envelope.topic) {
            None => TopicForm::Name,
            Some((alias, true)) => TopicForm::Alias(alias),
            Some((alias, false)) => TopicForm::Define(alias),
        };
        let mut remaining = prepared.remaining(form, payload.len());
        // An alias makes messages smaller, and must never be the reason why one is too large.
        if form != TopicForm::Name && check_size(limits, remaining).is_err() {
            let plain = prepared.remaining(TopicForm::Name, payload.len());
            if check_size(limits, plain).is_ok() {
                (form, remaining) = (TopicForm::Name, plain);
            }
        }
        check_size(limits, remaining)?;
        out.reserve(packet_size(remaining));
        let start = out.len();
        if form.has_name() {
            out.put_slice(prepared.head(remaining));
        } else {
            out.put_u8(prepared.first);
            put_varint(out, remaining);
            out.put_slice(&[0, 0]);
        }
        if dup && let Some(first) = out.get_mut(start) {
            *first |= DUP;
        }
        if prepared.id_size > 0 {
            out.put_u16(packet_id);
        }
        match form.alias() {
            None => out.put_slice(&prepared.properties),
            Some(alias) => {
                put_varint(out, ALIAS_SIZE + prepared.bare_properties().len());
                out.put_u8(Id::TopicAlias as u8);
                out.put_u16(alias);
                out.put_slice(prepared.bare_properties());
            }
        }
        out.put_slice(payload);
        if let TopicForm::Define(alias) = form {
            self.aliases.define(&envelope.topic, alias);
        }
        Ok(())
    }

    /// The index of the prepared data for `envelope`.
    fn prepare(&mut self, envelope: &Rc<Envelope>) -> usize {
        let is_it = |kept: &Prepared| Rc::ptr_eq(&kept.envelope, envelope);
        if self.kept.get(self.last).is_some_and(is_it) {
            return self.last;
        }
        self.last = self.kept.iter().position(is_it).unwrap_or_else(|| self.keep(envelope));
        self.last
    }

    #[cold]
    fn keep(&mut self, envelope: &Rc<Envelope>) -> usize {
        let at = self.oldest;
        self.oldest = (at + 1) % KEPT;
        let refusal = self.check(envelope).err();
        if at == self.kept.len() {
            self.kept.push(Prepared {
                envelope: Rc::clone(envelope),
                first: 0,
                id_size: 0,
                head: Vec::new(),
                head_remaining: 0,
                properties: Vec::new(),
                length_size: 0,
                refusal: None,
            });
        }
        self.kept[at].reset(envelope, self.version, refusal);
        at
    }

    /// Properties are not silently dropped if the broker speaks an older version.
    fn check(&self, envelope: &Envelope) -> Result<(), Explanation> {
        if self.version != Version::V5 && !envelope.properties.is_empty() {
            let text = format!("{} has no properties", self.version);
            return Err(Explanation::ours(Reason::IMPLEMENTATION_SPECIFIC_ERROR, text));
        }
        self.limits.check(envelope)
    }
}

fn check_size(limits: &Limits, remaining: usize) -> Result<(), Explanation> {
    if remaining > MAX_REMAINING_LENGTH {
        let text = format!("the packet has {remaining} bytes, MQTT allows {MAX_REMAINING_LENGTH}");
        return Err(Explanation::ours(Reason::PACKET_TOO_LARGE, text));
    }
    limits.check_size(packet_size(remaining))
}
