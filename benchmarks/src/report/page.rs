//! The table in `docs/benchmarks.md`: between two marks, everything is generated.

use std::fmt::Write as _;

use super::cells::{Detail, Line};
use crate::record::Record;
use anyhow::{Error, Result};

const START: &str = "<!-- benchmarks/results.json -->\n";
const END: &str = "<!-- end -->\n";

/// The page with this part as the record has it.
pub fn with_table(page: &str, record: &Record) -> Result<String> {
    let parts = page.split_once(START).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) =
        parts.ok_or_else(|| Error::msg("docs/benchmarks.md has lost its mark for the table"))?;
    Ok(format!("{before}{START}\n{}\n{END}{after}", part(record)))
}

fn part(record: &Record) -> String {
    let programs = &record.about.programs;
    let mut text = String::from("|");
    for program in programs {
        let name = program.maker.name();
        let _ = match &program.version {
            Some(version) => write!(text, " | {version}"),
            None => write!(text, " | {name} (not installed)"),
        };
    }
    let _ = writeln!(text, " |\n|---|{}", "--:|".repeat(programs.len()));
    for line in Line::all(record) {
        let cell = |maker| line.cell(maker, Detail::Figure);
        let cells: Vec<_> = programs.iter().map(|program| cell(program.maker)).collect();
        let _ = writeln!(text, "| {} | {} |", line.row.case.title(), cells.join(" | "));
    }
    let about = &record.about;
    let _ = writeln!(
        text,
        "\n{}, {} cores, {}; runs of each: {}, the median counts.",
        about.machine.processor, about.machine.cores, about.date, about.runs
    );
    text
}
