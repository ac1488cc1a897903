//! The words of filters: jq's, but for those that would read the environment, write to standard error or end the
//! process.

use super::{Data, json};
use jaq_core::load::{self, parse::Def};
use jaq_core::native::{Fun, bome, run, v};

/// What jaq has and is left out. Its `fromjson` bounds nothing.
const LEFT_OUT: [&str; 8] =
    ["debug", "debug_empty", "env", "fromjson", "halt", "halt_error", "stderr", "stderr_empty"];

/// What jq has and jaq lacks, or does otherwise without need.
const ADDED: &str = r#"
def ltrimstr($x): if isstring and ($x | isstring) and startswith($x) then .[($x | length):] end;
def rtrimstr($x):
  if isstring and ($x | isstring) and $x != "" and endswith($x) then .[:-($x | length)] end;
def index($x): if . == null then null else indices($x)[0] end;
def rindex($x): if . == null then null else indices($x)[-1:][0] end;
def flatten: reduce .[] as $x ([]; if $x | isarray then . + ($x | flatten) else . + [$x] end);
def ascii: [.] | implode;
def leaf_paths: paths(scalars);
def @csv: map(
    if isstring then "\"" + gsub("\""; "\"\"") + "\""
    elif . == null then ""
    elif isarray or isobject then error("\(tojson) cannot be a field of CSV")
    else tostring end
  ) | join(",");
def @tsv: map(
    if isstring then
      gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r")
    elif . == null then ""
    elif isarray or isobject then error("\(tojson) cannot be a field of TSV")
    else tostring end
  ) | join("\t");
"#;

/// Those that are said in jq.
pub(super) fn definitions() -> impl Iterator<Item = Def<&'static str>> {
    let added = load::parse(ADDED, |parser| parser.defs()).unwrap_or_default();
    let jaq = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    jaq.filter(|definition| !LEFT_OUT.contains(&definition.name)).chain(added)
}

/// Those that are said in Rust.
pub(super) fn functions() -> impl Iterator<Item = Fun<Data>> {
    let jaq = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let ours = [run(("fromjson", v(0), |cv| bome(json::parse(&cv.1))))];
    jaq.filter(|(name, ..)| !LEFT_OUT.contains(name)).chain(ours)
}
