//! The protocol state of a session, without socket and without clock: bytes come in, bytes go out,
//! the time is given.
//!
//! It knows CONNECT to DISCONNECT, the limits the broker sets, both sides of QoS 0, 1 and 2, and what a
//! resumed or a lost session means. It does not know addresses, deadlines of the command line,
//! reconnecting, or what a message is for.

use super::event::{Event, Job, Outcome};
use super::fault::Fault;
use super::ids::PacketIds;
use super::inbound::Inbound;
use super::keepalive::{Due, KeepAlive};
use super::ledger::Ledger;
use super::limits::Limits;
use super::options::Options;
use super::reason::Reason;
use super::wire::encode::{self, Template};
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

/// The subscriptions of a job and how far they got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subscribing {
    /// Not asked for, or to be asked for again.
    Due,
    /// SUBSCRIBE is out under this id.
    Asked(u16),
    /// SUBACK came.
    Answered,
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
    subscribing: Subscribing,
    template: Option<(Rc<Envelope>, Template)>,
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
        let subscribing =
            if options.subscriptions.is_empty() { Subscribing::Answered } else { Subscribing::Due };
        // A session of an earlier run may still know ids of that run.
        let ids =
            if options.clean_start { PacketIds::default() } else { PacketIds::starting_anywhere() };
        Self {
            options,
            version,
            phase: Phase::Down,
            out: BytesMut::new(),
            keep_alive: KeepAlive::new(0, now),
            limits: Limits::default(),
            ids,
            ledger: Ledger::default(),
            inbound: Inbound::default(),
            subscribing,
            template: None,
            may_resume: false,
            unproven: 0,
            covered: 0,
            taking: true,
            progress: 0,
            completed: false,
        }
    }

    /// The version in use.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Uses another version from the next [`Engine::open`] on.
    pub fn set_version(&mut self, version: Version) {
        self.version = version;
        self.template = None;
    }

    /// A connection stands: writes CONNECT.
    pub fn open(&mut self, now: Instant) {
        self.phase = Phase::Connecting;
        self.out.clear();
        self.limits = Limits::default();
        self.keep_alive = KeepAlive::new(0, now);
        self.completed = false;
        self.covered = 0;
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
        if let Subscribing::Asked(id) = self.subscribing {
            self.ids.release(id);
            self.subscribing = Subscribing::Due;
        }
        self.covered = 0;
        let unproven = std::mem::take(&mut self.unproven);
        let refusal = match fault {
            Some(Fault::Disconnected(explanation))
                if explanation.reason.refuses_a_publish()
                    && unproven + self.ledger.pending() as u64 == 1 =>
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

    /// Whether CONNACK said yes and nothing ended since.
    pub fn is_up(&self) -> bool {
        self.phase == Phase::Up
    }

    /// Whether the broker owes an answer, or bytes wait to be written.
    pub fn is_waiting(&self) -> bool {
        self.is_owed() || !self.out.is_empty()
    }

    /// Whether the broker owes an answer: an acknowledgement or a SUBACK.
    pub fn is_owed(&self) -> bool {
        !self.ledger.is_empty() || matches!(self.subscribing, Subscribing::Asked(_))
    }

    /// Whether every message has its end and every subscription its answer.
    pub fn is_settled(&self) -> bool {
        self.ledger.is_empty() && self.subscribing == Subscribing::Answered
    }

    /// Whether the subscriptions have been answered.
    pub fn is_subscribed(&self) -> bool {
        self.subscribing == Subscribing::Answered
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
    ///
    /// # Errors
    /// When the codec fails, which is a bug.
    pub fn publish(
        &mut self,
        position: u64,
        envelope: &Rc<Envelope>,
        payload: Bytes,
        job: &mut dyn Job,
    ) -> Result<(), Fault> {
        let size = self.template(envelope).size(payload.len());
        if let Err(explanation) = self.limits.check(envelope, size) {
            let outcome = Outcome::Refused(explanation);
            job.event(&Event::Published { position, packet_id: 0, outcome });
            return Ok(());
        }
        if envelope.qos == QoS::AtMostOnce {
            self.write_publish(envelope, payload, 0, false)?;
            self.unproven += 1;
            let outcome = Outcome::Delivered(Reason::SUCCESS);
            job.event(&Event::Published { position, packet_id: 0, outcome });
            return Ok(());
        }
        self.ledger.push(position, Rc::clone(envelope), payload);
        self.pump()
    }

    /// Sends queued messages as far as the window goes.
    ///
    /// # Errors
    /// When the codec fails, which is a bug.
    pub fn pump(&mut self) -> Result<(), Fault> {
        while self.phase == Phase::Up
            && !self.is_choked()
            && self.ledger.in_flight() < self.window()
            && let Some(entry) = self.ledger.next_queued(&mut self.ids)
        {
            let (envelope, payload) = (Rc::clone(&entry.envelope), entry.payload.clone());
            let (id, dup) = (entry.packet_id, entry.again);
            self.write_publish(&envelope, payload, id, dup)?;
        }
        Ok(())
    }

    fn template(&mut self, envelope: &Rc<Envelope>) -> &mut Template {
        if !matches!(&self.template, Some((current, _)) if Rc::ptr_eq(current, envelope)) {
            self.template = None;
        }
        let version = self.version;
        let (_, template) = self
            .template
            .get_or_insert_with(|| (Rc::clone(envelope), Template::new(version, envelope)));
        template
    }

    fn write_publish(
        &mut self,
        envelope: &Rc<Envelope>,
        payload: Bytes,
        id: u16,
        dup: bool,
    ) -> Result<(), Fault> {
        let mut out = std::mem::take(&mut self.out);
        let written = self.template(envelope).write(&mut out, payload, id, dup);
        self.out = out;
        Ok(written?)
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
            Due::Ping => {
                encode::pingreq(&mut self.out);
                // The first answer proves only what went out before the first of several pings.
                if !self.keep_alive.is_waiting() {
                    self.covered = self.unproven;
                }
                self.keep_alive.ping_sent(now);
            }
            Due::Dead => return Err(Fault::Silent),
        }
        Ok(())
    }

    /// Writes DISCONNECT and takes no more from the broker.
    ///
    /// # Errors
    /// When the codec fails, which is a bug.
    pub fn disconnect(&mut self, reason: Reason) -> Result<(), Fault> {
        if self.is_up() {
            let expire_now = self.options.expires_at_once() && !reason.is_failure();
            encode::disconnect(&mut self.out, self.version, reason, expire_now)?;
        }
        self.phase = Phase::Closing;
        Ok(())
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

    /// What was taken on a connection with other limits, and not sent, must keep to these.
    fn check_queued(&mut self, job: &mut dyn Job) {
        let (version, limits) = (self.version, self.limits);
        let refused = self.ledger.refuse_queued(|entry| {
            let size = Template::new(version, &entry.envelope).size(entry.payload.len());
            limits.check(&entry.envelope, size).err()
        });
        for (position, explanation) in refused {
            let outcome = Outcome::Refused(explanation);
            job.event(&Event::Published { position, packet_id: 0, outcome });
        }
    }

    fn subscribe(&mut self) -> Result<(), Fault> {
        let Some(id) = self.ids.take() else { return Ok(()) };
        let options = Rc::clone(&self.options);
        let filters = options.subscriptions.iter().map(|(filter, qos)| (filter, *qos));
        encode::subscribe(&mut self.out, self.version, id, filters)?;
        self.subscribing = Subscribing::Asked(id);
        Ok(())
    }
}

/// Older brokers cannot say how much they take at once; this is what mosquitto and Paho assume.
const DEFAULT_OLD_WINDOW: u16 = 20;

mod incoming;
#[cfg(test)]
mod tests;
