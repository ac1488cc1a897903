//! Finds the broker's address and the proxy from flags, URLs and defaults.
//!
//! The strongest speaker that names a broker decides. A URL applies to its own host only: its port, TLS, path and topic
//! count if the address is its own; its user and query only if they are meant for this connection, too.

use super::speaker::{Speaker, check_text};
use super::url::{BrokerUrl, UrlTopics, parse_port, parse_proxy};
use crate::exit::Failure;
use crate::settings::{Need, Rank, Said, Word, is_host};
use crate::transport::proxy::Proxy;
use crate::transport::{Place, Target, srv};
use std::net::IpAddr;
use std::path::Path;

/// The conventional path for MQTT over WebSocket.
pub(super) const WEBSOCKET_PATH: &str = "/mqtt";

/// The broker's address, and where it came from.
pub(super) struct Located {
    pub(super) target: Target,
    /// The proxy to use.
    pub(super) proxy: Option<Proxy>,
    pub(super) url_topics: UrlTopics,
}

/// Finds the broker's address.
pub(super) fn locate(speakers: &[Speaker<'_>]) -> Result<Located, Failure> {
    let by = speakers.iter().find(|speaker| speaker.names_place());
    // Hosts that were typed or are in a file must be valid even if they are overridden; a variable may be for something
    // else.
    for speaker in speakers {
        let decides =
            by.is_some_and(|by| by.rank == speaker.rank && speaker.value("host").is_none());
        if speaker.rank != Rank::Environment || decides {
            speaker.check()?;
        }
    }
    let place = by.map_or_else(here, place_of);
    let checked = match &place {
        Place::Host(name, _) | Place::Service(name) => check_host(name),
        Place::Socket(path) => check_socket(path),
    };
    let word = by.and_then(|by| ["unix", "host", "url"].into_iter().find_map(|it| by.last(it)));
    word.filter(|word| !word.is("unix")).map_or(Ok(()), check_text)?;
    checked.map_err(|failure| match word {
        Some(word) => Failure { message: word.origin.locate(&failure.message), ..failure },
        None => failure,
    })?;
    let name = match place {
        Place::Host(name, _) | Place::Service(name) => name,
        Place::Socket(_) => {
            let target = Target { place, encrypted: false, websocket: None };
            refuse_without_use(speakers, &target, None)?;
            return Ok(with_topics(target, None, speakers));
        }
    };
    let mut target = Target::tcp(name, 0);
    target.encrypted = speakers.iter().find_map(|it| wants_tls(it, &target)).unwrap_or(false);
    // The path is chosen once the owner of each is known.
    target.websocket = is_websocket(speakers, &target).then(|| WEBSOCKET_PATH.to_owned());
    let port = port(speakers, &target, by)?;
    let is_service = is_service(speakers, &target)?;
    target.place = match target.place {
        Place::Host(name, _) if is_service => Place::Service(name),
        Place::Host(name, _) => Place::Host(name, port),
        place => place,
    };
    let proxy = proxy(speakers)?;
    refuse_without_use(speakers, &target, proxy.as_ref())?;
    Ok(with_topics(target, proxy, speakers))
}

/// Refuses an invalid host, with a hint about what was probably meant.
fn check_host(name: &str) -> Result<(), Failure> {
    // A URL given as the host may hold a password.
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

/// Refuses a path that the system accepts for no socket.
fn check_socket(path: &Path) -> Result<(), Failure> {
    #[cfg(unix)]
    if std::os::unix::net::SocketAddr::from_pathname(path).is_err() {
        let length = path.as_os_str().len();
        let message = match path.as_os_str().as_encoded_bytes().contains(&0) {
            true => "the path of the Unix socket contains a NUL character".to_owned(),
            false => format!("the path of the Unix socket is too long: it has {length} bytes"),
        };
        return Err(Failure::usage(message));
    }
    Ok(())
}

fn here() -> Place {
    Place::Host("localhost".to_owned(), 0)
}

/// The address that a speaker names; the port is chosen elsewhere.
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

/// A speaker's URL, if it is for the host or socket of `target`. Settings typed together belong together.
pub(super) fn url_about<'a>(speaker: &'a Speaker<'_>, target: &Target) -> Option<&'a BrokerUrl> {
    speaker.url.as_ref().filter(|url| match (&target.place, &url.socket) {
        _ if speaker.rank == Rank::Typed => true,
        (Place::Host(host, _) | Place::Service(host), None) => url.host.eq_ignore_ascii_case(host),
        (Place::Socket(path), Some(socket)) => path == socket,
        _ => false,
    })
}

/// A speaker's own port, or that of its URL, which always has one.
pub(super) fn own_port(speaker: &Speaker<'_>, url: Option<&BrokerUrl>) -> Option<u16> {
    let said = speaker.value("port").and_then(|port| parse_port(port.to_str()?).ok());
    said.or_else(|| url?.port_or_default()).filter(|_| url.is_none_or(|url| url.socket.is_none()))
}

/// Whether a speaker names a port, by its flag or in its URL.
pub(super) fn has_port(speaker: &Speaker<'_>, url: Option<&BrokerUrl>) -> bool {
    let is_socket = url.is_some_and(|url| url.socket.is_some());
    let in_url = url.is_some_and(|url| url.port.is_some());
    !is_socket && (speaker.value("port").is_some() || in_url)
}

/// Whether SRV records tell where the broker is. The strongest speaker decides that asks for them or names a port; one
/// with another broker of its own has no say.
fn is_service(speakers: &[Speaker<'_>], target: &Target) -> Result<bool, Failure> {
    for speaker in speakers {
        let is_about = speaker.rank == Rank::Typed
            || !speaker.names_place()
            || matches!(place_of(speaker), Place::Host(own, _)
                if target.host().is_some_and(|host| host.eq_ignore_ascii_case(&own)));
        if !is_about {
            continue;
        }
        let has_port = has_port(speaker, url_about(speaker, target));
        let word = match speaker.last("srv") {
            Some(word) if word.said != Said::Off => word,
            Some(_) => return Ok(false),
            None if has_port => return Ok(false),
            None => continue,
        };
        let obstacle = match target.host().unwrap_or_default() {
            _ if has_port => "a port cannot be given: the SRV records name it",
            host if !is_looked_up(host) => "the host must be a name with SRV records",
            _ if target.websocket.is_some() => "the records are of brokers without WebSocket",
            host if !srv::is_domain(host, target.encrypted) => "the host is not a valid name",
            _ => return Ok(true),
        };
        return match speaker.rank {
            Rank::Environment | Rank::Profile if !has_port => Ok(false),
            _ => Err(Failure::usage(word.origin.locate(format_args!("--srv: {obstacle}")))),
        };
    }
    Ok(false)
}

/// Whether a host is a name that has to be looked up.
fn is_looked_up(host: &str) -> bool {
    !host.eq_ignore_ascii_case("localhost") && host.parse::<IpAddr>().is_err()
}

/// Whether there is a name that this machine looks up to reach `target`.
fn looks_up(target: &Target, proxy: Option<&Proxy>) -> bool {
    let is_here = proxy.is_none_or(|proxy| !proxy.looks_up());
    let of_target = match &target.place {
        Place::Host(host, _) => is_here && is_looked_up(host),
        Place::Service(_) => true,
        Place::Socket(_) => false,
    };
    of_target || proxy.is_some_and(|proxy| is_looked_up(&proxy.host))
}

/// Whether a speaker asks for TLS, by its flags or else by its URL.
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
    said.map_or(Ok(()), check_text)?;
    let proxy = parse_proxy(&text.to_string_lossy());
    proxy.map(Some).map_err(|error| {
        let message = format!("invalid URL in --proxy: {error}");
        Failure::usage(said.map_or(message.clone(), |word| word.origin.locate(&message)))
    })
}

/// The port. An explicit port wins, unless a stronger speaker's URL chose the broker.
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
                    // A URL given as the port may hold a password.
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
    let default = others.find_map(topic).filter(|_| !has_url);
    let url_topics = UrlTopics { typed: typed.and_then(topic), default };
    Located { target, proxy, url_topics }
}

/// Refuses typed flags that have no effect at `target`: typed flags are never ignored. Settings from other sources are
/// ignored silently, because they were not meant for this connection.
fn refuse_without_use(
    speakers: &[Speaker<'_>],
    target: &Target,
    proxy: Option<&Proxy>,
) -> Result<(), Failure> {
    let typed = speakers.iter().filter(|speaker| speaker.rank == Rank::Typed);
    let is_socket = matches!(target.place, Place::Socket(_));
    for word in typed.flat_map(Speaker::said) {
        let no_effect = |place: &str| {
            let message = format_args!("--{} has no effect {place}", word.setting.name);
            Failure::usage(word.origin.locate(message))
        };
        return Err(match word.setting.need() {
            Some(_) if is_socket => no_effect("over a Unix socket"),
            Some(Need::TurnsTlsOn) if !target.encrypted => no_effect("with --no-tls"),
            Some(Need::Tls) if !target.encrypted => {
                no_effect("without TLS").hint("--tls turns it on")
            }
            Some(Need::WebSocket) if target.websocket.is_none() => no_effect("without --ws"),
            Some(Need::EncryptedProxy) if !proxy.is_some_and(Proxy::is_encrypted) => {
                no_effect("without an https:// proxy")
            }
            Some(Need::Lookup) if !looks_up(target, proxy) => {
                no_effect("without a name to look up")
            }
            _ => continue,
        });
    }
    Ok(())
}
