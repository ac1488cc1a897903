//! The receiving side: which ids are being received at QoS 1 and 2, which acknowledgements wait until
//! their message was written out, and what topic aliases stand for.
//!
//! A QoS 2 message is handed on once however often the broker sends it ([MQTT 5, 4.3.3]); no
//! message is acknowledged before it is safe, and acknowledgements keep the order of arrival
//! ([MQTT-4.6.0-2]). Knows nothing of packets' bytes or of where messages go.
//!
//! Whether a message under an id that was not released is the same again is told by what it says, not by
//! the id alone: mosquitto (2.0.11 at least) counts its ids round and round, and with a long backlog gives
//! one to a second message before the first has ended.

use super::reason::Reason;
use super::wire::Violation;
use crate::message::QoS;
use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

/// What a message says, in a number that nobody can foresee.
pub type Print = u64;

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
    /// By id, what QoS 2 messages say that were handed on and not yet released by PUBREL; 0 for none.
    receiving: Vec<Print>,
    printer: RandomState,
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
            printer: RandomState::new(),
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

    /// What tells a message at `qos` from others under the same id; 0 where nothing has to.
    pub fn print(&self, qos: QoS, topic: &str, payload: &[u8]) -> Print {
        if qos == QoS::ExactlyOnce { self.printer.hash_one((topic, payload)).max(1) } else { 0 }
    }

    /// Whether this is a QoS 2 PUBLISH that came before; it is only acknowledged again.
    pub fn is_repeated(&self, id: u16, print: Print) -> bool {
        print != 0 && self.receiving.get(usize::from(id)) == Some(&print)
    }

    /// A message was handed on to be written; its acknowledgement waits for [`Inbound::written`].
    pub fn hand_on(&mut self, id: u16, qos: QoS, print: Print) {
        self.handed += 1;
        self.acknowledge_in_turn(id, qos, print);
    }

    /// A message needs no writing: its acknowledgement waits only for those before it.
    pub fn acknowledge_in_turn(&mut self, id: u16, qos: QoS, print: Print) {
        match qos {
            QoS::AtMostOnce => return,
            QoS::AtLeastOnce => self.unacknowledged += 1,
            QoS::ExactlyOnce => self.mark(id, print),
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
        let known = self.receiving.get_mut(usize::from(id)).map(std::mem::take);
        let is_known = known.is_some_and(|print| print != 0);
        self.unreleased -= usize::from(is_known);
        is_known
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

    fn mark(&mut self, id: u16, print: Print) {
        let at = usize::from(id);
        if self.receiving.len() <= at {
            self.receiving.resize(at + 1, 0);
        }
        let before = std::mem::replace(&mut self.receiving[at], print);
        self.unreleased += usize::from(before == 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_wait_for_their_message_and_keep_their_order() {
        let mut inbound = Inbound::new(None, 0);
        inbound.hand_on(1, QoS::AtLeastOnce, 0);
        inbound.hand_on(0, QoS::AtMostOnce, 0);
        inbound.hand_on(2, QoS::ExactlyOnce, 1);
        inbound.acknowledge_in_turn(3, QoS::AtLeastOnce, 0);
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
    fn a_qos_2_message_is_repeated_until_it_was_released() {
        let mut inbound = Inbound::new(None, 0);
        let print = inbound.print(QoS::ExactlyOnce, "t", b"x");
        assert!(!inbound.is_repeated(65_535, print));
        inbound.hand_on(65_535, QoS::ExactlyOnce, print);
        assert!(inbound.is_repeated(65_535, print));
        inbound.connection_lost();
        assert!(inbound.is_repeated(65_535, print), "the session goes on");
        assert!(inbound.release(65_535));
        assert!(!inbound.is_repeated(65_535, print));
        assert!(!inbound.release(65_535));
        inbound.hand_on(7, QoS::ExactlyOnce, print);
        inbound.session_lost();
        assert!(!inbound.is_repeated(7, print));
    }

    #[test]
    fn another_message_under_the_same_id_is_no_repetition() {
        let mut inbound = Inbound::new(Some(1), 0);
        let prints = [("t", "x"), ("t", "y"), ("u", "x")]
            .map(|(topic, payload)| inbound.print(QoS::ExactlyOnce, topic, payload.as_bytes()));
        for print in prints {
            assert!(!inbound.is_repeated(7, print));
            inbound.hand_on(7, QoS::ExactlyOnce, print);
            assert!(inbound.is_repeated(7, print));
        }
        assert!(inbound.release(7));
        assert_eq!(inbound.overrun(QoS::ExactlyOnce), None, "one id is in use once");
    }
}
