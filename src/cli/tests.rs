//! The tree of commands, and how lines are parsed with it.

use super::*;
use std::collections::BTreeSet;

/// With the flags of every command.
fn built() -> Command {
    let mut command = command();
    command.build();
    command
}

#[test]
fn the_tree_is_sound() {
    command().debug_assert();
}

#[test]
fn every_flag_has_a_long_name_and_help_without_a_full_stop() {
    for sub in built().get_subcommands() {
        for arg in sub.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let id = arg.get_id();
            assert!(arg.is_positional() || arg.get_long().is_some(), "{id} of {}", sub.get_name());
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(
                !help.is_empty() && !help.ends_with('.'),
                "{id} of {}: {help:?}",
                sub.get_name()
            );
        }
    }
}

#[test]
fn every_flag_that_counts_or_measures_says_its_default() {
    let measures =
        ["DURATION", "SECONDS", "N", "BYTES", "PERCENT", "QOS", "PORT", "VERSION", "WHEN"];
    for sub in built().get_subcommands() {
        for arg in sub.get_arguments() {
            let names = arg.get_value_names().unwrap_or_default();
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let measures = names.iter().any(|name| measures.contains(&name.as_str()));
            assert!(
                !measures || help.contains("[default: "),
                "{} of {}: {help}",
                arg.get_id(),
                sub.get_name()
            );
        }
    }
}

#[test]
fn no_short_letter_means_two_things() {
    let mut meanings = BTreeSet::new();
    for sub in built().get_subcommands() {
        for arg in sub.get_arguments() {
            if let (Some(short), Some(long)) = (arg.get_short(), arg.get_long()) {
                meanings.insert((short, long.to_owned()));
            }
        }
    }
    let letters: BTreeSet<char> = meanings.iter().map(|(short, _)| *short).collect();
    assert_eq!(letters.len(), meanings.len(), "{meanings:?}");
}

#[test]
fn what_clap_complains_about_is_one_line_and_hints() {
    let line = ["mqtt", "pub", "-t", "a", "--mesage", "x"].map(OsString::from);
    let preparation = Preparation::default();
    let failure = parse(line, Environment::default(), preparation).err().unwrap();
    assert_eq!(failure.message, "unexpected argument '--mesage' found");
    assert_eq!(
        failure.hints,
        ["a similar argument exists: '--message'", "mqtt pub --help shows all flags"]
    );
}

/// How a line is parsed, and whether the basic flags were enough.
fn parsed(line: &str) -> (Call, bool) {
    let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
    let entry = COMMANDS.iter().find(|entry| entry.name == words[0]).unwrap();
    let preparation = Preparation::default();
    match entry.basic.as_ref().and_then(|basic| parse_basic(basic, &words[1..])) {
        Some(call) => (call, true),
        None => match parse_all(entry, &words[1..], &preparation, Instant::now()) {
            Ok(Meaning::Call(call)) => (*call, false),
            _ => panic!("{line}"),
        },
    }
}

#[test]
fn basic_flags_mean_what_they_mean_among_all() {
    let told = |(mut call, basic): (Call, bool)| {
        let found = &mut call.found;
        let message = match basic {
            true => publish::PublishArgs::from_basic(found),
            false => publish::PublishArgs::from_arg_matches_mut(found),
        };
        let message = message.unwrap().message;
        let words: Vec<OsString> = call.words.iter().map(Word::argument).collect();
        let basic = call.args.basic;
        format!(
            "{:?} {:?} {:?} {} {words:?} {:?} {:?} {:?}",
            message.topic,
            message.message,
            message.qos,
            message.retain,
            basic.host,
            basic.port,
            basic.id
        )
    };
    let line = "pub -h host -p 1 -t a -t b -m -x -q 1 -q 2 -ri id";
    let (basic, all) = (parsed(line), parsed(&format!("{line} --progress")));
    assert!(basic.1 && !all.1);
    assert_eq!(told(basic), told(all));
    assert!(!parsed("pub -t a -m x -k 5").1);
    assert!(!parsed("pub -t a -m x -r --no-retain").1);
}

#[test]
fn a_switch_can_be_taken_back_and_the_last_word_counts() {
    let retain = |flags: &str| {
        let mut call = parsed(&format!("pub -t a -m x --no-progress {flags}")).0;
        publish::PublishArgs::from_arg_matches_mut(&mut call.found).unwrap().message.retain
    };
    assert!(retain("-r"));
    assert!(!retain("-r --no-retain"));
    assert!(retain("--no-retain --retain"));
}
