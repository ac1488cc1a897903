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
    /// `pub --outbox -l`: the same, and each is stored before it is sent.
    PublishStored,
    /// `pub -m`: one message, from start to end.
    PublishOne,
    /// `sub`, into a file, printing like this.
    Subscribe(Style),
    /// `clear-retained`, on a real broker, speaking this version.
    ClearRetained(Version),
    /// `sub`, into a pipe, of messages that come one at a time, so many a second.
    SubscribeTrickle(u32),
    /// `pub -l` of lines that come one at a time, so many a second.
    PublishTrickle(u32),
    /// `sub`, into a file, of messages that come this way.
    SubscribeOver(Way),
    /// `pub -l` to `sub` through a real broker, so many lines a second.
    Relay(u32),
}

/// What carries MQTT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Tcp,
    Tls,
    WebSocket,
}

/// What is measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// The time from start to end, or the peak of memory where messages go on.
    #[default]
    Usual,
    /// Time of processors, in all.
    Cpu,
    /// Time of processors for a message.
    CpuEach,
    /// Context switches for a message.
    SwitchesEach,
    /// What half of the messages take at most.
    Median,
    /// What 99 of 100 messages take at most.
    Tail,
}

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub kind: Kind,
    pub qos: u8,
    /// Messages; none where they go on until the program is ended.
    pub count: Option<usize>,
    #[serde(default, skip_serializing_if = "Quantity::is_usual")]
    pub quantity: Quantity,
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
    /// One at a time, 1,000 a second.
    pub seldom: usize,
    /// One at a time, 10,000 a second.
    pub often: usize,
    /// Received over TCP, TLS and WebSocket.
    pub carried: usize,
    /// Through a real broker.
    pub relayed: usize,
}

/// The rows of which the time is taken.
pub fn timed(counts: Counts) -> Vec<Case> {
    use Kind::{PublishLines, PublishOne, PublishRecords, PublishStored, Subscribe};
    use Style::{Files, Filtered, Hex, Json, Raw, Template};
    use Target::{OwnPlain, ShareOfTime, TimesFaster, TimesOwnZero};
    [
        (PublishLines, 0, counts.published, TimesFaster(8.0)),
        (PublishLines, 1, counts.published, TimesOwnZero(2.0)),
        (PublishLines, 2, counts.published, TimesOwnZero(4.0)),
        (PublishRecords, 0, counts.published, TimesFaster(4.0)),
        (PublishStored, 1, counts.published, OwnPlain),
        (Subscribe(Raw), 0, counts.received, TimesFaster(7.0)),
        (Subscribe(Raw), 1, counts.received, TimesFaster(14.0)),
        (Subscribe(Raw), 2, counts.received, TimesFaster(10.0)),
        (Subscribe(Json), 0, counts.received, TimesFaster(5.0)),
        (Subscribe(Hex), 0, counts.received, TimesFaster(3.0)),
        (Subscribe(Template), 0, counts.received, TimesFaster(3.0)),
        (Subscribe(Filtered), 0, counts.received, OwnPlain),
        (Subscribe(Files), 0, counts.received, OwnPlain),
        (PublishOne, 0, 1, ShareOfTime(0.75)),
        (PublishOne, 1, 1, ShareOfTime(0.75)),
    ]
    .map(|(kind, qos, count, target)| Case::new(kind, qos, count, Quantity::Usual, target))
    .to_vec()
}

/// The rows of which the time of processors is taken.
pub fn metered(counts: Counts) -> Vec<Case> {
    use Kind::{PublishTrickle, SubscribeOver, SubscribeTrickle};
    use Quantity::{Cpu, CpuEach};
    use Target::{OwnTcp, ShareOfCpu, Untold};
    [
        (SubscribeTrickle(1000), 0, counts.seldom, CpuEach, ShareOfCpu(1.0)),
        (SubscribeTrickle(10_000), 0, counts.often, CpuEach, ShareOfCpu(0.85)),
        (PublishTrickle(1000), 1, counts.seldom, CpuEach, ShareOfCpu(0.9)),
        (SubscribeOver(Way::Tcp), 0, counts.carried, Cpu, Untold),
        (SubscribeOver(Way::Tls), 0, counts.carried, Cpu, ShareOfCpu(1.0)),
        (SubscribeOver(Way::WebSocket), 0, counts.carried, Cpu, OwnTcp),
    ]
    .map(|(kind, qos, count, quantity, target)| Case::new(kind, qos, count, quantity, target))
    .to_vec()
}

/// The rows of the way from one program to another, through a real broker.
pub fn relayed(counts: Counts) -> Vec<Case> {
    let target = Target::ShareOfTime(0.95);
    vec![Case::new(Kind::Relay(200), 0, counts.relayed, Quantity::Median, target)]
}

/// The rows with a real broker, of which the time is taken.
pub fn clearing(counts: Counts) -> Vec<Case> {
    [Version::V5, Version::V311]
        .map(|version| {
            let target = Target::TimesRemovals(2.5);
            Case::new(Kind::ClearRetained(version), 1, counts.stored, Quantity::Usual, target)
        })
        .to_vec()
}

/// The rows of which the peak of memory is taken.
pub fn memory() -> Vec<Case> {
    use Kind::{PublishLines, Subscribe};
    let subscribe = Subscribe(Style::Raw);
    [(PublishLines, 0), (PublishLines, 1), (subscribe, 0), (subscribe, 1)]
        .map(|(kind, qos)| Case {
            kind,
            qos,
            count: None,
            quantity: Quantity::Usual,
            target: MEMORY,
        })
        .to_vec()
}

impl Kind {
    /// Whether it is a subscriber.
    pub fn subscribes(self) -> bool {
        matches!(self, Self::Subscribe(_) | Self::SubscribeTrickle(_) | Self::SubscribeOver(_))
    }

    /// The same without what only `mqtt` has, if it has such a thing.
    pub fn plain(self) -> Option<Self> {
        match self {
            Self::PublishStored => Some(Self::PublishLines),
            Self::Subscribe(Style::Filtered | Style::Files) => Some(Self::Subscribe(Style::Raw)),
            _ => None,
        }
    }
}

impl Way {
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::WebSocket => "WebSocket",
        }
    }
}

impl Quantity {
    fn is_usual(&self) -> bool {
        *self == Self::Usual
    }
}

impl Case {
    fn new(kind: Kind, qos: u8, count: usize, quantity: Quantity, target: Target) -> Self {
        Self { kind, qos, count: Some(count), quantity, target }
    }

    /// The other row that the same runs fill, if there is one.
    pub fn second(&self) -> Option<Self> {
        use Quantity::{SwitchesEach, Tail, Usual};
        let (quantity, target) = match self.kind {
            Kind::ClearRetained(_) => return Some(Self { count: None, target: MEMORY, ..*self }),
            Kind::SubscribeTrickle(1000) => (SwitchesEach, Target::ShareOfSwitches(1.0)),
            Kind::SubscribeTrickle(_) | Kind::PublishTrickle(_) => (SwitchesEach, Target::Untold),
            Kind::SubscribeOver(Way::WebSocket) => (Usual, Target::OwnTcp),
            Kind::SubscribeOver(_) => (Usual, Target::Untold),
            Kind::Relay(_) => (Tail, Target::ShareOfTime(1.0)),
            _ => return None,
        };
        Some(Self { quantity, target, ..*self })
    }

    /// Whether the target of `other` is in terms of this row.
    pub fn is_base_of(&self, other: &Self) -> bool {
        let alike = self.count == other.count && self.quantity == other.quantity;
        alike
            && match other.target {
                Target::TimesOwnZero(_) => self.kind == other.kind && self.qos == 0,
                Target::OwnPlain => other.kind.plain() == Some(self.kind) && self.qos == other.qos,
                Target::OwnTcp => self.kind == Kind::SubscribeOver(Way::Tcp),
                _ => false,
            }
    }

    /// The subscriber of a [`Kind::Relay`], which is told first that it is there.
    pub fn subscriber(&self, rate: u32) -> Self {
        let count = self.count.map(|count| count + 1);
        Self { kind: Kind::SubscribeTrickle(rate), count, ..*self }
    }

    /// The publisher of a [`Kind::Relay`].
    pub fn publisher(&self, rate: u32) -> Self {
        Self { kind: Kind::PublishTrickle(rate), ..*self }
    }

    /// Names the row; `--only` looks in it.
    pub fn title(&self) -> String {
        let what = match (self.kind, self.count) {
            (Kind::PublishLines, Some(count)) => format!("pub -l, {} lines", thousands(count)),
            (Kind::PublishRecords, count) => {
                format!("pub --json (pub -l), {} records", thousands(count.unwrap_or_default()))
            }
            (Kind::PublishStored, count) => {
                format!("pub --outbox, {} lines", thousands(count.unwrap_or_default()))
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
            (Kind::SubscribeTrickle(rate), _) => {
                format!("sub, {} messages a second into a pipe", thousands(rate as usize))
            }
            (Kind::PublishTrickle(rate), _) => {
                format!("pub -l, {} lines a second", thousands(rate as usize))
            }
            (Kind::SubscribeOver(way), count) => {
                let count = thousands(count.unwrap_or_default());
                format!("sub over {}, {count} messages", way.name())
            }
            (Kind::Relay(_), _) => "pub -l to sub through a broker".into(),
        };
        let quantity = match (self.quantity, self.kind) {
            (Quantity::Usual, Kind::SubscribeOver(_)) => "time: ",
            (Quantity::Usual, _) => "",
            (Quantity::Cpu | Quantity::CpuEach, _) => "CPU: ",
            (Quantity::SwitchesEach, _) => "context switches: ",
            (Quantity::Median, _) => "latency, median: ",
            (Quantity::Tail, _) => "latency, 99 %: ",
        };
        format!("{quantity}{what}, QoS {}", self.qos)
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
