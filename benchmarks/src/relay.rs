//! How long a message takes from one program to another: from the stdin of `pub -l` through a real broker to the stdout
//! of `sub`.
//!
//! Knows nothing of targets and tables.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::broker::Broker;
use crate::cases::{Case, Kind};
use crate::programs::Program;
use crate::record::{End, Row, Sample, Series};
use crate::scratch::Scratch;
use crate::workload::Lines;
use crate::{pace, store};
use anyhow::{Context, Error, Result};

/// A stored message, by which a subscriber tells that it is there.
const READY: &str = "ready";
/// How long a message may take, and a program to end.
const PATIENCE: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(5);

/// Measures a case: each round every program. Gives a row of the median, and one of the tail.
pub fn measure(
    case: &Case,
    programs: &[Program],
    rounds: usize,
    mosquitto: Option<&Path>,
    scratch: &Scratch,
) -> Result<[Row; 2]> {
    let broker = Broker::start(mosquitto, scratch)?;
    store::fill(broker.port, &Lines::single(READY))?;
    let lines = Lines::numbered(case.count.unwrap_or_default());
    let mut rows = [Row::new(case), Row::new(&case.second().unwrap_or(*case))];
    let programs: Vec<_> = programs.iter().filter(|program| program.takes(case)).collect();
    for row in &mut rows {
        let series = programs.iter().map(|program| Series::new(program.maker, case));
        row.series.extend(series);
    }
    for _ in 0..rounds {
        for (number, program) in programs.iter().enumerate() {
            let (times, end) = match relay(case, program, broker.port, &lines, scratch) {
                Ok(times) => (times, End::Right),
                Err(error) => (Vec::new(), End::Wrong(error.to_string())),
            };
            for (row, percent) in rows.iter_mut().zip([50, 99]) {
                let sample = Sample::seconds(percentile(&times, percent), end.clone());
                row.series[number].samples.push(sample);
            }
        }
    }
    Ok(rows)
}

/// One run of one program: what each message but the first took, shortest first.
fn relay(
    case: &Case,
    program: &Program,
    port: u16,
    lines: &Lines,
    scratch: &Scratch,
) -> Result<Vec<Duration>> {
    let Kind::Relay(rate) = case.kind else {
        return Err(Error::msg("this case has no publisher and subscriber"));
    };
    let mut command = program.command(&case.subscriber(rate), port, scratch);
    let mut subscriber = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let stdout = subscriber.0.stdout.take().ok_or_else(|| Error::msg("sub has no stdout"))?;
    let arrivals = Arrivals::of(stdout);
    arrivals.next(READY.as_bytes()).map_err(|error| subscriber.blamed("sub", error))?;

    let mut command = program.command(&case.publisher(rate), port, scratch);
    let mut publisher = Running::start(command.stdin(Stdio::piped()).stdout(Stdio::null()))?;
    let times = send(&mut publisher, &arrivals, lines, rate)
        .map_err(|error| publisher.blamed("pub", error))
        .map_err(|error| subscriber.blamed("sub", error))?;
    publisher.end().context("pub")?;
    subscriber.end().context("sub")?;
    arrivals.end()?;
    Ok(times)
}

/// Sends all lines, and tells what each but the first took, shortest first.
fn send(
    publisher: &mut Running,
    arrivals: &Arrivals,
    lines: &Lines,
    rate: u32,
) -> Result<Vec<Duration>> {
    let mut stdin = publisher.0.stdin.take().ok_or_else(|| Error::msg("pub has no stdin"))?;
    stdin.write_all(lines.line(0)).context("cannot write to pub")?;
    arrivals.next(lines.payload(0).unwrap_or_default())?;

    let (written, arrived) = thread::scope(|scope| {
        let writer = scope.spawn(|| write(&mut stdin, lines, rate));
        let arrived = take(arrivals, lines);
        if arrived.is_err() {
            // Who writes to it may be waiting. It may have ended by itself just now.
            drop(publisher.0.kill());
        }
        let written = writer.join().unwrap_or_else(|_| Err(Error::msg("what writes panicked")));
        anyhow::Ok((written, arrived?))
    })?;
    let mut times: Vec<_> =
        arrived.iter().zip(&written?).map(|(end, start)| *end - *start).collect();
    times.sort();
    Ok(times)
}

/// Writes all lines but the first, and tells when.
fn write(stdin: &mut ChildStdin, lines: &Lines, rate: u32) -> Result<Vec<Instant>> {
    let mut written = Vec::with_capacity(lines.count());
    pace::steadily(rate, lines.count() - 1, |number| {
        written.push(Instant::now());
        stdin.write_all(lines.line(number + 1)).context("cannot write to pub")
    })?;
    Ok(written)
}

/// Takes all lines but the first, and tells when they came.
fn take(arrivals: &Arrivals, lines: &Lines) -> Result<Vec<Instant>> {
    let arrival = |number| {
        let payload = lines.payload(number).unwrap_or_default();
        arrivals.next(payload).context(format!("message {number} of {}", lines.count()))
    };
    (1..lines.count()).map(arrival).collect()
}

/// What so many of a hundred are at most. Nothing without times.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// A program, ended when dropped.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Result<Self> {
        let child = command.stderr(Stdio::piped()).spawn().context("cannot start the program")?;
        Ok(Self(child))
    }

    /// Waits until it has ended well.
    fn end(&mut self) -> Result<()> {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.0.try_wait().context("cannot wait for it")? {
                break status;
            }
            if start.elapsed() >= PATIENCE {
                return Err(Error::msg("it does not end"));
            }
            thread::sleep(STEP);
        };
        let talk = self.talk()?;
        if status.success() {
            Ok(())
        } else {
            Err(Error::msg(format!("{status}: {}", talk.trim_end())))
        }
    }

    /// An error, which may be only what follows from its end.
    fn blamed(&mut self, name: &str, error: Error) -> Error {
        thread::sleep(STEP);
        let Ok(Some(status)) = self.0.try_wait() else {
            return error;
        };
        let talk = self.talk().unwrap_or_default();
        Error::msg(format!("{error} ({name}: {status}: {})", talk.trim_end()))
    }

    /// What it said on stderr, which fits into the pipe.
    fn talk(&mut self) -> Result<String> {
        let mut talk = String::new();
        if let Some(mut stderr) = self.0.stderr.take() {
            stderr.read_to_string(&mut talk).context("cannot read stderr")?;
        }
        Ok(talk)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a process that has been waited for.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The lines of an output, each with the time at which it came.
struct Arrivals(Receiver<(Instant, Vec<u8>)>);

impl Arrivals {
    fn of(stdout: ChildStdout) -> Self {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            let mut line = Vec::new();
            while stdout.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                // Nobody listens any more once something went wrong.
                if sender.send((Instant::now(), std::mem::take(&mut line))).is_err() {
                    break;
                }
            }
        });
        Self(receiver)
    }

    /// When the next line came, which must be this.
    fn next(&self, expected: &[u8]) -> Result<Instant> {
        let (time, line) =
            self.0.recv_timeout(PATIENCE).map_err(|_| Error::msg("no line came from sub"))?;
        if line.strip_suffix(b"\n") == Some(expected) {
            Ok(time)
        } else {
            Err(Error::msg(format!("sub printed {}", line.escape_ascii())))
        }
    }

    /// Fails if there is more.
    fn end(&self) -> Result<()> {
        match self.0.recv_timeout(PATIENCE) {
            Err(RecvTimeoutError::Disconnected) => Ok(()),
            _ => Err(Error::msg("the output goes on after the last message")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::percentile;
    use std::time::Duration;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times: Vec<_> = (1..=999).map(Duration::from_micros).collect();
        let of = |percent| percentile(&times, percent).as_micros();
        assert_eq!((of(50), of(99), of(100)), (500, 990, 999));
        assert_eq!(percentile(&times[..1], 50), Duration::from_micros(1));
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }
}
