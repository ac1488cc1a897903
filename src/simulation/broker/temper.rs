//! The broker's character: everything that brokers do differently, or wrongly, drawn once.

use super::super::draw::Draw;
use std::time::Duration;

/// Topics and filters with this prefix are not allowed if the temper denies anything.
pub const DENIED: &str = "denied/";

/// A broker's habits and faults. [`Temper::default`] has no faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Temper {
    pub versions: Versions,
    pub method: Method,
    pub memory: Memory,
    /// Number of unacknowledged PUBLISHes of QoS 1 and 2 that it accepts (MQTT 5).
    pub receive_maximum: u16,
    pub topic_alias_maximum: u16,
    /// Handles QoS 2 like QoS 1 and answers with PUBACK, as RabbitMQ does.
    pub qos2_gets_puback: bool,
    /// How topics and filters that start with [`DENIED`] are denied; `None` allows them.
    pub denial: Option<Denial>,
    /// Each acknowledgement is delayed by up to this; the order is kept.
    pub latest_ack: Duration,
    /// From then on it never acknowledges anything, but accepts messages and answers PINGREQ.
    pub deaf_from: Option<Duration>,
    /// Delay before each retained message for a subscription; zero sends all at once.
    pub retained_gap: Duration,
    pub pings: Pings,
    pub restart: Option<Restart>,
}

/// The supported versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    Both,
    /// MQTT 3.1.1 is refused with CONNACK code 1.
    OnlyFive,
    /// MQTT 5 is handled like this.
    OnlyFour(AtFive),
}

/// How a broker that supports only MQTT 3.1.1 handles a CONNECT of MQTT 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtFive {
    /// `20 02 00 01`, then closes.
    Refuses,
    /// `20 02 00 00`, as if it were MQTT 3.1.1, and then understands nothing.
    Accepts,
    Silent,
    HangsUp,
}

/// How it receives QoS 2 (MQTT 5, 4.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Method A: passes a message on at PUBREL.
    OnRelease,
    /// Method B: passes a message on at PUBLISH, and remembers its id until PUBREL.
    OnPublish,
}

/// What it remembers of persistent sessions. Retained messages are always kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    Keeps,
    ForgetsAtDisconnect,
    ForgetsAtRestart,
}

/// How it denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// 0x87, or 0x80 in a SUBACK of MQTT 3.1.1. A PUBLISH of 3.1.1 cannot be refused, so it is acknowledged and
    /// dropped, as in mosquitto.
    ByCode,
    /// Each PUBLISH or SUBSCRIBE ends the connection.
    HangsUp,
}

/// When PINGRESP is sent while retained messages are waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pings {
    /// At once, as in aedes.
    BeforeRetained,
    /// When they have been sent, or wait only for the client's Receive Maximum.
    AfterRetained,
}

/// Closes all connections, and accepts none for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restart {
    pub at: Duration,
    pub lasts: Duration,
}

impl Default for Temper {
    fn default() -> Self {
        Self {
            versions: Versions::Both,
            method: Method::OnPublish,
            memory: Memory::Keeps,
            receive_maximum: u16::MAX,
            topic_alias_maximum: 10,
            qos2_gets_puback: false,
            denial: None,
            latest_ack: Duration::ZERO,
            deaf_from: None,
            retained_gap: Duration::ZERO,
            pings: Pings::AfterRetained,
            restart: None,
        }
    }
}

impl Temper {
    /// Mostly good-natured: faults are rare enough that most runs meet only one or two.
    pub fn draw(draw: &mut Draw) -> Self {
        Self {
            versions: versions(draw),
            method: *draw.pick(&[Method::OnRelease, Method::OnPublish]),
            memory: memory(draw),
            receive_maximum: *draw.pick(&[1, 2, 20, u16::MAX]),
            topic_alias_maximum: *draw.pick(&[0, 1, 10]),
            qos2_gets_puback: draw.chance(5),
            denial: maybe(draw, 40, |draw| *draw.pick(&[Denial::ByCode, Denial::HangsUp])),
            latest_ack: latest_ack(draw),
            deaf_from: maybe(draw, 5, |draw| draw.milliseconds(0..=20_000)),
            retained_gap: *draw.pick(&[0, 1, 100].map(Duration::from_millis)),
            pings: *draw.pick(&[Pings::BeforeRetained, Pings::AfterRetained]),
            restart: maybe(draw, 15, |draw| Restart {
                at: draw.milliseconds(0..=10_000),
                lasts: draw.milliseconds(0..=10_000),
            }),
        }
    }

    /// Whether, and how, this topic or filter is denied.
    pub fn denial_of(&self, topic: &str) -> Option<Denial> {
        self.denial.filter(|_| topic.starts_with(DENIED))
    }
}

fn versions(draw: &mut Draw) -> Versions {
    match draw.number(0..=9) {
        0 => Versions::OnlyFive,
        1..=2 => Versions::OnlyFour(*draw.pick(&[
            AtFive::Refuses,
            AtFive::Accepts,
            AtFive::Silent,
            AtFive::HangsUp,
        ])),
        _ => Versions::Both,
    }
}

fn memory(draw: &mut Draw) -> Memory {
    match draw.number(0..=9) {
        0..=1 => Memory::ForgetsAtDisconnect,
        2..=3 => Memory::ForgetsAtRestart,
        _ => Memory::Keeps,
    }
}

fn latest_ack(draw: &mut Draw) -> Duration {
    let most = *draw.pick(&[0, 0, 50, 1_000, 5_000]);
    draw.milliseconds(0..=most)
}

fn maybe<T>(draw: &mut Draw, percent: u64, make: impl FnOnce(&mut Draw) -> T) -> Option<T> {
    if draw.chance(percent) { Some(make(draw)) } else { None }
}
