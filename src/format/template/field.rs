//! A `%` specifier of a template.

use super::hex::{Digits, write_hex};
use super::json::{Json, Layout, Payload};
use super::padding::{cut, fill};
use super::what::{Directive, ValueKind};
use crate::escape::Keep;
use crate::format::clock::{Clock, Moment, PerSecond};
use crate::format::pretty::{Color, around};
use crate::format::{Look, write_text};
use crate::message::Message;
use crate::outlet::{Mark, Outlet};
use data_encoding::{HEXLOWER, HEXUPPER};

/// A `%` specifier with its flags.
#[derive(Clone, Debug)]
pub struct Field {
    pub what: Directive,
    /// In bytes; 0 means none.
    pub width: usize,
    /// The most bytes, the number of decimals, the least number of digits, or the group size, depending on the letter.
    pub precision: Option<usize>,
    /// Whether blanks are added on the right.
    pub left: bool,
    /// Whether zeros are added on the left.
    pub zero: bool,
    /// Separates groups of hexadecimal digits.
    pub separator: u8,
}

/// State that a template keeps between messages.
#[derive(Clone, Debug)]
pub struct State {
    json: Json,
    /// `%I`.
    pub local_time: PerSecond,
}

/// What to print, and how.
pub struct Context<'a> {
    pub message: &'a Message<'a>,
    pub look: Look,
    pub moment: Moment,
    pub clock: &'a mut Clock,
    pub state: &'a mut State,
}

impl State {
    pub fn new() -> Self {
        Self { json: Json::new(), local_time: PerSecond::local("%Y-%m-%dT%H:%M:%S%z") }
    }
}

impl Field {
    /// Whether it prints JSON.
    pub fn is_json(&self) -> bool {
        self.what.kind() == ValueKind::Json
    }

    /// What to tell the user about `message`: its payload is not a number of the required size.
    pub fn complaint(&self, message: &Message<'_>) -> Option<String> {
        let (letter, size) = match self.what {
            Directive::Float => ('f', 4),
            Directive::Double => ('d', 8),
            _ => return None,
        };
        let (topic, length) = (message.topic, message.payload.len());
        (length != size).then(|| {
            format!(
                "%{letter} prints payloads of {size} bytes; the one on {topic} has {length}, \
                 and nothing is printed for it"
            )
        })
    }

    /// Whether it needs the time.
    pub fn is_timed(&self) -> bool {
        matches!(
            self.what,
            Directive::LocalTime | Directive::UnixTime | Directive::Json | Directive::JsonVerbatim
        )
    }

    /// Appends the value, coloured if it has a colour.
    pub fn write(&self, context: &mut Context<'_>, out: &mut Outlet<'_>) {
        if !context.look.color {
            return self.write_plain(context, out);
        }
        let [start, end] = around(self.color());
        out.extend_from_slice(start);
        let mark = out.mark();
        self.write_plain(context, out);
        if out.since(mark) > 0 {
            out.extend_from_slice(end);
        } else {
            let length = out.len() - start.len();
            out.truncate(length);
        }
    }

    fn write_plain(&self, context: &mut Context<'_>, out: &mut Outlet<'_>) {
        match self.what.kind() {
            ValueKind::Number => self.write_number(context, out),
            ValueKind::Text => self.write_string(context, out),
            ValueKind::Json => self.write_json(context, out),
            ValueKind::Payload => {
                let start = out.mark();
                let longest = if self.width > 0 { self.width } else { usize::MAX };
                let bytes =
                    cut(context.message.payload, self.precision.unwrap_or(longest).min(longest));
                write_text(out, bytes, context.look, Keep::Layout);
                self.pad(out, start, if self.zero { b'0' } else { b' ' });
            }
            ValueKind::Hex => {
                let encoding = if self.what == Directive::HexUpper { &HEXUPPER } else { &HEXLOWER };
                write_hex(&self.digits(), encoding, context.message.payload, out);
            }
        }
    }

    fn digits(&self) -> Digits {
        Digits {
            width: self.width,
            left: self.left,
            zero: self.zero,
            group: self.precision,
            separator: self.separator,
        }
    }

    fn color(&self) -> Option<Color> {
        match self.what {
            Directive::Topic => Some(Color::Topic),
            Directive::TopicAlias
            | Directive::ContentType
            | Directive::CorrelationData
            | Directive::MessageExpiry
            | Directive::PayloadFormat
            | Directive::UserProperties
            | Directive::ResponseTopic
            | Directive::SubscriptionId => Some(Color::Properties),
            _ => None,
        }
    }

    fn write_json(&self, context: &mut Context<'_>, out: &mut Outlet<'_>) {
        let start = out.mark();
        let payload = match self.what {
            Directive::JsonVerbatim => Payload::Verbatim,
            _ => Payload::Text,
        };
        let layout = if context.look.pretty { Layout::Indented } else { Layout::OneLine };
        let now = (context.moment, &mut *context.clock);
        context.state.json.write(out, context.message, now, payload, layout);
        self.pad(out, start, b' ');
    }

    /// Pads what was appended since `start` to the width. Anything that has left the buffer meanwhile was wider.
    pub fn pad(&self, out: &mut Outlet<'_>, start: Mark, with: u8) {
        let written = out.since(start);
        let missing = self.width.saturating_sub(written);
        if self.left {
            fill(out, 0, missing, b' ');
        } else {
            fill(out, written, missing, with);
        }
    }
}
