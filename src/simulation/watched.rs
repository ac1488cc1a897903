//! Checks the driver's promises to a job, and a session's limits, at every call of the driver.

use crate::message::Message;
use crate::mqtt::{Event, Session, Taken};
use crate::run::{ConnectionEvent, Job};
use std::task::{Context, Poll};
use std::time::Instant;

/// Most bytes that may wait to be written: the limit at which the session stops, and a message.
const MOST_OUTPUT: usize = (256 << 10) + (64 << 10);

/// Forwards every call.
pub struct Watched<J> {
    job: J,
    is_up: bool,
    last: Option<Instant>,
}

impl<J: Job> Watched<J> {
    pub fn new(job: J) -> Self {
        Self { job, is_up: false, last: None }
    }

    pub fn into_inner(self) -> J {
        self.job
    }

    fn look(&mut self, session: &Session, now: Instant) {
        assert!(session.output().len() <= MOST_OUTPUT, "{} bytes wait", session.output().len());
        assert!(self.last.is_none_or(|last| now >= last), "time goes forward");
        self.last = Some(now);
    }
}

impl<J: Job> Job for Watched<J> {
    fn message(&mut self, message: &Message<'_>) -> Taken {
        assert!(self.is_up, "a message without a connection");
        self.job.message(message)
    }

    fn event(&mut self, event: &Event) {
        self.is_up |= matches!(event, Event::Connected { .. });
        self.job.event(event);
    }

    fn connection(&mut self, event: &ConnectionEvent<'_>) {
        self.is_up &= !matches!(event, ConnectionEvent::Lost(_));
        self.job.connection(event);
    }

    fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session, now: Instant) -> Poll<()> {
        assert!(session.is_up());
        self.look(session, now);
        let done = self.job.poll(cx, session, now);
        self.look(session, now);
        done
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>, session: &mut Session) -> Poll<()> {
        self.job.poll_drain(cx, session)
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<()> {
        self.job.poll_offline(cx, now)
    }

    fn deadline(&self) -> Option<Instant> {
        self.job.deadline()
    }

    fn offline_deadline(&self) -> Option<Instant> {
        self.job.offline_deadline()
    }

    fn has_backlog(&self, now: Instant) -> bool {
        self.job.has_backlog(now)
    }

    fn is_finite(&self) -> bool {
        self.job.is_finite()
    }

    fn needs_clean_end(&self) -> bool {
        self.job.needs_clean_end()
    }

    fn is_full(&self) -> bool {
        self.job.is_full()
    }
}
