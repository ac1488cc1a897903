//! The run of `mqtt rr` on a session: subscribe, publish the request, and print what answers it.

use crate::commands::printing::{Printing, Reader};
use crate::events::Reporter;
use crate::exit::{ExitStatus, Failure};
use crate::message::{Envelope, Message, PublishProperties, QoS};
use crate::property::Id;
use crate::session;
use crate::session::engine::Engine;
use crate::session::event::{Event, Job, Outcome, Taken};
use crate::session::fault::{Explanation, Fault};
use crate::session::reason::Reason;
use crate::session::subscription::{Interest, RetainHandling, Subscription};
use crate::session::wire::Version;
use crate::topic::{TopicFilter, TopicName};
use bytes::Bytes;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// What response topics begin with where the broker does not say it.
const PREFIX: &str = "mqtt-rr";

/// The request's position in the input of one record.
const POSITION: u64 = 1;

/// Without MQTT 5 nobody but the user can say where the reply is expected.
pub(super) fn no_response_topic(version: Version) -> Failure {
    Failure::usage(format!("{version} has no response topics of its own"))
        .hint("say where the reply is expected with --response-topic")
}

/// Whether subscribing to this topic would mean something else.
pub(super) fn is_shared(topic: &TopicName) -> bool {
    // A topic that is no filter begins like a shared subscription and lacks a part of it.
    topic.as_str().parse().map_or(true, |filter: TopicFilter| filter.is_shared())
}

/// What is asked.
pub(super) struct Request {
    pub(super) topic: TopicName,
    pub(super) payload: Bytes,
    pub(super) qos: QoS,
    /// As the user gave them.
    pub(super) properties: PublishProperties,
    /// What SUBSCRIBE says besides the response topic.
    pub(super) interest: Interest,
    pub(super) client_id: String,
}

impl Request {
    /// A topic for this client alone, below what the broker asks for.
    fn make_response_topic(&self, information: Option<&str>) -> Option<TopicName> {
        let make = |prefix: &str, id: &str| {
            let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
            let topic: TopicName = format!("{prefix}/{id}").parse().ok()?;
            Some(topic).filter(|topic| !is_shared(topic))
        };
        let random = format!("{:016x}", session::random());
        let id = if self.client_id.is_empty() { &random } else { &self.client_id };
        let prefixes = information.into_iter().filter(|text| !text.is_empty()).chain([PREFIX]);
        // A client id can be what no topic can have.
        prefixes
            .flat_map(|prefix| [(prefix, id), (prefix, &random)])
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
        if version != Version::V5 {
            let topic = given.ok_or_else(|| no_response_topic(version))?;
            return Ok((envelope, Expected { topic, correlation: None }));
        }
        let topic = given.or_else(|| self.make_response_topic(information)).ok_or_else(|| {
            Failure::usage("no response topic can be made").hint("give one with --response-topic")
        })?;
        let random = || [session::random(), session::random()].map(u64::to_be_bytes).concat();
        let correlation = self.properties.correlation_data.clone().unwrap_or_else(random);
        envelope.properties = PublishProperties {
            response_topic: Some(topic.clone()),
            correlation_data: Some(correlation.clone()),
            ..self.properties.clone()
        };
        Ok((envelope, Expected { topic, correlation: Some(correlation) }))
    }
}

/// What makes a message a reply.
struct Expected {
    topic: TopicName,
    /// MQTT 5.
    correlation: Option<Vec<u8>>,
}

impl Expected {
    fn is_on_topic(&self, message: &Message<'_>) -> bool {
        !message.retain && message.topic == self.topic.as_str()
    }

    fn correlates(&self, message: &Message<'_>) -> bool {
        self.correlation
            .as_ref()
            .is_none_or(|data| message.properties.binary(Id::CorrelationData) == Some(data))
    }
}

/// What ends the run, besides deadlines and signals.
pub(super) struct Stop {
    /// So many replies.
    pub(super) wanted: Option<u64>,
    /// So long without one.
    pub(super) idle: Option<Duration>,
}

/// See the module.
pub(super) struct Requesting {
    request: Request,
    stop: Stop,
    printing: Printing,
    tells_latency: bool,
    /// What the broker of the first connection wants response topics to begin with.
    information: Option<String>,
    connected: bool,
    /// From the first connection on.
    expected: Option<(Rc<Envelope>, Expected)>,
    /// When the request was handed to the session.
    sent: Option<Instant>,
    /// Replies that are printed.
    taken: u64,
    /// Messages on the response topic that answer something else.
    foreign: u64,
    /// When the silence will have lasted long enough.
    idle_until: Option<Instant>,
    ended_idle: bool,
    /// What became of the request, if it did not arrive for certain.
    doubt: Option<&'static str>,
    /// Why no reply can come.
    refusal: Option<Failure>,
    reporter: Reporter,
}

impl Requesting {
    pub(super) fn new(
        request: Request,
        stop: Stop,
        printing: Printing,
        tells_latency: bool,
        reporter: Reporter,
    ) -> Self {
        Self {
            request,
            stop,
            printing,
            tells_latency,
            information: None,
            connected: false,
            expected: None,
            sent: None,
            taken: 0,
            foreign: 0,
            idle_until: None,
            ended_idle: false,
            doubt: None,
            refusal: None,
            reporter,
        }
    }

    /// Subscribes to where the reply will come, once it is known what the broker speaks.
    fn listen(&mut self, engine: &mut Engine) -> Result<(), Fault> {
        let (envelope, expected) =
            match self.request.expect(engine.version(), self.information.as_deref()) {
                Ok(expected) => expected,
                Err(failure) => {
                    self.refusal = Some(failure);
                    return Ok(());
                }
            };
        // A topic that can be published to is a valid filter, but for shared ones, which were ruled out.
        let Ok(filter) = expected.topic.as_str().parse() else { return Ok(()) };
        let mut interest = self.request.interest.clone();
        interest.subscriptions.push(Subscription {
            retain_handling: RetainHandling::Never,
            ..Subscription::new(filter, self.request.qos)
        });
        self.expected = Some((Rc::new(envelope), expected));
        engine.subscribe(Rc::new(interest), self)
    }

    /// Publishes the request, once.
    fn send(&mut self, engine: &mut Engine, now: Instant) {
        if let Some((envelope, _)) = &self.expected
            && self.sent.is_none()
            && engine.has_room(envelope.qos)
        {
            let envelope = Rc::clone(envelope);
            self.sent = Some(now);
            engine.publish(POSITION, &envelope, self.request.payload.clone(), self);
        }
    }

    fn has_all(&self) -> bool {
        self.stop.wanted.is_some_and(|wanted| self.taken >= wanted)
    }

    /// Whether the silence has lasted long enough; it begins when the request has arrived.
    fn is_idle(&mut self, engine: &Engine, now: Instant) -> bool {
        let Some(idle) = self.stop.idle else { return false };
        if self.sent.is_none() || !engine.is_settled() || !self.printing.is_over() {
            self.idle_until = None;
            self.ended_idle = false;
            return false;
        }
        self.ended_idle = now >= *self.idle_until.get_or_insert(now + idle);
        self.ended_idle
    }

    fn refused(&mut self, explanation: &Explanation) {
        let message = format!("request to {} refused: {explanation}", self.request.topic);
        self.refusal.get_or_insert(Failure::new(ExitStatus::Refused, message));
    }

    fn note_outcome(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Delivered(Reason::NO_MATCHING_SUBSCRIBERS) => {
                let topic = &self.request.topic;
                self.reporter.ui().warn(&format!("nobody is subscribed to {topic}"));
            }
            Outcome::Delivered(_) => {}
            Outcome::Refused(explanation) => self.refused(explanation),
            Outcome::Unconfirmed => self.doubt = Some("the request is unconfirmed"),
            Outcome::NotSent => self.doubt = Some("the request was not sent"),
        }
    }

    /// How many replies there are, and why there may be no more, in words.
    fn summary(&self) -> String {
        let mut parts = vec![match (self.taken, self.stop.wanted) {
            (0, _) => "no reply".to_owned(),
            (taken, None) => format!("{taken} replies"),
            (taken, Some(wanted)) => format!("{taken} of {wanted} replies"),
        }];
        match self.foreign {
            0 => {}
            1 => parts.push("1 message with other correlation data".to_owned()),
            several => parts.push(format!("{several} messages with other correlation data")),
        }
        let doubt = self.doubt.or((self.sent.is_none()).then_some("the request was not sent"));
        parts.extend(doubt.filter(|_| self.taken == 0).map(str::to_owned));
        parts.join(", ")
    }

    /// What became of the request, given how the session ended.
    fn judge(&mut self, end: Option<Failure>) -> Option<Failure> {
        let enough = match self.stop.wanted {
            Some(wanted) => self.taken >= wanted,
            None => self.taken > 0,
        };
        match (self.refusal.take(), end) {
            (Some(refusal), Some(end)) if end.status.gravity() > refusal.status.gravity() => {
                Some(end)
            }
            (Some(refusal), _) => Some(refusal),
            (None, None) if enough => None,
            (None, None) => {
                let message = format!("silence: {}", self.summary());
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
    pub(super) fn finish(mut self, end: Option<Failure>) -> Result<(), Failure> {
        let end = self.judge(end);
        let flushed = self.reporter.finish();
        match self.printing.finish(end.as_ref())? {
            Reader::Gone => {}
            Reader::Here => flushed.map_err(Failure::no_events)?,
        }
        end.map_or(Ok(()), Err)
    }
}

impl Job for Requesting {
    fn message(&mut self, message: &Message<'_>) -> Taken {
        let (Some((_, expected)), Some(sent)) = (&self.expected, self.sent) else {
            return Taken::Dropped;
        };
        if !expected.is_on_topic(message) {
            return Taken::Dropped;
        }
        if !expected.correlates(message) {
            self.foreign += 1;
            return Taken::Dropped;
        }
        let ui = self.reporter.ui();
        self.reporter.message(message);
        self.idle_until = None;
        self.printing.print(message, ui);
        self.taken += 1;
        if self.tells_latency {
            let milliseconds = sent.elapsed().as_secs_f64() * 1e3;
            ui.figure(&format!("latency: {milliseconds:.3} ms"));
        }
        if self.has_all() { Taken::Last } else { Taken::Writing }
    }

    fn event(&mut self, event: &Event<'_>) {
        let ui = self.reporter.ui();
        match event {
            Event::Connected { response_information, .. } => {
                if !std::mem::replace(&mut self.connected, true) {
                    self.information = response_information.map(str::to_owned);
                }
                self.printing.begin();
            }
            Event::Lost(_) => self.idle_until = None,
            Event::Subscribed { filter, answer: Err(explanation), .. } => {
                let message = format!("subscription to {filter} refused: {explanation}");
                self.refusal.get_or_insert(Failure::new(ExitStatus::Refused, message));
            }
            Event::Published { outcome, .. } => self.note_outcome(outcome),
            Event::MaybeLost { refusal: Some(explanation), .. } => self.refused(explanation),
            Event::MaybeLost { .. } if self.taken == 0 => {
                self.doubt = Some("the request may be lost");
                ui.note("the request may be lost: at QoS 0 it is not sent again");
            }
            _ => {}
        }
        self.reporter.event(event);
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        engine: &mut Engine,
        now: Instant,
    ) -> Poll<Result<(), Fault>> {
        self.reporter.flush();
        self.printing.poll(cx, engine)?;
        if self.expected.is_none() && self.refusal.is_none() {
            self.listen(engine)?;
        }
        if engine.is_subscribed() && self.refusal.is_none() {
            self.send(engine, now);
        }
        let done = self.has_all() || self.is_idle(engine, now);
        let hopeless = self.refusal.is_some() || self.printing.has_failed();
        if hopeless || (done && self.printing.is_over()) {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>, engine: &mut Engine) -> Poll<Result<(), Fault>> {
        self.printing.poll(cx, engine)?;
        if self.printing.is_over() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.reporter.flush();
        self.printing.poll_offline(cx);
        let done = self.refusal.is_some() || (self.has_all() && self.printing.is_over());
        if done || self.printing.has_failed() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn deadline(&self) -> Option<Instant> {
        // Once it has passed, only what is left to be done counts.
        self.idle_until.filter(|_| !self.ended_idle)
    }

    fn is_full(&self) -> bool {
        self.printing.is_full()
    }
}
