//! `results.md`: the whole table with targets, and the commands.

use std::fmt::Write as _;

use super::cells::{Detail, Line};
use crate::measure::SINGLES;
use crate::programs::{LESS, Maker};
use crate::record::{Found, Record};
use crate::summary::Summary;
use crate::target::Verdict;

/// The gravest of all rows.
pub fn verdict(record: &Record) -> Verdict {
    let verdicts = Line::all(record).into_iter().map(|line| line.judged().1);
    verdicts.max().unwrap_or(Verdict::None)
}

/// A row a case, a column a program.
pub fn table(record: &Record) -> String {
    let makers: Vec<_> = record.about.programs.iter().map(|program| program.maker).collect();
    let mut text = format!(
        "| | {} | | target | | peer busy |\n|---|{}---|---|---|--:|\n",
        makers.iter().map(|maker| maker.name()).collect::<Vec<_>>().join(" | "),
        "--:|".repeat(makers.len()),
    );
    for line in Line::all(record) {
        let cells: Vec<_> = makers.iter().map(|maker| line.cell(*maker, Detail::Spread)).collect();
        // There was a peer in all of them or in none.
        let timed = |summary: &&Summary| summary.busy.is_some();
        let busy = |maker: &Maker| line.summary(*maker).filter(timed).map(Summary::peer_busy);
        let busy: Vec<_> = makers.iter().filter_map(busy).collect();
        let (ratio, verdict) = line.judged();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {ratio} | {} | {} | {} |",
            line.row.case.title(),
            cells.join(" | "),
            line.row.case.target.name(),
            verdict.name(),
            busy.join(" / "),
        );
    }
    text
}

/// The file.
pub fn page(record: &Record) -> String {
    let about = &record.about;
    let machine = &about.machine;
    let mut text = format!(
        "# Results\n\nMade of [results.json](results.json), where each single measurement is. How it was measured, and how \
         to do it again, is in the [README](README.md).\n\n\
         * date: {}\n* machine: {}, {} cores, {}\n\
         * runs: {} of each, {} of `pub -m` (of slow programs {}); median (least–most)\n",
        about.date,
        machine.processor,
        machine.cores,
        machine.system,
        about.runs,
        about.runs * SINGLES,
        about.runs * SINGLES / LESS,
    );
    for program in &about.programs {
        let _ = writeln!(text, "* {}", version(program));
    }
    let _ = write!(
        text,
        "\n{}\n`3.1×`: this program's figure, of time, memory or switches, is 3.1 times that of `mqtt`; where it had fewer \
         messages, its time for a message.\n`peer busy`: part of the time in which the peer used a processor, for each program.\n\n\
         ## Commands\n\nIn the root of the repository.\n\n```sh\n{}```\n",
        table(record),
        commands(record),
    );
    text
}

fn version(program: &Found) -> String {
    let missing = || format!("{} was not installed", program.maker.name());
    program.version.clone().unwrap_or_else(missing)
}

/// Each once.
fn commands(record: &Record) -> String {
    let mut commands: Vec<&str> = Vec::new();
    for series in record.rows.iter().flat_map(|row| &row.series) {
        if !commands.contains(&series.command.as_str()) {
            commands.push(&series.command);
        }
    }
    commands.iter().map(|command| format!("{command}\n")).collect()
}
