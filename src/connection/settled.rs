//! The settings in effect for one run, selected from the words of all sources.

use super::credentials::{for_target, read_by_others};
use super::owner::{Owner, websocket_path};
use super::place::{Located, locate};
use super::speaker::Speaker;
use super::url::BrokerUrl;
use crate::events::Log;
use crate::exit::Failure;
use crate::settings::flags::Shape;
use crate::settings::properties::{PropertyPacket, SEPARATOR};
use crate::settings::{ConnectionArgs, Origin, Preparation, Rank, Said, Tree, Typed, Word, settle};
use crate::ui::{Ui, Verbosity};
use std::time::{Duration, Instant};

/// The settings in effect and their sources.
pub struct Settled {
    /// Their parsed values.
    pub(super) args: ConnectionArgs,
    /// The broker's address.
    pub(super) located: Located,
    /// The words in effect, weakest first.
    pub(super) words: Vec<Word>,
    /// The packets that the command sends, besides CONNECT and DISCONNECT.
    pub(super) packets: &'static [PropertyPacket],
    /// The profile used.
    pub(super) profile: Option<Origin>,
    /// Warnings about secrets.
    pub(super) warnings: Vec<String>,
    /// Notes about settings with a possibly surprising effect.
    pub(super) notes: Vec<String>,
    pub(super) started: Instant,
    pub(super) preparation: Preparation,
}

impl Settled {
    /// Decides about each word. `packets` are those that the command sends besides CONNECT and DISCONNECT, and for
    /// which `-D` applies.
    ///
    /// # Errors
    /// When a configuration file is invalid, or a value in effect is.
    pub fn new(mut typed: Typed, packets: &'static [PropertyPacket]) -> Result<Self, Failure> {
        let mut tree = None;
        let gathered = typed.gather(&mut tree)?;
        let by_name = typed.args.more.profile.is_some();
        let (all, mut notes) = (gathered.all, gathered.notes);
        let of_profile = all.iter().find(|word| word.rank() == Rank::Profile);
        let profile = of_profile.map(|word| word.origin.clone());
        let Typed { args, started, preparation, .. } = typed;
        let heard = settle(all.clone());
        let speakers = Speaker::all(&heard);
        let mut located = locate(&speakers)?;
        if located.target.websocket.is_some() {
            located.target.websocket = Some(websocket_path(&speakers, &located)?);
        }
        let warnings = read_by_others(&all);
        if speakers.iter().filter_map(|it| it.url.as_ref()).any(BrokerUrl::may_lack_user) {
            notes.push("the URL has an @ in its path: a / in a password is written %2F".to_owned());
        }
        if by_name {
            notes.extend(led_astray(&speakers, &located));
        }
        let (fitting, withheld) = for_target(&all, &speakers, &located);
        notes.extend(withheld);
        let mut words = settle(fitting);
        words.retain(|word| word.rank() == Rank::Typed || can_matter(word, packets));
        // If there is only the command line, it has been parsed already.
        let is_typed = words.iter().all(|word| word.rank() == Rank::Typed);
        let args = match is_typed && words == heard {
            true => args,
            false => parse(&words, tree.get_or_insert_default())?,
        };
        Ok(Self { args, located, words, packets, profile, warnings, notes, started, preparation })
    }

    /// The verbosity.
    pub fn verbosity(&self) -> Verbosity {
        match (self.args.more.quiet, self.args.more.debug) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Debug,
            _ => Verbosity::Normal,
        }
    }

    /// Whether there is a line on standard error for each packet or event.
    pub fn fills_stderr(&self) -> bool {
        self.args.more.debug || self.args.more.events.as_deref().is_some_and(Log::is_stderr)
    }

    /// The printer of diagnostics.
    pub(super) fn ui(&self) -> Ui {
        Ui::new(self.verbosity())
    }

    /// Sets a time limit for the run, unless the settings have one.
    pub fn set_default_timeout(&mut self, timeout: Duration) {
        if !self.words.iter().any(|word| word.is("timeout")) {
            self.args.more.timeout = Some(timeout);
            self.preparation.heed_default(self.started.checked_add(timeout));
        }
    }

    /// A setting in effect that only MQTT 5 has, with its source unless it was typed.
    pub(super) fn needs_version_5(&self) -> Option<String> {
        let mut said = self.words.iter().filter(|word| word.said != Said::Off);
        let word = said.find(|word| word.setting.property().is_some())?;
        Some(match word.rank() {
            Rank::Typed => word.origin.locate(format_args!("--{}", word.setting.name)),
            _ => format!("{} of {}", word.setting.name, word.origin),
        })
    }
}

/// Parses all words together, after each word in effect has been checked alone.
fn parse(words: &[Word], tree: &mut Tree) -> Result<ConnectionArgs, Failure> {
    // The address is known already, and weaker sources may contradict the stronger ones about it.
    let is_needed = |word: &&Word| word.rank() == Rank::Typed || !word.setting.leads_there();
    let needed: Vec<Word> = words.iter().filter(is_needed).cloned().collect();
    for word in words.iter().filter(|word| word.rank() == Rank::Environment) {
        let Origin::Variable(name) = &word.origin else { continue };
        let overrules = |other: &Word| other.setting == word.setting && other.rank() > word.rank();
        let is_value = tree.shape(word.setting) != Shape::Switch;
        if word.setting.leads_there() && (is_value || words.iter().any(overrules)) {
            continue;
        }
        let checked = tree.check(std::slice::from_ref(word));
        checked.map_err(|reason| Failure::usage(format!("{name}: {reason}")))?;
    }
    // Words that were checked alone cannot conflict: groups have been settled.
    tree.parse(&needed).map_err(|error| Failure::usage(error.kind()))
}

/// Whether a profile's or variable's property is for a packet that is sent.
fn can_matter(word: &Word, packets: &[PropertyPacket]) -> bool {
    let text = word.text().filter(|_| word.is("property")).map(|text| text.to_string_lossy());
    let packet = text.as_deref().and_then(|text| text.split(SEPARATOR).next());
    packet.and_then(PropertyPacket::named).is_none_or(|packet| {
        packets.contains(&packet)
            || matches!(
                packet,
                PropertyPacket::Connect | PropertyPacket::Will | PropertyPacket::Disconnect
            )
    })
}

/// The note that the environment overrides a profile that was requested by name, which may surprise.
fn led_astray(speakers: &[Speaker<'_>], located: &Located) -> Option<String> {
    let speaker = |rank| speakers.iter().find(|speaker| speaker.rank == rank);
    let [typed, environment, profile] =
        [speaker(Rank::Typed)?, speaker(Rank::Environment)?, speaker(Rank::Profile)?];
    let is_surprising = !typed.names_place()
        && environment.names_place()
        && profile.names_place()
        && Owner::of(profile).check(located).is_err();
    let origin = &profile.place_word()?.origin;
    let target = &located.target;
    is_surprising.then(|| format!("MQTT_URL or MQTT_HOST leads to {target}, not to {origin}"))
}
