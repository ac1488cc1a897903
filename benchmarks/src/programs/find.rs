//! Where the programs are on this machine, and which versions.
//!
//! Measures nothing.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Maker, Program, build, words};
use crate::args::Args;
use anyhow::{Context, Error, Result};

/// The root of the repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

impl Program {
    /// Finds it. None where it is not there and need not be.
    pub fn find(maker: Maker, args: &Args) -> Result<Option<Self>> {
        match maker {
            Maker::Mqtt => Self::mqtt(args.mqtt.as_deref()).map(Some),
            Maker::Mosquitto => Self::mosquitto(maker, args.mosquitto.as_deref()).map(Some),
            Maker::NewerMosquitto => {
                let folder = args.newer_mosquitto.as_deref();
                folder.map(|folder| Self::mosquitto(maker, Some(folder))).transpose()
            }
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
            websocket: true,
        })
    }

    /// mosquitto_pub and mosquitto_sub from this folder, or from PATH.
    fn mosquitto(maker: Maker, folder: Option<&Path>) -> Result<Self> {
        let [publish, subscribe] = ["mosquitto_pub", "mosquitto_sub"].map(|name| match folder {
            Some(folder) => file(folder.join(name)),
            None => in_path(name),
        });
        let (Some(publish), Some(subscribe)) = (publish, subscribe) else {
            return Err(match folder {
                Some(folder) => Error::msg(format!(
                    "no mosquitto_pub and mosquitto_sub in {}",
                    folder.display()
                )),
                None => Error::msg(
                    "mosquitto_pub and mosquitto_sub are not in PATH; install them with: \
                     sudo apt-get install mosquitto-clients (or measure without them: --peer mqtt)",
                ),
            });
        };
        // "mosquitto_pub version 2.0.11 running on libmosquitto 2.0.11."
        let line = first_line(&publish, "--version")?;
        let number = line.split(' ').skip_while(|word| *word != "version").nth(1);
        let number = number.unwrap_or(&line);
        let version = format!("mosquitto {number}");
        let websocket = has_websocket(number);
        Ok(Self { maker, version, publish, subscribe, script: None, websocket })
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
                websocket: false,
            })
        })
    }

    /// mqtt_pub and mqtt_sub, as npm installs them.
    fn mqtt_js() -> Result<Option<Self>> {
        let [publish, subscribe] = words::MQTT_JS.map(|path| Path::new(ROOT).join(path));
        if !publish.is_file() || in_path("node").is_none() {
            return Ok(None);
        }
        let node = first_line(Path::new("node"), "--version")?;
        let manifest = Path::new(ROOT).join(words::MQTT_JS_MANIFEST);
        let text = fs::read(manifest).context("cannot read the package.json of MQTT.js")?;
        let manifest: serde_json::Value =
            serde_json::from_slice(&text).context("the package.json of MQTT.js")?;
        let number = manifest["version"].as_str().unwrap_or("of no version");
        let version = format!("MQTT.js {number}, Node.js {}", node.trim_start_matches('v'));
        Ok(Some(Self {
            maker: Maker::MqttJs,
            version,
            publish,
            subscribe,
            script: None,
            websocket: false,
        }))
    }
}

/// mosquitto's clients speak it from 2.1 on.
fn has_websocket(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
    [parts.next(), parts.next()] >= [Some(2), Some(1)]
}

fn in_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).find_map(|folder| file(folder.join(name)))
}

fn file(path: PathBuf) -> Option<PathBuf> {
    path.is_file().then_some(path)
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
        .ok_or_else(|| Error::msg(format!("{name} {flag} prints nothing")))
}

#[cfg(test)]
mod tests {
    use super::has_websocket;

    #[test]
    fn clients_of_mosquitto_speak_websocket_from_a_version_on() {
        let known = ["1.6.9", "2.0.11", "2.1.0", "2.10.3", "3.0.0", "unknown"];
        assert_eq!(known.map(has_websocket), [false, false, true, true, true, false]);
    }
}
