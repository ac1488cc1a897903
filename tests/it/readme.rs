//! What the README and the help show can be typed: the README's command lines are recipes that a test runs, and the
//! help's can be understood by the program.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Recipe, check_commands};

/// The one command that writes the recipes into the README.
const BLESS: &str = "BLESS=1 cargo test --test it readme";

/// What is between `<!-- examples/cookbook/… -->` and `<!-- end -->` is made.
const RECIPES: &str = "examples/cookbook";
const END: &str = "<!-- end -->";

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn read() -> String {
    fs::read_to_string(readme()).unwrap().replace("\r\n", "\n")
}

/// What stands between the marks: the path of one recipe or of a folder of them, if a line is the first of a part.
fn made_from(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- ")?.strip_suffix(" -->").filter(|path| path.starts_with(RECIPES))
}

/// The text with each made part as it should be.
fn with_recipes(text: &str) -> String {
    let mut made = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        made += &format!("{line}\n");
        if let Some(path) = made_from(line) {
            for recipe in Recipe::all_in(path) {
                made += &format!("\n{}\n```sh\n{}\n```\n", recipe.title(), recipe.shown());
            }
            lines.by_ref().find(|line| *line == END).expect("a part that is made ends");
            made += &format!("\n{END}\n");
        }
    }
    made
}

#[test]
fn the_readme_shows_the_recipes() {
    let text = read();
    let made = with_recipes(&text);
    if std::env::var_os("BLESS").is_some() {
        fs::write(readme(), &made).unwrap();
    } else {
        assert!(text == made, "README.md is out of date: {BLESS}");
    }
}

#[test]
fn every_recipe_is_in_the_readme() {
    let text = read();
    let shown: Vec<_> = text.lines().filter_map(made_from).flat_map(Recipe::all_in).collect();
    for recipe in Recipe::all_in(RECIPES) {
        let times = shown.iter().filter(|other| other.path == recipe.path).count();
        assert_eq!(times, 1, "{} in README.md", recipe.path);
    }
}

#[test]
fn every_command_line_in_the_readme_is_a_recipe() {
    let text = read();
    let mut lines = text.lines();
    let mut in_block = false;
    while let Some(line) = lines.next() {
        if made_from(line).is_some() {
            lines.by_ref().find(|line| *line == END).expect("a part that is made ends");
        }
        in_block ^= line.starts_with("```");
        let is_command = in_block && (line.starts_with("mqtt ") || line.contains("| mqtt "));
        assert!(!is_command, "no test runs this line of the README: {line}");
    }
}

#[test]
fn every_command_line_in_the_help_is_understood() {
    let files = [
        "src/cli.rs",
        "src/commands/publish/args.rs",
        "src/commands/subscribe.rs",
        "src/commands/request.rs",
        "src/commands/clear_retained.rs",
        "src/commands/config.rs",
        "src/commands/completions.rs",
    ];
    let lines: Vec<_> = files.into_iter().flat_map(command_lines).collect();
    let checked: usize = lines.iter().map(|line| check_commands(line)).sum();
    assert!(checked > 15, "found only {lines:?}");
}

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
