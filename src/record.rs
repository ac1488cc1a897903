//! A received message as one line of JSON, and JSON strings in general.
//!
//! The line is always valid JSON and never harms a terminal: C1 control characters and bidirectional
//! marks are written as `\u00XX`. Nothing is lost: a payload that is not UTF-8 goes in as base64.
//! Knows nothing of sinks or sessions.

use crate::escape::is_deceptive;
use crate::message::Message;
use crate::property::{Id, Properties, Value};
use data_encoding::BASE64;
use jiff::Timestamp;
use std::io::Write as _;

/// Appends `message` as one JSON object, without a line end.
pub fn write(out: &mut Vec<u8>, time: Timestamp, message: &Message<'_>) {
    out.extend_from_slice(b"{\"time\":\"");
    write_time(out, time);
    out.extend_from_slice(b"\",\"topic\":");
    write_string(out, message.topic);
    out.extend_from_slice(b",\"qos\":");
    out.push(b'0' + message.qos.number());
    out.extend_from_slice(if message.retain { b",\"retain\":true" } else { b",\"retain\":false" });
    if message.dup {
        out.extend_from_slice(b",\"dup\":true");
    }
    write_bytes(out, ",\"payload", message.payload);
    if !message.properties.is_empty() {
        write_properties(out, &message.properties);
    }
    out.push(b'}');
}

/// Appends `time` in UTC with microseconds, without quotes.
pub fn write_time(out: &mut Vec<u8>, time: Timestamp) {
    // Writing to memory cannot fail.
    let _ = write!(out, "{time:.6}");
}

/// Appends `"key":"text"`, or `"key_base64":"…"` when `bytes` are not UTF-8; `start` is `,"key`.
fn write_bytes(out: &mut Vec<u8>, start: &str, bytes: &[u8]) {
    out.extend_from_slice(start.as_bytes());
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            out.extend_from_slice(b"\":");
            write_string(out, text);
        }
        Err(_) => {
            out.extend_from_slice(b"_base64\":\"");
            let at = out.len();
            out.resize(at + BASE64.encode_len(bytes.len()), 0);
            BASE64.encode_mut(bytes, &mut out[at..]);
            out.push(b'"');
        }
    }
}

fn write_properties(out: &mut Vec<u8>, properties: &Properties<'_>) {
    out.extend_from_slice(b",\"properties\":{");
    let start = out.len();
    let mut subscription_ids = Vec::new();
    let mut user_properties = Vec::new();
    let key = |out: &mut Vec<u8>, name: &str| {
        if out.len() > start {
            out.push(b',');
        }
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
    };
    for wanted in [
        Id::PayloadFormat,
        Id::MessageExpiry,
        Id::ContentType,
        Id::ResponseTopic,
        Id::CorrelationData,
    ] {
        let Some((_, value)) = properties.iter().find(|(id, _)| *id == wanted) else { continue };
        key(out, json_name(wanted));
        match value {
            Value::Number(number) => {
                let _ = write!(out, "\":{number}");
            }
            Value::Text(text) => {
                out.extend_from_slice(b"\":");
                write_string(out, text);
            }
            Value::Binary(bytes) => write_bytes(out, "", bytes),
            Value::Pair(..) => {}
        }
    }
    for (id, value) in properties.iter() {
        match (id, value) {
            (Id::SubscriptionId, Value::Number(number)) => subscription_ids.push(number),
            (Id::UserProperty, Value::Pair(name, value)) => user_properties.push((name, value)),
            _ => {}
        }
    }
    if !subscription_ids.is_empty() {
        key(out, "subscription_ids\":[");
        write_list(out, &subscription_ids, |out, number| {
            let _ = write!(out, "{number}");
        });
    }
    if !user_properties.is_empty() {
        key(out, "user_properties\":[");
        write_list(out, &user_properties, |out, (name, value)| {
            out.push(b'[');
            write_string(out, name);
            out.push(b',');
            write_string(out, value);
            out.push(b']');
        });
    }
    out.push(b'}');
}

fn json_name(id: Id) -> &'static str {
    match id {
        Id::PayloadFormat => "payload_format",
        Id::MessageExpiry => "message_expiry",
        Id::ContentType => "content_type",
        Id::ResponseTopic => "response_topic",
        _ => "correlation_data",
    }
}

fn write_list<T>(out: &mut Vec<u8>, items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// Appends `text` as a JSON string with its quotes.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        // Only these lead bytes begin something to be escaped.
        let plain = !matches!(byte, 0..=0x1f | b'"' | b'\\' | 0x7f | 0xc2 | 0xe2);
        if plain {
            at += 1;
            continue;
        }
        let char = text[at..].chars().next().unwrap_or_default();
        if needs_escape(char) {
            out.extend_from_slice(&bytes[copied..at]);
            write_escape(out, char);
            copied = at + char.len_utf8();
        }
        at += char.len_utf8();
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

fn needs_escape(char: char) -> bool {
    matches!(char, '"' | '\\') || char.is_control() || is_deceptive(char)
}

fn write_escape(out: &mut Vec<u8>, char: char) {
    let short = match char {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\x08' => b'b',
        '\x0c' => b'f',
        _ => {
            let _ = write!(out, "\\u{:04x}", char as u32);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::QoS;
    use crate::property::Carrier;
    use proptest::prelude::*;

    fn line(payload: &[u8], properties: Properties<'_>) -> String {
        let message = Message {
            topic: "a/b",
            payload,
            qos: QoS::AtLeastOnce,
            retain: false,
            dup: false,
            packet_id: 1,
            properties,
        };
        let time: Timestamp = "2026-11-20T17:19:39.30995Z".parse().unwrap();
        let mut out = Vec::new();
        write(&mut out, time, &message);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_record_has_the_keys_of_the_contract_in_their_order() {
        let mut block: &[u8] = &[
            45, 0x26, 0, 1, b'k', 0, 1, b'v', 0x0b, 7, 0x09, 0, 2, 0xff, 0, 0x08, 0, 1, b'r', 0x03,
            0, 10, b't', b'e', b'x', b't', b'/', b'p', b'l', b'a', b'i', b'n', 0x02, 0, 0, 0, 60,
            0x01, 1, 0x0b, 8, 0x26, 0, 0, 0, 0,
        ];
        let properties = Properties::take(&mut block, Carrier::Publish).unwrap();
        assert_eq!(
            line(b"21.5", properties),
            r#"{"time":"2026-11-20T17:19:39.309950Z","topic":"a/b","qos":1,"retain":false,"payload":"21.5","properties":{"payload_format":1,"message_expiry":60,"content_type":"text/plain","response_topic":"r","correlation_data_base64":"/wA=","subscription_ids":[7,8],"user_properties":[["k","v"],["",""]]}}"#
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_base64() {
        assert!(line(b"\xff\x00", Properties::default()).ends_with(r#","payload_base64":"/wA="}"#));
        assert!(line(b"a\0b", Properties::default()).ends_with(r#","payload":"a\u0000b"}"#));
    }

    #[test]
    fn c1_and_bidi_characters_never_come_out_raw() {
        assert!(
            line("\u{9b}\u{202e}\x7f\"\\\n".as_bytes(), Properties::default())
                .ends_with(r#""payload":"\u009b\u202e\u007f\"\\\n"}"#)
        );
    }

    proptest! {
        #[test]
        fn every_string_reads_back_as_itself(text: String) {
            let mut out = Vec::new();
            write_string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
