//! The receiving side of QoS 1 and 2: which ids are being received, and which acknowledgements wait
//! until their message was written out.
//!
//! A QoS 2 message is handed on once however often the broker sends it ([MQTT 5, 4.3.3]); no
//! message is acknowledged before it is safe, and acknowledgements keep the order of arrival
//! ([MQTT-4.6.0-2]). Knows nothing of packets' bytes or of where messages go.

use crate::message::QoS;
use std::collections::VecDeque;

/// See the module.
#[derive(Default)]
pub struct Inbound {
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
            QoS::AtLeastOnce => {}
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
        Some((id, qos))
    }

    /// PUBREL: the broker will not send this message again. False when the id is unknown.
    pub fn release(&mut self, id: u16) -> bool {
        let (word, bit) = place(id);
        match self.receiving.get_mut(word) {
            Some(bits) if *bits & bit != 0 => {
                *bits &= !bit;
                true
            }
            _ => false,
        }
    }

    /// The connection is gone: what was not acknowledged will be sent again, on this session.
    pub fn connection_lost(&mut self) {
        self.waiting.clear();
    }

    /// The session is gone: ids mean nothing any more.
    pub fn session_lost(&mut self) {
        self.waiting.clear();
        self.receiving.clear();
    }

    fn mark(&mut self, id: u16) {
        let (word, bit) = place(id);
        if self.receiving.len() <= word {
            self.receiving.resize(word + 1, 0);
        }
        self.receiving[word] |= bit;
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
        let mut inbound = Inbound::default();
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
        let mut inbound = Inbound::default();
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
