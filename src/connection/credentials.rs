//! Who we are to the broker, and whose eyes that is for.
//!
//! What a source says of it goes to that source's own broker only, a URL's user to the URL's host and port, and a password
//! goes with the user name that its source says.

use super::place::{owns, url_for_user};
use super::speaker::Speaker;
use super::url::BrokerUrl;
use crate::settings::{Group, Origin, Rank, Said, Setting, Trait, Word, from_bytes};
use crate::transport::Target;
use std::ffi::OsString;

/// Whose password it is, for a person who is asked for it.
pub(super) fn whose(username: Option<&str>, target: &Target) -> String {
    match username {
        Some(name) => format!("{name} at {target}"),
        None => target.to_string(),
    }
}

/// Where secrets that were typed can be read by others.
pub(super) fn read_by_others(words: &[Word], typed: Option<&BrokerUrl>) -> Vec<String> {
    let has_user = typed.is_some_and(|url| url.password.is_some());
    let secret = |word: &&Word| match word.setting.name {
        "password" => word.text().is_some(),
        "url" => has_user,
        _ => false,
    };
    let mut warnings: Vec<String> = Vec::new();
    for word in words.iter().filter(secret) {
        let warning = match &word.origin {
            Origin::CommandLine => {
                let place = if word.is("url") { "in --url" } else { "after -P" };
                format!(
                    "other users of this machine can read the password {place}: \
                     use --password-file"
                )
            }
            Origin::OptionsFile { file, private: false } => {
                let file = file.display();
                format!("other users of this machine can read {file}: chmod 600 {file}")
            }
            _ => continue,
        };
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    warnings
}

/// The words that go to `target`, with the users of URLs among them; and what a person should know about those that do
/// not.
pub(super) fn for_target(
    words: &[Word],
    speakers: &[Speaker<'_>],
    target: &Target,
) -> (Vec<Word>, Vec<String>) {
    let mut all = Vec::with_capacity(words.len());
    let mut notes = Vec::new();
    for speaker in speakers.iter().rev() {
        let is_foreign = is_foreign(speaker, target);
        let mut withheld = is_foreign && has_user(speaker);
        if let Some(url) = url_for_user(speaker, target).filter(|_| !is_foreign) {
            // Like any part of a URL, its password is overruled by a flag wherever that stands.
            let is_password = |word: &Word| word.setting.group() == Some(Group::Password);
            let has_other = speaker.said().any(is_password);
            let parts = user_of(url, speaker.last("url"));
            all.extend(parts.into_iter().filter(|part| !(has_other && is_password(part))));
        }
        for word in words.iter().filter(|word| word.rank() == speaker.rank) {
            if is_foreign && word.setting.is(Trait::Own) {
                withheld |= word.said != Said::Off;
            } else {
                all.push(word.clone());
            }
        }
        if withheld {
            let whose = match words.iter().find(|word| word.rank() == speaker.rank) {
                Some(Word { origin: origin @ Origin::Profile { .. }, .. }) => origin.to_string(),
                _ => "the environment".to_owned(),
            };
            notes.push(format!(
                "{whose} is for another broker: who it says we are is not shown to {target}"
            ));
        }
    }
    drop_passwords_of_others(&mut all);
    (all, notes)
}

/// Whether what a source says of us is meant for another broker than the one at `target`.
fn is_foreign(speaker: &Speaker<'_>, target: &Target) -> bool {
    match speaker.rank {
        Rank::Typed => false,
        // Variables are set by different hands: a user name alone is for everybody.
        Rank::Environment => {
            let is_own = |word: &Word| word.setting.is(Trait::Own) && !word.is("username");
            speaker.names_place() && !owns(speaker, target) && speaker.said().any(is_own)
        }
        Rank::Profile => !owns(speaker, target),
    }
}

fn has_user(speaker: &Speaker<'_>) -> bool {
    speaker.url.as_ref().is_some_and(|url| url.username.is_some())
}

/// The user of a URL that stands where `word` does.
fn user_of(url: &BrokerUrl, word: Option<&Word>) -> Vec<Word> {
    let Some(origin) = word.map(|word| &word.origin) else { return Vec::new() };
    let password = url.password.as_ref().and_then(|secret| from_bytes(secret.expose()));
    let parts = [("username", url.username.clone().map(OsString::from)), ("password", password)];
    let said = parts.into_iter().filter_map(|(name, value)| Some((Setting::find(name)?, value?)));
    said.map(|(setting, value)| Word::new(setting, Said::Value(value), origin.clone())).collect()
}

/// Leaves out passwords that stand beside a user name that is not the one in force.
fn drop_passwords_of_others(words: &mut Vec<Word>) {
    let name_of =
        |rank: Rank| words.iter().rev().find(|word| word.rank() == rank && word.is("username"));
    let Some(decisive) = Rank::DOWN.into_iter().find_map(name_of) else { return };
    let others: Vec<Rank> = Rank::DOWN
        .into_iter()
        .filter(|rank| *rank < decisive.rank())
        .filter(|rank| name_of(*rank).is_some_and(|name| name.said != decisive.said))
        .collect();
    let is_password = |word: &Word| word.setting.group() == Some(Group::Password);
    words.retain(|word| !(others.contains(&word.rank()) && is_password(word)));
}
