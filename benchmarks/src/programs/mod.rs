//! The programs that are measured: where they are, which version they are, and how they are started.
//!
//! What they are told is in `words.rs`. Starts only what it needs to find and build them.

mod build;
mod words;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::cases::{Case, Kind};
use crate::error::{Context, Error, Result};
use crate::scratch::Scratch;
use crate::style::Style;
use crate::wire::Version;

pub use words::PATIENCE;

/// How much less the slow ones are given to do: a fifth of the messages, or of the runs where it is one message.
pub const LESS: usize = 5;

/// The root of the repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Maker {
    Mqtt,
    Mosquitto,
    Paho,
    MqttJs,
}

impl Maker {
    pub const ALL: [Self; 4] = [Self::Mqtt, Self::Mosquitto, Self::Paho, Self::MqttJs];

    /// As tables and `--peer` call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mqtt => "mqtt",
            Self::Mosquitto => "mosquitto",
            Self::Paho => "Paho",
            Self::MqttJs => "MQTT.js",
        }
    }

    /// The version of MQTT that it speaks unless told otherwise: each is measured as people run it.
    pub fn protocol(self) -> Version {
        match self {
            Self::Mqtt => Version::V5,
            Self::Mosquitto | Self::Paho | Self::MqttJs => Version::V311,
        }
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
            return Some(*case);
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
}

impl Program {
    /// Finds it. None where it is not there and need not be.
    pub fn find(maker: Maker, mqtt: Option<&Path>) -> Result<Option<Self>> {
        match maker {
            Maker::Mqtt => Self::mqtt(mqtt).map(Some),
            Maker::Mosquitto => Self::mosquitto().map(Some),
            Maker::Paho => Ok(Self::paho()),
            Maker::MqttJs => Self::mqtt_js(),
        }
    }

    /// The `mqtt` at `path`, or a fresh release build of the root package.
    fn mqtt(path: Option<&Path>) -> Result<Self> {
        let path = match path {
            Some(path) => path.canonicalize().context(format!("no mqtt at {}", path.display()))?,
            None => build::mqtt(Path::new(ROOT))?,
        };
        let version = first_line(&path, "--version")?;
        Ok(Self {
            maker: Maker::Mqtt,
            version,
            publish: path.clone(),
            subscribe: path,
            script: None,
        })
    }

    /// mosquitto_pub and mosquitto_sub from PATH.
    fn mosquitto() -> Result<Self> {
        let (Some(publish), Some(subscribe)) = (find("mosquitto_pub"), find("mosquitto_sub"))
        else {
            return Err(Error::new(
                "mosquitto_pub and mosquitto_sub are not in PATH; install them with: \
                 sudo apt-get install mosquitto-clients (or measure without them: --peer mqtt)",
            ));
        };
        // "mosquitto_pub version 2.0.11 running on libmosquitto 2.0.11."
        let line = first_line(&publish, "--version")?;
        let number = line.split(' ').skip_while(|word| *word != "version").nth(1);
        let version = format!("mosquitto {}", number.unwrap_or(&line));
        Ok(Self { maker: Maker::Mosquitto, version, publish, subscribe, script: None })
    }

    /// The first Python that has paho-mqtt: that in PATH, or the system's, for which Debian packages it.
    fn paho() -> Option<Self> {
        // Asked for its real path, as what is in PATH may be a script that looks for Python each time.
        const ASK: &str = "import platform, sys, paho.mqtt as paho\n\
            print(sys.executable, f'Paho {paho.__version__}, Python {platform.python_version()}', sep='\\n')";
        ["python3", "/usr/bin/python3"].into_iter().find_map(|python| {
            let output = Command::new(python).args(["-c", ASK]).output().ok()?;
            let text = String::from_utf8(output.stdout).ok()?;
            let (python, version) = text.trim_end().split_once('\n')?;
            Some(Self {
                maker: Maker::Paho,
                version: version.to_owned(),
                publish: python.into(),
                subscribe: python.into(),
                script: Some(Path::new(ROOT).join(words::PAHO)),
            })
        })
    }

    /// mqtt_pub and mqtt_sub, as npm installs them.
    fn mqtt_js() -> Result<Option<Self>> {
        let [publish, subscribe] = words::MQTT_JS.map(|path| Path::new(ROOT).join(path));
        if !publish.is_file() || find("node").is_none() {
            return Ok(None);
        }
        let node = first_line(Path::new("node"), "--version")?;
        let manifest = Path::new(ROOT).join(words::MQTT_JS_MANIFEST);
        let text = std::fs::read(manifest).context("cannot read the package.json of MQTT.js")?;
        let manifest: serde_json::Value =
            serde_json::from_slice(&text).context("the package.json of MQTT.js")?;
        let number = manifest["version"].as_str().unwrap_or("of no version");
        let version = format!("MQTT.js {number}, Node.js {}", node.trim_start_matches('v'));
        Ok(Some(Self { maker: Maker::MqttJs, version, publish, subscribe, script: None }))
    }

    /// Ready to be started for this case, with nobody's settings.
    pub fn command(&self, case: &Case, port: u16, scratch: &Scratch) -> Command {
        let program = match case.kind {
            Kind::Subscribe(_) | Kind::ClearRetained(_) => &self.subscribe,
            Kind::PublishLines | Kind::PublishRecords | Kind::PublishOne => &self.publish,
        };
        let mut command = Command::new(program);
        command
            .args(&self.script)
            .args(self.maker.arguments(case, &port.to_string()))
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

fn find(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn first_line(program: &Path, flag: &str) -> Result<String> {
    let name = program.display();
    let output = Command::new(program)
        .arg(flag)
        .stdin(Stdio::null())
        .output()
        .context(format!("cannot start {name}"))?;
    // Whatever the status: mosquitto_pub 2.0 prints its version and ends with 1.
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .next()
        .map(str::to_owned)
        .ok_or_else(|| Error::new(format!("{name} {flag} prints nothing")))
}
