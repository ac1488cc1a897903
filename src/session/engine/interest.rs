//! The engine's part about subscriptions: SUBSCRIBE and UNSUBSCRIBE one after the other, and the
//! answers to them.

use super::{Barrier, Engine, Phase};
use crate::message::QoS;
use crate::property::{Block, Id, Properties};
use crate::session::event::{Event, Job};
use crate::session::fault::{Explanation, Fault};
use crate::session::reason::Reason;
use crate::session::subscription::{Interest, Subscription};
use crate::session::wire::{Body, Version, Violation, encode};
use std::rc::Rc;

/// How far the subscriptions of a session got.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Subscriptions that have their answer.
    subscribed: usize,
    /// One of them was refused.
    refused: bool,
    /// Unsubscriptions that have their answer.
    unsubscribed: usize,
    /// The request that is out.
    waiting: Option<Request>,
}

#[derive(Debug)]
struct Request {
    packet_id: u16,
    batch: Batch,
}

/// Filters that are asked about together, one after the other in the interest.
#[derive(Debug)]
struct Batch {
    kind: Kind,
    first: usize,
    /// For each filter, why it is left out of the packet, if it is.
    refused: Vec<Option<Explanation>>,
}

impl Batch {
    fn end(&self) -> usize {
        self.first + self.refused.len()
    }

    /// The filters that are in the packet.
    fn sent<'a, T>(&'a self, all: &'a [T]) -> impl Iterator<Item = &'a T> {
        let batch = all[self.first..self.end()].iter().zip(&self.refused);
        batch.filter(|(_, refused)| refused.is_none()).map(|(filter, _)| filter)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Subscribe,
    Unsubscribe,
}

impl Kind {
    /// The answer to it.
    fn answer(self) -> &'static str {
        match self {
            Self::Subscribe => "SUBACK",
            Self::Unsubscribe => "UNSUBACK",
        }
    }
}

impl Progress {
    /// The answer that is due, if any.
    pub(super) fn awaited(&self) -> Option<&'static str> {
        self.waiting.as_ref().map(|request| request.batch.kind.answer())
    }

    fn is_complete(&self, interest: &Interest) -> bool {
        self.waiting.is_none()
            && self.subscribed == interest.subscriptions.len()
            && self.unsubscribed == interest.unsubscriptions.len()
    }
}

impl Engine {
    /// Whether everything about subscriptions has been answered.
    pub fn is_subscribed(&self) -> bool {
        self.interest.is_complete(&self.asked)
    }

    /// Asks for `interest`, from now on, instead of what was asked for before; call only while
    /// [`Engine::is_subscribed`]. A filter that was asked for before is asked for again. The barrier is down
    /// then.
    ///
    /// # Errors
    /// When the codec fails, which is a bug.
    pub fn subscribe(&mut self, interest: Rc<Interest>, job: &mut dyn Job) -> Result<(), Fault> {
        self.asked = interest;
        self.interest = Progress::default();
        self.barrier = Barrier::Down;
        self.ask(job)
    }

    /// Whether nothing may be published because subscriptions come first.
    pub(super) fn is_held_back(&self) -> bool {
        self.asked.before_publishing && (self.interest.refused || !self.is_subscribed())
    }

    /// The session does not hold the subscriptions, or they are to be made anew.
    pub(super) fn forget_subscriptions(&mut self) {
        self.interest.subscribed = 0;
        self.interest.refused = false;
    }

    /// What was asked over a connection that is gone was not answered.
    pub(super) fn forget_request(&mut self) {
        if let Some(request) = self.interest.waiting.take() {
            self.ids.release(request.packet_id);
        }
    }

    /// Sends the next request, unless one is out.
    pub(super) fn ask(&mut self, job: &mut dyn Job) -> Result<(), Fault> {
        let interest = Rc::clone(&self.asked);
        while self.phase == Phase::Up && self.interest.waiting.is_none() {
            let batch = if self.interest.subscribed < interest.subscriptions.len() {
                self.pack(Kind::Subscribe, self.interest.subscribed)
            } else if self.interest.unsubscribed < interest.unsubscriptions.len() {
                self.pack(Kind::Unsubscribe, self.interest.unsubscribed)
            } else {
                break;
            };
            if batch.refused.iter().all(Option::is_some) {
                self.conclude(batch, &[], &Properties::default(), job);
                continue;
            }
            let Some(packet_id) = self.ids.take() else { break };
            let (out, version) = (&mut self.out, self.version);
            match batch.kind {
                Kind::Subscribe => {
                    let subscriptions = batch.sent(&interest.subscriptions);
                    encode::subscribe(out, version, packet_id, subscriptions, &interest)?;
                }
                Kind::Unsubscribe => {
                    let filters = batch.sent(&interest.unsubscriptions);
                    encode::unsubscribe(out, version, packet_id, filters, &interest)?;
                }
            }
            self.interest.waiting = Some(Request { packet_id, batch });
        }
        Ok(())
    }

    /// As many filters from `first` on as one packet may hold; those that the broker cannot take are
    /// left out of it.
    fn pack(&self, kind: Kind, first: usize) -> Batch {
        let interest = &self.asked;
        let (filters, options): (Vec<_>, _) = match kind {
            Kind::Subscribe => (interest.subscriptions.iter().map(|it| &it.filter).collect(), 1),
            Kind::Unsubscribe => (interest.unsubscriptions.iter().collect(), 0),
        };
        let with_id = kind == Kind::Subscribe && interest.subscription_id.is_some();
        let empty = self.size_without_filters(kind);
        let (mut size, mut refused) = (empty, Vec::new());
        for filter in &filters[first..] {
            let length = 2 + filter.as_str().len() + options;
            let availability = match kind {
                Kind::Subscribe => self.limits.check_filter(filter, with_id),
                Kind::Unsubscribe => Ok(()),
            };
            let alone = encode::packet_size(empty + length);
            let refusal = availability.and_then(|()| self.limits.check_size(alone)).err();
            if refusal.is_none() {
                let together = encode::packet_size(size + length);
                if size > empty && self.limits.check_size(together).is_err() {
                    break;
                }
                size += length;
            }
            refused.push(refusal);
        }
        Batch { kind, first, refused }
    }

    /// Bytes behind the fixed header of a request, besides its filters.
    fn size_without_filters(&self, kind: Kind) -> usize {
        if self.version != Version::V5 {
            return 2;
        }
        let interest = &self.asked;
        let mut block = Block::default();
        match kind {
            Kind::Subscribe => {
                if let Some(id) = interest.subscription_id {
                    block.number(Id::SubscriptionId, id);
                }
                block.pairs(&interest.subscribe_properties);
            }
            Kind::Unsubscribe => block.pairs(&interest.unsubscribe_properties),
        }
        2 + block.finish().len()
    }

    pub(super) fn suback(&mut self, body: &Body<'_>, job: &mut dyn Job) -> Result<(), Fault> {
        let batch = self.answered(Kind::Subscribe, body, |version, code| match Reason(code) {
            _ if code <= 2 || code == 0x80 => true,
            reason => version == Version::V5 && reason.is_for_suback(),
        })?;
        self.conclude(batch, body.codes, &body.properties, job);
        self.ask(job)
    }

    pub(super) fn unsuback(&mut self, body: &Body<'_>, job: &mut dyn Job) -> Result<(), Fault> {
        let batch =
            self.answered(Kind::Unsubscribe, body, |_, code| Reason(code).is_for_unsuback())?;
        self.conclude(batch, body.codes, &body.properties, job);
        self.ask(job)
    }

    /// Tells the job what became of a batch: `codes` are those of the filters that were sent.
    fn conclude(
        &mut self,
        batch: Batch,
        codes: &[u8],
        properties: &Properties<'_>,
        job: &mut dyn Job,
    ) {
        let interest = Rc::clone(&self.asked);
        let (kind, first, end) = (batch.kind, batch.first, batch.end());
        match kind {
            Kind::Subscribe => self.interest.subscribed = end,
            Kind::Unsubscribe => self.interest.unsubscribed = end,
        }
        let mut codes = codes.iter();
        for (at, refused) in (first..end).zip(batch.refused) {
            let answer = match refused {
                Some(explanation) => Err(explanation),
                // UNSUBACK has no codes before MQTT 5: it always means yes.
                None => match Reason(codes.next().copied().unwrap_or_default()) {
                    reason if reason.is_failure() => Err(Explanation::new(reason, properties)),
                    reason => Ok(reason),
                },
            };
            match kind {
                Kind::Subscribe => {
                    self.interest.refused |= answer.is_err();
                    let Subscription { filter, qos, .. } = &interest.subscriptions[at];
                    job.event(&Event::Subscribed {
                        filter: filter.as_str(),
                        requested: *qos,
                        answer: answer.map(|code| QoS::from_number(code.0).unwrap_or_default()),
                    });
                }
                Kind::Unsubscribe => {
                    let filter = interest.unsubscriptions[at].as_str();
                    job.event(&Event::Unsubscribed { filter, answer });
                }
            }
        }
    }

    /// Takes the request that `body` answers, once its codes are what they must be.
    fn answered(
        &mut self,
        kind: Kind,
        body: &Body<'_>,
        is_defined: impl Fn(Version, u8) -> bool,
    ) -> Result<Batch, Fault> {
        let name = kind.answer();
        let is_it = |request: &mut Request| {
            request.batch.kind == kind && request.packet_id == body.packet_id
        };
        let Some(Request { packet_id, batch }) = self.interest.waiting.take_if(is_it) else {
            return Err(Violation::protocol(format!(
                "{name} for packet id {}, which was not asked for",
                body.packet_id
            ))
            .into());
        };
        self.ids.release(packet_id);
        let has_codes = kind == Kind::Subscribe || self.version == Version::V5;
        let sent = batch.refused.iter().filter(|refused| refused.is_none()).count();
        let (asked, answered) = (if has_codes { sent } else { 0 }, body.codes.len());
        if asked != answered {
            return Err(Violation::protocol(format!(
                "{name} with {answered} codes for {asked} filters"
            ))
            .into());
        }
        if let Some(&code) = body.codes.iter().find(|code| !is_defined(self.version, **code)) {
            let text = format!("{name} with undefined code {}", Reason(code));
            return Err(Violation::malformed(text).into());
        }
        // On connections that are lost again and again, only publishing counts while something is published.
        if self.ledger.is_empty() {
            self.progress += 1;
        }
        Ok(batch)
    }
}
