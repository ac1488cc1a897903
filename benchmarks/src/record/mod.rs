//! What a run of all rows leaves behind: every single measurement, and what is needed to judge it or to take it again.
//!
//! `results.json` is this and nothing else. Tables and plots are derived from it by `report`; here nothing is.

mod machine;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cases::Case;
use crate::programs::{Maker, Program};
use anyhow::{Context, Result};

pub use machine::Machine;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    #[serde(flatten)]
    pub about: About,
    pub rows: Vec<Row>,
}

/// When, where and with what.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct About {
    /// In UTC, as 2026-01-31.
    pub date: String,
    pub machine: Machine,
    /// What was to be measured, in the order of the columns.
    pub programs: Vec<Found>,
    /// Of each row and program.
    pub runs: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Found {
    pub maker: Maker,
    /// None where it was not installed.
    pub version: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub case: Case,
    pub series: Vec<Series>,
    /// `clear-retained`: what the removals alone take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removals: Vec<Sample>,
}

impl Row {
    /// Without programs so far.
    pub fn new(case: &Case) -> Self {
        Self { case: *case, series: Vec::new(), removals: Vec::new() }
    }
}

/// All runs of one program in one row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Series {
    pub maker: Maker,
    pub command: String,
    /// Messages in a run, fewer than the row says for a slow program; none where they go on.
    pub messages: Option<usize>,
    pub samples: Vec<Sample>,
}

impl Series {
    /// Without runs so far; `case` is what the program does of the row.
    pub fn new(maker: Maker, case: &Case) -> Self {
        Self { maker, command: maker.line(case), messages: case.count, samples: Vec::new() }
    }
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    #[serde(flatten)]
    pub figure: Figure,
    /// Seconds for which the peer had a processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_seconds: Option<f64>,
    #[serde(default, skip_serializing_if = "End::is_right")]
    pub end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// From start to end, whole microseconds.
    Seconds(f64),
    /// Peak memory.
    Kibibytes(u64),
    /// Of processors, whole microseconds.
    CpuSeconds(f64),
    /// Of processors, for a message, whole nanoseconds.
    CpuMicroseconds(f64),
    /// Context switches for a message, whole thousandths.
    Switches(f64),
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    #[default]
    Right,
    /// Exit status 0, and yet not everything was delivered.
    Lost {
        delivered: usize,
        of: usize,
    },
    Wrong(String),
}

impl End {
    fn is_right(&self) -> bool {
        *self == Self::Right
    }
}

impl Sample {
    /// A time that a peer was not part of.
    pub fn seconds(wall: Duration, end: End) -> Self {
        Self { figure: Figure::Seconds(rounded(wall)), peer_seconds: None, end }
    }

    /// Processor time of a run.
    pub fn cpu(time: Duration, end: End) -> Self {
        Self { figure: Figure::CpuSeconds(rounded(time)), peer_seconds: None, end }
    }

    /// Processor time of a message, of so many that took this in all.
    pub fn cpu_each(time: Duration, messages: usize, end: End) -> Self {
        let each = thousandths(time.as_secs_f64() * 1e6 / messages as f64);
        Self { figure: Figure::CpuMicroseconds(each), peer_seconds: None, end }
    }

    /// Context switches of a message, of so many that took this in all.
    pub fn switches_each(switches: u64, messages: usize, end: End) -> Self {
        let each = thousandths(switches as f64 / messages as f64);
        Self { figure: Figure::Switches(each), peer_seconds: None, end }
    }

    pub fn with_peer(self, busy: Option<Duration>) -> Self {
        Self { peer_seconds: busy.map(rounded), ..self }
    }

    /// A peak of memory, or why there is none.
    pub fn memory(peak: Result<u64>) -> Self {
        let (kibibytes, end) = match peak {
            Ok(kibibytes) => (kibibytes, End::Right),
            Err(error) => (0, End::Wrong(error.to_string())),
        };
        Self { figure: Figure::Kibibytes(kibibytes), peer_seconds: None, end }
    }
}

/// To microseconds: the rest is noise.
fn rounded(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

fn thousandths(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}

impl About {
    pub fn new(makers: &[Maker], programs: &[Program], runs: usize) -> Self {
        let found = |&maker| {
            let program = programs.iter().find(|program: &&Program| program.maker == maker);
            Found { maker, version: program.map(|program| program.version.clone()) }
        };
        Self {
            date: machine::today(),
            machine: Machine::here(),
            programs: makers.iter().map(found).collect(),
            runs,
        }
    }

    /// What was to be measured, and was not installed.
    pub fn missing(&self) -> Vec<Maker> {
        let missing = self.programs.iter().filter(|program| program.version.is_none());
        missing.map(|program| program.maker).collect()
    }
}

impl Record {
    /// As JSON, a row a line.
    pub fn json(&self) -> Result<String> {
        let about = serde_json::to_string_pretty(&self.about).context("JSON")?;
        let rows: serde_json::Result<Vec<_>> =
            self.rows.iter().map(serde_json::to_string).collect();
        let rows = rows.context("JSON")?.join(",\n    ");
        let about = about.trim_end_matches("\n}");
        Ok(format!("{about},\n  \"rows\": [\n    {rows}\n  ]\n}}\n"))
    }
}
