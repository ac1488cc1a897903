//! Which rows are measured, with how many messages, and with which programs: what the command line left of them all.

use crate::args::{Args, Mode};
use crate::cases::{self, Case, Counts};
use crate::programs::Program;
use anyhow::Result;

/// The rows by how they are measured.
pub struct Selection {
    pub timed: Vec<Case>,
    pub clearing: Vec<Case>,
    pub metered: Vec<Case>,
    pub relayed: Vec<Case>,
    pub memory: Vec<Case>,
}

impl Selection {
    pub fn new(args: &Args) -> Self {
        let verify = args.mode == Mode::Verify;
        let count = |many, few| args.count.unwrap_or(if verify { few } else { many });
        // The first and the last are not measured.
        let metered = |many, few| count(many, few).max(3);
        let counts = Counts {
            published: count(200_000, 5000),
            received: count(500_000, 5000),
            stored: count(100_000, 5000),
            seldom: metered(3000, 100),
            often: metered(20_000, 1000),
            carried: metered(200_000, 5000),
            relayed: metered(1000, 50),
        };
        Self {
            timed: named(args, cases::timed(counts)),
            clearing: named(args, cases::clearing(counts)),
            metered: named(args, cases::metered(counts)),
            relayed: named(args, cases::relayed(counts)),
            memory: named(args, cases::memory()),
        }
    }

    pub fn is_empty(&self) -> bool {
        [&self.timed, &self.clearing, &self.metered, &self.relayed, &self.memory]
            .iter()
            .all(|cases| cases.is_empty())
    }
}

/// What `--only` leaves. A row that is measured in terms of another brings that row along, and both rows of the same
/// runs come together.
fn named(args: &Args, cases: Vec<Case>) -> Vec<Case> {
    let is_named = |case: &&Case| {
        let titles: Vec<_> =
            [**case].into_iter().chain(case.second()).map(|case| case.title()).collect();
        let is_in = |text: &String| titles.iter().any(|title| title.contains(text));
        args.only.is_empty() || args.only.iter().any(is_in)
    };
    let chosen: Vec<_> = cases.iter().filter(is_named).collect();
    cases
        .iter()
        .filter(|case| is_named(case) || chosen.iter().any(|other| case.is_base_of(other)))
        .copied()
        .collect()
}

/// Those that are there. Paho, MQTT.js and a second mosquitto need not be.
pub fn programs(args: &Args) -> Result<Vec<Program>> {
    let find = |&maker| Program::find(maker, args).transpose();
    // Last first: whether the others are there is known before a long build.
    let mut programs = args.makers.iter().rev().filter_map(find).collect::<Result<Vec<_>>>()?;
    programs.reverse();
    Ok(programs)
}

#[cfg(test)]
mod tests {
    use super::Selection;
    use crate::args::Args;

    fn titles(words: &[&str]) -> Vec<String> {
        let args = Args::parse(words.iter().map(ToString::to_string)).unwrap();
        let Selection { timed, clearing, metered, relayed, memory } = Selection::new(&args);
        [timed, clearing, metered, relayed, memory]
            .concat()
            .iter()
            .map(|case| case.title())
            .collect()
    }

    #[test]
    fn a_row_brings_along_what_it_is_compared_with() {
        assert_eq!(
            titles(&["--only", "pub -l, 200,000 lines, QoS 2"]),
            ["pub -l, 200,000 lines, QoS 0", "pub -l, 200,000 lines, QoS 2"]
        );
        assert_eq!(
            titles(&["--only", "WebSocket", "--count", "7"]),
            ["CPU: sub over TCP, 7 messages, QoS 0", "CPU: sub over WebSocket, 7 messages, QoS 0"]
        );
    }

    #[test]
    fn a_row_is_chosen_by_the_title_of_the_other_row_of_its_runs() {
        assert_eq!(
            titles(&["--only", "switches: pub"]),
            ["CPU: pub -l, 1,000 lines a second, QoS 1"]
        );
        assert_eq!(
            titles(&["--only", "99 %"]),
            ["latency, median: pub -l to sub through a broker, QoS 0"]
        );
    }
}
