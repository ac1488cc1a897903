//! One session's messages of QoS 1 and 2 to the client: waiting, in flight, and sent again after a reconnect. Panics if
//! the client acknowledges something that it did not receive on this connection.

use super::super::wire::{Ack, AckKind, BrokerPacket, Message};
use std::collections::VecDeque;

/// The sending half of a session.
#[derive(Debug, Default)]
pub struct Sender {
    waiting: VecDeque<Outbound>,
    /// In the order in which they were first sent.
    flights: Vec<Flight>,
    last_id: u16,
}

/// A message for this subscriber, with its QoS and retain flag.
#[derive(Clone, Debug)]
pub struct Outbound {
    pub message: Message,
    pub identifiers: Vec<u32>,
}

#[derive(Debug)]
struct Flight {
    id: u16,
    outbound: Outbound,
    stage: Stage,
    /// The connection on which its PUBLISH was last sent.
    published_on: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    Published,
    /// PUBREC was received; PUBREL was sent on this connection.
    Released(usize),
}

/// The meaning of an acknowledgement from the client.
#[derive(Debug)]
pub enum Outcome {
    /// The client accepted or refused the message.
    Settled(Message),
    /// The same, and a PUBREL must follow.
    Received(Message, Ack),
    /// PUBCOMP.
    Over,
}

impl Sender {
    /// Queues a message of QoS 1 or 2.
    pub fn push(&mut self, outbound: Outbound) {
        self.waiting.push_back(outbound);
    }

    /// The packets to send on this connection now: first the PUBRELs and then the PUBLISHes of earlier connections,
    /// then waiting messages, as far as the client's Receive Maximum allows.
    pub fn pump(&mut self, connection: usize, receive_maximum: u16) -> Vec<BrokerPacket> {
        let mut packets = Vec::new();
        for flight in &mut self.flights {
            if matches!(flight.stage, Stage::Released(over) if over != connection) {
                flight.stage = Stage::Released(connection);
                packets.push(BrokerPacket::Ack(release(flight.id)));
            }
        }
        let used = self.flights.iter().filter(|flight| flight.published_on == connection).count();
        let mut room = usize::from(receive_maximum).saturating_sub(used);
        for flight in &mut self.flights {
            let owed = flight.stage == Stage::Published && flight.published_on != connection;
            if owed && room > 0 {
                room -= 1;
                flight.published_on = connection;
                packets.push(flight.packet(true));
            }
        }
        while room > 0
            && let Some(outbound) = self.waiting.pop_front()
        {
            room -= 1;
            let (id, stage) = (self.unused_id(), Stage::Published);
            let flight = Flight { id, outbound, stage, published_on: connection };
            packets.push(flight.packet(false));
            self.flights.push(flight);
        }
        packets
    }

    /// Handles the client's PUBACK, PUBREC or PUBCOMP.
    pub fn hear(&mut self, ack: Ack, connection: usize) -> Outcome {
        let found = self.flights.iter().position(|flight| flight.id == ack.id);
        let Some(index) = found else {
            panic!("the client sent {ack:?}, but nothing with this id is in flight");
        };
        let flight = &mut self.flights[index];
        let qos = flight.outbound.message.qos;
        let published = flight.stage == Stage::Published && flight.published_on == connection;
        let released = flight.stage == Stage::Released(connection);
        let expected = match ack.kind {
            AckKind::Puback => qos == 1 && published,
            AckKind::Pubrec => qos == 2 && published,
            AckKind::Pubcomp => released,
            AckKind::Pubrel => false,
        };
        assert!(expected, "the client sent {ack:?} on connection {connection} to {flight:?}");
        if ack.kind == AckKind::Pubrec && ack.reason < 0x80 {
            flight.stage = Stage::Released(connection);
            return Outcome::Received(flight.outbound.message.clone(), release(ack.id));
        }
        let flight = self.flights.remove(index);
        match ack.kind {
            AckKind::Pubcomp => Outcome::Over,
            _ => Outcome::Settled(flight.outbound.message),
        }
    }

    fn unused_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            if self.flights.iter().all(|flight| flight.id != self.last_id) {
                return self.last_id;
            }
        }
    }
}

impl Flight {
    fn packet(&self, dup: bool) -> BrokerPacket {
        let Outbound { message, identifiers } = self.outbound.clone();
        BrokerPacket::Publish { message, dup, id: self.id, identifiers }
    }
}

fn release(id: u16) -> Ack {
    Ack { kind: AckKind::Pubrel, id, reason: 0 }
}
