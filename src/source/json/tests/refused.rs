//! Lines that are no records, and what is said about them.

use super::said;

#[test]
fn what_is_no_record_is_refused_in_one_line() {
    for (line, error) in [
        ("x", "invalid JSON: a record starts with {; to send plain text, use -l (column 1)"),
        ("hello", "invalid JSON: a record starts with {; to send plain text, use -l (column 1)"),
        ("[]", "a record must be a JSON object (column 2)"),
        ("[{}]", "a record must be a JSON object (column 1)"),
        (r#""text""#, "a record must be a JSON object (column 6)"),
        ("1", "a record must be a JSON object (column 1)"),
        ("-1", "a record must be a JSON object (column 2)"),
        ("1.5", "a record must be a JSON object (column 3)"),
        ("null", "a record must be a JSON object (column 4)"),
        ("true", "a record must be a JSON object (column 4)"),
        (
            "\u{feff}{}",
            "invalid JSON: a record starts with {; to send plain text, use -l (column 1)",
        ),
        ("\0", "invalid JSON: a record starts with {; to send plain text, use -l (column 1)"),
        ("\x0b", "invalid JSON: a record starts with {; to send plain text, use -l (column 1)"),
        ("{", "invalid JSON: a record is one line, but this JSON continues on the next (column 1)"),
        ("}", "invalid JSON: a record starts with {; to send plain text, use -l (column 1)"),
        (
            r#"{"topic""#,
            "invalid JSON: a record is one line, but this JSON continues on the next (column 8)",
        ),
        (
            r#"{"topic":"a""#,
            "invalid JSON: a record is one line, but this JSON continues on the next (column 12)",
        ),
        (
            r#"{"topic":"a"#,
            "invalid JSON: a record is one line, but this JSON continues on the next (column 11)",
        ),
        ("{}{}", "invalid JSON: trailing characters (column 3)"),
        ("{} x", "invalid JSON: trailing characters (column 4)"),
        ("{},", "invalid JSON: trailing characters (column 3)"),
        ("{,}", "invalid JSON: key must be a string (column 2)"),
        (r#"{"qos":1,}"#, "invalid JSON: trailing comma (column 10)"),
        (r#"{"qos":1 "dup":1}"#, "invalid JSON: expected `,` or `}` (column 10)"),
        ("{qos:1}", "invalid JSON: key must be a string (column 2)"),
        ("{1:1}", "invalid JSON: key must be a string (column 2)"),
        ("{'qos':1}", "invalid JSON: key must be a string (column 2)"),
        (r#"{"qos"=1}"#, "invalid JSON: expected `:` (column 7)"),
        (r#"{"colour":"red"}"#, r#"unknown key "colour" (column 9)"#),
        (r#"{"qos":1,"Topic":"a"}"#, r#"unknown key "Topic" (column 16)"#),
        (r#"{"":1}"#, r#"unknown key "" (column 3)"#),
        (r#"{"\u001b\n\"":1}"#, r#"unknown key "\u{1b}\n\"" (column 13)"#),
        (
            r#"{"payload at line 1 column 2":1}"#,
            r#"unknown key "payload at line 1 column 2" (column 29)"#,
        ),
        (r#"{"message_expiry":1}"#, r#"unknown key "message_expiry" (column 17)"#),
        (r#"{"properties":{"topic":"a"}}"#, r#"unknown key "topic" in "properties" (column 22)"#),
        (r#"{"qos":1,"qos":1}"#, r#"key "qos" appears twice (column 14)"#),
        (r#"{"time":1,"time":1}"#, r#"key "time" appears twice (column 16)"#),
        (r#"{"properties":{},"properties":{}}"#, r#"key "properties" appears twice (column 29)"#),
        (
            r#"{"properties":{"content_type":"a","content_type":"a"}}"#,
            r#"key "content_type" in "properties" appears twice (column 48)"#,
        ),
        (r#"{"payload":"a","payload":"a"}"#, r#"key "payload" appears twice (column 24)"#),
        (
            r#"{"payload":"a","payload_json":1}"#,
            r#"more than one of "payload", "payload_base64", "payload_json" (column 29)"#,
        ),
        (
            r#"{"payload_base64":"","payload":""}"#,
            r#"more than one of "payload", "payload_base64", "payload_json" (column 30)"#,
        ),
        (
            r#"{"properties":{"correlation_data":"","correlation_data_base64":""}}"#,
            r#"more than one of "correlation_data", "correlation_data_base64" in "properties" (column 62)"#,
        ),
        (r#"{"topic":""}"#, r#"invalid "topic": it is empty (column 11)"#),
        (
            r#"{"topic":"a/+"}"#,
            r#"invalid "topic": a topic to publish to cannot contain '+' or '#' (column 14)"#,
        ),
        (r#"{"topic":"a\u0000"}"#, r#"invalid "topic": it contains a NUL character (column 18)"#),
        (r#"{"topic":1}"#, r#""topic" must be a string (column 10)"#),
        (r#"{"topic":null}"#, r#""topic" must be a string (column 13)"#),
        (r#"{"topic":["a"]}"#, r#""topic" must be a string (column 10)"#),
        (r#"{"topic":{}}"#, r#""topic" must be a string (column 11)"#),
        (r#"{"topic":"\ud800"}"#, "invalid JSON: unexpected end of hex escape (column 17)"),
        (r#"{"qos":3}"#, r#""qos" must be 0, 1 or 2 (column 8)"#),
        (r#"{"qos":256}"#, r#""qos" must be 0, 1 or 2 (column 10)"#),
        (r#"{"qos":-1}"#, r#""qos" must be 0, 1 or 2 (column 9)"#),
        (r#"{"qos":1.0}"#, r#""qos" must be 0, 1 or 2 (column 10)"#),
        (r#"{"qos":"1"}"#, r#""qos" must be 0, 1 or 2 (column 10)"#),
        (r#"{"qos":01}"#, "invalid JSON: invalid number (column 9)"),
        (r#"{"qos":1e999}"#, "invalid JSON: number out of range (column 12)"),
        (r#"{"qos":true}"#, r#""qos" must be 0, 1 or 2 (column 11)"#),
        (r#"{"qos":null}"#, r#""qos" must be 0, 1 or 2 (column 11)"#),
        (r#"{"retain":1}"#, r#""retain" must be true or false (column 11)"#),
        (r#"{"retain":"true"}"#, r#""retain" must be true or false (column 16)"#),
        (r#"{"retain":null}"#, r#""retain" must be true or false (column 14)"#),
        (r#"{"retain":truth}"#, "invalid JSON: expected ident (column 14)"),
        (r#"{"payload":1}"#, r#""payload" must be a string (column 12)"#),
        (r#"{"payload":null}"#, r#""payload" must be a string (column 15)"#),
        (r#"{"payload":{"a":1}}"#, r#""payload" must be a string (column 12)"#),
        (
            r#"{"payload":"\udc00"}"#,
            "invalid JSON: lone leading surrogate in hex escape (column 18)",
        ),
        (
            r#"{"payload":"\ud800\ud800"}"#,
            "invalid JSON: lone leading surrogate in hex escape (column 24)",
        ),
        (r#"{"payload":"\x41"}"#, "invalid JSON: invalid escape (column 14)"),
        (r#"{"payload":"\u12"}"#, "invalid JSON: invalid escape (column 18)"),
        (
            "{\"payload\":\"a\tb\"}",
            r#"invalid JSON: control character (\u0000-\u001F) found while parsing a string (column 14)"#,
        ),
        (
            r#"{"payload_base64":"YQ=x"}"#,
            r#"invalid "payload_base64": the padding at character 3 does not end the base64 text (column 24)"#,
        ),
        (
            r#"{"payload_base64":"YWJj-"}"#,
            r#"invalid "payload_base64": character 5, "-", is not in the base64 alphabet (column 25)"#,
        ),
        (r#"{"payload_base64":[1]}"#, r#""payload_base64" must be a string (column 19)"#),
        (r#"{"payload_json":}"#, "invalid JSON: expected value (column 17)"),
        (r#"{"payload_json":nul}"#, "invalid JSON: expected ident (column 20)"),
        (r#"{"payload_json":[1,]}"#, "invalid JSON: expected value (column 20)"),
        (r#"{"payload_json"}"#, "invalid JSON: expected `:` (column 16)"),
        (r#"{"properties":null}"#, r#""properties" must be an object (column 18)"#),
        (r#"{"properties":[]}"#, r#""properties" must be an object (column 16)"#),
        (
            r#"{"properties":{"payload_format":2}}"#,
            r#""payload_format" must be 0 or 1 (column 33)"#,
        ),
        (
            r#"{"properties":{"payload_format":true}}"#,
            r#""payload_format" must be 0 or 1 (column 36)"#,
        ),
        (
            r#"{"properties":{"message_expiry":4294967296}}"#,
            r#""message_expiry" must be a number of seconds from 0 to 4294967295 (column 42)"#,
        ),
        (
            r#"{"properties":{"message_expiry":-1}}"#,
            r#""message_expiry" must be a number of seconds from 0 to 4294967295 (column 34)"#,
        ),
        (
            r#"{"properties":{"message_expiry":"1m"}}"#,
            r#""message_expiry" must be a number of seconds from 0 to 4294967295 (column 36)"#,
        ),
        (
            r#"{"properties":{"content_type":"\u0000"}}"#,
            r#""content_type" contains a NUL character (column 38)"#,
        ),
        (r#"{"properties":{"content_type":1}}"#, r#""content_type" must be a string (column 31)"#),
        (
            r##"{"properties":{"response_topic":"#"}}"##,
            r#"invalid "response_topic": a topic to publish to cannot contain '+' or '#' (column 35)"#,
        ),
        (
            r#"{"properties":{"response_topic":""}}"#,
            r#"invalid "response_topic": it is empty (column 34)"#,
        ),
        (
            r#"{"properties":{"correlation_data":1}}"#,
            r#""correlation_data" must be a string (column 35)"#,
        ),
        (
            r#"{"properties":{"correlation_data_base64":"Y"}}"#,
            r#"invalid "correlation_data_base64": the base64 text is cut short: one character is left over (column 44)"#,
        ),
        (
            r#"{"properties":{"user_properties":{"k":"v"}}}"#,
            r#""user_properties" must be a list of [name, value] pairs (column 34)"#,
        ),
        (
            r#"{"properties":{"user_properties":["k","v"]}}"#,
            r#""user_properties" must be a list of [name, value] pairs (column 37)"#,
        ),
        (
            r#"{"properties":{"user_properties":[["k"]]}}"#,
            r#""user_properties" must be a list of [name, value] pairs (column 39)"#,
        ),
        (
            r#"{"properties":{"user_properties":[["k","v","w"]]}}"#,
            r#""user_properties" must be a list of [name, value] pairs (column 47)"#,
        ),
        (
            r#"{"properties":{"user_properties":[["k",1]]}}"#,
            r#""user_properties" must be a list of [name, value] pairs (column 40)"#,
        ),
        (
            r#"{"properties":{"user_properties":[["k","\u0000"]]}}"#,
            r#""user_properties" contains a NUL character (column 47)"#,
        ),
    ] {
        assert_eq!(said(line), Err(error.to_owned()), "{line}");
    }
}

#[test]
fn what_is_not_utf8_is_refused_where_it_is() {
    assert_eq!(said(b"{\"payload\":\"\xff\"}"), Err("not UTF-8 (column 13)".to_owned()));
    assert_eq!(said(b"\xff"), Err("not UTF-8 (column 1)".to_owned()));
    assert_eq!(said(b"{}\xed\xa0\x80"), Err("not UTF-8 (column 3)".to_owned()));
}

#[test]
fn properties_are_as_long_as_mqtt_has_room_for() {
    let most = "x".repeat(65_535);
    let more = format!("{most}x");
    for (name, text) in [
        ("content_type", &most),
        ("correlation_data", &most),
        ("response_topic", &most),
        ("user_properties", &format!("{most},{most}")),
    ] {
        let value = match text.split_once(',') {
            Some((name, value)) => format!("[[\"{name}\",\"{value}\"]]"),
            None => format!("\"{text}\""),
        };
        assert!(said(format!("{{\"properties\":{{\"{name}\":{value}}}}}")).is_ok(), "{name}");
    }
    let encoded = data_encoding::BASE64.encode(more.as_bytes());
    for (name, value, error) in [
        ("content_type", format!("\"{more}\""), "\"content_type\" is longer than 65535 bytes"),
        (
            "correlation_data",
            format!("\"{more}\""),
            "\"correlation_data\" is longer than 65535 bytes",
        ),
        (
            "correlation_data_base64",
            format!("\"{encoded}\""),
            "\"correlation_data_base64\" is longer than 65535 bytes",
        ),
        (
            "response_topic",
            format!("\"{more}\""),
            "invalid \"response_topic\": it is longer than 65535 bytes",
        ),
        (
            "user_properties",
            format!("[[\"k\",\"{more}\"]]"),
            "\"user_properties\" is longer than 65535 bytes",
        ),
    ] {
        let refused = said(format!("{{\"properties\":{{\"{name}\":{value}}}}}")).unwrap_err();
        assert!(refused.starts_with(&format!("{error} (column ")), "{refused}");
    }
    let refused = said(format!("{{\"topic\":\"{more}\"}}")).unwrap_err();
    assert_eq!(refused, "invalid \"topic\": it is longer than 65535 bytes (column 65547)");
}

#[test]
fn a_stranger_cannot_make_an_error_long() {
    let long = "x".repeat(1 << 20);
    let shown = "x".repeat(60);
    let column = long.len() + 3;
    assert_eq!(
        said(format!("{{\"{long}\":1}}")),
        Err(format!("unknown key \"{shown}\"... (column {column})"))
    );
    for line in [
        format!("\"{long}\""),
        format!("{{\"qos\":\"{long}\"}}"),
        format!("{{\"payload_base64\":\"{long}=\"}}"),
        format!("{{\"properties\":{{\"user_properties\":\"{long}\"}}}}"),
    ] {
        let error = said(line).unwrap_err();
        assert!(error.len() < 200, "{error}");
    }
}
