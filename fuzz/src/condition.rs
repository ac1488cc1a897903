//! Any text as a jq filter: it is refused with a place for the caret, or compiled. And any payload for filters that
//! end: their outputs are valid JSON that means the same when it is read again, and a filter and its negation part all
//! payloads.

use arbitrary::{Result, Unstructured};
use mqtt::query::{Query, Subject, Val, json};
use serde_json::value::RawValue;

/// They touch what payloads can do to a filter: parsing, numbers, texts, dates, paths.
const FILTERS: [&str; 24] = [
    ".",
    ".temp | numbers > 30",
    ".. | numbers",
    "[.. | tostring]",
    "tojson | fromjson",
    "fromjson?",
    "tonumber?",
    ". + . | length",
    "-. , . / 2, . * 2, . % 7",
    ".[1:], .[-2:], .[0], .a",
    "keys, to_entries, paths",
    "sort, unique, reverse, flatten, add",
    "test(\"^[a-z]+\"; \"i\"), [match(\".\"; \"g\").offset]",
    "sub(\"(?<x>.)\"; \"\\(.x)\\(.x)\")",
    "split(\"a\"), ascii_downcase, explode, utf8bytelength, @uri, @base64",
    "@base64d, @html, @sh, @json, @csv, @tsv",
    "fromdate, todate, gmtime, mktime",
    "strptime(\"%Y-%m-%d\"), strftime(\"%F %T\")",
    "floor, sqrt, pow(.; 2), log, abs, round",
    "implode, ltrimstr(\"a\"), index(\"a\"), indices(1)",
    "walk(.), map(.), map_values(.)",
    "group_by(.a), min, max, any, all",
    "$topic, $levels, $msg",
    "\"\\(.) \\($levels[0])\"",
];

thread_local! {
    /// Each of them and its negation: compiling takes longer than running.
    static QUERIES: Vec<[Query; 2]> =
        FILTERS.iter().map(|filter| [parse(filter), parse(&format!("({filter}) | not"))]).collect();
}

/// Tries these bytes; too few are no input.
pub fn run(data: &[u8]) {
    let _ = try_run(&mut Unstructured::new(data));
}

fn try_run(input: &mut Unstructured<'_>) -> Result<()> {
    let chosen = input.choose_index(FILTERS.len())?;
    let is_filter = input.ratio(1, 32)?;
    let payload: &[u8] = input.arbitrary()?;
    if is_filter
        && let Ok(text) = std::str::from_utf8(payload)
        && let Err(error) = Query::parse(text)
    {
        let [shown, caret] = error.excerpt();
        assert!(caret.chars().count() <= shown.chars().count() + 1, "{shown:?}");
    }
    check_value(payload);
    QUERIES.with(|queries| check_outputs(FILTERS[chosen], &queries[chosen], payload));
    Ok(())
}

fn check_outputs(filter: &str, [query, negated]: &[Query; 2], payload: &[u8]) {
    let subject = Subject::new("a/b", payload, payload);
    for output in query.outputs(&subject).flatten() {
        let mut written = Vec::new();
        json::write(&output, &mut written);
        let is_json = serde_json::from_slice::<&RawValue>(&written).is_ok();
        assert!(is_json, "{filter} gives {:?}", String::from_utf8_lossy(&written));
    }
    let holds = |query: &Query| match query.outputs(&subject).next() {
        Some(Ok(output)) => Some(!matches!(output, Val::Null | Val::Bool(false))),
        _ => None,
    };
    assert_eq!(holds(query).map(|holds| !holds), holds(negated), "{filter}");
}

fn parse(filter: &str) -> Query {
    Query::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"))
}

/// What is JSON for us is JSON for serde_json, whose nesting is bounded in the same way.
fn check_value(payload: &[u8]) {
    let Ok(text) = std::str::from_utf8(payload) else { return };
    let ours = json::read(text);
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    match (&ours, &theirs) {
        (Some(value), Ok(_)) => {
            let mut written = Vec::new();
            json::write(value, &mut written);
            let again = json::read_payload(&written);
            assert_eq!(&again, value, "{text:?}");
        }
        // Numbers may be larger than its own.
        (Some(_), Err(error)) => {
            assert!(error.to_string().contains("out of range"), "{text:?}: {error}")
        }
        (None, Ok(_)) => panic!("{text:?} is JSON"),
        (None, Err(_)) => {}
    }
}
