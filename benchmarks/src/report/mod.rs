//! From a record to what people read: `results.md`, `plot.svg`, and the table in the README.
//!
//! Measures nothing: the same record gives the same text, and a test compares.

mod axis;
mod cells;
mod plot;
mod readme;
mod results;
mod svg;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Context, Result};
use crate::record::Record;

pub use results::{table, verdict};

/// What a run writes; the rest follows from it.
const RECORD: &str = "benchmarks/results.json";

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// Writes the record, and all that follows from it.
pub fn write(record: &Record) -> Result<()> {
    save(RECORD, &record.json()?)?;
    for (name, text) in derived(record)? {
        save(name, &text)?;
    }
    Ok(())
}

/// Each file that follows from the record, as it should be.
fn derived(record: &Record) -> Result<[(&'static str, String); 3]> {
    let readme = fs::read_to_string(path("README.md")).context("cannot read README.md")?;
    Ok([
        ("benchmarks/results.md", results::page(record)),
        ("benchmarks/plot.svg", plot::draw(record)),
        ("README.md", readme::with_speed(&readme, record)?),
    ])
}

fn save(name: &str, text: &str) -> Result<()> {
    fs::write(path(name), text).context(format!("cannot write {name}"))
}

#[cfg(test)]
mod tests {
    use super::cells::{Detail, Line};
    use super::*;
    use crate::programs::Maker;

    fn recorded() -> Record {
        serde_json::from_slice(&fs::read(path(RECORD)).unwrap()).unwrap()
    }

    #[test]
    fn what_people_read_follows_from_the_record() {
        let record = recorded();
        for (name, text) in derived(&record).unwrap() {
            if std::env::var_os("BLESS").is_some() {
                save(name, &text).unwrap();
            }
            let found = fs::read_to_string(path(name)).unwrap().replace("\r\n", "\n");
            assert!(
                found == text,
                "{name} is not what the record says: BLESS=1 cargo test -p benchmarks"
            );
        }
    }

    #[test]
    fn a_program_that_was_not_installed_is_named_where_it_would_have_been() {
        let mut record = recorded();
        for program in &mut record.about.programs {
            program.version = program.version.take().filter(|_| program.maker != Maker::MqttJs);
        }
        for row in &mut record.rows {
            row.series.retain(|series| series.maker != Maker::MqttJs);
        }
        let page = results::page(&record);
        assert!(page.contains("* MQTT.js was not installed\n"), "{page}");
        let lines = Line::all(&record);
        let told = |line: &&Line<'_>| line.cell(Maker::MqttJs, Detail::Figure) == "not installed";
        let would = |line: &&Line<'_>| Maker::MqttJs.share(&line.row.case).is_some();
        assert_eq!(lines.iter().filter(told).count(), lines.iter().filter(would).count());
    }

    #[test]
    fn a_record_comes_back_as_it_was_written() {
        let record = recorded();
        let again: Record = serde_json::from_str(&record.json().unwrap()).unwrap();
        assert_eq!(again.rows.len(), record.rows.len());
        assert_eq!(again.json().unwrap(), record.json().unwrap());
    }
}
