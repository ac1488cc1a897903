//! The session part of `mqtt pub`: hands over records and counts what happened to each message.

use super::feed::{Fed, Feed};
use super::pace::Pace;
use crate::commands::input;
use crate::commands::progress::{Progress, State};
use crate::commands::tally::Tally;
use crate::events::Reporter;
use crate::exit::{ExitStatus, Failure};
use crate::message::{Message, QoS};
use crate::mqtt::{Event, Outcome, Reason, Session, Submitted, Taken};
use crate::run::{ConnectionEvent, Job, Stopping};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Most messages handed to the session per turn, so that timers and signals are not starved.
const TURN: u32 = 4_096;

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
    feed: Feed,
    pace: Pace,
    /// When the first record of a recording was sent.
    replayed: Option<Instant>,
    progress: Progress,
    waits_for: WaitsFor,
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
    pub(crate) fn new(feed: Feed, pace: Pace, progress: Progress, reporter: Reporter) -> Self {
        Self {
            feed,
            pace,
            replayed: None,
            progress,
            waits_for: WaitsFor::Input,
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
        let left = timeout.map(|limit| limit.saturating_sub(started.elapsed()));
        input::wait(left, |cx| self.poll_input(cx).map(Ok)).await?;
        self.feed.failure().map_or(Ok(()), Err)
    }

    /// Waits until there is a message to send or the input has ended.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (progress, ui) = (&mut self.progress, self.reporter.ui());
        self.feed.poll(cx, &mut |text| {
            progress.hide();
            ui.error(text);
        })
    }

    /// Whether there is a message among those that were read.
    fn advance(&mut self) -> bool {
        let (progress, ui) = (&mut self.progress, self.reporter.ui());
        self.feed.advance(&mut |text| {
            progress.hide();
            ui.error(text);
        })
    }

    /// Hands messages to the session while it has room and their time has come.
    fn hand_over(&mut self, session: &mut Session, now: Instant) {
        let mut left = TURN;
        while self.advance()
            && let Some((envelope, topic)) = self.feed.peek()
        {
            let counts = self.pace.counts(topic);
            if !session.has_room(envelope.qos) || self.reporter.is_behind() {
                self.waits_for = WaitsFor::Room;
                return;
            }
            let due = self.feed.due().map(|due| *self.replayed.get_or_insert(now) + due);
            let wait = self.pace.wait(now).or(due.filter(|due| now < *due));
            if counts && let Some(next) = wait {
                self.waits_for = WaitsFor::Time(next);
                return;
            }
            if left == 0 {
                self.waits_for = WaitsFor::Turn;
                return;
            }
            left -= 1;
            if counts {
                self.pace.sent(now);
            }
            let Some(Fed { position, envelope, payload, size }) = self.feed.take() else { break };
            self.handed += 1;
            self.at_most_once |= envelope.qos == QoS::AtMostOnce;
            self.read += size;
            match session.publish(position, &envelope, payload) {
                Submitted::Pending => {}
                Submitted::Sent => self.conclude(position, &Outcome::Delivered(Reason::SUCCESS)),
                Submitted::Refused(why) => self.conclude(position, &Outcome::Refused(why)),
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

    /// Adds up what happened.
    pub(crate) fn finish(mut self, end: Option<Failure>) -> Result<(), Failure> {
        self.tally.count_not_sent(self.feed.waiting());
        let ui = self.reporter.ui();
        let all_delivered = end.is_none() && self.tally.status() == ExitStatus::Success;
        self.progress.finish(ui, all_delivered.then_some(self.tally.total()));
        let lost = self.tally.maybe_lost();
        if lost > 0 {
            let cause = if self.lost { "connection lost, " } else { "" };
            ui.error(&format!("{cause}up to {lost} QoS 0 messages may be missing"));
        }
        let counted = self.tally.status();
        let mut failures: Vec<Failure> =
            [end, self.feed.failure(), self.feed.incomplete()].into_iter().flatten().collect();
        if let Err(error) = self.reporter.finish() {
            failures.push(Failure::no_events(error));
        }
        let summary = self.tally.to_string();
        // The gravest failure is returned and printed last, before the summary; the others are printed here.
        match Failure::gravest(failures, |text| ui.error(text)) {
            None if counted == ExitStatus::Success => Ok(()),
            None => Err(Failure::new(counted, summary)),
            // The failure itself explains the messages that were never sent.
            Some(failure) if self.tally.total() > 0 && counted != ExitStatus::Success => {
                Err(failure.with_summary(self.tally.status_of_sent(), &summary))
            }
            Some(failure) => Err(failure),
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
        self.reporter.serve(true, messages, || format!("{} delivered", self.tally.delivered()));
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
            if self.feed.peek().is_some() {
                return Poll::Pending;
            }
            std::task::ready!(self.poll_input(cx));
            if self.feed.is_exhausted() {
                return if session.is_settled() { Poll::Ready(()) } else { Poll::Pending };
            }
        }
    }

    fn stop(&mut self, _why: Stopping, _now: Instant) -> Option<Instant> {
        self.reporter.stopping();
        None
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>, _now: Instant) -> Poll<()> {
        self.reporter.flush(cx);
        std::task::ready!(self.poll_input(cx));
        if self.feed.is_exhausted() && self.handed == self.tally.total() {
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
        self.feed.peek().is_some()
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
