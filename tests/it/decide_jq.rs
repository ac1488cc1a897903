//! Filters mean the same as in jq: each filter runs on each payload, here and in the real jq.

use std::io::Write as _;
use std::process::{Command, Stdio};

use mqtt::query::{Query, Subject, json};

/// Payloads as devices send them, and corner cases of JSON.
const PAYLOADS: [&str; 18] = [
    r#"{"temp":21.5,"battery":17,"on":true,"state":"ON"}"#,
    r#"{"temp":"unavailable","battery":null,"on":false,"state":"OFF"}"#,
    r#"{"temp":-4,"list":[3,1,2],"nested":{"a":{"b":[1,{"c":"x"}]}}}"#,
    r#"{"ENERGY":{"Power":[1.5,2.5],"Total":1234.567},"Time":"2026-11-29T12:00:00"}"#,
    r#"{"name":"Küche 🌡","text":"a,b;c \"d\"\ttab","empty":"","keys":{}}"#,
    "[1,2,3,4]",
    "[[1,[2]],{\"a\":1},\"x\",null,true]",
    "[]",
    "{}",
    "null",
    "true",
    "false",
    "0",
    "42",
    "-1.25",
    "\"ON\"",
    "\"\"",
    "\"2026-11-29T12:00:00Z\"",
];

const FILTERS: [&str; 112] = [
    ".",
    ".temp",
    ".temp?",
    ".temp > 20",
    ".temp | numbers > 20",
    ".temp | numbers",
    ".battery < 20",
    ".battery | numbers < 20",
    ".battery == null",
    ".state == \"ON\"",
    ".state != \"ON\"",
    ".on and .temp > 20",
    ".on or .battery",
    ".on | not",
    "has(\"temp\")",
    "has(0)",
    "type",
    "type == \"object\" and has(\"list\")",
    "length",
    "keys",
    "keys_unsorted",
    ".[]",
    ".[]?",
    ".[0]",
    ".[-1:]",
    ".[1:3]",
    ".list | sort",
    ".list | add / length",
    ".list | max",
    ".list | map(. * 2)",
    ".list | index(2)",
    ".nested.a.b[1].c",
    "..",
    "[..] | length",
    "[.. | numbers]",
    ".ENERGY.Power | add",
    ".ENERGY.Total | floor",
    ".ENERGY.Total | round",
    ".ENERGY?.Power? // empty",
    ".Time | split(\"T\")",
    ".Time | .[0:4] | tonumber",
    "fromdate",
    "fromdateiso8601 | todate",
    "strptime(\"%Y-%m-%dT%H:%M:%SZ\") | mktime",
    "gmtime?",
    ". as $x | [$x, $x]",
    "if type == \"number\" then \"n\" elif type == \"string\" then \"s\" else \"o\" end",
    "try error(\"x\") catch .",
    ".a.b.c",
    ".a?.b?",
    ".temp // 0",
    "(.temp // 0) | tostring",
    "tostring",
    "tojson",
    "tojson | fromjson",
    "tonumber?",
    "@text",
    "@json",
    "@base64",
    "@uri",
    "@html",
    "\"v=\\(.)\"",
    ".state | ascii_downcase",
    ".state | test(\"^O\")",
    ".state | test(\"^on$\"; \"i\")",
    ".text | sub(\",\"; \";\")",
    ".text | gsub(\"[a-z]\"; \"x\")",
    ".text | split(\", *\"; null)",
    ".text | match(\"(?<first>.),\").captures[0].name",
    ".text | capture(\"(?<x>[a-z]),(?<y>[a-z])\")",
    "[.text | scan(\"[a-z]\")]",
    ".name | length",
    ".name | utf8bytelength",
    ".name | explode",
    ".name | explode | implode",
    ".name | startswith(\"K\")",
    ".name | endswith(\"x\")",
    ".name | ltrimstr(\"K\")",
    ".name | rtrimstr(\"e\")",
    ".name[0:3]",
    "[limit(2; .[])]",
    "first(.[]?)",
    "[range(3)]",
    "[range(0; 10; 3)]",
    "reduce .[]? as $x (0; . + 1)",
    "[foreach (1, 2, 3) as $x (0; . + $x)]",
    "any",
    "all",
    "any(.[]?; . == 1)",
    "map(type)",
    "map_values(1)",
    "to_entries",
    "with_entries(.value = 1)",
    "del(.temp)",
    "del(.[0])?",
    ".temp = 1",
    ".temp |= 2",
    ".list[1] += 10",
    "paths",
    "[paths(type == \"number\")]",
    "getpath([\"nested\", \"a\"])",
    "flatten",
    "reverse",
    "unique",
    "group_by(type)",
    "min_by(type)",
    "contains({on: true})",
    "inside([1, 2, 3, 4, 5])",
    "{temp, x: 1}",
    "[.temp, .state]",
    "walk(if type == \"number\" then . + 1 else . end)",
    "[1, null, \"a\\\"b\"] | @csv, @tsv",
];

/// Known differences between the outputs of jaq and jq, as listed in the man page. The message passes in both or in
/// neither.
const DIFFERENT: [&str; 8] = [
    // Members of values that cannot have them: jq fails, jaq finds none.
    ".[0]",
    "has(0)",
    "contains({on: true})",
    "inside([1, 2, 3, 4, 5])",
    // Slices of null: jq outputs null, jaq fails.
    ".[-1:]",
    ".[1:3]",
    ".name[0:3]",
    // Fractions of seconds before 1970.
    "gmtime?",
];

/// Known cases in which a message passes in only one of them: updates of missing members, and of null.
const CHANGES: [&str; 7] = [
    "del(.temp)",
    "del(.[0])?",
    "with_entries(.value = 1)",
    "reverse",
    ".temp = 1",
    ".temp |= 2",
    ".list[1] += 10",
];

/// The output of jq for each payload: all outputs up to an error, as one array.
fn of_jq(filter: &str) -> Option<Vec<String>> {
    let program = format!("[try ({filter}) catch empty]");
    let mut jq = Command::new("jq")
        .args(["-c", &program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let input = PAYLOADS.join("\n");
    jq.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = jq.wait_with_output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{filter}: {error}");
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

fn ours(query: &Query, payload: &str) -> String {
    let subject = Subject::new("a/b", payload.as_bytes(), b"");
    let outputs = query.outputs(&subject).map_while(Result::ok);
    let mut text = Vec::new();
    json::write(&outputs.collect(), &mut text);
    String::from_utf8(text).unwrap()
}

/// Whether a message with these outputs passes; the first output counts.
fn passes(outputs: &str) -> bool {
    let outputs: Vec<serde_json::Value> = serde_json::from_str(outputs).unwrap();
    !matches!(
        outputs.first(),
        None | Some(serde_json::Value::Null | serde_json::Value::Bool(false))
    )
}

/// Whether two values are equal, however numbers are written and members are ordered.
fn same(one: &str, other: &str) -> bool {
    let value = |text| serde_json::from_str::<serde_json::Value>(text).unwrap();
    fn equal(one: &serde_json::Value, other: &serde_json::Value) -> bool {
        use serde_json::Value::{Array, Number, Object};
        match (one, other) {
            (Number(one), Number(other)) => {
                let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
                (one - other).abs() <= one.abs() * 1e-15
            }
            (Array(one), Array(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| equal(one, other))
            }
            (Object(one), Object(other)) => {
                one.len() == other.len()
                    && one
                        .iter()
                        .all(|(key, one)| other.get(key).is_some_and(|other| equal(one, other)))
            }
            (one, other) => one == other,
        }
    }
    equal(&value(one), &value(other))
}

#[test]
fn filters_give_what_jq_gives() {
    let mut differences = Vec::new();
    for filter in FILTERS {
        let query = Query::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
        let Some(theirs) = of_jq(filter) else {
            eprintln!("jq is not installed: nothing to compare with");
            return;
        };
        assert_eq!(theirs.len(), PAYLOADS.len(), "{filter}");
        for (payload, theirs) in PAYLOADS.into_iter().zip(theirs) {
            let ours = ours(&query, payload);
            let is_different = DIFFERENT.contains(&filter) || CHANGES.contains(&filter);
            if !same(&ours, &theirs) && !is_different
                || passes(&ours) != passes(&theirs) && !CHANGES.contains(&filter)
            {
                differences.push(format!("{filter} on {payload}: {ours}, jq {theirs}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
