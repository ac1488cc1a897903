//! Where the broker is, out of flags, URLs and defaults.
//!
//! The strongest speaker that names a place decides it. A URL speaks for its own host only: what it says of port, TLS, path
//! and topic counts if the place is its own, and of the user if the port is, too.

use super::speaker::Speaker;
use super::url::{BrokerUrl, is_host, parse_port};
use crate::exit::Failure;
use crate::settings::{Need, Rank, Word};
use crate::transport::{Place, Target, websocket};

/// The path of a WebSocket, by convention.
const WEBSOCKET_PATH: &str = "/mqtt";

/// Where a broker is, and whose word that was.
pub(super) struct Located {
    pub(super) target: Target,
    /// The topic or filter that the URL on the command line names.
    pub(super) url_topic: Option<String>,
    /// The one that another URL names: for want of any other.
    pub(super) default_topic: Option<String>,
}

/// Decides where the broker is.
pub(super) fn locate(speakers: &[Speaker<'_>]) -> Result<Located, Failure> {
    let by = speakers.iter().find(|speaker| speaker.names_place());
    // What was typed and what a file says is judged even if it is overruled; a variable may be somebody else's.
    for speaker in speakers {
        let decides =
            by.is_some_and(|by| by.rank == speaker.rank && speaker.value("host").is_none());
        if speaker.rank != Rank::Environment || decides {
            speaker.check()?;
        }
    }
    let name = match by.map_or_else(here, place_of) {
        Place::Host(name, _) => name,
        place @ Place::Socket(_) => {
            let target = Target { place, encrypted: false, websocket: None };
            refuse_without_use(speakers, &target)?;
            return Ok(with_topics(target, speakers));
        }
    };
    check_host(&name)?;
    let mut target = Target::tcp(name, 0);
    target.encrypted = is_encrypted(speakers, &target);
    target.websocket = websocket_path(speakers, &target)?;
    let port = port(speakers, &target, by)?;
    if let Place::Host(_, number) = &mut target.place {
        *number = port;
    }
    refuse_without_use(speakers, &target)?;
    Ok(with_topics(target, speakers))
}

/// Refuses what no host is called; what a person may have meant is a hint.
fn check_host(name: &str) -> Result<(), Failure> {
    // A URL in the wrong place may hold a password.
    if name.contains("://") || name.contains('@') {
        return Err(Failure::usage("invalid host: a URL is given with --url"));
    }
    let with_port = name.split_once(':').filter(|(host, port)| {
        is_host(host) && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
    });
    if let Some((host, port)) = with_port {
        return Err(Failure::usage(format!("invalid host '{name}': it has a port"))
            .hint(format!("-h {host} -p {port}, or -L mqtt://{name}")));
    }
    match is_host(name) {
        true => Ok(()),
        false => Err(Failure::usage(format!("invalid host '{name}'"))),
    }
}

fn here() -> Place {
    Place::Host("localhost".to_owned(), 0)
}

/// The place that a speaker names; its port is decided elsewhere.
fn place_of(speaker: &Speaker<'_>) -> Place {
    if let Some(path) = speaker.value("unix") {
        return Place::Socket(path.into());
    }
    match (speaker.value("host"), &speaker.url) {
        (Some(host), _) => {
            let host = host.to_string_lossy();
            let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
            Place::Host(inner.unwrap_or(&host).to_owned(), 0)
        }
        (None, Some(url)) => match &url.socket {
            Some(path) => Place::Socket(path.clone()),
            None => Place::Host(url.host.clone(), 0),
        },
        (None, None) => here(),
    }
}

/// A speaker's URL, if it is about the host or socket of `target`. What was typed together belongs together.
fn url_about<'a>(speaker: &'a Speaker<'_>, target: &Target) -> Option<&'a BrokerUrl> {
    speaker.url.as_ref().filter(|url| match (&target.place, &url.socket) {
        _ if speaker.rank == Rank::Typed => true,
        (Place::Host(host, _), None) => url.host.eq_ignore_ascii_case(host),
        (Place::Socket(path), Some(socket)) => path == socket,
        _ => false,
    })
}

/// A speaker's URL, if its user is known at `target`: its host and its port are those.
pub(super) fn url_for_user<'a>(speaker: &'a Speaker<'_>, target: &Target) -> Option<&'a BrokerUrl> {
    url_about(speaker, target).filter(|url| {
        speaker.rank == Rank::Typed
            || own_port(speaker, Some(url)).is_none_or(|port| Some(port) == target.port())
    })
}

/// The port that a speaker names: its own, or its URL's, which always has one.
fn own_port(speaker: &Speaker<'_>, url: Option<&BrokerUrl>) -> Option<u16> {
    let said = speaker.value("port").and_then(|port| parse_port(port.to_str()?).ok());
    said.or_else(|| url?.port_or_default()).filter(|_| url.is_none_or(|url| url.socket.is_none()))
}

/// Whether a speaker's secrets may go to `target`: it names this host and no other port, or no host and this is here.
pub(super) fn owns(speaker: &Speaker<'_>, target: &Target) -> bool {
    let url = speaker.url.as_ref().filter(|_| speaker.value("host").is_none());
    let is_port = || own_port(speaker, url).is_none_or(|port| Some(port) == target.port());
    match (place_of(speaker), &target.place) {
        (Place::Host(own, _), Place::Host(host, _)) if speaker.names_place() => {
            own.eq_ignore_ascii_case(host) && is_port()
        }
        (Place::Socket(own), Place::Socket(path)) => own == *path,
        _ => !speaker.names_place() && is_here(target) && is_port(),
    }
}

/// Whether the broker is on this machine.
pub(super) fn is_here(target: &Target) -> bool {
    match &target.place {
        Place::Socket(_) => true,
        Place::Host(host, _) => {
            host.eq_ignore_ascii_case("localhost")
                || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

/// The first speaker with an opinion decides; in a speaker, flags over the URL.
fn is_encrypted(speakers: &[Speaker<'_>], target: &Target) -> bool {
    let opinion = |speaker: &Speaker<'_>| {
        let turns_on = |word: &Word| word.setting.need() == Some(Need::TurnsTlsOn);
        match speaker.switch("tls") {
            Some(false) => Some(false),
            _ if speaker.said().any(turns_on) => Some(true),
            _ => url_about(speaker, target).map(|url| url.scheme.is_encrypted()),
        }
    };
    speakers.iter().find_map(opinion).unwrap_or(false)
}

fn websocket_path(speakers: &[Speaker<'_>], target: &Target) -> Result<Option<String>, Failure> {
    let opinion = |speaker: &Speaker<'_>| {
        let in_url = || url_about(speaker, target).map(|url| url.scheme.is_websocket());
        speaker.switch("ws").or_else(in_url)
    };
    if !speakers.iter().find_map(opinion).unwrap_or(false) {
        return Ok(None);
    }
    let said = speakers.iter().find_map(|speaker| speaker.value("ws-path"));
    let said = said.map(|path| path.to_string_lossy().into_owned());
    let in_url = || speakers.iter().find_map(|speaker| url_about(speaker, target)?.path.clone());
    match said.or_else(in_url).unwrap_or_else(|| WEBSOCKET_PATH.to_owned()) {
        path if websocket::is_path(&path) => Ok(Some(path)),
        path => Err(Failure::usage(format!(
            "--ws-path {path}: a path begins with / and is percent-encoded"
        ))),
    }
}

/// A port that is given by itself counts wherever it stands, but for one below a URL that decides the place.
fn port(
    speakers: &[Speaker<'_>],
    target: &Target,
    by: Option<&Speaker<'_>>,
) -> Result<u16, Failure> {
    let default = target.scheme().default_port().unwrap_or_default();
    for speaker in speakers {
        let decides = by.is_some_and(|by| by.rank == speaker.rank);
        let url = url_about(speaker, target);
        if let Some(word) = speaker.last("port")
            && let Some(text) = word.text()
        {
            let text = text.to_string_lossy();
            return parse_port(&text).map_err(|_| {
                let origin = &word.origin;
                match text.contains('@') {
                    // A URL in the wrong place may hold a password.
                    true => Failure::usage(format!("{origin} is no port from 1 to 65535")),
                    false => Failure::usage(format!("{origin} is no port from 1 to 65535: {text}")),
                }
            });
        }
        match (url.and_then(|url| url.port), url) {
            (Some(port), _) => return Ok(port),
            (None, Some(_)) if decides => return Ok(default),
            (None, _) => {}
        }
    }
    Ok(default)
}

fn with_topics(target: Target, speakers: &[Speaker<'_>]) -> Located {
    let topic = |speaker: &Speaker<'_>| url_about(speaker, &target)?.topic.clone();
    let typed = speakers.iter().find(|speaker| speaker.rank == Rank::Typed);
    let mut others = speakers.iter().filter(|speaker| speaker.rank != Rank::Typed);
    let has_url = typed.is_some_and(|speaker| speaker.url.is_some());
    let default_topic = others.find_map(topic).filter(|_| !has_url);
    Located { url_topic: typed.and_then(topic), default_topic, target }
}

/// Refuses flags that were typed and can have no effect at `target`: they are never dropped. What others say is overruled
/// in silence instead, it was not said about this connection.
fn refuse_without_use(speakers: &[Speaker<'_>], target: &Target) -> Result<(), Failure> {
    let typed = speakers.iter().filter(|speaker| speaker.rank == Rank::Typed);
    let is_socket = matches!(target.place, Place::Socket(_));
    for word in typed.flat_map(Speaker::said) {
        let no_effect =
            |place: &str| Failure::usage(format!("--{} has no effect {place}", word.setting.name));
        return Err(match word.setting.need() {
            Some(_) if is_socket => no_effect("over a Unix socket"),
            Some(Need::TurnsTlsOn) if !target.encrypted => no_effect("with --no-tls"),
            Some(Need::Tls) if !target.encrypted => {
                no_effect("without TLS").hint("--tls turns it on")
            }
            Some(Need::WebSocket) if target.websocket.is_none() => no_effect("without --ws"),
            _ => continue,
        });
    }
    Ok(())
}
