//! Measures `mqtt` beside mosquitto's clients, Paho and MQTT.js, against a fast peer of its own, and prints a Markdown
//! table.
//!
//! ```text
//! args ─► selection ─► measure ─┬─► run, timed ───┬─► record ─► report ─► stdout; --record: results.json, results.md,
//!         (cases,               ├─► metered ──────┤                       plot.svg, the table in docs/
//!          programs)            ├─► memory ───────┤
//!                               ├─► clearing ─────┤
//!                               └─► relay ────────┘
//!                                    └─► broker, store (a real mosquitto)
//! verify       counts and contents, no record
//! self_check   no program: is the peer fast enough?
//! scratch      where inputs and outputs are
//! peer ─► flow ─► wire, workload, stream ─► websocket
//! ```

mod args;
mod broker;
mod cases;
mod clearing;
mod flow;
mod judge;
mod measure;
mod memory;
mod meter;
mod metered;
mod pace;
mod peer;
mod programs;
mod record;
mod relay;
mod report;
mod run;
mod scratch;
mod selection;
mod self_check;
mod store;
mod stream;
mod style;
mod summary;
mod target;
mod timed;
mod tls;
mod usage;
mod verify;
mod websocket;
mod wire;
mod workload;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use args::{Args, HELP, Mode};
use scratch::Scratch;
use selection::Selection;
use summary::{Summary, Unit};
use target::Verdict;

fn main() -> ExitCode {
    let args = match Args::parse(env::args().skip(1)) {
        Ok(args) => args,
        Err(error) => {
            say(&format!("benchmarks: {error:#}\n{HELP}"));
            return ExitCode::from(2);
        }
    };
    let done = match args.mode {
        Mode::Measure => measure(&args),
        Mode::Verify => verify::verify(&args),
        Mode::SelfCheck => check_self(&args),
        Mode::Help => print(HELP).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("benchmarks: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn measure(args: &Args) -> Result<bool> {
    let record = measure::measure(args)?;
    print(&report::table(&record))?;
    if args.record {
        report::write(&record)?;
    }
    Ok(match report::verdict(&record) {
        Verdict::None | Verdict::Met => true,
        Verdict::Missed => !args.enforce,
        Verdict::Failed => false,
    })
}

fn check_self(args: &Args) -> Result<bool> {
    let scratch = Scratch::new(args.scratch.as_deref())?;
    print("| | raw client | peer busy |\n|---|--:|--:|\n")?;
    let mut right = true;
    for case in Selection::new(args).timed {
        let Some(samples) = self_check::measure(&case, args.runs, args.window, &scratch)? else {
            continue;
        };
        let summary = Summary::new(&samples);
        right &= summary.trouble.is_none();
        let trouble = summary.trouble.as_ref().map_or("", |_| " **WRONG**");
        let times = summary.spread(Unit::of(&case));
        print(&format!("| {} | {times}{trouble} | {} |\n", case.title(), summary.peer_busy()))?;
    }
    Ok(right)
}

fn print(text: &str) -> Result<()> {
    io::stdout().write_all(text.as_bytes()).context("cannot write to stdout")
}

fn say(text: &str) {
    // Without stderr there is nobody to tell.
    drop(writeln!(io::stderr(), "{text}"));
}
