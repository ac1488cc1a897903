//! `%j` and `%J`: mosquitto's JSON, with the same keys in the same order.
//!
//! Unlike 2.1's, it is always valid: a payload that is not UTF-8 becomes `payload_base64`, correlation data becomes
//! `correlation-data_base64`, and a NUL does not end them. Several subscription identifiers form a list, where 2.1
//! repeats the key. `%J` copies a payload that is JSON (2.1 rounds its numbers), and prints others as `%j` does (2.1
//! prints nothing). DEL, C1, bidirectional and invisible characters are escaped. Pretty JSON is indented by two spaces,
//! not tabs.

use crate::escape::Keep;
use crate::format::clock::{Clock, Moment, Stamp};
use crate::format::pretty;
use crate::message::{Message, QoS};
use crate::outlet::Outlet;
use crate::property::{Id, Properties, Value};
use crate::record::{write_bytes, write_number, write_string, write_verbatim};

/// How the payload is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// As a string.
    Text,
    /// Unchanged if it is JSON, else as a string.
    Verbatim,
}

/// Whether to add line breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    OneLine,
    Indented,
}

/// State kept between messages.
#[derive(Clone, Debug)]
pub struct Json {
    stamp: Stamp,
    /// A buffer for JSON before it is indented.
    compact: Vec<u8>,
}

impl Json {
    pub fn new() -> Self {
        Self { stamp: Stamp::local(), compact: Vec::new() }
    }

    /// Appends `message` as an object.
    pub fn write(
        &mut self,
        out: &mut Outlet<'_>,
        message: &Message<'_>,
        (moment, clock): (Moment, &mut Clock),
        payload: Payload,
        layout: Layout,
    ) {
        let time = self.stamp.at(moment, clock);
        match layout {
            Layout::OneLine => write_object(out, time, message, payload),
            Layout::Indented => {
                pretty::indent(&mut self.compact, out, |compact| {
                    write_object(compact, time, message, payload);
                });
            }
        }
    }
}

fn write_object(out: &mut Outlet<'_>, time: &[u8], message: &Message<'_>, payload: Payload) {
    out.extend_from_slice(b"{\"tst\":\"");
    out.extend_from_slice(time);
    out.extend_from_slice(b"\",\"topic\":");
    write_string(out, message.topic, Keep::Nothing);
    out.extend_from_slice(b",\"qos\":");
    out.push(b'0' + message.qos.number());
    out.extend_from_slice(if message.retain { b",\"retain\":true" } else { b",\"retain\":false" });
    out.extend_from_slice(b",\"payloadlen\":");
    write_number(out, message.payload.len() as u64);
    if message.qos > QoS::AtMostOnce {
        out.extend_from_slice(b",\"mid\":");
        write_number(out, message.packet_id.into());
    }
    if !message.properties.is_empty() {
        write_properties(out, &message.properties);
    }
    write_payload(out, message.payload, payload);
    out.push(b'}');
}

fn write_payload(out: &mut Outlet<'_>, bytes: &[u8], payload: Payload) {
    let start = out.len();
    out.extend_from_slice(b",\"payload\":");
    if bytes.is_empty() {
        out.extend_from_slice(b"null");
    } else if payload == Payload::Text || !write_verbatim(out, bytes) {
        out.truncate(start);
        write_bytes(out, ",\"payload", bytes, Keep::Layout);
    }
}

fn write_properties(out: &mut Outlet<'_>, properties: &Properties<'_>) {
    out.extend_from_slice(b",\"properties\":{");
    let start = out.len();
    let mut seen = 0u64;
    for (id, value) in properties.iter() {
        let bit = 1u64 << (id as u8);
        if seen & bit != 0 {
            // Written with the first one of its kind.
            continue;
        }
        seen |= bit;
        if out.len() > start {
            out.push(b',');
        }
        if let Value::Binary(bytes) = value {
            write_bytes(out, "\"correlation-data", bytes, Keep::Nothing);
            continue;
        }
        out.push(b'"');
        out.extend_from_slice(match id {
            Id::UserProperty => b"user-properties",
            _ => id.name().as_bytes(),
        });
        out.extend_from_slice(b"\":");
        write_values(out, properties, id);
    }
    out.push(b'}');
}

/// Appends the value of property `id`, or a list if there are several.
fn write_values(out: &mut Outlet<'_>, properties: &Properties<'_>, id: Id) {
    let values = || properties.iter().filter_map(|(found, value)| (found == id).then_some(value));
    let is_list = id == Id::UserProperty || values().count() > 1;
    if is_list {
        out.push(b'[');
    }
    for (index, value) in values().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match value {
            Value::Number(number) => write_number(out, number.into()),
            Value::Text(text) => write_string(out, text, Keep::Nothing),
            Value::Pair(name, value) => {
                out.push(b'{');
                write_string(out, name, Keep::Nothing);
                out.push(b':');
                write_string(out, value, Keep::Nothing);
                out.push(b'}');
                out.relieve();
            }
            // Correlation data has its own key.
            Value::Binary(_) => {}
        }
    }
    if is_list {
        out.push(b']');
    }
}
