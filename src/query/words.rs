//! The functions available to filters: those of jq, except the ones that read the environment, write to standard error
//! or end the process.

use super::json;
use jaq_core::data::JustLut;
use jaq_core::load::{self, parse::Def};
use jaq_core::native::{Fun, bome, run, v};
use jaq_json::Val;

/// The data that filters run on.
pub(super) type Data = JustLut<Val>;

/// Functions of jaq that are removed: jaq's `fromjson` has no limits, and `todate` calls a function replaced here.
const LEFT_OUT: [&str; 9] = [
    "debug",
    "debug_empty",
    "env",
    "fromjson",
    "halt",
    "halt_error",
    "stderr",
    "stderr_empty",
    "todate",
];

/// Date functions of jaq, and the names under which they are called once their argument is known to be in range.
const OF_DATES: [(&str, &str); 5] = [
    ("gmtime", "_gmtime"),
    ("localtime", "_localtime"),
    ("strflocaltime", "_strflocaltime"),
    ("strftime", "_strftime"),
    ("todateiso8601", "_todateiso8601"),
];

/// Functions of jq that jaq lacks or implements differently.
const ADDED: &str = r#"
def ltrimstr($x): if isstring and ($x | isstring) and startswith($x) then .[($x | length):] end;
def rtrimstr($x):
  if isstring and ($x | isstring) and $x != "" and endswith($x) then .[:-($x | length)] end;
def index($x): if . == null then null else indices($x)[0] end;
def rindex($x): if . == null then null else indices($x)[-1:][0] end;
def flatten: reduce .[] as $x ([]; if $x | isarray then . + ($x | flatten) else . + [$x] end);
def _dated:
  if isnumber and (. < -377705023201 or . > 253402207200) then error("date out of range") end;
def gmtime: _dated | _gmtime;
def localtime: _dated | _localtime;
def strflocaltime($format): _dated | _strflocaltime($format);
def strftime($format): _dated | _strftime($format);
def todateiso8601: _dated | _todateiso8601;
def todate: todateiso8601;
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

/// The functions defined in jq.
pub(super) fn definitions() -> impl Iterator<Item = Def<&'static str>> {
    let added = load::parse(ADDED, |parser| parser.defs()).unwrap_or_default();
    let jaq = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    jaq.filter(|definition| !LEFT_OUT.contains(&definition.name)).chain(added)
}

/// The functions defined in Rust.
pub(super) fn functions() -> impl Iterator<Item = Fun<Data>> {
    let jaq = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let ours = [run(("fromjson", v(0), |cv| bome(json::parse(&cv.1))))];
    let jaq = jaq.filter(|(name, ..)| !LEFT_OUT.contains(name)).map(|(name, arguments, run)| {
        let ours = OF_DATES.iter().find(|(theirs, _)| *theirs == name);
        (ours.map_or(name, |(_, ours)| ours), arguments, run)
    });
    jaq.chain(ours)
}
