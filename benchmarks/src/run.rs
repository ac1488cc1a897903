//! Starts the programs in turn, times them from spawn to exit, and checks what they did.
//!
//! Knows nothing of targets and tables.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::cases::{Case, Kind};
use crate::error::{Context, Error, Result};
use crate::flow::Parting;
use crate::peer::{Peer, Report, Role};
use crate::programs::{Maker, Program};
use crate::scratch::Scratch;
use crate::workload::{Flood, Lines, TOPIC};

/// No run may take longer.
const DEADLINE: Duration = Duration::from_secs(120);
/// How long a program may go on once the peer gave up on it, and how often that is looked at.
const PATIENCE: Duration = Duration::from_secs(1);

/// One run of one program.
pub struct Sample {
    pub wall: Duration,
    /// Processor time of the peer.
    pub peer: Option<Duration>,
    pub end: End,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Right,
    /// Exit status 0, and yet not everything was delivered.
    Lost {
        delivered: usize,
        of: usize,
    },
    Wrong(String),
}

/// All runs of one program for one case.
pub struct Runs {
    pub case: Case,
    pub maker: Maker,
    pub samples: Vec<Sample>,
}

/// Measures cases of one kind: each round every case, in each case every program, so that whatever else the machine
/// does meets them all.
pub fn measure(
    cases: &[Case],
    programs: &[Program],
    rounds: usize,
    window: u16,
    scratch: &Scratch,
) -> Result<Vec<Runs>> {
    let mut jobs = Vec::new();
    for case in cases {
        let lines = Arc::new(match case.kind {
            Kind::PublishOne => Lines::single("hello"),
            _ => Lines::numbered(case.count.unwrap_or_default()),
        });
        let stdin = match case.kind {
            Kind::PublishLines | Kind::PublishRecords => {
                Some(scratch.write("lines", lines.text())?)
            }
            _ => None,
        };
        let records = match case.kind {
            Kind::PublishRecords => Some(scratch.write("records", &lines.records())?),
            _ => None,
        };
        for program in programs {
            let version = program.maker.protocol();
            let flood = case
                .kind
                .subscribes()
                .then(|| Arc::new(Flood::new(&lines, version, case.qos, window, lines.count())));
            let records = records.clone().filter(|_| program.maker == Maker::Mqtt);
            let stdin = records.or_else(|| stdin.clone());
            let job = Job { case, program, lines: Arc::clone(&lines), stdin, flood };
            jobs.push((job, Vec::with_capacity(rounds)));
        }
    }
    for _ in 0..rounds {
        for (job, samples) in &mut jobs {
            samples.push(job.run(scratch)?);
        }
    }
    Ok(jobs
        .into_iter()
        .map(|(job, samples)| Runs { case: *job.case, maker: job.program.maker, samples })
        .collect())
}

struct Job<'a> {
    case: &'a Case,
    program: &'a Program,
    lines: Arc<Lines>,
    stdin: Option<PathBuf>,
    flood: Option<Arc<Flood>>,
}

impl Job<'_> {
    fn run(&self, scratch: &Scratch) -> Result<Sample> {
        let role = match &self.flood {
            Some(flood) => Role::Flood(Arc::clone(flood)),
            None => Role::Collect {
                lines: Arc::clone(&self.lines),
                topic: if self.case.kind == Kind::PublishOne { "a" } else { TOPIC },
                qos: self.case.qos,
            },
        };
        let output = scratch.path("output");
        let peer = Peer::start(role, self.program.maker.protocol())?;
        let mut command = command(self.program, self.case, peer.port, scratch);
        match &self.stdin {
            Some(path) => command.stdin(File::open(path).context("cannot open the lines")?),
            None => command.stdin(Stdio::null()),
        };
        match self.case.kind {
            Kind::Subscribe(_) => {
                command.stdout(File::create(&output).context("cannot create a file")?)
            }
            _ => command.stdout(Stdio::null()),
        };
        let finished = run_timed(&mut command, peer.failed())?;
        let report = peer.finish();
        let busy = report.as_ref().ok().and_then(|report| report.busy);
        let end = self
            .judge(&finished, report)
            .and_then(|end| {
                if let (End::Right, Kind::Subscribe(style)) = (&end, self.case.kind) {
                    style.check(self.program.maker, self.case.qos, &self.lines, &output)?;
                }
                Ok(end)
            })
            .unwrap_or_else(|error| End::Wrong(error.to_string()));
        Ok(Sample { wall: finished.wall, peer: busy, end })
    }

    fn judge(&self, finished: &Finished, report: Result<Report>) -> Result<End> {
        if !finished.status.success() {
            let peer = report.err().map(|error| format!(" (peer: {error})"));
            return Err(Error::new(format!(
                "{}: {}{}",
                finished.status,
                finished.talk.lines().next_back().unwrap_or("nothing said"),
                peer.unwrap_or_default()
            )));
        }
        let report = report.context("peer")?;
        let of = self.lines.count();
        if report.delivered != of {
            // A subscriber that prints everything without acknowledging everything is mosquitto's choice to make, but
            // not that of `mqtt`, whose contract is to acknowledge what it printed.
            if self.flood.is_none() || self.program.maker == Maker::Mqtt {
                return Ok(End::Lost { delivered: report.delivered, of });
            }
        }
        if report.parting != Parting::Disconnect {
            return Err(Error::new("exit status 0, but no DISCONNECT was sent"));
        }
        Ok(End::Right)
    }
}

/// The program with its arguments, and nobody's settings.
pub fn command(program: &Program, case: &Case, port: u16, scratch: &Scratch) -> Command {
    let mut command = Command::new(program.path(case.kind));
    command
        .args(program.maker.arguments(case, port))
        .env("HOME", scratch.home())
        .env_remove("XDG_CONFIG_HOME");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MQTT_") {
            command.env_remove(name);
        }
    }
    command
}

struct Finished {
    wall: Duration,
    status: ExitStatus,
    /// stderr.
    talk: String,
}

/// Runs to the end, to the deadline, or until the peer has given up on the program. The clock stops when the process was waited for; until then this thread sleeps
/// in a read of its stderr, and the guard wakes once a second.
fn run_timed(command: &mut Command, peer_failed: Arc<AtomicBool>) -> Result<Finished> {
    let running: Arc<Mutex<Option<Child>>> = Arc::default();
    let (over, deadline) = mpsc::channel::<()>();
    let guarded = Arc::clone(&running);
    let guard = thread::spawn(move || {
        let start = Instant::now();
        let mut late = false;
        while !late && deadline.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            late = start.elapsed() >= DEADLINE || peer_failed.load(Ordering::Relaxed);
        }
        if late && let Some(child) = lock(&guarded).as_mut() {
            // It may have ended by itself just now.
            drop(child.kill());
        }
        late
    });
    command.stderr(Stdio::piped());

    let start = Instant::now();
    let mut child = command
        .spawn()
        .context(format!("cannot start {}", command.get_program().to_string_lossy()))?;
    let stderr = child.stderr.take();
    *lock(&running) = Some(child);
    let mut talk = Vec::new();
    if let Some(mut stderr) = stderr {
        stderr.read_to_end(&mut talk).context("cannot read stderr")?;
    }
    let status = match lock(&running).as_mut() {
        Some(child) => child.wait().context("cannot wait for the program")?,
        None => return Err(Error::new("the program is gone")),
    };
    let wall = start.elapsed();

    drop(over);
    let late = guard.join().unwrap_or(false);
    let mut talk = String::from_utf8_lossy(&talk).into_owned();
    if late {
        talk.push_str(&format!("\nended after {} s", wall.as_secs()));
    }
    Ok(Finished { wall, status, talk })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
