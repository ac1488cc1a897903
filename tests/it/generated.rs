//! What is written from the program's own flags and committed: one command writes it, and these tests compare.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Command, ValueEnum};
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

/// Columns of a terminal.
const WIDTH: usize = 80;

/// Lines of a terminal, the prompt below the help included.
const HEIGHT: usize = 24;

/// What `mqtt NAME --help` shows on a terminal; for the program itself the name is empty.
fn help(tree: &Command, name: &str) -> String {
    let words = ["mqtt", name, "--help"].into_iter().filter(|word| !word.is_empty());
    let tree = tree.clone().term_width(WIDTH);
    let help = tree.try_get_matches_from(words).expect_err("help ends the parsing").to_string();
    // clap leaves the indent of an empty line.
    help.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The names of all commands, after an empty one for the program itself.
fn names(tree: &Command) -> Vec<String> {
    let names = tree.get_subcommands().map(|command| command.get_name().to_owned());
    [String::new()].into_iter().chain(names).collect()
}

#[test]
fn the_help_is_what_was_reviewed() {
    let tree = mqtt::cli::command_without(OPTIONAL);
    for name in names(&tree) {
        let file = ["mqtt", &name].join("-");
        check(
            &below("tests/it/help", &format!("{}.txt", file.trim_end_matches('-'))),
            &help(&tree, &name),
        );
    }
}

#[test]
fn the_help_of_the_program_fits_a_screen() {
    let help = help(&mqtt::cli::command(), "");
    assert!(help.lines().count() < HEIGHT, "{help}");
}

#[test]
fn every_help_has_examples_of_one_line_each_and_exit_statuses() {
    let tree = mqtt::cli::command();
    for name in names(&tree) {
        let help = help(&tree, &name);
        let examples = help.split("Examples:\n").nth(1).expect("there are examples");
        let examples: Vec<_> = examples.lines().take_while(|line| !line.is_empty()).collect();
        let is_whole = |line: &&str| line.starts_with("  mqtt ") && line.chars().count() <= WIDTH;
        assert!(examples.iter().all(is_whole), "{name}: {examples:#?}");
        assert!(name.is_empty() || help.contains("\nExit status: "), "{name} has no exit statuses");
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
