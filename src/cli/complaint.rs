//! What clap complains about, in our words: one line, and hints.

use crate::escape::{Keep, visible};
use crate::exit::Failure;
use crate::settings::Argument;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};
use std::any::TypeId;
use std::ffi::OsString;
use std::path::PathBuf;

/// clap's error as a failure; what is not UTF-8 is named, which clap does not.
pub(super) fn failure_about(
    error: &clap::Error,
    command: &Command,
    arguments: &[Argument],
) -> Failure {
    if error.kind() != ErrorKind::InvalidUtf8 {
        return usage_failure(error);
    }
    let culprit = arguments.iter().find(|argument| {
        let long = argument.flag.as_ref().map(|flag| flag.name.as_str());
        let flag = command.get_arguments().find(|arg| arg.get_long() == long);
        argument.text.to_str().is_none() && flag.is_none_or(|flag| !takes_bytes(flag))
    });
    match culprit {
        Some(argument) => {
            let shown = visible(argument.text.as_encoded_bytes(), Keep::Nothing).into_owned();
            Failure::usage(format!("{} is not UTF-8", shown.replacen('=', " ", 1)))
        }
        None => usage_failure(error),
    }
}

/// Whether a flag takes any bytes.
fn takes_bytes(flag: &Arg) -> bool {
    let kind = flag.get_value_parser().type_id();
    kind == TypeId::of::<OsString>() || kind == TypeId::of::<PathBuf>()
}

/// clap's text as a failure: its first paragraph is what is wrong, its tips are the hints.
pub(super) fn usage_failure(error: &clap::Error) -> Failure {
    let text = &rendered(error);
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

/// clap's text, in which what was typed cannot be taken for paragraphs of it.
fn rendered(error: &clap::Error) -> String {
    let typed = error.context().filter_map(|(_, value)| match value {
        ContextValue::String(text) => Some(text.clone()),
        _ => None,
    });
    let of_parser = std::error::Error::source(error).map(ToString::to_string);
    let text = error.render().to_string();
    typed
        .chain(of_parser)
        .filter(|typed| typed.contains('\n'))
        .fold(text, |text, typed| text.replace(&typed, &visible(typed.as_bytes(), Keep::Nothing)))
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
