//! What the README, the other documents and the help show can be typed: their command lines are recipes that a test runs,
//! and the help's can be understood by the program.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Recipe, check_commands};

/// The one command that writes the recipes into the documents.
const BLESS: &str = "BLESS=1 cargo test --test it readme";

/// What is between `<!-- examples/cookbook/… -->` and `<!-- end -->` is made.
const RECIPES: &str = "examples/cookbook";
const END: &str = "<!-- end -->";

/// What a visitor reads in one sitting. The rest is in `docs/`.
const README_LINES: usize = 299;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Those with command lines for readers.
fn documents() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    [root().join("README.md")].into_iter().chain(docs).collect()
}

fn read(document: &Path) -> String {
    fs::read_to_string(document).unwrap().replace("\r\n", "\n")
}

fn shown_in(document: &Path) -> Vec<Recipe> {
    read(document).lines().filter_map(made_from).flat_map(recipes).collect()
}

/// The recipes of a part: paths of single ones or of folders, separated by spaces.
fn recipes(paths: &str) -> Vec<Recipe> {
    paths.split(' ').flat_map(Recipe::all_in).collect()
}

/// What the marks name, if a line is the first of a part.
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
            for recipe in recipes(path) {
                made += &format!("\n{}\n```sh\n{}\n```\n", recipe.title(), recipe.shown());
            }
            lines.by_ref().find(|line| *line == END).expect("a part that is made ends");
            made += &format!("\n{END}\n");
        }
    }
    made
}

#[test]
fn the_documents_show_the_recipes() {
    for document in documents() {
        let text = read(&document);
        let made = with_recipes(&text);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&document, &made).unwrap();
        } else {
            assert!(text == made, "{} is out of date: {BLESS}", document.display());
        }
    }
}

#[test]
fn every_recipe_is_in_a_document_and_never_twice_in_one() {
    let shown: Vec<_> = documents().iter().map(|document| shown_in(document)).collect();
    for recipe in Recipe::all_in(RECIPES) {
        let times =
            shown.iter().map(|all| all.iter().filter(|one| one.path == recipe.path).count());
        let times: Vec<_> = times.collect();
        assert!(times.contains(&1), "{} is in no document", recipe.path);
        assert!(times.iter().all(|&times| times < 2), "{} is there twice", recipe.path);
    }
}

#[test]
fn the_readme_is_short() {
    let lines = read(&root().join("README.md")).lines().count();
    assert!(lines <= README_LINES, "README.md has {lines} lines: move something to docs/");
}

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    let more =
        ["CONTRIBUTING.md", "SECURITY.md", "benchmarks/README.md"].map(|name| root().join(name));
    for document in documents().into_iter().chain(more) {
        let text = read(&document);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        let local = targets.map(|(target, _)| target).filter(|target| !target.contains("://"));
        for target in local.filter_map(|target| target.split('#').next()) {
            let leads = document.parent().unwrap().join(target).exists();
            assert!(leads, "{} links to {target}", document.display());
        }
    }
}

#[test]
fn every_command_line_in_the_documents_is_a_recipe() {
    for document in documents() {
        let text = read(&document);
        let mut lines = text.lines();
        let mut in_block = false;
        while let Some(line) = lines.next() {
            if made_from(line).is_some() {
                lines.by_ref().find(|line| *line == END).expect("a part that is made ends");
            }
            in_block ^= line.starts_with("```");
            let is_command = in_block && (line.starts_with("mqtt ") || line.contains("| mqtt "));
            assert!(!is_command, "no test runs this line of {}: {line}", document.display());
        }
    }
}

/// zsh takes `#` for an argument where somebody types.
#[test]
fn no_command_line_in_the_documents_has_a_comment() {
    let mut lines = 0;
    for document in documents() {
        let text = read(&document);
        let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```"));
        for line in blocks.flat_map(|(block, _)| block.lines()) {
            lines += 1;
            assert!(!has_comment(line), "{}: {line}", document.display());
        }
    }
    assert!(lines > 100, "found only {lines} lines");
}

#[test]
fn a_comment_is_told_from_a_number_sign() {
    for line in ["# all", "mqtt sub a # all", "mqtt sub 'a/#' -v\t# all"] {
        assert!(has_comment(line), "{line}");
    }
    for line in
        ["mqtt sub '#' -v", "mqtt sub 'a/ #'", "echo \"a # b\" $# a#b", "  select(.a) | \"a\"'"]
    {
        assert!(!has_comment(line), "{line}");
    }
}

/// Whether a word begins with `#` outside of quotes.
fn has_comment(line: &str) -> bool {
    let mut quote = None;
    let mut before = ' ';
    for character in line.chars() {
        match quote {
            None if character == '#' && before.is_whitespace() => return true,
            None if matches!(character, '\'' | '"') => quote = Some(character),
            Some(open) if open == character => quote = None,
            _ => {}
        }
        before = character;
    }
    false
}

/// What `jq` holds back in its buffer is lost with it, and seen late.
#[test]
fn jq_holds_nothing_back_after_a_subscription_that_goes_on() {
    let ends = ["-C ", "-W ", "--retained-only", "--idle "];
    for recipe in Recipe::all_in(RECIPES) {
        let shown = recipe.shown().replace("|\n", "|");
        let streams = shown.lines().filter(|line| {
            line.contains("mqtt sub")
                && line.contains("| jq ")
                && !ends.iter().any(|end| line.contains(end))
        });
        for line in streams {
            assert!(line.contains("--unbuffered"), "{}: {line}", recipe.path);
        }
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

/// The lines of a file that begin with `mqtt `; in the help, what a line does follows it in a column.
fn command_lines(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(str::trim)
        .filter(|line| line.starts_with("mqtt "))
        .map(|line| line.split("   ").next().unwrap().to_owned())
        .collect()
}
