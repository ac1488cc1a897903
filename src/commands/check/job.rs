//! The session part of `mqtt check`: notes the time of each step, pings the broker, and sends a message to itself.

use super::report::{CertificateEnd, Level, Problem, Report, Step, StepName, Trial};
use super::screen::Screen;
use super::thresholds::Thresholds;
use crate::events::Reporter;
use crate::exit::{ExitStatus, Failure};
use crate::message::{Envelope, Message, QoS};
use crate::mqtt::limits::Limits;
use crate::mqtt::subscription::{Interest, RetainHandling, Subscription};
use crate::mqtt::{Event, Fault, Outcome, Reason, Session, Submitted, Taken, Version};
use crate::property::{Id, Properties};
use crate::random::random;
use crate::run::{ConnectionEvent, Job, Loss};
use crate::topic::{TopicFilter, TopicName};
use crate::transport::{Finding, Leg, Stage};
use bytes::Bytes;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Input position of the message, which is the only one.
const POSITION: u64 = 1;

/// The message that the check sends to itself.
pub(crate) struct Probe {
    topic: TopicName,
    filter: TopicFilter,
    qos: QoS,
    payload: Bytes,
    is_sent: bool,
    /// Whether the broker has acknowledged it; at QoS 0, whether it was sent.
    is_acknowledged: bool,
    has_come_back: bool,
}

impl Probe {
    /// A message with a random payload to `topic`, which `filter` matches.
    pub(crate) fn new(topic: TopicName, filter: TopicFilter, qos: QoS) -> Self {
        let payload = [random(), random()].map(u64::to_be_bytes).concat().into();
        Self {
            topic,
            filter,
            qos,
            payload,
            is_sent: false,
            is_acknowledged: false,
            has_come_back: false,
        }
    }

    /// What the broker owes.
    fn missing(&self) -> String {
        match self {
            Self { is_sent: false, .. } => "no SUBACK".to_owned(),
            Self { has_come_back: false, topic, .. } => format!("nothing came back on {topic}"),
            _ => "no acknowledgement".to_owned(),
        }
    }
}

/// What the check is waiting for, and since when.
#[derive(Clone, Copy, Debug)]
enum Phase {
    Dialling { stage: Stage, since: Instant },
    Connecting { since: Instant },
    Connected { since: Instant },
    Pinging { since: Instant },
    Messaging { since: Instant },
    Done,
}

/// What to check.
pub(crate) struct Checks {
    /// The broker's URL, without secrets.
    pub(crate) target: String,
    /// What is known about some steps in advance, in place of what they find out.
    pub(crate) details: Vec<(StepName, String)>,
    /// The keep-alive that CONNECT asks for, in seconds.
    pub(crate) keep_alive: u16,
    pub(crate) thresholds: Rc<Thresholds>,
    pub(crate) probe: Option<Probe>,
}

/// Why the connection failed.
struct Lost {
    reason: String,
    /// The broker does not know the version.
    is_about_version: bool,
    /// The broker owed something for too long.
    is_unanswered: bool,
}

/// The [`Job`] of `mqtt check`.
pub(crate) struct Checking {
    plan: Checks,
    pub(crate) report: Report,
    pub(crate) reporter: Reporter,
    pub(crate) screen: Screen,
    phase: Phase,
    /// Why the connection failed.
    loss: Option<Lost>,
    /// Why the message cannot come back.
    refusal: Option<Failure>,
}

impl Checking {
    /// A check that prints to `screen`.
    pub(crate) fn new(plan: Checks, reporter: Reporter, screen: Screen) -> Self {
        Self {
            report: Report { target: plan.target.clone(), ..Report::default() },
            plan,
            reporter,
            screen,
            phase: Phase::Dialling { stage: Stage::Tcp, since: Instant::now() },
            loss: None,
            refusal: None,
        }
    }

    /// Whether the connection failed because the broker does not know the version.
    pub(crate) fn is_about_version(&self) -> bool {
        self.loss.as_ref().is_some_and(|loss| loss.is_about_version)
    }

    /// A version was tried.
    pub(crate) fn tried(&mut self, trial: Trial) {
        self.screen.trial(&trial);
        self.report.trials.push(trial);
    }

    /// A version could not be tried: names it in the failure.
    pub(crate) fn failed_trial(
        &mut self,
        version: Version,
        mut failure: Failure,
        since: Instant,
    ) -> Failure {
        if failure.status.signal().is_none() {
            let reason = format!("{version}: {}", failure.message);
            failure.message = format!("{}: {reason}", StepName::Version);
            self.fail(StepName::Version, reason, failure.status, since);
        }
        failure
    }

    fn fail(&mut self, step: StepName, reason: String, status: ExitStatus, since: Instant) {
        let problem = Problem { level: Level::Failed, step, reason, status };
        self.screen.failed(&problem, since.elapsed());
        self.report.problems.push(problem);
    }

    /// A step is done.
    fn done(&mut self, name: StepName, detail: String, took: Duration) {
        let step = Step { name, detail, took };
        let mut problems: Vec<Problem> =
            self.plan.thresholds.judge(name, took).into_iter().collect();
        if name == StepName::Tls {
            problems.extend(self.plan.thresholds.judge_certificate(self.report.certificate));
        }
        self.screen.step(&step, &problems);
        self.report.problems.extend(problems);
        self.report.steps.push(step);
    }

    /// The attempt to connect is over. A second one, with another version or password, starts again.
    fn dialled(&mut self, legs: &[Leg], connected: bool, at: Instant) {
        self.report.steps.clear();
        self.report.problems.clear();
        self.report.certificate = None;
        for Leg { stage, took, findings, .. } in legs {
            self.report.note(findings);
            let (name, Some(took)) = (name_of(*stage), *took) else { continue };
            let known = self.plan.details.iter().find(|(step, _)| *step == name);
            let detail = known.map_or_else(|| in_words(findings, &self.report), |it| it.1.clone());
            self.done(name, detail, took);
        }
        self.phase = match (connected, legs.last()) {
            (true, _) => Phase::Connecting { since: at },
            (false, leg) => Phase::Dialling {
                stage: leg.map_or(Stage::Tcp, |leg| leg.stage),
                since: leg.map_or(at, |leg| leg.begun),
            },
        };
    }

    /// The broker does not accept MQTT 5, and `version` is tried on a new connection.
    fn falling_back(&mut self, version: Version) {
        if let Phase::Connecting { since } = self.phase {
            let detail = format!("{} is not accepted, trying {version}", Version::V5);
            let step = Step { name: StepName::Connect, detail, took: since.elapsed() };
            self.screen.step(&step, &[]);
        }
    }

    /// The broker accepted the connection.
    fn connected(&mut self, version: Version, properties: &Properties<'_>) {
        let Phase::Connecting { since } = self.phase else { return };
        let limits = Limits::new(properties);
        self.report.version = Some(version);
        self.report.keep_alive = limits.keep_alive.unwrap_or(self.plan.keep_alive);
        self.report.limits = (version == Version::V5).then_some(limits);
        self.report.session_expiry = properties.number(Id::SessionExpiry);
        let detail = match self.report.session_expiry {
            None => version.to_string(),
            Some(u32::MAX) => format!("{version}, sessions never expire"),
            Some(seconds) => {
                let expiry = humantime::format_duration(Duration::from_secs(seconds.into()));
                format!("{version}, session expiry up to {expiry}")
            }
        };
        self.phase = Phase::Connected { since: Instant::now() };
        self.done(StepName::Connect, detail, since.elapsed());
    }

    /// Subscribes, publishes once that is granted, and tells whether the message has come back.
    fn send(&mut self, session: &mut Session) -> bool {
        let Some(probe) = &mut self.plan.probe else { return true };
        if session.is_subscribed()
            && self.refusal.is_none()
            && !probe.is_sent
            && session.has_room(probe.qos)
        {
            probe.is_sent = true;
            let envelope = Rc::new(Envelope::new(probe.topic.clone(), probe.qos, false));
            match session.publish(POSITION, &envelope, probe.payload.clone()) {
                Submitted::Pending => {}
                Submitted::Sent => {
                    probe.is_acknowledged = true;
                    let outcome = Outcome::Delivered(Reason::SUCCESS);
                    self.reporter.published(POSITION, 0, &outcome);
                }
                Submitted::Refused(explanation) => self.refuse("message to", explanation),
            }
        }
        self.plan.probe.as_ref().is_some_and(|it| it.has_come_back && it.is_acknowledged)
    }

    fn refuse(&mut self, what: &str, explanation: impl std::fmt::Display) {
        let Some(probe) = &self.plan.probe else { return };
        let message = format!("{what} {} refused: {explanation}", probe.topic);
        self.refusal.get_or_insert(Failure::new(ExitStatus::Refused, message));
    }

    fn explain(&self, loss: &Loss) -> Lost {
        let reason = match (loss, self.current()) {
            (Loss::Unanswered { after, .. }, Some((.., missing))) => {
                format!("{missing} within {}", humantime::format_duration(*after))
            }
            _ => loss.to_string(),
        };
        Lost {
            reason,
            is_about_version: loss.fault().is_some_and(Fault::is_about_version),
            is_unanswered: matches!(loss, Loss::Unanswered { .. }),
        }
    }

    /// The step that is being made, since when, and what is missing.
    fn current(&self) -> Option<(StepName, Instant, String)> {
        Some(match self.phase {
            Phase::Dialling { stage, since } => {
                (name_of(stage), since, format!("no {}", stage.missing()))
            }
            Phase::Connecting { since } => (StepName::Connect, since, "no CONNACK".to_owned()),
            Phase::Connected { since } | Phase::Pinging { since } => {
                (StepName::Ping, since, "no PINGRESP".to_owned())
            }
            Phase::Messaging { since } => {
                let missing = self.plan.probe.as_ref().map(Probe::missing);
                (StepName::Message, since, missing.unwrap_or_default())
            }
            Phase::Done => return None,
        })
    }

    /// Notes the step that failed, if the `end` of the run is a failure, and names it in the failure.
    pub(crate) fn conclude(&mut self, end: Option<Failure>) -> Option<Failure> {
        let refusal = self.refusal.take();
        let mut failure = match (refusal, end) {
            (Some(refusal), end) => refusal.or_graver(end),
            (None, Some(end)) => end,
            (None, None) => return None,
        };
        if failure.status.signal().is_some() {
            return Some(failure);
        }
        let Some((step, since, missing)) = self.current() else { return Some(failure) };
        let reason = match (failure.status, &self.loss) {
            (ExitStatus::TimedOut, _) => {
                let reason = format!("{}: {missing}", failure.message);
                failure.message = format!("{reason} ({})", self.report.target);
                reason
            }
            (ExitStatus::Refused, _) | (_, None) => failure.message.clone(),
            (_, Some(Lost { reason, is_unanswered: true, .. })) => {
                failure.message = format!("{reason} ({})", self.report.target);
                reason.clone()
            }
            (_, Some(Lost { reason, .. })) => reason.clone(),
        };
        failure.message = format!("{step}: {}", failure.message);
        self.fail(step, reason, failure.status, since);
        Some(failure)
    }
}

impl Report {
    /// Takes over what a stage of connecting found out.
    fn note(&mut self, findings: &[Finding]) {
        for finding in findings {
            match finding {
                Finding::Addresses(..) => {}
                Finding::Peer(address) => self.address = Some(address.to_string()),
                Finding::TlsVersion(version) => self.tls_version = Some(version),
                Finding::CertificateEnd(at) => self.certificate = Some(CertificateEnd::new(*at)),
            }
        }
    }
}

fn name_of(stage: Stage) -> StepName {
    match stage {
        Stage::Service => StepName::Srv,
        Stage::ProxyTls => StepName::ProxyTls,
        Stage::Name => StepName::Name,
        Stage::Tcp => StepName::Tcp,
        Stage::Unix => StepName::Unix,
        Stage::Proxy => StepName::Proxy,
        Stage::Tls => StepName::Tls,
        Stage::WebSocket => StepName::WebSocket,
    }
}

/// What a stage of connecting found out.
fn in_words(findings: &[Finding], report: &Report) -> String {
    let words = findings.iter().filter_map(|finding| match finding {
        Finding::Addresses(host, addresses) => {
            let all: Vec<String> = addresses.iter().map(|it| it.ip().to_string()).collect();
            Some(format!("{host} is {}", all.join(", ")))
        }
        Finding::Peer(address) => Some(address.to_string()),
        Finding::TlsVersion(version) => Some((*version).to_owned()),
        Finding::CertificateEnd(_) => report.certificate.map(|end| format!("certificate {end}")),
    });
    words.collect::<Vec<_>>().join(", ")
}

impl Job for Checking {
    fn message(&mut self, message: &Message<'_>) -> Taken {
        self.reporter.message(message);
        if let Some(probe) = &mut self.plan.probe
            && !message.retain
            && message.topic == probe.topic.as_str()
            && *message.payload == probe.payload
        {
            probe.has_come_back = true;
        }
        Taken::Dropped
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Connected { version, properties, .. } => {
                self.connected(*version, &properties.view());
            }
            Event::Subscribed { answer: Err(explanation), .. } => {
                self.refuse("subscription to", explanation);
            }
            Event::Published { outcome: Outcome::Delivered(_), .. } => {
                self.plan.probe.iter_mut().for_each(|probe| probe.is_acknowledged = true);
            }
            Event::Published { outcome: Outcome::Refused(explanation), .. }
            | Event::MaybeLost { refusal: Some(explanation), .. } => {
                self.refuse("message to", explanation);
            }
            _ => {}
        }
        self.reporter.event(event);
    }

    fn connection(&mut self, event: &ConnectionEvent<'_>) {
        match event {
            ConnectionEvent::Dialled { legs, connected, at } => {
                self.dialled(legs, *connected, *at);
            }
            ConnectionEvent::Lost(loss) => {
                self.loss = Some(self.explain(loss));
            }
            ConnectionEvent::FallingBack(version) => self.falling_back(*version),
            _ => {}
        }
        self.reporter.connection(event);
    }

    fn poll(&mut self, cx: &mut Context<'_>, session: &mut Session, now: Instant) -> Poll<()> {
        self.reporter.flush(cx);
        self.screen.flush(cx);
        match self.phase {
            Phase::Connected { .. } => {
                session.raise_barrier(now);
                self.phase = Phase::Pinging { since: now };
            }
            Phase::Pinging { since } if session.is_past_barrier() => {
                self.done(StepName::Ping, String::new(), now.saturating_duration_since(since));
                self.phase = match &self.plan.probe {
                    None => Phase::Done,
                    Some(probe) => {
                        let subscription = Subscription {
                            retain_handling: RetainHandling::Never,
                            ..Subscription::new(probe.filter.clone(), probe.qos)
                        };
                        let subscriptions = vec![subscription];
                        session
                            .subscribe(Rc::new(Interest { subscriptions, ..Interest::default() }));
                        Phase::Messaging { since: now }
                    }
                };
            }
            Phase::Messaging { since } => {
                if !self.send(session) {
                    return if self.refusal.is_some() { Poll::Ready(()) } else { Poll::Pending };
                }
                let probe = self.plan.probe.as_ref();
                let detail =
                    probe.map(|it| format!("{}, QoS {}, there and back", it.topic, it.qos));
                let took = now.saturating_duration_since(since);
                self.done(StepName::Message, detail.unwrap_or_default(), took);
                self.phase = Phase::Done;
            }
            _ => {}
        }
        if let Phase::Done = self.phase { Poll::Ready(()) } else { Poll::Pending }
    }

    fn poll_offline(&mut self, cx: &mut Context<'_>, _now: Instant) -> Poll<()> {
        self.screen.flush(cx);
        Poll::Pending
    }

    fn deadline(&self) -> Option<Instant> {
        self.reporter.deadline()
    }

    fn has_backlog(&self, _now: Instant) -> bool {
        matches!(self.phase, Phase::Messaging { .. })
    }

    fn is_finite(&self) -> bool {
        true
    }

    fn is_full(&self) -> bool {
        self.reporter.is_behind()
    }
}

/// The [`Job`] that tries whether the broker accepts a version of MQTT, and leaves.
pub(crate) struct Trying<'a> {
    reporter: &'a mut Reporter,
    /// When CONNECT was sent.
    pub(crate) since: Instant,
    /// How long the answer took.
    pub(crate) took: Duration,
    pub(crate) is_accepted: bool,
    /// Why the connection failed, after the connection was made: that is the broker's answer.
    pub(crate) answer: Option<String>,
    is_dialled: bool,
}

impl<'a> Trying<'a> {
    /// Reports to `reporter`.
    pub(crate) fn new(reporter: &'a mut Reporter) -> Self {
        Self {
            reporter,
            since: Instant::now(),
            took: Duration::ZERO,
            is_accepted: false,
            answer: None,
            is_dialled: false,
        }
    }
}

impl Job for Trying<'_> {
    fn message(&mut self, _message: &Message<'_>) -> Taken {
        Taken::Dropped
    }

    fn event(&mut self, event: &Event) {
        if let Event::Connected { .. } = event {
            self.took = self.since.elapsed();
            self.is_accepted = true;
        }
        self.reporter.event(event);
    }

    fn connection(&mut self, event: &ConnectionEvent<'_>) {
        match event {
            ConnectionEvent::Dialled { connected, at, .. } => {
                self.since = *at;
                self.is_dialled = *connected;
            }
            ConnectionEvent::Lost(loss) => {
                self.took = self.since.elapsed();
                self.answer = Some(loss.to_string()).filter(|_| self.is_dialled);
            }
            _ => {}
        }
        self.reporter.connection(event);
    }

    fn poll(&mut self, cx: &mut Context<'_>, _session: &mut Session, _now: Instant) -> Poll<()> {
        self.reporter.flush(cx);
        Poll::Ready(())
    }

    fn poll_offline(&mut self, _cx: &mut Context<'_>, _now: Instant) -> Poll<()> {
        Poll::Pending
    }

    fn is_finite(&self) -> bool {
        true
    }
}
