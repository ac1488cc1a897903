//! The command line as a whole: a table of commands, and the clap tree made from it.
//!
//! Knows the commands' names; what each takes and does is its own module's business.

mod options_file;
mod words;

use crate::commands::{clear_retained, completions, config, publish, request, subscribe};
use crate::exit::Failure;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use options_file::OptionsFile;
use std::ffi::OsString;

/// What can be done.
pub enum Action {
    /// `mqtt pub`.
    Pub(Box<publish::PublishArgs>),
    /// `mqtt sub`.
    Sub(Box<subscribe::SubscribeArgs>),
    /// `mqtt rr`.
    Request(Box<request::RequestArgs>),
    /// `mqtt clear-retained`.
    ClearRetained(Box<clear_retained::ClearRetainedArgs>),
    /// `mqtt config`.
    Config(Box<config::ConfigArgs>),
    /// `mqtt completions`.
    Completions(completions::CompletionsArgs),
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
    action: fn(&mut ArgMatches) -> Result<Action, clap::Error>,
    /// The few flags that make most runs, and the action made from them.
    basic: Option<Basic>,
}

/// Making all the flags of a command would be a good part of a run that is over in a millisecond. So a
/// line is parsed with a few of them first; only if that fails, for whatever reason, all are made.
struct Basic {
    flags: fn(Command) -> Command,
    action: fn(&mut ArgMatches) -> Result<Action, clap::Error>,
}

const COMMANDS: &[Entry] = &[
    Entry {
        name: "pub",
        alias: Some("publish"),
        about: "Publish messages",
        flags: |command| complete(publish::PublishArgs::augment_args(command)),
        action: |found| Ok(Action::Pub(Box::new(FromArgMatches::from_arg_matches_mut(found)?))),
        basic: Some(Basic {
            flags: publish::PublishArgs::basic_flags,
            action: |found| Ok(Action::Pub(Box::new(publish::PublishArgs::from_basic(found)?))),
        }),
    },
    Entry {
        name: "sub",
        alias: Some("subscribe"),
        about: "Subscribe to topics and print messages",
        flags: |command| complete(subscribe::SubscribeArgs::augment_args(command)),
        action: |found| Ok(Action::Sub(Box::new(FromArgMatches::from_arg_matches_mut(found)?))),
        basic: None,
    },
    Entry {
        name: "rr",
        alias: Some("request"),
        about: "Publish a request and print the reply",
        flags: |command| complete(request::RequestArgs::flags(command)),
        action: |found| Ok(Action::Request(Box::new(FromArgMatches::from_arg_matches_mut(found)?))),
        basic: None,
    },
    Entry {
        name: "clear-retained",
        alias: None,
        about: "Remove retained messages from the broker",
        flags: |command| complete(clear_retained::ClearRetainedArgs::augment_args(command)),
        action: |found| {
            Ok(Action::ClearRetained(Box::new(FromArgMatches::from_arg_matches_mut(found)?)))
        },
        basic: None,
    },
    Entry {
        name: "config",
        alias: None,
        about: "Show the settings of the connection, and where they come from",
        flags: |command| complete(config::ConfigArgs::augment_args(command)),
        action: |found| Ok(Action::Config(Box::new(FromArgMatches::from_arg_matches_mut(found)?))),
        basic: None,
    },
    Entry {
        name: "completions",
        alias: None,
        about: "Print the completions of a shell",
        flags: |command| complete(completions::CompletionsArgs::augment_args(command)),
        action: |found| Ok(Action::Completions(FromArgMatches::from_arg_matches_mut(found)?)),
        basic: None,
    },
    #[cfg(feature = "broker")]
    Entry {
        name: "broker",
        alias: None,
        about: "Run a throw-away local broker, for trying things out",
        flags: |command| complete(crate::commands::broker::BrokerArgs::augment_args(command)),
        action: |found| Ok(Action::Broker(FromArgMatches::from_arg_matches_mut(found)?)),
        basic: None,
    },
];

/// A screen of 24 lines and 80 columns, the prompt below it included.
const HELP: &str = "\
{about}

{usage-heading} {usage}

Commands:
{subcommands}{after-help}";

const EXAMPLES: &str = "\
Examples:
  mqtt sub -t 'sensors/#' -v             print topic and payload of all sensors
  mqtt pub -t sensors/hall -m 21.5 -r    publish a retained message
  mqtt pub -t log -l -q 1 < app.log      publish a file, a message a line
  mqtt sub -t 'a/#' -C 1 -W 5s --json    wait five seconds for one message
  mqtt rr -t rpc/time -m now             publish a request and print the reply
  mqtt sub -L mqtts://ops@broker.example 'a/#' --ask-password

`mqtt COMMAND --help` shows the flags of a command, where -h is the host and -V
the protocol version, as in mosquitto_pub; `mqtt --version` shows the version.";

/// What all commands with a connection have in common.
const NOTES: &str = "\
A DURATION is like 500ms, 10s or 1m30s, or a number of seconds. A flag wins over the environment, and that over a \
profile. Of a repeated flag the last one counts, unless it can be repeated; --no-FLAG takes a switch back.";

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
    let line: Vec<OsString> = line.into_iter().collect();
    if let Some(action) = parse_basic(&line) {
        return Ok(Request::Run(action));
    }
    let mut tree = command();
    let (line, file) = prepare(&mut tree, line)?;
    let parsed = tree.try_get_matches_from_mut(line.iter()).and_then(action);
    let failure = match parsed {
        Ok(action) => {
            // Taking the tree apart would cost more than some commands take; it is small, and there is one.
            std::mem::forget(tree);
            return Ok(Request::Run(action));
        }
        Err(error) if !error.use_stderr() => return Ok(Request::Print(error.render().to_string())),
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Failure::usage("no command given").hint("mqtt --help lists them")
        }
        Err(error) => usage_failure(&error),
    };
    let in_file = file.zip(sub_command(&mut tree, &line));
    Err(in_file
        .and_then(|(file, command)| file.find_fault(command, usage_failure))
        .unwrap_or(failure))
}

/// The line as clap can understand it, and the options file that is part of it.
fn prepare(
    tree: &mut Command,
    line: Vec<OsString>,
) -> Result<(Vec<OsString>, Option<OptionsFile>), Failure> {
    let has_need = |word: &OsString| {
        word.to_str().is_some_and(|word| {
            word == "-D"
                || word.starts_with("--property")
                || word.starts_with("--options")
                || (word.starts_with('-') && !word.starts_with("--") && word.contains('o'))
        })
    };
    if !line.iter().any(has_need) {
        return Ok((line, None));
    }
    match sub_command(tree, &line) {
        Some(command) => words::prepare(command, line),
        None => Ok((line, None)),
    }
}

/// The command that the line names, with all its flags.
fn sub_command<'a>(tree: &'a mut Command, line: &[OsString]) -> Option<&'a Command> {
    tree.build();
    tree.find_subcommand(line.get(1)?)
}

/// The action, if the basic flags of its command are enough for `line`.
fn parse_basic(line: &[OsString]) -> Option<Action> {
    let name = line.get(1)?;
    let entry = COMMANDS.iter().find(|entry| name == entry.name)?;
    let basic = entry.basic.as_ref()?;
    let mut command = (basic.flags)(Command::new(entry.name))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args_override_self(true);
    let found = command.try_get_matches_from_mut(&line[1..]).ok();
    std::mem::forget(command);
    let mut found = found?;
    let action = (basic.action)(&mut found).ok();
    std::mem::forget(found);
    action
}

/// Takes the values out of what was found: clap would copy all of it otherwise.
fn action(mut found: ArgMatches) -> Result<Action, clap::Error> {
    let entry = |name: &str| COMMANDS.iter().find(|entry| entry.name == name);
    match found.remove_subcommand().and_then(|(name, flags)| Some((entry(&name)?, flags))) {
        Some((entry, mut flags)) => (entry.action)(&mut flags),
        None => Err(clap::Error::new(ErrorKind::MissingSubcommand)),
    }
}

/// clap's text as a failure: its first paragraph is what is wrong, its tips are the hints.
fn usage_failure(error: &clap::Error) -> Failure {
    let text = &error.render().to_string();
    let joined = |paragraph: &str| {
        paragraph
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut paragraphs = text.split("\n\n");
    let first = shortened(&joined(paragraphs.next().unwrap_or(text)));
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
    if lacks_host(error) {
        failure = failure.hint("-h is the host, as in mosquitto_pub; --help shows all flags");
    }
    failure
}

/// Whether it is about `-h` alone, by which somebody may have meant help.
fn lacks_host(error: &clap::Error) -> bool {
    let is = |kind, what: fn(&str) -> bool| matches!(error.get(kind), Some(ContextValue::String(text)) if what(text));
    error.kind() == ErrorKind::InvalidValue
        && is(ContextKind::InvalidArg, |flag| flag.starts_with("--host"))
        && is(ContextKind::InvalidValue, str::is_empty)
}

/// A line that shows of a very long value only the ends.
fn shortened(line: &str) -> String {
    const END: usize = 200;
    let count = line.chars().count();
    if count <= 2 * END {
        return line.to_owned();
    }
    let (front, back): (String, String) =
        (line.chars().take(END).collect(), line.chars().skip(count - END).collect());
    format!("{front}…{back}")
}

/// The clap tree. The flags of a command are only made when it is the one that runs.
pub fn command() -> Command {
    tree(COMMANDS.iter())
}

/// The clap tree without the command of this name.
pub fn command_without(name: &str) -> Command {
    tree(COMMANDS.iter().filter(|entry| entry.name != name))
}

fn tree(entries: impl Iterator<Item = &'static Entry>) -> Command {
    let root = Command::new("mqtt")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Publish and subscribe to MQTT topics from the command line")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .help_template(HELP)
        .after_help(EXAMPLES);
    entries.fold(root, |root, entry| {
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
    let is_there =
        |twin: &Arg| command.get_arguments().any(|arg| arg.get_long() == twin.get_long());
    let twins: Vec<Arg> =
        command.get_arguments().filter_map(twin).filter(|twin| !is_there(twin)).collect();
    let command = match command.get_after_help().filter(|_| connects(&command)) {
        Some(text) => {
            let text = format!("{text}\n\n{NOTES}");
            command.after_help(text)
        }
        None => command,
    };
    command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args_override_self(true)
        .arg(help)
        .args(twins)
}

fn connects(command: &Command) -> bool {
    command.get_arguments().any(|arg| arg.get_id() == "host")
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
    use crate::connection::Environment;
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
    fn every_variable_is_named_by_its_flag() {
        for sub in built().get_subcommands().filter(|sub| connects(sub)) {
            let help: String =
                sub.get_arguments().filter_map(|arg| Some(arg.get_help()?.to_string())).collect();
            for name in Environment::NAMES {
                assert!(help.contains(name), "{name} is in no help of {}", sub.get_name());
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
    fn basic_flags_mean_what_they_mean_among_all() {
        let parsed = |line: &str| {
            let line: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let basic = parse_basic(&line).is_some();
            let Ok(Request::Run(Action::Pub(args))) = parse(line.clone()) else {
                panic!("{line:?}")
            };
            let mut tree = command();
            let all = tree.try_get_matches_from_mut(line).unwrap();
            let Ok(Action::Pub(all)) = action(all) else { panic!() };
            let told = |args: &publish::PublishArgs| {
                let (message, basic) = (&args.message, &args.connection.basic);
                format!(
                    "{:?} {:?} {:?} {} {:?} {:?} {:?}",
                    message.topic,
                    message.message,
                    message.qos,
                    message.retain,
                    basic.host,
                    basic.port,
                    basic.id
                )
            };
            assert_eq!(told(&args), told(&all));
            basic
        };
        assert!(parsed("mqtt pub -h host -p 1 -t a -t b -m -x -q 1 -q 2 -ri id"));
        assert!(!parsed("mqtt pub -t a -m x -k 5"));
        assert!(!parsed("mqtt pub -t a -m x -r --no-retain"));
        assert!(!parsed("mqtt publish -t a -m x"));
    }

    #[test]
    fn a_switch_can_be_taken_back_and_the_last_word_counts() {
        let retain = |flags: &str| {
            let line = format!("mqtt pub -t a -m x {flags}");
            match parse(line.split_whitespace().map(OsString::from)) {
                Ok(Request::Run(Action::Pub(args))) => args.message.retain,
                _ => panic!("{line}"),
            }
        };
        assert!(retain("-r"));
        assert!(!retain("-r --no-retain"));
        assert!(retain("--no-retain --retain"));
    }
}
