//! Asks a running program what it used of the processors, at the right moments: when it has printed, or been given, all
//! but its last message.
//!
//! Of messages that come one at a time the first one is over when counting begins, so that neither the start of a
//! program nor its end is in the figure. Knows no peer and no cases.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use crate::pace;
use crate::usage::{Share, Usage};
use crate::workload::Lines;
use anyhow::{Context, Error, Result};

/// How long a program is left alone before it is asked what it used, so that it has nothing left to do.
const REST: Duration = Duration::from_millis(50);
/// How often a file is looked at.
const STEP: Duration = Duration::from_micros(500);
/// What is read at once.
const READ_SIZE: usize = 64 * 1024;

/// Of one run.
pub struct Metered {
    pub used: Share,
    /// When all but the last message was through.
    pub through: Instant,
}

/// Where a subscriber prints.
pub enum Output {
    /// Compared as it comes.
    Pipe(ChildStdout),
    File(PathBuf),
}

/// Follows what a subscriber prints. `release` lets the peer go on: after the first message, if it is to be left out,
/// and when it is time for the last.
pub fn follow(
    process: u32,
    output: Output,
    lines: &Arc<Lines>,
    without_first: bool,
    release: &Sender<()>,
) -> Result<Metered> {
    let mut follower = Follower { process, output, lines: Arc::clone(lines), offset: 0 };
    let go_on = || release.send(()).context("the peer has left");
    let before = if without_first {
        follower.until(1)?;
        let before = rested(process)?;
        go_on()?;
        Some(before)
    } else {
        None
    };
    follower.until(lines.count() - 1)?;
    let through = Instant::now();
    let after = rested(process)?;
    go_on()?;
    follower.end()?;
    let used = match before {
        Some(before) => after.since(&before)?,
        None => after.total(),
    };
    Ok(Metered { used, through })
}

/// Gives a publisher its lines, so many a second.
pub fn feed(process: u32, mut stdin: ChildStdin, lines: &Lines, rate: u32) -> Result<Metered> {
    let mut write = |number| stdin.write_all(lines.line(number)).context("cannot write to it");
    write(0)?;
    let before = rested(process)?;
    pace::steadily(rate, lines.count() - 2, |number| write(number + 1))?;
    let through = Instant::now();
    let used = rested(process)?.since(&before)?;
    write(lines.count() - 1)?;
    // mosquitto_pub leaves with its last messages unsent when its input ends before they are acknowledged.
    thread::sleep(REST);
    Ok(Metered { used, through })
}

fn rested(process: u32) -> Result<Usage> {
    thread::sleep(REST);
    Usage::of(process)
}

struct Follower {
    process: u32,
    output: Output,
    lines: Arc<Lines>,
    /// How much was printed so far.
    offset: usize,
}

impl Follower {
    /// Waits until so many lines were printed.
    fn until(&mut self, count: usize) -> Result<()> {
        let mut buffer = [0; READ_SIZE];
        while self.offset < self.lines.bytes(count) {
            match &mut self.output {
                Output::Pipe(pipe) => {
                    let count = pipe.read(&mut buffer).context("cannot read the output")?;
                    if count == 0 {
                        return Err(Error::msg("the output ended early"));
                    }
                    self.lines.continues(self.offset, &buffer[..count])?;
                    self.offset += count;
                }
                Output::File(path) => {
                    thread::sleep(STEP);
                    // Gone once it was waited for.
                    Usage::of(self.process).context("the program ended early")?;
                    let file = fs::metadata(path).context("cannot see the output")?;
                    self.offset = file.len() as usize;
                }
            }
        }
        Ok(())
    }

    /// Reads the rest. A file is for others to compare.
    fn end(&mut self) -> Result<()> {
        if let Output::File(_) = self.output {
            return Ok(());
        }
        self.until(self.lines.count())?;
        if let Output::Pipe(pipe) = &mut self.output
            && pipe.read(&mut [0]).context("cannot read the output")? > 0
        {
            return Err(Error::msg("the output goes on after the last message"));
        }
        Ok(())
    }
}
