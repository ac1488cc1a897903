//! The man pages say what the program does: they are made from its own flags, and what they show can be typed.

use std::collections::BTreeSet;
use std::fs;
#[cfg(unix)]
use std::io::Write;
#[cfg(unix)]
use std::process::{Command, Stdio};

use crate::support::{Page, check_commands, config_page, pages, plain};

#[test]
fn every_page_in_the_manual_is_one_of_a_command() {
    let pages = pages();
    let expected: BTreeSet<_> = pages.iter().map(Page::path).collect();
    let folder = pages[0].path().parent().unwrap().to_owned();
    for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
        let is_page = entry.extension().is_some_and(|extension| extension == "1");
        assert!(!is_page || expected.contains(&entry), "{} has no command", entry.display());
    }
    for entry in fs::read_dir(folder.join("sections")).unwrap() {
        let name = entry.unwrap().file_name();
        let has_page = pages.iter().any(|page| *page.name == *name);
        assert!(has_page, "man/sections/{} belongs to no page", name.display());
    }
}

#[test]
fn every_command_line_in_the_manual_is_understood() {
    for page in pages() {
        let mut checked = 0;
        let mut shows = false;
        for line in page.roff.lines() {
            match line {
                ".EX" => shows = true,
                ".EE" => shows = false,
                _ if shows => checked += check_commands(&plain(line)),
                _ => {}
            }
        }
        assert!(checked > 0, "{0} has no examples: man/sections/{0}/ is for them", page.name);
    }
}

#[test]
#[cfg(unix)]
fn every_page_of_the_manual_renders_without_a_warning() {
    for page in pages().into_iter().chain([config_page()]) {
        // Pages without a date do not change with the day they are written.
        let complaints = complaints("mandoc", &["-T", "lint", "-W", "warning"], &page)
            .expect("mandoc can be started: ci/check installs it");
        let complaints: Vec<_> =
            complaints.lines().filter(|line| !line.contains("missing date")).collect();
        assert!(complaints.is_empty(), "{}: {}", page.name, complaints.join("\n"));
        // mandoc is the stricter one, but groff is what most people read with.
        match self::complaints("groff", &["-man", "-ww", "-z", "-T", "utf8"], &page) {
            Some(complaints) => assert_eq!(complaints, "", "{}", page.name),
            None => eprintln!("{}: groff is not installed, only mandoc looked at it", page.name),
        }
    }
}

/// What `program` says when it reads the page.
#[cfg(unix)]
fn complaints(program: &str, args: &[&str], page: &Page) -> Option<String> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    // Both read the whole page before they say anything.
    child.stdin.take().unwrap().write_all(page.roff.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Some(String::from_utf8_lossy(&said).into_owned())
}
