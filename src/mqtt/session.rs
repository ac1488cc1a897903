//! The protocol state of a session: bytes come in, bytes go out, the time is given.
//!
//! It knows CONNECT to DISCONNECT, the limits the broker sets, both sides of QoS 0, 1 and 2, and what a
//! resumed or a lost session means.

mod link;
mod output;
mod receiving;
mod sending;
#[cfg(test)]
mod tests;

use super::event::{Event, Outcome};
use super::explanation::Explanation;
use super::fault::Fault;
use super::ids::PacketIds;
use super::inbound::{Fingerprint, Inbound};
use super::keepalive::Due;
use super::ledger::{Ledger, Retired};
use super::options::SessionOptions;
use super::packet::Connect;
use super::packet::encode::{self, Parting};
use super::reason::Reason;
use super::subscription::Interest;
use super::subscriptions::{RequestKind, Subscriptions};
use super::version::Version;
use crate::message::{Message, QoS};
use crate::secret::Secret;
use link::{Closing, Link};
use output::Output;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

/// What was at the front of the bytes from the broker.
#[derive(Debug)]
pub enum Received<'a> {
    /// No complete packet: more bytes are needed.
    Incomplete,
    /// A packet of this many bytes, which has been dealt with.
    Packet(usize),
    /// A message, which waits for [`Session::settle`].
    Message {
        /// Bytes of its packet.
        length: usize,
        /// What it says.
        message: Message<'a>,
        /// What to settle.
        delivery: Delivery,
    },
}

/// A received message as the session knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    packet_id: u16,
    qos: QoS,
    fingerprint: Fingerprint,
}

/// What a broker that hangs up may have taken offence at: the packet that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspect {
    /// A SUBSCRIBE for these filters.
    Subscribe(Vec<String>),
    /// The oldest PUBLISH that has no answer: which of all the messages it carries, counted from 1.
    Publish(u64),
}

/// A session with a broker, over any number of connections, one after the other.
pub struct Session {
    options: Rc<SessionOptions>,
    /// The password, where it is another one by now.
    password: Option<Secret>,
    version: Version,
    link: Link,
    ids: PacketIds,
    ledger: Ledger,
    inbound: Inbound,
    subscriptions: Subscriptions,
    /// The broker may hold a session of this run.
    may_resume: bool,
    /// The driver takes more messages.
    taking: bool,
    /// One message is sent at a time until this one has its end, to see which one makes the broker hang up.
    isolated: Option<u64>,
    /// That the broker lowered the QoS of what we publish was told.
    told_downgrade: bool,
    progress: u64,
    events: VecDeque<Event>,
}

impl Session {
    /// A session that has not connected yet. The packet ids of one that an earlier run may have used begin at
    /// `random`.
    pub fn new(options: Rc<SessionOptions>, version: Version, random: u64) -> Self {
        let last = if options.clean_start { 0 } else { random as u16 };
        Self {
            version,
            link: Link::Down,
            ids: PacketIds::after(last),
            ledger: Ledger::default(),
            inbound: Inbound::default(),
            subscriptions: Subscriptions::new(Rc::new(options.interest.clone())),
            may_resume: false,
            taking: true,
            isolated: None,
            told_downgrade: false,
            progress: 0,
            events: VecDeque::new(),
            options,
            password: None,
        }
    }

    /// The version in use.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Uses another version from the next [`Session::connect`] on.
    pub fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// The password of the next CONNECT.
    pub fn password(&self) -> Option<&Secret> {
        self.password.as_ref().or(self.options.password.as_ref())
    }

    /// Uses another password from the next [`Session::connect`] on.
    pub fn set_password(&mut self, password: Secret) {
        self.password = Some(password);
    }

    /// There is a connection: writes CONNECT.
    pub fn connect(&mut self) {
        let options = &*self.options;
        let connect = Connect {
            version: self.version,
            client_id: &options.client_id,
            clean_start: options.clean_start && !self.may_resume,
            keep_alive: options.keep_alive,
            username: options.username.as_deref(),
            password: self.password().map(Secret::expose),
            will: options.will.as_ref(),
            session_expiry: options.session_expiry(),
            receive_maximum: options.receive_maximum,
            maximum_packet_size: options.maximum_packet_size,
            topic_alias_maximum: options.topic_alias_maximum,
            request_response_information: options.request_response_information,
            request_problem_information: options.request_problem_information,
            user_properties: &options.user_properties,
        };
        let mut out = Output::secret();
        connect.write(&mut out);
        self.link = Link::Connecting(out);
    }

    /// The connection is gone, because of `fault` if the broker is to blame. What is in flight stays so until the next
    /// CONNACK tells whether the session lives; but when the broker turned down what was published, and there is only
    /// one message it can mean, that one is refused; and when it broke the protocol, nothing that it may have is sent
    /// again.
    pub fn lost(&mut self, fault: Option<&Fault>) {
        // Before CONNACK nothing was published, and where SUBSCRIBE waits for its answer that may be meant.
        let (unproven, is_about_publish) = match std::mem::replace(&mut self.link, Link::Down) {
            Link::Down | Link::Connecting(_) => (0, false),
            Link::Closing(closing) => (closing.unproven, true),
            Link::Up(up) => {
                if let Some(request) = &up.request {
                    self.ids.release(request.packet_id);
                }
                (up.unproven(), up.request.is_none())
            }
        };
        let refusal = match fault {
            Some(Fault::Disconnected(explanation))
                if explanation.reason.refuses_a_publish()
                    && is_about_publish
                    && self.is_about_one(unproven) =>
            {
                Some(explanation.clone())
            }
            _ => None,
        };
        if unproven > 0 {
            self.events.push_back(Event::MaybeLost { count: unproven, refusal });
        } else if let Some(explanation) = refusal {
            self.refuse_unanswered(explanation);
        }
        if fault.is_some_and(Fault::is_violation) {
            for (position, packet_id) in self.ledger.doubt() {
                self.conclude(position, packet_id, Outcome::Unconfirmed);
            }
        }
    }

    /// Ends the message that waits for its answer as refused. Its id may stand for it on this session still.
    fn refuse_unanswered(&mut self, explanation: Explanation) {
        let retired = self.ledger.oldest_unanswered().and_then(|it| self.ledger.retire(it));
        if let Some(Retired { position, .. }) = retired {
            self.conclude(position, 0, Outcome::Refused(explanation));
        }
    }

    /// Whether there is only one message that the broker can have turned down, of `unproven` ones at QoS 0 and those
    /// in the ledger.
    fn is_about_one(&self, unproven: u64) -> bool {
        match unproven {
            0 => self.ledger.has_one_undecided(),
            1 => self.ledger.is_empty(),
            _ => false,
        }
    }

    /// Whether CONNACK said yes and nothing ended since.
    pub fn is_up(&self) -> bool {
        self.link.up().is_some()
    }

    /// Whether the broker owes an answer, or bytes wait to be written.
    pub fn is_waiting(&self) -> bool {
        self.is_owed() || !self.output().is_empty()
    }

    /// Whether the broker owes an answer.
    pub fn is_owed(&self) -> bool {
        !self.ledger.is_empty()
            || self.link.up().is_some_and(|up| up.request.is_some() || up.is_asking())
    }

    /// Whether the broker is going to send something: an answer, or messages whenever it likes.
    pub fn expects_more(&self) -> bool {
        !self.is_up() || self.is_owed() || self.subscriptions.are_any()
    }

    /// Messages sent and not acknowledged yet.
    pub fn unacknowledged(&self) -> usize {
        self.ledger.in_flight()
    }

    /// What the broker owes, in a word.
    pub fn owed(&self) -> &'static str {
        match self.link.up() {
            Some(up) => match &up.request {
                Some(request) => request.kind().answer(),
                None if up.is_asking() => "PINGRESP",
                None if !self.ledger.is_empty() => "acknowledgement",
                None => "sign of reading",
            },
            None if !self.ledger.is_empty() => "acknowledgement",
            None => "sign of life",
        }
    }

    /// What a broker that hangs up now may have taken offence at.
    pub fn suspect(&self) -> Option<Suspect> {
        match &self.link.up()?.request {
            Some(request) if request.kind() == RequestKind::Subscribe => {
                Some(Suspect::Subscribe(self.subscriptions.filters(request)))
            }
            _ => self.ledger.oldest_unanswered().map(Suspect::Publish),
        }
    }

    /// Whether every message has its end and every subscription its answer.
    pub fn is_settled(&self) -> bool {
        self.ledger.is_empty() && self.is_subscribed()
    }

    /// Whether everything about subscriptions has been answered.
    pub fn is_subscribed(&self) -> bool {
        self.subscriptions.is_complete() && self.link.up().is_none_or(|up| up.request.is_none())
    }

    /// Whether the broker still has to release QoS 2 messages, in a session that a later run may find again: it would
    /// deliver them once more.
    pub fn awaits_release(&self) -> bool {
        self.is_up() && self.inbound.unreleased() > 0 && self.options.outlives_the_run(self.version)
    }

    /// Asks for `interest`, from now on, instead of what was asked for before; call only while
    /// [`Session::is_subscribed`]. A filter that was asked for before is asked for again. The barrier is down
    /// then.
    pub fn subscribe(&mut self, interest: Rc<Interest>) {
        self.subscriptions = Subscriptions::new(interest);
        if let Some(up) = self.link.up_mut() {
            up.barrier = None;
        }
        self.ask();
    }

    /// Sends the next request, unless one is out.
    fn ask(&mut self) {
        if let Link::Up(up) = &mut self.link
            && up.request.is_none()
        {
            let ids = &mut self.ids;
            let with = (self.version, &up.limits);
            let events = &mut self.events;
            up.request = self.subscriptions.request(with, &mut up.out, || ids.take(), events);
        }
    }

    /// Asks the broker with a PINGREQ, unless that was done on this connection. What it sent before it
    /// answers is here when [`Session::is_past_barrier`].
    pub fn raise_barrier(&mut self, now: Instant) {
        if let Link::Up(up) = &mut self.link
            && up.barrier.is_none()
        {
            up.barrier = Some(up.ping(now));
        }
    }

    /// Whether the broker has answered the barrier's PINGREQ.
    pub fn is_past_barrier(&self) -> bool {
        self.link.up().is_some_and(|up| up.barrier.is_some() && !up.is_asking())
    }

    /// Rises whenever an acknowledgement brings something nearer to its end.
    pub fn progress(&self) -> u64 {
        self.progress
    }

    /// Whether a message that we published came to its end on this connection.
    pub fn has_delivered(&self) -> bool {
        self.link.up().is_some_and(|up| up.has_delivered)
    }

    /// Whether a message that we received was acknowledged on this connection.
    pub fn has_acknowledged(&self) -> bool {
        self.link.up().is_some_and(|up| up.has_acknowledged)
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Bytes to write, and then to tell [`Session::wrote`] of.
    pub fn output(&self) -> &[u8] {
        self.link.output()
    }

    /// The first `count` bytes of [`Session::output`] reached the connection.
    pub fn wrote(&mut self, count: usize, now: Instant) {
        if let Some(out) = self.link.output_mut() {
            out.wrote(count);
        }
        if let Some(up) = self.link.up_mut() {
            up.keep_alive.sent(now);
        }
    }

    /// Bytes came in, whether they are a whole packet or not.
    pub fn heard(&mut self, now: Instant) {
        if let Some(up) = self.link.up_mut() {
            up.keep_alive.received(now);
        }
    }

    /// Whether messages are still handed on.
    pub fn is_taking(&self) -> bool {
        self.taking
    }

    /// Whether the broker takes so little, or waits for so many acknowledgements, that nothing more should be read
    /// from it.
    pub fn is_full(&self) -> bool {
        self.link.up().is_some_and(|up| up.is_choked() || up.acks.is_full())
    }

    /// When [`Session::handle_timeout`] has something to do.
    pub fn timeout(&self) -> Option<Instant> {
        self.link.up()?.keep_alive.deadline()
    }

    /// Time has passed. `deaf` says that the socket is not being read at present.
    ///
    /// # Errors
    /// [`Fault::Silent`] when the broker is dead.
    pub fn handle_timeout(&mut self, now: Instant, deaf: bool) -> Result<(), Fault> {
        let Some(up) = self.link.up_mut() else { return Ok(()) };
        if deaf {
            up.keep_alive.deaf(now);
        }
        match up.keep_alive.due(now) {
            Due::Nothing => Ok(()),
            Due::Ping => {
                up.ping(now);
                Ok(())
            }
            Due::Dead => Err(Fault::Silent),
        }
    }

    /// Writes DISCONNECT and takes no more from the broker: a normal end.
    pub fn disconnect(&mut self) {
        let options = Rc::clone(&self.options);
        let expiry = options.parting.session_expiry.or(options.expires_at_once().then_some(0));
        self.close(Reason::SUCCESS, Parting { session_expiry: expiry, ..options.parting.clone() });
    }

    /// Writes DISCONNECT with the reason why the broker is left, instead of all that waits to be written. Below MQTT 5
    /// the packet has no room for it: it would say that all is well, and that the will is not needed. A packet whose
    /// beginning was written goes before it: the broker would take what comes for its rest. Returns how long that is.
    pub fn hang_up(&mut self, reason: Reason) -> usize {
        let kept = self.link.output_mut().map_or(0, Output::drop_unbegun);
        self.close(reason, Parting::default());
        kept
    }

    fn close(&mut self, reason: Reason, parting: Parting) {
        let is_said = self.version == Version::V5 || !reason.is_failure();
        self.link = match std::mem::replace(&mut self.link, Link::Down) {
            Link::Down => Link::Down,
            Link::Closing(closing) => Link::Closing(closing),
            Link::Connecting(mut out) => {
                // A client need not wait for CONNACK ([MQTT 5, 3.1.4]); what it asks for is not known there yet.
                if !reason.is_failure() {
                    let fits = |_| true;
                    encode::disconnect(&mut out, self.version, reason, &Parting::default(), fits);
                }
                Link::Closing(Closing { out, unproven: 0 })
            }
            Link::Up(up) => {
                let (unproven, up) = (up.unproven(), *up);
                let (mut out, limits) = (up.out, up.limits);
                if let Some(request) = &up.request {
                    self.ids.release(request.packet_id);
                }
                if is_said {
                    let fits = |size| limits.check_size(size).is_ok();
                    encode::disconnect(&mut out, self.version, reason, &parting, fits);
                }
                Link::Closing(Closing { out, unproven })
            }
        };
    }

    /// The connection was closed in order: QoS 0 messages count as delivered.
    pub fn closed_in_order(&mut self) {
        self.link = Link::Down;
    }

    /// Ends every message that has no end yet.
    pub fn abandon(&mut self) {
        for (position, sent) in self.ledger.abandon() {
            let outcome = if sent { Outcome::Unconfirmed } else { Outcome::NotSent };
            self.events.push_back(Event::Published { position, packet_id: 0, outcome });
        }
    }

    fn conclude(&mut self, position: u64, packet_id: u16, outcome: Outcome) {
        self.isolated = self.isolated.filter(|serial| self.ledger.is_pending(*serial));
        self.events.push_back(Event::Published { position, packet_id, outcome });
    }
}
