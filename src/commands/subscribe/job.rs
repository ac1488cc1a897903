//! The session part of `mqtt sub`: messages go to the output, acknowledgements go back, and the run ends when enough
//! arrived.

use super::selection::{Selection, Wanted};
use crate::commands::deciding::Verdict;
use crate::commands::printing::Reader;
use crate::commands::receiving::Receiving;
use crate::commands::removal::Removal;
use crate::exit::{ExitStatus, Failure};
use crate::message::Message;
use crate::mqtt::subscription::Interest;
use crate::mqtt::{Event, Session, Taken};
use crate::run::{ConnectionEvent, Job};
use std::task::{Context, Poll};
use std::time::Instant;

/// Conditions that end the run, besides deadlines and signals.
pub(crate) struct Stop {
    /// After this many messages.
    pub(crate) count: Option<u64>,
    /// Once the broker has acknowledged the subscriptions.
    pub(crate) after_subscribe: bool,
    /// Once the stored (retained) messages have arrived.
    pub(crate) after_retained: bool,
}

/// The broker's answers to SUBSCRIBE and UNSUBSCRIBE.
pub(crate) struct Answers {
    subscriptions: usize,
    all: usize,
    /// Number of refused subscriptions.
    refused: usize,
    /// Number of refused unsubscriptions.
    kept: usize,
    /// Whether every connection subscribes from scratch.
    every_time: bool,
}

impl Answers {
    /// No answers yet to the requests that `interest` makes.
    pub(crate) fn to(interest: &Interest) -> Self {
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

    /// Whether no message can arrive because every subscription was refused.
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

/// The [`Job`] of `mqtt sub`: prints messages and decides when there are enough.
pub(crate) struct Subscribing {
    receiving: Receiving,
    selection: Selection,
    stop: Stop,
    removal: Option<Removal>,
    answers: Answers,
    /// Number of messages printed.
    taken: u64,
    /// Whether --until was true of one of them.
    has_last: bool,
    /// Whether a connection was lost. From then on the idle time runs even without a connection.
    was_lost: bool,
    /// Whether the idle time ended the run while there was no subscription.
    ended_deaf: bool,
    connected: bool,
}

impl Subscribing {
    pub(crate) fn new(
        receiving: Receiving,
        selection: Selection,
        stop: Stop,
        removal: Option<Removal>,
        answers: Answers,
    ) -> Self {
        Self {
            receiving,
            selection,
            stop,
            removal,
            answers,
            taken: 0,
            has_last: false,
            was_lost: false,
            ended_deaf: false,
            connected: false,
        }
    }

    /// Advances the removal of retained messages, and returns whether it is complete.
    fn poll_removal(&mut self, session: &mut Session) -> bool {
        let written = self.receiving.printing.written();
        self.removal.as_mut().is_none_or(|removal| removal.poll(written, session))
    }

    fn has_all(&self) -> bool {
        self.has_last || self.stop.count.is_some_and(|wanted| self.taken >= wanted)
    }

    /// Whether no message has arrived for the time of --idle, which starts with the subscriptions.
    fn is_idle(&mut self, session: &Session, now: Instant) -> bool {
        let is_subscribed = session.is_subscribed();
        let is_listening = if self.stop.after_retained {
            is_subscribed && session.is_past_barrier()
        } else {
            is_subscribed || self.was_lost
        };
        self.ended_deaf = !is_subscribed;
        self.receiving.is_idle(now, is_listening)
    }

    /// Turns the outcome into the command's result.
    pub(crate) fn finish(mut self, end: Option<Failure>) -> Result<(), Failure> {
        let result = self.sum_up(end);
        self.receiving.close(result)
    }

    fn sum_up(&mut self, end: Option<Failure>) -> Result<(), Failure> {
        let end = self.judge_removal(end);
        if self.receiving.finish(end.as_ref())? == Reader::Gone {
            return end.map_or(Ok(()), Err);
        }
        let ended_idle = self.receiving.silence.is_over();
        match end {
            Some(failure) if failure.status == ExitStatus::TimedOut => self.timed_out(failure),
            Some(failure) => Err(failure),
            None if ended_idle && self.ended_deaf && !self.has_all() => {
                let message = "silence for the time of --idle, and no subscription";
                Err(Failure::new(ExitStatus::Lost, message))
            }
            None => match (self.answers.failure(), self.stop.count) {
                (Some(refusals), _) => Err(refusals),
                (None, Some(wanted)) if ended_idle && self.taken < wanted && !self.has_last => {
                    let message = if self.stop.after_retained {
                        format!("only {} of {wanted} messages were retained", self.taken)
                    } else {
                        format!("silence after {} of {wanted} messages", self.taken)
                    };
                    Err(Failure::new(ExitStatus::TimedOut, message))
                }
                _ => match self.receiving.unmet().filter(|_| !self.stop.after_subscribe) {
                    Some(unmet) => Err(Failure::new(ExitStatus::TimedOut, unmet)),
                    None => Ok(()),
                },
            },
        }
    }

    /// Adds failed removals to the reason why the run ended.
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

    /// `-W` is a normal end if at least one message arrived and neither a count nor --until was given.
    fn timed_out(&self, mut failure: Failure) -> Result<(), Failure> {
        if let Some(unmet) = self.receiving.unmet().filter(|_| self.connected) {
            failure.message = format!("{}: {unmet}", failure.message);
            return Err(failure);
        }
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
            self.receiving.silence.end();
        }
        if !self.selection.takes(message) {
            return Taken::Dropped;
        }
        match self.receiving.print(message) {
            Verdict::Skip => return Taken::Dropped,
            Verdict::Print => {}
            Verdict::Last => self.has_last = true,
        }
        self.taken += 1;
        if let Some(removal) = self.removal.as_mut().filter(|_| message.retain) {
            removal.add(message.topic, self.taken);
        }
        if self.has_all() {
            self.receiving.printing.hurry();
            return Taken::Last;
        }
        Taken::Writing
    }

    fn event(&mut self, event: &Event) {
        let ui = self.receiving.reporter.ui();
        match event {
            Event::Connected { session_present, .. } => {
                self.connected = true;
                self.answers.connected(*session_present);
                self.receiving.printing.begin();
                if self.stop.after_retained && self.taken > 0 {
                    ui.note("the stored messages come again from the start");
                }
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
        self.receiving.reporter.event(event);
    }

    fn connection(&mut self, event: &ConnectionEvent<'_>) {
        if let ConnectionEvent::Lost(_) = event {
            self.connected = false;
            self.was_lost = true;
            if self.stop.after_retained {
                self.receiving.silence.end();
            }
        }
        self.receiving.reporter.connection(event);
    }

    fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session, now: Instant) -> Poll<()> {
        self.receiving.poll(cx, session);
        if self.receiving.printing.has_failed() {
            return Poll::Ready(());
        }
        let removed = self.poll_removal(session);
        if self.stop.after_retained && session.is_subscribed() {
            session.raise_barrier(now);
        }
        let nothing_left =
            session.is_subscribed() && (self.stop.after_subscribe || self.answers.is_hopeless());
        let is_idle = self.is_idle(session, now);
        let done = is_idle || self.has_all() || nothing_left;
        if done && removed && self.receiving.printing.is_over() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>, session: &mut Session) -> Poll<()> {
        self.receiving.poll_drain(cx, session)
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<()> {
        self.receiving.poll_offline(cx);
        let removed = self.removal.as_ref().is_none_or(Removal::is_done);
        let is_idle = !self.stop.after_retained && self.receiving.is_idle(now, true);
        self.ended_deaf = is_idle;
        let done = (self.has_all() || is_idle) && self.receiving.printing.is_over() && removed;
        if done || self.receiving.printing.has_failed() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn deadline(&self) -> Option<Instant> {
        self.receiving.deadline()
    }

    fn offline_deadline(&self) -> Option<Instant> {
        self.receiving.silence.deadline()
    }

    fn has_backlog(&self, _now: Instant) -> bool {
        self.removal.as_ref().is_some_and(|removal| !removal.is_done())
    }

    fn is_finite(&self) -> bool {
        self.stop.after_retained || self.stop.after_subscribe
    }

    fn is_full(&self) -> bool {
        self.receiving.is_full()
    }
}
