//! A model of a broker as a value, without sockets or clock, which outlives connections.
//!
//! It models what brokers do differently or wrongly (its [`Temper`]), and records what really happened in a ledger:
//! what arrived, what was passed on and what the client acknowledged. A run of the client is judged by this. It panics
//! if the client breaks a rule of MQTT.
//!
//! ```text
//!  hear ─► incoming ─ receiver   PUBLISHes of the client that are not over
//!             ├────── session    subscriptions
//!             └─► routing ─ sender ─► take_output
//!  tick ─► late acknowledgements, retained messages, keep-alive, restart
//! ```
//!
//! Times are relative to the start of the simulation. Every method that takes `now` first does what is due by then. A
//! client's Maximum Packet Size and Topic Alias Maximum are ignored, wills are not published, and messages do not
//! expire.

mod connection;
mod incoming;
mod ledger;
mod receiver;
mod routing;
mod sender;
mod session;
mod temper;
#[cfg(test)]
mod tests;

pub use ledger::{Acknowledgement, Delivery, Denied, Fate, Orphan};
pub use temper::{AtFive, DENIED, Denial, Memory, Method, Pings, Restart, Temper, Versions};

use super::draw::Draw;
use super::wire::{BrokerPacket, Message};
use connection::{Connection, Due, Stage, Trickle};
use ledger::Ledger;
use session::Session;
use std::collections::BTreeMap;
use std::task::Waker;
use std::time::Duration;

/// A broker with its sessions, connections and retained messages.
#[derive(Debug)]
pub struct Broker {
    temper: Temper,
    draw: Draw,
    now: Duration,
    /// All connections so far, by number.
    connections: Vec<Connection>,
    /// By client id.
    sessions: BTreeMap<String, Session>,
    /// Number of sessions so far.
    generations: u64,
    /// By topic.
    retained: BTreeMap<String, Message>,
    responders: Vec<Responder>,
    /// Until the restart has happened.
    restart: Option<Restart>,
    down_until: Duration,
    ledger: Ledger,
}

/// A responder to requests.
#[derive(Debug)]
struct Responder {
    topic: String,
    /// The topic for replies to MQTT 3.1.1 requests, which have no response topic.
    reply_topic: String,
}

impl Broker {
    /// A broker with this temper; anything it leaves open (how late each acknowledgement is) is drawn during the run.
    pub fn new(temper: Temper, draw: Draw) -> Self {
        Self {
            restart: temper.restart,
            temper,
            draw,
            now: Duration::ZERO,
            connections: Vec::new(),
            sessions: BTreeMap::new(),
            generations: 0,
            retained: BTreeMap::new(),
            responders: Vec::new(),
            down_until: Duration::ZERO,
            ledger: Ledger::default(),
        }
    }

    pub fn temper(&self) -> &Temper {
        &self.temper
    }

    /// All messages accepted from the client and passed on, in order.
    pub fn deliveries(&self) -> &[Delivery] {
        &self.ledger.deliveries
    }

    /// All messages to the client that it answered with PUBACK or PUBREC, in order.
    pub fn acknowledgements(&self) -> &[Acknowledgement] {
        &self.ledger.acknowledgements
    }

    /// All PUBLISHes that were dropped because their topic is denied, in order.
    pub fn denied(&self) -> &[Denied] {
        &self.ledger.denied
    }

    /// All PUBRELs without a PUBLISH in the same session, in order.
    pub fn orphans(&self) -> &[Orphan] {
        &self.ledger.orphans
    }

    /// The most unacknowledged PUBLISHes of QoS 1 and 2 on this connection at a time.
    pub fn most_in_flight(&self, connection: usize) -> usize {
        self.ledger.most_in_flight.get(&connection).copied().unwrap_or(0)
    }

    /// Number of connections so far; they are numbered from 0.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Whether the broker is running at that time.
    pub fn accepts(&mut self, now: Duration) -> bool {
        self.tick(now);
        now >= self.down_until
    }

    /// Opens a connection and returns its number.
    pub fn open(&mut self, now: Duration) -> usize {
        assert!(self.accepts(now), "a connection to a broker that is down");
        self.connections.push(Connection::default());
        self.connections.len() - 1
    }

    /// Bytes from the client. A connection that has ended ignores them, but after DISCONNECT there must be none.
    pub fn hear(&mut self, connection: usize, bytes: &[u8], now: Duration) {
        self.tick(now);
        let heard = &mut self.connections[connection];
        match &mut heard.stage {
            Stage::Up(up) => up.heard(now),
            Stage::Greeting | Stage::Disconnected => {}
            Stage::Ignoring | Stage::HungUp | Stage::Vanished => return,
        }
        heard.decoder.feed(bytes);
        while self.listens(connection)
            && let Some(packet) = self.connections[connection].decoder.next_packet()
        {
            self.handle(connection, packet);
        }
        let heard = &self.connections[connection];
        assert!(
            !matches!(heard.stage, Stage::Disconnected) || heard.decoder.is_empty(),
            "the client sent something after DISCONNECT [MQTT-3.14.4-2]"
        );
        // Only now, because the client sent all of this before it could see an answer.
        self.settle(connection);
    }

    /// The next output for the client.
    pub fn take_output(&mut self, connection: usize) -> Vec<u8> {
        std::mem::take(&mut self.connections[connection].output)
    }

    /// Whether [`Self::take_output`] would return anything.
    pub fn has_output(&self, connection: usize) -> bool {
        !self.connections[connection].output.is_empty()
    }

    /// Whether nothing follows the output.
    pub fn has_hung_up(&self, connection: usize) -> bool {
        !self.connections[connection].is_open()
    }

    /// The network cut the connection, or the client closed it.
    pub fn vanish(&mut self, connection: usize) {
        if self.connections[connection].is_open() {
            self.end(connection, Stage::Vanished);
        }
    }

    /// Wakes this waker, once, when the connection has output or ends, or when [`Self::next_wake`] may have moved
    /// earlier because of it.
    pub fn wake_on_change(&mut self, connection: usize, waker: &Waker) {
        self.connections[connection].waker = Some(waker.clone());
    }

    /// When [`Self::tick`] has something to do next.
    pub fn next_wake(&self) -> Option<Duration> {
        let connections =
            self.connections.iter().filter_map(|connection| match &connection.stage {
                Stage::Up(up) => up.next_wake(),
                _ => None,
            });
        connections.chain(self.restart.map(|restart| restart.at)).min()
    }

    /// Does what is due by now.
    pub fn tick(&mut self, now: Duration) {
        self.now = self.now.max(now);
        if let Some(restart) = self.restart.take_if(|restart| restart.at <= now) {
            self.restart(restart);
        }
        for connection in 0..self.connections.len() {
            self.settle(connection);
            let up = self.connections[connection].up();
            if up.and_then(|up| up.deadline()).is_some_and(|deadline| deadline <= now) {
                self.connections[connection].write(&BrokerPacket::Disconnect { reason: 0x8d });
                self.end(connection, Stage::HungUp);
            }
        }
    }

    fn restart(&mut self, restart: Restart) {
        for connection in 0..self.connections.len() {
            if self.connections[connection].is_open() {
                self.end(connection, Stage::HungUp);
            }
        }
        if self.temper.memory != Memory::Keeps {
            self.sessions.clear();
        }
        self.down_until = restart.at + restart.lasts;
    }

    /// Sends the acknowledgements and retained messages that are due.
    fn settle(&mut self, connection: usize) {
        let now = self.now;
        while let Some(due) = self.connections[connection].up().and_then(|up| up.take_due(now)) {
            match due {
                Due::Answer(packet) => self.answer(connection, &packet),
                Due::Retained(Trickle::PingResp) => {
                    self.connections[connection].write(&BrokerPacket::PingResp);
                }
                Due::Retained(message) => {
                    let gap = self.temper.retained_gap;
                    if let Some(up) = self.connections[connection].up() {
                        up.retained_due = now + gap;
                    }
                    self.send_retained(connection, &message);
                }
            }
        }
    }

    /// Sends an acknowledgement that is due, and records it.
    fn answer(&mut self, connection: usize, packet: &BrokerPacket) {
        if let BrokerPacket::Ack(ack) = packet
            && let Some(up) = self.connections[connection].up()
            && let Some(session) = self.sessions.get_mut(&up.client_id)
            && session.receiver.answered(*ack, connection)
        {
            up.in_flight -= 1;
        }
        self.connections[connection].write(packet);
    }

    fn listens(&self, connection: usize) -> bool {
        matches!(self.connections[connection].stage, Stage::Greeting | Stage::Up(_))
    }

    /// Ends the connection, after the answers that are due.
    fn hang_up(&mut self, connection: usize) {
        self.settle(connection);
        self.end(connection, Stage::HungUp);
    }

    fn end(&mut self, connection: usize, stage: Stage) {
        let ended = &mut self.connections[connection];
        let before = std::mem::replace(&mut ended.stage, stage);
        ended.wake();
        let Stage::Up(up) = before else { return };
        let Some(session) = self.sessions.get_mut(&up.client_id) else { return };
        session.connection = None;
        session.ends = session.end_after(self.now);
        if session.expiry == 0 || self.temper.memory == Memory::ForgetsAtDisconnect {
            self.sessions.remove(&up.client_id);
        }
    }
}
