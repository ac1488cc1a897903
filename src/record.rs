//! Received messages as lines of JSON, and JSON strings in general.
//!
//! The line is always valid JSON and safe for terminals: control characters, bidirectional marks and other invisible
//! characters are written as `\uXXXX`. Nothing is lost: a payload that is not UTF-8 becomes base64.

#[cfg(test)]
mod tests;
mod text;
mod verbatim;

use crate::escape::Keep;
use crate::message::Message;
use crate::outlet::Outlet;
use crate::property::{Id, Properties, Value};
use jiff::Timestamp;
use std::io::Write as _;
use text::write_bytes_briefly;
pub use text::{string_length, write_bytes, write_encoded, write_number, write_string};
pub use verbatim::write_verbatim;

/// How payloads are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Payloads {
    /// As text, or base64 if they are not UTF-8.
    #[default]
    Text,
    /// JSON unchanged, others as text or base64.
    Parsed,
    /// As text, or base64 if they are not UTF-8, or if they are long and mostly escapes. Needs a whole outlet.
    Brief,
}

/// Payloads longer than this are not read by people.
const LONG: usize = 64 << 10;

/// Text around untrusted values: colours, or nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frames {
    /// Before and after the value of `topic`.
    pub topic: [&'static [u8]; 2],
    /// Before and after the value of `properties`.
    pub properties: [&'static [u8]; 2],
}

/// Appends `message`, received at `time` (a JSON string without its quotes), as a JSON object without a newline.
pub fn write(
    out: &mut Outlet<'_>,
    time: &[u8],
    message: &Message<'_>,
    payloads: Payloads,
    frames: Frames,
) {
    out.extend_from_slice(b"{\"time\":\"");
    out.extend_from_slice(time);
    out.extend_from_slice(b"\",\"topic\":");
    out.extend_from_slice(frames.topic[0]);
    write_string(out, message.topic, Keep::Nothing);
    out.extend_from_slice(frames.topic[1]);
    out.extend_from_slice(b",\"qos\":");
    out.push(b'0' + message.qos.number());
    out.extend_from_slice(if message.retain { b",\"retain\":true" } else { b",\"retain\":false" });
    if message.dup {
        out.extend_from_slice(b",\"dup\":true");
    }
    let payload = message.payload;
    match payloads {
        Payloads::Parsed if write_json_payload(out, payload) => {}
        Payloads::Brief if payload.len() > LONG => {
            write_bytes_briefly(out, ",\"payload", payload, Keep::Layout);
        }
        _ => write_bytes(out, ",\"payload", payload, Keep::Layout),
    }
    if !message.properties.is_empty() {
        write_properties(out, &message.properties, frames.properties);
    }
    out.push(b'}');
}

/// Appends `time` in UTC with microseconds, without quotes.
pub fn write_time(out: &mut Vec<u8>, time: Timestamp) {
    // Writing to memory cannot fail.
    let _ = write!(out, "{time:.6}");
}

/// Appends `payload` if it is JSON, and returns whether it is.
fn write_json_payload(out: &mut Outlet<'_>, payload: &[u8]) -> bool {
    let start = out.len();
    out.extend_from_slice(b",\"payload_json\":");
    let is_json = write_verbatim(out, payload);
    if !is_json {
        out.truncate(start);
    }
    is_json
}

/// Appends the properties, or nothing if none of them belongs in a record.
fn write_properties(out: &mut Outlet<'_>, properties: &Properties<'_>, frame: [&[u8]; 2]) {
    let before = out.len();
    out.extend_from_slice(b",\"properties\":");
    out.extend_from_slice(frame[0]);
    let mut separator = b'{';
    for (wanted, key) in [
        (Id::PayloadFormat, "\"payload_format"),
        (Id::MessageExpiry, "\"message_expiry"),
        (Id::ContentType, "\"content_type"),
        (Id::ResponseTopic, "\"response_topic"),
        (Id::CorrelationData, "\"correlation_data"),
        (Id::SubscriptionId, "\"subscription_ids"),
        (Id::UserProperty, "\"user_properties"),
    ] {
        let mut values =
            properties.iter().filter_map(|(id, value)| (id == wanted).then_some(value));
        let Some(first) = values.next() else { continue };
        out.push(std::mem::replace(&mut separator, b','));
        if let Value::Binary(bytes) = first {
            write_bytes(out, key, bytes, Keep::Nothing);
            continue;
        }
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
        if matches!(wanted, Id::SubscriptionId | Id::UserProperty) {
            out.push(b'[');
            write_value(out, first);
            for value in values {
                out.push(b',');
                write_value(out, value);
                out.relieve();
            }
            out.push(b']');
        } else {
            write_value(out, first);
        }
    }
    if separator == b'{' {
        out.truncate(before);
        return;
    }
    out.push(b'}');
    out.extend_from_slice(frame[1]);
}

fn write_value(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Number(number) => write_number(out, number.into()),
        Value::Text(text) => write_string(out, text, Keep::Nothing),
        // Correlation data has its own keys.
        Value::Binary(_) => {}
        Value::Pair(name, value) => {
            out.push(b'[');
            write_string(out, name, Keep::Nothing);
            out.push(b',');
            write_string(out, value, Keep::Nothing);
            out.push(b']');
        }
    }
}
