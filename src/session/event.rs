//! What a session tells the command that runs on it, and what the command answers.

use super::engine::Engine;
use super::fault::{Explanation, Fault};
use super::reason::Reason;
use super::wire::Version;
use crate::message::{Message, QoS};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// What became of one message that was to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The final acknowledgement is in; at QoS 0, the message was handed to the connection.
    Delivered(Reason),
    /// The broker said no, or is known to take no such message.
    Refused(Explanation),
    /// It was sent, and what became of it will never be known.
    Unconfirmed,
    /// It never left.
    NotSent,
}

/// Something that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// The broker accepted the connection.
    Connected {
        /// The version spoken.
        version: Version,
        /// Whether a session was resumed.
        session_present: bool,
        /// What the broker wants response topics to begin with, if it was asked and says so ([MQTT 5, 4.10.1]).
        response_information: Option<&'a str>,
    },
    /// The broker answered for one filter.
    Subscribed {
        /// The filter.
        filter: &'a str,
        /// What was asked for.
        requested: QoS,
        /// What was granted, or why not.
        answer: Result<QoS, Explanation>,
    },
    /// The broker answered for one filter to unsubscribe from.
    Unsubscribed {
        /// The filter.
        filter: &'a str,
        /// Whether it was there, or why it stays.
        answer: Result<Reason, Explanation>,
    },
    /// A message to publish came to its end.
    Published {
        /// Which record of the input, counted from 1.
        position: u64,
        /// 0 at QoS 0 and for messages that were never sent.
        packet_id: u16,
        /// The end.
        outcome: Outcome,
    },
    /// A connection ended while QoS 0 messages may have been on their way.
    MaybeLost {
        /// How many, at most.
        count: u64,
        /// The broker's reason, when there is only this one message it can be about.
        refusal: Option<&'a Explanation>,
    },
    /// The session was gone after a reconnect: this many messages are sent again as new ones.
    Republished(usize),
    /// The broker has more messages in flight to us than CONNECT allows, which is said once a connection.
    Overrun(u16),
    /// The broker acknowledged something that does not wait for it.
    Stray(&'static str, u16),
    /// The connection, or an attempt at one, failed.
    Lost(&'a Fault),
    /// The next attempt comes after this delay.
    Reconnecting {
        /// Counted from 1 since the connection was lost.
        attempt: u32,
        /// The wait before it.
        delay: Duration,
        /// Why.
        fault: &'a Fault,
    },
    /// Several sessions in a row were short: perhaps another client uses our id.
    ShortSessions,
    /// We ended the connection with DISCONNECT.
    Disconnected,
    /// A packet, for the trace: `true` when it goes out.
    Packet(bool, String),
}

/// What became of a received message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is being written; [`Engine::written`] will say when it is safe.
    Writing,
    /// It was left out on purpose.
    Dropped,
    /// It is being written, and no further message may be taken or acknowledged.
    Last,
    /// Neither this nor any further message is taken or acknowledged: the broker keeps what it can.
    Left,
}

/// What a command does on a session.
pub trait Job {
    /// A message came.
    fn message(&mut self, message: &Message<'_>) -> Taken;

    /// Something happened.
    fn event(&mut self, event: &Event<'_>);

    /// Moves local work on while the connection is up: hands messages to `engine`, reports written
    /// ones. Ready when the job is done and the connection may be closed in order.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        engine: &mut Engine,
        now: Instant,
    ) -> Poll<Result<(), Fault>>;

    /// The run is being stopped: reports what is still being written, until nothing is.
    fn poll_drain(&mut self, cx: &mut Context<'_>, engine: &mut Engine) -> Poll<Result<(), Fault>> {
        let _ = (cx, engine);
        Poll::Ready(Ok(()))
    }

    /// [`Job::poll`] while there is no connection: must not read ahead. Ready when there is nothing
    /// left that a connection could do.
    fn poll_offline(&mut self, cx: &mut Context<'_>) -> Poll<()>;

    /// When [`Job::poll`] wants to be called although nothing happened.
    fn deadline(&self) -> Option<Instant> {
        None
    }

    /// Whether messages of this job wait for the broker that the engine does not know of.
    fn has_backlog(&self) -> bool {
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
