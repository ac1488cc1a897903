//! The receiving side: QoS 2 messages that were handed on and not released, and acknowledgements that wait until their
//! message has been written.
//!
//! A QoS 2 message is handed on once, however often the broker sends it ([MQTT 5, 4.3.3]). No message is acknowledged
//! before it has been written, and acknowledgements keep the order of arrival ([MQTT-4.6.0-2],
//! [MQTT-4.6.0-3]).
//!
//! Whether a message with an id that was not released is a repetition is judged by topic and payload, not by the id alone.
//! This departs from the standard's method ([MQTT 5, 4.3.3]), in which the id decides: mosquitto (2.0.11 at least)
//! allocates ids in turn, and with a long backlog gives one to a second message before the first is complete, which would
//! then be lost. Properties do not count, since a broker may change them from one transmission to the next.

use crate::message::QoS;
use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

/// Distinguishes messages with the same id: an unpredictable hash.
pub type Fingerprint = u64;

/// Most acknowledgements that may wait: as many as there are packet ids.
const MOST_WAITING: usize = 65_535;

/// A QoS 2 message that was not released.
#[derive(Clone, Copy, Default)]
struct Unreleased {
    /// A hash of its contents; 0 if the id is not in use.
    fingerprint: Fingerprint,
    /// How many messages must be written before it is acknowledged.
    after: u64,
}

/// State that outlives connections: unreleased QoS 2 messages, and how many messages have been written.
#[derive(Default)]
pub struct Inbound {
    /// Number of ids in `receiving`.
    unreleased: usize,
    /// By id, the QoS 2 messages that came and were not yet released by PUBREL.
    receiving: Vec<Unreleased>,
    hasher: RandomState,
    /// Number of messages handed on.
    handed: u64,
    /// Number of messages written.
    safe: u64,
}

impl Inbound {
    /// The fingerprint of a QoS 2 message; never 0.
    pub fn fingerprint(&self, topic: &str, payload: &[u8]) -> Fingerprint {
        self.hasher.hash_one((topic, payload)).max(1)
    }

    /// If this QoS 2 PUBLISH repeats an earlier one and is only acknowledged again: how many messages must be written
    /// first.
    pub fn repeated(&self, id: u16, fingerprint: Fingerprint) -> Option<u64> {
        let known = self.receiving.get(usize::from(id)).filter(|_| fingerprint != 0)?;
        (known.fingerprint == fingerprint).then_some(known.after)
    }

    /// Messages that were handed on.
    pub fn handed(&self) -> u64 {
        self.handed
    }

    /// Notes that a message was handed on to be written.
    pub fn hand_on(&mut self) {
        self.handed += 1;
    }

    /// A QoS 2 message is being received under this id; it is acknowledged when this many messages are written.
    pub fn mark(&mut self, id: u16, fingerprint: Fingerprint, after: u64) {
        let at = usize::from(id);
        if self.receiving.len() <= at {
            self.receiving.resize(at + 1, Unreleased::default());
        }
        if let Some(slot) = self.receiving.get_mut(at) {
            let before = std::mem::replace(slot, Unreleased { fingerprint, after });
            self.unreleased += usize::from(before.fingerprint == 0);
        }
    }

    /// `count` more messages have been written.
    pub fn written(&mut self, count: u64) {
        self.safe += count;
    }

    /// PUBREL: the broker will not send this message again. False if the id is unknown.
    pub fn release(&mut self, id: u16) -> bool {
        let known = self.receiving.get_mut(usize::from(id)).map(std::mem::take);
        let is_known = known.is_some_and(|known| known.fingerprint != 0);
        self.unreleased -= usize::from(is_known);
        is_known
    }

    /// Number of QoS 2 messages that the broker has not released.
    pub fn unreleased(&self) -> usize {
        self.unreleased
    }

    /// The session is gone, so ids mean nothing any more.
    pub fn session_lost(&mut self) {
        self.receiving.clear();
        self.unreleased = 0;
    }
}

/// The acknowledgements due on one connection, in the order of arrival.
#[derive(Default)]
pub struct PendingAcks {
    /// How many messages must have been written before, the id and the QoS.
    waiting: VecDeque<(u64, u16, QoS)>,
    /// Number of QoS 1 messages in `waiting`.
    unacknowledged: usize,
    /// Whether the broker exceeded the receive maximum.
    overran: bool,
}

impl PendingAcks {
    /// Queues an acknowledgement, due when `after` of the messages handed on are written.
    pub fn push(&mut self, after: u64, id: u16, qos: QoS) {
        if qos != QoS::AtMostOnce {
            self.unacknowledged += usize::from(qos == QoS::AtLeastOnce);
            self.waiting.push_back((after, id, qos));
        }
    }

    /// The next acknowledgement that may be sent.
    pub fn next_due(&mut self, inbound: &Inbound) -> Option<(u16, QoS)> {
        let &(after, id, qos) = self.waiting.front()?;
        if after > inbound.safe {
            return None;
        }
        self.waiting.pop_front();
        self.unacknowledged -= usize::from(qos == QoS::AtLeastOnce);
        Some((id, qos))
    }

    /// Whether too many wait to receive more.
    pub fn is_full(&self) -> bool {
        self.waiting.len() >= MOST_WAITING
    }

    /// Whether one more message at `qos` exceeds the receive `maximum` in CONNECT; true once per connection ([MQTT 5,
    /// 3.1.2.11.3]). mosquitto before 2.0.13 sends a backlog all at once. Nothing but the number is wrong, so the
    /// messages are accepted.
    pub fn overruns(&mut self, inbound: &Inbound, qos: QoS, maximum: u16) -> bool {
        let in_flight = self.unacknowledged + inbound.unreleased;
        if self.overran || qos == QoS::AtMostOnce || in_flight < maximum.into() {
            return false;
        }
        self.overran = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_wait_for_their_message_and_keep_their_order() {
        let (mut inbound, mut acks) = (Inbound::default(), PendingAcks::default());
        for (id, qos) in [(1, QoS::AtLeastOnce), (0, QoS::AtMostOnce), (2, QoS::ExactlyOnce)] {
            inbound.hand_on();
            acks.push(inbound.handed(), id, qos);
        }
        acks.push(inbound.handed(), 3, QoS::AtLeastOnce);
        assert_eq!(acks.next_due(&inbound), None);
        inbound.written(1);
        assert_eq!(acks.next_due(&inbound), Some((1, QoS::AtLeastOnce)));
        assert_eq!(acks.next_due(&inbound), None);
        inbound.written(1);
        assert_eq!(acks.next_due(&inbound), None, "the third message is not safe");
        inbound.written(1);
        assert_eq!(acks.next_due(&inbound), Some((2, QoS::ExactlyOnce)));
        assert_eq!(acks.next_due(&inbound), Some((3, QoS::AtLeastOnce)));
        assert_eq!(acks.next_due(&inbound), None);
    }

    #[test]
    fn a_qos_2_message_is_repeated_until_it_was_released() {
        let mut inbound = Inbound::default();
        let fingerprint = inbound.fingerprint("t", b"x");
        assert_eq!(inbound.repeated(65_535, fingerprint), None);
        inbound.mark(65_535, fingerprint, 0);
        assert_eq!(inbound.repeated(65_535, fingerprint), Some(0));
        assert!(inbound.release(65_535));
        assert_eq!(inbound.repeated(65_535, fingerprint), None);
        assert!(!inbound.release(65_535));
        inbound.mark(7, fingerprint, 0);
        inbound.session_lost();
        assert_eq!(inbound.repeated(7, fingerprint), None);
    }

    #[test]
    fn another_message_under_the_same_id_is_not_a_repetition() {
        let (mut inbound, mut acks) = (Inbound::default(), PendingAcks::default());
        let fingerprints = [("t", "x"), ("t", "y"), ("u", "x")]
            .map(|(topic, payload)| inbound.fingerprint(topic, payload.as_bytes()));
        for fingerprint in fingerprints {
            assert_eq!(inbound.repeated(7, fingerprint), None);
            inbound.mark(7, fingerprint, 0);
            assert_eq!(inbound.repeated(7, fingerprint), Some(0));
        }
        assert!(inbound.release(7));
        assert!(!acks.overruns(&inbound, QoS::ExactlyOnce, 1), "one id is in use once");
    }

    #[test]
    fn a_broker_that_repeats_one_id_for_ever_is_not_listened_to_for_ever() {
        let (mut inbound, mut acks) = (Inbound::default(), PendingAcks::default());
        inbound.hand_on();
        for _ in 0..MOST_WAITING {
            assert!(!acks.is_full());
            acks.push(inbound.handed(), 2, QoS::AtLeastOnce);
        }
        assert!(acks.is_full());
    }
}
