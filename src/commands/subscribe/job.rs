//! The run of `mqtt sub` on a session: messages to the output, acknowledgements back, and when it ends.

use super::selection::{Selection, Wanted};
use crate::commands::output;
use crate::commands::removal::Removal;
use crate::events::Reporter;
use crate::exit::{ExitStatus, Failure};
use crate::format::Format;
use crate::message::{Message, QoS};
use crate::session::engine::Engine;
use crate::session::event::{Event, Job, Taken};
use crate::session::fault::Fault;
use crate::session::subscription::Interest;
use crate::sink::Sink;
use bytes::Bytes;
use std::io;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// How long a stuck reader may hold up the end of the run.
const LAST_WRITE: Duration = Duration::from_millis(300);

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
    format: Format,
    sink: Sink,
    selection: Selection,
    stop: Stop,
    removal: Option<Removal>,
    answers: Answers,
    /// Messages handed to the sink.
    taken: u64,
    /// Those of them that were written.
    written: u64,
    /// Those that were written while there was no connection, and are to be acknowledged on the next.
    written_offline: u64,
    /// When the silence will have lasted long enough.
    idle_until: Option<Instant>,
    ended_idle: bool,
    connected: bool,
    /// Why writing ended.
    failure: Option<io::Error>,
    reporter: Reporter,
}

impl Subscribing {
    pub(super) fn new(
        format: Format,
        sink: Sink,
        selection: Selection,
        stop: Stop,
        removal: Option<Removal>,
        answers: Answers,
        reporter: Reporter,
    ) -> Self {
        Self {
            format,
            sink,
            selection,
            stop,
            removal,
            answers,
            taken: 0,
            written: 0,
            written_offline: 0,
            idle_until: None,
            ended_idle: false,
            connected: false,
            failure: None,
            reporter,
        }
    }

    /// Moves the output on and acknowledges what was written.
    fn poll_sink(&mut self, cx: &mut Context<'_>, engine: &mut Engine) -> Result<(), Fault> {
        let offline = std::mem::take(&mut self.written_offline);
        let written = match self.sink.poll(cx) {
            Poll::Pending => 0,
            Poll::Ready(Ok(written)) => written,
            Poll::Ready(Err(error)) => {
                self.failure = Some(error);
                0
            }
        };
        self.written += written;
        if offline + written > 0 {
            engine.written(offline + written)?;
        }
        Ok(())
    }

    /// Moves the removal on; whether nothing is left of it.
    fn poll_removal(&mut self, engine: &mut Engine) -> bool {
        while engine.has_room(QoS::AtLeastOnce)
            && let Some(removal) = &mut self.removal
            && let Some((position, envelope)) = removal.next(self.written, engine.version())
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
        if !listening || !self.sink.is_idle() {
            self.idle_until = None;
            self.ended_idle = false;
            return false;
        }
        self.ended_idle = now >= *self.idle_until.get_or_insert(now + idle);
        self.ended_idle
    }

    /// Adds up what happened.
    pub(super) fn finish(mut self, end: Option<Failure>) -> Result<(), Failure> {
        let failure = self.failure.take().or_else(|| self.sink.finish(LAST_WRITE).err());
        let flushed = self.reporter.finish();
        let end = self.judge_removal(end);
        let end_status = end.as_ref().map_or(ExitStatus::Success, |failure| failure.status);
        match failure {
            // The reader has what it wanted.
            Some(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return end.map_or(Ok(()), Err);
            }
            Some(error) => return Err(output::failure(error)),
            None => {}
        }
        let unwritten = self.sink.unwritten();
        if unwritten > 0 {
            let cause = end.map(|failure| failure.message + "; ").unwrap_or_default();
            let message = format!(
                "{cause}the reader is stuck: {unwritten} received messages were not written"
            );
            return Err(Failure::new(end_status.graver(ExitStatus::LocalIo), message));
        }
        flushed.map_err(Failure::no_events)?;
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
        let format = &mut self.format;
        self.sink.message(|out| format.write(message, out));
        if let Some(complaint) = self.format.take_complaint() {
            self.reporter.ui().warn(&complaint);
        }
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
                if let Err(error) = self.sink.begin() {
                    self.failure.get_or_insert(error);
                }
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
        self.poll_sink(cx, engine)?;
        if self.failure.is_some() {
            return Poll::Ready(Ok(()));
        }
        let removed = self.poll_removal(engine);
        if self.stop.after_retained && engine.is_subscribed() {
            engine.raise_barrier(now);
        }
        let nothing_left =
            engine.is_subscribed() && (self.stop.after_subscribe || self.answers.is_hopeless());
        let done = self.has_all() || nothing_left || self.is_idle(engine, now);
        if done && removed && self.sink.is_idle() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>, engine: &mut Engine) -> Poll<Result<(), Fault>> {
        self.poll_sink(cx, engine)?;
        if self.sink.is_idle() || self.failure.is_some() {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.reporter.flush();
        match self.sink.poll(cx) {
            Poll::Ready(Err(error)) => {
                self.failure = Some(error);
                return Poll::Ready(());
            }
            Poll::Ready(Ok(written)) => {
                self.written += written;
                self.written_offline += written;
            }
            Poll::Pending => {}
        }
        let removed = self.removal.as_ref().is_none_or(Removal::is_done);
        if self.has_all() && self.sink.is_idle() && removed {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn deadline(&self) -> Option<Instant> {
        // Once it has passed, only what is left to be done counts.
        self.idle_until.filter(|_| !self.ended_idle)
    }

    fn has_backlog(&self) -> bool {
        self.removal.as_ref().is_some_and(|removal| !removal.is_done())
    }

    fn is_full(&self) -> bool {
        self.sink.is_full()
    }
}
