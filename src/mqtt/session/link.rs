//! The state of the connection. Data that belongs to one connection lives in the enum's variant and is dropped with it.

use super::output::Output;
use crate::mqtt::aliases::IncomingAliases;
use crate::mqtt::inbound::PendingAcks;
use crate::mqtt::keepalive::KeepAlive;
use crate::mqtt::limits::Limits;
use crate::mqtt::options::SessionOptions;
use crate::mqtt::packet::{PublishWriter, encode};
use crate::mqtt::pings::Pings;
use crate::mqtt::scram::Scram;
use crate::mqtt::subscriptions::Request;
use crate::mqtt::version::Version;
use std::time::Instant;

/// Most bytes waiting to be written before the session stops accepting messages.
const OUT_LIMIT: usize = 256 << 10;

/// Window for brokers before MQTT 5, which cannot tell theirs; mosquitto and Paho assume the same.
const DEFAULT_OLD_WINDOW: u16 = 20;

/// The state of the connection.
pub(super) enum Link {
    /// Not connected.
    Down,
    /// CONNECT has been written; CONNACK is due.
    Connecting(Connecting),
    /// CONNACK accepted the connection.
    Up(Box<Up>),
    /// DISCONNECT has been written. Only acknowledgements of earlier packets still matter.
    Closing(Closing),
}

impl Link {
    /// The bytes that wait to be written.
    pub(super) fn output(&self) -> &[u8] {
        match self {
            Self::Down => &[],
            Self::Connecting(connecting) => &connecting.out,
            Self::Up(up) => &up.out,
            Self::Closing(closing) => &closing.out,
        }
    }

    /// The buffer for bytes to be written.
    pub(super) fn output_mut(&mut self) -> Option<&mut Output> {
        match self {
            Self::Down => None,
            Self::Connecting(connecting) => Some(&mut connecting.out),
            Self::Up(up) => Some(&mut up.out),
            Self::Closing(closing) => Some(&mut closing.out),
        }
    }

    /// The authentication that has begun and is not complete.
    pub(super) fn scram(&self) -> Option<&Scram> {
        match self {
            Self::Connecting(connecting) => connecting.scram.as_deref(),
            Self::Up(up) => match &up.renewal {
                Some(Renewal::Begun(scram)) => Some(scram),
                _ => None,
            },
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn scram_mut(&mut self) -> Option<&mut Scram> {
        match self {
            Self::Connecting(connecting) => connecting.scram.as_deref_mut(),
            Self::Up(up) => match &mut up.renewal {
                Some(Renewal::Begun(scram)) => Some(scram),
                _ => None,
            },
            _ => None,
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

/// A connection that the broker has not accepted yet.
pub(super) struct Connecting {
    pub(super) out: Output,
    /// The authentication, if it takes more than CONNECT.
    pub(super) scram: Option<Box<Scram>>,
}

/// An authentication on a connection that has been accepted.
pub(super) enum Renewal {
    /// The broker asks for it.
    Due,
    /// It has begun.
    Begun(Box<Scram>),
}

/// A connection that the broker has accepted.
pub(super) struct Up {
    /// Bytes that wait to be written.
    pub(super) out: Output,
    pub(super) limits: Limits,
    pub(super) keep_alive: KeepAlive,
    /// Writes PUBLISH within the broker's limits.
    pub(super) writer: PublishWriter,
    /// The topic aliases that the broker has defined.
    pub(super) aliases: IncomingAliases,
    /// Acknowledgements that wait until their message is safe.
    pub(super) acks: PendingAcks,
    pub(super) pings: Pings,
    /// The number of the barrier's PINGREQ.
    pub(super) barrier: Option<u64>,
    /// SUBSCRIBE or UNSUBSCRIBE that has not been answered yet.
    pub(super) request: Option<Request>,
    /// Number of QoS 0 messages written.
    pub(super) written: u64,
    /// The authentication that the broker has asked for.
    pub(super) renewal: Option<Renewal>,
    /// How many QoS 1 and 2 messages may be in flight ([MQTT 5, 4.9]).
    pub(super) window: usize,
    /// Whether a message that we published was completed.
    pub(super) has_delivered: bool,
    /// Whether a received message was acknowledged.
    pub(super) has_acknowledged: bool,
}

impl Up {
    /// Starts with a CONNACK received at `now`, which set `limits`.
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
            renewal: None,
            window: window.into(),
            has_delivered: false,
            has_acknowledged: false,
        }
    }

    /// Whether the broker reads so slowly that nothing more it sends should be answered.
    pub(super) fn is_choked(&self) -> bool {
        self.out.len() >= OUT_LIMIT
    }

    /// Number of QoS 0 messages that are not known to have arrived.
    pub(super) fn unproven(&self) -> u64 {
        self.written - self.pings.proven()
    }

    /// Writes PINGREQ and returns its number.
    pub(super) fn ping(&mut self, now: Instant) -> u64 {
        encode::pingreq(&mut self.out);
        self.keep_alive.ping_sent(now);
        self.pings.ask(self.written)
    }

    /// Whether the barrier's PINGREQ has not been answered yet.
    pub(super) fn is_asking(&self) -> bool {
        self.barrier.is_some_and(|number| !self.pings.is_answered(number))
    }
}

/// A connection that we are closing.
pub(super) struct Closing {
    pub(super) out: Output,
    /// Number of QoS 0 messages that were not known to have arrived when closing began.
    pub(super) unproven: u64,
}
