//! How the broker handles each packet from the client.

use super::super::wire::{
    Ack, AckKind, BrokerPacket, ClientPacket, Connect, Publish, Subscribe, Version,
};
use super::Broker;
use super::connection::{Stage, Trickle, Up};
use super::ledger::{Fate, Orphan};
use super::receiver::{Answer, Leg, Novelty, Release};
use super::sender::Outcome;
use super::session::{Session, wants_retained};
use super::temper::{AtFive, Denial, Method, Pings, Versions};
use std::rc::Rc;

/// Unsupported protocol version, in a CONNACK of MQTT 3.1.1.
const WRONG_VERSION: u8 = 1;
const NOT_AUTHORIZED: u8 = 0x87;
const SESSION_TAKEN_OVER: u8 = 0x8e;
const ID_NOT_FOUND: u8 = 0x92;

impl Broker {
    /// Handles a packet on an active connection.
    pub(super) fn handle(&mut self, connection: usize, packet: ClientPacket) {
        match packet {
            ClientPacket::Connect(connect) => self.greet(connection, connect),
            ClientPacket::Publish(publish) => self.take(connection, publish),
            ClientPacket::Ack(ack) if ack.kind == AckKind::Pubrel => self.release(connection, ack),
            ClientPacket::Ack(ack) => self.acknowledged(connection, ack),
            ClientPacket::Subscribe(subscribe) => self.subscribe(connection, &subscribe),
            ClientPacket::Unsubscribe { id, filters } => self.unsubscribe(connection, id, &filters),
            ClientPacket::PingReq => self.ping(connection),
            ClientPacket::Disconnect { session_expiry } => {
                self.disconnect(connection, session_expiry);
            }
        }
    }

    fn greet(&mut self, connection: usize, connect: Connect) {
        match (self.temper.versions, connect.version) {
            (Versions::OnlyFive, Version::Four) => self.refuse_version(connection),
            (Versions::OnlyFour(at_five), Version::Five) => match at_five {
                AtFive::Refuses => self.refuse_version(connection),
                AtFive::Accepts => {
                    self.connack_of_four(connection, 0);
                    self.connections[connection].stage = Stage::Ignoring;
                }
                AtFive::Silent => self.connections[connection].stage = Stage::Ignoring,
                AtFive::HangsUp => self.hang_up(connection),
            },
            _ => self.begin(connection, connect),
        }
    }

    fn refuse_version(&mut self, connection: usize) {
        self.connack_of_four(connection, WRONG_VERSION);
        self.hang_up(connection);
    }

    fn connack_of_four(&mut self, connection: usize, reason: u8) {
        let connack = BrokerPacket::ConnAck {
            session_present: false,
            reason,
            receive_maximum: u16::MAX,
            topic_alias_maximum: 0,
            assigned_client_id: None,
        };
        let connection = &mut self.connections[connection];
        connack.write(Version::Four, &mut connection.output);
        connection.wake();
    }

    /// Starts or resumes a session.
    fn begin(&mut self, connection: usize, connect: Connect) {
        let assigned = connect.client_id.is_empty().then(|| format!("assigned-{connection}"));
        let client_id = assigned.clone().unwrap_or_else(|| connect.client_id.clone());
        self.take_over(&client_id);
        let now = self.now;
        let expired = |session: &Session| session.ends.is_some_and(|ends| ends <= now);
        if connect.clean_start || self.sessions.get(&client_id).is_some_and(expired) {
            self.sessions.remove(&client_id);
        }
        let session_present = self.sessions.contains_key(&client_id);
        let generations = &mut self.generations;
        let session = self.sessions.entry(client_id.clone()).or_insert_with(|| {
            *generations += 1;
            Session::new(*generations)
        });
        session.connection = Some(connection);
        session.expiry = connect.session_expiry;
        session.ends = None;
        let up = Up::new(&connect, client_id.clone(), !session_present, now);
        let begun = &mut self.connections[connection];
        begun.stage = Stage::Up(Box::new(up));
        begun.write(&BrokerPacket::ConnAck {
            session_present,
            reason: 0,
            receive_maximum: self.temper.receive_maximum,
            topic_alias_maximum: self.temper.topic_alias_maximum,
            assigned_client_id: assigned,
        });
        self.pump(&client_id);
    }

    /// Ends an existing connection of this client [MQTT-3.1.4-3].
    fn take_over(&mut self, client_id: &str) {
        let older = self.sessions.get(client_id).and_then(|session| session.connection);
        if let Some(older) = older {
            let taken_over = BrokerPacket::Disconnect { reason: SESSION_TAKEN_OVER };
            self.connections[older].write(&taken_over);
            self.end(older, Stage::HungUp);
        }
    }

    /// The active connection and its session.
    fn both(&mut self, connection: usize) -> (&mut Up, &mut Session) {
        let up = self.connections[connection].up().expect("a connection that listens is up");
        let session = self.sessions.get_mut(&up.client_id);
        (up, session.expect("a connection that is up has a session"))
    }

    fn take(&mut self, connection: usize, mut publish: Publish) {
        let (aliases, receive_maximum) =
            (self.temper.topic_alias_maximum, self.temper.receive_maximum);
        let (up, session) = self.both(connection);
        up.resolve(&mut publish, aliases);
        let leg = Leg { connection, fresh: up.fresh };
        let (version, generation) = (up.version, session.generation);
        let mut novelty = Novelty::New;
        if publish.message.qos > 0 {
            novelty = session.receiver.novelty(publish.id, &publish.message, publish.dup, leg);
            up.in_flight += 1;
            let in_flight = up.in_flight;
            assert!(
                version == Version::Four || in_flight <= usize::from(receive_maximum),
                "{in_flight} PUBLISHes in flight, Receive Maximum {receive_maximum} [MQTT-3.3.4-7]"
            );
            self.ledger.in_flight(connection, in_flight);
        }
        self.ledger.heard(&publish.message, generation);
        let refusal = self.temper.denial_of(&publish.message.topic);
        if refusal == Some(Denial::HangsUp) {
            self.ledger.denied(&publish.message, Fate::HungUp);
            return self.hang_up(connection);
        }
        let publish = Rc::new(publish);
        if refusal.is_some() && version == Version::Five && publish.message.qos > 0 {
            self.ledger.denied(&publish.message, Fate::Refused);
            return self.reply(&publish, Answer::Final, NOT_AUTHORIZED, leg);
        }
        self.receive(&publish, novelty, leg);
    }

    /// Accepts a PUBLISH according to its QoS.
    fn receive(&mut self, publish: &Rc<Publish>, novelty: Novelty, leg: Leg) {
        let twice = publish.message.qos == 2 && !self.temper.qos2_gets_puback;
        let on_release = twice && self.temper.method == Method::OnRelease;
        if novelty == Novelty::New && !on_release {
            self.onward(leg.connection, publish);
        }
        if publish.message.qos > 0 {
            let answer = if twice { Answer::Record } else { Answer::Final };
            self.reply(publish, answer, 0, leg);
        }
    }

    /// Remembers a PUBLISH and answers it, possibly later.
    fn reply(&mut self, publish: &Rc<Publish>, answer: Answer, reason: u8, leg: Leg) {
        let (_, session) = self.both(leg.connection);
        session.receiver.taken(publish, answer, leg);
        let as_qos1 = publish.message.qos == 1 || self.temper.qos2_gets_puback;
        let kind = if as_qos1 { AckKind::Puback } else { AckKind::Pubrec };
        let ack = Ack { kind, id: publish.id, reason };
        self.acknowledge(leg.connection, BrokerPacket::Ack(ack));
    }

    fn release(&mut self, connection: usize, ack: Ack) {
        let (up, session) = self.both(connection);
        let leg = Leg { connection, fresh: up.fresh };
        let version = up.version;
        let release = session.receiver.release(ack.id, leg);
        let known = matches!(release, Release::Held(_)) || version == Version::Four;
        match release {
            Release::Held(publish) if self.temper.method == Method::OnRelease => {
                self.onward(connection, &publish);
            }
            Release::Orphan => self.ledger.orphans.push(Orphan { connection, id: ack.id }),
            Release::Held(_) | Release::Before => {}
        }
        let reason = if known { 0 } else { ID_NOT_FOUND };
        let completed = Ack { kind: AckKind::Pubcomp, id: ack.id, reason };
        self.acknowledge(connection, BrokerPacket::Ack(completed));
    }

    fn acknowledged(&mut self, connection: usize, ack: Ack) {
        let (up, session) = self.both(connection);
        let client_id = up.client_id.clone();
        match session.sender.hear(ack, connection) {
            Outcome::Settled(message) => self.ledger.acknowledged(&client_id, &message, ack.reason),
            Outcome::Received(message, release) => {
                self.ledger.acknowledged(&client_id, &message, ack.reason);
                self.connections[connection].write(&BrokerPacket::Ack(release));
            }
            Outcome::Over => {}
        }
        self.pump(&client_id);
    }

    fn subscribe(&mut self, connection: usize, subscribe: &Subscribe) {
        let refusals: Vec<_> = (subscribe.filters.iter())
            .map(|filter| self.temper.denial_of(&filter.filter))
            .collect();
        if refusals.contains(&Some(Denial::HangsUp)) {
            return self.hang_up(connection);
        }
        let mut codes = Vec::new();
        for (filter, refusal) in subscribe.filters.iter().zip(refusals) {
            let (up, session) = self.both(connection);
            if refusal.is_some() {
                codes.push(if up.version == Version::Five { NOT_AUTHORIZED } else { 0x80 });
                continue;
            }
            codes.push(filter.qos);
            let subscribed = session.subscribe(filter, subscribe.identifier);
            if wants_retained(filter, subscribed) {
                self.queue_retained(connection, filter, subscribe.identifier);
            }
        }
        self.acknowledge(connection, BrokerPacket::SubAck { id: subscribe.id, codes });
    }

    fn unsubscribe(&mut self, connection: usize, id: u16, filters: &[String]) {
        let (_, session) = self.both(connection);
        let codes = filters.iter().map(|filter| if session.unsubscribe(filter) { 0 } else { 0x11 });
        let codes = codes.collect();
        self.acknowledge(connection, BrokerPacket::UnsubAck { id, codes });
    }

    /// Queues an acknowledgement after earlier ones, or swallows it.
    fn acknowledge(&mut self, connection: usize, packet: BrokerPacket) {
        let latest = u64::try_from(self.temper.latest_ack.as_millis()).unwrap_or(u64::MAX);
        let due = self.now + self.draw.milliseconds(0..=latest);
        let Some(up) = self.connections[connection].up() else { return };
        let due = up.late.back().map_or(due, |(before, _)| due.max(*before));
        if self.temper.deaf_from.is_some_and(|deaf_from| deaf_from <= due) {
            return;
        }
        up.late.push_back((due, packet));
        self.connections[connection].wake();
    }

    fn ping(&mut self, connection: usize) {
        let waits = self.temper.pings == Pings::AfterRetained;
        let (up, _) = self.both(connection);
        if waits && !up.retained.is_empty() {
            up.retained.push_back(Trickle::PingResp);
        } else {
            self.connections[connection].write(&BrokerPacket::PingResp);
        }
    }

    fn disconnect(&mut self, connection: usize, session_expiry: Option<u32>) {
        let (_, session) = self.both(connection);
        if let Some(expiry) = session_expiry {
            assert!(
                expiry == 0 || session.expiry != 0,
                "DISCONNECT with Session Expiry Interval {expiry} after 0 in CONNECT (3.14.2.2.2)"
            );
            session.expiry = expiry;
        }
        self.end(connection, Stage::Disconnected);
    }
}
