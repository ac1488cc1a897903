//! Splits a command line into flags and values, whatever form they have.
//!
//! Every flag becomes one argument, `--name` or `--name=value`, so that no value can be mistaken for a flag. clap
//! parses these arguments, and the connection settings among them are kept as [`Word`]s. The parts of `-D CMD NAME
//! VALUE` become one value, because clap does not support flags whose number of values depends on the values.

use super::properties::{self, SEPARATOR};
use super::table::Setting;
use super::word::{Origin, Said, Word, from_bytes};
use crate::exit::Failure;
use clap::{Arg, Command};
use std::ffi::{OsStr, OsString};

/// An argument.
pub struct Argument {
    /// The text for clap.
    pub text: OsString,
    /// The flag in it, if the command has that flag.
    pub flag: Option<Flag>,
}

/// A flag of the command, or one that resets a setting.
pub struct Flag {
    /// The flag's long name, or that of the setting it resets.
    pub name: String,
    /// Its value.
    pub said: Said,
    /// What is wrong with it.
    fault: Option<Fault>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    LacksValue,
    /// A long name after a single hyphen: `-topic a` would mean the topic `opic`.
    OneHyphen,
}

impl Argument {
    fn verbatim(text: OsString) -> Self {
        Self { text, flag: None }
    }

    fn switch(long: &str) -> Self {
        Self::with_fault(long, None)
    }

    fn with_fault(long: &str, fault: Option<Fault>) -> Self {
        let flag = Flag { name: long.to_owned(), said: Said::On, fault };
        Self { text: format!("--{long}").into(), flag: Some(flag) }
    }

    fn off(setting: &Setting) -> Self {
        let flag = Flag { name: setting.name.to_owned(), said: Said::Off, fault: None };
        Self { text: format!("--{}", setting.off()).into(), flag: Some(flag) }
    }

    fn with_value(long: &str, value: OsString) -> Self {
        let mut text = OsString::from(format!("--{long}="));
        text.push(&value);
        let said = Said::Value(value);
        if let Some(setting) = Setting::find(long).filter(|it| said.takes_back(it)) {
            return Self::off(setting);
        }
        Self { text, flag: Some(Flag { name: long.to_owned(), said, fault: None }) }
    }

    fn without_value(long: &str) -> Self {
        Self::with_fault(long, Some(Fault::LacksValue))
    }

    /// Whether its value is missing.
    pub fn lacks_value(&self) -> bool {
        self.flag.as_ref().is_some_and(|flag| flag.fault == Some(Fault::LacksValue))
    }

    /// Refuses a long name after a single hyphen.
    ///
    /// # Errors
    /// If this is one.
    pub fn check_hyphens(&self) -> Result<(), Failure> {
        match &self.flag {
            Some(Flag { name, fault: Some(Fault::OneHyphen), .. }) => {
                let failure = Failure::usage(format!("-{name} is not a flag"));
                Err(failure.hint(format!("did you mean --{name}?")))
            }
            _ => Ok(()),
        }
    }

    /// The word, if the flag is a connection setting.
    pub fn word(&self, origin: &Origin) -> Option<Word> {
        let flag = self.flag.as_ref()?;
        let setting = Setting::find(&flag.name)?;
        Some(Word { setting, said: flag.said.clone(), origin: origin.clone() })
    }

    /// The value of the flag with this name.
    pub fn value_of(&self, name: &str) -> Option<&OsStr> {
        match self.flag.as_ref().filter(|flag| flag.name == name)?.said {
            Said::Value(ref value) => Some(value),
            Said::On | Said::Off => None,
        }
    }
}

/// The arguments for clap: without flags that reset a setting, and without what they reset.
pub fn for_parser<'a>(
    arguments: impl IntoIterator<Item = &'a Argument>,
) -> impl Iterator<Item = &'a OsStr> {
    let mut kept: Vec<&Argument> = Vec::new();
    for argument in arguments {
        match argument.flag.as_ref().filter(|flag| flag.said == Said::Off) {
            None => kept.push(argument),
            Some(off) => kept
                .retain(|earlier| earlier.flag.as_ref().is_none_or(|flag| flag.name != off.name)),
        }
    }
    kept.into_iter().map(|argument| argument.text.as_os_str())
}

/// Whether a word may be a long name after a single hyphen, and not letters with a value.
pub fn may_lack_hyphen(word: &OsStr) -> bool {
    let Some(name) = word.as_encoded_bytes().strip_prefix(b"-") else { return false };
    let is_long = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'-' || *byte == b'=';
    name.len() > 2 && !name.starts_with(b"-") && name.iter().all(is_long)
}

/// Splits the words after the command's name.
pub fn split(command: &Command, words: impl IntoIterator<Item = OsString>) -> Vec<Argument> {
    let mut words = words.into_iter().peekable();
    let mut all = Vec::new();
    while let Some(word) = words.next() {
        if word == "--" {
            all.push(Argument::verbatim(word));
            all.extend(words.by_ref().map(Argument::verbatim));
        } else {
            all.extend(one(command, word, &mut words));
        }
    }
    all
}

fn one<I: Iterator<Item = OsString>>(
    command: &Command,
    word: OsString,
    following: &mut std::iter::Peekable<I>,
) -> Vec<Argument> {
    let (mut switches, last, attached) = match flags(command, &word) {
        Some(found) => found,
        None => return vec![Argument::verbatim(word)],
    };
    let Some(last) = last else { return switches };
    let long = last.get_long().unwrap_or_default();
    let argument = if let Some(join) = joining(long) {
        let first = attached.or_else(|| following.next());
        match first {
            Some(first) => Argument::with_value(long, join(first, &mut || following.next())),
            None => Argument::without_value(long),
        }
    } else {
        let is_free = |next: &OsString| last.is_allow_hyphen_values_set() || !is_like_flag(next);
        match attached.or_else(|| following.next_if(is_free)) {
            Some(value) => Argument::with_value(long, value),
            None => Argument::without_value(long),
        }
    };
    switches.push(argument);
    switches
}

/// Makes one value of several words, the first of which it is given.
type Join = fn(OsString, &mut dyn FnMut() -> Option<OsString>) -> OsString;

/// How the words after a flag become one value, if there are several.
fn joining(long: &str) -> Option<Join> {
    match long {
        "property" => Some(properties::join),
        "on" => Some(|first, next| {
            let parts = [Some(first), next()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(OsStr::new(&SEPARATOR.to_string()))
        }),
        _ => None,
    }
}

/// Whether a word looks like a flag rather than a value; a negative number does not.
fn is_like_flag(word: &OsString) -> bool {
    let bytes = word.as_encoded_bytes();
    bytes.len() > 1 && bytes.starts_with(b"-") && !bytes.get(1).is_some_and(u8::is_ascii_digit)
}

/// The switches in a word, the flag that takes a value, and the part of the value in the same word; `None` if it is not
/// a flag of the command.
fn flags<'a>(
    command: &'a Command,
    word: &OsStr,
) -> Option<(Vec<Argument>, Option<&'a Arg>, Option<OsString>)> {
    let bytes = word.as_encoded_bytes();
    if let Some(rest) = bytes.strip_prefix(b"--") {
        let end = rest.iter().position(|byte| *byte == b'=');
        let name = std::str::from_utf8(&rest[..end.unwrap_or(rest.len())]).ok()?;
        let Some(flag) = find_long(command, name) else {
            // With a value, clap refuses it.
            let setting = Setting::taken_back_by(name)
                .filter(|setting| end.is_none() && find_long(command, setting.name).is_some())?;
            return Some((vec![Argument::off(setting)], None, None));
        };
        return match (flag.get_action().takes_values(), end) {
            (true, None) => Some((Vec::new(), Some(flag), None)),
            (true, Some(end)) => Some((Vec::new(), Some(flag), Some(after(word, end + 3)?))),
            // The switch's own name, even if an alias was typed.
            (false, None) => Some((vec![Argument::switch(flag.get_long()?)], None, None)),
            (false, Some(_)) => None,
        };
    }
    let letters = bytes.strip_prefix(b"-").filter(|letters| !letters.is_empty())?;
    let name =
        letters.split(|byte| *byte == b'=').next().and_then(|it| std::str::from_utf8(it).ok());
    if let Some(name) = name.filter(|name| name.len() > 2 && find_long(command, name).is_some()) {
        return Some((vec![Argument::with_fault(name, Some(Fault::OneHyphen))], None, None));
    }
    let mut switches = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        let flag = command
            .get_arguments()
            .find(|arg| letter.is_ascii() && arg.get_short() == Some(char::from(*letter)))?;
        if !flag.get_action().takes_values() {
            switches.push(Argument::switch(flag.get_long()?));
            continue;
        }
        let mut start = at + 2;
        if bytes.get(start) == Some(&b'=') {
            start += 1;
        }
        let value = match start < bytes.len() || start > at + 2 {
            true => Some(after(word, start)?),
            false => None,
        };
        return Some((switches, Some(flag), value));
    }
    Some((switches, None, None))
}

fn find_long<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|arg| {
        arg.get_long() == Some(name)
            || arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
    })
}

/// The rest of a word after this many bytes, which are ASCII.
fn after(word: &OsStr, bytes: usize) -> Option<OsString> {
    from_bytes(word.as_encoded_bytes().get(bytes..)?)
}

/// A line of an options file: a flag, and the rest of the line as its value, unchanged.
///
/// # Errors
/// What is wrong with the line.
pub fn split_options_line(command: &Command, line: &str) -> Result<Vec<Argument>, &'static str> {
    // `--name=value` ends at the equals sign, whatever the value looks like.
    let is_long = line.starts_with("--");
    let end = line.find(|char| char == ' ' || (is_long && char == '=')).unwrap_or(line.len());
    let (flag, rest) = line.split_at(end);
    if !flag.starts_with('-') || matches!(flag, "-" | "--") {
        return Err("a line is a flag, such as --host, and its value");
    }
    let Some((mut switches, last, attached)) = flags(command, OsStr::new(flag)) else {
        // Without its value, which may be that of a misspelt --password.
        return Ok(vec![Argument::verbatim(flag.into())]);
    };
    let rest = (!rest.is_empty()).then(|| &rest[1..]);
    if switches.iter().any(|switch| switch.check_hyphens().is_err()) {
        // This is the caller's to refuse.
        return Ok(switches);
    }
    let Some(last) = last else {
        return match rest {
            Some(_) => Err("this flag takes no value"),
            None => Ok(switches),
        };
    };
    let long = last.get_long().unwrap_or_default();
    if matches!(long, "property" | "on") && line.contains(SEPARATOR) {
        return Err("a NUL character cannot be part of it");
    }
    let value = match (attached, rest) {
        // `-mhello world` has one value.
        (Some(attached), Some(rest)) => {
            let mut value = attached;
            value.push(" ");
            value.push(rest);
            Some(value)
        }
        (Some(value), None) => Some(value),
        (None, rest) => rest.map(OsString::from),
    };
    switches.push(match value {
        Some(value) if long == "property" => {
            Argument::with_value(long, properties::join(value, &mut || None))
        }
        // A filter with spaces cannot be said in a file.
        Some(value) if long == "on" => {
            let text = value.to_str().and_then(|text| text.split_once(' '));
            let joined = text.map(|(filter, line)| format!("{filter}{SEPARATOR}{line}").into());
            Argument::with_value(long, joined.unwrap_or(value))
        }
        Some(value) => Argument::with_value(long, value),
        None => Argument::without_value(long),
    });
    Ok(switches)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> String {
        let mut tree = crate::cli::command();
        tree.build();
        let mut words = line.split(' ').map(OsString::from);
        let command = tree.find_subcommand(words.next().unwrap()).unwrap();
        let texts: Vec<String> = split(command, words)
            .into_iter()
            .map(|argument| argument.text.into_string().unwrap())
            .collect();
        texts.join("|").replace(SEPARATOR, "+")
    }

    #[test]
    fn every_form_of_a_flag_becomes_one_argument() {
        for (line, expected) in [
            ("pub -rt a", "--retain|--topic=a"),
            ("pub -ta --topic=b --topic c", "--topic=a|--topic=b|--topic=c"),
            ("pub -t -foo -m -x -i -v", "--topic=-foo|--message=-x|--id=-v"),
            ("pub --cafile x --pw=y", "--ca=x|--password=y"),
            ("sub a -t b -- -t c", "a|--topic=b|--|-t|c"),
            ("pub -W never --timeout=1s", "--no-timeout|--timeout=1s"),
            // clap reports missing values, unknown flags, and values that a flag does not take.
            ("pub -h -t a", "--host|--topic=a"),
            ("pub -p -1", "--port=-1"),
            ("pub --zzz -rz --retain=x -m", "--zzz|-rz|--retain=x|--message"),
            ("pub --no-tls=x --clean-start=x", "--no-tls=x|--clean-start=x"),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn the_parts_of_a_property_are_one_value_whatever_they_begin_with() {
        for (line, expected) in [
            ("pub -D publish content-type -x -t a", "--property=publish+content-type+-x|--topic=a"),
            (
                "pub --property will User-Property k -v -r -D x",
                "--property=will+User-Property+k+-v|--retain|--property=x",
            ),
            ("pub -m -D -t -t -D a b c", "--message=-D|--topic=-t|--property=a+b+c"),
            ("pub -rD a b c -Da b c", "--retain|--property=a+b+c|--property=a+b+c"),
            ("pub --property=a b c -r", "--property=a+b+c|--retain"),
            (
                "sub -D connect user-property a b -- -D c",
                "--property=connect+user-property+a+b|--|-D|c",
            ),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn a_line_of_an_options_file_ends_in_its_value_as_it_is() {
        let mut tree = crate::cli::command();
        tree.build();
        let command = tree.find_subcommand("pub").unwrap();
        let words = |line: &str| {
            let arguments = split_options_line(command, line)?;
            let texts = arguments.into_iter().map(|argument| argument.text.into_string().unwrap());
            Ok(texts.collect::<Vec<_>>().join("|").replace(SEPARATOR, "+"))
        };
        for (line, expected) in [
            ("-t a b  ", "--topic=a b  "),
            ("-m -5", "--message=-5"),
            ("-mhello world", "--message=hello world"),
            ("--message -x \"y\"", "--message=-x \"y\""),
            ("--message=hello world", "--message=hello world"),
            ("--message a=b", "--message=a=b"),
            ("-rq 1", "--retain|--qos=1"),
            ("-D publish content-type a b", "--property=publish+content-type+a b"),
            ("-D connect user-property k v w", "--property=connect+user-property+k+v w"),
            // The value may be a secret.
            ("--zzz x", "--zzz"),
            ("--zzz=x", "--zzz"),
        ] {
            assert_eq!(words(line), Ok(expected.to_owned()), "{line}");
        }
        assert_eq!(words("-r yes"), Err("this flag takes no value"));
        assert!(words("host x").is_err() && words("--").is_err());
        assert!(words("-D connect user-property a\0b").is_err());
    }
}
