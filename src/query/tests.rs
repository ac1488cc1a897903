//! What filters output for which values.

use super::json::{read, read_payload, write, write_output};
use super::*;
use proptest::prelude::*;
use serde_json::value::RawValue;

fn subject(payload: &[u8]) -> Subject<'_> {
    let record = br#"{"topic":"home/kitchen/temp","qos":1,"retain":true}"#;
    Subject::new("home/kitchen/temp", payload, record)
}

/// The outputs for a payload as JSON, and the error that ended them.
#[track_caller]
fn outputs(filter: &str, payload: impl AsRef<[u8]>) -> (Vec<String>, Option<String>) {
    let query = Query::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    let mut error = None;
    let outputs = query
        .outputs(&subject(payload.as_ref()))
        .map_while(|output| output.map_err(|failure| error = Some(words_of(&failure))).ok());
    let json = |value: Val| {
        let mut json = Vec::new();
        write(&value, &mut json);
        String::from_utf8(json).expect("JSON is text")
    };
    (outputs.map(json).collect(), error)
}

#[track_caller]
fn gives(filter: &str, payload: impl AsRef<[u8]>, output: &str) {
    assert_eq!(outputs(filter, payload), (vec![output.to_owned()], None), "{filter}");
}

#[track_caller]
fn refused(filter: &str) -> String {
    match Query::parse(filter) {
        Ok(_) => panic!("{filter} is taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_input_is_the_value_the_text_or_base64() {
    gives(".temp", r#" {"temp": 21.50} "#, "21.50");
    gives(".", "ON", r#""ON""#);
    gives(".", "", r#""""#);
    gives(".", b"\xff\x00", r#""/wA=""#);
    gives(".", "null", "null");
    gives("$topic", "x", r#""home/kitchen/temp""#);
    gives("$levels", "x", r#"["home","kitchen","temp"]"#);
    gives("$levels[-1]", "x", r#""temp""#);
    gives("$msg.qos", "x", "1");
    gives(r#""\($topic): \(.)""#, "7", r#""home/kitchen/temp: 7""#);
}

#[test]
fn numbers_keep_their_digits() {
    for number in [
        "9007199254740993",
        "-9223372036854775808",
        "18446744073709551616",
        "123456789012345678901234567890",
        "0.1000000000000000055511151231257827",
        "1.0",
        "1e400",
        "-0.0",
    ] {
        gives(".", number, number);
        gives(".a[0]", format!(r#"{{"a":[{number}]}}"#), number);
    }
    gives(". == 9007199254740993", "9007199254740992", "false");
    gives(". + 1", "9007199254740992", "9007199254740993");
    gives(". > 30", "30.000000000000001", "false");
    gives(". / 2", "3", "1.5");
    gives(". * 2", "1.5", "3");
    gives(
        "[nan, infinite, -infinite]",
        "0",
        "[null,1.7976931348623157e308,-1.7976931348623157e308]",
    );
}

#[test]
fn whole_results_have_no_decimal_point() {
    gives(".[0] * 2", "[0.5]", "1");
    gives(". / 4", "12", "3");
    gives("[.[] / 3]", "[1e17, 1]", "[33333333333333332,0.3333333333333333]");
    gives(". * 1.0", "1e30", "1e30");
}

#[test]
fn what_is_not_json_is_text() {
    let deep = |depth| "[".repeat(depth) + &"]".repeat(depth);
    gives("type", deep(127), r#""array""#);
    for text in [
        &deep(128) as &str,
        &"[".repeat(100_000),
        "1 # comment",
        "# comment\n1",
        "1 2",
        "NaN",
        "nan",
        "Infinity",
        "-Infinity",
        "+1",
        "01",
        "1.",
        ".5",
        "b\"x\"",
        "'x'",
        "{a:1}",
        "{1:2}",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "\u{feff}1",
        "\"\u{1}\"",
        "\"\\ud800\"",
        "\"\\x41\"",
        "nul",
        "nullx",
        "True",
        "\u{a0}1",
        "\u{c}1",
        "{\"a\"}",
        "[1",
        "]",
    ] {
        gives("type", text, r#""string""#);
        gives("length", text, &text.chars().count().to_string());
        let in_json = serde_json::to_string(text).unwrap();
        gives("type", &in_json, r#""string""#);
        let error = Some("cannot parse as JSON".to_owned());
        assert_eq!(outputs("fromjson", in_json), (vec![], error), "{text}");
    }
}

#[test]
fn ten_million_digits_are_a_number_and_take_no_time() {
    let digits = "9".repeat(10 << 20);
    gives(". > 1", &digits, "true");
    gives("type", &digits, r#""number""#);
    gives(". == 1", format!("-{digits}.5e3"), "false");
    gives(".", &digits, &digits);
}

#[test]
fn a_string_output_is_its_text_and_everything_else_json() {
    let output = |value: &str| {
        let mut bytes = Vec::new();
        let is_json = write_output(&read(value).expect("JSON"), &mut bytes);
        (String::from_utf8(bytes).expect("text"), is_json)
    };
    assert_eq!(output(r#""a\n\u00e9\u0000""#), ("a\né\0".to_owned(), false));
    assert_eq!(output(r#" [1, {"a": null}] "#), (r#"[1,{"a":null}]"#.to_owned(), true));
    assert_eq!(output("true"), ("true".to_owned(), true));
    gives(r#"{(1|tojson): 2, a: "\u202e"}"#, "0", r#"{"1":2,"a":"\u202e"}"#);
    gives("{(.): 1}", "7", r#"{"7":1}"#);
}

#[test]
fn words_that_reach_outside_are_unknown() {
    for filter in [
        "$ENV",
        "$ENV.PATH",
        "env",
        "env.PATH",
        "input",
        "[inputs]",
        "input_filename",
        "input_line_number",
        "debug",
        "debug(\"x\")",
        "stderr",
        "halt",
        "halt_error",
        "halt_error(1)",
        "include \"a\"; .",
        "import \"a\" as a; .",
        "import \"a\" as $a; .",
        "debug_empty",
        "stderr_empty",
        "halt(1)",
        "get_search_list",
        "$__prog_args",
    ] {
        let error = refused(filter);
        assert!(error.starts_with("unknown word '"), "{filter}: {error}");
    }
}

#[test]
fn a_bad_filter_is_refused_with_the_place() {
    for (filter, error) in [
        (".temp >", "expected an expression at the end at character 8"),
        (".a | foo", "unknown word 'foo' at character 6"),
        ("$x", "unknown word '$x' at character 1"),
        ("map(.; .)", "unknown word 'map' with 2 arguments at character 1"),
        ("(.a", "closing parenthesis is missing at character 4"),
        (".a == \"ä\" & 1", "unexpected '&' at character 11"),
        ("", "expected an expression at the end at character 1"),
        (".[].", "expected a name at the end at character 5"),
    ] {
        assert_eq!(refused(filter), error, "{filter}");
    }
    let brackets = "[".repeat(101);
    assert!(refused(&brackets).starts_with("nested too deeply at character 101"));
    // These open something for the parser each time, whatever closes between.
    for part in ["[)", "(]", "\"\\(", "{\"a\":"] {
        assert!(refused(&part.repeat(500)).starts_with("nested too deeply"), "{part}");
    }
    let quoted = format!("\"{brackets}\" == . # {brackets}\n | [not]");
    assert!(Query::parse(&quoted).is_ok());
    assert!(refused(&"-".repeat(LONGEST + 1)).starts_with("the filter is longer than 4096 bytes"));
}

#[test]
fn the_longest_filters_fit_the_stack() {
    let parts = [
        "-",
        ".|",
        ".,",
        "1+",
        ".=",
        "not|",
        "if . then . else ",
        "def f: ",
        ".a",
        "\"\\(",
        "try ",
    ];
    let run = move || {
        for part in parts {
            let text = part.repeat(LONGEST / part.len() - 1) + "1";
            if let Ok(query) = Query::parse(&text) {
                assert!(query.outputs(&subject(b"1")).next().is_some(), "{part}");
            }
        }
    };
    // Without optimization, each call takes several times the stack.
    let stack = if cfg!(debug_assertions) { 64 << 20 } else { 8 << 20 };
    std::thread::Builder::new().stack_size(stack).spawn(run).unwrap().join().unwrap();
}

#[test]
fn an_error_is_told_in_few_words() {
    assert_eq!(outputs(".temp", "ON").1.unwrap(), r#"cannot index "ON" with "temp""#);
    let told = outputs(".temp", "é".repeat(1 << 20)).1.unwrap();
    assert!(told.starts_with("cannot index \"éé") && told.ends_with("é…"), "{told}");
    assert!(told.len() < TOLD + 10);
    assert_eq!(outputs("1, error(\"no\"), 2", "0"), (vec!["1".to_owned()], Some("no".to_owned())));
}

#[test]
fn what_jaq_lacks_is_there() {
    gives("[1, \"a\\\"b\", null, true] | @csv", "0", r#""1,\"a\"\"b\",,true""#);
    gives(r#"["a\tb\\", 2] | @tsv"#, "0", r#""a\\tb\\\\\t2""#);
    gives("65 | ascii", "0", r#""A""#);
    gives("[leaf_paths]", "{\"a\":[1]}", r#"[["a",0]]"#);
    gives("\"2026-11-29T12:00:00Z\" | fromdate", "0", "1795953600");
    gives("1795953600 | todate", "0", r#""2026-11-29T12:00:00Z""#);
    gives("1795953600 | strftime(\"%F\")", "0", r#""2026-11-29""#);
    gives("now > 1e9", "0", "true");
    for filter in ["todate", "gmtime", "localtime", "strftime(\"%F\")", "strflocaltime(\"%F\")"] {
        for number in ["222222222222222222", "-9223372036854775808", "1e300", "nan", "infinite"] {
            let filter = format!("{number} | {filter}");
            assert!(outputs(&filter, "0").1.is_some_and(|error| !error.is_empty()), "{filter}");
        }
    }
}

proptest! {
    #[test]
    fn json_is_what_serde_json_takes(text in "[ \\[\\]{}:,\"\\\\0-9eE.+\\-a-z\u{e9}\t\n]{0,20}") {
        let is_json = serde_json::from_str::<&RawValue>(&text).is_ok();
        prop_assert_eq!(read(&text).is_some(), is_json, "{}", text);
    }

    #[test]
    fn what_is_written_is_read_again(value in values()) {
        let mut json = Vec::new();
        write(&value, &mut json);
        let text = String::from_utf8(json).unwrap();
        prop_assert!(serde_json::from_str::<&RawValue>(&text).is_ok(), "{}", text);
        prop_assert_eq!(read_payload(text.as_bytes()), value);
    }

    /// Every message passes either a filter or its negation.
    #[test]
    fn a_filter_and_its_negation_part_all_payloads(payload in payloads(), filter in filters()) {
        let holds = |filter: &str| {
            let query = Query::parse(filter).unwrap();
            let first = query.outputs(&subject(payload.as_bytes())).next();
            match first {
                Some(Ok(value)) => Some(!matches!(value, Val::Null | Val::Bool(false))),
                _ => None,
            }
        };
        let negated = format!("({filter}) | not");
        prop_assert_eq!(holds(&filter).map(|it| !it), holds(&negated));
    }
}

fn values() -> impl Strategy<Value = Val> {
    let leaf = prop_oneof![
        Just(Val::Null),
        any::<bool>().prop_map(Val::from),
        any::<isize>().prop_map(Val::from),
        (-1e15..1e15).prop_map(Val::from),
        ".{0,8}".prop_map(Val::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let member = (".{0,4}".prop_map(Val::from), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| items.into_iter().collect()),
            prop::collection::vec(member, 0..4)
                .prop_map(|members| Val::obj(members.into_iter().collect())),
        ]
    })
}

fn payloads() -> impl Strategy<Value = String> {
    prop_oneof![
        "(ON|OFF|[0-9]{1,3}|-?[0-9]\\.[0-9])",
        "\\{\"temp\":(null|[0-9]{1,2}|\"hot\"),\"on\":(true|false)\\}",
        "\\[[0-9](,[0-9]){0,3}\\]",
        "\\PC{0,12}",
    ]
}

fn filters() -> impl Strategy<Value = String> {
    let filter = prop::sample::select(vec![
        ".temp > 5",
        ".on",
        ". == \"ON\"",
        ".[0]",
        "length > 2",
        ".temp | numbers < 20",
        "any(.[]?; . == 3)",
        ".temp // 0 | tonumber > 3",
        "empty",
        "error(\"x\")",
        "test(\"[0-9]\")",
        "(true, false)",
    ]);
    filter.prop_map(str::to_owned)
}
