//! The programs that are measured, what each takes part in, and how it is started.
//!
//! Where they are is in `find.rs`, what they are told in `words.rs`.

mod build;
mod find;
mod words;

use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::cases::{Case, Kind, Way};
use crate::scratch::Scratch;
use crate::style::Style;
use crate::wire::Version;

use words::Place;

pub use words::PATIENCE;

/// How much less the slow ones are given to do: a fifth of the messages, or of the runs where there is one message.
pub const LESS: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Maker {
    Mqtt,
    Mosquitto,
    /// Another version, beside it.
    NewerMosquitto,
    Paho,
    MqttJs,
}

impl Maker {
    pub const ALL: [Self; 5] =
        [Self::Mqtt, Self::Mosquitto, Self::NewerMosquitto, Self::Paho, Self::MqttJs];

    /// As tables and `--peer` call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mqtt => "mqtt",
            Self::Mosquitto => "mosquitto",
            Self::NewerMosquitto => "newer-mosquitto",
            Self::Paho => "Paho",
            Self::MqttJs => "MQTT.js",
        }
    }

    /// The version of MQTT that it speaks unless told otherwise: each is measured as people run it.
    pub fn protocol(self) -> Version {
        match self {
            Self::Mqtt => Version::V5,
            Self::Mosquitto | Self::NewerMosquitto | Self::Paho | Self::MqttJs => Version::V311,
        }
    }

    pub fn is_mosquitto(self) -> bool {
        matches!(self, Self::Mosquitto | Self::NewerMosquitto)
    }

    /// Whether it is given less to do, so that it does not take most of the time.
    pub fn is_slow(self) -> bool {
        matches!(self, Self::Paho | Self::MqttJs)
    }

    /// Whether a subscriber leaves after so many messages. One that does not is left by the peer.
    pub fn counts_messages(self) -> bool {
        self != Self::MqttJs
    }

    /// What it does of a row; none where it has nothing like it.
    pub fn share(self, case: &Case) -> Option<Case> {
        if !self.is_slow() {
            return (self == Self::Mqtt || case.kind.plain().is_none()).then_some(*case);
        }
        let plain = match case.kind {
            Kind::PublishLines | Kind::Subscribe(Style::Raw) => true,
            Kind::PublishOne => return Some(*case),
            _ => false,
        };
        // Its memory is that of Python or Node.js.
        let count = case.count.filter(|_| plain)?;
        Some(Case { count: Some((count / LESS).max(1)), ..*case })
    }
}

/// One side of the comparison.
pub struct Program {
    pub maker: Maker,
    /// The version, with the name.
    pub version: String,
    publish: PathBuf,
    subscribe: PathBuf,
    /// What an interpreter is to run.
    script: Option<PathBuf>,
    /// Whether it speaks MQTT over WebSocket.
    websocket: bool,
}

impl Program {
    /// Whether it takes part in this row.
    pub fn takes(&self, case: &Case) -> bool {
        let way_is_known = self.websocket || case.kind != Kind::SubscribeOver(Way::WebSocket);
        way_is_known && self.maker.share(case).is_some()
    }

    /// Ready to be started for this case, with nobody's settings.
    pub fn command(&self, case: &Case, port: u16, scratch: &Scratch) -> Command {
        let is_subscriber = case.kind.subscribes() || matches!(case.kind, Kind::ClearRetained(_));
        let program = if is_subscriber { &self.subscribe } else { &self.publish };
        let place = Place {
            port: &port.to_string(),
            authority: &scratch.authority(),
            kept: &scratch.kept(),
        };
        let mut command = Command::new(program);
        command
            .args(&self.script)
            .args(self.maker.arguments(case, &place))
            .env("HOME", scratch.home())
            .env_remove("XDG_CONFIG_HOME");
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("MQTT_") {
                command.env_remove(name);
            }
        }
        command
    }
}
