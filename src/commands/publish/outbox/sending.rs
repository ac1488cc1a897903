//! Sends an outbox while more is stored: the session job of `mqtt pub --outbox`.

use super::storing::{Storing, failed, full};
use crate::commands::progress::{Progress, State};
use crate::commands::publish::pace::Pace;
use crate::events::{NAMED, Reporter};
use crate::exit::{ExitStatus, Failure};
use crate::message::{Message, QoS};
use crate::mqtt::{Event, Kept, Outcome, Session, Taken};
use crate::outbox::course::Next;
use crate::outbox::{Due, Outbox};
use crate::run::{ConnectionEvent, Job};
use std::cell::RefCell;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

/// Most messages handed to the session in one turn.
const TURN: u32 = 4_096;

/// Stores messages, sends them, and counts the outcomes.
pub(crate) struct Sending {
    outbox: Outbox,
    storing: Storing,
    /// The number after the last message of this run, once all are stored. The run ends there, as other processes may
    /// add messages forever.
    end: Option<u64>,
    /// Rate at which messages are sent.
    pace: Pace,
    progress: Progress,
    reporter: Reporter,
    /// The outbox as shown to users.
    shown: String,
    /// Whether there is a connection.
    is_up: bool,
    /// When the next message may be sent.
    wait_until: Option<Instant>,
    /// Whether to continue at once, after other tasks have had their turn.
    has_more: bool,
    /// Whether to stop sending: the broker broke the protocol, so outcomes can no longer be trusted.
    is_doubtful: bool,
    /// The message at which the broker closed the connection repeatedly.
    hung_up_on: Option<u64>,
    /// A disk failure.
    failure: Option<Failure>,
    delivered: u64,
    refused: u64,
    expired: u64,
}

impl Sending {
    pub(super) fn new(
        outbox: Outbox,
        storing: Storing,
        progress: Progress,
        reporter: Reporter,
        shown: String,
        pace: Pace,
        refused: u64,
    ) -> Self {
        Self {
            outbox,
            storing,
            end: None,
            pace,
            progress,
            reporter,
            shown,
            is_up: false,
            wait_until: None,
            has_more: false,
            is_doubtful: false,
            hung_up_on: None,
            failure: None,
            delivered: 0,
            refused,
            expired: 0,
        }
    }

    /// Stores available input. Returns true if the disk failed and there is no connection, so that nothing is left to
    /// do.
    pub(super) fn poll_disk(&mut self, cx: &mut Context<'_>) -> bool {
        loop {
            if self.failure.is_some() {
                return !self.is_up;
            }
            let stored = self.storing.poll(cx, &mut self.outbox);
            match self.outbox.poll(cx) {
                Err(error) => self.failure = Some(failed(error)),
                // The write may have made room.
                Ok(()) if stored.is_pending() && self.storing.can_go_on(&mut self.outbox) => {}
                Ok(()) => {
                    if stored.is_ready() && self.outbox.is_durable() {
                        self.end.get_or_insert(self.outbox.end());
                    }
                    return false;
                }
            }
        }
    }

    /// Ready when all input available at the start is stored, or the outbox has no room for it. Returns true if there
    /// is nothing to send. With `comes`, input may arrive slowly and is not waited for.
    pub(super) fn poll_stored(&mut self, cx: &mut Context<'_>, comes: bool) -> Poll<bool> {
        self.poll_disk(cx);
        if self.failure.is_some() {
            return Poll::Ready(true);
        }
        if self.end.is_some() {
            return Poll::Ready(self.is_over() && !comes);
        }
        let is_shut_out = self.storing.has_message() && self.outbox.is_full();
        if comes || is_shut_out { Poll::Ready(false) } else { Poll::Pending }
    }

    /// Hands messages to the session while it has room and the rate allows.
    fn hand_out(&mut self, session: &mut Session, now: Instant) -> anyhow::Result<()> {
        let mut left = TURN;
        (self.wait_until, self.has_more) = (None, false);
        while !self.is_doubtful
            && session.has_room(QoS::AtLeastOnce)
            && !self.reporter.is_behind()
            && self.has_next()
        {
            self.wait_until = self.pace.wait(now);
            self.has_more = left == 0;
            if self.wait_until.is_some() || self.has_more {
                return Ok(());
            }
            left -= 1;
            match self.outbox.hand_out()? {
                None => return Ok(()),
                Some(Due::Send { next, envelope, payload }) => {
                    self.pace.sent(now);
                    let Next { number, packet_id, again, received } = next;
                    let kept = Kept { packet_id, again, received };
                    session.publish_kept(number, &envelope, payload, kept);
                }
                Some(Due::Expired { number }) => {
                    self.expired += 1;
                    self.name(self.expired, &format!("message {number} expired in the outbox"));
                }
            }
        }
        Ok(())
    }

    fn name(&mut self, count: u64, text: &str) {
        if count <= NAMED {
            self.progress.hide();
            self.reporter.ui().error(text);
        }
    }

    /// A message is final, or the run ended before it was.
    fn conclude(&mut self, number: u64, outcome: &Outcome) -> anyhow::Result<()> {
        match outcome {
            Outcome::Delivered(_) => {
                self.delivered += 1;
                self.outbox.delivered(number);
            }
            Outcome::Refused(explanation) => {
                self.refused += 1;
                self.name(self.refused, &format!("message {number} refused: {explanation}"));
                self.outbox.refused(number)?;
            }
            Outcome::Unconfirmed if self.hung_up_on == Some(number) => {
                self.refused += 1;
                self.outbox.refused(number)?;
            }
            // It stays in the outbox.
            Outcome::Unconfirmed if self.is_over() => {}
            Outcome::Unconfirmed => self.is_doubtful = true,
            Outcome::NotSent => {}
        }
        Ok(())
    }

    /// Whether there is a message for the session. Once all messages of this run are final, the rest is left to other
    /// runs.
    fn has_next(&mut self) -> bool {
        !self.is_over() && self.outbox.has_next()
    }

    /// Whether everything this run has to send is final.
    fn is_over(&self) -> bool {
        self.end.is_some_and(|end| self.outbox.first() >= end)
    }

    fn note(&mut self, result: anyhow::Result<()>) {
        if let Err(error) = result {
            self.failure.get_or_insert_with(|| failed(error));
        }
    }

    /// Writes what is left and removes what is final.
    pub(super) fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.failure.is_none() {
            let result = ready!(self.outbox.poll_close(cx));
            self.note(result);
        }
        Poll::Ready(())
    }

    /// Prints the summary and returns the result of the run.
    pub(super) fn finish(&mut self, end: Option<Failure>) -> Result<(), Failure> {
        let stored = self.outbox.unfinished();
        let ui = self.reporter.ui();
        let mut failures = self.storing.failures();
        failures.extend(end);
        if let Some(mut failure) = self.failure.take() {
            // More details do not exist, and this failure must be reported.
            self.progress.finish(ui, None);
            let _ = self.reporter.finish();
            let stays = format!("; undelivered messages stay in {}", self.shown);
            failure.message.push_str(&stays);
            return Err(failure);
        }
        if self.storing.is_shut_out() && self.outbox.is_full() {
            // The input was not stored, whatever else went wrong.
            failures.retain(|failure| failure.status.signal().is_some());
            failures.push(full(&self.shown));
        }
        if let Err(error) = self.reporter.finish() {
            failures.push(Failure::no_events(error));
        }
        let all = failures.is_empty() && self.refused + self.expired + stored == 0;
        self.progress.finish(ui, all.then_some(self.delivered));
        if all {
            return Ok(());
        }
        let counted = match (self.is_doubtful, self.refused + self.expired) {
            (true, _) => ExitStatus::Lost,
            (_, 1..) => ExitStatus::Refused,
            _ => ExitStatus::Success,
        };
        let summary = self.summary(stored);
        match Failure::gravest(failures, |text| ui.error(text)) {
            None if counted == ExitStatus::Success => Ok(()),
            None => Err(Failure::new(counted, summary)),
            Some(failure) => Err(failure.with_summary(counted, &summary)),
        }
    }

    /// For example `12 delivered, 1 refused, 3 stored in DIR`.
    fn summary(&self, stored: u64) -> String {
        let mut text = format!("{} delivered", self.delivered);
        for (count, what) in [(self.refused, "refused"), (self.expired, "expired")] {
            if count > 0 {
                text.push_str(&format!(", {count} {what}"));
            }
        }
        text.push_str(&format!(", {stored} stored in {}", self.shown));
        if self.refused + self.expired > 0 {
            let kept = format!("; see {}/refused.ndjson", self.shown);
            text.push_str(&kept);
        }
        text
    }

    fn connected(&mut self, session_present: bool) {
        self.is_up = true;
        self.progress.hide();
        self.progress.begin(Instant::now());
        let again = self.outbox.connected(session_present);
        if again > 0 {
            let again = usize::try_from(again).unwrap_or(usize::MAX);
            self.reporter.event(&Event::Republished(again));
        }
    }
}

impl Job for Rc<RefCell<Sending>> {
    fn message(&mut self, _message: &Message<'_>) -> Taken {
        Taken::Passed
    }

    fn event(&mut self, event: &Event) {
        let this = &mut *self.borrow_mut();
        this.reporter.event(event);
        match event {
            Event::Connected { session_present, .. } => this.connected(*session_present),
            Event::Received { position } => this.outbox.received(*position),
            Event::HungUpOn { position, .. } => {
                this.progress.hide();
                this.hung_up_on = Some(*position);
            }
            Event::Published { position, outcome, .. } => {
                let result = this.conclude(*position, outcome);
                this.note(result);
            }
            _ => this.progress.hide(),
        }
    }

    fn connection(&mut self, event: &ConnectionEvent<'_>) {
        let this = &mut *self.borrow_mut();
        if !matches!(event, ConnectionEvent::Packet(..)) {
            this.progress.hide();
        }
        if matches!(event, ConnectionEvent::Lost(_) | ConnectionEvent::Disconnected) {
            this.is_up = false;
            this.outbox.disconnected();
        }
        this.reporter.connection(event);
    }

    fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session, now: Instant) -> Poll<()> {
        let this = &mut *self.borrow_mut();
        this.reporter.flush(cx);
        let (bytes, messages) = (this.storing.read, this.delivered);
        let unacknowledged = session.unacknowledged();
        this.progress.draw(now, || State { bytes, messages, unacknowledged });
        this.poll_disk(cx);
        while let Some(packet_id) = this.outbox.next_release() {
            session.release(packet_id);
        }
        let result = this.hand_out(session, now);
        this.note(result);
        this.poll_disk(cx);
        if this.failure.is_some() {
            return Poll::Ready(());
        }
        if this.has_more {
            cx.waker().wake_by_ref();
        }
        let is_over = session.is_settled() && (this.is_over() || this.is_doubtful);
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>, _now: Instant) -> Poll<()> {
        let this = &mut *self.borrow_mut();
        this.reporter.flush(cx);
        this.poll_disk(cx);
        let is_over = this.failure.is_some() || this.is_over() || this.is_doubtful;
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    }

    fn deadline(&self) -> Option<Instant> {
        let this = self.borrow();
        let own = [this.wait_until, this.progress.deadline(), this.reporter.deadline()];
        own.into_iter().chain([this.outbox.deadline(), this.storing.deadline()]).flatten().min()
    }

    fn offline_deadline(&self) -> Option<Instant> {
        let this = self.borrow();
        [this.outbox.deadline(), this.storing.deadline()].into_iter().flatten().min()
    }

    fn has_backlog(&self, _now: Instant) -> bool {
        let this = &mut *self.borrow_mut();
        this.wait_until.is_none() && this.has_next()
    }

    fn is_full(&self) -> bool {
        self.borrow().reporter.is_behind()
    }
}
