//! The ledger: every QoS 1 and 2 message that was handed to the session and has no final
//! acknowledgement yet, in the order of the input.
//!
//! It is keyed by input position; packet ids are only how the broker speaks of an entry on one
//! session. The entries between the oldest unfinished and the newest one are kept, finished or not,
//! so that their order is never lost and the span (hence the memory) is bounded.

use super::ids::PacketIds;
use super::reason::Reason;
use crate::message::{Envelope, QoS};
use bytes::Bytes;
use std::collections::VecDeque;
use std::rc::Rc;

/// Bytes the ledger holds before it takes no more; one message may exceed it.
pub const MAX_BYTES: usize = 4 << 20;

/// What an entry costs besides its payload and envelope, roughly, in bytes.
const ENTRY_COST: usize = 64;

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not sent on this connection.
    Queued,
    /// PUBLISH is out; PUBACK or PUBREC is due.
    Sent,
    /// PUBREL is out; PUBCOMP is due.
    Released,
    /// Final. Kept only until the entries before it are final too.
    Done,
}

/// A message that is not final.
#[derive(Debug)]
pub struct Entry {
    /// Which of all the messages it is, counted from 1.
    serial: u64,
    /// Which record of the input it is, counted from 1: to several topics, or repeated, it is several messages.
    pub position: u64,
    /// Topic, QoS and retain flag.
    pub envelope: Rc<Envelope>,
    /// What is sent.
    pub payload: Bytes,
    /// Bytes it takes, roughly.
    cost: usize,
    /// 0 until it is sent on this session.
    pub packet_id: u16,
    /// It was sent on an earlier connection of this session.
    pub again: bool,
    /// It was sent on a session that is gone.
    was_sent: bool,
    /// The broker may have it, and broke the protocol since: it is never sent as a new message.
    is_doubtful: bool,
    /// What the broker said last.
    pub reason: Reason,
    /// Where it stands.
    pub state: State,
}

/// A message that ended without an answer.
#[derive(Debug)]
pub struct Retired {
    /// Which record of the input it is.
    pub position: u64,
    /// 0 if it has none on this session.
    pub packet_id: u16,
    /// Topic, QoS and retain flag.
    pub envelope: Rc<Envelope>,
}

/// What an acknowledgement from the broker means for the ledger.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The message at this position is final, with this reason.
    Final(u64, Reason),
    /// So is this one, which was acknowledged as if it had QoS 1.
    Downgraded(u64, Reason),
    /// PUBREL is to be sent (again).
    Release,
    /// No message with that id waits for anything.
    Unknown,
    /// The acknowledgement is of the wrong kind for this message.
    Wrong,
}

/// Every QoS 1 and 2 message that is not final, in the order of the input.
#[derive(Default)]
pub struct Ledger {
    entries: VecDeque<Entry>,
    /// How many there were in all.
    pushed: u64,
    /// Sequence number of the front entry.
    front: u64,
    /// Sequence number of the first entry that is still queued.
    unsent: u64,
    /// Sequence number + 1 by packet id, 0 for none; grown as ids are used.
    by_id: Vec<u64>,
    in_flight: usize,
    bytes: usize,
    /// Ids of messages that ended without a final acknowledgement: on this session they may still stand for these.
    retired: Vec<u16>,
}

impl Ledger {
    /// Whether every message is final.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether there is one message, and the broker has not taken it on itself: it was sent, and no PUBREC came.
    pub fn has_one_undecided(&self) -> bool {
        let mut pending = self.entries.iter().filter(|entry| entry.state != State::Done);
        pending.next().is_some_and(|entry| entry.state == State::Sent) && pending.next().is_none()
    }

    /// Messages sent on this session and not final: what Receive Maximum limits ([MQTT 5, 4.9]).
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Whether entries wait to be sent.
    pub fn has_queued(&self) -> bool {
        self.unsent < self.front + self.entries.len() as u64
    }

    /// Whether another message may be handed over.
    pub fn has_room(&self) -> bool {
        self.bytes < MAX_BYTES
    }

    /// Takes a message; it waits for [`Ledger::next_queued`].
    pub fn push(&mut self, position: u64, envelope: Rc<Envelope>, payload: Bytes) {
        // An envelope that messages share is there once.
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
            reason: Reason::SUCCESS,
            state: State::Queued,
        });
    }

    /// The oldest queued message, now under a packet id and in flight; `None` when nothing is queued
    /// or no id is free.
    pub fn next_queued(&mut self, ids: &mut PacketIds) -> Option<&Entry> {
        let entry = self.entries.get_mut((self.unsent - self.front) as usize)?;
        if !entry.again {
            entry.packet_id = ids.take()?;
        }
        let slot = usize::from(entry.packet_id);
        if self.by_id.len() <= slot {
            self.by_id.resize(slot + 1, 0);
        }
        self.by_id[slot] = self.unsent + 1;
        self.in_flight += 1;
        entry.state = State::Sent;
        let place = (self.unsent - self.front) as usize;
        self.unsent += 1;
        self.skip_sent();
        self.entries.get(place)
    }

    /// The session lives on over a new connection: what was sent is queued again under its id. Returns
    /// the ids for which PUBREL is due.
    pub fn resume(&mut self) -> Vec<u16> {
        let mut released = Vec::new();
        for entry in &mut self.entries {
            match entry.state {
                State::Sent => {
                    entry.state = State::Queued;
                    entry.again = true;
                }
                State::Released => released.push(entry.packet_id),
                State::Queued | State::Done => {}
            }
        }
        self.in_flight = released.len();
        self.unsent = self.front;
        self.skip_sent();
        released
    }

    /// The serial number of the oldest message whose PUBLISH is out and has no answer.
    pub fn oldest_unanswered(&self) -> Option<u64> {
        self.entries.iter().find(|it| it.state == State::Sent).map(|it| it.serial)
    }

    /// Whether the message with this serial number has no end yet.
    pub fn is_pending(&self, serial: u64) -> bool {
        self.entries.iter().any(|it| it.serial == serial && it.state != State::Done)
    }

    /// Ends the message under `id` without an answer to it; its position, and whether an earlier connection of this
    /// session had sent it. The id of such a one stays in use.
    pub fn turn_down(&mut self, id: u16, ids: &mut PacketIds) -> Option<(u64, bool)> {
        let entry = self.find(id)?;
        let (position, serial, again) = (entry.position, entry.serial, entry.again);
        if again {
            self.retire(serial);
        } else {
            self.finish(id, Reason::SUCCESS, ids);
        }
        Some((position, again))
    }

    /// Ends the message with this serial number, which the broker may have.
    pub fn retire(&mut self, serial: u64) -> Option<Retired> {
        let pending = |it: &&mut Entry| it.serial == serial && it.state != State::Done;
        let entry = self.entries.iter_mut().find(pending)?;
        let was_in_flight = matches!(entry.state, State::Sent | State::Released);
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

    /// The broker broke the protocol: what it may have is not published again. Ends what has no answer (positions and
    /// packet ids), and marks what the broker took on itself.
    pub fn doubt(&mut self) -> Vec<(u64, u16)> {
        let unanswered: Vec<_> = self
            .entries
            .iter()
            .filter(|it| match it.state {
                State::Sent => true,
                State::Queued => it.again || it.was_sent,
                State::Released | State::Done => false,
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

    /// Forgets what is final at the front.
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
    pub fn puback(&mut self, id: u16, reason: Reason, ids: &mut PacketIds) -> Verdict {
        match self.find(id) {
            None => Verdict::Unknown,
            Some(entry) if entry.envelope.qos == QoS::AtLeastOnce => self.finish(id, reason, ids),
            Some(entry) if entry.state == State::Sent => match self.finish(id, reason, ids) {
                Verdict::Final(position, reason) => Verdict::Downgraded(position, reason),
                verdict => verdict,
            },
            Some(_) => Verdict::Wrong,
        }
    }

    /// PUBREC. A failure is final and frees the id ([MQTT 5, 4.3.3]).
    pub fn pubrec(&mut self, id: u16, reason: Reason, ids: &mut PacketIds) -> Verdict {
        match self.find(id) {
            None => Verdict::Unknown,
            Some(entry) if entry.envelope.qos != QoS::ExactlyOnce => Verdict::Wrong,
            Some(entry) if reason.is_failure() && entry.state != State::Released => {
                self.finish(id, reason, ids)
            }
            Some(entry) => {
                // The payload stays: should the session be lost, the message is sent anew.
                if entry.state != State::Released {
                    entry.reason = reason;
                }
                let waited = std::mem::replace(&mut entry.state, State::Released) == State::Queued;
                self.in_flight += usize::from(waited);
                self.skip_sent();
                Verdict::Release
            }
        }
    }

    /// PUBCOMP. Once there was a PUBREC the broker owns the message, whatever this says.
    pub fn pubcomp(&mut self, id: u16, ids: &mut PacketIds) -> Verdict {
        match self.find(id) {
            None => Verdict::Unknown,
            Some(entry) if entry.state == State::Released => {
                let reason = entry.reason;
                self.finish(id, reason, ids)
            }
            Some(_) => Verdict::Wrong,
        }
    }

    /// The session is gone: everything that is not final is queued again, in order, without ids. Returns how many
    /// messages had been sent before, and the positions of those that end here because they are doubtful.
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

    /// The messages in flight, oldest first: what is sent again on a resumed session.
    #[cfg(test)]
    pub fn in_flight_entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| matches!(entry.state, State::Sent | State::Released))
    }

    /// Empties the ledger: the positions that never became final, and whether each was sent.
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

    fn finish(&mut self, id: u16, reason: Reason, ids: &mut PacketIds) -> Verdict {
        let Some(entry) = self.find(id) else { return Verdict::Unknown };
        let in_flight = entry.state != State::Queued;
        entry.state = State::Done;
        let position = entry.position;
        self.by_id[usize::from(id)] = 0;
        self.in_flight -= usize::from(in_flight);
        ids.release(id);
        self.trim();
        Verdict::Final(position, reason)
    }
}

impl Entry {
    fn is_known_to_the_broker(&self) -> bool {
        match self.state {
            State::Queued => self.again,
            State::Sent | State::Released => true,
            State::Done => false,
        }
    }
}

#[cfg(test)]
mod tests;
