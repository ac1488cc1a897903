//! Flags that were typed and can have no effect where the connection goes: they are refused, never dropped.
//!
//! What a profile says is overruled in silence instead: it was not said about this connection.

use super::args::ConnectionArgs;
use crate::exit::Failure;
use crate::transport::{Place, Target};

/// Flags, and whether each was given.
type Given<'a> = &'a [(bool, &'static str)];

/// Refuses what cannot have an effect at `target`.
pub(super) fn refuse_without_use(typed: &ConnectionArgs, target: &Target) -> Result<(), Failure> {
    let (tls, reach) = (&typed.tls, &typed.reach);
    let of_tls = [
        (tls.tls_server_name.is_some(), "--tls-server-name"),
        (!tls.tls_alpn.is_empty(), "--tls-alpn"),
        (tls.tls_version.is_some(), "--tls-version"),
        (tls.insecure, "--insecure"),
        (tls.tls_keylog.is_some(), "--tls-keylog"),
    ];
    let of_websocket =
        [(reach.ws_path.is_some(), "--ws-path"), (!reach.ws_header.is_empty(), "--ws-header")];
    if let Place::Socket(_) = target.place {
        let of_network = [
            (typed.basic.port.is_some(), "--port"),
            (reach.bind.is_some(), "--bind"),
            (reach.proxy.is_some(), "--proxy"),
            (reach.ws, "--ws"),
        ];
        let all = [&of_network[..], &of_websocket, &tls.turn_on(), &of_tls].concat();
        return refuse(&all, "over a Unix socket");
    }
    if !target.encrypted {
        refuse(&tls.turn_on(), "with --no-tls")?;
        refuse(&of_tls, "without TLS").map_err(|failure| failure.hint("--tls turns it on"))?;
    }
    match target.websocket {
        None => refuse(&of_websocket, "without --ws"),
        Some(_) => Ok(()),
    }
}

fn refuse(flags: Given<'_>, place: &str) -> Result<(), Failure> {
    match flags.iter().find(|(given, _)| *given) {
        Some((_, flag)) => Err(Failure::usage(format!("{flag} has no effect {place}"))),
        None => Ok(()),
    }
}
