//! What each body, ending and colour looks like.

use super::*;
use crate::escape::is_harmful;
use crate::message::QoS;
use crate::property::{Carrier, Properties};
use jiff::tz::TimeZone;
use proptest::prelude::*;

fn message(payload: &[u8]) -> Message<'_> {
    Message {
        topic: "a/b",
        payload,
        qos: QoS::AtMostOnce,
        retain: false,
        dup: false,
        packet_id: 0,
        properties: Properties::default(),
    }
}

fn print(mut format: Format, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    format.write(&message(payload), &mut out);
    out
}

#[test]
fn bytes_go_out_as_they_came_in() {
    let payload: Vec<u8> = (0..=255).collect();
    let mut expected = payload.clone();
    expected.push(b'\n');
    assert_eq!(print(Format::default(), &payload), expected);
}

#[test]
fn topics_encodings_and_endings_combine() {
    let hex = Format { with_topic: true, ..Format::new(Body::Hex) };
    assert_eq!(print(hex, b"\x00\xff"), b"a/b 00ff\n");
    assert_eq!(print(Format::new(Body::Base64), b"\x00\xff"), b"AP8=\n");
    let nul = Format { ending: Ending::Nul, ..Format::default() };
    assert_eq!(print(nul, b"x\ny"), b"x\ny\0");
    let bare = Format { ending: Ending::Nothing, with_topic: true, ..Format::default() };
    assert_eq!(print(bare, b""), b"a/b ");
}

#[test]
fn a_terminal_is_protected() {
    let format = Format { protect: true, ..Format::default() };
    assert_eq!(print(format, b"\x1b[2Jhi\n"), b"\\x1b[2Jhi\n\n");
}

/// A record's format at a time that stands still.
fn record(payloads: Payloads) -> Format {
    let time = "2026-11-20T17:19:39.30995Z".parse().unwrap();
    Format::new(Body::Record(payloads)).with_clock(Clock::fixed(time, TimeZone::UTC))
}

fn print_with_properties(mut format: Format) -> String {
    let mut block: &[u8] = &[6, 0x08, 0, 1, b'r', 0x0b, 7];
    let properties = Properties::take(&mut block, Carrier::Publish).unwrap();
    let mut out = Vec::new();
    format.write(&Message { properties, ..message(b"{\"a\": []}") }, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn a_record_has_the_time_and_the_ending() {
    let line = r#"{"time":"2026-11-20T17:19:39.309950Z","topic":"a/b","qos":0,"retain":false,"payload":"x"}"#;
    assert_eq!(print(record(Payloads::Text), b"x"), format!("{line}\n").as_bytes());
    let nul = Format { ending: Ending::Nul, with_topic: true, ..record(Payloads::Text) };
    assert_eq!(print(nul, b"x"), format!("{line}\0").as_bytes());
}

#[test]
fn a_record_can_have_colours_and_line_breaks() {
    let topic = "\x1b[35m\"a/b\"\x1b[39m";
    let colored = Format { color: true, ..record(Payloads::Parsed) };
    assert_eq!(
        print_with_properties(colored),
        format!(
            "{{\"time\":\"2026-11-20T17:19:39.309950Z\",\"topic\":{topic},\"qos\":0,\"retain\":false,\
             \"payload_json\":{{\"a\":[]}},\"properties\":\x1b[36m{{\"response_topic\":\"r\",\
             \"subscription_ids\":[7]}}\x1b[39m}}\n"
        )
    );
    let both = Format { color: true, pretty: true, ..record(Payloads::Parsed) };
    assert_eq!(
        print_with_properties(both),
        format!(
            "{{\n  \"time\": \"2026-11-20T17:19:39.309950Z\",\n  \"topic\": {topic},\n  \"qos\": 0,\n  \
             \"retain\": false,\n  \"payload_json\": {{\n    \"a\": []\n  }},\n  \"properties\": \
             \x1b[36m{{\n    \"response_topic\": \"r\",\n    \"subscription_ids\": [\n      7\n    ]\n  \
             }}\x1b[39m\n}}\n"
        )
    );
}

#[test]
fn a_coloured_topic_is_escaped_first() {
    let mut format =
        Format { with_topic: true, protect: true, color: true, ..Format::new(Body::Hex) };
    let mut out = Vec::new();
    format.write(&Message { topic: "\u{1b}[0m", ..message(b"\x1b") }, &mut out);
    assert_eq!(out, b"\x1b[35m\\x1b[0m\x1b[39m 1b\n");
}

#[test]
fn a_template_has_the_ending_too_and_no_topic_of_its_own() {
    let template = Template::parse("%q").unwrap();
    let format = Format { with_topic: true, ..Format::new(Body::Template(template)) };
    assert_eq!(print(format.clone(), b"x"), b"0\n");
    assert_eq!(print(Format { ending: Ending::Nul, ..format }, b"x"), b"0\0");
}

/// Payloads of more than a piece, as bad as can be for one format or another.
fn large_payloads() -> Vec<Vec<u8>> {
    let texts = [
        "a".to_owned(),
        "\u{1}".to_owned(),
        "\u{fc}\u{202e}\u{1f600}".to_owned(),
        format!("[{},", "[".repeat(100)),
    ];
    let mut all: Vec<Vec<u8>> =
        texts.iter().map(|it| it.repeat((70 << 10) / it.len()).into()).collect();
    all.push(vec![0xff; 70 << 10]);
    all.push(vec![b'7'; 70 << 10]);
    all.push(format!("[{}0]", "{\"a\": \"\u{9b}\\n\"} , ".repeat(3_500)).into());
    all.push(format!("\"{}\"", "\\ud83d\\ude00".repeat(9_000)).into());
    all.push(format!("[{}\"\\ud83d\"]", "1,".repeat(9_000)).into());
    all
}

#[test]
fn in_pieces_a_large_message_is_the_same_and_never_whole() {
    let user = [&[0x26, 0, 1, b'k', 0, 3][..], "\u{202e}".as_bytes()].concat().repeat(9_000);
    let mut block = Vec::new();
    crate::property::put_varint(&mut block, user.len());
    block.extend(user);
    let with = Properties::take(&mut &block[..], Carrier::Publish).unwrap();
    let template = |text: &str| Body::Template(Template::parse(text).unwrap());
    let bodies = [
        Body::Raw,
        Body::Hex,
        Body::Base64,
        Body::Record(Payloads::Text),
        Body::Record(Payloads::Parsed),
        template("%t %p|%x|%.3:X|%.40000_x|%-65535p|%60000.9_x|%j|%J|%P|%70.60P|%65535j|%f"),
    ];
    for payload in large_payloads() {
        for body in &bodies {
            for (properties, flags) in [(Properties::default(), 0u8), (with, 7)] {
                let [protect, color, pretty] = [1, 2, 4].map(|bit| flags & bit != 0);
                let mut format = Format {
                    with_topic: true,
                    protect,
                    color,
                    pretty,
                    ..Format::new(body.clone())
                };
                format.stop_clock();
                let message = Message { properties, ..message(&payload) };
                let (mut whole, mut pieces, mut longest) = (Vec::new(), Vec::new(), 0);
                format.write(&message, &mut whole);
                format.write_in_pieces(&message, &mut |piece| {
                    pieces.extend_from_slice(piece);
                    longest = longest.max(piece.len());
                });
                assert!(whole == pieces, "{body:?}, {flags}, {:.20?}", &payload[..20]);
                assert!(longest < 3 << 20, "{longest}, {body:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn a_protected_terminal_sees_nothing_dangerous(topic: String, payload: Vec<u8>, parsed: bool) {
        let payloads = if parsed { Payloads::Parsed } else { Payloads::Text };
        for body in [Body::Raw, Body::Hex, Body::Base64, Body::Record(payloads)] {
            let mut format = Format { with_topic: true, protect: true, pretty: true, ..Format::new(body) };
            let mut out = Vec::new();
            format.write(&Message { topic: &topic, ..message(&payload) }, &mut out);
            let text = String::from_utf8(out).unwrap();
            prop_assert!(!text.chars().any(|char| is_harmful(char, Keep::Layout)));
        }
    }

    #[test]
    fn pretty_without_white_space_is_the_compact_record(topic: String, payload in "[\\[{0-9.,a:\" }\\]]{0,12}|[ -~]*") {
        let print = |pretty| {
            let mut format = Format { pretty, ..record(Payloads::Parsed) };
            let mut out = Vec::new();
            format.write(&Message { topic: &topic, ..message(payload.as_bytes()) }, &mut out);
            out
        };
        let mut compact = Vec::new();
        prop_assert!(record::write_verbatim(&mut Outlet::whole(&mut compact), &print(true)));
        compact.push(b'\n');
        prop_assert_eq!(compact, print(false));
    }
}
