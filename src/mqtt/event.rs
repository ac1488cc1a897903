//! Events from a session to its driver, and the driver's answer for a received message.

use super::explanation::Explanation;
use super::reason::Reason;
use super::version::Version;
use crate::message::QoS;
use crate::property::OwnedProperties;
use crate::topic::TopicFilter;

/// The outcome of a message to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The final acknowledgement has arrived; at QoS 0, the message was written to the connection.
    Delivered(Reason),
    /// The broker refused it, or is known not to accept it.
    Refused(Explanation),
    /// It was sent, and its outcome will never be known.
    Unconfirmed,
    /// It was never sent.
    NotSent,
}

/// An event in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The broker accepted the connection.
    Connected {
        /// The version used.
        version: Version,
        /// Whether a session was resumed; in MQTT 3.1, where CONNACK cannot say so, whether this run had one before.
        session_present: bool,
        /// The properties of CONNACK.
        properties: OwnedProperties,
    },
    /// The broker answered a subscription.
    Subscribed {
        /// The filter.
        filter: Box<TopicFilter>,
        /// The requested QoS.
        requested: QoS,
        /// The granted QoS, or why it was refused.
        answer: Result<QoS, Explanation>,
    },
    /// The broker answered an unsubscription.
    Unsubscribed {
        /// The filter.
        filter: Box<TopicFilter>,
        /// The broker's reason code, or why it was refused.
        answer: Result<Reason, Explanation>,
    },
    /// PUBREC came for a message that the caller keeps: PUBREL waits for
    /// [`Session::release`](super::Session::release).
    Received {
        /// Which message.
        position: u64,
    },
    /// The outcome of a message to publish is known.
    Published {
        /// Input record, counted from 1.
        position: u64,
        /// 0 if it has no packet id, or no longer has one.
        packet_id: u16,
        /// The outcome.
        outcome: Outcome,
    },
    /// A message to publish is unconfirmed because the broker closed the connection each time it was sent.
    HungUpOn {
        /// Input record, counted from 1.
        position: u64,
        /// Its topic.
        topic: Box<str>,
    },
    /// A connection ended while QoS 0 messages may have been under way.
    MaybeLost {
        /// Their number, at most.
        count: u64,
        /// The broker's reason, if it can only be about this one message.
        refusal: Option<Explanation>,
    },
    /// After a reconnect the session was gone: this many messages are sent again as new ones.
    Republished(usize),
    /// The broker has more messages in flight to us than CONNECT allows; reported once per connection.
    Overrun(u16),
    /// The broker keeps the session for a shorter time than the user asked for; reported once.
    ExpiryShortened {
        /// Seconds that the session outlives the connection.
        granted: u32,
        /// The same as requested; `u32::MAX` is forever.
        requested: u32,
    },
    /// The broker acknowledged a QoS 2 message as if it had QoS 1; reported once.
    Downgraded,
    /// The broker acknowledged something that was not waiting for it.
    Stray(&'static str, u16),
}

/// What the command did with a received message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is being written; [`Session::acknowledge`](super::Session::acknowledge) will be called afterwards.
    Writing,
    /// It was skipped on purpose.
    Dropped,
    /// It repeats an earlier message, the one with this number (counted from 1), and is acknowledged together with it.
    Again(u64),
    /// This run did not ask for it. If a later run may resume the session, the message stays unacknowledged and is
    /// delivered to that run; otherwise it is dropped.
    Passed,
    /// It is being written, and no further message may be accepted or acknowledged.
    Last,
    /// Neither this nor any further message is accepted or acknowledged: the broker keeps what it can.
    Left,
}

/// The result of [`Session::publish`](super::Session::publish).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// QoS 0: it will be sent, and nothing more will be known while the connection is active.
    Sent,
    /// QoS 1 or 2: an [`Event::Published`] will report its outcome.
    Pending,
    /// The broker is known not to accept it.
    Refused(Explanation),
}
