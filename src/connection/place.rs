//! Where the broker is, out of flags, URLs and defaults, and by which way.
//!
//! The strongest speaker that names a place decides it. A URL speaks for its own host only: what it says of port, TLS, path
//! and topic counts if the place is its own; of the user and of a query, if it is meant for this connection, too.

use super::speaker::Speaker;
use super::url::{BrokerUrl, parse_port, parse_proxy};
use crate::exit::Failure;
use crate::settings::{Need, Rank, Word, is_host};
use crate::transport::proxy::Proxy;
use crate::transport::{Place, Target};

/// The path of a WebSocket, by convention.
pub(super) const WEBSOCKET_PATH: &str = "/mqtt";

/// Where a broker is, and whose word that was.
pub(super) struct Located {
    pub(super) target: Target,
    /// The proxy on the way.
    pub(super) proxy: Option<Proxy>,
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
            return Ok(with_topics(target, None, speakers));
        }
    };
    check_host(&name)?;
    let mut target = Target::tcp(name, 0);
    target.encrypted = speakers.iter().find_map(|it| wants_tls(it, &target)).unwrap_or(false);
    // Which path that is, is decided when it is known whose it may be.
    target.websocket = is_websocket(speakers, &target).then(|| WEBSOCKET_PATH.to_owned());
    let port = port(speakers, &target, by)?;
    if let Place::Host(_, number) = &mut target.place {
        *number = port;
    }
    refuse_without_use(speakers, &target)?;
    Ok(with_topics(target, proxy(speakers)?, speakers))
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
pub(super) fn place_of(speaker: &Speaker<'_>) -> Place {
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
pub(super) fn url_about<'a>(speaker: &'a Speaker<'_>, target: &Target) -> Option<&'a BrokerUrl> {
    speaker.url.as_ref().filter(|url| match (&target.place, &url.socket) {
        _ if speaker.rank == Rank::Typed => true,
        (Place::Host(host, _), None) => url.host.eq_ignore_ascii_case(host),
        (Place::Socket(path), Some(socket)) => path == socket,
        _ => false,
    })
}

/// The port that a speaker names: its own, or its URL's, which always has one.
pub(super) fn own_port(speaker: &Speaker<'_>, url: Option<&BrokerUrl>) -> Option<u16> {
    let said = speaker.value("port").and_then(|port| parse_port(port.to_str()?).ok());
    said.or_else(|| url?.port_or_default()).filter(|_| url.is_none_or(|url| url.socket.is_none()))
}

/// What a speaker says of TLS: its flags, or else its URL.
pub(super) fn wants_tls(speaker: &Speaker<'_>, target: &Target) -> Option<bool> {
    let turns_on = |word: &Word| word.setting.need() == Some(Need::TurnsTlsOn);
    match speaker.switch("tls") {
        Some(false) => Some(false),
        _ if speaker.said().any(turns_on) => Some(true),
        _ => url_about(speaker, target).map(|url| url.scheme.is_encrypted()),
    }
}

fn is_websocket(speakers: &[Speaker<'_>], target: &Target) -> bool {
    let opinion = |speaker: &Speaker<'_>| {
        let in_url = || url_about(speaker, target).map(|url| url.scheme.is_websocket());
        speaker.switch("ws").or_else(in_url)
    };
    speakers.iter().find_map(opinion).unwrap_or(false)
}

fn proxy(speakers: &[Speaker<'_>]) -> Result<Option<Proxy>, Failure> {
    let said = speakers.iter().find_map(|speaker| speaker.last("proxy"));
    let Some(text) = said.and_then(Word::text) else { return Ok(None) };
    let proxy = parse_proxy(&text.to_string_lossy());
    proxy.map(Some).map_err(|error| Failure::usage(format!("invalid URL in --proxy: {error}")))
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
                    true => Failure::usage(format!("{origin} is not a port from 1 to 65535")),
                    false => {
                        Failure::usage(format!("{origin} is not a port from 1 to 65535: {text}"))
                    }
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

fn with_topics(target: Target, proxy: Option<Proxy>, speakers: &[Speaker<'_>]) -> Located {
    let topic = |speaker: &Speaker<'_>| url_about(speaker, &target)?.topic.clone();
    let typed = speakers.iter().find(|speaker| speaker.rank == Rank::Typed);
    let mut others = speakers.iter().filter(|speaker| speaker.rank != Rank::Typed);
    let has_url = typed.is_some_and(|speaker| speaker.url.is_some());
    let default_topic = others.find_map(topic).filter(|_| !has_url);
    Located { url_topic: typed.and_then(topic), default_topic, target, proxy }
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
