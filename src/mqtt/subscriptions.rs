//! The progress of subscriptions: sends SUBSCRIBE and UNSUBSCRIBE one after the other and handles the answers.

use super::event::Event;
use super::explanation::Explanation;
use super::limits::Limits;
use super::packet::{Body, Violation, encode};
use super::reason::Reason;
use super::subscription::{Interest, Subscription};
use super::version::Version;
use crate::message::QoS;
use crate::property::{Block, Id, Properties};
use bytes::BytesMut;
use std::collections::VecDeque;
use std::rc::Rc;

/// Most bytes of filters in one packet; a single one may exceed it.
const LARGEST_BATCH: usize = 1 << 20;

/// The kind of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// SUBSCRIBE.
    Subscribe,
    /// UNSUBSCRIBE.
    Unsubscribe,
}

impl RequestKind {
    /// The name of the packet that answers it.
    pub fn answer(self) -> &'static str {
        match self {
            Self::Subscribe => "SUBACK",
            Self::Unsubscribe => "UNSUBACK",
        }
    }
}

/// Consecutive filters of the interest that are sent in one packet.
#[derive(Debug)]
struct Batch {
    kind: RequestKind,
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
        let batch = all.get(self.first..self.end()).unwrap_or_default().iter().zip(&self.refused);
        batch.filter(|(_, refused)| refused.is_none()).map(|(filter, _)| filter)
    }
}

/// An unanswered request on one connection.
#[derive(Debug)]
pub struct Request {
    /// Its packet id.
    pub packet_id: u16,
    batch: Batch,
}

impl Request {
    /// Its kind.
    pub fn kind(&self) -> RequestKind {
        self.batch.kind
    }

    /// Checks that `body` answers it.
    ///
    /// # Errors
    /// When there is not one defined code per filter.
    pub fn check(&self, version: Version, body: &Body<'_>) -> Result<(), Violation> {
        let (kind, name) = (self.batch.kind, self.batch.kind.answer());
        let has_codes = kind == RequestKind::Subscribe || version == Version::V5;
        let sent = self.batch.refused.iter().filter(|refused| refused.is_none()).count();
        let (asked, answered) = (if has_codes { sent } else { 0 }, body.codes.len());
        if asked != answered {
            let text = format!("{name} with {answered} codes for {asked} filters");
            return Err(Violation::protocol(text));
        }
        let is_defined = |code: &u8| match (kind, Reason(*code)) {
            (RequestKind::Subscribe, reason) if version == Version::V5 => {
                reason.0 <= 2 || reason.is_for_suback()
            }
            // 0x80 is the only failure defined there, but brokers send others.
            (RequestKind::Subscribe, reason) => reason.0 <= 2 || reason.is_failure(),
            (RequestKind::Unsubscribe, reason) => reason.is_for_unsuback(),
        };
        match body.codes.iter().find(|code| !is_defined(code)) {
            Some(code) => {
                let text = format!("{name} with undefined code {}", Reason(*code));
                Err(Violation::malformed(text))
            }
            None => Ok(()),
        }
    }
}

/// What is requested, and what has been answered.
#[derive(Debug)]
pub struct Subscriptions {
    asked: Rc<Interest>,
    /// Number of answered subscriptions.
    subscribed: usize,
    /// Whether one of them was refused.
    refused: bool,
    /// Number of answered unsubscriptions.
    unsubscribed: usize,
}

impl Subscriptions {
    /// Nothing of `asked` has been answered.
    pub fn new(asked: Rc<Interest>) -> Self {
        Self { asked, subscribed: 0, refused: false, unsubscribed: 0 }
    }

    /// Whether everything has been answered.
    pub fn is_complete(&self) -> bool {
        self.subscribed == self.asked.subscriptions.len()
            && self.unsubscribed == self.asked.unsubscriptions.len()
    }

    /// Whether there are subscriptions, so that messages may arrive.
    pub fn are_any(&self) -> bool {
        !self.asked.subscriptions.is_empty()
    }

    /// Whether publishing has to wait for subscriptions.
    pub fn holds_back(&self) -> bool {
        self.asked.before_publishing && (self.refused || !self.is_complete())
    }

    /// Starts on a new connection: if the session does not hold the subscriptions, or they are always renewed, they are
    /// requested again.
    pub fn connected(&mut self, session_present: bool) {
        if !session_present || self.asked.every_time {
            self.subscribed = 0;
            self.refused = false;
        }
    }

    /// Appends the next request to `out`, if there is one. Reports filters that can be answered without the broker.
    pub fn request(
        &mut self,
        (version, limits): (Version, &Limits),
        out: &mut BytesMut,
        take_id: impl FnOnce() -> Option<u16>,
        events: &mut VecDeque<Event>,
    ) -> Option<Request> {
        let batch = loop {
            let batch = self.next_batch(version, limits)?;
            if batch.refused.iter().any(Option::is_none) {
                break batch;
            }
            self.conclude_batch(batch, &[], &Properties::default(), events);
        };
        let packet_id = take_id()?;
        let interest = &self.asked;
        match batch.kind {
            RequestKind::Subscribe => {
                let subscriptions = batch.sent(&interest.subscriptions);
                encode::subscribe(out, version, packet_id, subscriptions, interest);
            }
            RequestKind::Unsubscribe => {
                let filters = batch.sent(&interest.unsubscriptions);
                encode::unsubscribe(out, version, packet_id, filters, interest);
            }
        }
        Some(Request { packet_id, batch })
    }

    /// Reports the outcome of `request`, whose answer has been checked.
    pub fn conclude(&mut self, request: Request, body: &Body<'_>, events: &mut VecDeque<Event>) {
        self.conclude_batch(request.batch, body.codes, &body.properties, events);
    }

    /// The filters of a request.
    pub fn filters(&self, request: &Request) -> Vec<String> {
        let batch = &request.batch;
        match batch.kind {
            RequestKind::Subscribe => {
                let sent = batch.sent(&self.asked.subscriptions);
                sent.map(|it| it.filter.as_str().to_owned()).collect()
            }
            RequestKind::Unsubscribe => {
                let sent = batch.sent(&self.asked.unsubscriptions);
                sent.map(|it| it.as_str().to_owned()).collect()
            }
        }
    }

    fn next_batch(&self, version: Version, limits: &Limits) -> Option<Batch> {
        if self.subscribed < self.asked.subscriptions.len() {
            Some(self.pack(RequestKind::Subscribe, self.subscribed, version, limits))
        } else if self.unsubscribed < self.asked.unsubscriptions.len() {
            Some(self.pack(RequestKind::Unsubscribe, self.unsubscribed, version, limits))
        } else {
            None
        }
    }

    /// Collects as many filters, starting with `first`, as one packet may hold, without those that the broker does not
    /// accept.
    fn pack(&self, kind: RequestKind, first: usize, version: Version, limits: &Limits) -> Batch {
        let interest = &self.asked;
        let (filters, options): (Vec<_>, _) = match kind {
            RequestKind::Subscribe => {
                (interest.subscriptions.iter().map(|it| &it.filter).collect(), 1)
            }
            RequestKind::Unsubscribe => (interest.unsubscriptions.iter().collect(), 0),
        };
        let with_id = kind == RequestKind::Subscribe && interest.subscription_id.is_some();
        let empty = self.size_without_filters(kind, version);
        let (mut size, mut refused) = (empty, Vec::new());
        for filter in filters.into_iter().skip(first) {
            let length = 2 + filter.as_str().len() + options;
            let availability = match kind {
                RequestKind::Subscribe => limits.check_filter(filter, with_id),
                RequestKind::Unsubscribe => Ok(()),
            };
            let alone = encode::packet_size(empty + length);
            let refusal = availability.and_then(|()| limits.check_size(alone)).err();
            if refusal.is_none() {
                let together = encode::packet_size(size + length);
                let is_too_large = together > LARGEST_BATCH || limits.check_size(together).is_err();
                if size > empty && is_too_large {
                    break;
                }
                size += length;
            }
            refused.push(refusal);
        }
        Batch { kind, first, refused }
    }

    /// Number of bytes after the fixed header, without the filters.
    fn size_without_filters(&self, kind: RequestKind, version: Version) -> usize {
        if version != Version::V5 {
            return 2;
        }
        let interest = &self.asked;
        let mut block = Block::default();
        match kind {
            RequestKind::Subscribe => {
                if let Some(id) = interest.subscription_id {
                    block.number(Id::SubscriptionId, id);
                }
                block.pairs(&interest.subscribe_properties);
            }
            RequestKind::Unsubscribe => block.pairs(&interest.unsubscribe_properties),
        }
        2 + block.finish().len()
    }

    /// Reports the outcome of a batch: `codes` are those of the filters in the packet.
    fn conclude_batch(
        &mut self,
        batch: Batch,
        codes: &[u8],
        properties: &Properties<'_>,
        events: &mut VecDeque<Event>,
    ) {
        let (kind, first, end) = (batch.kind, batch.first, batch.end());
        match kind {
            RequestKind::Subscribe => self.subscribed = end,
            RequestKind::Unsubscribe => self.unsubscribed = end,
        }
        let mut codes = codes.iter();
        for (at, refused) in (first..end).zip(batch.refused) {
            let answer = match refused {
                Some(explanation) => Err(explanation),
                // UNSUBACK has no codes before MQTT 5: it always means success.
                None => match Reason(codes.next().copied().unwrap_or_default()) {
                    reason if reason.is_failure() => Err(Explanation::new(reason, properties)),
                    reason => Ok(reason),
                },
            };
            match kind {
                RequestKind::Subscribe => {
                    self.refused |= answer.is_err();
                    let Some(Subscription { filter, qos, .. }) = self.asked.subscriptions.get(at)
                    else {
                        continue;
                    };
                    events.push_back(Event::Subscribed {
                        filter: Box::new(filter.clone()),
                        requested: *qos,
                        answer: answer.map(|code| QoS::from_number(code.0).unwrap_or_default()),
                    });
                }
                RequestKind::Unsubscribe => {
                    let Some(filter) = self.asked.unsubscriptions.get(at) else { continue };
                    let filter = Box::new(filter.clone());
                    events.push_back(Event::Unsubscribed { filter, answer });
                }
            }
        }
    }
}
