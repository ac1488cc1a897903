//! Measures `mqtt` beside mosquitto_pub and mosquitto_sub, against a fast peer of its own, and prints a Markdown table.
//!
//! ```text
//! args ─► cases ─► run ──────► report ─► stdout, --record
//!                  │  memory ──┤
//!                  │  clearing ┘ ─► broker, store (a real mosquitto)
//!                  │  self_check (no program: is the peer fast enough?)
//!                  ├─ programs  what is started, and with which words
//!                  ├─ scratch   where inputs and outputs are
//!                  └─ peer ─► flow ─► wire, workload
//! ```

mod args;
mod broker;
mod cases;
mod clearing;
mod error;
mod flow;
mod memory;
mod peer;
mod programs;
mod report;
mod run;
mod scratch;
mod self_check;
mod store;
mod style;
mod wire;
mod workload;

use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use args::{Args, HELP, Mode};
use cases::{Case, Counts, Kind, Target};
use error::{Context, Error, Result};
use programs::{Maker, Program};
use report::{Summary, Table, Verdict};
use run::Runs;
use scratch::Scratch;

/// How many runs of `pub -m` go on one of the others: they take milliseconds, and spread as much.
const SINGLES: usize = 40;

fn main() -> ExitCode {
    let args = match Args::parse(env::args().skip(1)) {
        Ok(args) => args,
        Err(error) => {
            say(&format!("benchmarks: {error}\n{HELP}"));
            return ExitCode::from(2);
        }
    };
    let done = match args.mode {
        Mode::Measure => measure(&args),
        Mode::Verify => verify(&args),
        Mode::SelfCheck => check_self(&args),
        Mode::Help => print(HELP).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("benchmarks: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn measure(args: &Args) -> Result<bool> {
    let timed = selected(args, cases::timed(counts(args)));
    let clearing = selected(args, cases::clearing(counts(args)));
    let memory = selected(args, cases::memory());
    if timed.is_empty() && clearing.is_empty() && memory.is_empty() {
        return Err(Error::new("--only leaves nothing"));
    }
    let scratch = Scratch::new(args.scratch.as_deref())?;
    let programs = programs(args)?;
    let mut table = Table::new(&programs);
    let is_one = |case: &Case| case.kind == Kind::PublishOne;
    let alike = |one: &Case, other: &Case| {
        one.kind.subscribes() == other.kind.subscribes() && is_one(one) == is_one(other)
    };
    for cases in timed.chunk_by(alike) {
        let Some(first) = cases.first() else { continue };
        let runs = if is_one(first) { args.runs * SINGLES } else { args.runs };
        say(&format!("{} and so on: {runs} runs of each …", first.title()));
        table.add_timed(cases, &run::measure(cases, &programs, runs, args.window, &scratch)?);
    }
    for case in &clearing {
        say(&format!("{}: {} runs …", case.title(), args.runs));
        let cleared = clearing::measure(case, &programs, args.runs, &scratch)?;
        table.add_clearing(case, &cleared.runs, &cleared.removals);
        let peak = |maker| cleared.peaks.iter().find(|peak| peak.0 == maker).map(|peak| Ok(peak.1));
        table.add_memory(&case.memory(), peak(Maker::Mqtt), peak(Maker::Mosquitto));
    }
    if !memory.is_empty() {
        measure_memory(&memory, &programs, &scratch, &mut table)?;
    }
    print(table.markdown())?;
    if let Some(path) = &args.record {
        let all: Vec<_> = timed.iter().chain(&clearing).chain(&memory).copied().collect();
        fs::write(path, report::record(&table, &programs, &all, args.runs))
            .context(format!("cannot write {}", path.display()))?;
    }
    Ok(match table.verdict {
        Verdict::None | Verdict::Met => true,
        Verdict::Missed => !args.enforce,
        Verdict::Failed => false,
    })
}

fn measure_memory(
    cases: &[Case],
    programs: &[Program],
    scratch: &Scratch,
    table: &mut Table,
) -> Result<()> {
    let input = memory::write_input(scratch)?;
    for case in cases {
        say(&format!("{} …", case.title()));
        let peak = |maker| {
            programs
                .iter()
                .find(|program| program.maker == maker)
                .map(|program| memory::peak(case, program, &input, scratch))
                .map(|peak| peak.map_err(|error| error.to_string()))
        };
        table.add_memory(case, peak(Maker::Mqtt), peak(Maker::Mosquitto));
    }
    Ok(())
}

/// Counts, content and exit status alone: a line for each row, no times.
fn verify(args: &Args) -> Result<bool> {
    let scratch = Scratch::new(args.scratch.as_deref())?;
    let programs = programs(args)?;
    let mut right = true;
    for case in selected(args, cases::timed(counts(args))) {
        for runs in run::measure(&[case], &programs, args.runs, args.window, &scratch)? {
            right &= tell(&case, &runs)?;
        }
    }
    for case in selected(args, cases::clearing(counts(args))) {
        for runs in clearing::measure(&case, &programs, args.runs, &scratch)?.runs {
            right &= tell(&case, &runs)?;
        }
    }
    Ok(right)
}

/// Prints whether all runs were right.
fn tell(case: &Case, runs: &Runs) -> Result<bool> {
    let trouble = Summary::new(&runs.samples).trouble;
    let end = trouble.as_deref().unwrap_or("ok");
    print(&format!("{}: {end}\n", runs.maker.words(case, "PORT").join(" ")))?;
    Ok(trouble.is_none())
}

fn check_self(args: &Args) -> Result<bool> {
    let scratch = Scratch::new(args.scratch.as_deref())?;
    print("| | raw client | peer busy |\n|---|--:|--:|\n")?;
    let mut right = true;
    for case in selected(args, cases::timed(counts(args))) {
        let Some(samples) = self_check::measure(&case, args.runs, args.window, &scratch)? else {
            continue;
        };
        let summary = Summary::new(&samples);
        right &= summary.trouble.is_none();
        let busy = summary.busy.map_or("–".into(), |share| format!("{:.0} %", share * 100.0));
        let trouble = summary.trouble.as_ref().map_or("", |_| " **WRONG**");
        print(&format!("| {} | {}{trouble} | {busy} |\n", case.title(), summary.times(&case)))?;
    }
    Ok(right)
}

fn counts(args: &Args) -> Counts {
    let few = (args.mode == Mode::Verify).then_some(5000);
    let count = args.count.or(few);
    Counts {
        published: count.unwrap_or(200_000),
        received: count.unwrap_or(500_000),
        stored: count.unwrap_or(100_000),
    }
}

/// What `--only` leaves. A row that is measured in terms of the same at QoS 0 brings that row along.
fn selected(args: &Args, cases: Vec<Case>) -> Vec<Case> {
    let named = |case: &&Case| {
        let title = case.title();
        args.only.is_empty() || args.only.iter().any(|text| title.contains(text))
    };
    let chosen: Vec<_> = cases.iter().filter(named).collect();
    let needs_zero = |kind| {
        chosen
            .iter()
            .any(|case| case.kind == kind && matches!(case.target, Target::TimesOwnZero(_)))
    };
    cases
        .iter()
        .filter(|case| named(case) || (case.qos == 0 && needs_zero(case.kind)))
        .copied()
        .collect()
}

fn programs(args: &Args) -> Result<Vec<Program>> {
    let find = |maker: &Maker| match maker {
        Maker::Mqtt => Program::mqtt(args.mqtt.as_deref()),
        Maker::Mosquitto => Program::mosquitto(),
    };
    // Last first: whether mosquitto is there is known before a long build.
    let mut programs = args.makers.iter().rev().map(find).collect::<Result<Vec<_>>>()?;
    programs.reverse();
    Ok(programs)
}

fn print(text: &str) -> Result<()> {
    io::stdout().write_all(text.as_bytes()).context("cannot write to stdout")
}

fn say(text: &str) {
    // Without stderr there is nobody to tell.
    drop(writeln!(io::stderr(), "{text}"));
}
