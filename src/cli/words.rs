//! The words of a command line before clap sees them: lines of an options file come first, and the parts of
//! each `-D CMD NAME VALUE` become one.

use super::options_file::OptionsFile;
use crate::connection::properties::SEPARATOR;
use crate::exit::Failure;
use clap::{Arg, Command};
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The line of one command, the program's and the command's name first, ready for clap; and the file among it.
pub(super) fn prepare(
    command: &Command,
    line: Vec<OsString>,
) -> Result<(Vec<OsString>, Option<OptionsFile>), Failure> {
    let mut line = line.into_iter();
    let mut words: Vec<OsString> = line.by_ref().take(2).collect();
    let typed = join_properties(command, line.collect());
    let named = options_file(command, &typed);
    let names_another = |words: &[OsString]| options_file(command, words).is_some();
    let file = named.map(|path| OptionsFile::read(Path::new(&path), names_another)).transpose()?;
    words.extend(file.iter().flat_map(OptionsFile::words));
    words.extend(typed);
    Ok((words, file))
}

/// The value of the last `--options`.
fn options_file(command: &Command, words: &[OsString]) -> Option<OsString> {
    let mut found = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        if let Some((flag, attached)) = value_flag(command, word) {
            let value = attached.or_else(|| words.next().cloned());
            if flag.get_long() == Some("options") {
                found = value;
            }
        }
    }
    found
}

/// Makes one value of the parts of each `-D CMD NAME VALUE`: clap knows no flag whose number of values
/// depends on what they say, and any of them may begin with a hyphen.
pub(super) fn join_properties(command: &Command, words: Vec<OsString>) -> Vec<OsString> {
    let mut words = words.into_iter();
    let mut joined: Vec<OsString> = Vec::new();
    while let Some(word) = words.next() {
        if word == "-D" || word == "--property" {
            let mut parts: Vec<OsString> = words.by_ref().take(3).collect();
            if parts.get(1).is_some_and(|name| name.eq_ignore_ascii_case("user-property")) {
                parts.extend(words.next());
            }
            joined.extend([word, parts.join(OsStr::new(&SEPARATOR.to_string()))]);
        } else if word == "--" {
            joined.push(word);
            joined.extend(words.by_ref());
        } else {
            let takes_next = matches!(value_flag(command, &word), Some((_, None)));
            let value = takes_next.then(|| words.next()).flatten();
            joined.push(word);
            joined.extend(value);
        }
    }
    joined
}

/// The flag in `word` that takes a value, and the value if it is in the same word.
fn value_flag<'a>(command: &'a Command, word: &OsStr) -> Option<(&'a Arg, Option<OsString>)> {
    // A value that is no text is never in the same word as a flag's name that matters here.
    let word = word.to_str()?;
    let takes_value = |arg: &&Arg| arg.get_action().takes_values();
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(OsString::from(value))),
            None => (long, None),
        };
        let is_it = |arg: &&Arg| {
            arg.get_long() == Some(name)
                || arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
        };
        let flag = command.get_arguments().find(is_it).filter(takes_value)?;
        return Some((flag, value));
    }
    let mut letters = word.strip_prefix('-')?.chars();
    let flag = letters.find_map(|letter| {
        command.get_arguments().find(|arg| arg.get_short() == Some(letter)).filter(takes_value)
    })?;
    // The rest of the word is the value, where there is a rest.
    let rest = letters.as_str();
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    Some((flag, (!rest.is_empty()).then(|| rest.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_property_are_one_value_whatever_they_begin_with() {
        let joined = |line: &str| {
            let mut tree = crate::cli::command();
            tree.build();
            let mut words = line.split(' ').map(OsString::from);
            let name = words.by_ref().nth(1).unwrap();
            let command = tree.find_subcommand(&name).unwrap();
            let joined = join_properties(command, words.collect());
            joined.join(OsStr::new("|")).into_string().unwrap().replace(SEPARATOR, "+")
        };
        for (line, expected) in [
            ("mqtt pub -D publish content-type -x -t a", "-D|publish+content-type+-x|-t|a"),
            (
                "mqtt publish --property will User-Property k -v -rm -D x",
                "--property|will+User-Property+k+-v|-rm|-D|x",
            ),
            ("mqtt pub -m -D -t -t -D a b c", "-m|-D|-t|-t|-D|a+b+c"),
            ("mqtt pub -m-t -D a b c -tx -D a b", "-m-t|-D|a+b+c|-tx|-D|a+b"),
            ("mqtt pub --topic=x -D a b c --topic -D", "--topic=x|-D|a+b+c|--topic|-D"),
            (
                "mqtt sub -D connect user-property a b -- -D c",
                "-D|connect+user-property+a+b|--|-D|c",
            ),
        ] {
            assert_eq!(joined(line), expected, "{line}");
        }
    }

    #[test]
    fn the_options_file_is_found_however_it_is_written() {
        let mut tree = crate::cli::command();
        tree.build();
        let command = tree.find_subcommand("pub").unwrap();
        let found = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            options_file(command, &words)
        };
        for line in
            ["-o f", "-of", "-o=f", "-ro f", "--options f", "--options=f", "-o e -m -o -o f"]
        {
            assert_eq!(found(line), Some("f".into()), "{line}");
        }
        for line in ["-m -o f", "-mof", "-- -o f", "-t -o"] {
            assert_eq!(found(line), None, "{line}");
        }
    }
}
