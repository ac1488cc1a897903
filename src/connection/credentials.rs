//! Who we are to the broker: user name and password out of all layers, and whose eyes they are for.
//!
//! A profile's secrets go to its own broker only, and a URL's user only to its own host. Reads no secret: that is
//! [`Source`]'s business.

use super::layer::{Layer, Layers};
use super::place::{is_about, owns};
use super::secret::Source;
use crate::transport::Target;

/// User name and password, and where each comes from.
pub(super) struct Credentials {
    pub(super) username: Option<String>,
    pub(super) password: Option<Source>,
    /// What a person should know about them.
    pub(super) warnings: Vec<String>,
}

impl Credentials {
    /// Takes them out of the layers, for a broker at `target`.
    pub(super) fn take(layers: &mut Layers, target: &Target) -> Self {
        let mut warnings = read_by_others(&layers.typed);
        warnings.extend(overruled(layers, target));
        warnings.extend(withhold(layers, target));
        let (username, password) = strongest(layers, target);
        Self { username, password, warnings }
    }
}

/// Whose password it is, for a person who is asked for it.
pub(super) fn whose(username: Option<&str>, target: &Target) -> String {
    match username {
        Some(name) => format!("{name} at {target}"),
        None => target.to_string(),
    }
}

/// Where what was typed can be read by others.
fn read_by_others(typed: &Layer) -> Vec<String> {
    let in_url = typed.url.as_ref().is_some_and(|url| url.password.is_some());
    let places = [(typed.args.more.password.is_some(), "after -P"), (in_url, "in --url")];
    let given = places.into_iter().filter(|(given, _)| *given);
    let warning = |(_, place)| {
        format!("other users of this machine can read the password {place}: use --password-file")
    };
    given.map(warning).collect()
}

/// That the environment wins over a profile that was asked for by name may surprise.
fn overruled(layers: &Layers, target: &Target) -> Option<String> {
    let profile = layers.profile.as_ref()?;
    let is_surprising = layers.typed.args.more.profile.is_some()
        && !layers.typed.names_place()
        && layers.environment.names_place()
        && profile.names_place()
        && !owns(profile, target);
    let origin = &profile.origin;
    is_surprising.then(|| format!("MQTT_URL or MQTT_HOST leads to {target}, and not to {origin}"))
}

/// Takes out of a profile what is meant for its own broker only; what is told about it.
pub(super) fn withhold(layers: &mut Layers, target: &Target) -> Option<String> {
    let profile = layers.profile.as_mut().filter(|profile| !owns(profile, target))?;
    let was_insecure = std::mem::take(&mut profile.args.tls.insecure);
    let (args, url) = (&mut profile.args, profile.url.as_mut());
    let has_password = Source::of(args, url).is_some();
    let taken = [
        args.basic.username.take().is_some(),
        args.tls.cert.take().is_some(),
        args.tls.key.take().is_some(),
        args.tls.key_password_file.take().is_some(),
        !std::mem::take(&mut args.reach.ws_header).is_empty(),
        std::mem::take(&mut args.more.ask_password),
        has_password,
        was_insecure,
    ];
    let origin = &profile.origin;
    let warning =
        || format!("{origin} is for another broker: who it says we are is not shown to {target}");
    taken.contains(&true).then(warning)
}

/// User name and password: the strongest layer's, each with what its own URL says.
fn strongest(layers: &mut Layers, target: &Target) -> (Option<String>, Option<Source>) {
    let (mut username, mut password) = (None, None);
    let all = [Some(&mut layers.typed), Some(&mut layers.environment), layers.profile.as_mut()];
    for layer in all.into_iter().flatten() {
        let is_about = is_about(layer, target);
        let mut url = layer.url.as_mut().filter(|_| is_about);
        let given = layer.args.basic.username.take();
        username = username.or(given).or_else(|| url.as_mut()?.username.take());
        let typed = Source::of(&mut layer.args, url);
        password = password.or(typed);
    }
    (username, password)
}
