//! How each program is told what to do: the command lines, as a person would type them in the root of the repository.
//!
//! Starts nothing.

use std::path::Path;

use crate::cases::{Case, Kind, Way};
use crate::programs::Maker;
use crate::style::Style;
use crate::workload::{FILTER, TOPIC};

/// How many seconds mosquitto_sub has to remove what is stored: it does not end by itself.
pub const PATIENCE: &str = "5";

/// The program that uses Paho.
pub const PAHO: &str = "benchmarks/with_paho.py";

/// The publisher and the subscriber of MQTT.js, where `npm install --prefix target/mqtt.js mqtt@5` puts them.
pub const MQTT_JS: [&str; 2] =
    ["target/mqtt.js/node_modules/.bin/mqtt_pub", "target/mqtt.js/node_modules/.bin/mqtt_sub"];
pub const MQTT_JS_MANIFEST: &str = "target/mqtt.js/node_modules/mqtt/package.json";

/// Where the broker is.
pub struct Place<'a> {
    pub port: &'a str,
    /// The file with the certificate of the authority that vouches for it.
    pub authority: &'a Path,
    /// An empty directory, for what is kept.
    pub kept: &'a Path,
}

impl Maker {
    /// The command with its redirections.
    pub fn line(self, case: &Case) -> String {
        if let Kind::Relay(rate) = case.kind {
            let subscriber = self.line(&case.subscriber(rate));
            return format!("{subscriber} & {}", self.line(&case.publisher(rate)));
        }
        let subscribes = case.kind.subscribes();
        let program: &[&str] = match (self, case.kind) {
            (Self::Mqtt, _) => &["mqtt"],
            (Self::Mosquitto | Self::NewerMosquitto, Kind::ClearRetained(_)) => &["mosquitto_sub"],
            (Self::Mosquitto | Self::NewerMosquitto, _) if subscribes => &["mosquitto_sub"],
            (Self::Mosquitto | Self::NewerMosquitto, _) => &["mosquitto_pub"],
            (Self::Paho, _) => &["python3", PAHO],
            (Self::MqttJs, _) if subscribes => &[MQTT_JS[1]],
            (Self::MqttJs, _) => &[MQTT_JS[0]],
        };
        let place = Place { port: "PORT", authority: Path::new("ca.pem"), kept: Path::new("DIR") };
        let arguments = self.arguments(case, &place);
        let words: Vec<_> = program
            .iter()
            .copied()
            .chain(arguments.iter().map(String::as_str))
            .map(quoted)
            .collect();
        let redirection = match (case.kind, case.count) {
            (Kind::PublishRecords, _) if self == Self::Mqtt => " < records",
            (Kind::PublishLines | Kind::PublishRecords | Kind::PublishStored, _) => " < lines",
            (Kind::Subscribe(Style::Files), _) => "",
            (Kind::Subscribe(_), Some(_)) | (Kind::ClearRetained(_), _) => " > output",
            (Kind::SubscribeOver(_), _) => " > output",
            (Kind::Subscribe(_), None) => " | (sleep inf)",
            (Kind::SubscribeTrickle(_), _) => " | cat",
            (Kind::PublishOne | Kind::PublishTrickle(_) | Kind::Relay(_), _) => "",
        };
        let source = match case.kind {
            Kind::PublishTrickle(rate) => {
                format!("(one line every {} ms) | ", 1e3 / f64::from(rate))
            }
            _ => String::new(),
        };
        format!("{source}{}{redirection}", words.join(" "))
    }

    /// The words after the name of the program or of the script.
    pub fn arguments(self, case: &Case, place: &Place<'_>) -> Vec<String> {
        if self == Self::Paho {
            return paho(case, place.port);
        }
        let mut words = Vec::new();
        let mut add = |more: &[&str]| words.extend(more.iter().map(ToString::to_string));
        if self == Self::Mqtt {
            add(match case.kind {
                Kind::ClearRetained(_) => &["clear-retained"],
                kind if kind.subscribes() => &["sub"],
                _ => &["pub"],
            });
        }
        add(&["-h", "127.0.0.1", "-p", place.port]);
        match case.kind {
            Kind::SubscribeOver(Way::Tls) => {
                add(&["--cafile", &place.authority.to_string_lossy()]);
            }
            Kind::SubscribeOver(Way::WebSocket) => add(&["--ws"]),
            _ => {}
        }
        match (case.kind, self) {
            (Kind::PublishLines, Self::MqttJs) => add(&["-t", TOPIC, "-s", "-M"]),
            (Kind::PublishRecords, Self::Mqtt) => add(&["--json"]),
            (
                Kind::PublishLines
                | Kind::PublishStored
                | Kind::PublishRecords
                | Kind::PublishTrickle(_)
                | Kind::Relay(_),
                _,
            ) => add(&["-t", TOPIC, "-l"]),
            (Kind::PublishOne, _) => add(&["-t", "a", "-m", "hello"]),
            (Kind::Subscribe(style), _) => {
                add(&["-t", FILTER]);
                add(style.flags(self));
                if style == Style::Files {
                    add(&["--files", &place.kept.join("%t.txt").to_string_lossy()]);
                }
            }
            (Kind::SubscribeTrickle(_) | Kind::SubscribeOver(_), _) => add(&["-t", FILTER]),
            (Kind::ClearRetained(version), _) => {
                add(&["-t", FILTER, "-V", version.name()]);
                if self.is_mosquitto() {
                    add(&["-v", "--retained-only", "--remove-retained", "-W", PATIENCE]);
                }
                return words;
            }
        }
        if case.kind == Kind::PublishStored {
            add(&["--outbox", &place.kept.join("outbox").to_string_lossy()]);
        }
        add(&["-q", &case.qos.to_string()]);
        if let (true, Some(count)) = (case.kind.subscribes(), case.count) {
            match self {
                // It ends when the peer, which has sent everything, closes the connection.
                Self::MqttJs => add(&["--reconnectPeriod", "0"]),
                _ => add(&["-C", &count.to_string()]),
            }
        }
        words
    }
}

fn paho(case: &Case, port: &str) -> Vec<String> {
    let what = match case.kind {
        Kind::Subscribe(_) => "sub",
        Kind::PublishOne => "one",
        _ => "lines",
    };
    let mut words = vec![what.to_owned(), port.to_owned(), case.qos.to_string()];
    if let (Kind::Subscribe(_), Some(count)) = (case.kind, case.count) {
        words.push(count.to_string());
    }
    words
}

/// As a shell must see it.
fn quoted(word: &str) -> String {
    if word.contains([' ', '#']) { format!("'{word}'") } else { word.to_owned() }
}
