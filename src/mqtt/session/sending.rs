//! The sending half of the session: messages to the broker, and acknowledgements of received ones.

use super::link::Link;
use super::{Receipt, Session};
use crate::message::{Envelope, QoS};
use crate::mqtt::event::{Event, Outcome, Submitted, Taken};
use crate::mqtt::ledger::{Kept, Retired};
use crate::mqtt::packet::encode;
use bytes::Bytes;
use std::rc::Rc;

impl Session {
    /// Whether a message of this QoS can be accepted now.
    pub fn has_room(&self, qos: QoS) -> bool {
        let Link::Up(up) = &self.link else { return false };
        !up.is_choked()
            && (qos == QoS::AtMostOnce
                || (self.ledger.has_room()
                    && !self.ledger.has_queued()
                    && self.ledger.in_flight() < window(self.isolated, up.window)))
    }

    /// Accepts a message for the broker. Only call this while [`Session::has_room`].
    pub fn publish(&mut self, position: u64, envelope: &Rc<Envelope>, payload: Bytes) -> Submitted {
        if envelope.qos != QoS::AtMostOnce {
            self.ledger.push(position, Rc::clone(envelope), payload);
            self.pump();
            return Submitted::Pending;
        }
        let Link::Up(up) = &mut self.link else { return Submitted::Pending };
        match up.writer.write(&mut up.out, envelope, &payload, 0, false) {
            Ok(()) => {
                up.written += 1;
                Submitted::Sent
            }
            Err(explanation) => Submitted::Refused(explanation),
        }
    }

    /// Takes a message kept by the caller, at QoS 1 or 2; call only while [`Session::has_room`].
    pub fn publish_kept(
        &mut self,
        position: u64,
        envelope: &Rc<Envelope>,
        payload: Bytes,
        kept: Kept,
    ) {
        self.ledger.push_kept(position, Rc::clone(envelope), payload, kept);
        if kept.received {
            self.send_pubrel(kept.packet_id);
        }
        self.pump();
    }

    /// The caller has recorded PUBREC for this message, so PUBREL may be sent.
    pub fn release(&mut self, packet_id: u16) {
        if self.ledger.release(packet_id) {
            self.send_pubrel(packet_id);
        }
    }

    /// Without a connection, PUBREL goes when the session lives on.
    fn send_pubrel(&mut self, packet_id: u16) {
        if let Link::Up(up) = &mut self.link {
            encode::pubrel(&mut up.out, self.version, packet_id, true);
        }
    }

    /// Sends queued messages as far as the window allows; call this after output was written. Messages that the broker
    /// is known not to accept are refused here: the QoS ([MQTT-3.2.2-11]), the retain flag ([MQTT-3.2.2-14]), the size
    /// ([MQTT-3.2.2-15]).
    pub fn pump(&mut self) {
        while let Link::Up(up) = &mut self.link
            && self.ledger.has_queued()
            && !up.is_choked()
            && self.ledger.in_flight() < window(self.isolated, up.window)
            && !self.subscriptions.holds_back()
            && let Some(entry) = self.ledger.next_queued(&mut self.ids)
        {
            let (id, dup) = (entry.packet_id, entry.again);
            let written = up.writer.write(&mut up.out, &entry.envelope, &entry.payload, id, dup);
            if let Err(explanation) = written
                && let Some((position, was_sent)) = self.ledger.turn_down(id, &mut self.ids)
            {
                // If it was sent to a broker with other limits, it may have arrived.
                let outcome =
                    if was_sent { Outcome::Unconfirmed } else { Outcome::Refused(explanation) };
                self.conclude(position, 0, outcome);
            }
        }
    }

    /// Sends one message at a time until the one of [`Suspect::Publish`](super::Suspect) is complete.
    pub fn isolate(&mut self, serial: u64) {
        self.isolated = Some(serial);
    }

    /// Gives up the message of [`Suspect::Publish`](super::Suspect), which makes the broker close the connection.
    pub fn give_up(&mut self, serial: u64) {
        let Some(retired) = self.ledger.retire(serial) else { return };
        let Retired { position, packet_id, envelope } = retired;
        let topic = envelope.topic.as_str().into();
        self.progress += 1;
        self.events.push_back(Event::HungUpOn { position, topic });
        self.conclude(position, packet_id, Outcome::Unconfirmed);
    }

    /// Ignores further messages: they are neither handed on nor acknowledged.
    pub fn take_no_more(&mut self) {
        self.taking = false;
    }

    /// Records what happened to a received message.
    pub fn settle(&mut self, receipt: Receipt, taken: Taken) {
        match taken {
            // Not acknowledged, so the broker sends it again to this session. Until then it occupies a place in the
            // broker's window.
            Taken::Passed if self.outlives_the_run() => {}
            Taken::Writing | Taken::Last => {
                self.inbound.hand_on();
                if receipt.qos != QoS::AtMostOnce {
                    self.owe(receipt);
                }
            }
            Taken::Again(number) => {
                self.owe_with(receipt, number);
                self.send_due_acks();
            }
            Taken::Left => {}
            Taken::Dropped | Taken::Passed if receipt.qos == QoS::AtMostOnce => {}
            Taken::Dropped | Taken::Passed => {
                self.owe(receipt);
                self.send_due_acks();
            }
        }
        if matches!(taken, Taken::Last | Taken::Left) {
            self.take_no_more();
        }
    }

    /// Queues an acknowledgement, which waits for earlier ones and for messages that have not been written yet.
    pub(super) fn owe(&mut self, receipt: Receipt) {
        self.owe_with(receipt, self.inbound.handed());
    }

    /// As [`Session::owe`], but due as soon as messages up to `number` are finished.
    pub(super) fn owe_with(&mut self, receipt: Receipt, number: u64) {
        let Receipt { packet_id, qos, fingerprint } = receipt;
        if qos == QoS::ExactlyOnce {
            self.inbound.mark(packet_id, fingerprint, number);
        }
        if let Link::Up(up) = &mut self.link {
            up.acks.push(number, packet_id, qos);
        }
    }

    /// `count` more received messages have been written and may be acknowledged.
    pub fn acknowledge(&mut self, count: u64) {
        self.inbound.written(count);
        self.send_due_acks();
    }

    pub(super) fn send_due_acks(&mut self) {
        let Link::Up(up) = &mut self.link else { return };
        while let Some((id, qos)) = up.acks.next_due(&self.inbound) {
            up.has_acknowledged = true;
            match qos {
                QoS::ExactlyOnce => encode::pubrec(&mut up.out, id),
                _ => encode::puback(&mut up.out, id),
            }
        }
    }
}

/// The number of messages that may be in flight: 1 while a message is isolated, else what the connection allows.
fn window(isolated: Option<u64>, allowed: usize) -> usize {
    if isolated.is_some() { 1 } else { allowed }
}
