//! Credentials, and who may receive them.
//!
//! Credentials from a source are sent to that source's own broker only. The user of a URL is for the URL's host and
//! port, and a password belongs to the user name of the same source.

use super::owner::Owner;
use super::place::Located;
use super::speaker::Speaker;
use super::url::BrokerUrl;
use crate::escape::shell_word;
use crate::settings::properties::{SEPARATOR, USER_PROPERTY};
use crate::settings::{Fact, Group, Origin, Rank, Said, Secrecy, Setting, Word, from_bytes};
use crate::transport::Target;
use std::ffi::{OsStr, OsString};

/// The MQTT 5 properties that may identify us.
const PERSONAL_PROPERTIES: [&str; 3] =
    [USER_PROPERTY, "authentication-method", "authentication-data"];

/// Whose password to ask for at the prompt.
pub(super) fn whose(username: Option<&str>, target: &Target) -> String {
    match username {
        Some(name) => format!("{name} at {target}"),
        None => target.to_string(),
    }
}

/// Warnings about typed secrets that other users can read.
pub(super) fn read_by_others(words: &[Word]) -> Vec<String> {
    let has_password = words.iter().any(is_password);
    let mut warnings: Vec<String> = Vec::new();
    for word in words {
        let text = word.text().map(OsStr::to_string_lossy);
        let Some(secret) = text.and_then(|it| word.setting.secret_in(&it, has_password)) else {
            continue;
        };
        let warning = match &word.origin {
            // Other settings, such as a query, cannot be recognised as secrets with certainty.
            Origin::CommandLine if matches!(secret, "password" | "header") => {
                let (place, instead) = match (word.setting.name, secret) {
                    ("password", _) => ("after -P".to_owned(), "use --password-file"),
                    ("url", "password") => ("in --url".to_owned(), "use --password-file"),
                    (name, _) => (format!("in --{name}"), "put it into a profile"),
                };
                format!("other users of this machine can read the {secret} {place}: {instead}")
            }
            Origin::OptionsFile { file, private: false, .. } => {
                let file = shell_word(file);
                let warning = format!("other users of this machine can read the {secret}");
                word.origin.locate(format_args!("{warning}: chmod 600 {file}"))
            }
            _ => continue,
        };
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    warnings
}

/// Selects the words that may be sent to the broker at `located`, including the users of URLs, and warns about the
/// others.
pub(super) fn for_target(
    words: &[Word],
    speakers: &[Speaker<'_>],
    located: &Located,
) -> (Vec<Word>, Vec<String>) {
    let mut all = Vec::with_capacity(words.len());
    let mut notes = Vec::new();
    for speaker in speakers.iter().rev() {
        let other = Owner::of(speaker).check(located).err();
        // Variables may be set in different places: if none names a broker, they apply to all.
        let other = other.filter(|_| speaker.rank != Rank::Environment || speaker.names_place());
        let mut withheld = other.is_some() && has_user(speaker);
        if let (None, Some(url), Ok(())) =
            (other, &speaker.url, Owner::of_url(speaker).check(located))
        {
            // A flag overrides the URL's password, wherever each was given.
            let has_other = speaker.said().any(is_password);
            let parts = user_of(url, speaker.last("url"));
            all.extend(parts.into_iter().filter(|part| !(has_other && is_password(part))));
        }
        // A user name without a password is not a secret either.
        let is_for_all = |word: &Word| {
            speaker.rank == Rank::Environment
                && word.is("username")
                && !speaker.said().any(is_password)
        };
        for word in words.iter().filter(|word| word.rank() == speaker.rank) {
            if other.is_some() && is_own(word) && !is_for_all(word) {
                withheld |= word.said != Said::Off;
            } else {
                all.push(word.clone());
            }
        }
        if let Some(other) = other.filter(|_| withheld) {
            let first = || words.iter().find(|word| word.rank() == speaker.rank);
            let whose = match speaker.place_word().or_else(first) {
                Some(Word { origin: origin @ Origin::Profile { .. }, .. }) => origin.to_string(),
                _ => "the environment".to_owned(),
            };
            notes.push(format!(
                "{whose} is for {other}: its credentials are not sent to {}",
                located.target
            ));
        }
    }
    drop_passwords_of_others(&mut all);
    (all, notes)
}

fn is_password(word: &Word) -> bool {
    word.setting.group() == Some(Group::Password)
}

/// Whether a word is meant for its source's own broker only.
fn is_own(word: &Word) -> bool {
    let text = || word.text().map(OsStr::to_string_lossy);
    match word.setting.secrecy() {
        _ if word.setting.is(Fact::Own) => true,
        Some(Secrecy::Query) => text().is_some_and(|path| path.contains('?')),
        _ if word.is("property") => text().is_some_and(|text| {
            let mut parts = text.split(SEPARATOR).map(str::to_ascii_lowercase);
            let (packet, name) = (parts.next(), parts.next().unwrap_or_default());
            packet.as_deref() == Some("will") || PERSONAL_PROPERTIES.contains(&&*name)
        }),
        _ => false,
    }
}

fn has_user(speaker: &Speaker<'_>) -> bool {
    speaker.url.as_ref().is_some_and(|url| url.username.is_some())
}

/// The user of a URL given in the same place as `word`.
fn user_of(url: &BrokerUrl, word: Option<&Word>) -> Vec<Word> {
    let Some(origin) = word.map(|word| &word.origin) else { return Vec::new() };
    let password = url.password.as_ref().and_then(|secret| from_bytes(secret.expose()));
    let parts = [("username", url.username.clone().map(OsString::from)), ("password", password)];
    let said = parts.into_iter().filter_map(|(name, value)| Some((Setting::find(name)?, value?)));
    said.map(|(setting, value)| Word::new(setting, Said::Value(value), origin.clone())).collect()
}

/// Drops passwords that belong to a user name that is not in effect.
fn drop_passwords_of_others(words: &mut Vec<Word>) {
    let name_of =
        |rank: Rank| words.iter().rev().find(|word| word.rank() == rank && word.is("username"));
    let Some(decisive) = Rank::DOWN.into_iter().find_map(name_of) else { return };
    let others: Vec<Rank> = Rank::DOWN
        .into_iter()
        .filter(|rank| *rank < decisive.rank())
        .filter(|rank| name_of(*rank).is_some_and(|name| name.said != decisive.said))
        .collect();
    words.retain(|word| !(others.contains(&word.rank()) && is_password(word)));
}
