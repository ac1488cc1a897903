//! The run of `mqtt rr` on a session: subscribe, publish the request, and print what answers it.

use crate::commands::deciding::Verdict;
use crate::commands::receiving::Receiving;
use crate::exit::{ExitStatus, Failure};
use crate::message::{Envelope, Message, PublishProperties, QoS};
use crate::mqtt::subscription::{Interest, RetainHandling, Subscription};
use crate::mqtt::{Event, Explanation, Outcome, Reason, Session, Submitted, Taken, Version};
use crate::property::Id;
use crate::random::random;
use crate::run::{ConnectionEvent, Job};
use crate::topic::{TopicError, TopicFilter, TopicName};
use bytes::Bytes;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

/// What response topics begin with where the broker does not say it.
const PREFIX: &str = "mqtt-rr";

/// The request's position in the input of one record.
const POSITION: u64 = 1;

/// Without MQTT 5 nobody but the user can say where the reply is expected.
pub(crate) fn no_response_topic(version: Version) -> Failure {
    Failure::usage(format!("{version} has no response topics of its own"))
        .hint("say where the reply is expected with --response-topic")
}

/// Whether subscribing to this topic would mean something else.
pub(crate) fn is_shared(topic: &str) -> bool {
    // A topic that is no filter begins like a shared subscription and lacks a part of it.
    topic.parse().map_or(true, |filter: TopicFilter| filter.is_shared())
}

/// Which messages on the response topic are replies, as long as they are fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matching {
    /// Those with our correlation data; on a topic that was given, where others may answer who know nothing of it, also
    /// those without any.
    Auto,
    /// Those with our correlation data.
    Correlation,
    /// All.
    Any,
}

/// What is asked.
pub(crate) struct Request {
    pub(crate) topic: TopicName,
    pub(crate) payload: Bytes,
    pub(crate) qos: QoS,
    /// As the user gave them.
    pub(crate) properties: PublishProperties,
    /// Where replies come instead of a response topic, which the request can name.
    pub(crate) filter: Option<TopicFilter>,
    pub(crate) matching: Matching,
    /// What SUBSCRIBE says besides the response topic.
    pub(crate) interest: Interest,
    pub(crate) client_id: String,
}

impl Request {
    /// A topic for this client alone, below what the broker asks for.
    fn make_response_topic(&self, information: Option<&str>) -> Option<TopicName> {
        let make = |prefix: &str, id: &str| {
            let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
            let topic: TopicName = format!("{prefix}/{id}").parse().ok()?;
            Some(topic).filter(|topic| !is_shared(topic.as_str()))
        };
        let digits = format!("{:016x}", random());
        let id = if self.client_id.is_empty() { &digits } else { &self.client_id };
        let prefixes = information.into_iter().filter(|text| !text.is_empty()).chain([PREFIX]);
        // A client id can be what no topic can have.
        prefixes
            .flat_map(|prefix| [(prefix, id), (prefix, &digits)])
            .find_map(|it| make(it.0, it.1))
    }

    /// Fills in what makes a reply known with this version.
    fn expect(
        &self,
        version: Version,
        information: Option<&str>,
    ) -> Result<(Envelope, Expected), Failure> {
        let given = self.properties.response_topic.clone();
        let mut envelope = Envelope::new(self.topic.clone(), self.qos, false);
        if let Some(filter) = self.filter.clone() {
            if version == Version::V5 {
                envelope.properties = self.properties.clone();
            }
            return Ok((envelope, Expected { filter, correlation: Correlation::Ignored }));
        }
        if version != Version::V5 {
            let topic = given.ok_or_else(|| no_response_topic(version))?;
            let filter = filter_of(&topic)?;
            return Ok((envelope, Expected { filter, correlation: Correlation::Ignored }));
        }
        let is_given = given.is_some();
        let topic = given.or_else(|| self.make_response_topic(information)).ok_or_else(|| {
            Failure::usage("no response topic can be made").hint("give one with --response-topic")
        })?;
        let draw = || [random(), random()].map(u64::to_be_bytes).concat();
        let correlation = self.properties.correlation_data.clone().unwrap_or_else(draw);
        envelope.properties = PublishProperties {
            response_topic: Some(topic.clone()),
            correlation_data: Some(correlation.clone()),
            ..self.properties.clone()
        };
        let correlation = match self.matching {
            Matching::Any => Correlation::Ignored,
            Matching::Auto if is_given => Correlation::OursOrNone(correlation),
            Matching::Auto | Matching::Correlation => Correlation::Ours(correlation),
        };
        Ok((envelope, Expected { filter: filter_of(&topic)?, correlation }))
    }
}

/// The filter that matches one topic. One that has none begins with `$share/`, and was ruled out.
fn filter_of(topic: &TopicName) -> Result<TopicFilter, Failure> {
    let error = |error| Failure::usage(format!("invalid response topic {topic}: {error}"));
    topic.as_str().parse().map_err(|it: TopicError| error(it))
}

/// What makes a message a reply.
struct Expected {
    filter: TopicFilter,
    correlation: Correlation,
}

/// The correlation data of a reply; what is ours is random, or as the user wants it.
enum Correlation {
    Ours(Vec<u8>),
    OursOrNone(Vec<u8>),
    Ignored,
}

impl Expected {
    fn correlates(&self, message: &Message<'_>) -> bool {
        let data = message.properties.binary(Id::CorrelationData);
        match &self.correlation {
            Correlation::Ours(ours) => data == Some(ours),
            Correlation::OursOrNone(ours) => data.is_none_or(|data| data == ours),
            Correlation::Ignored => true,
        }
    }
}

/// Asks, and prints what answers.
pub(crate) struct Requesting {
    request: Request,
    /// So many replies end the run.
    wanted: Option<u64>,
    receiving: Receiving,
    tells_latency: bool,
    /// What the broker of the first connection wants response topics to begin with.
    information: Option<String>,
    connected: bool,
    /// From the first connection on.
    expected: Option<(Rc<Envelope>, Expected)>,
    /// The session was told to subscribe to where the reply will come.
    listens: bool,
    /// When the request was handed to the session.
    sent: Option<Instant>,
    /// Replies that are printed.
    taken: u64,
    /// One of them was what the run was to last until.
    has_last: bool,
    /// Messages on the response topic that answer something else.
    foreign: u64,
    /// Replies that the filters skipped.
    skipped: u64,
    /// What became of the request, if it did not arrive for certain.
    doubt: Option<&'static str>,
    /// Why no reply can come.
    refusal: Option<Failure>,
}

impl Requesting {
    pub(crate) fn new(
        request: Request,
        wanted: Option<u64>,
        receiving: Receiving,
        tells_latency: bool,
    ) -> Self {
        Self {
            request,
            wanted,
            receiving,
            tells_latency,
            information: None,
            connected: false,
            expected: None,
            listens: false,
            sent: None,
            taken: 0,
            has_last: false,
            foreign: 0,
            skipped: 0,
            doubt: None,
            refusal: None,
        }
    }

    /// Decides what makes a message a reply, as soon as it is known what the broker speaks: the messages that waited in
    /// the session may come with the same read.
    fn expect(&mut self, version: Version) {
        match self.request.expect(version, self.information.as_deref()) {
            Ok((envelope, expected)) => self.expected = Some((Rc::new(envelope), expected)),
            Err(failure) => self.refusal = Some(failure),
        }
    }

    /// Subscribes to where the reply will come.
    fn listen(&mut self, session: &mut Session) {
        let Some((_, expected)) = &self.expected else { return };
        if std::mem::replace(&mut self.listens, true) {
            return;
        }
        let filter = expected.filter.clone();
        let mut interest = self.request.interest.clone();
        interest.subscriptions.push(Subscription {
            retain_handling: RetainHandling::Never,
            ..Subscription::new(filter, self.request.qos)
        });
        session.subscribe(Rc::new(interest));
    }

    /// Publishes the request, once.
    fn send(&mut self, session: &mut Session, now: Instant) {
        let Some((envelope, _)) = &self.expected else { return };
        if self.sent.is_some() || !session.has_room(envelope.qos) {
            return;
        }
        self.sent = Some(now);
        let outcome = match session.publish(POSITION, envelope, self.request.payload.clone()) {
            Submitted::Pending => return,
            Submitted::Sent => Outcome::Delivered(Reason::SUCCESS),
            Submitted::Refused(explanation) => Outcome::Refused(explanation),
        };
        self.note_outcome(&outcome);
        self.receiving.reporter.published(POSITION, 0, &outcome);
    }

    fn has_all(&self) -> bool {
        self.has_last || self.wanted.is_some_and(|wanted| self.taken >= wanted)
    }

    fn refused(&mut self, explanation: &Explanation) {
        let message = format!("request to {} refused: {explanation}", self.request.topic);
        self.refusal.get_or_insert(Failure::new(ExitStatus::Refused, message));
    }

    fn note_outcome(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Delivered(Reason::NO_MATCHING_SUBSCRIBERS) => {
                let topic = &self.request.topic;
                self.receiving.reporter.ui().warn(&format!("nobody is subscribed to {topic}"));
            }
            Outcome::Delivered(_) => {}
            Outcome::Refused(explanation) => self.refused(explanation),
            Outcome::Unconfirmed => self.doubt = Some("the request is unconfirmed"),
            Outcome::NotSent => self.doubt = Some("the request was not sent"),
        }
    }

    /// How many replies there are, and why there may be no more, in words.
    fn summary(&self) -> String {
        let mut parts = vec![match (self.taken, self.wanted) {
            (0, _) => "no reply".to_owned(),
            (taken, None) => format!("{taken} replies"),
            (taken, Some(wanted)) => format!("{taken} of {wanted} replies"),
        }];
        match self.foreign {
            0 => {}
            1 => parts.push("1 message with other correlation data".to_owned()),
            several => parts.push(format!("{several} messages with other correlation data")),
        }
        match self.skipped {
            0 => {}
            1 => parts.push("1 reply was skipped by the filters".to_owned()),
            several => parts.push(format!("{several} replies were skipped by the filters")),
        }
        parts.extend(self.receiving.unmet().filter(|_| self.taken > 0));
        let doubt = self.doubt.or((self.sent.is_none()).then_some("the request was not sent"));
        parts.extend(doubt.filter(|_| self.taken == 0).map(str::to_owned));
        parts.join(", ")
    }

    /// What became of the request, given how the session ended.
    fn judge(&mut self, end: Option<Failure>) -> Option<Failure> {
        let is_met = self.receiving.unmet().is_none();
        let enough = is_met
            && match self.wanted {
                Some(wanted) => self.has_last || self.taken >= wanted,
                None => self.taken > 0,
            };
        match (self.refusal.take(), end) {
            (Some(refusal), Some(end)) if end.status.gravity() > refusal.status.gravity() => {
                Some(end)
            }
            (Some(refusal), _) => Some(refusal),
            (None, None) if enough => None,
            (None, None) => {
                let end = if self.has_all() { "ended" } else { "silence" };
                let message = format!("{end}: {}", self.summary());
                Some(Failure::new(ExitStatus::TimedOut, message))
            }
            (None, Some(end)) if end.status == ExitStatus::TimedOut && enough => None,
            (None, Some(end)) if !self.connected => Some(end),
            (None, Some(mut end)) => {
                end.message = format!("{}; {}", end.message, self.summary());
                Some(end)
            }
        }
    }

    /// Adds up what happened.
    pub(crate) fn finish(mut self, end: Option<Failure>) -> Result<(), Failure> {
        let end = self.judge(end);
        let printed = self.receiving.finish(end.as_ref());
        self.receiving.close(printed.and_then(|_| end.map_or(Ok(()), Err)))
    }
}

impl Job for Requesting {
    fn message(&mut self, message: &Message<'_>) -> Taken {
        let Some((_, expected)) = &self.expected else { return Taken::Passed };
        if !expected.filter.matches(message.topic) {
            // It waited for whoever else uses this session.
            return Taken::Passed;
        }
        let Some(sent) = self.sent.filter(|_| !message.retain) else { return Taken::Dropped };
        if !expected.correlates(message) {
            self.foreign += 1;
            return Taken::Dropped;
        }
        match self.receiving.print(message) {
            Verdict::Skip => {
                self.skipped += 1;
                return Taken::Dropped;
            }
            Verdict::Print => {}
            Verdict::Last => self.has_last = true,
        }
        self.taken += 1;
        if self.tells_latency {
            let milliseconds = sent.elapsed().as_secs_f64() * 1e3;
            self.receiving.reporter.ui().figure(&format!("latency: {milliseconds:.3} ms"));
        }
        if self.has_all() {
            self.receiving.printing.hurry();
            return Taken::Last;
        }
        Taken::Writing
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Connected { version, properties, .. } => {
                if !std::mem::replace(&mut self.connected, true) {
                    let information = properties.view().text(Id::ResponseInformation);
                    self.information = information.map(str::to_owned);
                    self.expect(*version);
                }
                self.receiving.printing.begin();
            }
            Event::Subscribed { filter, answer: Err(explanation), .. } => {
                let message = format!("subscription to {filter} refused: {explanation}");
                self.refusal.get_or_insert(Failure::new(ExitStatus::Refused, message));
            }
            Event::HungUpOn { topic, .. } => {
                let message =
                    format!("the broker hung up each time the request to {topic} was sent");
                self.refusal.get_or_insert(Failure::new(ExitStatus::Lost, message));
            }
            Event::Published { outcome, .. } => self.note_outcome(outcome),
            Event::MaybeLost { refusal: Some(explanation), .. } => self.refused(explanation),
            Event::MaybeLost { .. } if self.taken == 0 => {
                self.doubt = Some("the request may be lost");
                let ui = self.receiving.reporter.ui();
                ui.note("the request may be lost: at QoS 0 it is not sent again");
            }
            _ => {}
        }
        self.receiving.reporter.event(event);
    }

    fn connection(&mut self, event: &ConnectionEvent<'_>) {
        if let ConnectionEvent::Lost(_) = event {
            self.receiving.silence.end();
        }
        self.receiving.reporter.connection(event);
    }

    fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session, now: Instant) -> Poll<()> {
        self.receiving.poll(cx, session);
        self.listen(session);
        if session.is_subscribed() && self.refusal.is_none() {
            self.send(session, now);
        }
        // The silence begins when the request has arrived.
        let is_listening = self.sent.is_some() && session.is_settled();
        let done = self.has_all() || self.receiving.is_idle(now, is_listening);
        let hopeless = self.refusal.is_some() || self.receiving.printing.has_failed();
        if hopeless || (done && self.receiving.printing.is_over()) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>, session: &mut Session) -> Poll<()> {
        self.receiving.poll_drain(cx, session)
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>, _now: Instant) -> Poll<()> {
        self.receiving.poll_offline(cx);
        let printing = &self.receiving.printing;
        let done = self.refusal.is_some() || (self.has_all() && printing.is_over());
        if done || printing.has_failed() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn deadline(&self) -> Option<Instant> {
        self.receiving.deadline()
    }

    fn is_finite(&self) -> bool {
        true
    }

    fn is_full(&self) -> bool {
        self.receiving.is_full()
    }
}
