//! What a session has to tell whoever drives it, and what that one answers about a received message.

use super::explanation::Explanation;
use super::reason::Reason;
use super::version::Version;
use crate::message::QoS;
use crate::property::OwnedProperties;
use crate::topic::TopicFilter;

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

/// Something that happened in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The broker accepted the connection.
    Connected {
        /// The version spoken.
        version: Version,
        /// Whether a session was resumed.
        session_present: bool,
        /// What CONNACK says besides.
        properties: OwnedProperties,
    },
    /// The broker answered for one filter.
    Subscribed {
        /// The filter.
        filter: Box<TopicFilter>,
        /// What was asked for.
        requested: QoS,
        /// What was granted, or why not.
        answer: Result<QoS, Explanation>,
    },
    /// The broker answered for one filter to unsubscribe from.
    Unsubscribed {
        /// The filter.
        filter: Box<TopicFilter>,
        /// Whether it was there, or why it stays.
        answer: Result<Reason, Explanation>,
    },
    /// A message to publish came to its end.
    Published {
        /// Which record of the input, counted from 1.
        position: u64,
        /// 0 where none is known any more, or none ever was.
        packet_id: u16,
        /// The end.
        outcome: Outcome,
    },
    /// A message to publish came to its end unconfirmed because the broker hung up whenever it was sent.
    HungUpOn {
        /// Which record of the input, counted from 1.
        position: u64,
        /// Where it was to go.
        topic: Box<str>,
    },
    /// A connection ended while QoS 0 messages may have been on their way.
    MaybeLost {
        /// How many, at most.
        count: u64,
        /// The broker's reason, when there is only this one message it can be about.
        refusal: Option<Explanation>,
    },
    /// The session was gone after a reconnect: this many messages are sent again as new ones.
    Republished(usize),
    /// The broker has more messages in flight to us than CONNECT allows, which is said once a connection.
    Overrun(u16),
    /// The broker acknowledged a QoS 2 message as if it had QoS 1, which is said once.
    Downgraded,
    /// The broker acknowledged something that does not wait for it.
    Stray(&'static str, u16),
}

/// What became of a received message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is being written; [`Session::acknowledge`](super::Session::acknowledge) will say when it is safe.
    Writing,
    /// It was left out on purpose.
    Dropped,
    /// This run did not ask for it. It stays unacknowledged in a session that a later run may find, which then gets it;
    /// otherwise it is dropped.
    Passed,
    /// It is being written, and no further message may be taken or acknowledged.
    Last,
    /// Neither this nor any further message is taken or acknowledged: the broker keeps what it can.
    Left,
}

/// What became of a message that was handed to [`Session::publish`](super::Session::publish).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// QoS 0: it is on its way, which is all there is to know while the connection stands.
    Sent,
    /// QoS 1 or 2: an [`Event::Published`] will tell its end.
    Pending,
    /// The broker is known not to take it.
    Refused(Explanation),
}
