//! How a received message is printed: chosen once, applied to each message.
//!
//! | module | what it is |
//! |---|---|
//! | [`template`] | mosquitto's `-F` language |
//! | [`clock`] | the time, rendered once per second |
//! | `pretty` | JSON with line breaks, and colours |

pub mod clock;
pub mod path;
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
pub use path::PathTemplate;
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
    /// The whole message as one JSON object (docs/json.md).
    Record(Payloads),
    /// The user's template.
    Template(Template),
}

/// The end of each message.
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

/// Formats messages.
#[derive(Clone, Debug)]
pub struct Format {
    /// What is printed.
    pub body: Body,
    /// Whether the topic and a space precede the body; records and templates ignore this.
    pub with_topic: bool,
    /// The end of each message.
    pub ending: Ending,
    /// Whether to escape what could control a terminal. JSON needs no escapes.
    pub protect: bool,
    /// Whether topics and properties are coloured. A template with its own `\e` is left alone.
    pub color: bool,
    /// Whether the JSON of records, `%j` and `%J` has line breaks and indentation.
    pub pretty: bool,
    clock: Clock,
    stamp: Stamp,
    /// A buffer for JSON before it is indented.
    compact: Vec<u8>,
}

/// The settings that every piece of a template needs.
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
    /// A format with `body` and a line feed, without escapes or colours.
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

    /// Sets the name of the local time zone, in POSIX notation (`TZ`).
    #[must_use]
    pub fn with_time_zone(mut self, name: Option<String>) -> Self {
        self.clock.set_zone_name(name);
        self
    }

    /// Uses another clock.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Time has passed. Until this is called again, all messages get the same time.
    pub fn go_on(&mut self) {
        self.clock.go_on();
    }

    /// The path of the file for a message on `topic`, at the time that is printed in it.
    pub fn path(&mut self, template: &mut PathTemplate, topic: &str, number: u64) -> String {
        let moment = self.clock.read();
        template.path(topic, number, moment, &mut self.clock)
    }

    /// Appends `message` to `out`.
    #[inline(always)]
    pub fn write(&mut self, message: &Message<'_>, out: &mut Vec<u8>) {
        self.write_to(message, &mut Outlet::whole(out));
    }

    /// Appends `message`, whose payload was made by a filter, to `out`. A record shows the payload as `payloads` says.
    pub fn write_made(&mut self, message: &Message<'_>, payloads: Payloads, out: &mut Vec<u8>) {
        let Body::Record(given) = &mut self.body else { return self.write(message, out) };
        let given = std::mem::replace(given, payloads);
        self.write(message, out);
        self.body = Body::Record(given);
    }

    /// Passes `message` to `take` piece by piece, without building it as a whole.
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

    /// What to tell the user if a payload does not suit the template; once per run.
    #[inline(always)]
    pub fn complaint(&mut self, message: &Message<'_>) -> Option<String> {
        match &mut self.body {
            Body::Template(template) => template.complaint(message),
            _ => None,
        }
    }

    /// Freezes the clock: messages printed later that have arrived by now get the current time.
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

/// Appends `text`, escaped if the look requires it.
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
