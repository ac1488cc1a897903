//! What happened, told twice: as lines for a person on stderr, and as NDJSON for a program
//! (`--events`, contract section 4.4).
//!
//! Every command's job passes what it hears from the session to its [`Reporter`]. Knows nothing of
//! what an event means for the command or its exit status.

use crate::message::Message;
use crate::record::{write_string, write_time};
use crate::session::event::{Event, Outcome};
use crate::session::fault::{Explanation, Fault};
use crate::session::reason::Reason;
use crate::transport::Target;
use crate::ui::Ui;
use jiff::Timestamp;
use std::io::{self, BufWriter, Write};

/// See the module.
pub struct Reporter {
    ui: Ui,
    target: Target,
    client_id: String,
    log: Option<BufWriter<Box<dyn Write>>>,
    /// Why there are no events any more.
    failure: Option<io::Error>,
    /// Attempts since the connection was lost; 0 while it stands.
    attempts: u32,
    /// There was a connection before.
    was_connected: bool,
    /// Messages are received, and can be missed.
    receives: bool,
}

impl Reporter {
    /// Tells of a session with `target`; events go to `log`.
    pub fn new(ui: Ui, target: Target, client_id: String, log: Option<Box<dyn Write>>) -> Self {
        Self {
            ui,
            target,
            client_id,
            log: log.map(BufWriter::new),
            failure: None,
            attempts: 0,
            was_connected: false,
            receives: false,
        }
    }

    /// Also tells when messages to this client may have been missed.
    pub fn receives_messages(&mut self) {
        self.receives = true;
    }

    /// The talk.
    pub fn ui(&self) -> Ui {
        self.ui
    }

    /// Tells of `event`.
    pub fn event(&mut self, event: &Event<'_>) {
        self.say(event);
        if self.log.is_some() {
            self.log_event(event);
            // While there is no connection nobody else flushes.
            if matches!(event, Event::Lost(_) | Event::Reconnecting { .. }) {
                self.flush();
            }
        }
    }

    /// Tells of a received message.
    pub fn message(&mut self, message: &Message<'_>) {
        if self.log.is_some() {
            self.log(
                Line::new("message")
                    .text("topic", message.topic)
                    .number("size", message.payload.len() as u64),
            );
        }
    }

    /// Writes out what is buffered; to be called whenever nothing more is at hand.
    pub fn flush(&mut self) {
        if let Some(log) = &mut self.log
            && let Err(error) = log.flush()
        {
            // Events are an extra: a reader that is gone must not end the run.
            self.failure = Some(error);
            self.log = None;
        }
    }

    /// Writes out the last events.
    ///
    /// # Errors
    /// Why events could not be written, now or earlier.
    pub fn finish(&mut self) -> io::Result<()> {
        self.flush();
        self.failure.take().map_or(Ok(()), Err)
    }

    fn say(&mut self, event: &Event<'_>) {
        match event {
            Event::Packet(outgoing, line) => {
                self.ui.trace(&format!("{} {line}", if *outgoing { "→" } else { "←" }));
            }
            Event::Reconnecting { attempt: 1, delay: _, fault } => {
                let target = &self.target;
                let line = match fault {
                    Fault::Unreachable(_) | Fault::ConnectTimeout { .. } => {
                        format!("cannot connect to {target}: {fault}; trying again")
                    }
                    _ => format!("connection to {target} lost: {fault}; reconnecting"),
                };
                self.ui.note(&line);
                self.attempts = 1;
            }
            Event::Reconnecting { attempt, .. } => self.attempts = *attempt,
            Event::Connected { session_present, .. } => self.say_connected(*session_present),
            Event::Republished(count) => {
                self.ui.note(&format!(
                    "the session was lost: republished {count}, duplicates possible"
                ));
            }
            Event::ShortSessions => {
                self.ui.hint(&format!("another client may be using id {}", self.client_id));
            }
            Event::Overrun(maximum) => {
                self.ui.warn(&overrun(*maximum));
            }
            Event::Stray(name, id) => {
                self.ui.trace(&format!("{name} for packet id {id}, which nobody waits for"))
            }
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
            _ => {}
        }
    }

    fn say_connected(&mut self, session_present: bool) {
        let attempts = std::mem::take(&mut self.attempts);
        let again = std::mem::replace(&mut self.was_connected, true);
        if attempts > 0 {
            let tries = if attempts == 1 { "attempt" } else { "attempts" };
            let again = if again { " again" } else { "" };
            self.ui.note(&format!("connected to {}{again} after {attempts} {tries}", self.target));
        }
        if again && !session_present && self.receives {
            self.ui.note("the session was lost: messages may have been missed meanwhile");
        }
    }

    fn log_event(&mut self, event: &Event<'_>) {
        let line = match event {
            Event::Connected { version, session_present, .. } => Line::new("connect")
                .text("protocol", &version.to_string())
                .flag("session_present", *session_present)
                .reason(Reason::SUCCESS),
            Event::Subscribed { filter, answer, .. } => {
                let line = Line::new("subscribe").text("filter", filter);
                match answer {
                    Ok(qos) => line.number("qos", qos.number().into()),
                    Err(explanation) => line.explanation(explanation),
                }
            }
            Event::Unsubscribed { filter, answer } => {
                let line = Line::new("unsubscribe").text("filter", filter);
                match answer {
                    Ok(reason) => line.reason(*reason),
                    Err(explanation) => line.explanation(explanation),
                }
            }
            Event::Published { position, packet_id, outcome } => {
                let line = Line::new("publish").number("position", *position);
                let line = if *packet_id == 0 {
                    line
                } else {
                    line.number("packet_id", (*packet_id).into())
                };
                match outcome {
                    Outcome::Delivered(reason) => line.text("outcome", "delivered").reason(*reason),
                    Outcome::Refused(explanation) => {
                        line.text("outcome", "refused").explanation(explanation)
                    }
                    Outcome::Unconfirmed => line.text("outcome", "unconfirmed"),
                    Outcome::NotSent => line.text("outcome", "not sent"),
                }
            }
            Event::Lost(fault) => {
                let line = Line::new("disconnect");
                match fault {
                    Fault::Disconnected(explanation) => {
                        line.text("by", "broker").explanation(explanation)
                    }
                    Fault::Refused(refusal) => {
                        let line = line.text("by", "broker");
                        match &refusal.explanation {
                            Some(explanation) => line.explanation(explanation),
                            None => line.number("code", refusal.code.into()),
                        }
                    }
                    _ => line.text("by", "network").text("reason", &fault.to_string()),
                }
            }
            Event::Disconnected => {
                Line::new("disconnect").text("by", "client").reason(Reason::SUCCESS)
            }
            Event::Reconnecting { attempt, delay, .. } => Line::new("reconnect")
                .number("attempt", (*attempt).into())
                .number("delay_ms", delay.as_millis() as u64),
            Event::MaybeLost { count, .. } => {
                Line::log(&format!("up to {count} QoS 0 messages may be missing"))
            }
            Event::Republished(count) => {
                Line::log(&format!("republished {count}, duplicates possible"))
            }
            Event::Overrun(maximum) => Line::log(&overrun(*maximum)),
            Event::Stray(name, id) => {
                Line::log(&format!("{name} for packet id {id}, which nobody waits for"))
            }
            Event::ShortSessions => Line::log("another client may be using this id"),
            Event::Packet(..) => return,
        };
        self.log(line);
    }

    fn log(&mut self, line: Line) {
        if let Some(log) = &mut self.log {
            // What could not be written comes out again when it is flushed.
            let _ = log.write_all(&line.finish());
        }
    }
}

fn overrun(maximum: u16) -> String {
    format!("the broker has more messages in flight than the receive maximum of {maximum}")
}

/// One JSON object, being written.
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
        write_string(&mut self.0, value);
        self
    }

    fn number(mut self, key: &str, value: u64) -> Self {
        self.key(key);
        self.0.extend_from_slice(value.to_string().as_bytes());
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

    fn explanation(self, explanation: &Explanation) -> Self {
        let line = self.reason(explanation.reason);
        match &explanation.text {
            Some(text) => line.text("reason_string", text),
            None => line,
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.0.extend_from_slice(b"}\n");
        self.0
    }
}
