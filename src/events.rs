//! Reports what happens: as lines on stderr, and as NDJSON (`--events`, docs/json.md). Every command's job
//! passes its events to its [`Reporter`].

mod log;

pub use log::Log;

use crate::escape::Keep;
use crate::message::Message;
use crate::mqtt::trace::Direction;
use crate::mqtt::{Event, Explanation, Fault, Outcome, Reason};
use crate::output::stderr;
use crate::property::{Id, Properties, Value};
use crate::record::{write_string, write_time};
use crate::run::{ConnectionEvent, Loss};
use crate::service::Service;
use crate::transport::Target;
use crate::ui::Ui;
use data_encoding::BASE64;
use jiff::Timestamp;
use std::io;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

/// How often to check whether a slow reader has become stuck, while the run waits for it.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Reports to stderr and to the events log. A repeated error is printed once, then counted.
pub struct Reporter {
    ui: Ui,
    target: Target,
    client_id: String,
    log: Option<Log>,
    /// Why the events log ended.
    failure: Option<io::Error>,
    /// Attempts since the connection was lost; 0 while connected.
    attempts: u32,
    /// The last loss reported, and how often it was repeated since.
    repeated: Option<Repeated>,
    /// Whether the user was told that messages were republished.
    told_republished: bool,
    /// Number of messages that made the broker close the connection.
    hung_up_on: u64,
    /// Whether there was a connection before.
    was_connected: bool,
    /// Whether the run receives messages, which may be missed.
    receives: bool,
    /// Who started this as a service, and wants to know.
    service: Option<Service>,
    is_up: bool,
}

impl Reporter {
    /// A reporter for a session with `target`; events go to `log`.
    pub fn new(ui: Ui, target: Target, client_id: String, log: Option<Log>) -> Self {
        Self {
            ui,
            target,
            client_id,
            log,
            failure: None,
            attempts: 0,
            repeated: None,
            told_republished: false,
            hung_up_on: 0,
            was_connected: false,
            receives: false,
            service: None,
            is_up: false,
        }
    }

    /// Also report when messages to this client may have been missed.
    pub fn receives_messages(&mut self) {
        self.receives = true;
    }

    /// The id under which the session is.
    pub fn set_client_id(&mut self, client_id: String) {
        self.client_id = client_id;
    }

    /// The printer of diagnostics.
    pub fn ui(&self) -> Ui {
        self.ui
    }

    /// Also tells who started this as a service.
    pub fn serves(&mut self, service: Option<Service>) {
        self.service = service;
    }

    /// Tells the service manager whether the run `is_ready`, and its `status` when `count` has changed.
    #[inline]
    pub fn serve(&mut self, is_ready: bool, count: u64, status: impl FnOnce() -> String) {
        if let Some(service) = &mut self.service {
            if is_ready {
                service.ready();
            }
            service.poll(Instant::now(), self.is_up, count, status);
        }
    }

    /// The run is about to end.
    pub fn stopping(&mut self) {
        self.service.iter_mut().for_each(Service::stopping);
    }

    /// Reports an event in the session.
    #[inline]
    pub fn event(&mut self, event: &Event) {
        if self.log.is_none()
            && let Event::Published { outcome: Outcome::Delivered(Reason::SUCCESS), .. } = event
        {
            // By far the most frequent event, and not worth a line.
            return;
        }
        self.tell(event);
    }

    fn tell(&mut self, event: &Event) {
        self.say(event);
        if self.log.is_some() {
            self.log_event(event);
        }
    }

    /// Reports an event of the connection.
    pub fn connection(&mut self, event: &ConnectionEvent<'_>) {
        self.is_up &= !matches!(event, ConnectionEvent::Lost(_) | ConnectionEvent::Disconnected);
        self.say_connection(event);
        if self.log.is_some() {
            self.log_connection(event);
            // Without a connection nothing else flushes.
            if matches!(event, ConnectionEvent::Lost(_) | ConnectionEvent::Reconnecting { .. }) {
                self.flush_log(None);
            }
        }
    }

    /// Reports a received message.
    pub fn message(&mut self, message: &Message<'_>) {
        if self.log.is_some() {
            self.log(
                Line::new("message")
                    .text("topic", message.topic)
                    .number("size", message.payload.len() as u64),
            );
        }
    }

    /// Tells how a command ended that was run for the message of this number.
    pub fn job(&mut self, position: u64, topic: &str, status: u8, took: Duration) {
        if self.log.is_some() {
            let line = Line::new("job").number("position", position).text("topic", topic);
            self.log(line.number("status", status.into()).seconds("seconds", took));
        }
    }

    /// Flushes the buffers; call this whenever nothing more is at hand.
    pub fn flush(&mut self, cx: &mut Context<'_>) {
        self.flush_log(Some(cx.waker()));
        if self.ui.is_talkative() && stderr::is_behind() {
            // An error on stderr cannot be reported anywhere.
            let _ = stderr::flush(Some(cx.waker()));
        }
    }

    fn flush_log(&mut self, waker: Option<&Waker>) {
        if let Some(log) = &mut self.log
            && let Err(error) = log.flush(waker)
        {
            self.give_up(error);
        }
    }

    /// Whether to stop producing events for now, because a reader is slow but makes progress.
    pub fn is_behind(&self) -> bool {
        self.log.as_ref().is_some_and(Log::is_behind)
            || (self.ui.is_talkative() && stderr::is_behind())
    }

    /// When to check again whether a reader made progress.
    pub fn deadline(&self) -> Option<Instant> {
        let reader = self.is_behind().then(|| Instant::now() + LOOK_AGAIN);
        let service = self.service.as_ref().and_then(Service::deadline);
        reader.into_iter().chain(service).min()
    }

    /// Writes the last events, and waits a moment for that.
    ///
    /// # Errors
    /// Why events could not be written, now or earlier.
    pub fn finish(&mut self) -> io::Result<()> {
        self.stopping();
        self.tell_repeated();
        if let Some(Err(error)) = self.log.as_mut().map(Log::finish) {
            self.give_up(error);
        }
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Ends the events log after an error. Events are an extra: a reader that has gone must not end the run.
    fn give_up(&mut self, error: io::Error) {
        self.failure = Some(error);
        self.log = None;
    }

    fn say(&mut self, event: &Event) {
        match event {
            Event::Connected { session_present, .. } => self.say_connected(*session_present),
            Event::Republished(count) if !self.told_republished => {
                self.told_republished = true;
                self.ui.note(&format!(
                    "the session was lost: republished {count}, duplicates possible"
                ));
            }
            Event::Overrun(maximum) => self.ui.warn(&overrun(*maximum)),
            Event::Downgraded => self.ui.warn(DOWNGRADED),
            Event::ExpiryShortened { granted, requested } => {
                self.ui.warn(&short_session(*granted, *requested));
            }
            Event::HungUpOn { position, topic } => {
                self.hung_up_on += 1;
                if self.hung_up_on <= NAMED {
                    self.ui.error(&hung_up_on(*position, topic));
                }
                if self.hung_up_on == 1 {
                    self.ui.hint("perhaps this topic is not allowed");
                }
            }
            Event::Stray(name, id) => self.ui.trace(&stray(name, *id)),
            Event::Subscribed { filter, requested, answer: Ok(granted) } if granted < requested => {
                self.ui.warn(&format!(
                    "{filter}: the broker grants QoS {granted} instead of {requested}"
                ));
            }
            Event::Published {
                position,
                outcome: Outcome::Delivered(Reason::NO_MATCHING_SUBSCRIBERS),
                ..
            } => {
                self.ui.trace(&format!("message {position}: {}", Reason::NO_MATCHING_SUBSCRIBERS));
            }
            Event::Subscribed { .. }
            | Event::Unsubscribed { .. }
            | Event::Received { .. }
            | Event::Published { .. }
            | Event::Republished(_)
            | Event::MaybeLost { .. } => {}
        }
    }

    fn say_connection(&mut self, event: &ConnectionEvent<'_>) {
        match event {
            ConnectionEvent::Packet(direction, line) => {
                let arrow = match direction {
                    Direction::Out => "→",
                    Direction::In => "←",
                };
                self.ui.trace(&format!("{arrow} {line}"));
            }
            ConnectionEvent::Reconnecting { attempt, loss, .. } => {
                self.attempts = *attempt;
                if *attempt == 1 {
                    self.say_lost(loss);
                }
            }
            ConnectionEvent::FallingBack(version) => {
                self.ui.trace(&format!("the broker does not speak MQTT 5: trying {version}"));
            }
            ConnectionEvent::ContestedId => {
                self.ui.hint(&format!("another client may be using id {}", self.client_id));
            }
            ConnectionEvent::Dialled { .. }
            | ConnectionEvent::Lost(_)
            | ConnectionEvent::Disconnected => {}
        }
    }

    /// Reports why the connection was lost; an identical repetition is only counted.
    fn say_lost(&mut self, loss: &Loss) {
        let target = &self.target;
        let line = match loss {
            Loss::Unreachable(_) | Loss::ConnectTimeout { .. } => {
                format!("cannot connect to {target}: {loss}; trying again")
            }
            _ => format!("connection to {target} lost: {loss}; reconnecting"),
        };
        // Whether a closing broker appears as a close or a reset is chance.
        let is_hang_up = loss.is_hang_up();
        match &mut self.repeated {
            Some(told) if told.line == line || (told.is_hang_up && is_hang_up) => told.again += 1,
            _ => {
                self.tell_repeated();
                self.ui.note(&line);
                self.repeated = Some(Repeated { line, is_hang_up, again: 0 });
            }
        }
    }

    /// Whether the last loss was only counted.
    fn is_repeating(&self) -> bool {
        self.repeated.as_ref().is_some_and(|told| told.again > 0)
    }

    fn tell_repeated(&mut self) {
        if let Some(Repeated { line, again: again @ 1.., .. }) = self.repeated.take() {
            let what = line.rsplit_once(';').map_or(line.as_str(), |(what, _)| what);
            self.ui.note(&match again {
                1 => format!("{what} (once more)"),
                _ => format!("{what} ({again} more times)"),
            });
        }
    }

    fn say_connected(&mut self, session_present: bool) {
        self.is_up = true;
        let attempts = std::mem::take(&mut self.attempts);
        let again = std::mem::replace(&mut self.was_connected, true);
        if self.is_repeating() {
            return;
        }
        if attempts > 0 {
            let tries = if attempts == 1 { "attempt" } else { "attempts" };
            let again = if again { " again" } else { "" };
            self.ui.note(&format!("connected to {}{again} after {attempts} {tries}", self.target));
        }
        if again && self.receives {
            self.ui.note(match session_present {
                true => "QoS 0 messages may have been missed meanwhile",
                false => "the session was lost: messages may have been missed meanwhile",
            });
        }
    }

    fn log_event(&mut self, event: &Event) {
        let line = match event {
            Event::Connected { version, session_present, properties } => Line::new("connect")
                .text("protocol", &version.to_string())
                .flag("session_present", *session_present)
                .reason(Reason::SUCCESS)
                .properties(&properties.view()),
            Event::Subscribed { filter, answer, .. } => {
                let line = Line::new("subscribe").text("filter", filter.as_str());
                match answer {
                    Ok(qos) => line.number("qos", qos.number().into()),
                    Err(explanation) => line.explanation(explanation),
                }
            }
            Event::Unsubscribed { filter, answer } => {
                let line = Line::new("unsubscribe").text("filter", filter.as_str());
                match answer {
                    Ok(reason) => line.reason(*reason),
                    Err(explanation) => line.explanation(explanation),
                }
            }
            // On the way to its end, which is told.
            Event::Received { .. } => return,
            Event::Published { position, packet_id, outcome } => {
                return self.published(*position, *packet_id, outcome);
            }
            Event::MaybeLost { count, .. } => {
                Line::log(&format!("up to {count} QoS 0 messages may be missing"))
            }
            Event::HungUpOn { position, topic } => Line::log(&hung_up_on(*position, topic)),
            Event::Republished(count) => {
                Line::log(&format!("republished {count}, duplicates possible"))
            }
            Event::Overrun(maximum) => Line::log(&overrun(*maximum)),
            Event::Downgraded => Line::log(DOWNGRADED),
            Event::ExpiryShortened { granted, requested } => {
                Line::log(&short_session(*granted, *requested))
            }
            Event::Stray(name, id) => Line::log(&stray(name, *id)),
        };
        self.log(line);
    }

    /// Logs the outcome of a published message.
    pub fn published(&mut self, position: u64, packet_id: u16, outcome: &Outcome) {
        if self.log.is_none() {
            return;
        }
        let line = Line::new("publish").number("position", position);
        let line = if packet_id == 0 { line } else { line.number("packet_id", packet_id.into()) };
        self.log(match outcome {
            Outcome::Delivered(reason) => line.text("outcome", "delivered").reason(*reason),
            Outcome::Refused(explanation) => {
                line.text("outcome", "refused").explanation(explanation)
            }
            Outcome::Unconfirmed => line.text("outcome", "unconfirmed"),
            Outcome::NotSent => line.text("outcome", "not sent"),
        });
    }

    fn log_connection(&mut self, event: &ConnectionEvent<'_>) {
        let line = match event {
            ConnectionEvent::Lost(loss) => {
                let line = Line::new("disconnect");
                match loss.fault() {
                    Some(Fault::Disconnected(explanation)) => {
                        line.text("by", "broker").explanation(explanation)
                    }
                    Some(Fault::Refused(refusal)) => {
                        let line = line.text("by", "broker");
                        match &refusal.explanation {
                            Some(explanation) => line.explanation(explanation),
                            None => line.number("code", refusal.code.into()),
                        }
                    }
                    _ => line.text("by", "network").text("reason", &loss.to_string()),
                }
            }
            ConnectionEvent::Disconnected => {
                Line::new("disconnect").text("by", "client").reason(Reason::SUCCESS)
            }
            ConnectionEvent::Reconnecting { attempt, delay, .. } => Line::new("reconnect")
                .number("attempt", (*attempt).into())
                .number("delay_ms", delay.as_millis() as u64),
            ConnectionEvent::FallingBack(version) => {
                Line::log(&format!("the broker does not speak MQTT 5: trying {version}"))
            }
            ConnectionEvent::ContestedId => Line::log("another client may be using this id"),
            ConnectionEvent::Dialled { .. } | ConnectionEvent::Packet(..) => return,
        };
        self.log(line);
    }

    fn log(&mut self, line: Line) {
        if let Some(log) = &mut self.log
            && let Err(error) = log.line(&line.finish())
        {
            self.give_up(error);
        }
    }
}

/// A loss that was reported.
struct Repeated {
    line: String,
    /// Whether the broker closed the connection without a reason.
    is_hang_up: bool,
    /// How often it was repeated since.
    again: u64,
}

/// How many of the things that fail in the same way are named one by one; the others are only counted.
pub const NAMED: u64 = 10;

const DOWNGRADED: &str =
    "the broker acknowledges QoS 2 messages as if they had QoS 1: they may arrive more than once";

fn hung_up_on(position: u64, topic: &str) -> String {
    format!(
        "message {position} to {topic} is unconfirmed: the broker hung up each time it was sent"
    )
}

fn stray(name: &str, id: u16) -> String {
    format!("unexpected {name} for packet id {id}")
}

fn short_session(granted: u32, requested: u32) -> String {
    let asked = if requested == u32::MAX { "ever".to_owned() } else { requested.to_string() };
    format!(
        "the broker keeps the session for {granted} seconds after the connection, not for {asked}"
    )
}

fn overrun(maximum: u16) -> String {
    format!("the broker has more messages in flight than the receive maximum of {maximum}")
}

/// A JSON object being written.
struct Line(Vec<u8>);

impl Line {
    fn new(event: &str) -> Self {
        let mut line = Self(b"{\"time\":\"".to_vec());
        write_time(&mut line.0, Timestamp::now());
        line.0.push(b'"');
        line.text("event", event)
    }

    fn log(text: &str) -> Self {
        Self::new("log").text("text", text)
    }

    fn key(&mut self, key: &str) {
        self.0.extend_from_slice(b",\"");
        self.0.extend_from_slice(key.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    fn text(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        write_string(&mut self.0, value, Keep::Nothing);
        self
    }

    fn number(mut self, key: &str, value: u64) -> Self {
        self.key(key);
        self.0.extend_from_slice(value.to_string().as_bytes());
        self
    }

    fn seconds(mut self, key: &str, value: Duration) -> Self {
        self.key(key);
        self.0.extend_from_slice(format!("{:.6}", value.as_secs_f64()).as_bytes());
        self
    }

    fn flag(mut self, key: &str, value: bool) -> Self {
        self.key(key);
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
        self
    }

    fn reason(self, reason: Reason) -> Self {
        self.number("code", reason.0.into()).text("reason", &reason.to_string())
    }

    /// Adds an object of all `properties`, if there are any.
    fn properties(mut self, properties: &Properties<'_>) -> Self {
        if properties.is_empty() {
            return self;
        }
        self.key("properties");
        let mut before = '{';
        for (id, value) in properties.iter().filter(|(id, _)| *id != Id::UserProperty) {
            self.push(before);
            before = ',';
            write_string(&mut self.0, &id.name().replace('-', "_"), Keep::Nothing);
            self.push(':');
            match value {
                Value::Number(number) => self.0.extend_from_slice(number.to_string().as_bytes()),
                Value::Text(text) => write_string(&mut self.0, text, Keep::Nothing),
                Value::Binary(bytes) => {
                    write_string(&mut self.0, &BASE64.encode(bytes), Keep::Nothing)
                }
                // Only user properties are pairs, and they are handled above.
                Value::Pair(..) => {}
            }
        }
        let pairs = properties.iter().filter_map(|(_, value)| match value {
            Value::Pair(name, value) => Some((name, value)),
            _ => None,
        });
        let mut separator = None;
        for (name, value) in pairs {
            match separator {
                Some(separator) => self.push(separator),
                None => {
                    self.push(before);
                    self.0.extend_from_slice(b"\"user_properties\":[");
                }
            }
            separator = Some(',');
            self.push('[');
            write_string(&mut self.0, name, Keep::Nothing);
            self.push(',');
            write_string(&mut self.0, value, Keep::Nothing);
            self.push(']');
        }
        if separator.is_some() {
            self.push(']');
        }
        self.push('}');
        self
    }

    fn push(&mut self, byte: char) {
        self.0.push(byte as u8);
    }

    fn explanation(self, explanation: &Explanation) -> Self {
        let line = self.reason(explanation.reason);
        match explanation.text() {
            Some(text) => line.text("reason_string", text),
            None => line,
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.0.extend_from_slice(b"}\n");
        self.0
    }
}
