//! `plot.svg`: the programs as bars on logarithmic scales.
//!
//! Which rows, and where everything is. How SVG is written is in `svg.rs`.

use super::cells::Line;
use super::svg::{Anchor, Drawing};
use crate::cases::{Kind, thousands};
use crate::programs::Maker;
use crate::record::Record;
use crate::style::Style;

const WIDTH: f64 = 760.0;
/// Room for the names of the programs.
const LEFT: f64 = 84.0;
/// Room for the figure behind the longest bar.
const RIGHT: f64 = 96.0;
const BAR: f64 = 14.0;
const STEP: f64 = 18.0;
/// From the top of a group to its first bar, where its name is.
const HEAD: f64 = 30.0;
/// From a line of text down to its base.
const BASE: f64 = 11.0;

/// What bars are as long as.
#[derive(Clone, Copy)]
enum Measure {
    Rate,
    Milliseconds,
}

impl Measure {
    fn of(self, line: &Line<'_>, maker: Maker) -> Option<f64> {
        let seconds = line.for_one(maker)?;
        Some(match self {
            Self::Rate => 1.0 / seconds,
            Self::Milliseconds => seconds * 1e3,
        })
    }

    fn title(self) -> &'static str {
        match self {
            Self::Rate => "Messages a second: longer is faster",
            Self::Milliseconds => "Start, publish one message, end: shorter is faster",
        }
    }

    fn shows(self, line: &Line<'_>) -> bool {
        let case = &line.row.case;
        let plain = matches!(case.kind, Kind::PublishLines | Kind::Subscribe(Style::Raw));
        match self {
            Self::Rate => plain && case.qos < 2 && case.count.is_some(),
            Self::Milliseconds => case.kind == Kind::PublishOne,
        }
    }

    /// To three digits: more would say more than was measured.
    fn label(self, value: f64) -> String {
        let decimals = (2 - value.log10().floor() as i32).max(0) as usize;
        match self {
            Self::Rate => {
                let unit = 10f64.powi((value.log10().floor() as i32 - 2).max(0));
                format!("{} /s", thousands(((value / unit).round() * unit) as usize))
            }
            Self::Milliseconds => format!("{value:.decimals$} ms"),
        }
    }

    /// At a line of the grid.
    fn tick(self, power: i32) -> String {
        let value = 10f64.powi(power);
        match self {
            Self::Rate => format!("{} /s", thousands(value as usize)),
            Self::Milliseconds => format!("{value} ms"),
        }
    }
}

/// Powers of ten, from the left edge of the bars to the right.
struct Scale {
    from: i32,
    to: i32,
}

impl Scale {
    fn of(values: &[f64]) -> Self {
        let logs = values.iter().map(|value| value.log10());
        let least = logs.clone().fold(f64::INFINITY, f64::min);
        let most = logs.fold(f64::NEG_INFINITY, f64::max);
        // Even the shortest bar is to be seen.
        let from = (least - 0.1).floor() as i32;
        Self { from, to: (most.ceil() as i32).max(from + 1) }
    }

    fn x(&self, value: f64) -> f64 {
        let part = (value.log10() - f64::from(self.from)) / f64::from(self.to - self.from);
        LEFT + part * (WIDTH - LEFT - RIGHT)
    }
}

/// Everything, as a file.
pub fn draw(record: &Record) -> String {
    let lines = Line::all(record);
    let mut drawing = Drawing::new();
    let mut y = 0.0;
    for measure in [Measure::Rate, Measure::Milliseconds] {
        let lines: Vec<_> = lines.iter().filter(|line| measure.shows(line)).collect();
        if !lines.is_empty() {
            y = panel(&mut drawing, measure, &lines, y);
        }
    }
    let about = &record.about;
    let title =
        format!("How fast mqtt and others are: {}, {} cores", about.date, about.machine.cores);
    drawing.finish(&title, WIDTH, y)
}

/// Draws from `top` down, and gives where it ends.
fn panel(drawing: &mut Drawing, measure: Measure, lines: &[&Line<'_>], top: f64) -> f64 {
    let of = |line: &&Line<'_>| Maker::ALL.map(|maker| measure.of(line, maker));
    let values: Vec<_> = lines.iter().flat_map(of).flatten().collect();
    let scale = Scale::of(&values);
    let title = format!("{} (logarithmic scale)", measure.title());
    drawing.text("head", Anchor::Start, 0.0, top + BASE + 4.0, &title);
    let top = top + STEP;
    let of = |line: &&Line<'_>| {
        Maker::ALL.iter().filter(|maker| line.summary(**maker).is_some()).count()
    };
    let bars: usize = lines.iter().map(of).sum();
    let end = top + lines.len() as f64 * HEAD + bars as f64 * STEP;
    for power in scale.from..=scale.to {
        let x = scale.x(10f64.powi(power));
        drawing.line(x, top + 6.0, end);
        drawing.text("dim", Anchor::Middle, x, end + BASE + 4.0, &measure.tick(power));
    }
    let mut y = top;
    for line in lines {
        y = group(drawing, measure, line, &scale, y);
    }
    y + 2.0 * STEP + 8.0
}

fn group(drawing: &mut Drawing, measure: Measure, line: &Line<'_>, scale: &Scale, top: f64) -> f64 {
    drawing.text("name", Anchor::Start, LEFT, top + HEAD - 8.0, &line.row.case.title());
    let mut y = top + HEAD;
    for maker in Maker::ALL {
        let Some(summary) = line.summary(maker) else { continue };
        drawing.text("dim", Anchor::End, LEFT - 8.0, y + BASE, maker.name());
        match measure.of(line, maker) {
            Some(value) => {
                let end = scale.x(value);
                let class = if maker == Maker::Mqtt { "mqtt" } else { "other" };
                drawing.bar(class, LEFT, y, end - LEFT, BAR);
                drawing.text("", Anchor::Start, end + 6.0, y + BASE, &measure.label(value));
            }
            None => {
                let trouble = summary.trouble.as_deref().unwrap_or_default();
                drawing.text("", Anchor::Start, LEFT + 6.0, y + BASE, trouble);
            }
        }
        y += STEP;
    }
    y
}
