//! Measures all rows, into a record.
//!
//! Knows the order and how many runs; how one is done is known by `run`, `metered`, `clearing`, `relay` and
//! `memory`.

use crate::args::Args;
use crate::cases::{Case, Kind};
use crate::programs::Program;
use crate::record::{About, Record, Row};
use crate::scratch::Scratch;
use crate::selection::{self, Selection};
use crate::{clearing, memory, metered, relay, run, say};
use anyhow::{Error, Result};

/// How many runs of `pub -m` go on one of the others: they take milliseconds, and spread as much.
pub const SINGLES: usize = 40;

/// Everything that was asked for.
pub fn measure(args: &Args) -> Result<Record> {
    let selection = Selection::new(args);
    if selection.is_empty() {
        return Err(Error::msg("--only leaves nothing"));
    }
    let scratch = Scratch::new(args.scratch.as_deref())?;
    let programs = selection::programs(args)?;
    let about = About::new(&args.makers, &programs, args.runs);
    for maker in about.missing() {
        say(&format!("{} is not installed: see benchmarks/README.md", maker.name()));
    }
    let mut rows = timed(&selection.timed, args, &programs, &scratch)?;
    for case in &selection.clearing {
        say(&format!("{}: {} runs …", case.title(), args.runs));
        let mosquitto = args.mosquitto.as_deref();
        rows.extend(clearing::measure(case, &programs, args.runs, mosquitto, &scratch)?);
    }
    if let Some(first) = selection.metered.first() {
        say(&format!("{} and so on: {} runs of each …", first.title(), args.runs));
        rows.extend(metered::measure(&selection.metered, &programs, args.runs, &scratch)?);
    }
    for case in &selection.relayed {
        say(&format!("{}: {} runs …", case.title(), args.runs));
        let mosquitto = args.mosquitto.as_deref();
        rows.extend(relay::measure(case, &programs, args.runs, mosquitto, &scratch)?);
    }
    for case in &selection.memory {
        say(&format!("{} …", case.title()));
        rows.push(memory::measure(case, &programs, &scratch)?);
    }
    Ok(Record { about, rows })
}

/// Rows of a kind take turns.
fn timed(cases: &[Case], args: &Args, programs: &[Program], scratch: &Scratch) -> Result<Vec<Row>> {
    let is_one = |case: &Case| case.kind == Kind::PublishOne;
    let alike = |one: &Case, other: &Case| {
        one.kind.subscribes() == other.kind.subscribes() && is_one(one) == is_one(other)
    };
    let mut rows = Vec::new();
    for cases in cases.chunk_by(alike) {
        let Some(first) = cases.first() else { continue };
        let runs = if is_one(first) { args.runs * SINGLES } else { args.runs };
        say(&format!("{} and so on: {runs} runs of each …", first.title()));
        rows.extend(run::measure(cases, programs, runs, args.window, scratch)?);
    }
    Ok(rows)
}
