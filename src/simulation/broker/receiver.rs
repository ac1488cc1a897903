//! The state of one session's incomplete PUBLISHes from the client, by id.
//!
//! It is a broker's memory of QoS 2 and also checks the client: an exchange counts as complete only when its last
//! packet has been sent, so that everything the client sends before can be judged. Packets that were sent and lost are
//! not held against the client.

use super::super::wire::{Ack, Message, Publish};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The exchanges that a session remembers.
#[derive(Debug, Default)]
pub struct Receiver {
    exchanges: BTreeMap<u16, Exchange>,
    /// Every id that was released in this session.
    released: BTreeSet<u16>,
}

#[derive(Debug)]
struct Exchange {
    stage: Stage,
    /// The connection on which the client's last packet of it arrived.
    heard_on: usize,
    /// The connection on which the PUBLISH last arrived; `None` if only a PUBREL arrived.
    published_on: Option<usize>,
}

#[derive(Debug)]
enum Stage {
    /// The final answer to the PUBLISH has not been sent.
    Answering(Rc<Publish>),
    /// PUBREC has not been sent.
    Recording(Rc<Publish>),
    /// PUBREC has been sent.
    Recorded(Rc<Publish>),
    /// PUBCOMP has not been sent.
    Completing,
}

/// How the session regards a PUBLISH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    New,
    /// At QoS 2, and known already.
    Again,
}

/// The next answer to a PUBLISH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// PUBACK, or a PUBREC that refuses.
    Final,
    /// PUBREC.
    Record,
}

/// What a PUBREL releases.
#[derive(Debug)]
pub enum Release {
    Held(Rc<Publish>),
    /// It was released before, and the PUBCOMP was lost.
    Before,
    /// This session never had the PUBLISH.
    Orphan,
}

/// Identifies a session and a connection.
#[derive(Clone, Copy, Debug)]
pub struct Leg {
    pub connection: usize,
    /// Whether the connection started with Session Present 0.
    pub fresh: bool,
}

impl Receiver {
    /// Judges a PUBLISH of QoS 1 or 2; panics if its id or DUP is wrong.
    pub fn novelty(&self, id: u16, message: &Message, dup: bool, leg: Leg) -> Novelty {
        assert!(
            !(dup && leg.fresh),
            "DUP on PUBLISH {id} to {:?}, though the session is new",
            message.topic
        );
        let Some(exchange) = self.exchanges.get(&id) else { return Novelty::New };
        assert!(
            exchange.heard_on != leg.connection,
            "packet id {id} was used again while in flight [MQTT-2.2.1-3], for {message:?}"
        );
        let (first, novelty) = match &exchange.stage {
            Stage::Answering(first) => (first, Novelty::New),
            Stage::Recording(first) | Stage::Recorded(first) => (first, Novelty::Again),
            Stage::Completing => panic!("PUBLISH {id} came after its PUBREL [MQTT-4.3.3-5]"),
        };
        assert!(dup, "PUBLISH {id} was sent again without DUP [MQTT-3.3.1-1]");
        assert!(
            first.message == *message,
            "packet id {id} was used again while in flight [MQTT-2.2.1-3]: {:?}, {message:?}",
            first.message
        );
        novelty
    }

    /// The PUBLISH was accepted, and this answer will be sent.
    pub fn taken(&mut self, publish: &Rc<Publish>, answer: Answer, leg: Leg) {
        let kept = Rc::clone(publish);
        let stage = match answer {
            Answer::Final => Stage::Answering(kept),
            Answer::Record => Stage::Recording(kept),
        };
        let connection = leg.connection;
        let exchange = Exchange { stage, heard_on: connection, published_on: Some(connection) };
        self.exchanges.insert(publish.id, exchange);
    }

    /// Handles a PUBREL and returns what it releases; panics if it is not allowed.
    pub fn release(&mut self, id: u16, leg: Leg) -> Release {
        let heard_on = leg.connection;
        let Some(exchange) = self.exchanges.get_mut(&id) else {
            assert!(!leg.fresh, "PUBREL {id}, but the session is new and has no such PUBLISH");
            let stage = Stage::Completing;
            self.exchanges.insert(id, Exchange { stage, heard_on, published_on: None });
            let new = self.released.insert(id);
            return if new { Release::Orphan } else { Release::Before };
        };
        let release = match &exchange.stage {
            Stage::Recorded(publish) => Release::Held(Rc::clone(publish)),
            Stage::Completing if exchange.heard_on != heard_on => Release::Before,
            Stage::Completing => panic!("PUBREL {id} was sent twice over one connection"),
            Stage::Recording(_) => panic!("PUBREL {id} came before its PUBREC was sent"),
            Stage::Answering(_) => panic!("PUBREL {id} came for a PUBLISH without PUBREC"),
        };
        exchange.stage = Stage::Completing;
        exchange.heard_on = heard_on;
        self.released.insert(id);
        release
    }

    /// An answer was sent. True if it gives the client back a place in its Receive Maximum on this connection.
    pub fn answered(&mut self, ack: Ack, connection: usize) -> bool {
        let Some(exchange) = self.exchanges.get_mut(&ack.id) else { return false };
        if let Stage::Recording(message) = &exchange.stage {
            exchange.stage = Stage::Recorded(Rc::clone(message));
            return false;
        }
        let published_on = exchange.published_on;
        self.exchanges.remove(&ack.id);
        published_on == Some(connection)
    }
}
