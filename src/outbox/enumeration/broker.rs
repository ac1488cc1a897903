//! An MQTT 3.1.1 broker that receives messages by either method of section 4.3.3, and may lose its session.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How QoS 2 messages are received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Passed on at PUBREL.
    A,
    /// Passed on at PUBLISH; the packet identifier is remembered until PUBREL.
    B,
}

/// A packet from the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    Publish { number: u64, id: u16, is_qos_2: bool, dup: bool },
    PubRel(u16),
}

/// The broker's state for one session.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Session {
    /// Received but not released: the message for each packet identifier.
    received: BTreeMap<u16, u64>,
    /// Whether a client has connected before.
    was_connected: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broker {
    method: Method,
    /// Whether the client can never forget that it sent a message.
    is_strict: bool,
    session: Option<Session>,
    /// How often each message was passed on; counting stops at two.
    passed_on: BTreeMap<u64, u8>,
    /// The order in which messages were first passed on.
    order: Vec<u64>,
    has_lost_session: bool,
    /// Messages that were received and then lost with a session, by packet identifier.
    dropped: BTreeMap<u16, u64>,
    /// Messages that were lost with a session and then released in a later one, because the client could not know.
    orphaned: BTreeSet<u64>,
}

impl Broker {
    pub fn new(method: Method, loses_power: bool) -> Self {
        Self {
            method,
            is_strict: !loses_power,
            session: None,
            passed_on: BTreeMap::new(),
            order: Vec::new(),
            has_lost_session: false,
            dropped: BTreeMap::new(),
            orphaned: BTreeSet::new(),
        }
    }

    /// Whether a session exists.
    pub fn connect(&mut self) -> bool {
        let is_present = self.session.is_some();
        self.session.get_or_insert_default().was_connected = is_present;
        is_present
    }

    pub fn lose_session(&mut self) {
        if let Some(session) = self.session.take() {
            self.has_lost_session = true;
            if self.method == Method::A {
                self.dropped.extend(session.received);
            }
        }
    }

    pub fn has_lost_session(&self) -> bool {
        self.has_lost_session
    }

    pub fn deliveries(&self, number: u64) -> u8 {
        self.passed_on.get(&number).copied().unwrap_or(0)
    }

    pub fn order(&self) -> &[u64] {
        &self.order
    }

    /// Whether a message was lost in a way no client can prevent: the broker acknowledged it and lost it with the
    /// session, and the client crashed before it had written down either.
    pub fn is_excused(&self, number: u64) -> bool {
        self.orphaned.contains(&number)
    }

    /// Whether [`Broker::is_excused`] was ever true.
    pub fn has_orphans(&self) -> bool {
        !self.orphaned.is_empty()
    }

    /// Reads what is left of the packets of a client that is gone.
    pub fn read_all(&mut self, packets: &mut VecDeque<Packet>) {
        while let Some(packet) = packets.pop_front() {
            self.read(packet);
        }
    }

    fn pass_on(&mut self, number: u64) {
        let count = self.passed_on.entry(number).or_default();
        if *count == 0 {
            self.order.push(number);
        }
        *count = (*count + 1).min(2);
        self.dropped.retain(|_, dropped| *dropped != number);
    }

    /// Reads a packet and returns the reply.
    pub fn read(&mut self, packet: Packet) -> Vec<u8> {
        let session = self.session.get_or_insert_default();
        let (first, id) = match packet {
            Packet::Publish { number, id, is_qos_2: false, .. } => {
                self.pass_on(number);
                (0x40, id)
            }
            Packet::Publish { number, id, dup, .. } => {
                let known = session.received.insert(id, number);
                assert!(known.is_none_or(|it| it == number), "{id} is {known:?}, not {number}");
                assert!(known.is_none() || dup || !self.is_strict, "{number} again, without DUP");
                if known.is_none() && self.method == Method::B {
                    self.pass_on(number);
                }
                (0x50, id)
            }
            Packet::PubRel(id) => {
                let was_connected = session.was_connected;
                match session.received.remove(&id) {
                    Some(number) if self.method == Method::A => self.pass_on(number),
                    Some(_) => {}
                    None => {
                        if let Some(number) = self.dropped.remove(&id) {
                            assert!(was_connected, "the client was told that the session is new");
                            self.orphaned.insert(number);
                        }
                    }
                }
                (0x70, id)
            }
        };
        let [high, low] = id.to_be_bytes();
        vec![first, 2, high, low]
    }
}
