//! Which rows are measured, with how many messages, and with which programs: what the command line left of them all.

use crate::args::{Args, Mode};
use crate::cases::{self, Case, Counts};
use crate::error::Result;
use crate::programs::Program;
use crate::target::Target;

/// The rows by how they are measured.
pub struct Selection {
    pub timed: Vec<Case>,
    pub clearing: Vec<Case>,
    pub memory: Vec<Case>,
}

impl Selection {
    pub fn new(args: &Args) -> Self {
        let few = (args.mode == Mode::Verify).then_some(5000);
        let count = args.count.or(few);
        let counts = Counts {
            published: count.unwrap_or(200_000),
            received: count.unwrap_or(500_000),
            stored: count.unwrap_or(100_000),
        };
        Self {
            timed: named(args, cases::timed(counts)),
            clearing: named(args, cases::clearing(counts)),
            memory: named(args, cases::memory()),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.timed.is_empty() && self.clearing.is_empty() && self.memory.is_empty()
    }
}

/// What `--only` leaves. A row that is measured in terms of the same at QoS 0 brings that row along.
fn named(args: &Args, cases: Vec<Case>) -> Vec<Case> {
    let is_named = |case: &&Case| {
        let title = case.title();
        args.only.is_empty() || args.only.iter().any(|text| title.contains(text))
    };
    let chosen: Vec<_> = cases.iter().filter(is_named).collect();
    let needs_zero = |kind| {
        chosen
            .iter()
            .any(|case| case.kind == kind && matches!(case.target, Target::TimesOwnZero(_)))
    };
    cases
        .iter()
        .filter(|case| is_named(case) || (case.qos == 0 && needs_zero(case.kind)))
        .copied()
        .collect()
}

/// Those that are there. Paho and MQTT.js need not be.
pub fn programs(args: &Args) -> Result<Vec<Program>> {
    let find = |&maker| Program::find(maker, args.mqtt.as_deref()).transpose();
    // Last first: whether the others are there is known before a long build.
    let mut programs = args.makers.iter().rev().filter_map(find).collect::<Result<Vec<_>>>()?;
    programs.reverse();
    Ok(programs)
}
