//! Just enough of a shell's grammar to find the commands in a line of documentation.

use std::ffi::OsString;

use mqtt::settings::{Environment, Preparation};

/// The words of each simple command in `line`: quotes are resolved, a comment ends the line, and a redirection
/// the words of its command.
pub fn commands(line: &str) -> Vec<Vec<OsString>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut redirected = false;
    for char in line.chars() {
        match (quote, char) {
            (Some(mark), _) if char == mark => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(char),
            (None, '\'' | '"') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, ' ' | '|' | '&' | ';' | '<' | '>') => {
                let finished = word.take().filter(|_| !redirected).map(OsString::from);
                commands.last_mut().expect("there is always one").extend(finished);
                match char {
                    ' ' => {}
                    '<' | '>' => redirected = true,
                    _ => {
                        redirected = false;
                        commands.push(Vec::new());
                    }
                }
            }
            (None, other) => word.get_or_insert_default().push(other),
        }
    }
    let finished = word.filter(|_| !redirected).map(OsString::from);
    commands.last_mut().expect("there is always one").extend(finished);
    commands.retain(|words| !words.is_empty());
    commands
}

/// Checks that the program understands every `mqtt` command in `line`; how many there are.
#[track_caller]
pub fn check_commands(line: &str) -> usize {
    let mut checked = 0;
    for words in commands(line).into_iter().filter(|words| words[0] == "mqtt") {
        // Only there with its feature.
        if words.get(1).is_some_and(|word| word == "broker") && !cfg!(feature = "broker") {
            continue;
        }
        let parsed = mqtt::cli::parse(words, Environment::default(), Preparation::default());
        assert!(parsed.is_ok(), "{line}: {:?}", parsed.err());
        checked += 1;
    }
    checked
}

#[test]
fn commands_are_found_in_lines() {
    let found = commands("seq 3 | mqtt pub -t 'a b' -m \"it's\" < in.txt 2> log; echo '' # -x");
    let expected: [&[&str]; 3] =
        [&["seq", "3"], &["mqtt", "pub", "-t", "a b", "-m", "it's"], &["echo", ""]];
    assert_eq!(found, expected);
}
