//! Records against docs/json.md, and JSON against a reader.

use super::*;
use crate::escape::{Keep, is_harmful};
use crate::message::QoS;
use crate::property::Carrier;
use data_encoding::BASE64;
use proptest::prelude::*;

fn message<'a>(payload: &'a [u8], properties: Properties<'a>) -> Message<'a> {
    Message {
        topic: "a/b",
        payload,
        qos: QoS::AtLeastOnce,
        retain: false,
        dup: false,
        packet_id: 1,
        properties,
    }
}

fn line(payload: &[u8], properties: Properties<'_>) -> String {
    line_with(payload, properties, Payloads::Text)
}

fn line_with(payload: &[u8], properties: Properties<'_>, payloads: Payloads) -> String {
    let mut out = Vec::new();
    let message = message(payload, properties);
    let mut outlet = Outlet::whole(&mut out);
    write(&mut outlet, b"2026-11-20T17:19:39.309950Z", &message, payloads, Frames::default());
    String::from_utf8(out).unwrap()
}

#[test]
fn a_record_has_the_documented_keys_in_their_order() {
    let mut block: &[u8] = &[
        45, 0x26, 0, 1, b'k', 0, 1, b'v', 0x0b, 7, 0x09, 0, 2, 0xff, 0, 0x08, 0, 1, b'r', 0x03, 0,
        10, b't', b'e', b'x', b't', b'/', b'p', b'l', b'a', b'i', b'n', 0x02, 0, 0, 0, 60, 0x01, 1,
        0x0b, 8, 0x26, 0, 0, 0, 0,
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

/// What `write_verbatim` makes of `payload`.
fn verbatim(payload: &[u8]) -> Option<String> {
    let mut out = b"before".to_vec();
    let is_json = write_verbatim(&mut Outlet::whole(&mut out), payload);
    let text = String::from_utf8(out).unwrap().strip_prefix("before").unwrap().to_owned();
    assert!(is_json || text.is_empty());
    is_json.then_some(text)
}

#[test]
fn json_goes_in_verbatim_without_white_space() {
    for (payload, expected) in [
        ("1", "1"),
        (" 1\r\n", "1"),
        ("-0.0e-05", "-0.0e-05"),
        ("12345678901234567890.1000", "12345678901234567890.1000"),
        ("1e400", "1e400"),
        ("null", "null"),
        ("\"\"", "\"\""),
        ("[ ]", "[]"),
        ("{ \"a b\" : [ 1 ,\t2 ] ,\n\"c\" : { } }", r#"{"a b":[1,2],"c":{}}"#),
        (r#"{"a":1,"a":2}"#, r#"{"a":1,"a":2}"#),
        (r#""\ud83d\ude00 \\ \" \u0000 \/""#, r#""\ud83d\ude00 \\ \" \u0000 \/""#),
        (r#"["\\", "]"]"#, r#"["\\","]"]"#),
        (
            "\"\u{7f}\u{9b}\u{85}\u{202e}\u{2028}gr\u{fc}n\"",
            "\"\\u007f\\u009b\\u0085\\u202e\\u2028gr\u{fc}n\"",
        ),
    ] {
        assert_eq!(verbatim(payload.as_bytes()).as_deref(), Some(expected), "{payload}");
    }
}

#[test]
fn what_is_not_exactly_one_json_value_is_not_json() {
    let too_deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
    let unclosed = "[".repeat(1_000_000);
    for payload in [
        "",
        " ",
        "hello",
        "1 2",
        "{}{}",
        "[1,]",
        "01",
        "+1",
        ".5",
        "1.",
        "0x10",
        "NaN",
        "True",
        "'a'",
        "{a:1}",
        "\"a",
        "\"a\nb\"",
        "\"\0\"",
        "1\0",
        "\u{feff}1",
        "1\u{a0}",
        "\"\\x41\"",
        "[1]//",
        &too_deep,
        &unclosed,
    ] {
        assert_eq!(verbatim(payload.as_bytes()), None, "{payload:.20}");
    }
    assert_eq!(verbatim(b"\"\xff\""), None);
    assert_eq!(verbatim(b"\"\xed\xa0\x80\""), None);
}

#[test]
fn json_that_is_taken_is_never_too_deep_for_the_reader_of_the_record() {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(verbatim(deep(120).as_bytes()), Some(deep(120)));
    assert_eq!(verbatim(deep(121).as_bytes()), None);
    let record = format!(r#"{{"payload_json":{}}}"#, deep(120));
    assert!(serde_json::from_str::<serde_json::Value>(&record).is_ok());
}

#[test]
fn parsed_payloads_have_their_own_key_and_others_are_as_before() {
    for (payload, expected) in [
        (&b"{\"t\": 1.0}"[..], r#","payload_json":{"t":1.0}}"#),
        (b"no", r#","payload":"no"}"#),
        (b"", r#","payload":""}"#),
        (b"\xff\x00", r#","payload_base64":"/wA="}"#),
    ] {
        let line = line_with(payload, Properties::default(), Payloads::Parsed);
        assert!(line.ends_with(expected), "{line}");
    }
    assert!(line(b"1", Properties::default()).ends_with(r#","payload":"1"}"#));
}

#[test]
fn properties_that_belong_into_no_record_leave_no_trace() {
    let mut block: &[u8] = &[3, 0x23, 0, 9];
    let properties = Properties::take(&mut block, Carrier::Publish).unwrap();
    assert!(line(b"", properties).ends_with(r#","payload":""}"#));
}

#[test]
fn frames_are_around_the_parts_that_they_are_for() {
    let mut block: &[u8] = &[2, 0x01, 1];
    let properties = Properties::take(&mut block, Carrier::Publish).unwrap();
    let mut out = b"{}".to_vec();
    let message = Message { topic: "\u{7}", ..message(b"", properties) };
    let frames = Frames { topic: [b"<", b">"], properties: [b"(", b")"] };
    write(&mut Outlet::whole(&mut out), b"", &message, Payloads::Text, frames);
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains(r#""topic":<"\u0007">,"#), "{text}");
    assert!(text.ends_with(r#","properties":({"payload_format":1})}"#), "{text}");
    let unrelated = Properties::take(&mut &[3, 0x23, 0, 9][..], Carrier::Publish).unwrap();
    let mut out = Vec::new();
    let message = super::tests::message(b"", unrelated);
    write(&mut Outlet::whole(&mut out), b"", &message, Payloads::Text, frames);
    assert!(out.ends_with(br#""payload":""}"#));
}

#[test]
fn numbers_are_decimal() {
    for number in [0, 7, 10, 4_294_967_295, u64::MAX] {
        let mut out = Vec::new();
        write_number(&mut out, number);
        assert_eq!(out, number.to_string().as_bytes());
    }
}

/// Any JSON, and text around it that is white space.
fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,30})([.][0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let key = any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap());
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[ {}\n]", items.join(" ,\t"))),
            proptest::collection::vec((key, inner), 0..5).prop_map(|pairs| {
                let pairs: Vec<_> =
                    pairs.iter().map(|(key, value)| format!("{key} : {value}")).collect();
                format!("{{\r\n{} }}", pairs.join(" ,"))
            }),
        ]
    })
}

fn is_dangerous(char: char) -> bool {
    is_harmful(char, Keep::Layout)
}

proptest! {
    #[test]
    fn half_a_surrogate_pair_is_what_serde_json_does_not_read(
        units in proptest::collection::vec(prop_oneof![0u16..256, 0xd7f0u16..0xe010], 0..6), gap: bool,
    ) {
        let gap = if gap { "\\\\" } else { "" };
        let escapes: Vec<_> = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
        let token = format!("\"{}\"", escapes.join(gap));
        let is_read = serde_json::from_str::<String>(&token).is_ok();
        prop_assert_eq!(verbatim(token.as_bytes()).is_some(), is_read, "{}", token);
    }

    #[test]
    fn every_string_reads_back_as_itself(text: String) {
        let mut out = Vec::new();
        write_string(&mut out, &text, Keep::Nothing);
        prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }

    #[test]
    fn long_strings_with_rare_escapes_do_too(text in "([a-z]{0,40}[\u{1}-\u{24}\"\\\\\u{7e}-\u{a1}\u{2000}-\u{2070}\u{dfff0}-\u{e0010}])*") {
        let mut out = Vec::new();
        write_string(&mut out, &text, Keep::Nothing);
        let shown = std::str::from_utf8(&out).unwrap();
        prop_assert!(!shown.chars().any(is_dangerous));
        prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }

    #[test]
    fn a_record_is_one_harmless_line_and_gives_topic_and_payload_back(
        topic: String, payload: Vec<u8>, parsed: bool,
    ) {
        let payloads = if parsed { Payloads::Parsed } else { Payloads::Text };
        let mut out = Vec::new();
        let message = Message { topic: &topic, ..message(&payload, Properties::default()) };
        write(&mut Outlet::whole(&mut out), b"", &message, payloads, Frames::default());
        prop_assert!(!std::str::from_utf8(&out).unwrap().chars().any(is_dangerous));
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        prop_assert_eq!(value["topic"].as_str(), Some(topic.as_str()));
        if let Some(text) = value["payload"].as_str() {
            prop_assert_eq!(text.as_bytes(), &payload[..]);
        } else if let Some(base64) = value["payload_base64"].as_str() {
            prop_assert_eq!(BASE64.decode(base64.as_bytes()).unwrap(), payload);
        } else {
            let sent: serde_json::Value = serde_json::from_slice(&payload).unwrap();
            prop_assert_eq!(&value["payload_json"], &sent);
        }
    }

    #[test]
    fn verbatim_json_means_the_same_in_one_line(text in json_text()) {
        let compact = verbatim(text.as_bytes()).unwrap();
        prop_assert!(!compact.chars().any(is_dangerous));
        prop_assert_eq!(verbatim(compact.as_bytes()), Some(compact.clone()));
        // Numbers beyond a double cannot be read, only copied.
        if let Ok(sent) = serde_json::from_str::<serde_json::Value>(&text) {
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&compact).unwrap(), sent);
        }
    }
}
