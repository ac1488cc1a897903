//! Turns records into messages: one for each topic of a record, repeated as often as requested.

use super::addressing::{Addressing, Envelopes};
use super::replay::Replay;
use crate::commands::input;
use crate::exit::Failure;
use crate::message::Envelope;
use crate::source::{Address, Batch, COMPLAINTS, Invalid, Record, Source, SourceError};
use bytes::Bytes;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

/// Why QoS 0 and outboxes do not go together.
pub(crate) const NOT_QOS_0: &str =
    "an outbox needs QoS 1 or 2: QoS 0 messages are never acknowledged";

/// A record being sent: to each of its topics, several times over.
struct Sending {
    position: u64,
    payload: Bytes,
    size: u64,
    envelopes: Envelopes,
    /// Index of the next topic.
    next: usize,
    /// Rounds left, including this one.
    rounds: u64,
    /// When to send it, as time since the first record.
    due: Option<Duration>,
}

impl Sending {
    fn left(&self) -> u64 {
        self.rounds.saturating_mul(self.envelopes.len() as u64).saturating_sub(self.next as u64)
    }
}

/// A message to be sent.
pub(crate) struct Fed {
    /// Number of its input record, counted from 1.
    pub(crate) position: u64,
    /// Topic, QoS and properties.
    pub(crate) envelope: Rc<Envelope>,
    /// The payload.
    pub(crate) payload: Bytes,
    /// Bytes of input that the record took; set only for its first message.
    pub(crate) size: u64,
}

/// Reads records and hands out their messages.
pub(crate) struct Feed {
    source: Source,
    invalid: Invalid,
    addressing: Addressing,
    repeat: u64,
    /// The schedule, with `--replay`.
    replay: Option<Replay>,
    /// Records read but not used yet.
    batch: Batch,
    sending: Option<Sending>,
    exhausted: bool,
    /// Why reading ended early.
    failure: Option<Failure>,
    /// Number of records skipped because they have no usable topic.
    without_topic: u64,
}

impl Feed {
    pub(crate) fn new(
        source: Source,
        invalid: Invalid,
        addressing: Addressing,
        repeat: u64,
    ) -> Self {
        Self {
            source,
            invalid,
            addressing,
            repeat,
            replay: None,
            batch: Vec::new().into_iter(),
            sending: None,
            exhausted: false,
            failure: None,
            without_topic: 0,
        }
    }

    /// Schedules the records by their time stamps.
    pub(crate) fn replaying(self, replay: Option<Replay>) -> Self {
        Self { replay, ..self }
    }

    /// When to send the current message, as time since the first record, if it is scheduled.
    pub(crate) fn due(&self) -> Option<Duration> {
        self.sending.as_ref()?.due
    }

    /// Ready when there is a message to send, or the input has ended. Skipped records are reported through `tell`.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, tell: &mut dyn FnMut(&str)) -> Poll<()> {
        while !self.advance(tell) && !self.exhausted {
            let next = std::task::ready!(self.source.poll_next(cx));
            for complaint in self.source.complaints() {
                tell(&complaint.to_string());
            }
            match next {
                Some(Ok(batch)) => self.batch = batch,
                Some(Err(error)) => self.end(Some(error)),
                None => self.end(None),
            }
        }
        Poll::Ready(())
    }

    /// Advances to the next record if necessary. Returns whether there is a message.
    pub(crate) fn advance(&mut self, tell: &mut dyn FnMut(&str)) -> bool {
        while self.sending.is_none()
            && let Some(record) = self.batch.next()
        {
            self.begin(record, tell);
        }
        self.sending.is_some()
    }

    fn begin(
        &mut self,
        Record { position, payload, size, address, time }: Record,
        tell: &mut dyn FnMut(&str),
    ) {
        let envelopes = self.addressing.envelopes(&address);
        if !envelopes.is_empty() {
            let rounds = self.repeat;
            let replay = self.replay.as_mut().zip(time);
            let due = replay.map(|(replay, time)| {
                let due = replay.due(time);
                if replay.went_back() {
                    tell(&format!("line {position} is older than the one before it: sent at once"));
                }
                due
            });
            let next = 0;
            self.sending = Some(Sending { position, payload, size, envelopes, next, rounds, due });
            return;
        }
        let cause = match address {
            Address::Own(own) if own.topic.is_some() => "the topic is too long with --topic-prefix",
            _ => "no topic, and none is given with --topic",
        };
        self.leave_out(position, cause, tell);
    }

    /// Handles a record that cannot be sent: either ends the input, or skips and reports it.
    fn leave_out(&mut self, position: u64, cause: &str, tell: &mut dyn FnMut(&str)) {
        let error = SourceError::Invalid { position, cause: cause.to_owned() };
        if self.invalid == Invalid::Stop {
            self.batch = Vec::new().into_iter();
            return self.end(Some(error));
        }
        self.without_topic += 1;
        if self.left_out() <= COMPLAINTS {
            tell(&error.to_string());
        }
    }

    fn end(&mut self, error: Option<SourceError>) {
        self.failure = error.map(input::failure);
        self.exhausted = true;
    }

    /// The envelope of the current message, and the index of its topic within the record.
    pub(crate) fn peek(&self) -> Option<(&Rc<Envelope>, usize)> {
        let sending = self.sending.as_ref()?;
        Some((sending.envelopes.get(sending.next)?, sending.next))
    }

    /// Takes the current message.
    pub(crate) fn take(&mut self) -> Option<Fed> {
        let sending = self.sending.as_mut()?;
        let envelope = Rc::clone(sending.envelopes.get(sending.next)?);
        let is_last = sending.left() == 1;
        // The last use needs no copy.
        let payload = match is_last {
            true => std::mem::take(&mut sending.payload),
            false => sending.payload.clone(),
        };
        let size = if sending.next == 0 { sending.size } else { 0 };
        let position = sending.position;
        sending.next += 1;
        if sending.next == sending.envelopes.len() {
            sending.next = 0;
            sending.rounds -= 1;
        }
        if is_last {
            self.sending = None;
        }
        Some(Fed { position, envelope, payload, size })
    }

    /// Treats the record of the current message as one that cannot be sent.
    #[cfg(unix)]
    pub(crate) fn refuse(&mut self, cause: &str, tell: &mut dyn FnMut(&str)) {
        if let Some(sending) = self.sending.take() {
            self.leave_out(sending.position, cause, tell);
        }
    }

    /// Number of records skipped as invalid.
    pub(crate) fn left_out(&self) -> u64 {
        self.source.skipped() + self.without_topic
    }

    /// Number of messages read but not taken.
    pub(crate) fn waiting(&self) -> u64 {
        let begun = self.sending.as_ref().map_or(0, Sending::left);
        let records = self.batch.as_slice().iter();
        let unbegun: u64 = records.map(|record| self.addressing.count(&record.address)).sum();
        begun.saturating_add(unbegun.saturating_mul(self.repeat))
    }

    /// Whether every message was taken.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.exhausted && self.sending.is_none()
    }

    /// Why reading ended early; returned once.
    pub(crate) fn failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// The failure if records were skipped.
    pub(crate) fn incomplete(&self) -> Option<Failure> {
        match self.left_out() {
            0 => None,
            1 => Some(Failure::usage("1 record was left out")),
            several => Some(Failure::usage(format!("{several} records were left out"))),
        }
    }
}
