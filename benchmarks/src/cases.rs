//! What is measured, and what is asked of it: the rows of the table.

use serde::{Deserialize, Serialize};

use crate::style::Style;
use crate::target::Target;
use crate::wire::Version;

/// What a program is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `pub -l`: one message per line of a file.
    PublishLines,
    /// `pub --json`: one record per line of a file; mosquitto has only `pub -l`, with the payloads alone.
    PublishRecords,
    /// `pub -m`: one message, from start to end.
    PublishOne,
    /// `sub`, into a file, printing like this.
    Subscribe(Style),
    /// `clear-retained`, on a real broker, speaking this version.
    ClearRetained(Version),
}

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub kind: Kind,
    pub qos: u8,
    /// Messages; none where they go on until the program is ended.
    pub count: Option<usize>,
    pub target: Target,
}

/// What is asked of every row of memory.
const MEMORY: Target = Target::Kibibytes(16 * 1024);

/// How many messages each kind of row takes.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    pub published: usize,
    pub received: usize,
    pub stored: usize,
}

/// The rows of which the time is taken.
pub fn timed(counts: Counts) -> Vec<Case> {
    use Kind::{PublishLines, PublishOne, PublishRecords, Subscribe};
    use Style::{Hex, Json, Raw, Template};
    use Target::{ShareOfTime, TimesFaster, TimesOwnZero};
    [
        (PublishLines, 0, counts.published, TimesFaster(8.0)),
        (PublishLines, 1, counts.published, TimesOwnZero(2.0)),
        (PublishLines, 2, counts.published, TimesOwnZero(4.0)),
        (PublishRecords, 0, counts.published, TimesFaster(4.0)),
        (Subscribe(Raw), 0, counts.received, TimesFaster(7.0)),
        (Subscribe(Raw), 1, counts.received, TimesFaster(14.0)),
        (Subscribe(Raw), 2, counts.received, TimesFaster(10.0)),
        (Subscribe(Json), 0, counts.received, TimesFaster(5.0)),
        (Subscribe(Hex), 0, counts.received, TimesFaster(3.0)),
        (Subscribe(Template), 0, counts.received, TimesFaster(3.0)),
        (PublishOne, 0, 1, ShareOfTime(0.75)),
        (PublishOne, 1, 1, ShareOfTime(0.75)),
    ]
    .map(|(kind, qos, count, target)| Case { kind, qos, count: Some(count), target })
    .to_vec()
}

/// The rows with a real broker, of which the time is taken.
pub fn clearing(counts: Counts) -> Vec<Case> {
    [Version::V5, Version::V311]
        .map(|version| Case {
            kind: Kind::ClearRetained(version),
            qos: 1,
            count: Some(counts.stored),
            target: Target::TimesRemovals(2.5),
        })
        .to_vec()
}

/// The rows of which the peak of memory is taken.
pub fn memory() -> Vec<Case> {
    use Kind::{PublishLines, Subscribe};
    let subscribe = Subscribe(Style::Raw);
    [(PublishLines, 0), (PublishLines, 1), (subscribe, 0), (subscribe, 1)]
        .map(|(kind, qos)| Case { kind, qos, count: None, target: MEMORY })
        .to_vec()
}

impl Kind {
    /// Whether it is a subscriber.
    pub fn subscribes(self) -> bool {
        matches!(self, Self::Subscribe(_))
    }
}

impl Case {
    /// The row for the memory of the same runs.
    pub fn memory(&self) -> Self {
        Self { count: None, target: MEMORY, ..*self }
    }

    /// Names the row; `--only` looks in it.
    pub fn title(&self) -> String {
        let what = match (self.kind, self.count) {
            (Kind::PublishLines, Some(count)) => format!("pub -l, {} lines", thousands(count)),
            (Kind::PublishRecords, count) => {
                format!("pub --json (pub -l), {} records", thousands(count.unwrap_or_default()))
            }
            (Kind::PublishLines, None) => "memory: pub -l, 100 MB, peer that stops reading".into(),
            (Kind::PublishOne, _) => "pub -m, start to end".into(),
            (Kind::Subscribe(style), Some(count)) => {
                format!("{}, {} messages", style.name(), thousands(count))
            }
            (Kind::ClearRetained(version), Some(count)) => {
                format!("clear-retained -V {}, {} topics", version.name(), thousands(count))
            }
            (Kind::ClearRetained(version), None) => {
                format!("memory: clear-retained -V {}, these topics", version.name())
            }
            (Kind::Subscribe(_), None) => "memory: sub, stdout that nobody reads".into(),
        };
        format!("{what}, QoS {}", self.qos)
    }
}

/// 200,000 for 200000.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
