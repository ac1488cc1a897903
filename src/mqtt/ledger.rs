//! The ledger: all QoS 1 and 2 messages that were handed to the session and have no final acknowledgement, in input
//! order.
//!
//! It is keyed by input position; a packet id identifies an entry only within one session.
//! All entries between the oldest and the newest incomplete one are kept, so that their order is never lost and the
//! span (hence the memory) is bounded.

use super::ids::PacketIds;
use super::reason::Reason;
use crate::message::{Envelope, QoS};
use bytes::Bytes;
use std::collections::VecDeque;
use std::rc::Rc;

/// Bytes that the ledger holds before it accepts no more messages; one message may exceed it.
pub const MAX_BYTES: usize = 4 << 20;

/// Approximate cost of an entry besides its payload and envelope, in bytes.
const ENTRY_COST: usize = 64;

/// The state of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not sent on this connection.
    Queued,
    /// PUBLISH was sent; PUBACK or PUBREC is due.
    Sent,
    /// PUBREC is in; the caller has not said yet that PUBREL may go.
    Received,
    /// PUBREL was sent; PUBCOMP is due.
    Released,
    /// Complete. Kept only until the entries before it are complete too.
    Done,
}

/// An entry of the ledger.
#[derive(Debug)]
pub struct Entry {
    /// Number of the message, counted from 1.
    serial: u64,
    /// Input record, counted from 1. Sent to several topics, or repeated, it is several messages.
    pub position: u64,
    /// Topic, QoS and retain flag.
    pub envelope: Rc<Envelope>,
    /// The payload.
    pub payload: Bytes,
    /// Approximate cost in bytes.
    cost: usize,
    /// 0 until it is sent in this session.
    pub packet_id: u16,
    /// Whether it was sent on an earlier connection of this session.
    pub again: bool,
    /// Whether it was sent in a session that is gone.
    was_sent: bool,
    /// Whether the broker may have it, but has violated the protocol since: it is never sent as a new message.
    is_doubtful: bool,
    /// The caller keeps it.
    is_kept: bool,
    /// The broker's last reason code.
    pub reason: Reason,
    /// Its state.
    pub state: State,
}

/// The progress of a message kept by the caller, as an earlier run left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its permanent packet identifier.
    pub packet_id: u16,
    /// Whether it may have been sent in this session before.
    pub again: bool,
    /// Whether PUBREC arrived in this session, so that PUBREL is due.
    pub received: bool,
}

/// A message that was given up without an answer.
#[derive(Debug)]
pub struct Retired {
    /// Its input record.
    pub position: u64,
    /// 0 if it has none in this session.
    pub packet_id: u16,
    /// Topic, QoS and retain flag.
    pub envelope: Rc<Envelope>,
}

/// What an acknowledgement means.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// The message at this position is complete, with this reason.
    Final(u64, Reason),
    /// The same, but the broker acknowledged it as if it had QoS 1.
    Downgraded(u64, Reason),
    /// Send PUBREL.
    Release,
    /// PUBREC came again: send PUBREL again.
    ReleaseAgain,
    /// PUBREC came again, and PUBREL still waits for the caller.
    StillReceived,
    /// PUBREL is to be sent for the message at this position when the caller says so.
    Received(u64),
    /// No message with this id waits for anything.
    Unknown,
    /// The acknowledgement is of the wrong kind for this message.
    Wrong,
}

/// All QoS 1 and 2 messages that are not complete, in input order.
#[derive(Default)]
pub struct Ledger {
    entries: VecDeque<Entry>,
    /// Number of messages so far.
    pushed: u64,
    /// Sequence number of the front entry.
    front: u64,
    /// Sequence number of the first entry that is still queued.
    unsent: u64,
    /// Sequence number + 1 by packet id, 0 for none; grown as ids are used.
    by_id: Vec<u64>,
    in_flight: usize,
    bytes: usize,
    /// Ids of messages that were given up without a final acknowledgement; in this session the broker may still use
    /// them.
    retired: Vec<u16>,
}

impl Ledger {
    /// Whether every message is complete.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether there is exactly one message, and the broker has not accepted it: it was sent, and no PUBREC arrived.
    pub fn has_one_undecided(&self) -> bool {
        let mut pending = self.entries.iter().filter(|entry| entry.state != State::Done);
        pending.next().is_some_and(|entry| entry.state == State::Sent) && pending.next().is_none()
    }

    /// Number of messages sent in this session and not complete, which Receive Maximum limits ([MQTT 5, 4.9]).
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Whether messages wait to be sent.
    pub fn has_queued(&self) -> bool {
        self.unsent < self.front + self.entries.len() as u64
    }

    /// Whether there is room for another message.
    pub fn has_room(&self) -> bool {
        self.bytes < MAX_BYTES
    }

    /// Adds a message, which waits for [`Ledger::next_queued`].
    pub fn push(&mut self, position: u64, envelope: Rc<Envelope>, payload: Bytes) {
        // A shared envelope takes its memory only once.
        let is_shared =
            self.entries.back().is_some_and(|last| Rc::ptr_eq(&last.envelope, &envelope));
        let carried = if is_shared { 0 } else { envelope.size() };
        let cost = payload.len() + carried + ENTRY_COST;
        self.bytes += cost;
        self.pushed += 1;
        self.entries.push_back(Entry {
            serial: self.pushed,
            position,
            envelope,
            payload,
            cost,
            packet_id: 0,
            again: false,
            was_sent: false,
            is_doubtful: false,
            is_kept: false,
            reason: Reason::SUCCESS,
            state: State::Queued,
        });
    }

    /// Adds a message kept by the caller.
    pub fn push_kept(&mut self, position: u64, envelope: Rc<Envelope>, payload: Bytes, kept: Kept) {
        self.push(position, envelope, payload);
        let sequence = self.front + self.entries.len() as u64 - 1;
        let Some(entry) = self.entries.back_mut() else { return };
        entry.is_kept = true;
        // The caller knows it by this over all sessions.
        entry.serial = position;
        entry.packet_id = kept.packet_id;
        entry.again = kept.again;
        if kept.received {
            entry.state = State::Released;
            self.in_flight += 1;
            self.note_id(kept.packet_id, sequence);
            self.skip_sent();
        }
    }

    /// PUBREL may go for the message under `id`; whether there is one that waits for that.
    pub fn release(&mut self, id: u16) -> bool {
        match self.find(id) {
            Some(entry) if entry.state == State::Received => {
                entry.state = State::Released;
                true
            }
            _ => false,
        }
    }

    /// Gives the oldest queued message a packet id and marks it as sent; `None` if nothing is queued or no id is free.
    pub fn next_queued(&mut self, ids: &mut PacketIds) -> Option<&Entry> {
        let entry = self.entries.get_mut((self.unsent - self.front) as usize)?;
        if entry.packet_id == 0 {
            entry.packet_id = ids.take()?;
        }
        let id = entry.packet_id;
        entry.state = State::Sent;
        self.in_flight += 1;
        self.note_id(id, self.unsent);
        let place = (self.unsent - self.front) as usize;
        self.unsent += 1;
        self.skip_sent();
        self.entries.get(place)
    }

    fn note_id(&mut self, id: u16, sequence: u64) {
        let slot = usize::from(id);
        if self.by_id.len() <= slot {
            self.by_id.resize(slot + 1, 0);
        }
        self.by_id[slot] = sequence + 1;
    }

    /// The session continues on a new connection: messages that were sent are queued again with their ids. Returns the
    /// ids for which PUBREL is due.
    pub fn resume(&mut self) -> Vec<u16> {
        let (mut released, mut received) = (Vec::new(), 0);
        for entry in &mut self.entries {
            match entry.state {
                State::Sent => {
                    entry.state = State::Queued;
                    entry.again = true;
                }
                State::Received => received += 1,
                State::Released => released.push(entry.packet_id),
                State::Queued | State::Done => {}
            }
        }
        self.in_flight = released.len() + received;
        self.unsent = self.front;
        self.skip_sent();
        released
    }

    /// The serial number of the oldest message with an unanswered PUBLISH.
    pub fn oldest_unanswered(&self) -> Option<u64> {
        self.entries.iter().find(|it| it.state == State::Sent).map(|it| it.serial)
    }

    /// Whether the message with this serial number is incomplete.
    pub fn is_pending(&self, serial: u64) -> bool {
        self.entries.iter().any(|it| it.serial == serial && it.state != State::Done)
    }

    /// Gives up the message with `id`, and returns its position and whether an earlier connection of this session had
    /// sent it; then the id remains in use.
    pub fn turn_down(&mut self, id: u16, ids: &mut PacketIds) -> Option<(u64, bool)> {
        let entry = self.find(id)?;
        // What the caller keeps is not lost, even if it never arrived.
        let (position, serial, again) =
            (entry.position, entry.serial, entry.again && !entry.is_kept);
        if again {
            self.retire(serial);
        } else {
            self.finish(id, Reason::SUCCESS, ids);
        }
        Some((position, again))
    }

    /// Gives up the message with this serial number, which the broker may have.
    pub fn retire(&mut self, serial: u64) -> Option<Retired> {
        let pending = |it: &&mut Entry| it.serial == serial && it.state != State::Done;
        let entry = self.entries.iter_mut().find(pending)?;
        let was_in_flight = entry.state != State::Queued;
        entry.state = State::Done;
        let (position, id) = (entry.position, entry.packet_id);
        let envelope = Rc::clone(&entry.envelope);
        self.in_flight -= usize::from(was_in_flight);
        if let Some(sequence) = self.by_id.get_mut(usize::from(id)) {
            *sequence = 0;
        }
        if id != 0 {
            self.retired.push(id);
        }
        self.trim();
        Some(Retired { position, packet_id: id, envelope })
    }

    /// The broker violated the protocol, so messages that it may have are not published again. Gives up those without
    /// an answer (positions and packet ids), and marks those that the broker has accepted.
    pub fn doubt(&mut self) -> Vec<(u64, u16)> {
        let unanswered: Vec<_> = self
            .entries
            .iter()
            .filter(|it| match it.state {
                State::Sent => true,
                State::Queued => it.again || it.was_sent,
                State::Received | State::Released | State::Done => false,
            })
            .map(|it| it.serial)
            .collect();
        for entry in &mut self.entries {
            entry.is_doubtful |= entry.state == State::Released;
        }
        let retired = unanswered.into_iter().filter_map(|serial| self.retire(serial));
        retired.map(|it| (it.position, it.packet_id)).collect()
    }

    fn skip_sent(&mut self) {
        while let Some(entry) = self.entries.get((self.unsent - self.front) as usize)
            && entry.state != State::Queued
        {
            self.unsent += 1;
        }
    }

    /// Removes complete entries from the front.
    fn trim(&mut self) {
        self.skip_sent();
        while let Some(entry) = self.entries.front()
            && entry.state == State::Done
        {
            self.bytes -= entry.cost;
            self.entries.pop_front();
            self.front += 1;
        }
    }

    /// PUBACK.
    pub fn puback(&mut self, id: u16, reason: Reason, ids: &mut PacketIds) -> Answer {
        match self.find(id) {
            None => Answer::Unknown,
            Some(entry) if entry.envelope.qos == QoS::AtLeastOnce => self.finish(id, reason, ids),
            Some(entry) if entry.state == State::Sent => match self.finish(id, reason, ids) {
                Answer::Final(position, reason) => Answer::Downgraded(position, reason),
                verdict => verdict,
            },
            Some(_) => Answer::Wrong,
        }
    }

    /// PUBREC. A failure is final and frees the id ([MQTT 5, 4.3.3]), but the broker cannot take back that it has
    /// received the message: then nothing waits for it, and PUBREL must not answer it ([MQTT-4.3.3-4]).
    pub fn pubrec(&mut self, id: u16, reason: Reason, ids: &mut PacketIds) -> Answer {
        match self.find(id) {
            None => Answer::Unknown,
            Some(entry) if entry.envelope.qos != QoS::ExactlyOnce => Answer::Wrong,
            Some(entry) if matches!(entry.state, State::Received | State::Released) => {
                match (reason.is_failure(), entry.state) {
                    (true, _) => Answer::Unknown,
                    (false, State::Received) => Answer::StillReceived,
                    (false, _) => Answer::ReleaseAgain,
                }
            }
            Some(_) if reason.is_failure() => self.finish(id, reason, ids),
            Some(entry) if entry.is_kept => {
                entry.reason = reason;
                let position = entry.position;
                let waited = std::mem::replace(&mut entry.state, State::Received) == State::Queued;
                self.in_flight += usize::from(waited);
                self.skip_sent();
                Answer::Received(position)
            }
            Some(entry) => {
                // The payload is kept: if the session is lost, the message is sent again.
                entry.reason = reason;
                let waited = std::mem::replace(&mut entry.state, State::Released) == State::Queued;
                self.in_flight += usize::from(waited);
                self.skip_sent();
                Answer::Release
            }
        }
    }

    /// PUBCOMP. After PUBREC the broker owns the message, whatever this says.
    pub fn pubcomp(&mut self, id: u16, ids: &mut PacketIds) -> Answer {
        match self.find(id) {
            None => Answer::Unknown,
            Some(entry) if entry.state == State::Released => {
                let reason = entry.reason;
                self.finish(id, reason, ids)
            }
            Some(_) => Answer::Wrong,
        }
    }

    /// The session is gone: all incomplete messages are queued again, in order, without ids. Returns how many had been
    /// sent before, and the positions of those that are given up because they are doubtful.
    pub fn requeue(&mut self, ids: &mut PacketIds) -> (usize, Vec<u64>) {
        let (mut sent, mut doubtful) = (0, Vec::new());
        self.retired.drain(..).for_each(|id| ids.release(id));
        self.entries.retain_mut(|entry| {
            if entry.is_known_to_the_broker() {
                ids.release(entry.packet_id);
                if entry.is_doubtful {
                    doubtful.push(entry.position);
                    return false;
                }
                sent += 1;
                entry.was_sent = true;
                entry.packet_id = 0;
                entry.again = false;
                entry.state = State::Queued;
            }
            entry.state != State::Done
        });
        self.by_id.clear();
        self.front = 0;
        self.unsent = 0;
        self.in_flight = 0;
        self.bytes = self.entries.iter().map(|entry| entry.cost).sum();
        (sent, doubtful)
    }

    /// The messages in flight, oldest first: those sent again in a resumed session.
    #[cfg(test)]
    pub fn in_flight_entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| matches!(entry.state, State::Sent | State::Released))
    }

    /// Empties the ledger, and returns the positions of incomplete messages and whether each was sent.
    pub fn abandon(&mut self) -> impl Iterator<Item = (u64, bool)> + use<'_> {
        self.in_flight = 0;
        self.bytes = 0;
        self.front = 0;
        self.unsent = 0;
        self.by_id.clear();
        self.entries
            .drain(..)
            .filter(|entry| entry.state != State::Done)
            .map(|entry| (entry.position, entry.was_sent || entry.is_known_to_the_broker()))
    }

    fn find(&mut self, id: u16) -> Option<&mut Entry> {
        let sequence = self.by_id.get(usize::from(id))?.checked_sub(1)?;
        self.entries.get_mut(usize::try_from(sequence.checked_sub(self.front)?).ok()?)
    }

    fn finish(&mut self, id: u16, reason: Reason, ids: &mut PacketIds) -> Answer {
        let Some(entry) = self.find(id) else { return Answer::Unknown };
        let in_flight = entry.state != State::Queued;
        entry.state = State::Done;
        let position = entry.position;
        self.by_id[usize::from(id)] = 0;
        self.in_flight -= usize::from(in_flight);
        ids.release(id);
        self.trim();
        Answer::Final(position, reason)
    }
}

impl Entry {
    fn is_known_to_the_broker(&self) -> bool {
        match self.state {
            State::Queued => self.again,
            State::Sent | State::Received | State::Released => true,
            State::Done => false,
        }
    }
}

#[cfg(test)]
mod tests;
