//! Where the broker is, out of flags, URLs and defaults.
//!
//! The strongest layer that names a place decides it. A URL speaks for its own host only: what it says of port, TLS, path,
//! user and topic counts if the place is its own.

use super::ineffective::refuse_without_use;
use super::layer::{Layer, Layers};
use super::origin::Origin;
use super::url::{BrokerUrl, is_host};
use crate::exit::Failure;
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
pub(super) fn locate(layers: &Layers) -> Result<Located, Failure> {
    let by = layers.all().find(|layer| layer.names_place());
    let place = match by {
        Some(layer) => place_of(layer),
        None => Place::Host("localhost".to_owned(), 0),
    };
    let name = match place {
        Place::Host(name, _) => name,
        Place::Socket(_) => {
            let target = Target { place, encrypted: false, websocket: None };
            refuse_without_use(&layers.typed.args, &target)?;
            return Ok(with_topics(target, layers));
        }
    };
    if !is_host(&name) {
        // A URL in the wrong place may hold a password.
        return Err(match name.contains("://") || name.contains('@') {
            true => Failure::usage("invalid host: a URL is given with --url"),
            false => Failure::usage(format!("invalid host '{name}'")),
        });
    }
    let mut target = Target::tcp(name, 0);
    target.encrypted = is_encrypted(layers, &target);
    target.websocket = websocket_path(layers, &target)?;
    let port = port(layers, &target, by);
    if let Place::Host(_, number) = &mut target.place {
        *number = port;
    }
    refuse_without_use(&layers.typed.args, &target)?;
    Ok(with_topics(target, layers))
}

/// The place that a layer names; its port is decided elsewhere.
fn place_of(layer: &Layer) -> Place {
    let url = layer.url.as_ref();
    if let Some(path) = &layer.args.reach.unix {
        return Place::Socket(path.clone());
    }
    match (&layer.args.basic.host, url) {
        (Some(host), _) => {
            let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
            Place::Host(inner.unwrap_or(host).to_owned(), 0)
        }
        (None, Some(url)) => match &url.socket {
            Some(path) => Place::Socket(path.clone()),
            None => Place::Host(url.host.clone(), 0),
        },
        (None, None) => Place::Host("localhost".to_owned(), 0),
    }
}

/// A layer's URL, if it is about the place at `target`. What was typed together belongs together.
fn url_about<'a>(layer: &'a Layer, target: &Target) -> Option<&'a BrokerUrl> {
    layer.url.as_ref().filter(|url| match (&target.place, &url.socket) {
        _ if layer.origin == Origin::CommandLine => true,
        (Place::Host(host, _), None) => url.host.eq_ignore_ascii_case(host),
        (Place::Socket(path), Some(socket)) => path == socket,
        _ => false,
    })
}

/// Whether a layer has a URL and it is about the place at `target`.
pub(super) fn is_about(layer: &Layer, target: &Target) -> bool {
    url_about(layer, target).is_some()
}

/// Whether a layer's secrets may go to `target`: it names this place, or none and this is here.
pub(super) fn owns(layer: &Layer, target: &Target) -> bool {
    match (place_of(layer), &target.place) {
        (Place::Host(own, _), Place::Host(host, _)) if layer.names_place() => {
            own.eq_ignore_ascii_case(host)
        }
        (Place::Socket(own), Place::Socket(path)) => own == *path,
        _ => !layer.names_place() && is_here(target),
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

/// The first layer with an opinion decides; in a layer, flags over the URL.
fn is_encrypted(layers: &Layers, target: &Target) -> bool {
    let opinion = |layer: &Layer| {
        if layer.args.off.tls_off {
            Some(false)
        } else if layer.args.tls.turn_on().iter().any(|(given, _)| *given) {
            Some(true)
        } else {
            url_about(layer, target).map(|url| url.scheme.is_encrypted())
        }
    };
    layers.all().find_map(opinion).unwrap_or(false)
}

fn websocket_path(layers: &Layers, target: &Target) -> Result<Option<String>, Failure> {
    let opinion = |layer: &Layer| {
        if layer.args.off.ws_off {
            Some(false)
        } else if layer.args.reach.ws {
            Some(true)
        } else {
            url_about(layer, target).map(|url| url.scheme.is_websocket())
        }
    };
    if !layers.all().find_map(opinion).unwrap_or(false) {
        return Ok(None);
    }
    let path = layers.all().find_map(|layer| layer.args.reach.ws_path.as_deref());
    let in_url = || layers.all().find_map(|layer| url_about(layer, target)?.path.as_deref());
    match path.or_else(in_url).unwrap_or(WEBSOCKET_PATH) {
        path if websocket::is_path(path) => Ok(Some(path.to_owned())),
        path => Err(Failure::usage(format!(
            "--ws-path {path}: a path begins with / and is percent-encoded"
        ))),
    }
}

/// A port that is given by itself counts wherever it stands, but for one below a URL that decides the place.
fn port(layers: &Layers, target: &Target, by: Option<&Layer>) -> u16 {
    let default = match (target.encrypted, &target.websocket) {
        (false, None) => 1883,
        (true, None) => 8883,
        (false, Some(_)) => 80,
        (true, Some(_)) => 443,
    };
    for layer in layers.all() {
        let decides = by.is_some_and(|by| std::ptr::eq(by, layer));
        let url = url_about(layer, target);
        let found = layer.args.basic.port.or(url.and_then(|url| url.port));
        match (found, url) {
            (Some(port), _) => return port,
            (None, Some(_)) if decides => return default,
            (None, _) => {}
        }
    }
    default
}

fn with_topics(target: Target, layers: &Layers) -> Located {
    let topic = |layer: &Layer| layer.url.as_ref()?.topic.clone();
    let others = layers.all().skip(1).filter(|layer| is_about(layer, &target));
    let default_topic = others.into_iter().find_map(topic);
    let default_topic = default_topic.filter(|_| layers.typed.url.is_none());
    Located { url_topic: topic(&layers.typed), default_topic, target }
}
