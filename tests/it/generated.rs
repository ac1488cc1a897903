//! What is written from the program's own flags and committed: one command writes it, and these tests compare.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use mqtt::commands::completions::{Shell, script};

use crate::support::{BLESS, OPTIONAL, pages};

/// Checks that `text` is committed as `path`, or commits it.
#[track_caller]
fn check(path: &Path, text: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, text).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(committed == text, "{} is out of date: {BLESS}", path.display());
}

fn below(folder: &str, file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(file)
}

#[test]
fn the_manual_is_what_the_flags_and_the_sections_say() {
    pages().iter().for_each(|page| check(&page.path(), &page.roff));
}

#[test]
fn the_completions_are_what_the_flags_say() {
    for shell in Shell::value_variants() {
        let script = script(*shell, mqtt::cli::command_without(OPTIONAL));
        check(&below("completions", file_name(*shell)), &script);
    }
}

/// As shells, or their packages, look for it.
fn file_name(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => "mqtt.bash",
        Shell::Zsh => "_mqtt",
        Shell::Fish => "mqtt.fish",
        Shell::Powershell => "_mqtt.ps1",
        Shell::Elvish => "mqtt.elv",
        Shell::Nushell => "mqtt.nu",
    }
}
