//! The session part of `mqtt rr`: subscribes, publishes the request and prints the replies.

use crate::commands::acting::replies::EXIT_STATUS;
use crate::commands::deciding::Verdict;
use crate::commands::receiving::Receiving;
use crate::exit::{ExitStatus, Failure};
use crate::message::{Envelope, Message, PublishProperties, QoS};
use crate::mqtt::subscription::{Interest, RetainHandling, Subscription};
use crate::mqtt::{Event, Explanation, Outcome, Reason, Session, Submitted, Taken, Version};
use crate::property::{Id, Value};
use crate::random::random;
use crate::run::options::Protocol;
use crate::run::{ConnectionEvent, Job};
use crate::topic::{TopicError, TopicFilter, TopicName};
use bytes::Bytes;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

/// Prefix of response topics, unless the broker sends Response Information.
const PREFIX: &str = "mqtt-rr";

/// Input position of the request, which is the only record.
const POSITION: u64 = 1;

/// The error for protocol versions before MQTT 5, where only the user can tell the response topic.
pub(crate) fn no_response_topic(version: Version) -> Failure {
    Failure::usage(format!("{version} has no response topics of its own"))
        .hint("say where the reply is expected with --response-topic")
}

/// Fails without a response topic unless the version is MQTT 5, where each request can name one.
pub(crate) fn check_version(protocol: Protocol, has_response_topic: bool) -> Result<(), Failure> {
    match protocol {
        Protocol::Exactly(version) if version < Version::V5 && !has_response_topic => {
            Err(no_response_topic(version))
        }
        _ => Ok(()),
    }
}

/// Whether subscribing to this topic would make a shared subscription.
pub(crate) fn is_shared(topic: &str) -> bool {
    // A topic that does not parse as a filter starts with `$share/` but lacks the rest.
    topic.parse().map_or(true, |filter: TopicFilter| filter.is_shared())
}

/// Which messages on the response topic count as replies. Retained messages never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matching {
    /// Those with our correlation data. On a topic given by the user also those without any, as the responder may not
    /// know about correlation data.
    Auto,
    /// Those with our correlation data.
    Correlation,
    /// All messages.
    Any,
}

/// The request, and where its replies are expected.
pub(crate) struct Request {
    pub(crate) topic: TopicName,
    pub(crate) payload: Bytes,
    pub(crate) qos: QoS,
    /// The properties given by the user.
    pub(crate) properties: PublishProperties,
    /// Subscribe to this filter instead of the response topic that the request names.
    pub(crate) filter: Option<TopicFilter>,
    pub(crate) matching: Matching,
    /// Everything that SUBSCRIBE contains besides the response topic.
    pub(crate) interest: Interest,
    pub(crate) client_id: String,
}

impl Request {
    /// Makes a response topic for this client alone, below the prefix that the broker asks for.
    fn make_response_topic(&self, information: Option<&str>) -> Option<TopicName> {
        let make = |prefix: &str, id: &str| {
            let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
            let topic: TopicName = format!("{prefix}/{id}").parse().ok()?;
            Some(topic).filter(|topic| !is_shared(topic.as_str()))
        };
        let digits = format!("{:016x}", random());
        let id = if self.client_id.is_empty() { &digits } else { &self.client_id };
        let prefixes = information.into_iter().filter(|text| !text.is_empty()).chain([PREFIX]);
        // The client id may contain characters that a topic cannot.
        prefixes
            .flat_map(|prefix| [(prefix, id), (prefix, &digits)])
            .find_map(|it| make(it.0, it.1))
    }

    /// Completes the request for this version, and returns how to recognise its replies.
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

/// The filter that matches exactly this topic. It exists unless the topic starts with `$share/`, which is ruled out
/// earlier.
fn filter_of(topic: &TopicName) -> Result<TopicFilter, Failure> {
    let error = |error| Failure::usage(format!("invalid response topic {topic}: {error}"));
    topic.as_str().parse().map_err(|it: TopicError| error(it))
}

/// How to recognise a reply.
struct Expected {
    filter: TopicFilter,
    correlation: Correlation,
}

/// The correlation data that replies must have: ours is random unless the user gave it.
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

/// The [`Job`] of `mqtt rr`: sends the request and prints the replies.
pub(crate) struct Requesting {
    request: Request,
    /// End after this many replies.
    wanted: Option<u64>,
    receiving: Receiving,
    tells_latency: bool,
    /// Whether a reply that reports a failed command is a failure (`--fail`).
    fails: bool,
    /// The first exit status other than 0 that a reply reported.
    exit_status: Option<String>,
    /// Response Information from the CONNACK of the first connection.
    information: Option<String>,
    connected: bool,
    /// Set when the first connection is made.
    expected: Option<(Rc<Envelope>, Expected)>,
    /// Whether the session was told to subscribe to the response topic.
    listens: bool,
    /// When the request was given to the session.
    sent: Option<Instant>,
    /// Number of replies printed.
    taken: u64,
    /// Whether --until was true of one of them.
    has_last: bool,
    /// Number of messages on the response topic that answer other requests.
    foreign: u64,
    /// Number of replies skipped by the filters.
    skipped: u64,
    /// Why the request may not have arrived, if that is in doubt.
    doubt: Option<&'static str>,
    /// Why no reply can arrive.
    refusal: Option<Failure>,
}

impl Requesting {
    pub(crate) fn new(
        request: Request,
        wanted: Option<u64>,
        receiving: Receiving,
        tells_latency: bool,
        fails: bool,
    ) -> Self {
        Self {
            request,
            wanted,
            receiving,
            tells_latency,
            fails,
            exit_status: None,
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

    /// Fixes how replies are recognised as soon as the protocol version is known. Messages stored in the session may
    /// arrive in the same read.
    fn expect(&mut self, version: Version) {
        match self.request.expect(version, self.information.as_deref()) {
            Ok((envelope, expected)) => self.expected = Some((Rc::new(envelope), expected)),
            Err(failure) => self.refusal = Some(failure),
        }
    }

    /// Subscribes to the response topic.
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

    /// Publishes the request, unless that was done before.
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

    /// Reports that the reply is the output of a failed command.
    fn note_exit_status(&mut self, message: &Message<'_>) {
        let mut pairs = message.properties.iter().filter_map(|(_, value)| match value {
            Value::Pair(name, status) if name == EXIT_STATUS => Some(status),
            _ => None,
        });
        let Some(status) = pairs.next().filter(|status| *status != "0") else { return };
        if !self.fails {
            self.receiving.reporter.ui().note(&format!("the command ended with {status}"));
        }
        self.exit_status.get_or_insert_with(|| status.to_owned());
    }

    /// The failure for a failed command, with `--fail`.
    fn failed_command(&mut self) -> Option<Failure> {
        let status = self.exit_status.take().filter(|_| self.fails)?;
        Some(Failure::new(ExitStatus::Refused, format!("the command ended with {status}")))
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

    /// Describes how many replies arrived, and why there may be no more.
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

    /// Decides the command's result from how the session ended.
    fn judge(&mut self, end: Option<Failure>) -> Option<Failure> {
        let is_met = self.receiving.unmet().is_none();
        let enough = is_met
            && match self.wanted {
                Some(wanted) => self.has_last || self.taken >= wanted,
                None => self.taken > 0,
            };
        match (self.refusal.take(), end) {
            (Some(refusal), end) => Some(refusal.or_graver(end)),
            (None, None) if enough => self.failed_command(),
            (None, None) => {
                let end = if self.has_all() { "ended" } else { "silence" };
                let message = format!("{end}: {}", self.summary());
                Some(Failure::new(ExitStatus::TimedOut, message))
            }
            (None, Some(end)) if end.status == ExitStatus::TimedOut && enough => {
                self.failed_command()
            }
            (None, Some(end)) if !self.connected => Some(end),
            (None, Some(end)) => Some(end.with_summary(ExitStatus::Success, &self.summary())),
        }
    }

    /// Turns the outcome into the command's result.
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
            // The message belongs to another program that uses the same session.
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
        self.note_exit_status(message);
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
        // The idle time starts when the request has arrived.
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
        self.receiving.poll_output(cx);
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
