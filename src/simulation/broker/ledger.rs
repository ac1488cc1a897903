//! Records what really happened, to check the invariants.

use super::super::wire::Message;
use bytes::Bytes;
use std::collections::BTreeMap;

/// A message that the broker accepted from the client and passed on to its subscribers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub client_id: String,
    pub topic: String,
    pub payload: Bytes,
    pub qos: u8,
    pub retain: bool,
    /// The connection on which it arrived, or, if released by PUBREL, that of the PUBREL.
    pub connection: usize,
    /// The session in which it arrived: sessions of all clients are numbered.
    pub generation: u64,
    /// Whether this topic and payload first arrived in this same session. In a session that was kept, no QoS 2 message
    /// may be delivered twice.
    pub kept: bool,
}

/// A message that the client accepted: with PUBACK, or with PUBREC at QoS 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    pub client_id: String,
    pub topic: String,
    pub payload: Bytes,
    pub qos: u8,
    /// 0x80 and above: the client refused it.
    pub reason: u8,
}

/// A message from the client that is dropped because its topic is denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    pub topic: String,
    pub payload: Bytes,
    pub fate: Fate,
}

/// A PUBREL that completed a message which its session never had.
///
/// This is a gap in MQTT, not a fault of the client: the broker forgot the session and said so (Session Present 0),
/// that CONNACK was lost, and the next one says Session Present 1, but for a different session. With method A the
/// message is lost. Only MQTT 5 reports it, with 0x92.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub connection: usize,
    pub id: u16,
}

/// What the client learned about a denied message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// 0x87.
    Refused,
    /// Nothing: QoS 0, or MQTT 3.1.1, where an acknowledgement does not mean acceptance.
    Dropped,
    /// The connection ended.
    HungUp,
}

/// All records, in order of time.
#[derive(Debug, Default)]
pub struct Ledger {
    pub deliveries: Vec<Delivery>,
    pub acknowledgements: Vec<Acknowledgement>,
    pub denied: Vec<Denied>,
    pub orphans: Vec<Orphan>,
    /// For each connection, the most unacknowledged PUBLISHes of QoS 1 and 2 at a time.
    pub most_in_flight: BTreeMap<usize, usize>,
    /// The session in which a topic and payload first arrived.
    first_heard: BTreeMap<(String, Bytes), u64>,
}

impl Ledger {
    /// A PUBLISH arrived, whatever happens to it.
    pub fn heard(&mut self, message: &Message, generation: u64) {
        let key = (message.topic.clone(), message.payload.clone());
        self.first_heard.entry(key).or_insert(generation);
    }

    /// The message was passed on.
    pub fn delivered(&mut self, message: &Message, origin: (&str, usize, u64)) {
        let (client_id, connection, generation) = origin;
        let key = (message.topic.clone(), message.payload.clone());
        let kept = self.first_heard.get(&key) == Some(&generation);
        self.deliveries.push(Delivery {
            client_id: client_id.to_owned(),
            topic: message.topic.clone(),
            payload: message.payload.clone(),
            qos: message.qos,
            retain: message.retain,
            connection,
            generation,
            kept,
        });
    }

    /// The topic is not allowed.
    pub fn denied(&mut self, message: &Message, fate: Fate) {
        let (topic, payload) = (message.topic.clone(), message.payload.clone());
        self.denied.push(Denied { topic, payload, fate });
    }

    /// The client answered a message finally.
    pub fn acknowledged(&mut self, client_id: &str, message: &Message, reason: u8) {
        self.acknowledgements.push(Acknowledgement {
            client_id: client_id.to_owned(),
            topic: message.topic.clone(),
            payload: message.payload.clone(),
            qos: message.qos,
            reason,
        });
    }

    /// This many are unacknowledged now.
    pub fn in_flight(&mut self, connection: usize, count: usize) {
        let most = self.most_in_flight.entry(connection).or_default();
        *most = (*most).max(count);
    }
}
