//! A broker of MQTT 3.1.1 that receives messages by one of the two methods of section 4.3.3, and may lose its session.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How messages at QoS 2 are received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Passed on at PUBREL.
    A,
    /// Passed on at PUBLISH; the packet identifier is remembered until PUBREL.
    B,
}

/// What the client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    Publish { number: u64, id: u16, is_qos_2: bool, dup: bool },
    PubRel(u16),
}

/// What it knows of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Session {
    /// Received and not released: the message of each packet identifier.
    received: BTreeMap<u16, u64>,
    /// It was connected to before.
    was_connected: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broker {
    method: Method,
    /// Whether nobody can have forgotten that a message was sent.
    is_strict: bool,
    session: Option<Session>,
    /// How often each message was passed on; more than twice is as good as twice.
    passed_on: BTreeMap<u64, u8>,
    /// In which order, each once.
    order: Vec<u64>,
    has_lost_session: bool,
    /// Received, and gone with a session, by packet identifier.
    dropped: BTreeMap<u16, u64>,
    /// Gone with a session, and then released in a later one, of which the client cannot have known.
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

    /// Whether there was a session.
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

    /// Whether a message is lost by what no client can prevent: the broker said that it has it, lost it with its session,
    /// and whoever was told of that came to an end before it was written down.
    pub fn is_excused(&self, number: u64) -> bool {
        self.orphaned.contains(&number)
    }

    /// Whether [`Broker::is_excused`] was ever true.
    pub fn has_orphans(&self) -> bool {
        !self.orphaned.is_empty()
    }

    /// Reads what a client has sent that is not there any more.
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

    /// Takes a packet; its answer.
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
