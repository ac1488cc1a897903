//! The session part of `mqtt pub`: hands over records and counts what happened to each message.

use super::addressing::{Addressing, Envelopes};
use super::pace::Pace;
use crate::commands::input;
use crate::commands::progress::{Progress, State};
use crate::commands::tally::Tally;
use crate::events::Reporter;
use crate::exit::{ExitStatus, Failure};
use crate::message::{Message, QoS};
use crate::mqtt::{Event, Outcome, Reason, Session, Submitted, Taken};
use crate::run::{ConnectionEvent, Job, Signals};
use crate::source::{Batch, COMPLAINTS, Invalid, Record, Source, SourceError};
use bytes::Bytes;
use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Most messages handed to the session per turn, so that timers and signals are not starved.
const TURN: u32 = 4_096;

/// The record being sent, to each of its topics and possibly several times.
struct Sending {
    position: u64,
    payload: Bytes,
    size: u64,
    envelopes: Envelopes,
    /// Index of the next topic.
    next: usize,
    /// Rounds left, including this one.
    rounds: u64,
}

impl Sending {
    fn left(&self) -> u64 {
        self.rounds.saturating_mul(self.envelopes.len() as u64).saturating_sub(self.next as u64)
    }
}

/// Why the next message is not handed to the session yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WaitsFor {
    /// There is no input, or none has been read yet.
    Input,
    /// The session has no room.
    Room,
    /// It is too early for it.
    Time(Instant),
    /// The turn is over; others go first.
    Turn,
}

/// The [`Job`] of `mqtt pub`: hands records to the session and counts what happened to each message.
pub(crate) struct Publishing {
    source: Source,
    invalid: Invalid,
    addressing: Addressing,
    repeat: u64,
    pace: Pace,
    progress: Progress,
    /// Records that were read and are not being sent yet.
    batch: Batch,
    sending: Option<Sending>,
    waits_for: WaitsFor,
    exhausted: bool,
    /// Why reading stopped before the end of the input.
    failure: Option<Failure>,
    /// Number of records skipped because they have no topic.
    without_topic: u64,
    tally: Tally,
    /// Number of messages handed to the session.
    handed: u64,
    /// Input bytes of these messages.
    read: u64,
    /// Whether any of them had QoS 0.
    at_most_once: bool,
    /// Whether a connection was lost.
    lost: bool,
    reporter: Reporter,
}

impl Publishing {
    pub(crate) fn new(
        source: Source,
        invalid: Invalid,
        addressing: Addressing,
        repeat: u64,
        pace: Pace,
        progress: Progress,
        reporter: Reporter,
    ) -> Self {
        Self {
            source,
            invalid,
            addressing,
            repeat,
            pace,
            progress,
            batch: Vec::new().into_iter(),
            sending: None,
            waits_for: WaitsFor::Input,
            exhausted: false,
            failure: None,
            without_topic: 0,
            tally: Tally::default(),
            handed: 0,
            read: 0,
            at_most_once: false,
            lost: false,
            reporter,
        }
    }

    /// Waits for the first records, at most as long as the run may take.
    pub(crate) async fn fill(
        &mut self,
        started: Instant,
        timeout: Option<Duration>,
    ) -> Result<(), Failure> {
        let mut signals = Signals::new().map_err(Failure::no_signals)?;
        let filled = poll_fn(|cx| match self.poll_input(cx) {
            Poll::Ready(()) => Poll::Ready(Ok(())),
            Poll::Pending => signals.poll(cx).map(|signal| Err(Failure::stopped(signal))),
        });
        let remaining =
            timeout.map_or(Duration::MAX, |limit| limit.saturating_sub(started.elapsed()));
        match tokio::time::timeout(remaining, filled).await {
            Ok(filled) => filled?,
            Err(_) => {
                let message = "timed out before standard input ended";
                return Err(Failure::new(ExitStatus::TimedOut, message));
            }
        }
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Waits until there is a message to send or the input has ended.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.sending.is_none() && !self.exhausted {
            if let Some(record) = self.batch.next() {
                self.begin(record);
                continue;
            }
            let next = std::task::ready!(self.source.poll_next(cx));
            for complaint in self.source.complaints() {
                self.progress.hide();
                self.reporter.ui().error(&complaint.to_string());
            }
            match next {
                Some(Ok(batch)) => self.batch = batch,
                Some(Err(error)) => self.end_input(Some(error)),
                None => self.end_input(None),
            }
        }
        Poll::Ready(())
    }

    fn begin(&mut self, Record { position, payload, size, address }: Record) {
        let envelopes = self.addressing.envelopes(&address);
        if !envelopes.is_empty() {
            let rounds = self.repeat;
            self.sending = Some(Sending { position, payload, size, envelopes, next: 0, rounds });
            return;
        }
        let cause = "no topic, and none is given with --topic".to_owned();
        let error = SourceError::Invalid { position, cause };
        if self.invalid == Invalid::Stop {
            self.batch = Vec::new().into_iter();
            return self.end_input(Some(error));
        }
        self.without_topic += 1;
        if self.left_out() <= COMPLAINTS {
            self.progress.hide();
            self.reporter.ui().error(&error.to_string());
        }
    }

    fn end_input(&mut self, error: Option<SourceError>) {
        self.failure = error.map(input::failure);
        self.exhausted = true;
    }

    /// Number of invalid records that were skipped.
    fn left_out(&self) -> u64 {
        self.source.skipped() + self.without_topic
    }

    /// Hands messages to the session while it has room and their time has come.
    fn hand_over(&mut self, session: &mut Session, now: Instant) {
        let mut left = TURN;
        while let Some(sending) = &mut self.sending {
            let Some(envelope) = sending.envelopes.get(sending.next) else { break };
            let counts = self.pace.counts(sending.next);
            if !session.has_room(envelope.qos) || self.reporter.is_behind() {
                self.waits_for = WaitsFor::Room;
                return;
            }
            if counts && let Some(next) = self.pace.wait(now) {
                self.waits_for = WaitsFor::Time(next);
                return;
            }
            if left == 0 {
                self.waits_for = WaitsFor::Turn;
                return;
            }
            left -= 1;
            let position = sending.position;
            if counts {
                self.pace.sent(now);
            }
            self.handed += 1;
            self.at_most_once |= envelope.qos == QoS::AtMostOnce;
            if sending.next == 0 {
                self.read += sending.size;
            }
            let is_last = sending.left() == 1;
            // The last use of the payload needs no copy.
            let payload = match is_last {
                true => std::mem::take(&mut sending.payload),
                false => sending.payload.clone(),
            };
            let submitted = session.publish(position, envelope, payload);
            sending.next += 1;
            if sending.next == sending.envelopes.len() {
                sending.next = 0;
                sending.rounds -= 1;
            }
            if is_last {
                self.sending = None;
            }
            match submitted {
                Submitted::Pending => {}
                Submitted::Sent => self.conclude(position, &Outcome::Delivered(Reason::SUCCESS)),
                Submitted::Refused(why) => self.conclude(position, &Outcome::Refused(why)),
            }
            if self.sending.is_none()
                && let Some(record) = self.batch.next()
            {
                self.begin(record);
            }
        }
        self.waits_for = WaitsFor::Input;
    }

    /// Counts a message whose outcome is known as soon as it was handed over.
    fn conclude(&mut self, position: u64, outcome: &Outcome) {
        self.count(position, outcome);
        self.reporter.published(position, 0, outcome);
    }

    fn count(&mut self, position: u64, outcome: &Outcome) {
        self.tally.count(outcome);
        if let Outcome::Refused(explanation) = outcome
            && self.tally.names_refusals()
        {
            self.progress.hide();
            self.reporter.ui().error(&format!("message {position} refused: {explanation}"));
        }
    }

    /// Number of messages that were read and not handed to the session.
    fn waiting(&self) -> u64 {
        let begun = self.sending.as_ref().map_or(0, Sending::left);
        let records = self.batch.as_slice().iter();
        let unbegun: u64 = records.map(|record| self.addressing.count(&record.address)).sum();
        begun.saturating_add(unbegun.saturating_mul(self.repeat))
    }

    fn is_exhausted(&self) -> bool {
        self.exhausted && self.sending.is_none()
    }

    /// Turns the outcome into the command's result.
    pub(crate) fn finish(mut self, end: Option<Failure>) -> Result<(), Failure> {
        self.tally.count_not_sent(self.waiting());
        let ui = self.reporter.ui();
        let all_delivered = end.is_none() && self.tally.status() == ExitStatus::Success;
        self.progress.finish(ui, all_delivered.then_some(self.tally.total()));
        let lost = self.tally.maybe_lost();
        if lost > 0 {
            let cause = if self.lost { "connection lost, " } else { "" };
            ui.error(&format!("{cause}up to {lost} QoS 0 messages may be missing"));
        }
        let counted = self.tally.status();
        let mut failures: Vec<Failure> = [end, self.failure.take()].into_iter().flatten().collect();
        match self.left_out() {
            0 => {}
            1 => failures.push(Failure::usage("1 record was left out")),
            several => failures.push(Failure::usage(format!("{several} records were left out"))),
        }
        if let Err(error) = self.reporter.finish() {
            failures.push(Failure::no_events(error));
        }
        let summary = self.tally.to_string();
        // The gravest failure is returned and printed last, before the summary; the others are printed here.
        failures.sort_by_key(|failure| failure.status.gravity());
        let gravest = failures.pop();
        for failure in &failures {
            ui.error(&failure.message);
        }
        match gravest {
            None if counted == ExitStatus::Success => Ok(()),
            None => Err(Failure::new(counted, summary)),
            Some(mut failure) => {
                if self.tally.total() > 0 && counted != ExitStatus::Success {
                    failure.message.push_str("; ");
                    failure.message.push_str(&summary);
                }
                // The failure itself explains the messages that were never sent.
                failure.status = failure.status.graver(self.tally.status_of_sent());
                Err(failure)
            }
        }
    }
}

impl Job for Publishing {
    fn message(&mut self, _message: &Message<'_>) -> Taken {
        // This session is shared with a subscriber, which will receive the message.
        Taken::Passed
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Published { position, outcome, .. } => self.count(*position, outcome),
            Event::Connected { .. } => {
                self.progress.hide();
                self.progress.begin(Instant::now());
            }
            Event::MaybeLost { count: 1, refusal: Some(explanation) } => {
                self.progress.hide();
                self.tally.count_refused_after_all(explanation);
            }
            Event::MaybeLost { count, .. } => {
                self.progress.hide();
                self.tally.count_maybe_lost(*count);
            }
            _ => self.progress.hide(),
        }
        self.reporter.event(event);
    }

    fn connection(&mut self, event: &ConnectionEvent<'_>) {
        if !matches!(event, ConnectionEvent::Packet(..)) {
            self.progress.hide();
        }
        self.lost |= matches!(event, ConnectionEvent::Lost(_));
        self.reporter.connection(event);
    }

    fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session, now: Instant) -> Poll<()> {
        self.reporter.flush(cx);
        let (bytes, messages) = (self.read, self.tally.total());
        self.progress.draw(now, || State {
            bytes,
            messages,
            unacknowledged: session.unacknowledged(),
        });
        loop {
            self.hand_over(session, now);
            if self.waits_for == WaitsFor::Turn {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if self.sending.is_some() {
                return Poll::Pending;
            }
            std::task::ready!(self.poll_input(cx));
            if self.is_exhausted() {
                return if session.is_settled() { Poll::Ready(()) } else { Poll::Pending };
            }
        }
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>, _now: Instant) -> Poll<()> {
        self.reporter.flush(cx);
        std::task::ready!(self.poll_input(cx));
        if self.is_exhausted() && self.handed == self.tally.total() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let pace = match self.waits_for {
            WaitsFor::Time(next) => Some(next),
            WaitsFor::Input | WaitsFor::Room | WaitsFor::Turn => None,
        };
        [pace, self.progress.deadline(), self.reporter.deadline()].into_iter().flatten().min()
    }

    fn has_backlog(&self, now: Instant) -> bool {
        self.sending.is_some()
            && match self.waits_for {
                WaitsFor::Time(next) => now >= next,
                WaitsFor::Input | WaitsFor::Room | WaitsFor::Turn => true,
            }
    }

    fn needs_clean_end(&self) -> bool {
        self.at_most_once
    }

    fn is_full(&self) -> bool {
        self.reporter.is_behind()
    }
}
