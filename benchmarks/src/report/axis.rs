//! What the bars of the plot mean: which rows, which figures, in which units, on which scale.
//!
//! Draws nothing.

use super::cells::Line;
use crate::cases::{Case, Kind, Quantity, thousands};
use crate::programs::Maker;
use crate::style::Style;

/// What bars are as long as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Rate,
    Milliseconds,
    /// Of processors, for a message.
    CpuMicroseconds,
    /// Of the way through a broker.
    WayMicroseconds,
}

impl Measure {
    /// In the order of their panels.
    pub const ALL: [Self; 4] =
        [Self::Rate, Self::Milliseconds, Self::CpuMicroseconds, Self::WayMicroseconds];

    pub fn of(self, line: &Line<'_>, maker: Maker) -> Option<f64> {
        let figure = line.for_one(maker)?;
        Some(match self {
            Self::Rate => 1.0 / figure,
            Self::Milliseconds => figure * 1e3,
            Self::CpuMicroseconds if line.row.case.quantity == Quantity::CpuEach => figure,
            Self::CpuMicroseconds | Self::WayMicroseconds => figure * 1e6,
        })
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Rate => "Messages a second: longer is faster",
            Self::Milliseconds => "From start to end, in milliseconds: shorter is faster",
            Self::CpuMicroseconds => {
                "Processor time of a message, in microseconds: shorter is less"
            }
            Self::WayMicroseconds => {
                "From pub through a broker to sub, in microseconds: shorter is faster"
            }
        }
    }

    /// Of a group of bars. How many messages there were is another number for each.
    pub fn name(case: &Case) -> String {
        let a_second = |rate| format!("{} a second", thousands(rate as usize));
        let what = match case.kind {
            Kind::Subscribe(_) => "Subscribe, and print to a file".into(),
            Kind::PublishOne => "Publish one message".into(),
            Kind::SubscribeTrickle(rate) => {
                format!("Subscribe, and print to a pipe, {}", a_second(rate))
            }
            Kind::PublishTrickle(rate) => {
                format!("Publish the lines of a pipe, {}", a_second(rate))
            }
            Kind::SubscribeOver(way) => {
                format!("Subscribe over {}, and print to a file, as fast as they come", way.name())
            }
            Kind::Relay(_) if case.quantity == Quantity::Tail => "99 of 100 messages".into(),
            Kind::Relay(_) => "Half of the messages".into(),
            _ => "Publish the lines of a file".into(),
        };
        format!("{what}, QoS {}", case.qos)
    }

    pub fn shows(self, line: &Line<'_>) -> bool {
        let case = &line.row.case;
        let plain = matches!(case.kind, Kind::PublishLines | Kind::Subscribe(Style::Raw));
        match self {
            Self::Rate => plain && case.qos < 2 && case.count.is_some(),
            Self::Milliseconds => case.kind == Kind::PublishOne,
            Self::CpuMicroseconds => matches!(case.quantity, Quantity::Cpu | Quantity::CpuEach),
            Self::WayMicroseconds => matches!(case.kind, Kind::Relay(_)),
        }
    }

    /// To three digits: more would say more than was measured.
    pub fn label(self, value: f64) -> String {
        let decimals = (2 - value.log10().floor() as i32).max(0) as usize;
        match self {
            Self::Rate => {
                let unit = 10f64.powi((value.log10().floor() as i32 - 2).max(0));
                format!("{} /s", thousands(((value / unit).round() * unit) as usize))
            }
            Self::Milliseconds => format!("{value:.decimals$} ms"),
            Self::CpuMicroseconds | Self::WayMicroseconds => format!("{value:.decimals$} µs"),
        }
    }

    /// At a line of the grid.
    pub fn tick(self, power: i32) -> String {
        let value = 10f64.powi(power);
        match self {
            Self::Rate => format!("{} /s", thousands(value as usize)),
            Self::Milliseconds => format!("{value} ms"),
            Self::CpuMicroseconds | Self::WayMicroseconds => format!("{value} µs"),
        }
    }
}

/// Logarithmic, from one power of ten to another.
pub struct Scale {
    from: i32,
    to: i32,
}

impl Scale {
    pub fn of(values: &[f64]) -> Self {
        let logs = values.iter().map(|value| value.log10());
        let least = logs.clone().fold(f64::INFINITY, f64::min);
        let most = logs.fold(f64::NEG_INFINITY, f64::max);
        // Even the shortest bar is to be seen.
        let from = (least - 0.1).floor() as i32;
        Self { from, to: (most.ceil() as i32).max(from + 1) }
    }

    pub fn powers(&self) -> std::ops::RangeInclusive<i32> {
        self.from..=self.to
    }

    /// How far up the scale, from 0 to 1.
    pub fn part(&self, value: f64) -> f64 {
        (value.log10() - f64::from(self.from)) / f64::from(self.to - self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::{Measure, Scale};

    #[test]
    fn a_scale_has_room_for_the_shortest_and_the_longest() {
        let scale = Scale::of(&[1_000.0, 5_590_000.0]);
        assert_eq!(scale.powers(), 2..=7);
        assert!(scale.part(1_000.0) > 0.1 && scale.part(5_590_000.0) < 1.0);
    }

    #[test]
    fn labels_have_three_digits() {
        assert_eq!(Measure::Rate.label(5_592_341.0), "5,590,000 /s");
        assert_eq!(Measure::Rate.label(64_391.0), "64,400 /s");
        assert_eq!(Measure::Milliseconds.label(1.9514), "1.95 ms");
        assert_eq!(Measure::Milliseconds.label(334.6), "335 ms");
        assert_eq!(Measure::CpuMicroseconds.label(0.2154), "0.215 µs");
    }
}
