//! Every command line that the documentation shows can be understood by the program.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// The words of a simple command: quotes are resolved, comments, pipes and redirections end it.
fn words(command: &str) -> Vec<OsString> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for char in command.chars() {
        match char {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '#' if !quoted && word.is_none() => break,
            '|' | '<' | '>' | '&' | ';' if !quoted => break,
            ' ' if !quoted => words.extend(word.take().map(OsString::from)),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word.map(OsString::from));
    words
}

/// The lines of a file that begin with `mqtt ` (in a script, behind the quote that shows them).
fn command_lines(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(str::trim)
        .filter(|line| line.starts_with("mqtt "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_line_in_the_documentation_is_understood() {
    let mut lines = command_lines("README.md");
    for file in ["src/cli.rs", "src/commands/publish.rs", "src/commands/subscribe.rs"] {
        lines.extend(command_lines(file));
    }
    assert!(lines.len() > 15, "found only {lines:?}");
    for line in lines {
        let parsed = mqtt::cli::parse(words(line.split("   ").next().unwrap()));
        assert!(parsed.is_ok(), "{line}: {:?}", parsed.err());
    }
}
