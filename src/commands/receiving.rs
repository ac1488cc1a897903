//! What all commands that print messages share: printing and acknowledging, the idle time, and the end.

use super::deciding::{Judge, Outputs, Verdict};
use super::printing::{Printing, ReaderState};
use crate::events::Reporter;
use crate::exit::Failure;
use crate::message::Message;
use crate::mqtt::Session;
use std::io;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Measures how long no message has arrived (`--idle`).
#[derive(Debug, Default)]
pub(crate) struct Silence {
    /// Never ends the run if `None`.
    limit: Option<Duration>,
    /// When the limit will be reached.
    until: Option<Instant>,
    is_over: bool,
}

impl Silence {
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self { limit, until: None, is_over: false }
    }

    /// A message arrived: starts again.
    pub(crate) fn end(&mut self) {
        self.until = None;
        self.is_over = false;
    }

    /// Whether the limit is reached at `now`. Time does not count while not `is_listening`.
    pub(crate) fn check(&mut self, now: Instant, is_listening: bool) -> bool {
        let Some(limit) = self.limit else { return false };
        if !is_listening {
            self.end();
            return false;
        }
        self.is_over = now >= *self.until.get_or_insert(now + limit);
        self.is_over
    }

    /// Whether the limit was reached at the last check.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// When to check next.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        // After that only the remaining work counts.
        self.until.filter(|_| !self.is_over)
    }
}

/// The output, the idle time and the reporter of a command that receives.
pub(crate) struct Receiving {
    pub(crate) printing: Printing,
    pub(crate) silence: Silence,
    pub(crate) reporter: Reporter,
    /// Which messages count; if `None`, all.
    decision: Option<Box<Judge>>,
    /// Why not all events were written.
    lost_events: Option<io::Error>,
}

impl Receiving {
    pub(crate) fn new(printing: Printing, idle: Option<Duration>, reporter: Reporter) -> Self {
        let silence = Silence::new(idle);
        Self { printing, silence, reporter, decision: None, lost_events: None }
    }

    /// Uses `decision` to filter messages first.
    pub(crate) fn judging(self, decision: Option<Judge>) -> Self {
        Self { decision: decision.map(Box::new), ..self }
    }

    /// Prints a message, or the filters' outputs for it, unless it is to be skipped.
    #[inline(always)]
    pub(crate) fn print(&mut self, message: &Message<'_>) -> Verdict {
        let verdict = self.decision.as_mut().map_or(Verdict::Print, |it| it.judge(message));
        if verdict != Verdict::Skip {
            self.print_judged(message);
        }
        verdict
    }

    /// Decides about a message that may go to a command; returns the filters' outputs, if they replace its payload.
    pub(crate) fn judge(&mut self, message: &Message<'_>) -> (Verdict, Option<&Outputs>) {
        let Some(decision) = &mut self.decision else { return (Verdict::Print, None) };
        let verdict = decision.judge(message);
        (verdict, decision.outputs())
    }

    /// Prints a message that was decided about, and is not to be skipped.
    #[inline(always)]
    pub(crate) fn print_judged(&mut self, message: &Message<'_>) {
        self.reporter.message(message);
        self.silence.end();
        let ui = self.reporter.ui();
        match self.decision.as_ref().and_then(|decision| decision.outputs()) {
            Some(outputs) => self.printing.print_made(message, outputs, ui),
            None => self.printing.print(message, ui),
        }
    }

    /// Why the condition of `--until` was not met.
    pub(crate) fn unmet(&self) -> Option<String> {
        self.decision.as_ref().and_then(|decision| decision.unmet())
    }

    /// Advances the output and acknowledges written messages.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session) {
        self.reporter.flush(cx);
        self.printing.poll(cx, session);
    }

    /// Advances the output while nothing can be acknowledged.
    pub(crate) fn poll_output(&mut self, cx: &mut Context<'_>) {
        self.reporter.flush(cx);
        self.printing.poll_output(cx);
    }

    /// As [`Receiving::poll`], but ready when everything was written.
    pub(crate) fn poll_drain(&mut self, cx: &mut Context<'_>, session: &mut Session) -> Poll<()> {
        self.printing.hurry();
        self.printing.poll(cx, session);
        if self.printing.is_over() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Whether no more messages should be read for now.
    pub(crate) fn is_full(&self) -> bool {
        self.printing.is_full() || self.reporter.is_behind()
    }

    /// When to check next.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        [self.silence.deadline(), self.reporter.deadline()].into_iter().flatten().min()
    }

    /// Whether the idle time has passed. It does not count while the output's reader is slow.
    pub(crate) fn is_idle(&mut self, now: Instant, is_listening: bool) -> bool {
        let is_listening = is_listening && self.printing.is_over();
        self.silence.check(now, is_listening)
    }

    /// Writes the rest at the `end` of the run.
    ///
    /// # Errors
    /// When a message was not written.
    pub(crate) fn finish(&mut self, end: Option<&Failure>) -> Result<ReaderState, Failure> {
        if let Some(decision) = &self.decision {
            decision.warn(self.reporter.ui());
        }
        let events = self.reporter.finish();
        let reader = self.printing.finish(end)?;
        if reader == ReaderState::Here {
            self.lost_events = events.err();
        }
        Ok(reader)
    }

    /// Closes the events, and returns `result` if all of them were written.
    ///
    /// # Errors
    /// Those of `result`, and when an event was not written.
    pub(crate) fn close(self, result: Result<(), Failure>) -> Result<(), Failure> {
        match (result, self.lost_events.map(Failure::no_events)) {
            (Err(failure), Some(events)) => Err(failure.and(&events)),
            (Ok(()), Some(events)) => Err(events),
            (result, None) => result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_begins_when_somebody_listens_and_ends_when_something_comes() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut silence = Silence::new(Some(Duration::from_secs(10)));
        assert!(!silence.check(at(0), false) && silence.deadline().is_none());
        assert!(!silence.check(at(5), true));
        assert_eq!(silence.deadline(), Some(at(15)));
        silence.end();
        assert!(!silence.check(at(14), true));
        assert!(!silence.check(at(15), true));
        assert!(silence.check(at(24), true) && silence.is_over());
        assert_eq!(silence.deadline(), None);
        assert!(!silence.check(at(25), false) && !silence.is_over());
        assert!(!Silence::new(None).check(at(99), true));
    }
}
