//! The protocol state of a session, without socket and without clock: bytes come in, bytes go out,
//! the time is given.
//!
//! It knows CONNECT to DISCONNECT, the limits the broker sets, both sides of QoS 0, 1 and 2, and what a
//! resumed or a lost session means. It does not know addresses, deadlines of the command line,
//! reconnecting, or what a message is for.

use super::aliases::Aliases;
use super::event::{Event, Job, Outcome};
use super::fault::{Explanation, Fault};
use super::ids::PacketIds;
use super::inbound::Inbound;
use super::keepalive::{Due, KeepAlive};
use super::ledger::Ledger;
use super::limits::Limits;
use super::options::{Options, Parting};
use super::reason::Reason;
use super::subscription::Interest;
use super::templates::Templates;
use super::wire::encode::{self, Form, Template};
use super::wire::{Connect, Version};
use crate::message::{Envelope, QoS};
use bytes::{Bytes, BytesMut};
use std::rc::Rc;
use std::time::Instant;

/// Bytes that may wait to be written before no more messages are taken.
const OUT_LIMIT: usize = 256 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No connection.
    Down,
    /// CONNECT is out.
    Connecting,
    /// CONNACK said yes.
    Up,
    /// DISCONNECT is out; only the broker's own DISCONNECT still matters.
    Closing,
}

/// How much of the input was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// All that is complete.
    All,
    /// As much as the job had room for; there may be more.
    Full,
}

/// PINGREQ as a question: has everything arrived that was sent before the answer?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Barrier {
    /// Nobody asks.
    Down,
    /// So many PINGRESP are due until the one that counts.
    Waiting(u32),
    /// The answer is in.
    Passed,
}

/// See the module.
pub struct Engine {
    options: Rc<Options>,
    version: Version,
    phase: Phase,
    out: BytesMut,
    keep_alive: KeepAlive,
    limits: Limits,
    ids: PacketIds,
    ledger: Ledger,
    inbound: Inbound,
    /// What is asked for about subscriptions, and how far that got.
    asked: Rc<Interest>,
    interest: interest::Progress,
    barrier: Barrier,
    /// PINGREQ that have not been answered on this connection.
    pings: u32,
    aliases: Aliases,
    templates: Templates,
    /// The broker may hold a session of this run.
    may_resume: bool,
    /// QoS 0 messages not yet known to have arrived, and how many of them the last PINGREQ covers.
    unproven: u64,
    covered: u64,
    /// The job takes more messages.
    taking: bool,
    progress: u64,
    completed: bool,
}

impl Engine {
    /// An engine that has not connected yet.
    pub fn new(options: Rc<Options>, version: Version, now: Instant) -> Self {
        // A session of an earlier run may still know ids of that run.
        let ids =
            if options.clean_start { PacketIds::default() } else { PacketIds::starting_anywhere() };
        Self {
            version,
            phase: Phase::Down,
            out: BytesMut::new(),
            keep_alive: KeepAlive::new(0, now),
            limits: Limits::default(),
            ids,
            ledger: Ledger::default(),
            inbound: Inbound::new(options.receive_maximum, options.topic_alias_maximum),
            asked: Rc::new(options.interest.clone()),
            interest: interest::Progress::default(),
            barrier: Barrier::Down,
            pings: 0,
            aliases: Aliases::new(options.aliasing),
            templates: Templates::default(),
            may_resume: false,
            unproven: 0,
            covered: 0,
            taking: true,
            progress: 0,
            completed: false,
            options,
        }
    }

    /// The version in use.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Uses another version from the next [`Engine::open`] on.
    pub fn set_version(&mut self, version: Version) {
        self.version = version;
        self.templates = Templates::default();
    }

    /// A connection stands: writes CONNECT.
    pub fn open(&mut self, now: Instant) {
        self.phase = Phase::Connecting;
        self.out.clear();
        self.limits = Limits::default();
        self.keep_alive = KeepAlive::new(0, now);
        self.completed = false;
        self.covered = 0;
        self.pings = 0;
        let options = &*self.options;
        let connect = Connect {
            version: self.version,
            client_id: &options.client_id,
            clean_start: options.clean_start && !self.may_resume,
            keep_alive: options.keep_alive,
            username: options.username.as_deref(),
            password: options.password.as_ref().map(|password| password.expose()),
            will: options.will.as_ref(),
            session_expiry: options.session_expiry(),
            receive_maximum: options.receive_maximum,
            maximum_packet_size: options.maximum_packet_size,
            topic_alias_maximum: options.topic_alias_maximum,
            request_response_information: options.request_response_information,
            request_problem_information: options.request_problem_information,
            user_properties: &options.user_properties,
        };
        connect.write(&mut self.out);
    }

    /// The connection is gone, because of `fault`. What is in flight stays so until the next CONNACK
    /// tells whether the session lives; but when the broker turned down what was published, and
    /// there is only one message it can mean, that one is refused.
    pub fn lost(&mut self, fault: Option<&Fault>, job: &mut dyn Job) {
        self.phase = Phase::Down;
        self.out.clear();
        self.inbound.connection_lost();
        self.forget_request();
        self.barrier = Barrier::Down;
        self.covered = 0;
        let unproven = std::mem::take(&mut self.unproven);
        let refusal = match fault {
            Some(Fault::Disconnected(explanation))
                if explanation.reason.refuses_a_publish() && self.is_about_one(unproven) =>
            {
                Some(explanation)
            }
            _ => None,
        };
        if unproven > 0 {
            job.event(&Event::MaybeLost { count: unproven, refusal });
        } else if let Some(explanation) = refusal {
            self.ledger.requeue(&mut self.ids);
            for (position, _) in self.ledger.abandon() {
                let outcome = Outcome::Refused(explanation.clone());
                job.event(&Event::Published { position, packet_id: 0, outcome });
            }
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
        self.phase == Phase::Up
    }

    /// Whether the broker owes an answer, or bytes wait to be written.
    pub fn is_waiting(&self) -> bool {
        self.is_owed() || !self.out.is_empty()
    }

    /// Whether the broker owes an answer.
    pub fn is_owed(&self) -> bool {
        !self.ledger.is_empty() || self.interest.awaited().is_some() || self.is_asking()
    }

    /// Messages sent and not acknowledged yet.
    pub fn unacknowledged(&self) -> usize {
        self.ledger.in_flight()
    }

    /// What the broker owes, in a word.
    pub fn owed(&self) -> &'static str {
        match self.interest.awaited() {
            Some(answer) => answer,
            None if self.is_asking() => "PINGRESP",
            None if !self.ledger.is_empty() => "acknowledgement",
            None if self.is_up() => "sign of reading",
            None => "sign of life",
        }
    }

    /// Whether every message has its end and every subscription its answer.
    pub fn is_settled(&self) -> bool {
        self.ledger.is_empty() && self.is_subscribed()
    }

    /// Asks the broker with a PINGREQ, unless that was done on this connection. What it sent before it
    /// answers is here when [`Engine::is_past_barrier`].
    pub fn raise_barrier(&mut self, now: Instant) {
        if self.is_up() && self.barrier == Barrier::Down {
            self.ping(now);
            self.barrier = Barrier::Waiting(self.pings);
        }
    }

    /// Whether the broker has answered the barrier's PINGREQ.
    pub fn is_past_barrier(&self) -> bool {
        self.barrier == Barrier::Passed
    }

    fn is_asking(&self) -> bool {
        matches!(self.barrier, Barrier::Waiting(_))
    }

    /// Rises whenever an acknowledgement brings something nearer to its end.
    pub fn progress(&self) -> u64 {
        self.progress
    }

    /// Whether this connection has completed a delivery.
    pub fn has_completed(&self) -> bool {
        self.completed
    }

    /// Bytes to write; the caller removes what it wrote and tells [`Engine::wrote`].
    pub fn out(&mut self) -> &mut BytesMut {
        &mut self.out
    }

    /// Some of [`Engine::out`] reached the connection.
    pub fn wrote(&mut self, now: Instant) {
        self.keep_alive.sent(now);
    }

    /// Something came in that is not yet whole.
    pub fn hear(&mut self, now: Instant) {
        self.keep_alive.received(now);
    }

    /// Whether the broker takes so little that nothing more it sends should be answered.
    pub fn is_choked(&self) -> bool {
        self.out.len() >= OUT_LIMIT
    }

    /// Whether a message of this QoS can be taken now.
    pub fn has_room(&self, qos: QoS) -> bool {
        self.phase == Phase::Up
            && !self.is_choked()
            && (qos == QoS::AtMostOnce || (self.ledger.has_room() && self.window_is_open()))
    }

    fn window_is_open(&self) -> bool {
        !self.ledger.has_queued() && self.ledger.in_flight() < self.window()
    }

    /// How many QoS 1 and 2 messages may be in flight ([MQTT 5, 4.9]).
    fn window(&self) -> usize {
        let default = if self.version == Version::V5 { u16::MAX } else { DEFAULT_OLD_WINDOW };
        self.options.max_inflight.unwrap_or(default).min(self.limits.receive_maximum).into()
    }

    /// Takes a message for the broker; call only while [`Engine::has_room`]. A message the broker is
    /// known not to take comes to its end at once.
    pub fn publish(
        &mut self,
        position: u64,
        envelope: &Rc<Envelope>,
        payload: Bytes,
        job: &mut dyn Job,
    ) {
        let form = self.form(envelope, payload.len());
        let size = self.templates.get(self.version, envelope, form).size(payload.len());
        let taken = self
            .check_version(envelope)
            .and_then(|()| self.aliases.check())
            .and_then(|()| self.limits.check(envelope, size));
        if let Err(explanation) = taken {
            let outcome = Outcome::Refused(explanation);
            job.event(&Event::Published { position, packet_id: 0, outcome });
        } else if envelope.qos == QoS::AtMostOnce {
            self.write_publish(envelope, &payload, 0, false);
            self.unproven += 1;
            let outcome = Outcome::Delivered(Reason::SUCCESS);
            job.event(&Event::Published { position, packet_id: 0, outcome });
        } else {
            self.ledger.push(position, Rc::clone(envelope), payload);
            self.pump();
        }
    }

    /// Properties are not dropped in silence where the broker speaks an older version.
    fn check_version(&self, envelope: &Envelope) -> Result<(), Explanation> {
        if self.version == Version::V5 || envelope.properties.is_empty() {
            return Ok(());
        }
        let text = Some(format!("{} has no properties", self.version));
        Err(Explanation { reason: Reason(0x83), text, reference: None })
    }

    /// Sends queued messages as far as the window goes.
    pub fn pump(&mut self) {
        while self.phase == Phase::Up
            && !self.is_held_back()
            && !self.is_choked()
            && self.ledger.in_flight() < self.window()
            && let Some(entry) = self.ledger.next_queued(&mut self.ids)
        {
            let (envelope, payload) = (Rc::clone(&entry.envelope), entry.payload.clone());
            let (id, dup) = (entry.packet_id, entry.again);
            self.write_publish(&envelope, &payload, id, dup);
        }
    }

    /// How a message would name its topic now.
    fn form(&self, envelope: &Envelope, payload: usize) -> Form {
        self.aliases.form(&envelope.topic, |form| {
            let (_, size) = Template::new(self.version, envelope, form).size(payload);
            self.limits.check_size(size).is_ok()
        })
    }

    fn write_publish(&mut self, envelope: &Rc<Envelope>, payload: &[u8], id: u16, dup: bool) {
        let form = self.form(envelope, payload.len());
        self.aliases.note(&envelope.topic, form);
        let version = self.version;
        self.templates.get(version, envelope, form).write(&mut self.out, payload, id, dup);
    }

    /// Leaves further messages alone: they are neither handed on nor acknowledged.
    pub fn take_no_more(&mut self) {
        self.taking = false;
    }

    /// `count` more received messages are safe and may be acknowledged.
    ///
    /// # Errors
    /// When the codec fails, which is a bug.
    pub fn written(&mut self, count: u64) -> Result<(), Fault> {
        self.inbound.written(count);
        self.acknowledge()
    }

    fn acknowledge(&mut self) -> Result<(), Fault> {
        if !self.is_up() {
            return Ok(());
        }
        while let Some((id, qos)) = self.inbound.next_due() {
            match qos {
                QoS::ExactlyOnce => encode::pubrec(&mut self.out, id)?,
                _ => encode::puback(&mut self.out, id)?,
            }
        }
        Ok(())
    }

    /// When [`Engine::tick`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        if self.is_up() { self.keep_alive.deadline() } else { None }
    }

    /// Time has passed. `deaf` says that the socket is not being read at present.
    ///
    /// # Errors
    /// [`Fault::Silent`] when the broker is dead.
    pub fn tick(&mut self, now: Instant, deaf: bool) -> Result<(), Fault> {
        if !self.is_up() {
            return Ok(());
        }
        if deaf {
            self.keep_alive.deaf(now);
        }
        match self.keep_alive.due(now) {
            Due::Nothing => {}
            Due::Ping => self.ping(now),
            Due::Dead => return Err(Fault::Silent),
        }
        Ok(())
    }

    fn ping(&mut self, now: Instant) {
        encode::pingreq(&mut self.out);
        // The first answer proves only what went out before the first of several pings.
        if !self.keep_alive.is_waiting() {
            self.covered = self.unproven;
        }
        self.keep_alive.ping_sent(now);
        self.pings += 1;
    }

    /// Writes DISCONNECT and takes no more from the broker. Below MQTT 5 the packet has no room for a
    /// failure: it would say that all is well, and that the will is not needed.
    pub fn disconnect(&mut self, reason: Reason) {
        if self.is_up() && (self.version == Version::V5 || !reason.is_failure()) {
            let options = Rc::clone(&self.options);
            let expiry = options.parting.session_expiry.or(options.expires_at_once().then_some(0));
            let parting = if reason.is_failure() {
                Parting::default()
            } else {
                Parting { session_expiry: expiry, ..options.parting.clone() }
            };
            encode::disconnect(&mut self.out, self.version, reason, &parting);
        }
        self.phase = Phase::Closing;
    }

    /// The connection was closed in order: QoS 0 messages count as delivered.
    pub fn closed_in_order(&mut self) {
        self.unproven = 0;
        self.phase = Phase::Down;
    }

    /// Ends every message that has no end yet.
    pub fn abandon(&mut self, job: &mut dyn Job) {
        for (position, sent) in self.ledger.abandon() {
            let outcome = if sent { Outcome::Unconfirmed } else { Outcome::NotSent };
            job.event(&Event::Published { position, packet_id: 0, outcome });
        }
    }

    /// The session lives on: PUBREL first; PUBLISH with DUP follows, under the same ids and in the same
    /// order, as far as the window goes ([MQTT-4.4.0-1], [MQTT-4.6.0-1], [MQTT-3.3.4-9]).
    fn resend(&mut self) -> Result<(), Fault> {
        for id in self.ledger.resume() {
            encode::pubrel(&mut self.out, self.version, id, true)?;
        }
        Ok(())
    }

    /// What was taken on a connection with other limits must keep to these ([MQTT-3.2.2-15]). What was sent there
    /// may have arrived.
    fn check_queued(&mut self, job: &mut dyn Job) {
        let (version, limits, aliases) = (self.version, self.limits, &self.aliases);
        let refused = self.ledger.refuse_queued(|entry| {
            let size =
                |form| Template::new(version, &entry.envelope, form).size(entry.payload.len());
            let form =
                aliases.form(&entry.envelope.topic, |form| limits.check_size(size(form).1).is_ok());
            let size = size(form);
            // What a resumed session waits for is sent without the alias, if need be.
            let named = if entry.again { Ok(()) } else { aliases.check() };
            named.and_then(|()| limits.check(&entry.envelope, size)).err()
        });
        for (position, was_sent, explanation) in refused {
            let outcome =
                if was_sent { Outcome::Unconfirmed } else { Outcome::Refused(explanation) };
            job.event(&Event::Published { position, packet_id: 0, outcome });
        }
    }
}

/// Older brokers cannot say how much they take at once; this is what mosquitto and Paho assume.
const DEFAULT_OLD_WINDOW: u16 = 20;

mod incoming;
mod interest;
#[cfg(test)]
mod tests;
