//! `plot.svg`: the programs as bars on logarithmic scales.
//!
//! Where everything is. What the bars mean is in `axis.rs`, how SVG is written in `svg.rs`.

use super::axis::{Measure, Scale};
use super::cells::Line;
use super::svg::{Anchor, Drawing};
use crate::programs::Maker;
use crate::record::Record;

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

/// Where a figure's bar ends.
fn x(scale: &Scale, value: f64) -> f64 {
    LEFT + scale.part(value) * (WIDTH - LEFT - RIGHT)
}

/// Everything, as a file.
pub fn draw(record: &Record) -> String {
    let lines = Line::all(record);
    let mut drawing = Drawing::new();
    let mut y = 0.0;
    for measure in Measure::ALL {
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
    for power in scale.powers() {
        let at = x(&scale, 10f64.powi(power));
        drawing.line(at, top + 6.0, end);
        drawing.text("dim", Anchor::Middle, at, end + BASE + 4.0, &measure.tick(power));
    }
    let mut y = top;
    for line in lines {
        y = group(drawing, measure, line, &scale, y);
    }
    y + 2.0 * STEP + 8.0
}

fn group(drawing: &mut Drawing, measure: Measure, line: &Line<'_>, scale: &Scale, top: f64) -> f64 {
    drawing.text("name", Anchor::Start, LEFT, top + HEAD - 8.0, &Measure::name(&line.row.case));
    let mut y = top + HEAD;
    for maker in Maker::ALL {
        let Some(summary) = line.summary(maker) else { continue };
        drawing.text("dim", Anchor::End, LEFT - 8.0, y + BASE, maker.name());
        match measure.of(line, maker) {
            Some(value) => {
                let end = x(scale, value);
                let class = if maker == Maker::Mqtt { "mqtt" } else { "other" };
                drawing.bar(class, LEFT, y, end - LEFT, BAR);
                drawing.text("", Anchor::Start, end + 6.0, y + BASE, &measure.label(value));
            }
            None => {
                // Why something failed would be too long.
                let trouble = summary.trouble.as_deref().unwrap_or_default();
                let trouble = trouble.split(':').next().unwrap_or_default();
                drawing.text("", Anchor::Start, LEFT + 6.0, y + BASE, trouble);
            }
        }
        y += STEP;
    }
    y
}
