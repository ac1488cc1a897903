//! How a received message is printed: decided once, applied to each message.
//!
//! | module | what it is |
//! |---|---|
//! | [`template`] | mosquitto's `-F` language |
//! | [`clock`] | the time, rendered once a second |
//! | `pretty` | JSON with line breaks, and colours |
//!
//! Knows nothing of sessions or of where the bytes go, except whether they must be harmless.

pub mod clock;
mod pretty;
pub mod template;
#[cfg(test)]
mod tests;

use crate::escape::{Keep, visible};
use crate::message::Message;
use crate::outlet::{Outlet, STEP, steps};
pub use crate::record::Payloads;
use crate::record::{self, Frames, write_encoded};
use clock::{Clock, Stamp};
use data_encoding::{BASE64, HEXLOWER};
use pretty::Color;
pub use template::Template;

/// What is printed of a message.
#[derive(Clone, Debug, Default)]
pub enum Body {
    /// The payload's bytes.
    #[default]
    Raw,
    /// The payload in lower-case hexadecimal.
    Hex,
    /// The payload in base64, standard alphabet.
    Base64,
    /// The whole message as one JSON object (contract section 4.2).
    Record(Payloads),
    /// What the user's format says.
    Template(Template),
}

/// What ends a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// A line feed.
    #[default]
    Newline,
    /// A NUL byte.
    Nul,
    /// Nothing.
    Nothing,
}

/// A message in, its bytes out.
#[derive(Clone, Debug)]
pub struct Format {
    /// What is printed.
    pub body: Body,
    /// Topic and a space come first; records and templates have their own way.
    pub with_topic: bool,
    /// What comes last.
    pub ending: Ending,
    /// For a terminal: what would drive it becomes visible escapes. JSON needs none.
    pub protect: bool,
    /// Topics and properties are coloured. A template that has an `\e` of its own is left alone.
    pub color: bool,
    /// JSON, of records and of `%j` and `%J`, has line breaks and indentation.
    pub pretty: bool,
    clock: Clock,
    stamp: Stamp,
    /// JSON before it is indented.
    compact: Vec<u8>,
}

/// The parts of a format that every piece of a template must know.
#[derive(Clone, Copy, Debug)]
struct Look {
    protect: bool,
    color: bool,
    pretty: bool,
}

impl Default for Format {
    fn default() -> Self {
        Self::new(Body::default())
    }
}

impl Format {
    /// `body` and a line feed, exact and without colours.
    pub fn new(body: Body) -> Self {
        Self {
            body,
            with_topic: false,
            ending: Ending::default(),
            protect: false,
            color: false,
            pretty: false,
            clock: Clock::default(),
            stamp: Stamp::utc(),
            compact: Vec::new(),
        }
    }

    /// The same, with a local time zone that has this name, as POSIX writes them (`TZ`).
    #[must_use]
    pub fn with_time_zone(mut self, name: Option<String>) -> Self {
        self.clock.set_zone_name(name);
        self
    }

    /// The same, with the time of `clock`.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Time has passed: until this is called again, all messages have come at the same time.
    pub fn go_on(&mut self) {
        self.clock.go_on();
    }

    /// Appends `message` to `out`.
    #[inline(always)]
    pub fn write(&mut self, message: &Message<'_>, out: &mut Vec<u8>) {
        self.write_to(message, &mut Outlet::whole(out));
    }

    /// Appends `message`, whose payload was made from what came, to `out`. A record shows the payload like this.
    pub fn write_made(&mut self, message: &Message<'_>, payloads: Payloads, out: &mut Vec<u8>) {
        let Body::Record(given) = &mut self.body else { return self.write(message, out) };
        let given = std::mem::replace(given, payloads);
        self.write(message, out);
        self.body = Body::Record(given);
    }

    /// Gives `message` to `take` piece by piece. None is there as a whole.
    pub fn write_in_pieces(&mut self, message: &Message<'_>, take: &mut dyn FnMut(&[u8])) {
        let mut bytes = Vec::new();
        let mut out = Outlet::in_pieces(&mut bytes, take);
        self.write_to(message, &mut out);
        out.empty();
    }

    fn write_to(&mut self, message: &Message<'_>, out: &mut Outlet<'_>) {
        let look = Look { protect: self.protect, color: self.color, pretty: self.pretty };
        match &mut self.body {
            Body::Record(payloads) => {
                let payloads = *payloads;
                self.write_record(message, payloads, out);
            }
            Body::Template(template) => template.write(message, look, &mut self.clock, out),
            Body::Raw | Body::Hex | Body::Base64 => self.write_payload(message, look, out),
        }
        match self.ending {
            Ending::Newline => out.push(b'\n'),
            Ending::Nul => out.push(0),
            Ending::Nothing => {}
        }
    }

    /// A payload does not suit the template: what a person should be told, once in a run.
    pub fn complaint(&mut self, message: &Message<'_>) -> Option<String> {
        match &mut self.body {
            Body::Template(template) => template.complaint(message),
            _ => None,
        }
    }

    /// Whatever is printed of messages that have come until now says that they came now.
    pub fn stop_clock(&mut self) {
        self.clock.read();
    }

    fn write_payload(&self, message: &Message<'_>, look: Look, out: &mut Outlet<'_>) {
        if self.with_topic {
            let topic = message.topic.as_bytes();
            if look.color {
                let [start, end] = pretty::around(Some(Color::Topic));
                out.extend_from_slice(start);
                write_text(out, topic, look, Keep::Nothing);
                out.extend_from_slice(end);
            } else {
                write_text(out, topic, look, Keep::Nothing);
            }
            out.push(b' ');
        }
        match self.body {
            Body::Hex => write_encoded(out, &HEXLOWER, message.payload),
            Body::Base64 => write_encoded(out, &BASE64, message.payload),
            _ => write_text(out, message.payload, look, Keep::Layout),
        }
    }

    fn write_record(&mut self, message: &Message<'_>, payloads: Payloads, out: &mut Outlet<'_>) {
        let moment = self.clock.read();
        let time = self.stamp.at(moment, &mut self.clock);
        let frame = |color| pretty::around(self.color.then_some(color));
        let frames = Frames { topic: frame(Color::Topic), properties: frame(Color::Properties) };
        if self.pretty {
            pretty::indent(&mut self.compact, out, |compact| {
                record::write(compact, time, message, payloads, frames);
            });
        } else {
            record::write(out, time, message, payloads, frames);
        }
    }
}

/// Appends `text`, harmless if it must be.
#[inline]
fn write_text(out: &mut Outlet<'_>, text: &[u8], look: Look, keep: Keep) {
    if text.len() <= STEP && !look.protect {
        out.extend_from_slice(text);
    } else {
        write_steps(out, text, look, keep);
    }
}

fn write_steps(out: &mut Outlet<'_>, text: &[u8], look: Look, keep: Keep) {
    for step in steps(text) {
        if look.protect {
            out.extend_from_slice(visible(step, keep).as_bytes());
        } else {
            out.extend_from_slice(step);
        }
        out.relieve();
    }
}
