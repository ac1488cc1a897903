//! The broker's state of one network connection: input, output and timers.

use super::super::wire::{BrokerPacket, Connect, Decoder, Publish, Version};
use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;
use std::time::Duration;

/// A connection, active or ended.
#[derive(Debug, Default)]
pub struct Connection {
    pub decoder: Decoder,
    pub stage: Stage,
    pub output: Vec<u8>,
    /// Woken for output, for the end, or when [`Connection::next_wake`] changes.
    pub waker: Option<Waker>,
}

/// The state of a connection.
#[derive(Debug, Default)]
pub enum Stage {
    #[default]
    Greeting,
    /// All input is ignored, because it started with the wrong version.
    Ignoring,
    Up(Box<Up>),
    /// The client sent DISCONNECT: no input may follow.
    Disconnected,
    HungUp,
    /// The network lost it.
    Vanished,
}

/// State of a connection after CONNACK.
#[derive(Debug)]
pub struct Up {
    pub client_id: String,
    pub version: Version,
    pub receive_maximum: u16,
    /// Whether CONNACK said Session Present 0.
    pub fresh: bool,
    /// Number of PUBLISHes of this connection without their final answer.
    pub in_flight: usize,
    /// Acknowledgements to be sent.
    pub late: VecDeque<(Duration, BrokerPacket)>,
    /// Retained messages to be sent.
    pub retained: VecDeque<Trickle>,
    /// When the first of them is due.
    pub retained_due: Duration,
    patience: Option<Duration>,
    last_heard: Duration,
    aliases: BTreeMap<u16, String>,
}

/// An entry in the queue of retained messages.
#[derive(Clone, Debug)]
pub enum Trickle {
    Message { topic: String, qos: u8, identifier: Option<u32> },
    PingResp,
}

/// Something to be sent now.
#[derive(Debug)]
pub enum Due {
    Answer(BrokerPacket),
    Retained(Trickle),
}

impl Up {
    /// A connection that starts with this CONNECT.
    pub fn new(connect: &Connect, client_id: String, fresh: bool, now: Duration) -> Self {
        let keep_alive = Duration::from_secs(u64::from(connect.keep_alive));
        Self {
            client_id,
            version: connect.version,
            receive_maximum: connect.receive_maximum,
            fresh,
            in_flight: 0,
            late: VecDeque::new(),
            retained: VecDeque::new(),
            retained_due: now,
            patience: (!keep_alive.is_zero()).then(|| keep_alive * 3 / 2),
            last_heard: now,
            aliases: BTreeMap::new(),
        }
    }

    /// Something was received.
    pub fn heard(&mut self, now: Duration) {
        self.last_heard = now;
    }

    /// When the client counts as dead [MQTT-3.1.2-22].
    pub fn deadline(&self) -> Option<Duration> {
        self.patience.map(|patience| self.last_heard + patience)
    }

    /// When there is something to do next.
    pub fn next_wake(&self) -> Option<Duration> {
        let late = self.late.front().map(|(due, _)| *due);
        let retained = (!self.retained.is_empty()).then_some(self.retained_due);
        [late, retained, self.deadline()].into_iter().flatten().min()
    }

    /// Takes the first thing that is due: acknowledgements go before retained messages, and a PINGRESP is due when no
    /// retained message precedes it.
    pub fn take_due(&mut self, now: Duration) -> Option<Due> {
        if self.late.front().is_some_and(|(due, _)| *due <= now) {
            return self.late.pop_front().map(|(_, packet)| Due::Answer(packet));
        }
        let next = self.retained.front()?;
        let due = self.retained_due <= now || matches!(next, Trickle::PingResp);
        if due { self.retained.pop_front().map(Due::Retained) } else { None }
    }

    /// Replaces the alias by its topic; panics if the alias is not allowed or not defined.
    pub fn resolve(&mut self, publish: &mut Publish, alias_maximum: u16) {
        let Some(alias) = publish.alias else { return };
        assert!(
            alias <= alias_maximum,
            "the client used topic alias {alias}, but the maximum is {alias_maximum} [MQTT-3.3.2-9]"
        );
        let topic = &mut publish.message.topic;
        if !topic.is_empty() {
            self.aliases.insert(alias, topic.clone());
        } else if let Some(known) = self.aliases.get(&alias) {
            topic.clone_from(known);
        } else {
            panic!("the client used topic alias {alias}, which this connection does not know");
        }
    }
}

impl Connection {
    /// Whether packets are still read and written.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Greeting | Stage::Ignoring | Stage::Up(_))
    }

    /// The state after CONNACK, while the connection is active.
    pub fn up(&mut self) -> Option<&mut Up> {
        match &mut self.stage {
            Stage::Up(up) => Some(up),
            _ => None,
        }
    }

    /// Appends a packet to the output of an active connection, and ignores it otherwise.
    pub fn write(&mut self, packet: &BrokerPacket) {
        if let Stage::Up(up) = &self.stage {
            packet.write(up.version, &mut self.output);
            self.wake();
        }
    }

    /// Wakes the task that waits.
    pub fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}
