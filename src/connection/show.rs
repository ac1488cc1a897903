//! Prints every setting in effect with its source, as TOML that can be copied.

use super::settled::Settled;
use crate::escape::{Keep, is_harmful, visible};
use crate::exit::Failure;
use crate::run::options::Protocol;
use crate::settings::properties::{PropertyPacket, SEPARATOR, split};
use crate::settings::{
    Fact, Group, Origin, SETTINGS, Said, Secrecy, Setting, Tree, Typed, Word, parse_protocol,
};
use std::fmt::Write;

/// Lines that are longer than this are not aligned with the others, in characters.
const WIDEST: usize = 200;

/// All settings as lines of TOML, with the origin in a comment after each.
///
/// # Errors
/// When the configuration or the broker's address is invalid.
pub fn show(typed: Typed) -> Result<String, Failure> {
    let settled = Settled::new(typed, &PropertyPacket::ALL)?;
    let tree = Tree::default();
    let lines: Vec<(String, String)> =
        SETTINGS.iter().filter_map(|setting| line(setting, &settled.words, &tree)).collect();
    let mut comments = vec![settled.located.target.to_string()];
    if let Some(Origin::Profile { name, file, .. }) = &settled.profile {
        comments.push(format!("profile {name} of {}", file.display()));
    }
    comments.extend(settled.notes);
    // Names and paths may contain terminal escapes and line breaks.
    let shown = |text: &str| visible(text.as_bytes(), Keep::Nothing).into_owned();
    let mut all = String::new();
    for comment in comments {
        let _ = writeln!(all, "# {}", shown(&comment));
    }
    // Values may be very long: those do not move the column of the origins.
    let widths = lines.iter().map(|(line, _)| line.chars().count());
    let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or_default();
    for (line, origin) in lines {
        let _ = writeln!(all, "{line:width$}  # {}", shown(&origin));
    }
    Ok(all)
}

/// A setting as TOML, and its origin; `None` if it is not set and has no default.
fn line(setting: &'static Setting, words: &[Word], tree: &Tree) -> Option<(String, String)> {
    let name = setting.name;
    let said: Vec<&Word> = words.iter().filter(|word| word.setting == setting).collect();
    let Some(last) = said.last() else {
        let is_id = |word: &Word| word.is("id-prefix") && word.said != Said::Off;
        let shown = match setting
            .get(|known| if let Fact::Default(toml) = known { Some(toml) } else { None })
        {
            Some(toml) => format!("{name} = {toml}"),
            None if name == "id" && !words.iter().any(is_id) => {
                "# id: mqtt- and 16 random hexadecimal digits".to_owned()
            }
            None => return None,
        };
        return Some((shown, "default".to_owned()));
    };
    let value = |word: &Word| toml(setting, word, tree);
    let has_password = words.iter().any(|word| word.setting.group() == Some(Group::Password));
    let is_list = setting.is(Fact::List);
    let shown = match (&last.said, setting.secrecy()) {
        (Said::Off, _) => Some("false".to_owned()),
        (Said::On, _) => Some("true".to_owned()),
        (_, Some(Secrecy::Secret | Secrecy::Header)) => None,
        (Said::Value(name), Some(Secrecy::User))
            if setting.secret_in(&name.to_string_lossy(), has_password).is_some() =>
        {
            None
        }
        _ if is_list => {
            let added = said.iter().filter(|word| word.said != Said::Off);
            let values: Option<Vec<String>> = added.map(|word| value(word)).collect();
            values.map(|values| format!("[{}]", values.join(", ")))
        }
        _ => value(last),
    };
    let mut origins: Vec<String> = Vec::new();
    for word in if is_list { &said[..] } else { &said[said.len() - 1..] } {
        let origin = word.origin.to_string();
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    let shown = match shown {
        Some(shown) => format!("{name} = {shown}"),
        None => format!("# {name}: set, not shown"),
    };
    Some((shown, origins.join(" and ")))
}

/// A value as TOML, without parts that may be secret; `None` if TOML cannot express it.
fn toml(setting: &Setting, word: &Word, tree: &Tree) -> Option<String> {
    let text = word.text()?.to_str()?;
    let is_whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match setting.secrecy() {
        Some(Secrecy::Url) => return Some(quoted(&without_user(text))),
        Some(Secrecy::Query) => return Some(quoted(without_query(text))),
        Some(Secrecy::Secret | Secrecy::Header | Secrecy::User) | None => {}
    }
    if setting.name == "property" {
        return Some(property(text));
    }
    if let Some(Ok(protocol)) = (setting.name == "protocol").then(|| parse_protocol(text)) {
        return Some(quoted(&match protocol {
            Protocol::Auto => "auto".to_owned(),
            Protocol::Exactly(version) => {
                version.to_string().trim_start_matches("MQTT ").to_owned()
            }
        }));
    }
    if is_whole && tree.is_number(setting) {
        // TOML does not allow leading zeros.
        let digits = text.trim_start_matches('0');
        return Some(if digits.is_empty() { "0".to_owned() } else { digits.to_owned() });
    }
    if setting.names_file(text)
        && let Ok(path) = std::path::absolute(text)
    {
        // Absolute, because in a profile it would be relative to the file.
        return Some(quoted(path.to_str()?));
    }
    Some(quoted(&tree.plain_name(setting, text).unwrap_or_else(|| text.to_owned())))
}

/// A property as one string if that reads back the same, otherwise as its parts.
fn property(text: &str) -> String {
    let parts: Vec<&str> = text.split(SEPARATOR).collect();
    let joined = parts.join(" ");
    if split(&joined) == parts {
        return quoted(&joined);
    }
    let parts: Vec<String> = parts.into_iter().map(quoted).collect();
    format!("[{}]", parts.join(", "))
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' | '\n' | '\r' | '\t' => quoted.extend(char.escape_default()),
            '\0'..='\u{ffff}' if is_harmful(char, Keep::Nothing) => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(char));
            }
            _ if is_harmful(char, Keep::Nothing) => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(char));
            }
            _ => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

/// A URL without user information and query: both may be secret.
fn without_user(url: &str) -> String {
    let url = without_query(url);
    let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    format!("{scheme}://{address}{path}")
}

fn without_query(text: &str) -> &str {
    text.split('?').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_shown_without_what_may_be_secret() {
        for (url, shown) in [
            ("mqtt://u:p@h/a/b", "mqtt://h/a/b"),
            ("mqtt://u:p@x@h", "mqtt://h"),
            ("wss://u@h:1/p?token=x", "wss://h:1/p"),
            ("unix://u:p@/run/s", "unix:///run/s"),
        ] {
            assert_eq!(without_user(url), shown);
        }
    }
}
