//! Of many runs, one figure with its spread; and what was wrong with them, if anything was.
//!
//! Measures nothing, and knows nothing of tables.

use crate::cases::{Case, Kind, Quantity};
use crate::record::{End, Figure, Sample};

/// All runs of one program in one row.
pub struct Summary {
    /// The median of the seconds; of memory in KiB the most.
    figure: f64,
    least: f64,
    most: f64,
    /// Part of the time in which the peer's thread had a processor.
    pub busy: Option<f64>,
    /// What was not right, in any run.
    pub trouble: Option<String>,
}

/// What figures are shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    Milliseconds,
    /// Of seconds.
    Microseconds,
    Mebibytes,
    /// As they are, for a message.
    MicrosecondsEach,
    SwitchesEach,
}

impl Unit {
    pub fn of(case: &Case) -> Self {
        match (case.quantity, case.kind, case.count) {
            (Quantity::CpuEach, ..) => Self::MicrosecondsEach,
            (Quantity::SwitchesEach, ..) => Self::SwitchesEach,
            (Quantity::Median | Quantity::Tail, ..) => Self::Microseconds,
            (_, _, None) => Self::Mebibytes,
            (_, Kind::PublishOne, _) => Self::Milliseconds,
            _ => Self::Seconds,
        }
    }

    /// Whether figures are of one message, and not of all.
    pub fn is_of_one(self) -> bool {
        matches!(self, Self::Microseconds | Self::MicrosecondsEach | Self::SwitchesEach)
    }

    fn number(self, figure: f64) -> String {
        match self {
            Self::Seconds => format!("{figure:.3}"),
            Self::Milliseconds => format!("{:.3}", figure * 1e3),
            Self::Microseconds => format!("{:.0}", figure * 1e6),
            Self::Mebibytes => format!("{:.1}", figure / 1024.0),
            Self::MicrosecondsEach => format!("{figure:.2}"),
            Self::SwitchesEach => format!("{figure:.3}"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "µs",
            Self::Mebibytes => "MiB",
            Self::MicrosecondsEach => "µs a message",
            Self::SwitchesEach => "a message",
        }
    }
}

impl Summary {
    pub fn new(samples: &[Sample]) -> Self {
        let mut figures: Vec<_> = samples.iter().map(|sample| sample.figure.number()).collect();
        figures.sort_by(f64::total_cmp);
        let mut shares: Vec<_> = samples
            .iter()
            .filter_map(|sample| Some(sample.peer_seconds? / sample.figure.number()))
            .collect();
        shares.sort_by(f64::total_cmp);
        let most = figures.last().copied().unwrap_or_default();
        let is_memory = matches!(samples, [Sample { figure: Figure::Kibibytes(_), .. }, ..]);
        let middling = middle(&figures).filter(|_| !is_memory);
        Self {
            figure: middling.unwrap_or(most),
            least: figures.first().copied().unwrap_or_default(),
            most,
            busy: middle(&shares),
            trouble: trouble(samples),
        }
    }

    /// Where all runs were right: other figures say nothing.
    pub fn figure(&self) -> Option<f64> {
        self.trouble.is_none().then_some(self.figure)
    }

    pub fn plain(&self, unit: Unit) -> String {
        format!("{} {}", unit.number(self.figure), unit.name())
    }

    /// With the least and the most, where there is a spread to show.
    pub fn spread(&self, unit: Unit) -> String {
        let plain = self.plain(unit);
        match unit {
            Unit::Mebibytes => plain,
            _ => format!("{plain} ({}–{})", unit.number(self.least), unit.number(self.most)),
        }
    }

    pub fn peer_busy(&self) -> String {
        self.busy.map_or("–".into(), |share| format!("{:.0} %", share * 100.0))
    }
}

impl Figure {
    fn number(self) -> f64 {
        match self {
            Self::Seconds(figure)
            | Self::CpuSeconds(figure)
            | Self::CpuMicroseconds(figure)
            | Self::Switches(figure) => figure,
            Self::Kibibytes(kibibytes) => kibibytes as f64,
        }
    }
}

fn middle(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len() / 2).copied()
}

/// The first failure, or how much was lost.
fn trouble(samples: &[Sample]) -> Option<String> {
    let mut lost = Vec::new();
    let mut asked = 0;
    for sample in samples {
        match &sample.end {
            End::Right => {}
            End::Wrong(why) => return Some(format!("FAILED: {why}")),
            End::Lost { delivered, of } => {
                asked = *of;
                lost.push(*delivered);
            }
        }
    }
    let (least, most) = (lost.iter().min()?, lost.iter().max()?);
    let range = if least == most { least.to_string() } else { format!("{least}–{most}") };
    let runs = if lost.len() == samples.len() {
        String::new()
    } else {
        format!(" in {} of {} runs", lost.len(), samples.len())
    };
    Some(format!("delivered {range} of {asked}, exit 0{runs}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(figure: f64, end: End) -> Sample {
        Sample { figure: Figure::Seconds(figure), peer_seconds: None, end }
    }

    #[test]
    fn the_figure_is_the_median_of_times_and_the_most_of_memory() {
        let times = [3.0, 1.0, 2.0].map(|figure| seconds(figure, End::Right));
        assert_eq!(Summary::new(&times).spread(Unit::Seconds), "2.000 s (1.000–3.000)");
        let peaks = [4096, 2048, 1024].map(|peak| Sample::memory(Ok(peak)));
        assert_eq!(Summary::new(&peaks).spread(Unit::Mebibytes), "4.0 MiB");
    }

    #[test]
    fn a_run_that_lost_messages_leaves_no_figure() {
        let lost = End::Lost { delivered: 3, of: 9 };
        let summary = Summary::new(&[seconds(1.0, End::Right), seconds(1.0, lost)]);
        assert_eq!(summary.figure(), None);
        assert_eq!(summary.trouble.as_deref(), Some("delivered 3 of 9, exit 0 in 1 of 2 runs"));
    }
}
