//! What holds for every format and every message.

use super::*;
use crate::escape::{Keep, is_harmful};
use proptest::prelude::*;

/// A format that prints `text`.
fn quoted(text: &str) -> String {
    text.replace('%', "%%").replace('@', "@@").replace('\\', "\\\\")
}

fn message<'a>(topic: &'a str, payload: &'a [u8]) -> Message<'a> {
    Message {
        topic,
        payload,
        qos: QoS::AtLeastOnce,
        retain: false,
        dup: false,
        packet_id: 1,
        properties: Properties::default(),
    }
}

fn written(format: &mut Format, message: &Message<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    format.write(message, &mut out);
    out
}

proptest! {
    #[test]
    fn a_literal_prints_itself(text: String) {
        prop_assert_eq!(printed(&quoted(&text), PLAIN), text.as_bytes());
    }

    #[test]
    fn any_text_is_a_format_or_has_a_place_for_the_caret(text in "([%@\\\\][-0]?[0-9]{0,6}[.]?[0-9]?.?)*") {
        match Template::parse(&text) {
            Ok(template) => drop(written(&mut format(template), &message("a", b"b"))),
            Err(error) => {
                let [shown, caret] = error.excerpt();
                prop_assert!(caret.chars().count() <= shown.chars().count() + 1);
            }
        }
    }

    #[test]
    fn json_is_always_valid_and_says_what_was_sent(topic in "[^\0]+", payload: Vec<u8>, verbatim: bool) {
        let template = Template::parse(if verbatim { "%J" } else { "%j" }).unwrap();
        let out = written(&mut format(template), &message(&topic, &payload));
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        prop_assert_eq!(value["topic"].as_str(), Some(topic.as_str()));
        if !verbatim && !payload.is_empty() {
            let text = std::str::from_utf8(&payload).ok();
            prop_assert_eq!(value["payload"].as_str(), text);
            prop_assert_eq!(value.get("payload_base64").is_some(), text.is_none());
        }
    }

    #[test]
    fn a_protected_terminal_sees_nothing_dangerous(topic: String, payload: Vec<u8>) {
        let template = Template::parse("%t|%20.9t|%p|%-7p|%x|%j|%J").unwrap();
        let mut format = Format { protect: true, ..format(template) };
        let out = written(&mut format, &message(&topic, &payload));
        let text = String::from_utf8(out).unwrap();
        prop_assert!(!text.chars().any(|char| is_harmful(char, Keep::Layout)));
    }

    #[test]
    fn hex_groups_are_the_digits_with_separators(payload: Vec<u8>, size in 1usize..9) {
        let template = Template::parse(&format!("%.{size}_x")).unwrap();
        let out = written(&mut format(template), &message("a", &payload));
        let digits: Vec<u8> = data_encoding::HEXLOWER.encode(&payload).into();
        let groups: Vec<&[u8]> = digits.chunks(size).collect();
        prop_assert_eq!(out, groups.join(&b'_'));
    }
}

#[test]
fn what_a_stranger_said_is_escaped_and_what_the_user_said_is_not() {
    let template = Template::parse(r"\e%t\a%p").unwrap();
    let mut format = Format { protect: true, ..format(template) };
    let out = written(&mut format, &message("a\u{7}\nb", b"\x1b\n\xff"));
    assert_eq!(out, b"\x1ba\\x07\\nb\x07\\x1b\n\\xff");
}

#[test]
fn colours_are_around_topics_and_properties_unless_the_user_has_some() {
    for (text, expected) in [
        ("%t %p", "\x1b[35mgr\u{fc}n/1\x1b[39m {\"t\": 1.0}"),
        ("%4A|%C|%q", "\x1b[36m   9\x1b[39m|\x1b[36mtext/plain\x1b[39m|1"),
        (r"\e[1m%t", "\x1b[1mgr\u{fc}n/1"),
    ] {
        let mut format = Format { color: true, ..format(Template::parse(text).unwrap()) };
        assert_eq!(print(&mut format, FULL), expected.as_bytes());
        let nothing = print(&mut format, Sample { topic: "", ..PLAIN });
        assert!(!nothing.windows(3).any(|window| window == b"m\x1b["));
    }
}

#[test]
fn pretty_json_has_two_spaces_a_level() {
    let template = Template::parse("%J!").unwrap();
    let mut format = Format { pretty: true, ..format(template) };
    let expected = "{\n  \"tst\": \"2026-11-20T17:09:05.012345+0100\",\n  \"topic\": \"a/b\",\n  \
                    \"qos\": 0,\n  \"retain\": false,\n  \"payloadlen\": 16,\n  \"payload\": {\n    \
                    \"a\": [\n      1.0,\n      {}\n    ]\n  }\n}!";
    for _ in 0..2 {
        let out = print(&mut format, sample(b"{ \"a\":[1.0, {}]}"));
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

#[test]
fn a_payload_that_is_no_number_is_complained_of_once() {
    let mut format = format(Template::parse("%f%d").unwrap());
    let payload = |payload| message("a/b", payload);
    assert_eq!(
        format.complaint(&payload(&[0; 4])).as_deref(),
        Some("%d prints payloads of 8 bytes; the one on a/b has 4, and nothing is printed for it")
    );
    assert_eq!(format.complaint(&payload(b"x")), None);
}

#[test]
fn a_format_that_needs_no_clock_reads_none() {
    for (text, timed) in
        [("%t %p %x", false), ("%I", true), ("%j", true), ("@Y", true), ("@N", true)]
    {
        assert_eq!(Template::parse(text).unwrap().timed, timed, "{text}");
    }
}
