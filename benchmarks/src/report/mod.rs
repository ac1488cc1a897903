//! From a record to what people read: `results.md`, `plot.svg`, and the table in `docs/benchmarks.md`.
//!
//! Measures nothing: the same record gives the same text, and a test compares.

mod axis;
mod cells;
mod page;
mod plot;
mod results;
mod svg;

use std::fs;
use std::path::{Path, PathBuf};

use crate::record::Record;
use anyhow::{Context, Result};

pub use results::{table, verdict};

/// What a run writes; the rest follows from it.
const RECORD: &str = "benchmarks/results.json";

/// What people read first of it.
const PAGE: &str = "docs/benchmarks.md";

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
    let page = fs::read_to_string(path(PAGE)).context(format!("cannot read {PAGE}"))?;
    Ok([
        ("benchmarks/results.md", results::page(record)),
        ("benchmarks/plot.svg", plot::draw(record)),
        (PAGE, page::with_table(&page, record)?),
    ])
}

fn save(name: &str, text: &str) -> Result<()> {
    fs::write(path(name), text).context(format!("cannot write {name}"))
}

#[cfg(test)]
mod tests {
    use super::cells::{Detail, Line};
    use super::*;
    use crate::cases::{self, Counts, Quantity};
    use crate::programs::Maker;
    use crate::record::{End, Row, Sample, Series};
    use crate::target::Verdict;
    use std::time::Duration;

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
        for record in [recorded(), with_processors()] {
            let again: Record = serde_json::from_str(&record.json().unwrap()).unwrap();
            assert_eq!(again.rows.len(), record.rows.len());
            assert_eq!(again.json().unwrap(), record.json().unwrap());
        }
    }

    /// Rows of the time of processors and of the way through a broker; `mqtt` takes 2.5 ms where mosquitto takes 2 ms.
    fn with_processors() -> Record {
        let counts = Counts {
            published: 1,
            received: 1,
            stored: 1,
            seldom: 100,
            often: 1000,
            carried: 10_000,
            relayed: 100,
        };
        let mut record = recorded();
        record.rows.clear();
        record.about.programs.retain(|it| matches!(it.maker, Maker::Mqtt | Maker::Mosquitto));
        for case in [cases::metered(counts), cases::relayed(counts)].concat() {
            let mut rows = [Row::new(&case), Row::new(&case.second().unwrap())];
            for (maker, micros) in [(Maker::Mqtt, 2500), (Maker::Mosquitto, 2000)] {
                let time = Duration::from_micros(micros);
                let samples = match case.quantity {
                    Quantity::Cpu => {
                        [Sample::cpu(time, End::Right), Sample::seconds(time, End::Right)]
                    }
                    Quantity::CpuEach => [
                        Sample::cpu_each(time, 100, End::Right),
                        Sample::switches_each(micros / 10, 100, End::Right),
                    ],
                    _ => [Sample::seconds(time, End::Right), Sample::seconds(time, End::Right)],
                };
                for (row, sample) in rows.iter_mut().zip(samples) {
                    row.series.push(Series { samples: vec![sample], ..Series::new(maker, &case) });
                }
            }
            record.rows.extend(rows);
        }
        record
    }

    #[test]
    fn the_time_of_processors_is_shown_for_a_message_or_for_all() {
        let record = with_processors();
        let table = table(&record);
        for row in [
            "| CPU: sub, 1,000 messages a second into a pipe, QoS 0 | 25.00 µs a message (25.00–25.00) | \
             20.00 µs a message (20.00–20.00), 0.80× | 1.25 of its CPU time | \
             ≤ 1 of its CPU time | **MISSED** |  |\n",
            "| context switches: pub -l, 1,000 lines a second, QoS 1 | 2.500 a message (2.500–2.500) | \
             2.000 a message (2.000–2.000), 0.80× | 1.25 of its | – |  |  |\n",
            "| CPU: sub over WebSocket, 10,000 messages, QoS 0 | 0.003 s (0.003–0.003) | \
             0.002 s (0.002–0.002), 0.80× | 1.00× own TCP | – |  |  |\n",
            "| latency, 99 %: pub -l to sub through a broker, QoS 0 | 2500 µs (2500–2500) | \
             2000 µs (2000–2000), 0.80× | 1.25 of its time | ≤ 1 of its time | **MISSED** |  |\n",
        ] {
            assert!(table.contains(row), "{row}{table}");
        }
        assert_eq!(verdict(&record), Verdict::Missed);
        let plot = plot::draw(&record);
        let bars: Vec<_> = plot.matches(">25.0 µs<").chain(plot.matches(">0.250 µs<")).collect();
        assert_eq!(bars.len(), 6, "{plot}");
    }
}
