//! What kind of broker it is: everything that brokers do differently, or wrongly, drawn once.

use super::super::draw::Draw;
use std::time::Duration;

/// Topics and filters that begin with this are not allowed where the temper denies anything.
pub const DENIED: &str = "denied/";

/// A broker's habits and faults. [`Temper::default`] has no fault at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Temper {
    pub versions: Versions,
    pub method: Method,
    pub memory: Memory,
    /// How many PUBLISHes of QoS 1 and 2 it takes at a time (MQTT 5).
    pub receive_maximum: u16,
    pub topic_alias_maximum: u16,
    /// Takes QoS 2 for QoS 1 and answers it with PUBACK, as RabbitMQ does.
    pub qos2_gets_puback: bool,
    /// What becomes of topics and filters that begin with [`DENIED`]; `None` allows them.
    pub denial: Option<Denial>,
    /// Each acknowledgement is late by up to this, their order kept.
    pub latest_ack: Duration,
    /// From then on it acknowledges nothing, for ever, but takes messages and answers PINGREQ.
    pub deaf_from: Option<Duration>,
    /// The time before each retained message that a subscription gets; zero is all at once.
    pub retained_gap: Duration,
    pub pings: Pings,
    pub restart: Option<Restart>,
}

/// Which versions it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    Both,
    /// MQTT 3.1.1 is refused with CONNACK code 1.
    OnlyFive,
    /// MQTT 5 meets this.
    OnlyFour(AtFive),
}

/// What a broker that knows only MQTT 3.1.1 does with a CONNECT of MQTT 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtFive {
    /// `20 02 00 01`, and hangs up.
    Refuses,
    /// `20 02 00 00`, as if it had read MQTT 3.1.1, and then understands nothing.
    Accepts,
    Silent,
    HangsUp,
}

/// How it receives QoS 2 (MQTT 5, 4.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Method A: passes a message on when PUBREL comes.
    OnRelease,
    /// Method B: passes a message on when PUBLISH comes, and remembers its id until PUBREL.
    OnPublish,
}

/// What it remembers of sessions that the client wants kept. Retained messages always stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    Keeps,
    ForgetsAtDisconnect,
    ForgetsAtRestart,
}

/// How it denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// 0x87, or 0x80 in a SUBACK of MQTT 3.1.1. A PUBLISH of 3.1.1 cannot be refused, so it is
    /// acknowledged and dropped, as mosquitto does.
    ByCode,
    /// Each PUBLISH or SUBSCRIBE ends the connection.
    HangsUp,
}

/// When PINGRESP comes while retained messages are still to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pings {
    /// At once, as from aedes.
    BeforeRetained,
    /// When they are out, or wait only for the client's Receive Maximum.
    AfterRetained,
}

/// All connections end then, and none is accepted for a while.
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
    /// Mostly good-natured: each fault is rare enough that most runs meet only one or two.
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

    /// Whether this topic or filter is not allowed, and what becomes of it.
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
