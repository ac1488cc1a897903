//! The session part of `mqtt sub`: messages go to the output, acknowledgements go back, and the run ends when enough
//! arrived.

use super::selection::{Selection, Wanted};
use crate::commands::acting::{Acting, Disposition};
use crate::commands::deciding::Verdict;
use crate::commands::printing::ReaderState;
use crate::commands::receiving::Receiving;
use crate::commands::removal::Removal;
use crate::exit::{ExitStatus, Failure};
use crate::message::Message;
use crate::mqtt::subscription::Interest;
use crate::mqtt::{Event, Session, Taken, Version};
use crate::run::{ConnectionEvent, Job, Stopping};
use std::task::{Context, Poll};
use std::time::Instant;

/// What ends the run, besides deadlines and signals.
pub(crate) struct Stop {
    /// This many messages.
    pub(crate) count: Option<u64>,
    /// An event of the subscription.
    pub(crate) after: StopAfter,
}

/// The event of the subscription that ends the run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopAfter {
    /// None.
    Nothing,
    /// The broker has acknowledged the subscriptions.
    Subscribed,
    /// The stored (retained) messages have arrived.
    Retained,
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
    /// Runs commands for messages, if any are given.
    acting: Option<Box<Acting>>,
    /// Tolerates more messages in flight than CONNECT allows, as the limit was not set by the user.
    ignores_overrun: bool,
    /// Number of messages printed or passed to commands.
    taken: u64,
    /// Whether --until was true of one of them.
    has_last: bool,
    /// Whether a connection was lost. From then on the idle time runs even without a connection.
    was_lost: bool,
    /// Whether there was no subscription when the end of the run was last considered.
    is_unsubscribed: bool,
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
            acting: None,
            ignores_overrun: false,
            taken: 0,
            has_last: false,
            was_lost: false,
            is_unsubscribed: false,
            connected: false,
        }
    }

    /// Uses `acting` to run commands for some or all messages.
    pub(crate) fn with_commands(mut self, acting: Acting, ignores_overrun: bool) -> Self {
        self.acting = Some(Box::new(acting));
        self.ignores_overrun = ignores_overrun;
        self
    }

    /// Advances output and commands, and acknowledges what is finished.
    fn advance(&mut self, cx: &mut Context<'_>, session: &mut Session, now: Instant) {
        let Some(acting) = &mut self.acting else { return self.receiving.poll(cx, session) };
        self.receiving.poll_output(cx);
        let written = self.receiving.printing.take_written();
        acting.poll(cx, session, written, now, &mut self.receiving.reporter);
        self.note_retained();
    }

    /// As [`Subscribing::advance`], but without a connection.
    fn advance_offline(&mut self, cx: &mut Context<'_>, now: Instant) {
        self.receiving.poll_output(cx);
        if let Some(acting) = &mut self.acting {
            let written = self.receiving.printing.take_written();
            acting.poll_offline(cx, written, now, &mut self.receiving.reporter);
            self.note_retained();
        }
    }

    /// Removes the retained messages whose commands are done.
    fn note_retained(&mut self) {
        if let (Some(acting), Some(removal)) = (&mut self.acting, &mut self.removal) {
            acting.take_retained().iter().for_each(|topic| removal.add(topic, 0));
        }
    }

    /// Whether output or a command has failed, which ends the run early: ready at once, or pending until running
    /// commands end.
    fn poll_end(&mut self) -> Option<Poll<()>> {
        let has_failed = self.receiving.printing.has_failed();
        let Some(acting) = &mut self.acting else { return has_failed.then_some(Poll::Ready(())) };
        if has_failed {
            acting.stop_beginning();
        }
        match (acting.is_over(), acting.is_stopped()) {
            (true, _) => Some(Poll::Ready(())),
            (false, true) => Some(Poll::Pending),
            (false, false) => None,
        }
    }

    /// Whether commands and output have nothing left to do.
    fn is_at_rest(&self) -> bool {
        // Once `--count` is reached, waiting messages stay with the broker.
        let is_quiet = |it: &Acting| it.is_idle() || (self.has_count() && !it.is_busy());
        self.receiving.printing.is_over() && self.acting.as_deref().is_none_or(is_quiet)
    }

    /// Advances the removal of retained messages, and returns whether it is complete.
    fn poll_removal(&mut self, session: Option<&mut Session>) -> bool {
        let written = self.receiving.printing.written();
        match (&mut self.removal, session) {
            (None, _) => true,
            (Some(removal), Some(session)) => removal.poll(written, session),
            (Some(removal), None) => removal.is_done(),
        }
    }

    fn ends_subscribed(&self) -> bool {
        self.stop.after == StopAfter::Subscribed
    }

    fn ends_retained(&self) -> bool {
        self.stop.after == StopAfter::Retained
    }

    /// Number of messages that count: those printed, and those whose command is done.
    fn counted(&self) -> u64 {
        let written = self.receiving.printing.written();
        self.acting.as_ref().map_or(self.taken, |acting| acting.done(written))
    }

    fn has_all(&self) -> bool {
        self.has_last || self.has_count()
    }

    fn has_count(&self) -> bool {
        self.stop.count.is_some_and(|wanted| self.counted() >= wanted)
    }

    /// Whether the run may end: enough has arrived or nothing more will, and all that was begun is finished. Without a
    /// connection there is no `session`.
    fn is_done(&mut self, mut session: Option<&mut Session>, now: Instant) -> bool {
        let is_removed = self.poll_removal(session.as_deref_mut());
        let subscribed = session.as_deref().filter(|session| session.is_subscribed());
        let (is_subscribed, is_at_rest) = (subscribed.is_some(), self.is_at_rest());
        // The time of --idle starts with the subscriptions.
        let is_listening = match self.ends_retained() {
            true => subscribed.is_some_and(Session::is_past_barrier),
            false => is_subscribed || self.was_lost,
        };
        let is_idle = self.receiving.is_idle(now, is_listening && is_at_rest);
        self.is_unsubscribed = !is_subscribed;
        let nothing_left = is_subscribed && (self.ends_subscribed() || self.answers.is_hopeless());
        (is_idle || nothing_left || self.has_all()) && is_at_rest && is_removed
    }

    /// Applies the filters to a message, then runs a command for it or prints it.
    fn act(&mut self, message: &Message<'_>) -> Taken {
        let ui = self.receiving.reporter.ui();
        let (verdict, made) = self.receiving.judge(message);
        let Some(acting) = self.acting.as_mut().filter(|_| verdict != Verdict::Skip) else {
            return Taken::Dropped;
        };
        match acting.take(message, made, self.taken + 1, ui) {
            Disposition::Print => {
                let printed = acting.printed();
                self.receiving.print_judged(message);
                if let Some(removal) = self.removal.as_mut().filter(|_| message.retain) {
                    removal.add(message.topic, printed);
                }
            }
            way => {
                self.receiving.silence.end();
                self.receiving.reporter.message(message);
                if way == Disposition::Nowhere {
                    return Taken::Dropped;
                }
            }
        }
        self.taken += 1;
        self.has_last |= verdict == Verdict::Last;
        if self.has_last { Taken::Last } else { Taken::Writing }
    }

    /// Turns the outcome into the command's result.
    pub(crate) fn finish(mut self, end: Option<Failure>) -> Result<(), Failure> {
        let mut result = self.sum_up(end);
        let written = self.receiving.printing.written();
        if let Some(acting) = &mut self.acting {
            result = acting.judge(result.err(), written).map_or(Ok(()), Err);
        }
        self.receiving.close(result)
    }

    fn sum_up(&mut self, end: Option<Failure>) -> Result<(), Failure> {
        let end = self.judge_removal(end);
        if self.receiving.finish(end.as_ref())? == ReaderState::Gone {
            return end.map_or(Ok(()), Err);
        }
        let ended_idle = self.receiving.silence.is_over();
        match end {
            Some(failure) if failure.status == ExitStatus::TimedOut => self.timed_out(failure),
            Some(failure) => Err(failure),
            None if ended_idle && self.is_unsubscribed && !self.has_all() => {
                let message = "silence for the time of --idle, and no subscription";
                Err(Failure::new(ExitStatus::Lost, message))
            }
            None => match (self.answers.failure(), self.stop.count) {
                (Some(refusals), _) => Err(refusals),
                (None, Some(wanted)) if ended_idle && self.counted() < wanted && !self.has_last => {
                    let counted = self.counted();
                    let message = if self.ends_retained() {
                        format!("only {counted} of {wanted} messages were retained")
                    } else {
                        format!("silence after {counted} of {wanted} messages")
                    };
                    Err(Failure::new(ExitStatus::TimedOut, message))
                }
                _ => match self.receiving.unmet().filter(|_| !self.ends_subscribed()) {
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
            Some(failure) => failure.with_summary(tally.status_of_sent(), &summary),
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
                    format!("{} after {} of {wanted} messages", failure.message, self.counted());
                Err(failure)
            }
            // Unfinished commands are a failure.
            None if self.acting.as_ref().is_some_and(|acting| acting.was_cut_short()) => {
                Err(failure)
            }
            None if self.taken > 0 && self.ends_retained() => Err(failure),
            None if self.taken > 0 && (self.connected || self.answers.refused > 0) => {
                self.answers.failure().map_or(Ok(()), Err)
            }
            None => Err(failure),
        }
    }
}

impl Job for Subscribing {
    fn message(&mut self, message: &Message<'_>) -> Taken {
        if self.ends_subscribed() {
            return Taken::Left;
        }
        if self.removal.as_mut().is_some_and(|removal| removal.is_echo(message)) {
            return Taken::Dropped;
        }
        if let Some(again) = self.acting.as_mut().and_then(|acting| acting.repeated(message)) {
            return again;
        }
        if self.selection.wanted == Wanted::Retained && message.retain {
            self.receiving.silence.end();
        }
        if !self.selection.takes(message) {
            return Taken::Dropped;
        }
        if self.acting.is_some() {
            return self.act(message);
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
        if let Some(acting) = &mut self.acting {
            acting.event(event, &self.receiving.reporter);
        }
        match event {
            Event::Overrun(_) if self.ignores_overrun => return,
            Event::Connected { version, session_present, .. } => {
                if let Some(acting) = &mut self.acting {
                    acting.connected(*version, *session_present);
                }
                self.connected = true;
                // In MQTT 3.1 they are asked for on every connection.
                self.answers.connected(*session_present && *version != Version::V31);
                self.receiving.printing.begin();
                if self.ends_retained() && self.taken > 0 {
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
            if self.ends_retained() {
                self.receiving.silence.end();
            }
        }
        self.receiving.reporter.connection(event);
    }

    fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session, now: Instant) -> Poll<()> {
        self.advance(cx, session, now);
        let (counted, acting) = (self.counted(), self.acting.as_deref());
        let revision = acting.map_or(counted, Acting::revision);
        self.receiving.reporter.serve(session.is_subscribed(), revision, || match acting {
            Some(acting) => acting.status(counted),
            None => format!("{counted} messages"),
        });
        if let Some(ready) = self.poll_end() {
            return ready;
        }
        if self.ends_retained() && session.is_subscribed() {
            session.raise_barrier(now);
        }
        if self.is_done(Some(session), now) { Poll::Ready(()) } else { Poll::Pending }
    }

    fn stop(&mut self, why: Stopping, now: Instant) -> Option<Instant> {
        self.receiving.reporter.stopping();
        let acting = self.acting.as_mut()?;
        acting.stop(why, now, &self.receiving.reporter)
    }

    fn runs_processes(&self) -> bool {
        self.acting.is_some()
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>, session: &mut Session) -> Poll<()> {
        if self.acting.is_some() {
            self.receiving.printing.hurry();
            self.advance(cx, session, Instant::now());
            let is_over = self.receiving.printing.is_over();
            return if is_over { Poll::Ready(()) } else { Poll::Pending };
        }
        self.receiving.poll_drain(cx, session)
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<()> {
        self.advance_offline(cx, now);
        if let Some(ready) = self.poll_end() {
            return ready;
        }
        if self.is_done(None, now) { Poll::Ready(()) } else { Poll::Pending }
    }

    fn deadline(&self) -> Option<Instant> {
        let acting = self.acting.as_ref().and_then(|acting| acting.deadline());
        [self.receiving.deadline(), acting].into_iter().flatten().min()
    }

    fn offline_deadline(&self) -> Option<Instant> {
        let acting = self.acting.as_ref().and_then(|acting| acting.deadline());
        [self.receiving.silence.deadline(), acting].into_iter().flatten().min()
    }

    fn has_backlog(&self, _now: Instant) -> bool {
        self.acting.as_ref().is_some_and(|acting| acting.has_backlog())
            || self.removal.as_ref().is_some_and(|removal| !removal.is_done())
    }

    fn is_finite(&self) -> bool {
        self.stop.after != StopAfter::Nothing
    }

    fn is_full(&self) -> bool {
        let acting = self.acting.as_ref();
        self.receiving.is_full() || acting.is_some_and(|acting| acting.is_full())
    }
}
