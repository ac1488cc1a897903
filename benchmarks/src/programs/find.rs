//! Where the programs are on this machine, and which versions.
//!
//! Measures nothing.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Maker, Program, build, words};
use crate::error::{Context, Error, Result};

/// The root of the repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

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
        let (Some(publish), Some(subscribe)) = (in_path("mosquitto_pub"), in_path("mosquitto_sub"))
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
        Ok(Some(Self { maker: Maker::MqttJs, version, publish, subscribe, script: None }))
    }
}

fn in_path(name: &str) -> Option<PathBuf> {
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
