//! Records that are read; those that are refused, and what `sub --json` writes, are in files of their
//! own.

mod refused;
mod round_trip;

use super::*;
use crate::message::QoS;
use crate::source::own::{Address, RecordFields};
use bytes::Bytes;
use std::sync::Arc;

/// Payload and what else a line says, or what is wrong with it; nothing for a blank one.
fn said(line: impl AsRef<[u8]>) -> Result<Option<(Vec<u8>, RecordFields)>, String> {
    Ok(read(line.as_ref())?.map(|(payload, said)| {
        let own = match said.into_address() {
            Address::Own(own) => Arc::unwrap_or_clone(own),
            Address::Given => RecordFields::default(),
        };
        (payload.to_vec(), own)
    }))
}

fn own(line: &str) -> RecordFields {
    said(line).unwrap().unwrap().1
}

fn properties(line: &str) -> RecordProperties {
    own(&format!("{{\"properties\":{line}}}")).properties.unwrap_or_default()
}

#[test]
fn payloads_are_text_base64_or_json() {
    for (line, payload) in [
        (r#"{}"#, &b""[..]),
        (" {\t} \r", b""),
        (r#"{"payload":""}"#, b""),
        (r#"{"payload":"21.5"}"#, b"21.5"),
        (
            r#"{"payload":"a\u0000\n\"\\\/\u00fc\ud83d\ude00"}"#,
            "a\0\n\"\\/\u{fc}\u{1f600}".as_bytes(),
        ),
        (
            "{\"payload\":\"\u{fc}\u{1f600}\u{7f}\u{2028}\"}",
            "\u{fc}\u{1f600}\u{7f}\u{2028}".as_bytes(),
        ),
        (r#"{"payload_base64":"/wA="}"#, b"\xff\0"),
        (r#"{"payload_base64":"/wA"}"#, b"\xff\0"),
        (r#"{"payload_base64":"\/w\nA="}"#, b"\xff\0"),
        (r#"{"payload_base64":""}"#, b""),
        (r#"{"payload_json":null}"#, b"null"),
        (r#"{"payload_json": {"a" : 1.0e400, "a":[ ]} }"#, br#"{"a" : 1.0e400, "a":[ ]}"#),
        (r#"{"payload_json":"\ud800"}"#, br#""\ud800""#),
        (r#"{"payload_json":-0.10}"#, b"-0.10"),
        (r#"{"p\u0061yload":"x"}"#, b"x"),
        (r#"{"time":{"a":[1,"\ud800"]},"dup":1e5,"payload":"x"}"#, b"x"),
    ] {
        assert_eq!(said(line), Ok(Some((payload.to_vec(), RecordFields::default()))), "{line}");
    }
}

#[test]
fn what_a_record_says_is_told_from_what_it_leaves_out() {
    assert_eq!(
        own(r#"{"topic":"a/\u00fc","qos":2,"retain":false}"#),
        RecordFields {
            topic: Some("a/\u{fc}".parse().unwrap()),
            qos: Some(QoS::ExactlyOnce),
            retain: Some(false),
            properties: None,
        }
    );
    assert_eq!(own(r#"{"retain":true,"qos":0}"#).retain, Some(true));
    assert_eq!(own(r#"{"retain":true,"qos":0}"#).qos, Some(QoS::AtMostOnce));
    assert_eq!(own(r#"{"properties":{}}"#), RecordFields::default());
    assert_eq!(own(r#"{"properties":{"subscription_ids":"?"}}"#), RecordFields::default());
    assert_eq!(properties(r#"{"payload_format":0}"#).payload_utf8, Some(false));
    assert_eq!(properties(r#"{"payload_format":1}"#).payload_utf8, Some(true));
    assert_eq!(properties(r#"{"message_expiry":0}"#).message_expiry, Some(0));
    assert_eq!(properties(r#"{"message_expiry":4294967295}"#).message_expiry, Some(u32::MAX));
    assert_eq!(properties(r#"{"content_type":""}"#).content_type.as_deref(), Some(""));
    assert_eq!(properties(r#"{"response_topic":"r"}"#).response_topic, "r".parse().ok());
    assert_eq!(properties(r#"{"correlation_data":"\u0000"}"#).correlation_data, Some(vec![0]));
    assert_eq!(
        properties(r#"{"correlation_data_base64":"/w=="}"#).correlation_data,
        Some(vec![255])
    );
    assert_eq!(properties(r#"{"user_properties":[]}"#).user_properties, Some(Vec::new()));
    assert_eq!(
        properties(r#"{"user_properties":[["k","v"],["",""],["k","\n"]]}"#)
            .user_properties
            .unwrap(),
        [("k", "v"), ("", ""), ("k", "\n")].map(|(k, v)| (k.to_owned(), v.to_owned()))
    );
}

#[test]
fn blank_lines_are_no_records() {
    for line in ["", " ", "\r", " \t \r"] {
        assert_eq!(said(line), Ok(None), "{line:?}");
    }
}

#[test]
fn json_can_be_deep_where_it_is_copied_or_ignored() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let line = format!("{{\"time\":{deep},\"payload_json\":{deep}}}");
    assert_eq!(said(line), Ok(Some((deep.into_bytes(), RecordFields::default()))));
}

#[test]
fn payloads_without_escapes_are_not_copied_unless_they_are_a_small_part() {
    for (line, copied) in [
        (r#"{"payload":"a text of some length"}"#, false),
        (r#"{"payload_json":[1, 2, 3, 4, 5, 6, 7]}"#, false),
        (r#"{"time":"2026-11-20T17:19:39Z","payload":"text"}"#, true),
    ] {
        let block = Bytes::from_static(line.as_bytes());
        let (payload, _) = crate::source::read_record(&block).unwrap().unwrap();
        let inside = block.as_ptr_range();
        assert_eq!(!inside.contains(&payload.as_ptr()), copied, "{line}");
    }
}
