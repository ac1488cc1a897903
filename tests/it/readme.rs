//! Every command line that the README and the help show can be understood by the program.

use std::fs;
use std::path::Path;

use crate::support::check_commands;

/// The lines of a file that begin with `mqtt `; in the help, what a line does stands behind it in a column.
fn command_lines(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(str::trim)
        .filter(|line| line.starts_with("mqtt "))
        .map(|line| line.split("   ").next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_command_line_in_the_documentation_is_understood() {
    let mut lines = command_lines("README.md");
    for file in [
        "src/cli.rs",
        "src/commands/publish/args.rs",
        "src/commands/subscribe.rs",
        "src/commands/request.rs",
        "src/commands/clear_retained.rs",
        "src/commands/config.rs",
        "src/commands/completions.rs",
    ] {
        lines.extend(command_lines(file));
    }
    let checked: usize = lines.iter().map(|line| check_commands(line)).sum();
    assert!(checked > 15, "found only {lines:?}");
}
