//! A release build of the program to measure.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Error, Result};

/// Builds the root package and asks cargo where the program went: target directories can be anywhere.
pub fn mqtt(root: &Path) -> Result<PathBuf> {
    let manifest = root.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(Error::msg("no root package to build any more: give --mqtt PATH"));
    }
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
        return Err(Error::msg("cargo build --release failed"));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    messages
        .lines()
        .filter_map(|line| line.split_once(r#""executable":""#))
        .filter_map(|(_, rest)| rest.split_once('"'))
        .map(|(path, _)| PathBuf::from(path))
        .next_back()
        .ok_or_else(|| Error::msg("cargo built no mqtt"))
}
