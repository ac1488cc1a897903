//! One session's PUBLISHes from the client that are not over: by id, how far each of them is.
//!
//! It is a broker's memory of QoS 2 and at the same time the check of the client's: an exchange
//! counts as over only when the last packet of it has been sent, so whatever the client sends
//! before that can be told right from wrong. What was sent and lost on the way is not counted
//! against the client.

use super::super::wire::{Ack, Message, Publish};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The exchanges that a session remembers.
#[derive(Debug, Default)]
pub struct Receiver {
    exchanges: BTreeMap<u16, Exchange>,
    /// Every id that was ever released in this session.
    released: BTreeSet<u16>,
}

#[derive(Debug)]
struct Exchange {
    stage: Stage,
    /// The connection over which the client's last packet of it came.
    heard_on: usize,
    /// The connection over which the PUBLISH came last; `None` where only a PUBREL came.
    published_on: Option<usize>,
}

#[derive(Debug)]
enum Stage {
    /// The final answer to the PUBLISH is not sent.
    Answering(Rc<Publish>),
    /// PUBREC is not sent.
    Recording(Rc<Publish>),
    /// PUBREC is sent.
    Recorded(Rc<Publish>),
    /// PUBCOMP is not sent.
    Completing,
}

/// What a PUBLISH is to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    New,
    /// Of QoS 2, and there already.
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
    /// It was released before, and the PUBCOMP got lost.
    Before,
    /// This session never had the PUBLISH.
    Orphan,
}

/// Whose the session and the connection are.
#[derive(Clone, Copy, Debug)]
pub struct Leg {
    pub connection: usize,
    /// The connection began with Session Present 0.
    pub fresh: bool,
}

impl Receiver {
    /// Judges a PUBLISH of QoS 1 or 2; panics where its id or DUP is wrong.
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

    /// The PUBLISH was taken and this answer is on its way out.
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

    /// PUBREL came: says what it releases; panics where it may not come.
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

    /// An answer went out. True where it gives the client back one of its Receive Maximum on this
    /// connection.
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
