//! `mqtt help COMMAND`: one screen with examples first, then the flags that most runs need.

use clap::Command;
use std::fmt::Write;

/// Number of examples that leaves room for the flags.
const EXAMPLES: usize = 6;

/// A flag that most runs of a command need: its id, and a few words of help.
pub(super) type Essential = (&'static str, &'static str);

const CONNECTING: [Essential; 4] = [
    ("url", "broker as a URL, mqtts:// for TLS"),
    ("host", "host of the broker [default: localhost]"),
    ("port", "port [default: 1883]"),
    ("username", "username; --ask-password prompts for a password"),
];

pub(super) const PUB: &[Essential] = &[
    ("topic", "topic to publish to"),
    ("message", "the message; can be repeated"),
    ("file", "file to send as the message; - is standard input"),
    ("stdin_line", "send each line of standard input as one message"),
    ("qos", "0, 1 or 2 [default: 0]"),
    ("retain", "retain the message for later subscribers"),
];

pub(super) const SUB: &[Essential] = &[
    ("filters", "topic filters: + is one level, # all below"),
    ("verbose", "print the topic too"),
    ("json", "print each message as a line of JSON"),
    ("count", "end after this many messages"),
    ("timeout", "end after this time, such as 5s"),
    ("qos", "0, 1 or 2 [default: 0]"),
];

pub(super) const RR: &[Essential] = &[
    ("topic", "topic of the request"),
    ("message", "the request"),
    ("response_topic", "topic of the reply; required before MQTT 5"),
    ("timeout", "how long to wait [default: 30s]"),
    ("json", "print the reply as a line of JSON"),
];

pub(super) const REPLY: &[Essential] = &[
    ("filters", "topics of the requests"),
    ("command", "command whose output is the reply"),
    ("message", "reply with this text instead"),
    ("response_topic", "topic of the replies; required before MQTT 5"),
    ("jobs", "commands at once [default: 1]"),
];

pub(super) const CLEAR_RETAINED: &[Essential] = &[
    ("filters", "what to remove: + is one level, # all below"),
    ("dry_run", "only print what would be removed"),
    ("json", "print records that `mqtt pub --json` can restore"),
    ("yes", "skip the confirmation"),
];

pub(super) const CHECK: &[Essential] = &[
    ("topic", "also send a message to this topic and back"),
    ("versions", "try MQTT 5, 3.1.1 and 3.1"),
    ("warn", "limits for steps, as in connect=300ms,cert=14d"),
    ("critical", "the same, but exceeding one is a failure"),
    ("timeout", "limit for the whole check [default: 10s]"),
    ("json", "print one line of JSON"),
];

pub(super) const CONFIG: &[Essential] = &[("profile", "profile from the configuration file")];

pub(super) const COMPLETIONS: &[Essential] =
    &[("shell", "bash, zsh, fish, powershell, elvish or nushell")];

#[cfg(feature = "broker")]
pub(super) const BROKER: &[Essential] =
    &[("port", "port to listen on"), ("command", "command to run with MQTT_URL set")];

/// The short help of a command with all its flags, of which it shows the `essentials`.
pub(super) fn short(command: &mut Command, essentials: &[Essential]) -> String {
    let name = command.get_name().to_owned();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let examples: Vec<&str> =
        after.lines().take_while(|line| !line.is_empty()).take(1 + EXAMPLES).collect();
    let examples = examples.join("\n");
    let mut text = format!("{about}\n\n{examples}\n\nCommon flags:\n");
    let broker = CONNECTING.iter().filter(|_| name != "broker" && name != "completions");
    for (id, words) in essentials.iter().chain(broker) {
        if let Some(flag) = command.get_arguments().find(|arg| arg.get_id() == id) {
            let _ = writeln!(text, "  {:<29} {words}", spelled(flag));
        }
    }
    let _ = write!(text, "\nAll flags: mqtt {name} --help. Manual: man mqtt-{name}.\n");
    text
}

/// The flag as it is typed.
fn spelled(flag: &clap::Arg) -> String {
    let value = flag.get_value_names().unwrap_or_default().first();
    let takes_value = flag.get_action().takes_values();
    let value = value.filter(|_| takes_value).map(|name| format!(" {name}")).unwrap_or_default();
    match (flag.get_short(), flag.get_long()) {
        (Some(short), Some(long)) => format!("-{short}, --{long}{value}"),
        (None, Some(long)) => format!("    --{long}{value}"),
        (_, None) => value.trim_start().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::{Entry, Invocation, help_about};

    #[test]
    fn the_short_help_of_every_command_fits_a_screen() {
        let mut tree = crate::cli::command();
        tree.build();
        for command in tree.get_subcommands() {
            let Ok(Invocation::Print(text)) = help_about(Some(&command.get_name().into())) else {
                panic!("no help about {}", command.get_name());
            };
            let (lines, widest) =
                (text.lines().count(), text.lines().map(|it| it.chars().count()).max());
            assert!(lines <= 23 && widest <= Some(80), "{lines} {widest:?}\n{text}");
            let entry = Entry::named(command.get_name().as_ref()).unwrap();
            for (id, _) in entry.essentials {
                let is_there = command.get_arguments().any(|arg| arg.get_id() == id);
                assert!(is_there, "{id} of {}", command.get_name());
            }
        }
    }
}
