//! From records to messages: each record to each of its topics, as often as it is to be repeated.

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

/// Why there is no message at QoS 0 in an outbox.
pub(crate) const NOT_QOS_0: &str =
    "an outbox needs QoS 1 or 2: at QoS 0 a broker does not tell that it has the message";

/// A record that is being sent: to each of its topics, so many times.
struct Sending {
    position: u64,
    payload: Bytes,
    size: u64,
    envelopes: Envelopes,
    /// Which of them is next.
    next: usize,
    /// How many rounds are left, this one included.
    rounds: u64,
    /// How long after the first record it is due.
    due: Option<Duration>,
}

impl Sending {
    fn left(&self) -> u64 {
        self.rounds.saturating_mul(self.envelopes.len() as u64).saturating_sub(self.next as u64)
    }
}

/// A message that is to be sent.
pub(crate) struct Fed {
    /// Which record of the input it is, counted from 1.
    pub(crate) position: u64,
    /// Topic, QoS and properties.
    pub(crate) envelope: Rc<Envelope>,
    /// What is sent.
    pub(crate) payload: Bytes,
    /// Bytes of input that the record took, for the first of its messages.
    pub(crate) size: u64,
}

/// Reads records, and hands out the messages that they are.
pub(crate) struct Feed {
    source: Source,
    invalid: Invalid,
    addressing: Addressing,
    repeat: u64,
    /// With `--replay`.
    replay: Option<Replay>,
    /// What was read and is not being sent yet.
    batch: Batch,
    sending: Option<Sending>,
    exhausted: bool,
    /// Why reading ended early.
    failure: Option<Failure>,
    /// Records left out for want of a topic.
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

    /// The same, with records due as they were recorded.
    pub(crate) fn replaying(self, replay: Option<Replay>) -> Self {
        Self { replay, ..self }
    }

    /// How long after the first record the message that is there is due, if its record says so.
    pub(crate) fn due(&self) -> Option<Duration> {
        self.sending.as_ref()?.due
    }

    /// Makes sure that a message is there to be sent, or none will ever come. What is left out is told.
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

    /// Goes on to the next record that was read, if one is needed; whether there is a message.
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

    /// A record cannot be sent: it ends the input, or is left out and told.
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

    /// The message that is there to be sent: its envelope, and which of the record's topics it goes to, from 0 on.
    pub(crate) fn peek(&self) -> Option<(&Rc<Envelope>, usize)> {
        let sending = self.sending.as_ref()?;
        Some((sending.envelopes.get(sending.next)?, sending.next))
    }

    /// Takes the message that is there to be sent.
    pub(crate) fn take(&mut self) -> Option<Fed> {
        let sending = self.sending.as_mut()?;
        let envelope = Rc::clone(sending.envelopes.get(sending.next)?);
        let is_last = sending.left() == 1;
        // What is sent once needs no copy.
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

    /// The record of the message that is there cannot be sent.
    #[cfg(unix)]
    pub(crate) fn refuse(&mut self, cause: &str, tell: &mut dyn FnMut(&str)) {
        if let Some(sending) = self.sending.take() {
            self.leave_out(sending.position, cause, tell);
        }
    }

    /// Records that could not be understood.
    pub(crate) fn left_out(&self) -> u64 {
        self.source.skipped() + self.without_topic
    }

    /// Messages that have been read and not taken.
    pub(crate) fn waiting(&self) -> u64 {
        let begun = self.sending.as_ref().map_or(0, Sending::left);
        let records = self.batch.as_slice().iter();
        let unbegun: u64 = records.map(|record| self.addressing.count(&record.address)).sum();
        begun.saturating_add(unbegun.saturating_mul(self.repeat))
    }

    /// Whether everything was taken.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.exhausted && self.sending.is_none()
    }

    /// Why reading ended early, told once.
    pub(crate) fn failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// That records were left out is a failure.
    pub(crate) fn incomplete(&self) -> Option<Failure> {
        match self.left_out() {
            0 => None,
            1 => Some(Failure::usage("1 record was left out")),
            several => Some(Failure::usage(format!("{several} records were left out"))),
        }
    }
}
