//! The programs that are measured: where they are, which version they are, how they are told what to do.
//!
//! Starts only what it needs to find and build them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cases::{Case, Kind};
use crate::error::{Context, Error, Result};
use crate::wire::Version;
use crate::workload::{FILTER, TOPIC};

/// How many seconds mosquitto_sub has to remove what is stored: it does not end by itself.
pub const PATIENCE: &str = "5";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    Mqtt,
    Mosquitto,
}

/// One side of the comparison.
pub struct Program {
    pub maker: Maker,
    publish: PathBuf,
    subscribe: PathBuf,
    pub version: String,
}

impl Program {
    /// The `mqtt` at `path`, or a fresh release build of the root package.
    pub fn mqtt(path: Option<&Path>) -> Result<Self> {
        let path = match path {
            Some(path) => path.canonicalize().context(format!("no mqtt at {}", path.display()))?,
            None => build_mqtt()?,
        };
        let version = first_line(&path, "--version")?;
        Ok(Self { maker: Maker::Mqtt, publish: path.clone(), subscribe: path, version })
    }

    /// mosquitto_pub and mosquitto_sub from PATH.
    pub fn mosquitto() -> Result<Self> {
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
        Ok(Self { maker: Maker::Mosquitto, publish, subscribe, version })
    }

    pub fn path(&self, kind: Kind) -> &Path {
        match kind {
            Kind::Subscribe(_) | Kind::ClearRetained(_) => &self.subscribe,
            Kind::PublishLines | Kind::PublishRecords | Kind::PublishOne => &self.publish,
        }
    }
}

impl Maker {
    /// The version of MQTT that it speaks unless told otherwise: each is measured as people run it.
    pub fn protocol(self) -> Version {
        match self {
            Self::Mqtt => Version::V5,
            Self::Mosquitto => Version::V311,
        }
    }

    /// The command as a person would type it, without redirections.
    pub fn words(self, case: &Case, port: &str) -> Vec<String> {
        let program: &[&str] = match (self, case.kind) {
            (Self::Mqtt, Kind::Subscribe(_)) => &["mqtt", "sub"],
            (Self::Mqtt, Kind::ClearRetained(_)) => &["mqtt", "clear-retained"],
            (Self::Mqtt, _) => &["mqtt", "pub"],
            (Self::Mosquitto, Kind::Subscribe(_) | Kind::ClearRetained(_)) => &["mosquitto_sub"],
            (Self::Mosquitto, _) => &["mosquitto_pub"],
        };
        let mut words: Vec<String> = program.iter().map(ToString::to_string).collect();
        let mut add = |more: &[&str]| words.extend(more.iter().map(ToString::to_string));
        add(&["-h", "127.0.0.1", "-p", port]);
        match case.kind {
            Kind::PublishLines => add(&["-t", TOPIC, "-l"]),
            Kind::PublishRecords => match self {
                Self::Mqtt => add(&["--json"]),
                Self::Mosquitto => add(&["-t", TOPIC, "-l"]),
            },
            Kind::PublishOne => add(&["-t", "a", "-m", "hello"]),
            Kind::Subscribe(style) => {
                add(&["-t", FILTER]);
                add(style.flags(self));
            }
            Kind::ClearRetained(version) => {
                add(&["-t", FILTER, "-V", version.name()]);
                if self == Self::Mosquitto {
                    add(&["-v", "--retained-only", "--remove-retained", "-W", PATIENCE]);
                }
                return words;
            }
        }
        add(&["-q", &case.qos.to_string()]);
        if let (Kind::Subscribe(_), Some(count)) = (case.kind, case.count) {
            add(&["-C", &count.to_string()]);
        }
        words
    }

    /// The words after the name of the program.
    pub fn arguments(self, case: &Case, port: u16) -> Vec<String> {
        self.words(case, &port.to_string()).split_off(1)
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

/// Builds the root package and asks cargo where the program went: target directories can be anywhere.
fn build_mqtt() -> Result<PathBuf> {
    let here = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let manifest = here
        .as_deref()
        .and_then(Path::parent)
        .map(|root| root.join("Cargo.toml"))
        .filter(|path| path.is_file())
        .ok_or_else(|| {
            Error::new("no root package to build: start this with cargo run, or give --mqtt PATH")
        })?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--release", "--bin", "mqtt"])
        .arg("--message-format=json-render-diagnostics")
        .arg("--manifest-path")
        .arg(manifest)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        return Err(Error::new("cargo build --release failed"));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    messages
        .lines()
        .filter_map(|line| line.split_once(r#""executable":""#))
        .filter_map(|(_, rest)| rest.split_once('"'))
        .map(|(path, _)| PathBuf::from(path))
        .next_back()
        .ok_or_else(|| Error::new("cargo built no mqtt"))
}
