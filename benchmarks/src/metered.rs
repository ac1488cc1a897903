//! What the programs use of the processors: for messages that come one at a time, and for all of a flood over TCP, TLS
//! and WebSocket.
//!
//! Starts them in turn, and checks what they did. Knows nothing of targets and tables.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::cases::{Case, Kind, Quantity, Way};
use crate::meter::{self, Metered, Output};
use crate::peer::{Peer, Role};
use crate::programs::Program;
use crate::record::{End, Row, Sample, Series};
use crate::scratch::Scratch;
use crate::stream::Door;
use crate::tls::Identity;
use crate::usage::Share;
use crate::workload::{Flood, Lines, TOPIC, WINDOW};
use crate::{judge, timed};
use anyhow::{Context, Error, Result};

/// How long a program may take to connect.
const PATIENCE: Duration = Duration::from_secs(10);

/// Measures cases: each round every case, in each case every program. Gives two rows of each.
pub fn measure(
    cases: &[Case],
    programs: &[Program],
    rounds: usize,
    scratch: &Scratch,
) -> Result<Vec<Row>> {
    let identity = Identity::new()?;
    fs::write(scratch.authority(), &identity.authority).context("cannot write a certificate")?;
    let mut jobs = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let lines = Arc::new(Lines::numbered(case.count.unwrap_or_default()));
        for program in programs.iter().filter(|program| program.takes(case)) {
            let job = Job::new(*case, program, Arc::clone(&lines), &identity);
            jobs.push((number, job, Vec::new()));
        }
    }
    for _ in 0..rounds {
        for (_, job, samples) in &mut jobs {
            samples.push(job.run(scratch)?);
        }
    }
    let row = |case: &Case| [Row::new(case), Row::new(&case.second().unwrap_or(*case))];
    let mut rows: Vec<_> = cases.iter().map(row).collect();
    for (number, job, samples) in jobs {
        let (first, second) = samples.into_iter().map(|[first, second]| (first, second)).unzip();
        let series = |samples| Series { samples, ..Series::new(job.program.maker, &job.case) };
        rows[number][0].series.push(series(first));
        rows[number][1].series.push(series(second));
    }
    Ok(rows.into_iter().flatten().collect())
}

/// What one program does again and again.
struct Job<'a> {
    case: Case,
    program: &'a Program,
    lines: Arc<Lines>,
    /// What a subscriber gets.
    flood: Option<Arc<Flood>>,
    door: Door,
}

impl<'a> Job<'a> {
    fn new(case: Case, program: &'a Program, lines: Arc<Lines>, identity: &Identity) -> Self {
        let count = lines.count();
        let flood = case.kind.subscribes().then(|| {
            let version = program.maker.protocol();
            Arc::new(Flood::new(&lines, version, case.qos, WINDOW, count))
        });
        let door = match case.kind {
            Kind::SubscribeOver(Way::Tls) => Door::Tls(Arc::clone(&identity.config)),
            Kind::SubscribeOver(Way::WebSocket) => Door::WebSocket,
            _ => Door::Tcp,
        };
        Self { case, program, lines, flood, door }
    }

    fn rate(&self) -> Option<u32> {
        match self.case.kind {
            Kind::SubscribeTrickle(rate) | Kind::PublishTrickle(rate) => Some(rate),
            _ => None,
        }
    }

    /// One run, as a sample for each of the two rows.
    fn run(&self, scratch: &Scratch) -> Result<[Sample; 2]> {
        let output = scratch.path("output");
        let role = match &self.flood {
            Some(flood) => Role::Meter(Arc::clone(flood), self.rate()),
            None => {
                Role::Collect { lines: Arc::clone(&self.lines), topic: TOPIC, qos: self.case.qos }
            }
        };
        let peer = Peer::behind(self.door.clone(), role, self.program.maker.protocol())?;
        let mut command = self.program.command(&self.case, peer.port, scratch);
        match self.case.kind {
            Kind::SubscribeTrickle(_) => command.stdin(Stdio::null()).stdout(Stdio::piped()),
            Kind::SubscribeOver(_) => command
                .stdin(Stdio::null())
                .stdout(File::create(&output).context("cannot create a file")?),
            _ => command.stdin(Stdio::piped()).stdout(Stdio::null()),
        };
        let start = Instant::now();
        let attend = |child: &mut Child| self.attend(child, &peer, &output);
        let (finished, attendant) = timed::attended(&mut command, peer.failed(), attend)?;
        let metered = attendant.and_then(|thread| {
            thread.join().unwrap_or_else(|_| Err(Error::msg("what measures panicked")))
        });
        let report = peer.finish();
        let busy = report.as_ref().ok().and_then(|report| report.busy);
        let end = judge::run(&self.case, self.program.maker, &finished, report);
        Ok(match end.and_then(|end| Ok((metered?, end, self.compare(&output)?))) {
            Ok((metered, end, ())) => {
                self.samples(metered.used, metered.through - start, busy, end)
            }
            Err(error) => {
                let end = End::Wrong(error.to_string());
                self.samples(Share::default(), Duration::ZERO, None, end)
            }
        })
    }

    fn samples(
        &self,
        used: Share,
        wall: Duration,
        busy: Option<Duration>,
        end: End,
    ) -> [Sample; 2] {
        let Share { cpu, switches } = used;
        if self.case.quantity == Quantity::Cpu {
            return [Sample::cpu(cpu, end.clone()), Sample::seconds(wall, end).with_peer(busy)];
        }
        let messages = self.lines.count() - 2;
        [
            Sample::cpu_each(cpu, messages, end.clone()),
            Sample::switches_each(switches, messages, end),
        ]
    }

    /// What went into a pipe has been compared already.
    fn compare(&self, output: &Path) -> Result<()> {
        match self.case.kind {
            Kind::SubscribeOver(_) => self.lines.compare(output),
            _ => Ok(()),
        }
    }

    /// Starts what reads from the program or writes to it, and asks it what it used.
    fn attend(
        &self,
        child: &mut Child,
        peer: &Peer,
        output: &Path,
    ) -> Result<JoinHandle<Result<Metered>>> {
        let process = child.id();
        let lines = Arc::clone(&self.lines);
        if let Kind::PublishTrickle(rate) = self.case.kind {
            let stdin = child.stdin.take().ok_or_else(|| Error::msg("it has no stdin"))?;
            peer.wait_ready(PATIENCE)?;
            return Ok(thread::spawn(move || meter::feed(process, stdin, &lines, rate)));
        }
        let trickles = self.rate().is_some();
        let release = peer.release();
        let output = child.stdout.take().map_or(Output::File(output.to_owned()), Output::Pipe);
        Ok(thread::spawn(move || meter::follow(process, output, &lines, trickles, &release)))
    }
}
