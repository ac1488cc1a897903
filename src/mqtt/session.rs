//! The protocol state of a session. Bytes come in, bytes go out, and the caller supplies the time.
//!
//! It covers CONNECT to DISCONNECT, the broker's limits, both directions of QoS 0, 1 and 2, and what a resumed or lost
//! session implies.

mod authentication;
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
use super::scram::Mechanism;
use super::subscription::Interest;
use super::subscriptions::{RequestKind, Subscriptions};
use super::version::Version;
use crate::message::{Message, QoS};
use crate::secret::Secret;
use link::{Closing, Connecting, Link};
use output::Output;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

/// The first packet in the bytes from the broker.
#[derive(Debug)]
pub enum Intake<'a> {
    /// Incomplete: more bytes are needed.
    Incomplete,
    /// A packet of this many bytes, which has been processed.
    Packet(usize),
    /// A message, to be settled with [`Session::settle`].
    Message {
        /// Size of its packet in bytes.
        length: usize,
        /// The message.
        message: Message<'a>,
        /// Its handle for [`Session::settle`].
        receipt: Receipt,
    },
}

/// A handle to a received message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    packet_id: u16,
    qos: QoS,
    fingerprint: Fingerprint,
}

/// The unanswered packet that may be the reason why the broker closed the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspect {
    /// SUBSCRIBE for these filters.
    Subscribe(Vec<String>),
    /// The oldest unanswered PUBLISH, by its serial number, counted from 1.
    Publish(u64),
}

/// A session with a broker, over any number of consecutive connections.
pub struct Session {
    options: Rc<SessionOptions>,
    /// The password, if it differs from the one in the options.
    password: Option<Secret>,
    version: Version,
    link: Link,
    ids: PacketIds,
    ledger: Ledger,
    inbound: Inbound,
    subscriptions: Subscriptions,
    /// Whether the broker may hold a session that this run created.
    may_resume: bool,
    /// Whether messages are still accepted.
    taking: bool,
    /// The serial number of the message that is being sent alone, to find out which one makes the broker close the
    /// connection.
    isolated: Option<u64>,
    /// Whether the user was told that the broker lowered the QoS of what we publish.
    told_downgrade: bool,
    /// Whether the user was told that the broker shortened the life of the session.
    told_short_session: bool,
    progress: u64,
    steps: u64,
    events: VecDeque<Event>,
}

impl Session {
    /// A session that has not connected yet. Packet ids start at `random` if it is resumed: only then may an earlier run
    /// have left some in use.
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
            told_short_session: false,
            progress: 0,
            steps: 0,
            events: VecDeque::new(),
            options,
            password: None,
        }
    }

    /// The protocol version in use.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Changes the protocol version, from the next [`Session::connect`] on.
    pub fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// The password for the next CONNECT.
    pub fn password(&self) -> Option<&Secret> {
        self.password.as_ref().or(self.options.password.as_ref())
    }

    /// Changes the password, from the next [`Session::connect`] on.
    pub fn set_password(&mut self, password: Secret) {
        self.password = Some(password);
    }

    /// A connection has been made: writes CONNECT. `random` makes the nonce of an authentication.
    pub fn connect(&mut self, random: impl FnMut() -> u64) {
        let options = &*self.options;
        let scram = self.scram(random).map(Box::new);
        let first = scram.as_ref().map(|scram| scram.first());
        let connect = Connect {
            version: self.version,
            client_id: &options.client_id,
            clean_start: options.clean_start && !self.may_resume,
            keep_alive: options.keep_alive,
            username: options.username.as_deref().filter(|_| scram.is_none()),
            password: self.password().map(Secret::expose).filter(|_| scram.is_none()),
            will: options.will.as_ref(),
            session_expiry: options.session_expiry(),
            receive_maximum: options.receive_maximum,
            maximum_packet_size: options.maximum_packet_size,
            topic_alias_maximum: options.topic_alias_maximum,
            request_response_information: options.request_response_information,
            request_problem_information: options.request_problem_information,
            authentication: options
                .auth
                .map(Mechanism::name)
                .zip(first.as_deref().map(str::as_bytes)),
            user_properties: &options.user_properties,
        };
        let mut out = Output::secret();
        connect.write(&mut out);
        self.link = Link::Connecting(Connecting { out, scram });
    }

    /// The connection is gone; `fault` is set if the broker is to blame. In general messages in flight remain so until
    /// the next CONNACK tells whether the session still exists. But if DISCONNECT carries a reason that rejects a PUBLISH, and
    /// exactly one message is unanswered, that one counts as refused; and if the broker violated the protocol, messages
    /// that it may have received are not sent again.
    pub fn lost(&mut self, fault: Option<&Fault>) {
        // No message was published before CONNACK; and if SUBSCRIBE or AUTH is unanswered, that may be what was rejected.
        let (unproven, is_about_publish) = match std::mem::replace(&mut self.link, Link::Down) {
            Link::Down | Link::Connecting(_) => (0, false),
            Link::Closing(closing) => (closing.unproven, true),
            Link::Up(up) => {
                if let Some(request) = &up.request {
                    self.ids.release(request.packet_id);
                }
                (up.unproven(), up.request.is_none() && up.renewal.is_none())
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

    /// Refuses the oldest unanswered message. In this session its id may still be in use.
    fn refuse_unanswered(&mut self, explanation: Explanation) {
        let retired = self.ledger.oldest_unanswered().and_then(|it| self.ledger.retire(it));
        if let Some(Retired { position, .. }) = retired {
            self.conclude(position, 0, Outcome::Refused(explanation));
        }
    }

    /// Whether the broker can have rejected only one message: there is one among `unproven` messages at QoS 0 and those
    /// in the ledger.
    fn is_about_one(&self, unproven: u64) -> bool {
        match unproven {
            0 => self.ledger.has_one_undecided(),
            1 => self.ledger.is_empty(),
            _ => false,
        }
    }

    /// Whether CONNACK accepted the connection and it has not ended.
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

    /// Whether the broker is expected to send something: an answer, or messages at any time. Always true before CONNACK.
    pub fn expects_more(&self) -> bool {
        !self.is_up() || self.is_owed() || self.subscriptions.are_any()
    }

    /// Number of messages sent and not acknowledged yet.
    pub fn unacknowledged(&self) -> usize {
        self.ledger.in_flight()
    }

    /// Names the packet that the broker owes, for an error message.
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

    /// The packet that may be to blame if the broker closes the connection now.
    pub fn suspect(&self) -> Option<Suspect> {
        match &self.link.up()?.request {
            Some(request) if request.kind() == RequestKind::Subscribe => {
                Some(Suspect::Subscribe(self.subscriptions.filters(request)))
            }
            _ => self.ledger.oldest_unanswered().map(Suspect::Publish),
        }
    }

    /// Whether every message is complete and every subscription answered.
    pub fn is_settled(&self) -> bool {
        self.ledger.is_empty() && self.is_subscribed()
    }

    /// Whether every SUBSCRIBE and UNSUBSCRIBE has been answered.
    pub fn is_subscribed(&self) -> bool {
        self.subscriptions.is_complete() && self.link.up().is_none_or(|up| up.request.is_none())
    }

    /// Whether the broker has not yet released received QoS 2 messages in a session that a later run may resume, and
    /// would deliver them again.
    pub fn awaits_release(&self) -> bool {
        self.is_up() && self.inbound.unreleased() > 0 && self.outlives_the_run()
    }

    /// Whether a later run may resume the session.
    fn outlives_the_run(&self) -> bool {
        let granted = self.link.up().and_then(|up| up.limits.session_expiry);
        self.options.outlives_the_run(self.version, granted)
    }

    /// Replaces the subscriptions with those of `interest`. Only call this while [`Session::is_subscribed`]. Filters
    /// that are subscribed already are subscribed again. Resets the barrier.
    pub fn subscribe(&mut self, interest: Rc<Interest>) {
        self.subscriptions = Subscriptions::new(interest);
        if let Some(up) = self.link.up_mut() {
            up.barrier = None;
        }
        self.ask();
    }

    /// Sends the next request, unless one is unanswered.
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

    /// Sends PINGREQ, once per connection. When the broker has answered it ([`Session::is_past_barrier`]), everything
    /// it sent before has arrived.
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

    /// A counter that rises whenever something that was awaited has happened.
    pub fn progress(&self) -> u64 {
        self.progress
    }

    /// How much of that was only a step: PUBREC, which means nothing any more if the session is lost.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Whether a message that we published was completed on this connection.
    pub fn has_delivered(&self) -> bool {
        self.link.up().is_some_and(|up| up.has_delivered)
    }

    /// Whether a received message was acknowledged on this connection.
    pub fn has_acknowledged(&self) -> bool {
        self.link.up().is_some_and(|up| up.has_acknowledged)
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The bytes to write; report progress with [`Session::wrote`].
    pub fn output(&self) -> &[u8] {
        self.link.output()
    }

    /// The first `count` bytes of [`Session::output`] have been written to the connection.
    pub fn wrote(&mut self, count: usize, now: Instant) {
        if let Some(out) = self.link.output_mut() {
            out.wrote(count);
        }
        if let Some(up) = self.link.up_mut() {
            up.keep_alive.sent(now);
        }
    }

    /// Notes that bytes arrived, whether they are a whole packet or not.
    pub fn heard(&mut self, now: Instant) {
        if let Some(up) = self.link.up_mut() {
            up.keep_alive.received(now);
        }
    }

    /// Whether received messages are still handed on.
    pub fn is_taking(&self) -> bool {
        self.taking
    }

    /// Whether nothing more should be read from the broker, because it reads too slowly or too many acknowledgements
    /// wait.
    pub fn is_full(&self) -> bool {
        self.link.up().is_some_and(|up| up.is_choked() || up.acks.is_full())
    }

    /// When [`Session::handle_timeout`] must be called next.
    pub fn timeout(&self) -> Option<Instant> {
        self.link.up()?.keep_alive.deadline()
    }

    /// Time has passed. `deaf` means that the socket is not being read at present.
    ///
    /// # Errors
    /// [`Fault::Silent`] if the broker did not answer in time.
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

    /// Writes DISCONNECT and accepts no more messages: a normal end.
    pub fn disconnect(&mut self) {
        let options = Rc::clone(&self.options);
        let session_expiry = options.parting_expiry();
        self.close(Reason::SUCCESS, Parting { session_expiry, ..options.parting.clone() });
    }

    /// Writes DISCONNECT with a reason, in place of everything that waits to be written. Before MQTT 5 nothing is
    /// written, as DISCONNECT cannot carry a reason there: it would mean a normal end, and the broker would not publish
    /// the will. A partly written packet is completed first, so that the broker does not take DISCONNECT for its rest;
    /// the number of its remaining bytes is returned.
    pub fn refuse(&mut self, reason: Reason) -> usize {
        let kept = self.link.output_mut().map_or(0, Output::drop_unbegun);
        self.close(reason, Parting::default());
        kept
    }

    fn close(&mut self, reason: Reason, parting: Parting) {
        // Before MQTT 5, every DISCONNECT discards the will.
        let is_said = self.version == Version::V5 || reason == Reason::SUCCESS;
        self.link = match std::mem::replace(&mut self.link, Link::Down) {
            Link::Down => Link::Down,
            Link::Closing(closing) => Link::Closing(closing),
            Link::Connecting(Connecting { mut out, .. }) => {
                // A client need not wait for CONNACK ([MQTT 5, 3.1.4]), but before it the broker has not set its limits
                // yet.
                if is_said && !reason.is_failure() {
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

    /// The connection was closed normally: QoS 0 messages count as delivered.
    pub fn closed_in_order(&mut self) {
        self.link = Link::Down;
    }

    /// Ends every message that is not complete.
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
