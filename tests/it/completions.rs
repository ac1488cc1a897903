//! Shells complete what the program takes: asked for real, with the committed completions.

use std::fs;

use clap::ValueEnum;
use mqtt::commands::completions::{Shell as Script, script};
use tempfile::TempDir;

use crate::support::{Mqtt, Shell};

const PROFILES: &str = "\
default = 'lab'
[profiles.lab]
url = 'mqtt://localhost'
[profiles.plant-2]
url = 'mqtt://localhost'
[profiles.'$(touch harmed)']
url = 'mqtt://localhost'
";

/// A home directory with profiles and a file.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/mqtt");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), PROFILES).unwrap();
    fs::write(home.path().join("payload.bin"), "").unwrap();
    home
}

/// Every shell offers exactly these words for the line.
#[track_caller]
fn offers(line: &str, words: &str) {
    offer(&Shell::ALL, line, words);
}

#[track_caller]
fn offer(shells: &[Shell], line: &str, words: &str) {
    let home = home();
    for shell in shells {
        let offered = shell.offers(home.path(), line);
        let expected = words.split_whitespace().map(str::to_owned).collect();
        assert_eq!(offered, expected, "{shell:?} completes `{line}`");
        assert!(!home.path().join("harmed").exists(), "{shell:?} ran the name of a profile");
    }
}

#[test]
fn shells_complete_commands() {
    offers("mqtt su", "sub subscribe");
    offers("mqtt clear", "clear-retained");
}

#[test]
fn shells_complete_flags_but_not_those_that_are_hidden() {
    offers(
        "mqtt pub --top",
        "--topic --topic-from --topic-prefix --topic-alias --topic-alias-maximum",
    );
    offers(
        "mqtt subscribe --no-",
        "--no-local --no-retained --no-newline --no-config --no-clean-start",
    );
}

#[test]
fn shells_complete_the_words_that_a_flag_takes() {
    offers("mqtt pub -q ", "0 1 2");
    offers("mqtt sub --will-qos ", "0 1 2");
    offers("mqtt rr --protocol ", "auto 5 3.1.1 3.1");
    offers("mqtt sub --reconnect ", "lost always never");
    offers("mqtt pub --tls-version ", "1.2 1.3");
}

#[test]
fn shells_complete_the_names_of_profiles() {
    offers("mqtt sub --profile ", "lab plant-2");
    offers("mqtt pub --profile p", "plant-2");
}

#[test]
fn shells_complete_files_only_where_files_are_meant() {
    offers("mqtt pub -f pay", "payload.bin");
    offers("mqtt pub --ca pay", "payload.bin");
    offers("mqtt pub --topic pay", "");
}

#[test]
fn shells_complete_the_names_of_shells() {
    // Those for fish have no words for what is no flag.
    offer(&[Shell::Bash, Shell::Zsh], "mqtt completions ba", "bash");
}

#[test]
fn the_program_prints_the_completions_of_every_shell() {
    for shell in Script::value_variants() {
        let name = shell.to_possible_value().unwrap();
        let expected = script(*shell, mqtt::cli::command());
        Mqtt::new("completions").arg(name.get_name()).stdout(expected).run();
    }
}

#[test]
fn completions_are_printed_whatever_is_configured() {
    for (name, value) in [("MQTT_CONFIG", "nowhere"), ("MQTT_PORT", "none"), ("MQTT_URL", "//")] {
        Mqtt::new("completions").arg("bash").env(name, value).stdout_line("_mqtt() {").run();
    }
}

#[test]
fn the_names_of_profiles_are_those_of_the_configuration_file() {
    let profiles = || Mqtt::new("completions").arg("--profiles");
    profiles().run();
    profiles().file("c", PROFILES).env("MQTT_CONFIG", "c").stdout("lab\nplant-2\n").run();
    profiles().env("MQTT_CONFIG", "c").status(2).stderr_contains("no configuration file c").run();
    profiles().file("c", "x").env("MQTT_CONFIG", "c").status(2).stderr_contains("c:1: ").run();
}

#[test]
fn a_shell_that_is_missing_or_unknown_is_refused() {
    Mqtt::new("completions").status(2).stderr_contains("SHELL").run();
    Mqtt::new("completions").arg("tcsh").status(2).stderr_contains("tcsh").run();
}
