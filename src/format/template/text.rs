//! Texts: the topic, the time, and string properties.

use super::field::{Context, Field};
use super::padding::cut;
use super::what::Directive;
use crate::escape::Keep;
use crate::format::write_text;
use crate::outlet::Outlet;
use crate::property::{Id, Value};

impl Field {
    /// Appends a text. A missing content type is padded to the width; other missing properties print nothing.
    pub fn write_string(&self, context: &mut Context<'_>, out: &mut Outlet<'_>) {
        let start = out.mark();
        let properties = &context.message.properties;
        let text = match self.what {
            Directive::Topic => Some(context.message.topic),
            Directive::ContentType => Some(properties.text(Id::ContentType).unwrap_or_default()),
            Directive::ResponseTopic => properties.text(Id::ResponseTopic),
            Directive::LocalTime => {
                let text = context.state.local_time.at(context.moment, context.clock);
                out.extend_from_slice(cut(text, self.precision.unwrap_or(usize::MAX)));
                return self.pad(out, start, b' ');
            }
            Directive::CorrelationData => return self.write_correlation_data(context, out),
            Directive::UserProperties => return self.write_user_properties(context, out),
            _ => Some("%"),
        };
        // Without a response topic nothing is printed, whatever the width.
        if let Some(text) = text {
            let text = cut_text(text, self.precision);
            write_text(out, text.as_bytes(), context.look, Keep::Nothing);
            self.pad(out, start, b' ');
        }
    }

    fn write_correlation_data(&self, context: &Context<'_>, out: &mut Outlet<'_>) {
        let data = context.message.properties.iter().find_map(|(_, value)| match value {
            Value::Binary(data) => Some(data),
            _ => None,
        });
        if let Some(data) = data {
            let start = out.mark();
            let data = cut(data, self.precision.unwrap_or(usize::MAX));
            write_text(out, data, context.look, Keep::Nothing);
            self.pad(out, start, b' ');
        }
    }

    /// Appends `name:value name:value`, as ambiguous as in mosquitto.
    fn write_user_properties(&self, context: &mut Context<'_>, out: &mut Outlet<'_>) {
        let start = out.mark();
        let mut room = self.precision.unwrap_or(usize::MAX);
        let mut separator = None;
        for (_, value) in context.message.properties.iter() {
            let Value::Pair(name, value) = value else { continue };
            for part in [separator.unwrap_or_default(), name, ":", value] {
                let cut = cut_text(part, Some(room));
                write_text(out, cut.as_bytes(), context.look, Keep::Nothing);
                // Once a character does not fit, nothing more is printed.
                room = if cut.len() < part.len() { 0 } else { room - cut.len() };
            }
            separator = Some(" ");
            out.relieve();
            if room == 0 {
                break;
            }
        }
        if separator.is_some() {
            self.pad(out, start, b' ');
        }
    }
}

/// At most `length` bytes of `text`, cut between characters.
fn cut_text(text: &str, length: Option<usize>) -> &str {
    let Some(length) = length.filter(|length| *length < text.len()) else { return text };
    let end = (0..=length).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}
