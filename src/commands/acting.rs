//! Runs the commands for the messages of a session: chooses the command for each message, publishes replies and dead
//! letters, and acknowledges messages.

pub(crate) mod args;
mod plan;
mod publications;
pub(crate) mod replies;

use super::deciding::Outputs;
use super::request::job::no_response_topic;
use crate::action::{
    Consequence, End, FAREWELL, Order, Process, Program, Redelivery, Schedule, Try, Variables,
};
use crate::events::{NAMED, Reporter};
use crate::exit::{ExitStatus, Failure};
use crate::message::{Message, OwnedMessage, QoS};
use crate::mqtt::{Event, Explanation, Outcome, Session, Taken, Version};
use crate::output;
use crate::run::Stopping;
use crate::topic::TopicFilter;
use crate::ui::Ui;
use bytes::Bytes;
use jiff::Timestamp;
pub(crate) use plan::{Aftermath, OnFailure, Plan, Work};
use publications::Publications;
use replies::Replies;
use std::collections::HashMap;
use std::rc::Rc;
use std::task::Context;
use std::time::{Duration, Instant};

/// How long commands may continue when the run is to end.
const GRACE: Duration = Duration::from_secs(10);

/// How long ending them may take after that, with some time for the system.
const END: Duration = FAREWELL.saturating_add(Duration::from_millis(500));

/// How long to wait after that for acknowledgements of replies and dead letters.
const LAST_ANSWER: Duration = Duration::from_millis(500);

/// An unfinished message.
struct Assignment {
    message: OwnedMessage,
    time: Timestamp,
    work: Work,
    /// The command's input, if it is not the payload.
    input: Option<Vec<u8>>,
}

impl AsRef<[u8]> for Assignment {
    fn as_ref(&self) -> &[u8] {
        self.input.as_deref().unwrap_or(self.message.view().payload)
    }
}

/// What happens to a received message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    /// A command runs for it.
    Command,
    /// It is printed.
    Print,
    /// It is dropped.
    Nowhere,
}

/// Number of messages by outcome.
#[derive(Debug, Default)]
struct Tally {
    done: u64,
    failed: u64,
    /// Failed messages that were published as dead letters.
    letters: u64,
    /// Requests without a reply.
    skipped: u64,
    /// Replies that the broker refused.
    refused: u64,
    /// QoS 0 messages dropped for lack of room.
    dropped: u64,
}

/// Runs commands for messages.
pub(crate) struct Acting {
    plan: Plan,
    variables: Variables,
    redelivery: Redelivery,
    schedule: Schedule,
    order: Order,
    unfinished: HashMap<u64, Rc<Assignment>>,
    running: Vec<(u64, Process)>,
    publications: Publications,
    tally: Tally,
    /// Topics of retained messages that are done, if they are to be reported.
    retained: Option<Vec<String>>,
    /// Why no more commands are started.
    failure: Option<Failure>,
    /// When to end the commands that still run.
    patience: Option<Instant>,
    /// Whether outcomes no longer count.
    is_forsaken: bool,
    /// Whether the run has been asked to end.
    is_told: bool,
    /// Whether no more commands are started.
    is_stopped: bool,
    /// Number of messages printed or being printed.
    printed: u64,
    /// Changes when a command starts or ends or a message is printed.
    revision: u64,
}

impl Acting {
    pub(crate) fn new(plan: Plan, wants_retained: bool) -> Self {
        // Commands get only standard input, output and error, whatever else this process was started with.
        #[cfg(unix)]
        close_fds::set_fds_cloexec_threadsafe(3, &[]);
        Self {
            variables: Variables::new(),
            redelivery: Redelivery::default(),
            schedule: Schedule::new(plan.policy),
            order: Order::default(),
            unfinished: HashMap::new(),
            running: Vec::new(),
            publications: Publications::default(),
            tally: Tally::default(),
            retained: wants_retained.then(Vec::new),
            failure: None,
            patience: None,
            is_forsaken: false,
            is_told: false,
            is_stopped: false,
            printed: 0,
            revision: 0,
            plan,
        }
    }

    /// The answer for a message that was received before and must not run again.
    pub(crate) fn repeated(&mut self, message: &Message<'_>) -> Option<Taken> {
        self.redelivery.number_of(message).map(Taken::Again)
    }

    /// Takes a message, or says where it goes instead. `number` is the message's number if it is taken, counted from 1,
    /// and `made` is the output of filters that replaces its payload.
    pub(crate) fn take(
        &mut self,
        message: &Message<'_>,
        made: Option<&Outputs>,
        number: u64,
        ui: Ui,
    ) -> Disposition {
        let matches = |rule: &&(TopicFilter, Work)| rule.0.matches(message.topic);
        let rule = self.plan.rules.iter().find(matches).map(|(_, work)| work);
        let Some(work) = rule.or(self.plan.rest.as_ref()).cloned() else {
            self.order.add_writing();
            self.printed += 1;
            return Disposition::Print;
        };
        if message.qos == QoS::AtMostOnce && self.schedule.is_overfull() {
            self.tally.dropped += 1;
            return Disposition::Nowhere;
        }
        if let Aftermath::Reply(replies) = &self.plan.aftermath
            && let Err(cause) = replies.envelope(message)
        {
            self.tally.skipped += 1;
            if self.tally.skipped <= NAMED {
                let topic = message.topic;
                ui.warn(&format!("no reply to a request on {topic}: {cause}"));
            }
            return Disposition::Nowhere;
        }
        self.redelivery.remember(message, number);
        let input = self.plan.format.as_mut().map(|format| {
            format.go_on();
            let mut input = Vec::new();
            match made {
                None => format.write(message, &mut input),
                Some(outputs) => outputs.iter().for_each(|(payload, payloads)| {
                    format.write_made(&Message { payload, ..*message }, payloads, &mut input);
                }),
            }
            input
        });
        let size = message.size() + input.as_ref().map_or(0, Vec::len);
        let assignment =
            Assignment { message: message.into(), time: Timestamp::now(), work, input };
        self.unfinished.insert(number, Rc::new(assignment));
        self.schedule.arrive(number, size);
        self.order.add_job(number);
        Disposition::Command
    }

    /// The broker accepted a connection.
    pub(crate) fn connected(&mut self, version: Version, session_present: bool) {
        if !session_present {
            self.redelivery.session_lost();
        }
        if let Aftermath::Reply(Replies { to: None, .. }) = &self.plan.aftermath
            && version < Version::V5
        {
            self.give_up(no_response_topic(version));
        }
    }

    /// Makes progress, and acknowledges finished messages; `written` more messages were printed.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        session: &mut Session,
        written: u64,
        now: Instant,
        reporter: &mut Reporter,
    ) {
        self.poll_offline(cx, written, now, reporter);
        for (number, outcome) in self.publications.send(session) {
            reporter.published(number, 0, &outcome);
            self.published(number, &outcome, reporter);
        }
        match self.order.take_safe() {
            0 => {}
            safe => session.acknowledge(safe),
        }
    }

    /// Makes the progress that needs no connection.
    pub(crate) fn poll_offline(
        &mut self,
        cx: &mut Context<'_>,
        written: u64,
        now: Instant,
        reporter: &mut Reporter,
    ) {
        self.order.written(written);
        self.revision += written;
        if self.patience.is_some_and(|until| now >= until) {
            self.patience = None;
            self.running.iter_mut().for_each(|(_, process)| process.stop(now));
        }
        while self.begin(now, reporter) | self.poll_running(cx, now, reporter) {}
    }

    /// Starts commands that are due. Returns whether one finished at once.
    fn begin(&mut self, now: Instant, reporter: &mut Reporter) -> bool {
        let mut has_ended = false;
        // Replies that wait to be sent hold back further commands.
        while self.publications.waiting() < self.plan.policy.jobs
            && let may = self.lacks_any()
            && let Some(number) = self.schedule.next(now, may)
        {
            let Some(assignment) = self.unfinished.get(&number).cloned() else { continue };
            self.revision += 1;
            let answered = |output: &[u8]| End::answered(output.to_vec());
            let end = match &assignment.work {
                Work::Answer(output) => answered(output),
                Work::Echo => answered(assignment.message.view().payload),
                Work::Run(program) => match self.start(program, &assignment, now) {
                    Ok(process) => {
                        self.running.push((number, process));
                        continue;
                    }
                    Err(end) => end,
                },
            };
            has_ended = true;
            self.ended(number, end, now, reporter);
        }
        has_ended
    }

    fn start(
        &self,
        program: &Program,
        assignment: &Rc<Assignment>,
        now: Instant,
    ) -> Result<Process, End> {
        let captures = matches!(self.plan.aftermath, Aftermath::Reply(_));
        let Self { variables, plan: Plan { limit, .. }, .. } = self;
        let about = (&assignment.message.view(), assignment.time);
        let input = Rc::clone(assignment) as Rc<dyn AsRef<[u8]>>;
        Process::start(program, variables, about, input, captures, *limit, now)
    }

    /// Serves the running commands. Returns whether one ended.
    fn poll_running(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        reporter: &mut Reporter,
    ) -> bool {
        let mut has_ended = false;
        let mut at = 0;
        while let Some((number, process)) = self.running.get_mut(at) {
            let number = *number;
            match process.poll(cx, now) {
                std::task::Poll::Pending => at += 1,
                std::task::Poll::Ready(end) => {
                    drop(self.running.remove(at));
                    self.revision += 1;
                    has_ended = true;
                    self.ended(number, end, now, reporter);
                }
            }
        }
        has_ended
    }

    fn ended(&mut self, number: u64, end: End, now: Instant, reporter: &mut Reporter) {
        let Some(assignment) = self.unfinished.get(&number).cloned() else { return };
        let message = assignment.message.view();
        if let Work::Run(_) = assignment.work {
            reporter.job(number, message.topic, end.how.status(), end.took);
        }
        let how = match (end.how.status(), &self.plan.aftermath) {
            // Whoever stopped this process may have sent the signal to the command, too, as systemd does.
            (129.., _) if self.is_told => Try::Stopped,
            // SIGPIPE says nothing about the message, only that nobody reads any more, which ends the run.
            (141, Aftermath::Settle(_)) if output::is_gone_from_stdout() => {
                self.stop_beginning();
                Try::Stopped
            }
            _ => end.how.as_try(),
        };
        let verdict = self.schedule.ended(number, how, now);
        if self.is_forsaken {
            return;
        }
        match (verdict, &self.plan.aftermath) {
            (Consequence::Again(_) | Consequence::Left, _) => {}
            (Consequence::Done, Aftermath::Settle(_)) => self.finish(number, Try::Done),
            (Consequence::Done | Consequence::Failed, Aftermath::Reply(replies)) => {
                // The request was taken only because its reply has a topic.
                let Ok(mut envelope) = replies.envelope(&message) else { return };
                if verdict == Consequence::Failed {
                    replies::add_failure(&mut envelope, &end);
                    self.tell(number, message.topic, &end, reporter);
                }
                self.publications.add(number, envelope, end.output.into());
            }
            (Consequence::Failed, Aftermath::Settle(OnFailure::Stop)) => {
                let stays = match self.plan.outlives && message.packet_id != 0 {
                    true => ", which stays with the broker",
                    false => "",
                };
                let topic = message.topic;
                let text = format!("command {} on message {number} ({topic}){stays}", end.how);
                self.give_up(Failure::new(ExitStatus::LocalIo, text));
            }
            (Consequence::Failed, Aftermath::Settle(OnFailure::Skip)) => {
                self.tell(number, message.topic, &end, reporter);
                self.finish(number, Try::Failed);
            }
            (Consequence::Failed, Aftermath::Settle(OnFailure::Publish(topic))) => {
                let letter = publications::letter(topic, &message, &end.how.to_string());
                let payload = Bytes::copy_from_slice(message.payload);
                self.tell(number, message.topic, &end, reporter);
                self.publications.add(number, letter, payload);
            }
        }
    }

    /// Counts and reports a failure.
    fn tell(&mut self, number: u64, topic: &str, end: &End, reporter: &Reporter) {
        self.tally.failed += 1;
        if self.tally.failed <= NAMED {
            reporter.ui().error(&format!("command {} on message {number} ({topic})", end.how));
        }
    }

    /// A message is finished.
    fn finish(&mut self, number: u64, how: Try) {
        self.order.end_job(number);
        let Some(assignment) = self.unfinished.remove(&number) else { return };
        if how == Try::Done {
            self.tally.done += 1;
            let message = assignment.message.view();
            if let Some(topics) = self.retained.as_mut().filter(|_| message.retain) {
                topics.push(message.topic.to_owned());
            }
        }
    }

    fn give_up(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
        self.stop_beginning();
    }

    /// Starts no more commands.
    pub(crate) fn stop_beginning(&mut self) {
        self.is_stopped = true;
        self.schedule.stop();
    }

    /// Handles an event of the session.
    pub(crate) fn event(&mut self, event: &Event, reporter: &Reporter) {
        if let Event::Published { position, outcome, .. } = event
            && self.publications.concludes(*position)
        {
            self.published(*position, outcome, reporter);
        }
    }

    /// A reply or dead letter was acknowledged, refused or given up.
    fn published(&mut self, number: u64, outcome: &Outcome, reporter: &Reporter) {
        match (outcome, &self.plan.aftermath) {
            (Outcome::Delivered(_), Aftermath::Reply(_)) => self.finish(number, Try::Done),
            (Outcome::Delivered(_), Aftermath::Settle(_)) => {
                self.tally.letters += 1;
                self.finish(number, Try::Failed);
            }
            (Outcome::Refused(explanation), Aftermath::Reply(_)) => {
                self.refused(number, explanation, reporter);
                self.finish(number, Try::Failed);
            }
            (Outcome::Refused(explanation), Aftermath::Settle(_)) => {
                let text = format!("dead letter for message {number} refused: {explanation}");
                self.give_up(Failure::new(ExitStatus::Refused, text));
            }
            // The run is over, so the message stays with the broker.
            (Outcome::Unconfirmed | Outcome::NotSent, _) => {}
        }
    }

    fn refused(&mut self, number: u64, explanation: &Explanation, reporter: &Reporter) {
        self.tally.refused += 1;
        if self.tally.refused <= NAMED {
            reporter.ui().error(&format!("reply to message {number} refused: {explanation}"));
        }
    }

    /// Begins to end the run. Returns until when commands and replies under way may continue, if there are any.
    pub(crate) fn stop(
        &mut self,
        why: Stopping,
        now: Instant,
        reporter: &Reporter,
    ) -> Option<Instant> {
        self.stop_beginning();
        if std::mem::replace(&mut self.is_told, true) || !self.is_busy() {
            return None;
        }
        if why == Stopping::TimedOut {
            self.is_forsaken = true;
            self.running.iter_mut().for_each(|(_, process)| process.stop(now));
            return (!self.running.is_empty()).then_some(now + END);
        }
        match self.running.len() {
            // Only acknowledgements are missing.
            0 => return Some(now + LAST_ANSWER),
            running => {
                let commands = match running {
                    1 => "a command".to_owned(),
                    several => format!("{several} commands"),
                };
                let grace = humantime::format_duration(GRACE);
                reporter.ui().note(&format!("waiting up to {grace} for {commands} to end"));
            }
        }
        self.patience = Some(now + GRACE);
        Some(now + GRACE + END)
    }

    /// Whether no more commands are started.
    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Whether no more commands are started and none is under way.
    pub(crate) fn is_over(&self) -> bool {
        self.is_stopped && !self.is_busy()
    }

    /// Whether commands or replies are under way that should be finished.
    pub(crate) fn is_busy(&self) -> bool {
        !self.running.is_empty() || (!self.is_forsaken && !self.publications.is_empty())
    }

    /// Whether every message is finished.
    pub(crate) fn is_idle(&self) -> bool {
        self.schedule.unfinished() == 0 && self.publications.is_empty()
    }

    /// Number of messages printed or being printed.
    pub(crate) fn printed(&self) -> u64 {
        self.printed
    }

    /// Number of messages done, including the `written` ones that were printed.
    pub(crate) fn done(&self, written: u64) -> u64 {
        self.tally.done + written
    }

    /// Whether `--count` requires more than what is done and under way.
    fn lacks_any(&self) -> bool {
        let begun = (self.schedule.begun() + self.publications.len()) as u64;
        let claimed = self.tally.done + self.printed + begun;
        self.plan.count.is_none_or(|wanted| claimed < wanted)
    }

    /// Whether reading should stop for now.
    pub(crate) fn is_full(&self) -> bool {
        // Keep reading while replies are out: their acknowledgements arrive among the messages.
        self.publications.is_empty() && (self.schedule.is_full() || !self.lacks_any())
    }

    /// Whether something to publish has not been handed to the session.
    pub(crate) fn has_backlog(&self) -> bool {
        self.publications.waiting() > 0
    }

    /// When to poll even if nothing happens.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let processes = self.running.iter().filter_map(|(_, process)| process.deadline());
        processes.chain(self.schedule.deadline()).chain(self.patience).min()
    }

    /// Topics of retained messages that were done since the last call.
    pub(crate) fn take_retained(&mut self) -> Vec<String> {
        self.retained.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The result of the run, given that of the session; `written` messages were printed.
    pub(crate) fn judge(&mut self, end: Option<Failure>, written: u64) -> Option<Failure> {
        let unfinished = self.unfinished.len();
        let own = self.failure.take().or_else(|| {
            let Tally { failed, letters, refused, dropped, .. } = self.tally;
            let status = match (failed > letters || dropped > 0, refused) {
                (_, 1..) => ExitStatus::Refused,
                (true, _) => ExitStatus::LocalIo,
                (false, _) => return None,
            };
            Some(Failure::new(status, self.summary(written)))
        });
        match (own, end) {
            (Some(own), Some(end)) => Some(end.and(&own)),
            (None, Some(end)) if unfinished > 0 || self.tally.done > 0 => {
                Some(end.with_summary(ExitStatus::Success, &self.summary(written)))
            }
            (own, end) => own.or(end),
        }
    }

    /// Whether commands were unfinished when the run ended.
    pub(crate) fn was_cut_short(&self) -> bool {
        !self.unfinished.is_empty()
    }

    /// Changes whenever [`Acting::status`] does.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// A status line, with `done` messages done.
    pub(crate) fn status(&self, done: u64) -> String {
        let (failed, running) = (self.tally.failed, self.running.len());
        format!("{done} done, {failed} failed, {running} running")
    }

    /// A summary such as `98 done, 2 failed`.
    pub(crate) fn summary(&self, written: u64) -> String {
        let Tally { failed, letters, skipped, refused, dropped, .. } = self.tally;
        let others = [
            (failed, "failed"),
            (letters, "published as dead letters"),
            (refused, "refused"),
            (skipped, "without a reply"),
            (dropped, "dropped at QoS 0"),
            (self.unfinished.len() as u64, "not finished"),
        ];
        let parts = others.iter().filter(|(count, _)| *count > 0);
        let parts = parts.map(|(count, what)| format!("{count} {what}"));
        let done = format!("{} done", self.done(written));
        [done].into_iter().chain(parts).collect::<Vec<_>>().join(", ")
    }
}
