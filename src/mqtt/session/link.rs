//! The connection of a session: what is known of one connection lives in its state, and goes with it.

use super::output::Output;
use crate::mqtt::aliases::IncomingAliases;
use crate::mqtt::inbound::PendingAcks;
use crate::mqtt::keepalive::KeepAlive;
use crate::mqtt::limits::Limits;
use crate::mqtt::options::SessionOptions;
use crate::mqtt::packet::{PublishWriter, encode};
use crate::mqtt::pings::Pings;
use crate::mqtt::subscriptions::Request;
use crate::mqtt::version::Version;
use std::time::Instant;

/// Bytes that may wait to be written before no more messages are taken.
const OUT_LIMIT: usize = 256 << 10;

/// Older brokers cannot say how much they take at once; this is what mosquitto and Paho assume.
const DEFAULT_OLD_WINDOW: u16 = 20;

/// How far the connection is.
pub(super) enum Link {
    /// There is none.
    Down,
    /// CONNECT is on its way; CONNACK is due.
    Connecting(Output),
    /// CONNACK said yes.
    Up(Box<Up>),
    /// DISCONNECT is on its way; only what the broker still has to say about earlier packets matters.
    Closing(Closing),
}

impl Link {
    /// What waits to be written.
    pub(super) fn output(&self) -> &[u8] {
        match self {
            Self::Down => &[],
            Self::Connecting(out) => out,
            Self::Up(up) => &up.out,
            Self::Closing(closing) => &closing.out,
        }
    }

    /// Where what is to be written goes.
    pub(super) fn output_mut(&mut self) -> Option<&mut Output> {
        match self {
            Self::Down => None,
            Self::Connecting(out) => Some(out),
            Self::Up(up) => Some(&mut up.out),
            Self::Closing(closing) => Some(&mut closing.out),
        }
    }

    pub(super) fn up(&self) -> Option<&Up> {
        match self {
            Self::Up(up) => Some(up),
            _ => None,
        }
    }

    pub(super) fn up_mut(&mut self) -> Option<&mut Up> {
        match self {
            Self::Up(up) => Some(up),
            _ => None,
        }
    }
}

/// A connection that the broker has accepted.
pub(super) struct Up {
    /// What waits to be written.
    pub(super) out: Output,
    pub(super) limits: Limits,
    pub(super) keep_alive: KeepAlive,
    /// Writes PUBLISH, within the limits.
    pub(super) writer: PublishWriter,
    /// The topic aliases that the broker uses.
    pub(super) aliases: IncomingAliases,
    /// Acknowledgements that wait for their message to be safe.
    pub(super) acks: PendingAcks,
    pub(super) pings: Pings,
    /// The PINGREQ whose answer somebody waits for.
    pub(super) barrier: Option<u64>,
    /// SUBSCRIBE or UNSUBSCRIBE that has no answer yet.
    pub(super) request: Option<Request>,
    /// QoS 0 messages that were written.
    pub(super) written: u64,
    /// How many QoS 1 and 2 messages may be in flight ([MQTT 5, 4.9]).
    pub(super) window: usize,
    /// A message that we published came to its end.
    pub(super) has_delivered: bool,
    /// A message that we received was acknowledged.
    pub(super) has_acknowledged: bool,
}

impl Up {
    /// After a CONNACK that came at `now` and said `limits`.
    pub(super) fn new(
        options: &SessionOptions,
        version: Version,
        limits: Limits,
        out: Output,
        now: Instant,
    ) -> Self {
        let most = if version == Version::V5 { u16::MAX } else { DEFAULT_OLD_WINDOW };
        let window = options.max_inflight.unwrap_or(most).min(limits.receive_maximum);
        Self {
            out,
            limits,
            keep_alive: KeepAlive::new(limits.keep_alive.unwrap_or(options.keep_alive), now),
            writer: PublishWriter::new(version, limits, options.aliasing),
            aliases: IncomingAliases::new(options.topic_alias_maximum),
            acks: PendingAcks::default(),
            pings: Pings::default(),
            barrier: None,
            request: None,
            written: 0,
            window: window.into(),
            has_delivered: false,
            has_acknowledged: false,
        }
    }

    /// Whether the broker takes so little that nothing more it sends should be answered.
    pub(super) fn is_choked(&self) -> bool {
        self.out.len() >= OUT_LIMIT
    }

    /// QoS 0 messages that are not known to have arrived.
    pub(super) fn unproven(&self) -> u64 {
        self.written - self.pings.proven()
    }

    /// Sends PINGREQ; its number.
    pub(super) fn ping(&mut self, now: Instant) -> u64 {
        encode::pingreq(&mut self.out);
        self.keep_alive.ping_sent(now);
        self.pings.ask(self.written)
    }

    /// Whether somebody waits for the answer to a PINGREQ.
    pub(super) fn is_asking(&self) -> bool {
        self.barrier.is_some_and(|number| !self.pings.is_answered(number))
    }
}

/// A connection that we are ending.
pub(super) struct Closing {
    pub(super) out: Output,
    /// QoS 0 messages that were not known to have arrived before.
    pub(super) unproven: u64,
}
