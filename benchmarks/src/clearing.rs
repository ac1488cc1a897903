//! Lets the programs clear what a real broker has stored: how long that takes, how much memory, and whether it is all
//! gone and all told.
//!
//! Linux only, as it reads `/proc`. Knows nothing of targets and tables.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::broker::Broker;
use crate::cases::{Case, thousands};
use crate::memory::peak_memory;
use crate::programs::{Maker, PATIENCE, Program};
use crate::record::{End, Row, Sample, Series};
use crate::scratch::Scratch;
use crate::store;
use crate::workload::Lines;
use anyhow::{Context, Error, Result};

/// No run may take longer.
const DEADLINE: Duration = Duration::from_secs(120);
/// How often the program is looked at: the clock is as coarse as that.
const STEP: Duration = Duration::from_millis(5);

/// Measures a case: each round every program, and the removals alone. Gives a row of the time, and one of the memory.
pub fn measure(
    case: &Case,
    programs: &[Program],
    rounds: usize,
    mosquitto: Option<&Path>,
    scratch: &Scratch,
) -> Result<[Row; 2]> {
    let broker = Broker::start(mosquitto, scratch)?;
    let lines = Lines::numbered(case.count.unwrap_or_default());
    let able = || programs.iter().filter(|program| program.maker.share(case).is_some());
    let row = |case: Case| Row {
        case,
        series: able().map(|program| Series::new(program.maker, &case)).collect(),
        removals: Vec::new(),
    };
    let (mut time, mut memory) = (row(*case), row(case.second().unwrap_or(*case)));
    for _ in 0..rounds {
        store::fill(broker.port, &lines)?;
        let start = Instant::now();
        store::remove(broker.port, lines.count())?;
        time.removals.push(Sample::seconds(start.elapsed(), End::Right));
        for (number, program) in able().enumerate() {
            store::fill(broker.port, &lines)?;
            let (sample, peak) = clear(case, program, broker.port, scratch)?;
            time.series[number].samples.push(sample);
            memory.series[number].samples.push(Sample::memory(Ok(peak)));
            store::remove(broker.port, lines.count())?;
        }
    }
    Ok([time, memory])
}

/// One run of one program, and its peak in KiB.
fn clear(case: &Case, program: &Program, port: u16, scratch: &Scratch) -> Result<(Sample, u64)> {
    let output = scratch.path("output");
    let mut command = program.command(case, port, scratch);
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    command.stdout(File::create(&output).context("cannot create a file")?);
    let start = Instant::now();
    let mut child = command.spawn().context("cannot start the program")?;
    let (status, peak) = watch(&mut child, start)?;
    let wall = start.elapsed();
    let mut talk = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_string(&mut talk).context("cannot read stderr")?;
    }
    let stored = case.count.unwrap_or_default();
    let left = store::count(port)?;
    let judged = match program.maker {
        Maker::Mqtt => check(status, &talk, stored, left, &output),
        _ => Err(Error::msg(format!(
            "{} of {} removed after {PATIENCE} s",
            thousands(stored.saturating_sub(left)),
            thousands(stored)
        ))),
    };
    let end = judged.map_or_else(|error| End::Wrong(error.to_string()), |()| End::Right);
    Ok((Sample::seconds(wall, end), peak))
}

/// Waits for the end, and looks at the memory until then. What it says on stderr fits into the pipe.
fn watch(child: &mut Child, start: Instant) -> Result<(ExitStatus, u64)> {
    let folder = format!("/proc/{}", child.id());
    let mut peak = 0;
    loop {
        if let Some(status) = child.try_wait().context("cannot wait for the program")? {
            return Ok((status, peak));
        }
        // A process that ends just now has no memory any more.
        peak = peak_memory(&folder).unwrap_or(peak);
        if start.elapsed() >= DEADLINE {
            // It may have ended by itself just now.
            drop(child.kill());
        }
        thread::sleep(STEP);
    }
}

/// Fails unless everything is gone, and each topic was printed once and counted.
fn check(status: ExitStatus, talk: &str, stored: usize, left: usize, output: &Path) -> Result<()> {
    let expected = format!("cleared {} retained messages", thousands(stored));
    if !status.success() || !talk.trim_end().ends_with(&expected) {
        return Err(Error::msg(format!("{status}: {}", talk.trim_end())));
    }
    if left > 0 {
        return Err(Error::msg(format!("{left} are still there")));
    }
    let text = fs::read_to_string(output).context("cannot read the output")?;
    let mut topics: HashSet<String> = (0..stored).map(store::topic).collect();
    for line in text.lines() {
        if !topics.remove(line) {
            return Err(Error::msg(format!("{line} was printed twice, or never stored")));
        }
    }
    match topics.len() {
        0 => Ok(()),
        missing => Err(Error::msg(format!("{missing} topics were not printed"))),
    }
}
