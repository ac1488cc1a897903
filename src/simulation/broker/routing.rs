//! The path of a message through the broker: to subscribers, to the retained messages, to a responder and back.

use super::super::wire::{BrokerPacket, Filter, Message, Publish, Version, matches, write_binary};
use super::connection::Trickle;
use super::ledger::Fate;
use super::sender::Outbound;
use super::{Broker, Responder};
use bytes::Bytes;

impl Broker {
    /// Another client publishes.
    pub fn publish(&mut self, topic: &str, qos: u8, payload: &[u8], retain: bool) {
        let message = message(topic, qos, payload, retain);
        self.route(&message, None);
    }

    /// Stores a retained message; an empty payload removes it. Subscribers are not told.
    pub fn set_retained(&mut self, topic: &str, qos: u8, payload: &[u8]) {
        self.retain(&message(topic, qos, payload, true));
    }

    /// The topics of the retained messages.
    pub fn retained_topics(&self) -> impl Iterator<Item = &str> {
        self.retained.keys().map(String::as_str)
    }

    /// Answers every request to this topic with its own payload and QoS: with MQTT 5 to its response topic with its
    /// correlation data, with MQTT 3.1.1 to `reply_topic`. A request of MQTT 5 without response topic gets no reply.
    pub fn respond_to(&mut self, topic: &str, reply_topic: &str) {
        let (topic, reply_topic) = (topic.to_owned(), reply_topic.to_owned());
        self.responders.push(Responder { topic, reply_topic });
    }

    /// Passes a message of the client on, unless its topic is denied.
    pub(super) fn onward(&mut self, connection: usize, publish: &Publish) {
        let message = &publish.message;
        if self.temper.denial_of(&message.topic).is_some() {
            return self.ledger.denied(message, Fate::Dropped);
        }
        let Some(up) = self.connections[connection].up() else { return };
        let (client_id, version) = (up.client_id.clone(), up.version);
        let generation = self.sessions.get(&client_id).map_or(0, |session| session.generation);
        self.ledger.delivered(message, (&client_id, connection, generation));
        self.route(message, Some(&client_id));
        self.respond(publish, version);
    }

    fn respond(&mut self, publish: &Publish, version: Version) {
        let request = &publish.message;
        let responder = self.responders.iter().find(|responder| responder.topic == request.topic);
        let Some(responder) = responder else { return };
        let reply_topic = match version {
            Version::Four => Some(responder.reply_topic.clone()),
            Version::Five => publish.response_topic.clone(),
        };
        let Some(reply_topic) = reply_topic else { return };
        let mut reply = message(&reply_topic, request.qos, &request.payload, false);
        if let Some(correlation) = &publish.correlation {
            let mut properties = vec![0x09];
            write_binary(&mut properties, correlation);
            reply.properties = Bytes::from(properties);
        }
        self.route(&reply, None);
    }

    fn route(&mut self, message: &Message, publisher: Option<&str>) {
        if message.retain {
            self.retain(message);
        }
        let copies: Vec<_> = (self.sessions.iter())
            .filter_map(|(client_id, session)| {
                let copy = session.copy_of(message, publisher == Some(client_id))?;
                Some((client_id.clone(), copy))
            })
            .collect();
        for (client_id, copy) in copies {
            self.deliver(&client_id, copy);
        }
    }

    fn retain(&mut self, message: &Message) {
        if message.payload.is_empty() {
            self.retained.remove(&message.topic);
        } else {
            self.retained.insert(message.topic.clone(), message.clone());
        }
    }

    fn deliver(&mut self, client_id: &str, copy: Outbound) {
        let Some(session) = self.sessions.get_mut(client_id) else { return };
        if copy.message.qos > 0 {
            session.sender.push(copy);
            self.pump(client_id);
        } else if let Some(connection) = session.connection {
            let Outbound { message, identifiers } = copy;
            let packet = BrokerPacket::Publish { message, dup: false, id: 0, identifiers };
            self.connections[connection].write(&packet);
        }
    }

    /// Sends the session's messages to the client, as far as allowed.
    pub(super) fn pump(&mut self, client_id: &str) {
        let Some(session) = self.sessions.get_mut(client_id) else { return };
        let Some(connection) = session.connection else { return };
        let Some(up) = self.connections[connection].up() else { return };
        let packets = session.sender.pump(connection, up.receive_maximum);
        for packet in packets {
            self.connections[connection].write(&packet);
        }
    }

    /// Queues the retained messages for a new subscription.
    pub(super) fn queue_retained(
        &mut self,
        connection: usize,
        filter: &Filter,
        identifier: Option<u32>,
    ) {
        let (now, gap) = (self.now, self.temper.retained_gap);
        let Some(up) = self.connections[connection].up() else { return };
        if up.retained.is_empty() {
            up.retained_due = up.retained_due.max(now + gap);
        }
        for (topic, message) in &self.retained {
            if matches(&filter.filter, topic) {
                let qos = message.qos.min(filter.qos);
                up.retained.push_back(Trickle::Message { topic: topic.clone(), qos, identifier });
            }
        }
        self.connections[connection].wake();
    }

    /// Sends a retained message, unless it has been removed in the meantime.
    pub(super) fn send_retained(&mut self, connection: usize, next: &Trickle) {
        let Trickle::Message { topic, qos, identifier } = next else { return };
        let Some(up) = self.connections[connection].up() else { return };
        let client_id = up.client_id.clone();
        let Some(mut message) = self.retained.get(topic).cloned() else { return };
        message.qos = message.qos.min(*qos);
        let identifiers = identifier.iter().copied().collect();
        self.deliver(&client_id, Outbound { message, identifiers });
    }
}

fn message(topic: &str, qos: u8, payload: &[u8], retain: bool) -> Message {
    Message {
        topic: topic.to_owned(),
        payload: Bytes::copy_from_slice(payload),
        qos,
        retain,
        properties: Bytes::new(),
    }
}
