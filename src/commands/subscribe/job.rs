//! The run of `mqtt sub` on a session: messages to the output, acknowledgements back, and when it ends.

use super::selection::{Selection, Wanted};
use crate::commands::printing::{Printing, Reader};
use crate::commands::removal::Removal;
use crate::events::Reporter;
use crate::exit::{ExitStatus, Failure};
use crate::message::{Message, QoS};
use crate::session::engine::Engine;
use crate::session::event::{Event, Job, Taken};
use crate::session::fault::Fault;
use crate::session::subscription::Interest;
use bytes::Bytes;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// What ends the run, besides deadlines and signals.
pub(super) struct Stop {
    /// So many messages.
    pub(super) count: Option<u64>,
    /// So long without a message.
    pub(super) idle: Option<Duration>,
    /// The answer to the subscriptions.
    pub(super) after_subscribe: bool,
    /// The end of what the broker had stored.
    pub(super) after_retained: bool,
}

/// What the broker said to the subscriptions.
pub(super) struct Answers {
    subscriptions: usize,
    all: usize,
    /// Subscriptions that were refused.
    refused: usize,
    /// Unsubscriptions that were refused.
    kept: usize,
    /// Everything is subscribed to anew with each connection.
    every_time: bool,
}

impl Answers {
    /// None yet, to what `interest` asks for.
    pub(super) fn to(interest: &Interest) -> Self {
        let subscriptions = interest.subscriptions.len();
        Self {
            subscriptions,
            all: subscriptions + interest.unsubscriptions.len(),
            refused: 0,
            kept: 0,
            every_time: interest.every_time,
        }
    }

    fn connected(&mut self, session_present: bool) {
        if self.every_time || !session_present {
            self.refused = 0;
        }
    }

    /// Whether nothing can come, for every subscription was refused.
    fn is_hopeless(&self) -> bool {
        self.subscriptions > 0 && self.refused == self.subscriptions
    }

    fn failure(&self) -> Option<Failure> {
        let message = match (self.refused, self.kept) {
            (0, 0) => return None,
            (refused, 0) => format!("{refused} of {} subscriptions refused", self.subscriptions),
            (refused, kept) => {
                format!("{} of {} requests refused", refused + kept, self.all)
            }
        };
        Some(Failure::new(ExitStatus::Refused, message))
    }
}

/// See the module.
pub(super) struct Subscribing {
    printing: Printing,
    selection: Selection,
    stop: Stop,
    removal: Option<Removal>,
    answers: Answers,
    /// Messages that are printed.
    taken: u64,
    /// When the silence will have lasted long enough.
    idle_until: Option<Instant>,
    ended_idle: bool,
    connected: bool,
    reporter: Reporter,
}

impl Subscribing {
    pub(super) fn new(
        printing: Printing,
        selection: Selection,
        stop: Stop,
        removal: Option<Removal>,
        answers: Answers,
        reporter: Reporter,
    ) -> Self {
        Self {
            printing,
            selection,
            stop,
            removal,
            answers,
            taken: 0,
            idle_until: None,
            ended_idle: false,
            connected: false,
            reporter,
        }
    }

    /// Moves the removal on; whether nothing is left of it.
    fn poll_removal(&mut self, engine: &mut Engine) -> bool {
        while engine.has_room(QoS::AtLeastOnce)
            && let Some(removal) = &mut self.removal
            && let Some((position, envelope)) =
                removal.next(self.printing.written(), engine.version())
        {
            engine.publish(position, &envelope, Bytes::new(), self);
        }
        self.removal.as_ref().is_none_or(Removal::is_done)
    }

    fn has_all(&self) -> bool {
        self.stop.count.is_some_and(|wanted| self.taken >= wanted)
    }

    /// Whether the silence has lasted long enough; it begins when the subscriptions stand.
    fn is_idle(&mut self, engine: &Engine, now: Instant) -> bool {
        let Some(idle) = self.stop.idle else { return false };
        let listening =
            engine.is_subscribed() && (!self.stop.after_retained || engine.is_past_barrier());
        // It begins when everything is written: while the reader is slow, nobody listens.
        if !listening || !self.printing.is_over() {
            self.idle_until = None;
            self.ended_idle = false;
            return false;
        }
        self.ended_idle = now >= *self.idle_until.get_or_insert(now + idle);
        self.ended_idle
    }

    /// Adds up what happened.
    pub(super) fn finish(mut self, end: Option<Failure>) -> Result<(), Failure> {
        let flushed = self.reporter.finish();
        let end = self.judge_removal(end);
        match self.printing.finish(end.as_ref())? {
            Reader::Gone => return end.map_or(Ok(()), Err),
            Reader::Here => flushed.map_err(Failure::no_events)?,
        }
        match end {
            Some(failure) if failure.status == ExitStatus::TimedOut => self.timed_out(failure),
            Some(failure) => Err(failure),
            None => match (self.answers.failure(), self.stop.count) {
                (Some(refusals), _) => Err(refusals),
                (None, Some(wanted)) if self.ended_idle && self.taken < wanted => {
                    let message = if self.stop.after_retained {
                        format!("only {} of {wanted} messages were retained", self.taken)
                    } else {
                        format!("silence after {} of {wanted} messages", self.taken)
                    };
                    Err(Failure::new(ExitStatus::TimedOut, message))
                }
                _ => Ok(()),
            },
        }
    }

    /// What the removal makes of the end of the run.
    fn judge_removal(&mut self, end: Option<Failure>) -> Option<Failure> {
        let Some(tally) = self.removal.take().map(Removal::finish) else { return end };
        if tally.status() == ExitStatus::Success {
            return end;
        }
        let summary = format!("removing retained messages: {tally}");
        Some(match end {
            Some(mut failure) => {
                failure.message.push_str("; ");
                failure.message.push_str(&summary);
                failure.status = failure.status.graver(tally.status_of_sent());
                failure
            }
            None => Failure::new(tally.status(), summary),
        })
    }

    /// `-W` is a normal end when no count was asked for and something came.
    fn timed_out(&self, mut failure: Failure) -> Result<(), Failure> {
        match self.stop.count {
            Some(wanted) => {
                failure.message =
                    format!("{} after {} of {wanted} messages", failure.message, self.taken);
                Err(failure)
            }
            None if self.taken > 0 && self.stop.after_retained => Err(failure),
            None if self.taken > 0 && (self.connected || self.answers.refused > 0) => {
                self.answers.failure().map_or(Ok(()), Err)
            }
            None => Err(failure),
        }
    }
}

impl Job for Subscribing {
    fn message(&mut self, message: &Message<'_>) -> Taken {
        if self.stop.after_subscribe {
            return Taken::Left;
        }
        if self.removal.as_mut().is_some_and(|removal| removal.is_echo(message)) {
            return Taken::Dropped;
        }
        if self.selection.wanted == Wanted::Retained && message.retain {
            self.idle_until = None;
        }
        if !self.selection.takes(message) {
            return Taken::Dropped;
        }
        self.reporter.message(message);
        self.idle_until = None;
        self.printing.print(message, self.reporter.ui());
        self.taken += 1;
        if let Some(removal) = self.removal.as_mut().filter(|_| message.retain) {
            removal.add(message.topic, self.taken);
        }
        if self.has_all() { Taken::Last } else { Taken::Writing }
    }

    fn event(&mut self, event: &Event<'_>) {
        let ui = self.reporter.ui();
        match event {
            Event::Connected { session_present, .. } => {
                self.connected = true;
                self.answers.connected(*session_present);
                self.printing.begin();
                if self.stop.after_retained && self.taken > 0 {
                    ui.note("the stored messages come again from the start");
                }
            }
            Event::Lost(_) => {
                self.connected = false;
                self.idle_until = None;
            }
            Event::Subscribed { filter, answer: Err(explanation), .. } => {
                self.answers.refused += 1;
                ui.error(&format!("subscription to {filter} refused: {explanation}"));
            }
            Event::Unsubscribed { filter, answer: Err(explanation) } => {
                self.answers.kept += 1;
                ui.error(&format!("unsubscribing from {filter} refused: {explanation}"));
            }
            _ => {}
        }
        if let Some((topic, explanation)) =
            self.removal.as_mut().and_then(|removal| removal.note(event))
        {
            ui.error(&format!("removing {topic} refused: {explanation}"));
        }
        self.reporter.event(event);
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        engine: &mut Engine,
        now: Instant,
    ) -> Poll<Result<(), Fault>> {
        self.reporter.flush();
        self.printing.poll(cx, engine)?;
        if self.printing.has_failed() {
            return Poll::Ready(Ok(()));
        }
        let removed = self.poll_removal(engine);
        if self.stop.after_retained && engine.is_subscribed() {
            engine.raise_barrier(now);
        }
        let nothing_left =
            engine.is_subscribed() && (self.stop.after_subscribe || self.answers.is_hopeless());
        let done = self.has_all() || nothing_left || self.is_idle(engine, now);
        if done && removed && self.printing.is_over() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>, engine: &mut Engine) -> Poll<Result<(), Fault>> {
        self.printing.poll(cx, engine)?;
        if self.printing.is_over() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.reporter.flush();
        self.printing.poll_offline(cx);
        let removed = self.removal.as_ref().is_none_or(Removal::is_done);
        let done = self.has_all() && self.printing.is_over() && removed;
        if done || self.printing.has_failed() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn deadline(&self) -> Option<Instant> {
        // Once it has passed, only what is left to be done counts.
        self.idle_until.filter(|_| !self.ended_idle)
    }

    fn has_backlog(&self) -> bool {
        self.removal.as_ref().is_some_and(|removal| !removal.is_done())
    }

    fn is_full(&self) -> bool {
        self.printing.is_full()
    }
}
