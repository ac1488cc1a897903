//! The house rules that no compiler checks: who may name what, and how a file must look.

use std::fs;
use std::path::{Path, PathBuf};

/// Words that only some places may use; `src/`-relative files or, with a slash at the end, directories.
struct Ban {
    words: &'static [&'static str],
    allowed: &'static [&'static str],
}

const MOST_LINES: usize = 600;

struct Source {
    /// Relative to `src/`, with `/` on every system.
    path: String,
    text: String,
}

impl Source {
    /// Numbered lines that are no comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    fn is_one_of(&self, places: &[&str]) -> bool {
        places.iter().any(|place| {
            self.path == *place || (place.ends_with('/') && self.path.starts_with(place))
        })
    }

    fn at(&self, line: usize, what: &str) -> String {
        format!("src/{}:{line}: {what}", self.path)
    }
}

#[test]
fn only_the_protocol_names_rumqttc() {
    check_ban(&Ban { words: &["rumqttc"], allowed: &["mqtt/"] });
}

#[test]
fn the_protocol_knows_neither_sockets_nor_a_runtime() {
    let elsewhere: Vec<String> = sources()
        .iter()
        .filter(|source| source.path.starts_with("mqtt") && !source.path.contains("/tests"))
        .flat_map(|source| offences(source, source.code(), &["tokio", "std::net", "std::thread"]))
        .collect();
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
}

#[test]
fn only_the_command_line_layer_names_clap() {
    check_ban(&Ban {
        words: &["clap"],
        allowed: &["cli.rs", "cli/", "settings.rs", "settings/", "commands/"],
    });
}

#[test]
fn only_the_outer_layers_look_at_the_process_and_its_terminal() {
    check_ban(&Ban {
        words: &["std::env", "env::", "is_terminal", "process::exit"],
        allowed: &["main.rs", "lib.rs", "settings/", "ui.rs", "simulation/"],
    });
}

#[test]
fn nothing_is_left_to_do() {
    let words = ["TODO", "FIXME", "todo!", "unimplemented!"];
    check(|source| offences(source, source.lines(), &words));
}

#[test]
fn nothing_is_unsafe() {
    check(|source| offences(source, source.code(), &["unsafe"]));
}

#[test]
fn no_file_is_too_long() {
    check(|source| {
        let lines = source.text.lines().count();
        let long = (lines > MOST_LINES).then(|| source.at(lines, "more than 600 lines"));
        long.into_iter().collect()
    });
}

#[test]
fn every_file_says_what_it_is() {
    check(|source| {
        let silent = !source.text.starts_with("//!");
        let offence = silent.then(|| source.at(1, "does not start with `//!`"));
        offence.into_iter().collect()
    });
}

#[test]
fn words_are_found_only_as_whole_words() {
    assert!(names("    std::env::args()", "std::env"));
    assert!(names("use std::{env, fs};", "std::env"));
    assert!(names("let x = unsafe { y() };", "unsafe"));
    assert!(!names("#![forbid(unsafe_code)]", "unsafe"));
    assert!(!names("std::environment()", "std::env"));
    assert!(!names("use std::{fs, environment};", "std::env"));
    assert!(names("todo!()", "todo!"));
}

#[track_caller]
fn check_ban(ban: &Ban) {
    check(|source| match source.is_one_of(ban.allowed) {
        true => Vec::new(),
        false => offences(source, source.code(), ban.words),
    });
}

#[track_caller]
fn check(rule: impl Fn(&Source) -> Vec<String>) {
    let offences: Vec<String> = sources().iter().flat_map(rule).collect();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

fn offences<'a>(
    source: &Source,
    lines: impl Iterator<Item = (usize, &'a str)>,
    words: &[&str],
) -> Vec<String> {
    lines
        .flat_map(|(number, line)| {
            let named = words.iter().filter(move |word| names(line, word));
            named.map(move |word| source.at(number, &format!("`{word}` has no place here")))
        })
        .collect()
}

/// Whether the line names the word, or imports the path `std::x` in braces.
fn names(line: &str, word: &str) -> bool {
    let in_braces = word.strip_prefix("std::").is_some_and(|name| {
        let group = line.split_once("std::{");
        group.is_some_and(|(_, group)| has_word(group, name))
    });
    in_braces || has_word(line, word)
}

fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |char: Option<char>| char.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let after = line[at + word.len()..].chars().next();
        let open = word.ends_with(|last: char| !part_of_word(Some(last)));
        !part_of_word(line[..at].chars().next_back()) && (open || !part_of_word(after))
    })
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    assert!(!paths.is_empty(), "no sources below {}", root.display());
    paths.sort();
    paths.iter().map(|path| read(&root, path)).collect()
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("src/ can be listed") {
        let path = entry.expect("src/ can be listed").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn read(root: &Path, path: &Path) -> Source {
    let relative = path.strip_prefix(root).expect("it is below src/");
    Source {
        path: relative.to_string_lossy().replace('\\', "/"),
        text: fs::read_to_string(path).expect("a source can be read"),
    }
}
