//! The receiving side: which ids are being received at QoS 1 and 2, which acknowledgements wait until
//! their message was written out, and what topic aliases stand for.
//!
//! A QoS 2 message is handed on once however often the broker sends it ([MQTT 5, 4.3.3]); no
//! message is acknowledged before it is safe, and acknowledgements keep the order of arrival
//! ([MQTT-4.6.0-2]). Knows nothing of packets' bytes or of where messages go.

use super::reason::Reason;
use super::wire::Violation;
use crate::message::QoS;
use std::collections::VecDeque;

/// See the module.
pub struct Inbound {
    /// How many QoS 1 and 2 messages may be unacknowledged, when we said so.
    receive_maximum: Option<u16>,
    /// The broker has more in flight than that.
    overran: bool,
    /// How many aliases may be used.
    alias_maximum: u16,
    /// What the aliases of this connection stand for, from 1 on.
    aliases: Vec<Option<Box<str>>>,
    /// QoS 1 messages in `waiting`.
    unacknowledged: usize,
    /// Ids in `receiving`.
    unreleased: usize,
    /// Ids of QoS 2 messages handed on and not yet released by PUBREL, a bit each.
    receiving: Vec<u64>,
    /// What waits: the number of messages that must be safe first, the id, its QoS.
    waiting: VecDeque<(u64, u16, QoS)>,
    /// Messages handed on.
    handed: u64,
    /// Messages that are safe.
    safe: u64,
}

impl Inbound {
    /// With the limits that CONNECT tells the broker.
    pub fn new(receive_maximum: Option<u16>, alias_maximum: u16) -> Self {
        Self {
            receive_maximum,
            overran: false,
            alias_maximum,
            aliases: Vec::new(),
            unacknowledged: 0,
            unreleased: 0,
            receiving: Vec::new(),
            waiting: VecDeque::new(),
            handed: 0,
            safe: 0,
        }
    }

    /// Notes what `alias` stands for, when a PUBLISH brings both it and a topic
    /// ([MQTT 5, 3.3.2.3.4]).
    ///
    /// # Errors
    /// When the alias is beyond what CONNECT allowed ([MQTT-3.1.2-26], [MQTT-3.1.2-27]).
    pub fn learn(&mut self, topic: &str, alias: Option<u32>) -> Result<(), Violation> {
        let Some(alias) = alias else { return Ok(()) };
        let maximum = self.alias_maximum;
        if alias == 0 || alias > u32::from(maximum) {
            let text = format!("PUBLISH with topic alias {alias}, and {maximum} is the maximum");
            return Err(Violation { reason: Reason(0x94), text });
        }
        if !topic.is_empty() {
            let at = alias as usize - 1;
            if self.aliases.len() <= at {
                self.aliases.resize(at + 1, None);
            }
            self.aliases[at] = Some(topic.into());
        }
        Ok(())
    }

    /// The topic of a PUBLISH that brings `topic`, perhaps empty, and perhaps an alias.
    ///
    /// # Errors
    /// When the alias stands for nothing on this connection.
    pub fn resolve<'a>(&'a self, topic: &'a str, alias: Option<u32>) -> Result<&'a str, Violation> {
        match alias {
            Some(alias) if topic.is_empty() => {
                let known = self.aliases.get((alias as usize).wrapping_sub(1));
                known.and_then(Option::as_deref).ok_or_else(|| {
                    let text =
                        format!("PUBLISH with topic alias {alias}, which stands for nothing");
                    Violation { reason: Reason(0x94), text }
                })
            }
            _ => Ok(topic),
        }
    }

    /// The receive maximum, when one more message at `qos` is beyond it, once a connection
    /// ([MQTT 5, 3.1.2.11.3]). mosquitto before 2.0.13 sends a backlog all at once; nothing but that number is
    /// wrong with it, so the messages are taken.
    pub fn overrun(&mut self, qos: QoS) -> Option<u16> {
        let maximum = self.receive_maximum?;
        let in_flight = self.unacknowledged + self.unreleased;
        if self.overran || qos == QoS::AtMostOnce || in_flight < maximum.into() {
            return None;
        }
        self.overran = true;
        Some(maximum)
    }

    /// Whether a QoS 2 PUBLISH under `id` is new; a repeated one is only acknowledged again.
    pub fn is_new(&self, id: u16) -> bool {
        let (word, bit) = place(id);
        self.receiving.get(word).is_none_or(|bits| bits & bit == 0)
    }

    /// A message was handed on to be written; its acknowledgement waits for [`Inbound::written`].
    pub fn hand_on(&mut self, id: u16, qos: QoS) {
        self.handed += 1;
        self.acknowledge_in_turn(id, qos);
    }

    /// A message needs no writing: its acknowledgement waits only for those before it.
    pub fn acknowledge_in_turn(&mut self, id: u16, qos: QoS) {
        match qos {
            QoS::AtMostOnce => return,
            QoS::AtLeastOnce => self.unacknowledged += 1,
            QoS::ExactlyOnce => self.mark(id),
        }
        self.waiting.push_back((self.handed, id, qos));
    }

    /// `count` more messages are safe.
    pub fn written(&mut self, count: u64) {
        self.safe += count;
    }

    /// The next acknowledgement that may be sent.
    pub fn next_due(&mut self) -> Option<(u16, QoS)> {
        let &(after, id, qos) = self.waiting.front()?;
        if after > self.safe {
            return None;
        }
        self.waiting.pop_front();
        if qos == QoS::AtLeastOnce {
            self.unacknowledged -= 1;
        }
        Some((id, qos))
    }

    /// PUBREL: the broker will not send this message again. False when the id is unknown.
    pub fn release(&mut self, id: u16) -> bool {
        let (word, bit) = place(id);
        match self.receiving.get_mut(word) {
            Some(bits) if *bits & bit != 0 => {
                *bits &= !bit;
                self.unreleased -= 1;
                true
            }
            _ => false,
        }
    }

    /// The connection is gone: what was not acknowledged will be sent again, on this session.
    pub fn connection_lost(&mut self) {
        self.waiting.clear();
        self.unacknowledged = 0;
        self.overran = false;
        self.aliases.clear();
    }

    /// The session is gone: ids mean nothing any more.
    pub fn session_lost(&mut self) {
        self.waiting.clear();
        self.unacknowledged = 0;
        self.receiving.clear();
        self.unreleased = 0;
    }

    fn mark(&mut self, id: u16) {
        let (word, bit) = place(id);
        if self.receiving.len() <= word {
            self.receiving.resize(word + 1, 0);
        }
        if self.receiving[word] & bit == 0 {
            self.receiving[word] |= bit;
            self.unreleased += 1;
        }
    }
}

fn place(id: u16) -> (usize, u64) {
    (usize::from(id >> 6), 1 << (id & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_wait_for_their_message_and_keep_their_order() {
        let mut inbound = Inbound::new(None, 0);
        inbound.hand_on(1, QoS::AtLeastOnce);
        inbound.hand_on(0, QoS::AtMostOnce);
        inbound.hand_on(2, QoS::ExactlyOnce);
        inbound.acknowledge_in_turn(3, QoS::AtLeastOnce);
        assert_eq!(inbound.next_due(), None);
        inbound.written(1);
        assert_eq!(inbound.next_due(), Some((1, QoS::AtLeastOnce)));
        assert_eq!(inbound.next_due(), None);
        inbound.written(1);
        assert_eq!(inbound.next_due(), None, "the third message is not safe");
        inbound.written(1);
        assert_eq!(inbound.next_due(), Some((2, QoS::ExactlyOnce)));
        assert_eq!(inbound.next_due(), Some((3, QoS::AtLeastOnce)));
        assert_eq!(inbound.next_due(), None);
    }

    #[test]
    fn a_qos_2_message_is_new_until_it_was_released() {
        let mut inbound = Inbound::new(None, 0);
        assert!(inbound.is_new(65_535));
        inbound.hand_on(65_535, QoS::ExactlyOnce);
        assert!(!inbound.is_new(65_535));
        inbound.connection_lost();
        assert!(!inbound.is_new(65_535), "the session goes on");
        assert!(inbound.release(65_535));
        assert!(inbound.is_new(65_535));
        assert!(!inbound.release(65_535));
        inbound.hand_on(7, QoS::ExactlyOnce);
        inbound.session_lost();
        assert!(inbound.is_new(7));
    }
}
