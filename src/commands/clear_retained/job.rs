//! The session part of `mqtt clear-retained`: asks for retained messages until no new ones arrive, and removes each
//! topic after printing it.
//!
//! A pass starts with a new subscription, because some brokers send retained messages only for a new one. It ends when
//! the broker has answered a PINGREQ sent after it and acknowledged every removal. Messages that the broker dropped, or
//! for which there was no room, arrive in a later pass. The last pass, which brings nothing new, also waits for the
//! idle time. If topics arrive again that should be gone, one more pass finds out whether they really exist: until then
//! they may belong to an earlier subscription, or to another one of several.

use super::memory::{Again, Memory};
use crate::commands::printing::ReaderState;
use crate::commands::progress::{Progress, State, grouped, messages};
use crate::commands::receiving::Receiving;
use crate::commands::removal::Removal;
use crate::commands::tally::Tally;
use crate::events::NAMED;
use crate::exit::{ExitStatus, Failure};
use crate::message::Message;
use crate::mqtt::subscription::Interest;
use crate::mqtt::{Event, Session, Taken};
use crate::run::{ConnectionEvent, Job};
use crate::topic::TopicFilter;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

/// After this many passes, other clients are storing new messages all the time, and the run could take forever.
const MOST_PASSES: u32 = 1_000;

/// What to do with retained messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Print and remove them.
    Remove,
    /// Only print them.
    DryRun,
}

/// What to clear.
pub(crate) struct Removals {
    pub(crate) interest: Rc<Interest>,
    /// Topics to skip.
    pub(crate) filter_out: Vec<TopicFilter>,
    pub(crate) mode: Mode,
}

/// The kind of pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    /// No pass has started.
    None,
    /// Removes new topics.
    Clearing,
    /// Finds out whether topics that arrive again really exist.
    Judging,
}

/// The [`Job`] of `mqtt clear-retained`: finds retained messages, prints and removes them, pass by pass.
pub(crate) struct Clearing {
    plan: Removals,
    receiving: Receiving,
    progress: Progress,
    removal: Removal,
    memory: Memory,
    pass: Pass,
    /// The pass that starts once the subscriptions of the last one have ended.
    next: Option<Pass>,
    passes: u32,
    /// Number of topics printed.
    taken: u64,
    /// Whether this pass brought a new topic.
    is_fresh: bool,
    /// Whether this pass brought a topic that should be gone.
    is_odd: bool,
    /// Whether the broker has answered the PINGREQ of this pass.
    is_past_barrier: bool,
    /// Whether a stored message arrived after the answer to the PINGREQ. Then, with this broker, only the idle time
    /// tells where the set ends.
    is_late: bool,
    /// Whether the run ended by itself.
    complete: bool,
    /// Number of topics that exist although the broker acknowledged their removal.
    still_there: u64,
    /// Number of topics that other clients set again.
    set_again: u64,
    /// Number of subscriptions refused on this connection.
    refused: usize,
}

impl Clearing {
    pub(crate) fn new(plan: Removals, receiving: Receiving, progress: Progress) -> Self {
        Self {
            plan,
            receiving,
            progress,
            removal: Removal::default(),
            memory: Memory::default(),
            pass: Pass::None,
            next: None,
            passes: 0,
            taken: 0,
            is_fresh: false,
            is_odd: false,
            is_past_barrier: false,
            is_late: false,
            complete: false,
            still_there: 0,
            set_again: 0,
            refused: 0,
        }
    }

    /// Ends the subscriptions, to start another pass.
    fn leave(&mut self, next: Pass, session: &mut Session) {
        self.next = Some(next);
        self.receiving.silence.end();
        let subscriptions = self.plan.interest.subscriptions.iter();
        let unsubscriptions = subscriptions.map(|it| it.filter.clone()).collect();
        let interest = Interest { unsubscriptions, ..Interest::default() };
        session.subscribe(Rc::new(interest));
    }

    fn begin(&mut self, pass: Pass, session: &mut Session) {
        self.pass = pass;
        self.passes += 1;
        self.is_fresh = false;
        self.is_odd = false;
        self.receiving.silence.end();
        self.refused = 0;
        self.is_past_barrier = false;
        session.subscribe(Rc::clone(&self.plan.interest));
    }

    /// Advances the removals, and returns whether all are complete.
    fn poll_removal(&mut self, session: &mut Session) -> bool {
        let printing = &self.receiving.printing;
        if printing.has_failed() {
            // Topics whose printed lines nobody read are not removed.
            self.removal.give_up();
        }
        self.removal.poll(printing.written(), session)
    }

    /// Starts the next pass if one is needed, and returns whether there is none.
    fn poll_pass(&mut self, session: &mut Session, now: Instant) -> bool {
        if self.pass == Pass::None {
            self.begin(Pass::Clearing, session);
        }
        let removed = self.poll_removal(session);
        if session.is_subscribed()
            && let Some(next) = self.next.take()
        {
            self.begin(next, session);
        }
        if !session.is_subscribed() {
            return false;
        }
        if self.is_hopeless() || self.receiving.printing.has_failed() {
            return removed;
        }
        session.raise_barrier(now);
        self.is_past_barrier = session.is_past_barrier();
        let is_listening = self.is_past_barrier && removed;
        let is_idle = self.receiving.is_idle(now, is_listening);
        if !is_listening || !self.receiving.printing.is_over() {
            return false;
        }
        let goes_on = self.plan.mode == Mode::Remove && !self.is_too_much();
        if goes_on && self.is_fresh && (is_idle || !self.is_late) {
            self.leave(Pass::Clearing, session);
            return false;
        }
        if is_idle && goes_on && self.is_odd && self.pass == Pass::Clearing {
            // Publications to these topics must be noticed meanwhile.
            self.begin(Pass::Judging, session);
            return false;
        }
        is_idle
    }

    /// Whether there are too many topics to find out in one run whether all are gone.
    fn is_too_much(&self) -> bool {
        self.memory.has_overflowed() || self.passes >= MOST_PASSES
    }

    /// Whether nothing can arrive because every subscription was refused.
    fn is_hopeless(&self) -> bool {
        self.refused == self.plan.interest.subscriptions.len()
    }

    /// Handles a topic that was printed before.
    fn note_again(&mut self, topic: &str) {
        if self.pass == Pass::Clearing {
            self.is_odd |= self.memory.is_riddle(topic);
            return;
        }
        let ui = self.receiving.reporter.ui();
        match self.memory.judge(topic) {
            None => {}
            Some(Again::SetAgain) => {
                self.set_again += 1;
                if self.set_again <= NAMED {
                    self.progress.hide();
                    ui.warn(&format!("{topic} was set again by another client meanwhile"));
                }
            }
            Some(Again::StillThere) => {
                self.still_there += 1;
                if self.still_there <= NAMED {
                    self.progress.hide();
                    ui.error(&format!("{topic} is still there: the broker did not remove it"));
                }
            }
        }
    }

    /// Turns the outcome into the command's result.
    pub(crate) fn finish(mut self, end: Option<Failure>) -> Result<(), Failure> {
        let result = self.sum_up(end);
        self.receiving.close(result)
    }

    fn sum_up(&mut self, end: Option<Failure>) -> Result<(), Failure> {
        self.progress.finish(self.receiving.reporter.ui(), None);
        let tally = std::mem::take(&mut self.removal).finish();
        let refusals = self.refusals();
        let cleared = tally.delivered().saturating_sub(self.still_there);
        let stopped = end.is_some();
        let end = judge(end, &tally, self.still_there);
        let reader = self.receiving.finish(end.as_ref())?;
        let was_clean = !stopped && tally.status_of_sent() == ExitStatus::Success;
        if reader == ReaderState::Gone && was_clean {
            // Messages that were not read are not removed, as it should be.
            return Ok(());
        }
        if self.complete && !self.is_hopeless() {
            self.tell(cleared);
        }
        end.or(refusals).map_or(Ok(()), Err)
    }

    /// Prints the summary.
    fn tell(&self, cleared: u64) {
        let ui = self.receiving.reporter.ui();
        let counted = |count| {
            let messages = messages(count);
            format!("{} retained {messages}", grouped(count))
        };
        match self.plan.mode {
            Mode::DryRun => ui.note(&format!("would clear {}", counted(self.taken))),
            Mode::Remove => ui.note(&format!("cleared {}", counted(cleared))),
        }
        if self.set_again > NAMED {
            ui.warn(&format!("{} topics were set again", grouped(self.set_again)));
        }
        if self.is_too_much() && self.plan.mode == Mode::Remove {
            ui.warn("too many topics to check whether all are gone: run it again");
        }
    }

    fn refusals(&self) -> Option<Failure> {
        let all = self.plan.interest.subscriptions.len();
        let message = format!("{} of {all} subscriptions refused", self.refused);
        (self.refused > 0).then(|| Failure::new(ExitStatus::Refused, message))
    }
}

/// Combines the end of the run with the outcome of the removals.
fn judge(end: Option<Failure>, tally: &Tally, still_there: u64) -> Option<Failure> {
    let mut parts = Vec::new();
    let mut status = ExitStatus::Success;
    // A run that was cut short says how far it got.
    if tally.status() != ExitStatus::Success || (end.is_some() && tally.total() > 0) {
        status = if end.is_some() { tally.status_of_sent() } else { tally.status() };
        parts.push(format!("removing retained messages: {tally}"));
    }
    if still_there > 0 {
        status = status.graver(ExitStatus::Refused);
        let topics = if still_there == 1 { "topic is" } else { "topics are" };
        parts.push(format!("{} {topics} still there", grouped(still_there)));
    }
    if parts.is_empty() {
        return end;
    }
    let summary = parts.join("; ");
    Some(match end {
        Some(failure) => failure.with_summary(status, &summary),
        None => Failure::new(status, summary),
    })
}

impl Job for Clearing {
    fn message(&mut self, message: &Message<'_>) -> Taken {
        if !message.retain {
            if !self.removal.is_echo(message) && !message.payload.is_empty() {
                self.memory.note_live(message.topic);
            }
            return Taken::Dropped;
        }
        self.receiving.silence.end();
        self.is_late |= self.is_past_barrier;
        let is_left_alone = message.topic.starts_with("$SYS/")
            || message.payload.is_empty()
            || self.plan.filter_out.iter().any(|filter| filter.matches(message.topic));
        if is_left_alone || self.receiving.printing.has_failed() {
            return Taken::Dropped;
        }
        if self.memory.knows(message.topic) {
            self.note_again(message.topic);
            return Taken::Dropped;
        }
        self.is_fresh = true;
        if self.plan.mode == Mode::Remove && !self.removal.has_room() {
            return Taken::Dropped;
        }
        self.memory.add(message.topic);
        self.receiving.print(message);
        self.taken += 1;
        if self.plan.mode == Mode::Remove {
            self.removal.add(message.topic, self.taken);
        }
        Taken::Writing
    }

    fn event(&mut self, event: &Event) {
        if !matches!(event, Event::Published { .. }) {
            self.progress.hide();
        }
        let ui = self.receiving.reporter.ui();
        match event {
            Event::Connected { .. } => {
                self.refused = 0;
                self.progress.begin(Instant::now());
                self.receiving.printing.begin();
            }
            Event::Subscribed { filter, answer: Err(explanation), .. } => {
                self.refused += 1;
                // Reported once, not in each pass.
                if self.passes == 1 {
                    ui.error(&format!("subscription to {filter} refused: {explanation}"));
                }
            }
            _ => {}
        }
        if let Some((topic, explanation)) = self.removal.settle(event) {
            self.memory.note_refused(topic.as_str());
            if self.removal.names_refusals() {
                self.progress.hide();
                ui.error(&format!("removing {topic} refused: {explanation}"));
            }
        }
        // Events that repeat in every pass are reported once.
        let is_repeated = (self.passes > 1 || self.next.is_some())
            && matches!(event, Event::Subscribed { .. } | Event::Unsubscribed { .. });
        if !is_repeated {
            self.receiving.reporter.event(event);
        }
    }

    fn connection(&mut self, event: &ConnectionEvent<'_>) {
        if !matches!(event, ConnectionEvent::Packet(..)) {
            self.progress.hide();
        }
        if let ConnectionEvent::Lost(_) = event {
            self.receiving.silence.end();
            self.is_past_barrier = false;
        }
        self.receiving.reporter.connection(event);
    }

    fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session, now: Instant) -> Poll<()> {
        let messages = match self.plan.mode {
            Mode::Remove => self.removal.settled(),
            Mode::DryRun => self.taken,
        };
        let unacknowledged = session.unacknowledged();
        self.progress.draw(now, || State { bytes: 0, messages, unacknowledged });
        self.receiving.poll(cx, session);
        self.complete = self.poll_pass(session, now);
        if self.complete { Poll::Ready(()) } else { Poll::Pending }
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>, session: &mut Session) -> Poll<()> {
        self.receiving.poll_drain(cx, session)
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>, _now: Instant) -> Poll<()> {
        self.receiving.poll_output(cx);
        if self.receiving.printing.has_failed() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn deadline(&self) -> Option<Instant> {
        [self.receiving.deadline(), self.progress.deadline()].into_iter().flatten().min()
    }

    fn has_backlog(&self, _now: Instant) -> bool {
        !self.removal.is_done()
    }

    fn is_finite(&self) -> bool {
        true
    }

    fn is_full(&self) -> bool {
        self.receiving.is_full()
    }
}
