//! A row of a record in numbers: each program's figure, and how it compares with that of `mqtt`.

use crate::cases::thousands;
use crate::programs::Maker;
use crate::record::{Record, Row, Series};
use crate::summary::{Summary, Unit};
use crate::target::{Target, Verdict};

/// A row with its runs summed up.
pub struct Line<'a> {
    pub row: &'a Row,
    pub unit: Unit,
    summaries: Vec<(&'a Series, Summary)>,
    /// What the target may be about, besides mosquitto.
    base: Option<Summary>,
    /// Programs that were not there.
    missing: Vec<Maker>,
}

/// How much a cell tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    Figure,
    Spread,
}

impl<'a> Line<'a> {
    pub fn new(row: &'a Row, record: &Record) -> Self {
        let sum = |series: &'a Series| (series, Summary::new(&series.samples));
        Self {
            row,
            unit: Unit::of(&row.case),
            summaries: row.series.iter().map(sum).collect(),
            base: base(row, record),
            missing: record.about.missing(),
        }
    }

    pub fn all(record: &'a Record) -> Vec<Self> {
        record.rows.iter().map(|row| Self::new(row, record)).collect()
    }

    pub fn summary(&self, maker: Maker) -> Option<&Summary> {
        self.of(maker).map(|(_, summary)| summary)
    }

    fn of(&self, maker: Maker) -> Option<&(&'a Series, Summary)> {
        self.summaries.iter().find(|(series, _)| series.maker == maker)
    }

    /// The figure of a program for one message: they differ in how many they had.
    pub fn for_one(&self, maker: Maker) -> Option<f64> {
        let (series, summary) = self.of(maker)?;
        let messages = if self.unit.is_of_one() { 1 } else { series.messages.unwrap_or(1) };
        Some(summary.figure()? / messages as f64)
    }

    /// What a table shows of a program: the figure, for how many messages if fewer, and how many times that of `mqtt`.
    pub fn cell(&self, maker: Maker, detail: Detail) -> String {
        let Some((series, summary)) = self.of(maker) else {
            let lacks = self.missing.contains(&maker) && maker.share(&self.row.case).is_some();
            return if lacks { "not installed" } else { "–" }.into();
        };
        if let Some(trouble) = &summary.trouble {
            return trouble.replace('|', "\\|");
        }
        let mut text = match detail {
            Detail::Figure => summary.plain(self.unit),
            Detail::Spread => summary.spread(self.unit),
        };
        if let Some(count) = series.messages.filter(|_| series.messages != self.row.case.count) {
            text += &format!(" for {}", thousands(count));
        }
        if let (Some(theirs), Some(ours)) = (self.for_one(maker), self.for_one(Maker::Mqtt))
            && maker != Maker::Mqtt
        {
            text += &format!(", {}×", ratio(theirs / ours));
        }
        text
    }

    /// How `mqtt` compares with what its target is about.
    pub fn judged(&self) -> (String, Verdict) {
        let figure = |maker| self.summary(maker).and_then(Summary::figure);
        match (self.summary(Maker::Mqtt), figure(Maker::Mqtt)) {
            (None, _) => ("–".into(), Verdict::None),
            (_, None) => ("–".into(), Verdict::Failed),
            (_, Some(ours)) => {
                let base = self.base.as_ref();
                let (mut text, verdict) = self.row.case.target.judge(
                    ours,
                    figure(Maker::Mosquitto),
                    base.and_then(Summary::figure),
                );
                if let (Some(alone), Target::TimesRemovals(_)) = (base, self.row.case.target) {
                    text += &format!(", {}", alone.spread(self.unit));
                }
                (text, verdict)
            }
        }
    }
}

fn base(row: &Row, record: &Record) -> Option<Summary> {
    match row.case.target {
        Target::TimesRemovals(_) => Some(Summary::new(&row.removals)),
        _ => {
            let base = record.rows.iter().find(|other| other.case.is_base_of(&row.case))?;
            let ours = base.series.iter().find(|series| series.maker == Maker::Mqtt)?;
            Some(Summary::new(&ours.samples))
        }
    }
}

/// Two digits that say something.
fn ratio(times: f64) -> String {
    match times {
        ..1.0 => format!("{times:.2}"),
        ..10.0 => format!("{times:.1}"),
        _ => format!("{times:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::ratio;

    #[test]
    fn ratios_have_the_digits_that_matter() {
        for (times, shown) in [(0.654, "0.65"), (1.0, "1.0"), (9.94, "9.9"), (159.6, "160")] {
            assert_eq!(ratio(times), shown);
        }
    }
}
