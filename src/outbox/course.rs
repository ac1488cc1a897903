//! The course of the messages in an outbox, without any I/O: what is durable, what may be sent, and what has to be
//! written next.
//!
//! ```text
//!  stored ─► Commit: records durable ─► Commit: `sent` written ─► next: PUBLISH ─┬─ PUBACK ─► done, lazily
//!                                                                                └─ PUBREC ─► Commit: `received` durable
//!                                                                                      ─► next_release: PUBREL ─ PUBCOMP ─► done
//! ```
//!
//! The mark `sent` is written ahead of the messages that it covers, but not synced. If the program ends, the next run
//! finds it, and sets DUP for every message up to it, though some were not sent. After a power failure the next run may
//! find an older one, and then sends a PUBLISH that had gone out without DUP, and lets a message expire that the broker
//! may have. The packet identifier is the same all the same, and by it the broker recognizes a message at QoS 2.
//!
//! The packet identifier of a message is derived from its number, so that it is the same after a crash. Two messages
//! that are [`IDS`] apart must therefore never be unfinished at the same time, not even on a disk that has lost
//! unsynced data. The course makes sure of that by having `first` synced in time.

#[cfg(test)]
mod tests;

use super::marks::{Mark, Marks, Reached};
use std::collections::VecDeque;

/// Number of packet identifiers.
pub const IDS: u64 = 65_535;

/// How many stored messages after the next one are marked as sent in advance.
pub const AHEAD: u64 = 1_024;

/// The next thing to write, in this order: records up to `records_end`, a sync of the records, the marks, and a sync of
/// the marks if `syncs_marks` is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The number after the last record to make durable.
    pub records_end: u64,
    /// Whether there are new records.
    pub has_records: bool,
    /// Marks to append to the file `state`.
    pub marks: Vec<Mark>,
    /// Whether the marks must be durable.
    pub syncs_marks: bool,
}

/// A message that may be handed to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// Its number.
    pub number: u64,
    /// Its packet identifier.
    pub packet_id: u16,
    /// Whether it may have been sent in this session before (DUP).
    pub again: bool,
    /// Whether the broker has received it, so that only PUBREL follows.
    pub received: bool,
}

/// What becomes true when the current commit is written.
#[derive(Clone, Debug)]
struct Pending {
    records_end: u64,
    sent: u64,
    first: u64,
    syncs_marks: bool,
    received: Vec<u64>,
}

/// The state of every message in an outbox.
#[derive(Clone, Debug)]
pub struct Course {
    /// Messages this far apart share a packet identifier.
    ids: u64,
    /// All messages before this one are final.
    first: u64,
    /// The last `first` that was written.
    written_first: u64,
    /// The last `first` that is durable.
    synced_first: u64,
    /// The progress of the messages from `first` on, as far as known.
    stages: VecDeque<Reached>,
    /// The number of the next message to be stored.
    end: u64,
    /// All messages before this one are durable.
    durable: u64,
    /// The next message for the session.
    cursor: u64,
    /// This message and all before it are marked as sent.
    sent: u64,
    /// An earlier run may have sent the messages before this one in this session.
    again: u64,
    /// Whether there is a connection.
    is_online: bool,
    /// Whether there ever was one.
    was_online: bool,
    /// Whether nothing may be sent until a [`Mark::Anew`] is durable.
    awaits_anew: bool,
    marks: Vec<Mark>,
    pending: Option<Pending>,
    /// Messages whose `received` mark is durable.
    releasable: VecDeque<u64>,
}

impl Course {
    /// Creates the course of an existing outbox from the contents of `state` and the number after the last record. That
    /// all messages before `synced_first` are final is already durable. There are `ids` packet identifiers.
    pub fn recover(marks: &Marks, end: u64, synced_first: u64, ids: u64) -> Self {
        let last = marks.stages.keys().next_back().map_or(marks.first, |last| last + 1);
        let stage = |number| marks.stages.get(&number).copied().unwrap_or(Reached::Open);
        Self {
            ids,
            first: marks.first,
            written_first: marks.first,
            synced_first,
            stages: (marks.first..last).map(stage).collect(),
            end,
            durable: end,
            cursor: marks.first,
            sent: marks.sent,
            again: 0,
            is_online: false,
            was_online: false,
            awaits_anew: false,
            marks: Vec::new(),
            pending: None,
            releasable: VecDeque::new(),
        }
    }

    /// The number of the next message to be stored.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// All messages before this one are final.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// All messages before this one are durable.
    pub fn durable(&self) -> u64 {
        self.durable
    }

    /// Takes over `count` messages whose records are already durable; call only when all others are durable and no
    /// commit is under way.
    pub fn adopt(&mut self, count: u64) {
        self.end += count;
        self.durable = self.end;
    }

    /// Number of messages that are not final.
    pub fn unfinished(&self) -> u64 {
        let done = self.stages.iter().filter(|stage| **stage == Reached::Done).count();
        self.end - self.first - done as u64
    }

    /// `count` more messages are to be stored.
    pub fn store(&mut self, count: u64) {
        self.end += count;
    }

    /// The next commit. Only one at a time: returns `None` until [`Course::committed`] is called.
    pub fn commit(&mut self) -> Option<Commit> {
        if self.pending.is_some() {
            return None;
        }
        let has_records = self.end > self.durable;
        let mut marks = std::mem::take(&mut self.marks);
        if self.first > self.written_first {
            marks.push(Mark::First(self.first));
            self.written_first = self.first;
        }
        let ahead = (self.cursor + AHEAD).min(self.end - 1);
        let is_due = self.is_online && ahead > self.sent && self.cursor + AHEAD / 2 > self.sent;
        let sent = if is_due { ahead } else { self.sent };
        if is_due {
            marks.push(Mark::Sent(sent));
        }
        let received: Vec<u64> = marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Received(number) => Some(*number),
                _ => None,
            })
            .collect();
        let is_short_of_ids = self.cursor >= self.synced_first + self.ids / 2;
        let syncs_marks = !received.is_empty()
            || marks.contains(&Mark::Anew)
            || (is_short_of_ids && self.first >= self.synced_first + (self.ids / 4).max(1));
        if !has_records && marks.is_empty() && !syncs_marks {
            return None;
        }
        let records_end = self.end;
        let first = self.written_first;
        self.pending = Some(Pending { records_end, sent, first, syncs_marks, received });
        Some(Commit { records_end, has_records, marks, syncs_marks })
    }

    /// The commit was written, and synced where required.
    pub fn committed(&mut self) {
        let Some(pending) = self.pending.take() else { return };
        self.durable = pending.records_end;
        self.sent = pending.sent;
        if pending.syncs_marks {
            self.synced_first = pending.first;
            self.awaits_anew &= self.marks.contains(&Mark::Anew);
        }
        // If the session was lost meanwhile, these messages are open again.
        for number in pending.received {
            if self.stage(number) == Reached::Received {
                self.releasable.push_back(number);
            }
        }
    }

    /// The broker accepted a connection, with the old session or a new one. Returns the number of messages that may
    /// have been sent in a session that is now lost.
    pub fn connected(&mut self, session_present: bool) -> u64 {
        self.is_online = true;
        let is_first = !std::mem::replace(&mut self.was_online, true);
        if session_present {
            if is_first {
                self.again = self.sent + 1;
            }
            return 0;
        }
        let maybe_sent = if is_first { self.sent + 1 } else { self.cursor.max(self.again) };
        let lost = maybe_sent.saturating_sub(self.first);
        let done = self.stages.iter().take(usize::try_from(lost).unwrap_or(usize::MAX));
        let lost = lost - done.filter(|stage| **stage == Reached::Done).count() as u64;
        if self.stages.contains(&Reached::Received) {
            // After a crash from here on, no PUBREL may be sent for messages the new session does not know.
            self.marks.push(Mark::Anew);
            self.awaits_anew = true;
            for stage in &mut self.stages {
                if *stage == Reached::Received {
                    *stage = Reached::Open;
                }
            }
        }
        self.releasable.clear();
        self.cursor = self.first;
        self.again = 0;
        lost
    }

    /// The connection was lost.
    pub fn disconnected(&mut self) {
        self.is_online = false;
    }

    /// The next message for the session, unless it has to wait.
    pub fn hand_out(&mut self) -> Option<Next> {
        let number = self.peek()?;
        self.cursor = number + 1;
        let packet_id = self.id(number);
        let received = self.stage(number) == Reached::Received;
        Some(Next { number, packet_id, again: number < self.again, received })
    }

    /// The number of the next message for the session.
    pub fn peek(&mut self) -> Option<u64> {
        while self.cursor < self.durable && self.stage(self.cursor) == Reached::Done {
            self.cursor += 1;
        }
        let is_free = self.cursor < self.durable
            && self.cursor <= self.sent
            && self.cursor < self.synced_first + self.ids;
        (self.is_online && !self.awaits_anew && is_free).then_some(self.cursor)
    }

    /// PUBREC arrived for a message.
    pub fn received(&mut self, number: u64) {
        if number >= self.first && self.stage(number) == Reached::Open {
            self.set(number, Reached::Received);
            self.marks.push(Mark::Received(number));
        }
    }

    /// The packet identifier of the next message whose PUBREL may be sent.
    pub fn next_release(&mut self) -> Option<u16> {
        let number = self.releasable.pop_front()?;
        Some(self.id(number))
    }

    /// The packet identifier of a message.
    pub fn id(&self, number: u64) -> u16 {
        u16::try_from(1 + number % self.ids).unwrap_or(u16::MAX)
    }

    /// A message is final.
    pub fn done(&mut self, number: u64) {
        if number < self.first || self.stage(number) == Reached::Done {
            return;
        }
        self.set(number, Reached::Done);
        if number > self.first {
            self.marks.push(Mark::Done(number));
            return;
        }
        while self.stages.front() == Some(&Reached::Done) {
            self.stages.pop_front();
            self.first += 1;
        }
        self.cursor = self.cursor.max(self.first);
    }

    /// Whether a message is final.
    pub fn is_done(&self, number: u64) -> bool {
        self.stage(number) == Reached::Done
    }

    fn stage(&self, number: u64) -> Reached {
        let at = number.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        match at {
            None => Reached::Done,
            Some(at) => self.stages.get(at).copied().unwrap_or(Reached::Open),
        }
    }

    fn set(&mut self, number: u64, stage: Reached) {
        let Ok(at) = usize::try_from(number - self.first) else { return };
        if self.stages.len() <= at {
            self.stages.resize(at + 1, Reached::Open);
        }
        self.stages[at] = stage;
    }
}
