//! What a command does on a session.

use super::loss::Loss;
use crate::message::Message;
use crate::mqtt::version::Version;
use crate::mqtt::{Event, Session, Taken};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Something that happened to the connection, rather than in the session.
#[derive(Debug)]
pub enum ConnectionEvent<'a> {
    /// The connection, or an attempt at one, failed.
    Lost(&'a Loss),
    /// The next attempt comes after this delay.
    Reconnecting {
        /// Counted from 1 since the connection was lost.
        attempt: u32,
        /// The wait before it.
        delay: Duration,
        /// Why.
        loss: &'a Loss,
    },
    /// The broker does not speak MQTT 5, and is asked to speak this version.
    FallingBack(Version),
    /// Several sessions in a row under an id of the user's were short: perhaps another client uses it.
    ShortSessions,
    /// We ended the connection with DISCONNECT.
    Disconnected,
    /// A packet, for the trace: `true` when it goes out.
    Packet(bool, String),
}

/// What a command does on a session. Whoever drives it calls these one after the other; none may block.
pub trait Job {
    /// A message came.
    fn message(&mut self, message: &Message<'_>) -> Taken;

    /// Something happened in the session.
    fn event(&mut self, event: &Event);

    /// Something happened to the connection.
    fn connection(&mut self, event: &ConnectionEvent<'_>);

    /// Moves local work on while the connection is up, for a bounded time: hands messages to `session`, reports
    /// written ones. Ready when the job is done and the connection may be closed in order. A job that could go on
    /// at once wakes the task.
    fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session, now: Instant) -> Poll<()>;

    /// The run is being stopped: reports what is still being written, until nothing is.
    fn poll_drain(&mut self, cx: &mut Context<'_>, session: &mut Session) -> Poll<()> {
        let _ = (cx, session);
        Poll::Ready(())
    }

    /// [`Job::poll`] while there is no connection: must not read ahead. Ready when there is nothing
    /// left that a connection could do.
    fn poll_offline(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<()>;

    /// When the job wants to be polled although nothing happened.
    fn deadline(&self) -> Option<Instant> {
        None
    }

    /// When the job wants to be polled while there is no connection.
    fn offline_deadline(&self) -> Option<Instant> {
        None
    }

    /// Whether at `now` messages of this job wait for the broker that the session does not know of.
    fn has_backlog(&self, now: Instant) -> bool {
        let _ = now;
        false
    }

    /// Whether the job comes to an end by itself, so that it must not wait for ever for a broker that cannot be
    /// reached.
    fn is_finite(&self) -> bool {
        false
    }

    /// Whether it matters to this job how the connection ends once the job is done.
    fn needs_clean_end(&self) -> bool {
        false
    }

    /// Whether no more messages can be taken for now, so that the socket must not be read.
    fn is_full(&self) -> bool {
        false
    }
}
