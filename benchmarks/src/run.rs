//! Starts the programs in turn, has them timed from spawn to exit, and checks what they did.
//!
//! Knows nothing of targets and tables.

use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use crate::cases::{Case, Kind};
use crate::judge;
use crate::peer::{Close, Peer, Role};
use crate::programs::{LESS, Maker, Program};
use crate::record::{End, Row, Sample, Series};
use crate::scratch::Scratch;
use crate::style::Style;
use crate::timed;
use crate::workload::{Flood, Lines, TOPIC};
use anyhow::{Context, Result};

/// Measures cases of one kind: each round every case, in each case every program, so that whatever else the machine
/// does meets them all.
pub fn measure(
    cases: &[Case],
    programs: &[Program],
    rounds: usize,
    window: u16,
    scratch: &Scratch,
) -> Result<Vec<Row>> {
    let mut jobs = Vec::new();
    for (row, case) in cases.iter().enumerate() {
        let mut prepared: Vec<Arc<Lines>> = Vec::new();
        for program in programs {
            let Some(case) = program.maker.share(case) else { continue };
            let count = case.count.unwrap_or_default();
            let known = prepared.iter().find(|lines| lines.count() == count);
            let lines = known.cloned().unwrap_or_else(|| Arc::new(lines_for(&case)));
            prepared.push(Arc::clone(&lines));
            let job = Job::new(case, program, lines, window, scratch)?;
            jobs.push((row, job, Series::new(program.maker, &case)));
        }
    }
    for round in 0..rounds {
        for (_, job, series) in jobs.iter_mut().filter(|(_, job, _)| job.has_turn(round)) {
            series.samples.push(job.run(scratch)?);
        }
    }
    let mut rows: Vec<_> = cases.iter().map(Row::new).collect();
    for (row, _, series) in jobs {
        rows[row].series.push(series);
    }
    Ok(rows)
}

fn lines_for(case: &Case) -> Lines {
    match case.kind {
        Kind::PublishOne => Lines::single("hello"),
        _ => Lines::numbered(case.count.unwrap_or_default()),
    }
}

/// What one program does again and again.
struct Job<'a> {
    case: Case,
    program: &'a Program,
    lines: Arc<Lines>,
    stdin: Option<PathBuf>,
    flood: Option<Arc<Flood>>,
}

impl<'a> Job<'a> {
    fn new(
        case: Case,
        program: &'a Program,
        lines: Arc<Lines>,
        window: u16,
        scratch: &Scratch,
    ) -> Result<Self> {
        let count = lines.count();
        let stdin = match (case.kind, program.maker) {
            (Kind::PublishRecords, Maker::Mqtt) => {
                Some(scratch.write("records", &lines.records())?)
            }
            (Kind::PublishLines | Kind::PublishRecords | Kind::PublishStored, _) => {
                Some(scratch.write(&format!("{count}-lines"), lines.text())?)
            }
            _ => None,
        };
        let flood = case.kind.subscribes().then(|| {
            let version = program.maker.protocol();
            Arc::new(Flood::new(&lines, version, case.qos, window, count))
        });
        Ok(Self { case, program, lines, stdin, flood })
    }

    /// A slow program sits out some rounds: every other one, and most where it cannot have fewer messages.
    fn has_turn(&self, round: usize) -> bool {
        let every = match (self.program.maker.is_slow(), self.case.kind) {
            (false, _) => 1,
            (true, Kind::PublishOne) => LESS,
            (true, _) => 2,
        };
        round.is_multiple_of(every)
    }

    fn run(&self, scratch: &Scratch) -> Result<Sample> {
        let output = match self.case.kind {
            Kind::Subscribe(Style::Files) => scratch.kept().join(TOPIC).with_extension("txt"),
            _ => scratch.path("output"),
        };
        scratch.forget()?;
        let peer = Peer::start(self.role(), self.program.maker.protocol())?;
        let mut command = self.program.command(&self.case, peer.port, scratch);
        match &self.stdin {
            Some(path) => command.stdin(File::open(path).context("cannot open the lines")?),
            None => command.stdin(Stdio::null()),
        };
        match self.case.kind {
            Kind::Subscribe(style) if style != Style::Files => {
                command.stdout(File::create(&output).context("cannot create a file")?)
            }
            _ => command.stdout(Stdio::null()),
        };
        let finished = timed::run(&mut command, peer.failed())?;
        let report = peer.finish();
        let busy = report.as_ref().ok().and_then(|report| report.busy);
        let end = judge::run(&self.case, self.program.maker, &finished, report)
            .and_then(|end| {
                if let (End::Right, Kind::Subscribe(style)) = (&end, self.case.kind) {
                    style.check(self.program.maker, self.case.qos, &self.lines, &output)?;
                }
                Ok(end)
            })
            .unwrap_or_else(|error| End::Wrong(error.to_string()));
        Ok(Sample::seconds(finished.wall, end).with_peer(busy))
    }

    fn role(&self) -> Role {
        match &self.flood {
            Some(flood) => {
                let close = match self.program.maker.counts_messages() {
                    true => Close::Theirs,
                    false => Close::Ours,
                };
                Role::Flood(Arc::clone(flood), close)
            }
            None => Role::Collect {
                lines: Arc::clone(&self.lines),
                topic: if self.case.kind == Kind::PublishOne { "a" } else { TOPIC },
                qos: self.case.qos,
            },
        }
    }
}
