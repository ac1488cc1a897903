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
use crate::record;
pub use crate::record::Payloads;
use clock::{Clock, Stamp};
use data_encoding::{BASE64, Encoding, HEXLOWER};
use pretty::Color;
pub use template::{Template, TemplateError};

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
    pub fn write(&mut self, message: &Message<'_>, out: &mut Vec<u8>) {
        let look = Look { protect: self.protect, color: self.color, pretty: self.pretty };
        match &mut self.body {
            Body::Record(_) => self.write_record(message, out),
            Body::Template(template) => template.write(message, look, &mut self.clock, out),
            Body::Raw | Body::Hex | Body::Base64 => self.write_payload(message, look, out),
        }
        match self.ending {
            Ending::Newline => out.push(b'\n'),
            Ending::Nul => out.push(0),
            Ending::Nothing => {}
        }
    }

    /// A payload did not suit the template: what a person should be told, once in a run.
    pub fn take_complaint(&mut self) -> Option<String> {
        match &mut self.body {
            Body::Template(template) => template.take_complaint(),
            _ => None,
        }
    }

    fn write_payload(&self, message: &Message<'_>, look: Look, out: &mut Vec<u8>) {
        if self.with_topic {
            let start = out.len();
            write_text(out, message.topic.as_bytes(), look, Keep::Nothing);
            pretty::paint(out, start..out.len(), look.color.then_some(Color::Topic));
            out.push(b' ');
        }
        match self.body {
            Body::Hex => write_encoded(out, &HEXLOWER, message.payload),
            Body::Base64 => write_encoded(out, &BASE64, message.payload),
            _ => write_text(out, message.payload, look, Keep::Layout),
        }
    }

    fn write_record(&mut self, message: &Message<'_>, out: &mut Vec<u8>) {
        let Body::Record(payloads) = self.body else { return };
        let moment = self.clock.read();
        let time = self.stamp.at(moment, &mut self.clock);
        let target = if self.pretty { &mut self.compact } else { &mut *out };
        let parts = record::write(target, time, message, payloads);
        if self.color {
            // From behind, so that the first range stays right.
            if let Some(properties) = parts.properties {
                pretty::paint(target, properties, Some(Color::Properties));
            }
            pretty::paint(target, parts.topic, Some(Color::Topic));
        }
        if self.pretty {
            pretty::indent(&self.compact, out);
            pretty::recycle(&mut self.compact);
        }
    }
}

/// Appends `text`, harmless if it must be.
fn write_text(out: &mut Vec<u8>, text: &[u8], look: Look, keep: Keep) {
    if look.protect {
        out.extend_from_slice(visible(text, keep).as_bytes());
    } else {
        out.extend_from_slice(text);
    }
}

fn write_encoded(out: &mut Vec<u8>, encoding: &Encoding, bytes: &[u8]) {
    let at = out.len();
    out.resize(at + encoding.encode_len(bytes.len()), 0);
    encoding.encode_mut(bytes, &mut out[at..]);
}
