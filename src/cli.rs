//! The command line as a whole: a table of commands, and the clap tree made from it.
//!
//! Knows the commands' names; what each takes and does is its own module's business.

use crate::commands::{publish, subscribe};
use crate::exit::Failure;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use std::ffi::OsString;

/// What can be done.
pub enum Action {
    /// `mqtt pub`.
    Pub(Box<publish::PublishArgs>),
    /// `mqtt sub`.
    Sub(Box<subscribe::SubscribeArgs>),
    /// `mqtt broker`.
    #[cfg(feature = "broker")]
    Broker(crate::commands::broker::BrokerArgs),
}

/// A command's name, its other name, one line about it, its flags, and how they become an action.
struct Entry {
    name: &'static str,
    alias: Option<&'static str>,
    about: &'static str,
    flags: fn(Command) -> Command,
    action: fn(&ArgMatches) -> Result<Action, clap::Error>,
}

const COMMANDS: &[Entry] = &[
    Entry {
        name: "pub",
        alias: Some("publish"),
        about: "Publish messages",
        flags: |command| complete(publish::PublishArgs::augment_args(command)),
        action: |found| Ok(Action::Pub(Box::new(FromArgMatches::from_arg_matches(found)?))),
    },
    Entry {
        name: "sub",
        alias: Some("subscribe"),
        about: "Subscribe to topics and print what is published",
        flags: |command| complete(subscribe::SubscribeArgs::augment_args(command)),
        action: |found| Ok(Action::Sub(Box::new(FromArgMatches::from_arg_matches(found)?))),
    },
    #[cfg(feature = "broker")]
    Entry {
        name: "broker",
        alias: None,
        about: "Run a throw-away local broker, for trying things out",
        flags: |command| complete(crate::commands::broker::BrokerArgs::augment_args(command)),
        action: |found| Ok(Action::Broker(FromArgMatches::from_arg_matches(found)?)),
    },
];

const EXAMPLES: &str = "\
Examples:
  mqtt sub -t 'sensors/#' -v                   print topic and payload of all sensors
  mqtt pub -t sensors/hall -m 21.5 -r          publish a retained message
  mqtt pub -t log -l -q 1 < app.log            publish a file, a message a line
  mqtt sub -t 'a/#' -C 1 -W 5s --json          wait five seconds for one message

In a subcommand -h is the host and -V the protocol version, as in mosquitto_pub;
`mqtt COMMAND --help` shows its flags.";

/// What a command line asks for.
pub enum Request {
    /// To run this.
    Run(Action),
    /// To print this text: help, or the version.
    Print(String),
}

/// Parses a command line, the program's name first.
///
/// # Errors
/// When the line cannot be understood.
pub fn parse(line: impl IntoIterator<Item = OsString>) -> Result<Request, Failure> {
    let mut tree = command();
    let parsed = tree.try_get_matches_from_mut(line).and_then(|found| action(&found));
    // Taking the tree apart would cost more than some commands take; it is small, and there is one.
    std::mem::forget(tree);
    match parsed {
        Ok(action) => Ok(Request::Run(action)),
        Err(error) if !error.use_stderr() => Ok(Request::Print(error.render().to_string())),
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Err(Failure::usage("no command given").hint("mqtt --help lists them"))
        }
        Err(error) => Err(usage_failure(&error.render().to_string())),
    }
}

fn action(found: &ArgMatches) -> Result<Action, clap::Error> {
    let entry = |name| COMMANDS.iter().find(|entry| entry.name == name);
    match found.subcommand().and_then(|(name, flags)| Some((entry(name)?, flags))) {
        Some((entry, flags)) => (entry.action)(flags),
        None => Err(clap::Error::new(ErrorKind::MissingSubcommand)),
    }
}

/// clap's text as a failure: its first paragraph is what is wrong, its tips are the hints.
fn usage_failure(text: &str) -> Failure {
    let joined = |paragraph: &str| {
        paragraph
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut paragraphs = text.split("\n\n");
    let first = joined(paragraphs.next().unwrap_or(text));
    let mut failure = Failure::usage(first.strip_prefix("error: ").unwrap_or(&first));
    for paragraph in paragraphs {
        if let Some(tip) = joined(paragraph).strip_prefix("tip: ") {
            failure = failure.hint(tip);
        } else if let Some(usage) = paragraph.strip_prefix("Usage: ") {
            let words: Vec<_> = usage
                .split_whitespace()
                .take_while(|word| word.starts_with(char::is_alphabetic))
                .collect();
            failure = failure.hint(format!("{} --help shows all flags", words.join(" ")));
        }
    }
    failure
}

/// The clap tree. The flags of a command are only made when it is the one that runs: a publish is
/// over in a millisecond, and making them all would be a good part of it.
pub fn command() -> Command {
    let root = Command::new("mqtt")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Publish and subscribe to MQTT topics from the command line")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .after_help(EXAMPLES);
    COMMANDS.iter().fold(root, |root, entry| {
        let command = Command::new(entry.name).about(entry.about).visible_aliases(entry.alias);
        root.subcommand(command.defer(entry.flags))
    })
}

/// `--help` without `-h`, the last of repeated flags wins, and each switch has a `--no-` twin.
fn complete(command: Command) -> Command {
    let help = Arg::new("help")
        .long("help")
        .action(ArgAction::Help)
        .help("Show this help")
        .help_heading("Talk");
    let twins: Vec<Arg> = command.get_arguments().filter_map(twin).collect();
    command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args_override_self(true)
        .arg(help)
        .args(twins)
}

/// The flag that takes `switch` back.
fn twin(switch: &Arg) -> Option<Arg> {
    if !matches!(switch.get_action(), ArgAction::SetTrue) {
        return None;
    }
    let long = switch.get_long()?;
    let name = match long.strip_prefix("no-") {
        Some(positive) => positive.to_owned(),
        None => format!("no-{long}"),
    };
    let twin = Arg::new(name.clone()).long(name).action(ArgAction::SetTrue).hide(true);
    Some(twin.overrides_with(switch.get_id().clone()))
}

#[cfg(test)]
mod tests {
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
                assert!(
                    arg.is_positional() || arg.get_long().is_some(),
                    "{id} of {}",
                    sub.get_name()
                );
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
        let failure =
            parse(["mqtt", "pub", "-t", "a", "--mesage", "x"].map(OsString::from)).err().unwrap();
        assert_eq!(failure.message, "unexpected argument '--mesage' found");
        assert_eq!(
            failure.hints,
            ["a similar argument exists: '--message'", "mqtt pub --help shows all flags"]
        );
    }

    #[test]
    fn a_switch_can_be_taken_back_and_the_last_word_counts() {
        let retain = |flags: &str| {
            let line = format!("mqtt pub -t a -m x {flags}");
            match parse(line.split_whitespace().map(OsString::from)) {
                Ok(Request::Run(Action::Pub(args))) => args.retain,
                _ => panic!("{line}"),
            }
        };
        assert!(retain("-r"));
        assert!(!retain("-r --no-retain"));
        assert!(retain("--no-retain --retain"));
    }
}
