//! The command line: a table of commands, and the clap tree made from it.

mod complaint;
mod help;
#[cfg(test)]
mod tests;

use crate::commands::{
    check, clear_retained, completions, config, publish, reply, request, subscribe,
};
use crate::exit::{ExitStatus, Failure};
use crate::settings::flags::BasicArgs;
use crate::settings::{
    Argument, ConnectionArgs, Environment, OptionsFile, Origin, Preparation, Setting, Typed, Word,
    for_parser, may_lack_hyphen, split,
};
use crate::transport::Scheme;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use complaint::{failure_about, flags_first, has_flags_first, unknown_command, usage_failure};
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::pin::Pin;
use std::time::Instant;

/// A run that has not started yet. It yields the exit status.
pub type Run = Pin<Box<dyn Future<Output = Result<u8, Failure>>>>;

/// A row of the table: a command's names, one line of help, its flags, and how to run it.
struct Entry {
    name: &'static str,
    alias: Option<&'static str>,
    about: &'static str,
    /// What `mqtt help COMMAND` shows.
    essentials: &'static [help::Essential],
    flags: fn(Command) -> Command,
    run: fn(ArgMatches, Typed) -> Run,
    /// The few flags that most runs use, and how to run with only those.
    basic: Option<Basic>,
}

/// Building all flags of a command takes a considerable part of a run that lasts a millisecond. So a line is parsed
/// with a few of them first; only if that fails, for whatever reason, all of them are built.
struct Basic {
    flags: fn(Command) -> Command,
    run: fn(ArgMatches, Typed) -> Run,
}

/// Runs a command with the flags that clap found and the connection settings that were typed.
macro_rules! run {
    ($run:expr) => {
        run!($run, FromArgMatches::from_arg_matches_mut)
    };
    ($run:expr, $args:expr) => {
        |mut found, typed| {
            let args = $args(&mut found).map_err(|error| usage_failure(&error));
            // Leaked on purpose: dropping it costs more than it frees.
            std::mem::forget(found);
            Box::pin(async move {
                $run(args?, typed).await?;
                Ok(ExitStatus::Success.code())
            })
        }
    };
}

const COMMANDS: &[Entry] = &[
    Entry {
        name: "pub",
        alias: Some("publish"),
        about: "Publish messages",
        essentials: help::PUB,
        flags: |command| connecting(publish::PublishArgs::augment_args(command)),
        run: run!(publish::run),
        basic: Some(Basic {
            flags: publish::PublishArgs::basic_flags,
            run: run!(publish::run, publish::PublishArgs::from_basic),
        }),
    },
    Entry {
        name: "sub",
        alias: Some("subscribe"),
        about: "Subscribe to topics and print messages",
        essentials: help::SUB,
        flags: |command| connecting(subscribe::SubscribeArgs::augment_args(command)),
        run: run!(subscribe::run),
        basic: None,
    },
    Entry {
        name: "rr",
        alias: Some("request"),
        about: "Publish a request and print the reply",
        essentials: help::RR,
        flags: |command| {
            request::with_own_timeout(connecting(request::RequestArgs::augment_args(command)))
        },
        run: run!(request::run),
        basic: None,
    },
    Entry {
        name: "reply",
        alias: None,
        about: "Answer requests with the output of a command",
        essentials: help::REPLY,
        flags: |command| connecting(reply::ReplyArgs::augment_args(command)),
        run: run!(reply::run),
        basic: None,
    },
    Entry {
        name: "clear-retained",
        alias: None,
        about: "Remove retained messages from the broker",
        essentials: help::CLEAR_RETAINED,
        flags: |command| connecting(clear_retained::ClearRetainedArgs::augment_args(command)),
        run: run!(clear_retained::run),
        basic: None,
    },
    Entry {
        name: "check",
        alias: None,
        about: "Check a broker step by step, for people and for monitoring",
        essentials: help::CHECK,
        flags: |command| {
            check::with_own_timeout(connecting(check::CheckArgs::augment_args(command)))
        },
        run: |mut found, typed| {
            let args = FromArgMatches::from_arg_matches_mut(&mut found);
            let args = args.map_err(|error| usage_failure(&error));
            // With --nagios, the status is that of a Nagios plugin.
            Box::pin(async move { check::run(args?, typed).await })
        },
        basic: None,
    },
    Entry {
        name: "config",
        alias: None,
        about: "Show the connection settings and where each comes from",
        essentials: help::CONFIG,
        flags: |command| connecting(config::ConfigArgs::augment_args(command)),
        run: run!(config::run),
        basic: None,
    },
    Entry {
        name: "completions",
        alias: None,
        about: "Print a shell completion script",
        essentials: help::COMPLETIONS,
        flags: |command| complete(completions::CompletionsArgs::augment_args(command)),
        run: run!(|args, typed| completions::run(args, typed, command)),
        basic: None,
    },
    #[cfg(feature = "broker")]
    Entry {
        name: "broker",
        alias: None,
        about: "Run a throw-away local broker for trying things out",
        essentials: help::BROKER,
        flags: |command| complete(crate::commands::broker::BrokerArgs::augment_args(command)),
        run: |mut found, _| {
            let args = FromArgMatches::from_arg_matches_mut(&mut found);
            let args = args.map_err(|error| usage_failure(&error));
            // The status is that of the command that the broker runs.
            Box::pin(async move { crate::commands::broker::run(args?).await })
        },
        basic: None,
    },
];

/// Fits a terminal of 24 lines and 80 columns, including the prompt after it.
const HELP: &str = "\
{about}

{usage-heading} {usage}

Commands:
{subcommands}{after-help}";

const EXAMPLES: &str = "\
Examples:
  mqtt sub -t 'sensors/#' -v             print topic and payload of all sensors
  mqtt pub -t sensors/hall -m 21.5 -r    publish a retained message
  mqtt pub -t log -l -q 1 < app.log      publish a file, one message per line
  mqtt rr -t rpc/time -m now             publish a request and print the reply

`mqtt help COMMAND` fits one screen, `mqtt COMMAND --help` lists all flags.
There, -h is the host and -V the protocol version, as in mosquitto_pub.";

/// The end of the long help of every command that connects.
const NOTES: &str = "\
A DURATION is like 500ms, 10s or 1m30s, or a number of seconds. Connection flags are also environment variables, \
MQTT_ followed by the long name (except --no-config and --options), and keys of a profile, see mqtt-config(5). Flags \
override environment variables, which override the profile. The last of a repeated flag wins, unless its help says that it can be repeated; --no-FLAG unsets \
it, wherever it was set.";

/// What a command line asks for.
pub enum Invocation {
    /// Run a command.
    Run(Run),
    /// Print this text: help, or the version.
    Print(String),
    /// Print this text to stderr as an error: it tells which commands there are.
    Explain(String),
}

/// The meaning of a line.
enum Meaning {
    /// A command to run.
    Call(Box<Call>),
    /// Help to print.
    Help(String),
}

/// A command and its arguments.
struct Call {
    run: fn(ArgMatches, Typed) -> Run,
    found: ArgMatches,
    /// The connection settings that were typed.
    words: Vec<Word>,
    args: ConnectionArgs,
}

/// Parses a command line that starts with the program's name. The time limit of the run covers parsing and preparation, too.
///
/// # Errors
/// When the line is invalid.
pub fn parse(
    line: impl IntoIterator<Item = OsString>,
    environment: Environment,
    preparation: Preparation,
) -> Result<Invocation, Failure> {
    let started = Instant::now();
    let line: Vec<OsString> = line.into_iter().collect();
    let entry = line.get(1).and_then(|name| Entry::named(name));
    let Some(entry) = entry else { return without_command(&line) };
    let words = line.get(2..).unwrap_or_default();
    let call = match entry.basic.as_ref().and_then(|basic| parse_basic(basic, words)) {
        Some(call) => call,
        None => {
            preparation.heed(&environment.timeout(), started);
            match parse_all(entry, words, &preparation, started)? {
                Meaning::Call(call) => *call,
                Meaning::Help(text) => return Ok(Invocation::Print(text)),
            }
        }
    };
    let Call { run, found, words, args } = call;
    Ok(Invocation::Run(run(found, Typed { started, words, args, environment, preparation })))
}

/// A line without a command: it asks for help, or something is wrong.
fn without_command(line: &[OsString]) -> Result<Invocation, Failure> {
    if has_flags_first(line, |word| Entry::named(word).is_some()) {
        return Err(flags_first());
    }
    if line.get(1).is_some_and(|word| word == "help") {
        return help_about(line.get(2));
    }
    if let Some(name) = line.get(1)
        && !name.as_encoded_bytes().starts_with(b"-")
    {
        return Err(no_command(name));
    }
    match command().try_get_matches_from(line) {
        Err(error) if !error.use_stderr() => Ok(Invocation::Print(error.render().to_string())),
        Err(error) if error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Err(usage_failure(&error))
        }
        _ => Ok(Invocation::Explain(command().render_help().to_string())),
    }
}

fn no_command(name: &OsStr) -> Failure {
    if !cfg!(feature = "broker") && name == "broker" {
        return Failure::usage("this mqtt was built without its broker")
            .hint("in its source directory: cargo install --locked --path . --features broker");
    }
    let known: Vec<&str> = COMMANDS.iter().map(|entry| entry.name).collect();
    unknown_command(&name.to_string_lossy(), &known)
}

/// `mqtt help`, with or without a command.
fn help_about(name: Option<&OsString>) -> Result<Invocation, Failure> {
    let name = name.filter(|name| !["help", "--help", "-h"].iter().any(|help| name == help));
    let Some(name) = name else {
        return Ok(Invocation::Print(command().render_help().to_string()));
    };
    match Entry::named(name) {
        Some(entry) => {
            let command = entry.command().bin_name(format!("mqtt {}", entry.name));
            let mut command = command.about(entry.about);
            Ok(Invocation::Print(help::short(&mut command, entry.essentials)))
        }
        None => Err(no_command(name)),
    }
}

/// The meaning of a line, if the basic flags of its command are enough to understand it.
fn parse_basic(basic: &Basic, words: &[OsString]) -> Option<Call> {
    if words.last().is_some_and(|word| word == "--") || words.iter().any(|it| may_lack_hyphen(it)) {
        return None;
    }
    let mut command = (basic.flags)(Command::new("basic"))
        .no_binary_name(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args_override_self(true);
    let arguments = split(&command, words.iter().cloned());
    let found = command.try_get_matches_from_mut(for_parser(&arguments)).ok();
    // Leaked on purpose: dropping it costs more than the parse.
    std::mem::forget(command);
    let mut found = found?;
    let args = BasicArgs::from_arg_matches_mut(&mut found).ok()?;
    let args = ConnectionArgs { basic: args, ..ConnectionArgs::default() };
    Some(Call { run: basic.run, found, words: said(&arguments, &Origin::CommandLine), args })
}

/// The meaning of a line, given all flags of its command.
fn parse_all(
    entry: &Entry,
    words: &[OsString],
    preparation: &Preparation,
    started: Instant,
) -> Result<Meaning, Failure> {
    let mut command = entry.command().bin_name(format!("mqtt {}", entry.name));
    let typed = split(&command, words.iter().cloned());
    typed.iter().try_for_each(Argument::check_hyphens)?;
    let mut words = said(&typed, &Origin::CommandLine);
    preparation.heed(&words, started);
    if connects(&command) && typed.iter().take_while(|it| it.text != "--").any(is_url) {
        // The URL may hold a password.
        return Err(Failure::usage("unexpected URL")
            .hint("give the broker's URL with --url, as in -L mqtt://HOST"));
    }
    if command.get_arguments().any(Arg::is_last_set)
        && typed.iter().skip_while(|it| it.text != "--").count() == 1
    {
        // `-- $COMMAND` with an empty variable would print the messages of a queue, and acknowledge them.
        return Err(Failure::usage("no command after --"));
    }
    let file = typed.iter().rev().find_map(|argument| argument.value_of("options"));
    preparation.waits_for("the options file");
    let file = file
        .map(|path| {
            let explain = |error: &clap::Error| failure_about(error, &command, &[]);
            OptionsFile::read(Path::new(path), &command, explain)
        })
        .transpose()?;
    preparation.waits_for("the files that the flags name");
    if let Some(file) = &file {
        let in_file: Vec<Word> = file.words().collect();
        preparation.heed(&in_file, started);
        words.splice(0..0, in_file);
    }
    let arguments = file.iter().flat_map(OptionsFile::arguments).chain(&typed);
    let line = [OsStr::new(entry.name)].into_iter().chain(for_parser(arguments));
    let mut found = match command.try_get_matches_from_mut(line) {
        Ok(found) => found,
        Err(error) if !error.use_stderr() => return Ok(Meaning::Help(error.render().to_string())),
        Err(error) => {
            let explain = |error: &clap::Error| failure_about(error, &command, &[]);
            let in_file = file.and_then(|file| file.find_fault(&command, explain));
            return Err(in_file.unwrap_or_else(|| failure_about(&error, &command, &typed)));
        }
    };
    let args = match connects(&command) {
        true => ConnectionArgs::from_arg_matches_mut(&mut found),
        false => Ok(ConnectionArgs::default()),
    };
    std::mem::forget(command);
    let args = args.map_err(|error| usage_failure(&error))?;
    Ok(Meaning::Call(Box::new(Call { run: entry.run, found, words, args })))
}

/// Whether an argument that is not a flag is a broker's URL.
fn is_url(argument: &Argument) -> bool {
    let text = argument.text.to_str().filter(|_| argument.flag.is_none());
    text.and_then(|text| text.split_once("://"))
        .is_some_and(|(name, _)| Scheme::named(name).is_some())
}

/// The connection settings among the arguments.
fn said(arguments: &[Argument], origin: &Origin) -> Vec<Word> {
    arguments.iter().filter_map(|argument| argument.word(origin)).collect()
}

/// The clap tree. A command's flags are only built if it is the one that runs.
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

impl Entry {
    /// The command of this name.
    fn named(name: &OsStr) -> Option<&'static Self> {
        COMMANDS.iter().find(|entry| name == entry.name || entry.alias.is_some_and(|it| name == it))
    }

    /// The command alone, with all its flags.
    fn command(&self) -> Command {
        (self.flags)(Command::new(self.name))
    }
}

/// As [`complete`], with the connection's flags as well.
fn connecting(command: Command) -> Command {
    // Adding flags would replace the help texts of the command.
    let (about, long_about) = (command.get_about().cloned(), command.get_long_about().cloned());
    let mut command = ConnectionArgs::augment_args(command).long_about(None);
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(about) = long_about {
        command = command.long_about(about);
    }
    complete(command)
}

/// Adds `--help` without `-h`, makes the last of repeated flags win, and gives each switch a `--no-` form.
fn complete(command: Command) -> Command {
    let help = Arg::new("help")
        .long("help")
        .action(ArgAction::Help)
        .help("Show this help")
        .help_heading("Diagnostics");
    let is_there =
        |negation: &Arg| command.get_arguments().any(|arg| arg.get_long() == negation.get_long());
    let negations: Vec<Arg> =
        command.get_arguments().filter_map(negation).filter(|it| !is_there(it)).collect();
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
        .args(negations)
}

fn connects(command: &Command) -> bool {
    command.get_arguments().any(|arg| arg.get_id() == "host")
}

/// The `--no-` form of `switch`. Connection settings have theirs elsewhere, and clap never sees it.
fn negation(switch: &Arg) -> Option<Arg> {
    if !matches!(switch.get_action(), ArgAction::SetTrue) {
        return None;
    }
    let long = switch.get_long().filter(|long| Setting::find(long).is_none())?;
    let name = match long.strip_prefix("no-") {
        Some(positive) => positive.to_owned(),
        None => format!("no-{long}"),
    };
    let negation = Arg::new(name.clone()).long(name).action(ArgAction::SetTrue).hide(true);
    Some(negation.overrides_with(switch.get_id().clone()))
}
