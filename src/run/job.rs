//! The interface of a command's work on a session.

use super::loss::Loss;
use crate::message::Message;
use crate::mqtt::trace::Direction;
use crate::mqtt::version::Version;
use crate::mqtt::{Event, Session, Taken};
use crate::transport::Leg;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// An event of the connection, rather than of the session.
#[derive(Debug)]
pub enum ConnectionEvent<'a> {
    /// An attempt to connect is over, and CONNECT follows if it succeeded.
    Dialled {
        /// The stages it reached; a failed attempt ended in the last.
        legs: &'a [Leg],
        /// Whether it succeeded.
        connected: bool,
        /// When.
        at: Instant,
    },
    /// The connection, or an attempt at one, failed.
    Lost(&'a Loss),
    /// The next attempt follows after this delay.
    Reconnecting {
        /// Counted from 1 since the connection was lost.
        attempt: u32,
        /// The delay before it.
        delay: Duration,
        /// Why it is needed.
        loss: &'a Loss,
    },
    /// The broker does not support MQTT 5, so this version is tried.
    FallingBack(Version),
    /// Several sessions in a row with an id chosen by the user were short: another client may be using it.
    ContestedId,
    /// We ended the connection with DISCONNECT.
    Disconnected,
    /// A packet, for the trace.
    Packet(Direction, String),
}

/// Why a run ends before its job is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopping {
    /// A signal asked for it.
    Asked,
    /// The time limit of the run has passed.
    TimedOut,
    /// The connection is lost for good.
    Lost,
}

/// What a command does on a session. The driver calls these one at a time; none may block.
pub trait Job {
    /// A message was received.
    fn message(&mut self, message: &Message<'_>) -> Taken;

    /// An event in the session.
    fn event(&mut self, event: &Event);

    /// An event of the connection.
    fn connection(&mut self, event: &ConnectionEvent<'_>);

    /// Advances local work while the connection is up, for a bounded time: hands messages to `session`, reports written
    /// ones. Ready when the job is done and the connection may be closed cleanly. A job that could continue at once
    /// wakes the task.
    fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session, now: Instant) -> Poll<()>;

    /// The run is to end at `now`. If the job must finish something it has begun, returns the deadline for that. Until
    /// then, or until it is ready, it is polled, but receives no more messages.
    fn stop(&mut self, why: Stopping, now: Instant) -> Option<Instant> {
        let _ = (why, now);
        None
    }

    /// Whether this job runs processes, which a second signal must not leave behind.
    fn runs_processes(&self) -> bool {
        false
    }

    /// The run is being stopped: acknowledges messages as they are written, and is ready when none is left.
    fn poll_drain(&mut self, cx: &mut Context<'_>, session: &mut Session) -> Poll<()> {
        let _ = (cx, session);
        Poll::Ready(())
    }

    /// [`Job::poll`] while there is no connection: must not read ahead. Ready if the job is done without another connection.
    fn poll_offline(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<()>;

    /// When to poll the job even if nothing happens.
    fn deadline(&self) -> Option<Instant> {
        None
    }

    /// When to poll the job while there is no connection.
    fn offline_deadline(&self) -> Option<Instant> {
        None
    }

    /// Whether messages of this job, not handed to the session yet, wait for the broker at `now`.
    fn has_backlog(&self, now: Instant) -> bool {
        let _ = now;
        false
    }

    /// Whether the job ends by itself, so that it must not wait forever for an unreachable broker.
    fn is_finite(&self) -> bool {
        false
    }

    /// Whether a finished job depends on how the connection ends.
    fn needs_clean_end(&self) -> bool {
        false
    }

    /// Whether no more messages can be accepted for now, so that the socket must not be read.
    fn is_full(&self) -> bool {
        false
    }
}
