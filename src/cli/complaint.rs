//! Turns clap's errors into ours: one line, and hints.

use crate::escape::{Keep, visible};
use crate::exit::Failure;
use crate::settings::{Argument, Setting};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};
use std::any::TypeId;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// clap's error as a failure. Names an argument that is not UTF-8, which clap does not.
pub(super) fn failure_about(
    error: &clap::Error,
    command: &Command,
    arguments: &[Argument],
) -> Failure {
    if error.kind() != ErrorKind::InvalidUtf8 {
        return advised(usage_failure(error), error, command);
    }
    let culprit = arguments.iter().find(|argument| {
        let long = argument.flag.as_ref().map(|flag| flag.name.as_str());
        let flag = command.get_arguments().find(|arg| arg.get_long() == long);
        argument.text.to_str().is_none() && flag.is_none_or(|flag| !takes_bytes(flag))
    });
    match culprit {
        Some(argument) => {
            let shown = visible(argument.text.as_encoded_bytes(), Keep::Nothing).into_owned();
            let may_be_secret =
                |name: &str| Setting::find(name).is_some_and(|it| it.secrecy().is_some());
            let shown = match &argument.flag {
                Some(flag) if may_be_secret(&flag.name) => format!("--{}", flag.name),
                // As a flag and its value, instead of `--name=value`.
                Some(_) => shown.replacen('=', " ", 1),
                None => shown,
            };
            Failure::usage(format!("{shown} is not UTF-8"))
        }
        None => usage_failure(error),
    }
}

/// Whether a flag accepts arbitrary bytes.
fn takes_bytes(flag: &Arg) -> bool {
    let kind = flag.get_value_parser().type_id();
    kind == TypeId::of::<OsString>() || kind == TypeId::of::<PathBuf>()
}

/// clap's error as a failure, without knowing the command.
pub(super) fn usage_failure(error: &clap::Error) -> Failure {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let failure =
        match (error.kind(), text(ContextKind::InvalidArg), text(ContextKind::InvalidValue)) {
            (ErrorKind::InvalidValue, Some(flag), Some(value)) if !value.is_empty() => {
                let expected = alternatives(&strings(error, ContextKind::ValidValue));
                let value = visible(value.as_bytes(), Keep::Nothing);
                let failure = Failure::usage(shortened(&format!(
                    "invalid value '{value}' for '{flag}': expected {expected}"
                )));
                match nearest(&value, strings(error, ContextKind::ValidValue)) {
                    Some(meant) => failure.hint(format!("did you mean {meant}?")),
                    None => failure,
                }
            }
            (ErrorKind::MissingRequiredArgument, ..) => {
                missing(&strings(error, ContextKind::InvalidArg))
            }
            _ => first_paragraph(error),
        };
    let failure = match (error.kind(), rendered(error).split_once("\n\nUsage: ")) {
        (ErrorKind::InvalidSubcommand | ErrorKind::MissingRequiredArgument, _) | (_, None) => {
            failure
        }
        (_, Some((_, usage))) => {
            let is_name = |word: &&str| word.starts_with(char::is_alphabetic);
            let words: Vec<_> = usage.split_whitespace().take_while(is_name).collect();
            failure.hint(format!("{} --help shows all flags", words.join(" ")))
        }
    };
    match lacks_host(error) {
        true => failure.hint("-h is the host, as in mosquitto_pub; --help shows all flags"),
        false => failure,
    }
}

/// The error for an unknown command.
pub(super) fn unknown_command(name: &str, known: &[&'static str]) -> Failure {
    let failure = Failure::usage(shortened(&format!(
        "unknown command '{}'",
        visible(name.as_bytes(), Keep::Nothing)
    )));
    match nearest(name, known.iter().map(|name| (*name).to_owned()).collect()) {
        Some(meant) => failure.hint(format!("did you mean mqtt {meant}?")),
        None => failure.hint(format!("the commands are {}", known.join(", "))),
    }
}

/// Whether flags of a command come before it, or without it. The top level takes `-h` and `-V` for something else,
/// which must not look like success.
pub(super) fn has_flags_first(line: &[OsString], is_command: impl Fn(&OsStr) -> bool) -> bool {
    let Some((first, rest)) = line.get(1..).and_then(<[_]>::split_first) else { return false };
    let first = first.as_encoded_bytes();
    match first {
        b"-h" | b"-V" => rest.len() > 1,
        b"--help" | b"--version" => false,
        _ if first.starts_with(b"-h") || first.starts_with(b"-V") => true,
        _ => first.starts_with(b"-") && rest.iter().any(|word| is_command(word)),
    }
}

/// The error for such a line.
pub(super) fn flags_first() -> Failure {
    Failure::usage("flags come after the command")
        .hint("for example: mqtt pub -h HOST -t TOPIC -m TEXT")
}

/// Adds hints: which flag was probably meant, or how to give an unexpected argument.
fn advised(failure: Failure, error: &clap::Error, command: &Command) -> Failure {
    let Some(ContextValue::String(stray)) = error.get(ContextKind::InvalidArg) else {
        return failure;
    };
    if error.kind() != ErrorKind::UnknownArgument {
        return failure;
    }
    let Some(name) = stray.strip_prefix("--") else {
        let takes_message = command.get_arguments().any(|arg| arg.get_id() == "message");
        return match stray.starts_with('-') || !takes_message {
            true => failure,
            false => failure.hint(format!(
                "topic and message are given with flags: mqtt {} -t TOPIC -m TEXT",
                command.get_name()
            )),
        };
    };
    let known = || command.get_arguments().filter_map(Arg::get_long);
    // Connection settings have this form, but clap never sees it without a value.
    if Setting::taken_back_by(name).is_some_and(|it| known().any(|long| long == it.name)) {
        return Failure { message: format!("{stray} takes no value"), ..failure };
    }
    let known = known().map(str::to_owned).collect();
    match nearest(name.split('=').next().unwrap_or_default(), known) {
        Some(meant) => {
            let mut failure = failure;
            failure.hints.insert(0, format!("a similar argument exists: '--{meant}'"));
            failure
        }
        None => failure,
    }
}

/// The error for missing arguments, with how to give them.
fn missing(what: &[String]) -> Failure {
    let is = |part: &str| what.iter().any(|missing| missing.contains(part));
    if is("--stdin-line") {
        let text = "no message: give one with -m TEXT or -f FILE; -l or -s reads standard input";
        return Failure::usage(text);
    }
    if is("--echo") {
        let text = "no reply: give a command after --, or -m TEXT, -f FILE or --echo";
        return Failure::usage(text);
    }
    if is("--message") {
        return Failure::usage(
            "no message: give one with -m TEXT or -f FILE; -s reads standard input",
        );
    }
    let missing = Failure::usage(format!("missing: {}", what.join(", ")));
    match () {
        () if is("<ACTION>") => missing.hint("for example: mqtt config show"),
        () if is("<SHELL>") => missing.hint("for example: mqtt completions bash"),
        () => missing.hint("another flag on this line has no effect without it"),
    }
}

fn strings(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::Strings(all)) => all.clone(),
        Some(ContextValue::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

/// Joins alternatives: `a, b or c`.
fn alternatives(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

/// The entry of `known` that was probably meant by `text`: at most a third of it is wrong.
fn nearest(text: &str, known: Vec<String>) -> Option<String> {
    let distance = |name: &String| strsim::osa_distance(text, name);
    let nearest = known.into_iter().min_by_key(distance)?;
    let is_near = distance(&nearest) <= text.chars().count() / 3 || is_unfinished(text, &nearest);
    // Numbers and versions resemble each other by chance.
    (is_near && !text.contains('.')).then_some(nearest)
}

/// Whether `text` is a long enough prefix of `name`.
fn is_unfinished(text: &str, name: &str) -> bool {
    text.len() >= 4 && name.starts_with(text)
}

/// The first paragraph of clap's text in one line, with the possible values in our words.
fn first_paragraph(error: &clap::Error) -> Failure {
    let text = rendered(error);
    let first = text.split("\n\n").next().unwrap_or_default();
    let lines: Vec<_> = first.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let line = shortened(&lines.join(" "));
    let line = match (line.split_once(" [possible values: "), error.kind()) {
        (Some((line, _)), ErrorKind::InvalidValue) => {
            format!("{line}: expected {}", alternatives(&strings(error, ContextKind::ValidValue)))
        }
        _ => line,
    };
    Failure::usage(line.strip_prefix("error: ").unwrap_or(&line))
}

/// clap's text, with line breaks in arguments escaped so that they cannot look like its paragraphs, and with blanks
/// between the words of a value that consists of several: they are joined by NUL, which clap leaves out.
fn rendered(error: &clap::Error) -> String {
    let typed = error.context().filter_map(|(_, value)| match value {
        ContextValue::String(text) => Some(text.clone()),
        _ => None,
    });
    let of_parser = std::error::Error::source(error).map(ToString::to_string);
    let text = error.render().to_string();
    typed.chain(of_parser).filter(|typed| typed.contains(['\n', '\0'])).fold(text, |text, typed| {
        let words = typed.replace('\0', " ");
        text.replace(&typed.replace('\0', ""), &visible(words.as_bytes(), Keep::Nothing))
    })
}

/// Whether the error is about `-h` alone, which may have meant help.
fn lacks_host(error: &clap::Error) -> bool {
    let is = |kind, what: fn(&str) -> bool| matches!(error.get(kind), Some(ContextValue::String(text)) if what(text));
    error.kind() == ErrorKind::InvalidValue
        && is(ContextKind::InvalidArg, |flag| flag.starts_with("--host"))
        && is(ContextKind::InvalidValue, str::is_empty)
}

/// Shortens very long values in the line to their ends.
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
