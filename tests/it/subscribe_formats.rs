//! How `mqtt sub` prints a message: every output flag, end to end.

use serde_json::{Value, json};

use crate::support::{Mqtt, Output, Peer, Properties, Publish, property};

fn subscribe(peer: &Peer, options: &str) -> Mqtt {
    peer.mqtt("sub").line("-V 5 -t #").line(options)
}

/// `mqtt sub -C N` of N messages, which ends well.
#[track_caller]
fn printed(messages: &[Publish], prepare: impl FnOnce(Mqtt) -> Mqtt) -> Output {
    let peer = Peer::sending(messages);
    let run = subscribe(&peer, "-C").arg(messages.len().to_string());
    prepare(run.stdout_anything()).run()
}

/// Prints exactly this.
#[track_caller]
fn prints(messages: &[Publish], options: &str, expected: impl AsRef<[u8]>) {
    printed(messages, |mqtt| mqtt.line(options).stdout(expected));
}

/// Prints exactly this with a format.
#[track_caller]
fn formats(message: &Publish, format: &str, expected: impl AsRef<[u8]>) {
    printed(std::slice::from_ref(message), |mqtt| mqtt.args(["-N", "-F", format]).stdout(expected));
}

#[track_caller]
fn refuses(options: &[&str], culprit: &str) {
    let peer = Peer::untouched();
    subscribe(&peer, "").args(options).status(2).stderr_contains(culprit).run();
}

fn bytes() -> Publish {
    Publish::new("a/b", b"\x00\xff\x0a")
}

/// A message with every property that a subscriber can see.
fn rich() -> Publish {
    let properties = Properties::new()
        .byte(property::PAYLOAD_FORMAT, 1)
        .four(property::MESSAGE_EXPIRY, 3_600)
        .text(property::CONTENT_TYPE, "text/plain")
        .text(property::RESPONSE_TOPIC, "answers/me")
        .text(property::CORRELATION_DATA, "c-1")
        .varint(property::SUBSCRIPTION_ID, 300)
        .user("k", "v")
        .user("k", "w");
    Publish::new("a/b", "21.5").qos(1, 9).retain().with(properties)
}

#[test]
fn payloads_in_hexadecimal() {
    prints(&[bytes()], "--hex", "00ff0a\n");
    prints(&[bytes()], "--hex -v", "a/b 00ff0a\n");
    prints(&[bytes()], "--hex -N", "00ff0a");
    prints(&[Publish::new("t", "")], "--hex", "\n");
}

#[test]
fn payloads_in_base64() {
    prints(&[bytes()], "--base64", "AP8K\n");
    prints(&[bytes()], "--base64 -v", "a/b AP8K\n");
    prints(&[bytes()], "--base64 -0", "AP8K\0");
    // The alphabet and the padding are those of the standard.
    prints(&[Publish::new("t", b"\xfb\xff\xbf\x01")], "--base64", "+/+/AQ==\n");
    prints(&[Publish::new("t", "")], "--base64 -v", "t \n");
}

#[test]
fn raw_bytes_in_a_pipe_are_what_they_are_without_it() {
    prints(&[bytes()], "--raw", b"\x00\xff\x0a\n");
    prints(&[bytes()], "--raw -N", b"\x00\xff\x0a");
    prints(&[bytes()], "--raw -v", b"a/b \x00\xff\x0a\n");
}

#[test]
fn nothing_or_nul_ends_whatever_is_printed() {
    let two = [Publish::new("a", "1"), Publish::new("b", "2")];
    for (options, first, second) in [
        ("", "1", "2"),
        ("-v", "a 1", "b 2"),
        ("--hex", "31", "32"),
        ("--base64", "MQ==", "Mg=="),
        ("-F %t=%p", "a=1", "b=2"),
    ] {
        prints(&two, &format!("{options} -N"), format!("{first}{second}"));
        prints(&two, &format!("{options} -0"), format!("{first}\0{second}\0"));
        prints(&two, options, format!("{first}\n{second}\n"));
    }
}

#[test]
fn ways_to_print_exclude_each_other() {
    for pair in [
        ["--json", "--hex"],
        ["--json", "--base64"],
        ["--hex", "--base64"],
        ["--json", "-v"],
        ["--format=%p", "--json"],
        ["--format=%p", "--hex"],
        ["--format=%p", "--base64"],
        ["-N", "-0"],
    ] {
        let culprit = pair[0].split('=').next().unwrap();
        refuses(&pair, culprit);
    }
}

#[test]
fn a_record_has_every_property() {
    let output = printed(&[rich()], |mqtt| mqtt.line("--json -q 1"));
    let (start, rest) = output.stdout_text().split_once("Z\",").unwrap();
    assert!(start.starts_with(r#"{"time":"2"#), "{start}");
    assert_eq!(
        rest,
        concat!(
            r#""topic":"a/b","qos":1,"retain":true,"payload":"21.5","properties":{"#,
            r#""payload_format":1,"message_expiry":3600,"content_type":"text/plain","#,
            r#""response_topic":"answers/me","correlation_data":"c-1","subscription_ids":[300],"#,
            r#""user_properties":[["k","v"],["k","w"]]}}"#,
            "\n"
        )
    );
}

/// The one record of `mqtt sub --json`.
#[track_caller]
fn record(message: Publish, options: &str) -> Value {
    let output = printed(&[message], |mqtt| mqtt.line("--json").line(options));
    serde_json::from_str(output.stdout_text()).expect("valid JSON")
}

#[test]
fn a_record_has_all_subscription_ids() {
    let properties = Properties::new()
        .varint(property::SUBSCRIPTION_ID, 1)
        .varint(property::SUBSCRIPTION_ID, 268_435_455);
    let record = record(Publish::new("t", "x").with(properties), "");
    assert_eq!(record["properties"], json!({"subscription_ids": [1, 268_435_455]}));
}

#[test]
fn a_record_takes_json_payloads_verbatim() {
    for (payload, expected) in [
        (r#"{"n": 1.0, "big": 12345678901234567890}"#, r#"{"n":1.0,"big":12345678901234567890}"#),
        ("  [1e400,\t-0,\r\n 0.10 ]\n", "[1e400,-0,0.10]"),
        (r#""a b""#, r#""a b""#),
        ("null", "null"),
        ("7", "7"),
        (r#"{"a":1,"a":2}"#, r#"{"a":1,"a":2}"#),
        (r#"{"z":"\u0041\/","a":""}"#, r#"{"z":"\u0041\/","a":""}"#),
    ] {
        let peer = Peer::sending(&[Publish::new("t", payload)]);
        let end = format!(r#"*"topic":"t","qos":0,"retain":false,"payload_json":{expected}}}"#);
        subscribe(&peer, "--json --parse-json -C 1").stdout_line(&end).run();
    }
}

#[test]
fn a_record_keeps_what_is_no_json_as_it_is() {
    for payload in ["{", "", "nul", "01", "1 2", "{'a':1}", "\u{feff}1", "[1,]", "NaN"] {
        let record = record(Publish::new("t", payload), "--parse-json");
        assert_eq!(record["payload"], payload);
        assert_eq!(record.get("payload_json"), None, "{payload:?}");
    }
    let record = record(Publish::new("t", b"\"\xff\""), "--parse-json");
    assert_eq!(record["payload_base64"], "Iv8i");
}

#[test]
fn a_json_payload_cannot_break_the_line_or_the_terminal() {
    let payload = "{\"a\":\n\"\u{9b}\u{202e}\"\n}";
    let output = printed(&[Publish::new("t", payload)], |mqtt| mqtt.line("--json --parse-json"));
    let text = output.stdout_text();
    assert_eq!(text.lines().count(), 1);
    assert!(!text.contains(['\u{9b}', '\u{202e}']), "{text:?}");
    let record: Value = serde_json::from_str(text).unwrap();
    assert_eq!(record["payload_json"]["a"], "\u{9b}\u{202e}");
}

#[test]
fn a_json_payload_as_deep_as_an_abyss_is_harmless() {
    let payload = "[".repeat(200_000) + &"]".repeat(200_000);
    let output = printed(&[Publish::new("t", &payload)], |mqtt| mqtt.line("--json --parse-json"));
    assert!(output.stdout_text().contains(&payload));
}

#[test]
fn records_can_be_pretty() {
    let output = printed(&[rich()], |mqtt| mqtt.line("--json --pretty -q 1"));
    let text = output.stdout_text();
    assert!(text.contains("\n  \"topic\": \"a/b\",\n"), "{text}");
    assert!(text.ends_with("}\n"), "{text}");
    let mut pretty: Value = serde_json::from_str(text).unwrap();
    let mut plain = record(rich(), "-q 1");
    for record in [&mut pretty, &mut plain] {
        record["time"] = Value::Null;
    }
    assert_eq!(pretty, plain);
}

#[test]
fn formats_with_json_can_be_pretty() {
    let message = [Publish::new("t", r#"{"a":[1,2]}"#)];
    for format in ["%j", "%J"] {
        let output = printed(&message, |mqtt| mqtt.args(["--pretty", "-F", format]));
        let text = output.stdout_text();
        assert!(text.lines().count() > 3, "{format}: {text}");
        serde_json::from_str::<Value>(text).unwrap();
    }
}

#[test]
fn only_json_can_be_pretty_or_parsed() {
    refuses(&["--pretty"], "--json");
    refuses(&["--pretty", "-F", "%p"], "--pretty");
    refuses(&["--pretty", "-F", "%%j"], "--pretty");
    refuses(&["--pretty", "--hex"], "--json");
    refuses(&["--parse-json"], "--json");
    refuses(&["--parse-json", "-F", "%J"], "--json");
}

#[test]
fn what_a_message_has_has_a_letter() {
    for (format, expected) in [
        ("%t", "a/b"),
        ("%p", "21.5"),
        ("%x", "32312e35"),
        ("%X", "32312E35"),
        ("%l", "4"),
        ("%q", "1"),
        ("%r", "1"),
        ("%m", "9"),
        ("%C", "text/plain"),
        ("%D", "c-1"),
        ("%E", "3600"),
        ("%F", "1"),
        ("%P", "k:v k:w"),
        ("%R", "answers/me"),
        ("%S", "300"),
        ("%%", "%"),
        ("[%t] %p;%q", "[a/b] 21.5;1"),
        ("ünï→%p", "ünï→21.5"),
    ] {
        let run = |mqtt: Mqtt| mqtt.args(["-q", "1", "-N", "-F", format]).stdout(expected);
        printed(&[rich()], run);
    }
}

#[test]
fn what_a_message_lacks_is_blank() {
    let plain = Publish::new("t", "");
    for letter in ["A", "C", "D", "E", "F", "P", "R", "S", "p", "x", "X"] {
        formats(&plain, &format!("[%{letter}]"), "[]");
    }
    for (format, expected) in [("%l", "0"), ("%q", "0"), ("%r", "0"), ("%m", "0")] {
        formats(&plain, format, expected);
    }
    // Columns stay columns.
    for letter in ["C", "E", "F", "S"] {
        formats(&plain, &format!("[%4{letter}]"), "[    ]");
    }
}

#[test]
fn fields_have_a_width_a_side_and_a_precision() {
    let message = Publish::new("abc", "\x01\x02\x03\x04");
    for (format, expected) in [
        ("[%5t]", "[  abc]"),
        ("[%-5t]", "[abc  ]"),
        ("[%.2t]", "[ab]"),
        ("[%5.2t]", "[   ab]"),
        ("[%-5.2t]", "[ab   ]"),
        ("[%2t]", "[abc]"),
        ("[%5l]", "[    4]"),
        ("[%05l]", "[00004]"),
        ("[%-5l]", "[4    ]"),
        ("[%.2:x]", "[01:02:03:04]"),
        ("[%.4 X]", "[0102 0304]"),
        ("[%x]", "[01020304]"),
    ] {
        formats(&message, format, expected);
    }
}

#[test]
fn payloads_may_be_floating_point_numbers() {
    let single = Publish::new("t", &1.5_f32.to_ne_bytes());
    let double = Publish::new("t", &(-2.25_f64).to_ne_bytes());
    formats(&single, "%.2f", "1.50");
    formats(&single, "[%8.3f]", "[   1.500]");
    formats(&single, "[%-8.3f]", "[1.500   ]");
    formats(&double, "%.3d", "-2.250");
    formats(&double, "[%010.3d]", "[-00002.250]");
}

#[test]
fn formats_have_escapes() {
    let message = Publish::new("t", "x");
    formats(&message, r"a\tb\nc\\d\0e\rf\ag\vh\ei", "a\tb\nc\\d\0e\rf\x07g\x0bh\x1bi");
    formats(&message, "@@", "@");
}

#[test]
fn formats_tell_the_time() {
    let message = [Publish::new("t", "x")];
    let text = |format: &str| {
        let output = printed(&message, |mqtt| mqtt.args(["-F", format]).env("TZ", "UTC"));
        output.stdout_text().trim_end().to_owned()
    };
    let shape = |text: &str| text.replace(|char: char| char.is_ascii_digit(), "9");
    assert_eq!(shape(&text("%I")), "9999-99-99T99:99:99+9999");
    assert_eq!(shape(&text("%U")), "9999999999.999999999");
    assert_eq!(shape(&text("@Y-@m-@d @H:@M:@S.@N")), "9999-99-99 99:99:99.999999999");
    let (seconds, iso) = (text("%U"), text("%I"));
    let seconds: i64 = seconds.split('.').next().unwrap().parse().unwrap();
    let iso: jiff::Timestamp = iso.parse().unwrap();
    assert!((iso.as_second() - seconds).abs() < 60, "{iso} is not {seconds}");
}

/// What `-F %j` or `-F %J` prints of this message, as any reader of JSON takes it.
#[track_caller]
fn object(message: &Publish, format: &str) -> Value {
    let run = |mqtt: Mqtt| mqtt.args(["-q", "2", "-F", format]);
    let output = printed(std::slice::from_ref(message), run);
    assert_eq!(output.stdout_text().lines().count(), 1);
    serde_json::from_str(output.stdout_text()).expect("valid JSON")
}

#[test]
fn formats_make_json_as_mosquitto_does() {
    let mut object = object(&rich(), "%j");
    let time = object["tst"].take();
    let time = time.as_str().unwrap();
    assert_eq!(
        time.replace(|char: char| char.is_ascii_digit(), "9").len(),
        "2026-01-01T00:00:00.000000+0000".len(),
        "{time}"
    );
    assert_eq!(
        object,
        json!({
            "tst": null,
            "topic": "a/b",
            "qos": 1,
            "retain": true,
            "payloadlen": 4,
            "mid": 9,
            "properties": {
                "payload-format-indicator": 1,
                "message-expiry-interval": 3_600,
                "content-type": "text/plain",
                "response-topic": "answers/me",
                "correlation-data": "c-1",
                "subscription-identifier": 300,
                "user-properties": [{"k": "v"}, {"k": "w"}],
            },
            "payload": "21.5",
        })
    );
}

#[test]
fn formats_make_valid_json_of_whatever_comes() {
    let payloads: [&[u8]; 6] = [
        b"plain",
        b"\"quoted\" \\",
        b"\x00\x01\x1f\x7f",
        "\u{9b}\u{202e}".as_bytes(),
        b"\n\r\t",
        b"",
    ];
    for payload in payloads {
        let object = object(&Publish::new("t\"\\", payload), "%j");
        assert_eq!(object["topic"], "t\"\\");
        assert_eq!(object["payloadlen"], payload.len());
        let text = std::str::from_utf8(payload).unwrap();
        let expected = if text.is_empty() { Value::Null } else { text.into() };
        assert!(object["payload"] == expected || object["payload"] == text, "{object}");
    }
    let object = object(&Publish::new("t", b"\xff\x00"), "%j");
    assert_eq!(object["payload_base64"], "/wA=");
    assert_eq!(object.get("payload"), None);
}

#[test]
fn formats_put_json_payloads_in_verbatim() {
    let message = [Publish::new("t", r#"{"n":1.0,"big":12345678901234567890}"#)];
    let output = printed(&message, |mqtt| mqtt.args(["-F", "%J"]));
    let expected = r#""payload":{"n":1.0,"big":12345678901234567890}"#;
    assert!(output.stdout_text().contains(expected), "{output}");
    assert_eq!(object(&Publish::new("t", "[1]"), "%J")["payload"], json!([1]));
}

/// A format that is refused with a mark under the column (from 0) where it is wrong, or up to `width` further right.
#[track_caller]
fn refuses_format(format: &str, column: usize, width: usize) {
    let peer = Peer::untouched();
    let run = subscribe(&peer, "").args(["-F", format]).status(2).stderr_line("mqtt: *format*");
    let output = run.run();
    let lines: Vec<&str> = output.stderr_text().lines().collect();
    let shown = lines.iter().position(|line| line.ends_with(format));
    let shown = shown.unwrap_or_else(|| panic!("the format is not shown\n\n{output}"));
    let indent = lines[shown].chars().count() - format.chars().count();
    let caret = lines.get(shown + 1).and_then(|line| line.chars().position(|char| char == '^'));
    let caret = caret.unwrap_or_else(|| panic!("no caret below the format\n\n{output}"));
    let places = indent + column..=indent + column + width;
    assert!(places.contains(&caret), "the caret is at {caret}, not in {places:?}\n\n{output}");
}

#[test]
fn formats_that_are_wrong_are_refused_with_a_mark_under_the_place() {
    refuses_format("%Q", 0, 1);
    refuses_format("topic %t then %Q", 14, 1);
    refuses_format("%", 0, 1);
    refuses_format("%t %", 3, 1);
    refuses_format("%-5", 0, 3);
    refuses_format("%p %5.", 3, 3);
    refuses_format(r"%p\q", 2, 1);
    refuses_format("%p\\", 2, 1);
    refuses_format("%p @", 3, 1);
    // Columns are characters, not bytes.
    refuses_format("ünï %Q", 4, 1);
}

#[test]
fn formats_that_are_wrong_do_not_drive_the_terminal() {
    let peer = Peer::untouched();
    let run = subscribe(&peer, "").args(["-F", "\u{9b}31m%Q\u{202e}"]).status(2);
    run.stderr_line("*^*").stderr_lacks("\u{202e}").run();
}

#[test]
fn a_large_message_of_control_characters_is_json() {
    const SIZE: usize = 2 << 20;
    let output = printed(&[Publish::new("t", &vec![1; SIZE])], |run| run.arg("--json"));
    let record: Value = serde_json::from_str(output.stdout_text()).unwrap();
    assert_eq!(record["payload"].as_str().map(str::len), Some(SIZE));
}
