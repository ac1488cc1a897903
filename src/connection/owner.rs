//! The owner of a secret: a host and a port, with TLS or without; for local brokers also the proxy used. Code that
//! sends a secret asks here first.

use super::place::{Located, WEBSOCKET_PATH, has_port, own_port, place_of, url_about, wants_tls};
use super::speaker::Speaker;
use super::url::{BrokerUrl, parse_proxy};
use crate::exit::Failure;
use crate::settings::Rank;
use crate::transport::proxy::Proxy;
use crate::transport::{Place, Target, websocket};
use std::fmt;

/// The connection that a speaker's secrets are meant for.
pub(super) struct Owner<'a> {
    speaker: &'a Speaker<'a>,
    /// The URL, if it names the broker.
    url: Option<&'a BrokerUrl>,
    /// Whether the secret is the URL's user or query and no flag names another host.
    is_of_url: bool,
}

/// How the intended connection differs from the actual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Other {
    Broker,
    Encrypted,
    Way,
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Broker => "another broker",
            Self::Encrypted => "a connection with TLS",
            Self::Way => "another way to the broker",
        })
    }
}

impl<'a> Owner<'a> {
    /// The owner of a speaker's settings.
    pub(super) fn of(speaker: &'a Speaker<'a>) -> Self {
        let url = speaker.url.as_ref().filter(|_| speaker.value("host").is_none());
        Self { speaker, url, is_of_url: false }
    }

    /// The owner of the user and query in a speaker's URL.
    pub(super) fn of_url(speaker: &'a Speaker<'a>) -> Self {
        Self { speaker, url: speaker.url.as_ref(), is_of_url: true }
    }

    /// Checks that this is the connection to be made. Settings typed together belong together.
    ///
    /// # Errors
    /// How the intended connection differs.
    pub(super) fn check(&self, located: &Located) -> Result<(), Other> {
        let target = &located.target;
        if self.speaker.rank == Rank::Typed {
            return Ok(());
        }
        let is_port = || match target.port() {
            // If SRV records tell the port, one of its own is another.
            None => !has_port(self.speaker, self.url),
            Some(port) => own_port(self.speaker, self.url).is_none_or(|own| own == port),
        };
        let is_place = match (self.is_of_url, place_of(self.speaker), &target.place) {
            (true, ..) => url_about(self.speaker, target).is_some() && is_port(),
            (_, Place::Host(own, _), Place::Host(host, _) | Place::Service(host))
                if self.speaker.names_place() =>
            {
                own.eq_ignore_ascii_case(host) && is_port()
            }
            (_, Place::Socket(own), Place::Socket(path)) => own == *path,
            // A speaker that names no broker means this machine.
            _ => !self.speaker.names_place() && is_local(target) && is_port(),
        };
        let wants_tls = || wants_tls(self.speaker, target) == Some(true);
        match is_place {
            false => Err(Other::Broker),
            true if !target.encrypted && !is_here(located) && wants_tls() => Err(Other::Encrypted),
            true if !self.goes_the_same_way(located) => Err(Other::Way),
            true => Ok(()),
        }
    }

    /// Whether the proxy is the intended one. With a proxy, "local" is another machine.
    fn goes_the_same_way(&self, located: &Located) -> bool {
        if !is_local(&located.target) || matches!(located.target.place, Place::Socket(_)) {
            return true;
        }
        let own =
            self.speaker.value("proxy").and_then(|url| parse_proxy(&url.to_string_lossy()).ok());
        let place =
            |proxy: &Proxy| (proxy.host.to_ascii_lowercase(), proxy.port, proxy.is_encrypted());
        own.as_ref().map(place) == located.proxy.as_ref().map(place)
    }
}

/// The path of the first speaker that has one. Its query, which may be a secret, goes to its owner only.
pub(super) fn websocket_path(
    speakers: &[Speaker<'_>],
    located: &Located,
) -> Result<String, Failure> {
    let may_go = |path: &str, owner: Owner<'_>| !path.contains('?') || owner.check(located).is_ok();
    let said = |speaker: &Speaker<'_>| {
        let path = speaker.value("ws-path")?.to_string_lossy().into_owned();
        may_go(&path, Owner::of(speaker)).then_some(path)
    };
    let in_url = |speaker: &Speaker<'_>| {
        let path = url_about(speaker, &located.target)?.path.clone()?;
        may_go(&path, Owner::of_url(speaker)).then_some(path)
    };
    let path = speakers.iter().find_map(said).or_else(|| speakers.iter().find_map(in_url));
    match path.unwrap_or_else(|| WEBSOCKET_PATH.to_owned()) {
        path if websocket::is_path(&path) => Ok(path),
        path => {
            let path = path.split('?').next().unwrap_or_default();
            let message = format!("--ws-path {path}: a path begins with / and is percent-encoded");
            let word = speakers.iter().find_map(|speaker| speaker.last("ws-path"));
            let located = word.map(|word| word.origin.locate(&message));
            Err(Failure::usage(located.unwrap_or(message)))
        }
    }
}

/// Whether nothing sent to the broker leaves this machine.
pub(super) fn is_here(located: &Located) -> bool {
    located.proxy.is_none() && is_local(&located.target)
}

/// Whether the broker is on the machine that connects to it.
fn is_local(target: &Target) -> bool {
    match &target.place {
        Place::Socket(_) => true,
        Place::Host(host, _) => is_local_host(host),
        // The records may name any machine.
        Place::Service(_) => false,
    }
}

/// Whether a host is one of the names that every machine has for itself.
pub(super) fn is_local_host(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
