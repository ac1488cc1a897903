//! Peak memory of a program that cannot get rid of what it has: its output is stuck, its input goes on.
//!
//! Linux only, as it reads `/proc`.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::cases::{Case, Kind};
use crate::peer::{Close, Peer, Role};
use crate::programs::Program;
use crate::record::{Row, Sample, Series};
use crate::scratch::Scratch;
use crate::workload::{Flood, Lines, PAYLOAD, WINDOW};
use anyhow::{Context, Error, Result};

/// What there is to publish.
const INPUT: usize = 100_000_000;
const PREPARED: usize = 10 * WINDOW as usize;

/// It counts as stuck once it did nothing for so long.
const STILL: Duration = Duration::from_millis(1500);
const LIMIT: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(50);

/// Measures a case: every program once.
pub fn measure(case: &Case, programs: &[Program], scratch: &Scratch) -> Result<Row> {
    let lines = Lines::numbered(INPUT.div_ceil(PAYLOAD + 1));
    let input = scratch.write("many-lines", lines.text())?;
    let series = |program: &Program| {
        let case = program.maker.share(case)?;
        let mut series = Series::new(program.maker, &case);
        series.samples.push(Sample::memory(peak(&case, program, &input, scratch)));
        Some(series)
    };
    let series = programs.iter().filter_map(series).collect();
    Ok(Row { case: *case, series, removals: Vec::new() })
}

/// The peak in KiB, taken when the program is stuck; then it is killed.
fn peak(case: &Case, program: &Program, input: &Path, scratch: &Scratch) -> Result<u64> {
    let version = program.maker.protocol();
    let role = match case.kind {
        Kind::Subscribe(_) => {
            let lines = Lines::numbered(PREPARED);
            let flood = Flood::new(&lines, version, case.qos, WINDOW, usize::MAX);
            Role::Flood(Arc::new(flood), Close::Theirs)
        }
        _ => Role::Stall,
    };
    let peer = Peer::start(role, version)?;
    let mut command = program.command(case, peer.port, scratch);
    match case.kind {
        Kind::Subscribe(_) => command.stdin(Stdio::null()).stdout(Stdio::piped()),
        _ => {
            command.stdin(File::open(input).context("cannot open the lines")?).stdout(Stdio::null())
        }
    };
    let mut child = command.stderr(Stdio::null()).spawn().context("cannot start the program")?;
    let peak = peer.wait_ready(Duration::from_secs(10)).and_then(|()| watch(&mut child));
    // Whatever became of it: nothing is left running. Its end of the connection ends the peer, whose view of a client
    // that was killed says nothing.
    drop(child.kill());
    child.wait().context("cannot wait for the program")?;
    drop(peer.finish());
    peak
}

fn watch(child: &mut Child) -> Result<u64> {
    let folder = format!("/proc/{}", child.id());
    let start = Instant::now();
    let mut last = (0, 0);
    let mut since = start;
    loop {
        thread::sleep(STEP);
        if let Some(status) = child.try_wait().context("cannot wait for the program")? {
            return Err(Error::msg(format!("it ended by itself: {status}")));
        }
        let now = (peak_memory(&folder)?, processor_ticks(&folder)?);
        if now != last {
            (last, since) = (now, Instant::now());
        }
        if since.elapsed() >= STILL {
            return Ok(now.0);
        }
        if start.elapsed() >= LIMIT {
            return Err(Error::msg(format!(
                "still busy after {} s, at {} KiB",
                LIMIT.as_secs(),
                now.0
            )));
        }
    }
}

/// VmHWM: the most that was resident at any time, in KiB.
pub fn peak_memory(folder: &str) -> Result<u64> {
    let status =
        fs::read_to_string(format!("{folder}/status")).context("cannot read its status")?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_ascii_whitespace().next())
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| Error::msg("no VmHWM in its status"))
}

/// Processor time of all threads so far.
fn processor_ticks(folder: &str) -> Result<u64> {
    let stat = fs::read_to_string(format!("{folder}/stat")).context("cannot read its stat")?;
    // The name, in parentheses, may hold spaces; user and system time are the 12th and 13th field after it.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    let times: Vec<u64> = fields
        .split_ascii_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    match times[..] {
        [user, system] => Ok(user + system),
        _ => Err(Error::msg("no times in its stat")),
    }
}
