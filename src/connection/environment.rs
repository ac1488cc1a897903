//! The environment variables this program reads.

use crate::exit::Failure;
use std::collections::HashMap;
use std::env::{self, VarError};
use std::path::PathBuf;

/// What is set, and not empty.
#[derive(Debug, Default)]
pub struct Environment {
    values: HashMap<&'static str, String>,
    /// Where configuration files are: `$XDG_CONFIG_HOME`, or else `~/.config`.
    pub(super) config_home: Option<PathBuf>,
    /// What `~` stands for.
    pub(super) home: Option<PathBuf>,
}

impl Environment {
    /// Their names.
    pub const NAMES: [&'static str; 9] = [
        "MQTT_URL",
        "MQTT_HOST",
        "MQTT_PORT",
        "MQTT_PROTOCOL",
        "MQTT_USERNAME",
        "MQTT_PASSWORD",
        "MQTT_PASSWORD_FILE",
        "MQTT_PROFILE",
        "MQTT_CONFIG",
    ];

    /// Those of this process; an empty one counts as not set.
    ///
    /// # Errors
    /// When one is not valid UTF-8.
    pub fn of_process() -> Result<Self, Failure> {
        let mut values = HashMap::new();
        for name in Self::NAMES {
            match env::var(name) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => drop(values.insert(name, value)),
                Err(VarError::NotPresent) => {}
                Err(VarError::NotUnicode(_)) => {
                    return Err(Failure::usage(format!("{name} in the environment is not UTF-8")));
                }
            }
        }
        let path = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = path("HOME");
        // [XDG base directories]: a relative path counts as none.
        let config_home = path("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
        let config_home = config_home.or_else(|| home.as_ref().map(|home| home.join(".config")));
        Ok(Self { values, config_home, home })
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Those of a test.
    #[cfg(test)]
    pub(super) fn of(values: &[(&'static str, &str)]) -> Self {
        let values = values.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { values, ..Self::default() }
    }
}
