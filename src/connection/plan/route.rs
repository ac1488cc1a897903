//! The route to the broker: local address, proxy, TLS and HTTP headers.

use crate::connection::blame::Blame;
use crate::connection::secret::{read_file, warn_if_open_to_others};
use crate::exit::Failure;
use crate::settings::ConnectionArgs;
use crate::settings::flags::{ReachArgs, TlsArgs};
use crate::transport::proxy::Proxy;
use crate::transport::tls::{Client, Identity, Server, Settings, Trust, Unusable};
use crate::transport::{Network, Route, Target, websocket, without_interface};
use crate::ui::Ui;
use std::fs::File;

/// Reads the TLS files and assembles the route. Flags without effect at `target` have been refused or overridden
/// before.
pub(super) fn resolve_route(
    args: &ConnectionArgs,
    target: &Target,
    proxy: Option<Proxy>,
    blame: Blame<'_>,
    ui: Ui,
) -> Result<Route, Failure> {
    let Some(host) = target.host() else { return Ok(Route::default()) };
    let mut headers = websocket::Headers::default();
    if target.websocket.is_some() {
        for text in &args.reach.ws_header {
            headers.add(text).map_err(|error| {
                let message = format!("--ws-header: {error}");
                blame.fault_in_value("ws-header", text, message)
            })?;
        }
    }
    let tls = target.encrypted.then(|| resolve_tls(&args.tls, host, blame, ui)).transpose()?;
    let proxy = proxy.map(|proxy| resolve_proxy(proxy, &args.reach, blame)).transpose()?;
    let network =
        Network { bind: args.reach.bind.clone(), name_servers: args.reach.name_server.clone() };
    Ok(Route { network, proxy, tls, headers })
}

/// Prepares the TLS of an `https://` proxy.
#[inline(never)]
fn resolve_proxy(proxy: Proxy, args: &ReachArgs, blame: Blame<'_>) -> Result<Proxy, Failure> {
    if !proxy.is_encrypted() {
        return Ok(proxy);
    }
    let trust = match args.proxy_ca.as_deref() {
        None => Trust::System,
        file => Trust::Authorities { file, directory: None },
    };
    let client = Client::new(Settings {
        server: Server::Proxy,
        name: without_interface(&proxy.host),
        trust,
        revoked: None,
        pins: None,
        identity: None,
        version: None,
        ciphers: None,
        alpn: &[],
        keylog: None,
    });
    let client = client.map_err(|unusable| failure_of(unusable, &["proxy-ca"], blame))?;
    Ok(Proxy { tls: Some(client), ..proxy })
}

/// The settings that an error of the TLS client may be about.
const FILES: [&str; 7] = ["ca", "capath", "cert", "key", "crl", "tls-keylog", "tls-server-name"];

#[inline(never)]
fn resolve_tls(args: &TlsArgs, host: &str, blame: Blame<'_>, ui: Ui) -> Result<Client, Failure> {
    let (file, directory) = (args.ca.as_deref(), args.capath.as_deref());
    let trust = match (args.insecure, file, directory) {
        (true, ..) => {
            let warning = match args.pin {
                None => "--insecure: anyone on the network path can impersonate the broker",
                Some(_) => "--insecure: only --pin identifies the broker",
            };
            ui.warn(&blame.warning("insecure", warning));
            Trust::Anyone
        }
        (false, None, None) => Trust::System,
        (false, file, directory) => Trust::Authorities { file, directory },
    };
    if args.tls_keylog.is_some() {
        let warning = "--tls-keylog: whoever reads the file can decrypt this connection";
        ui.warn(&blame.warning("tls-keylog", warning));
    }
    let client = Client::new(Settings {
        server: Server::Broker,
        name: args.tls_server_name.as_deref().unwrap_or(without_interface(host)),
        trust,
        revoked: args.crl.as_deref(),
        pins: args.pin.clone(),
        identity: resolve_identity(args, blame, ui)?,
        version: args.tls_version.map(Into::into),
        ciphers: args.tls_ciphers.as_ref(),
        alpn: &args.tls_alpn,
        keylog: args.tls_keylog.as_deref(),
    });
    client.map_err(|unusable| failure_of(unusable, &FILES, blame))
}

fn failure_of(unusable: Unusable, settings: &[&str], blame: Blame<'_>) -> Failure {
    let failure = blame.on_quoted(settings, Failure::usage(unusable.message));
    match unusable.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn resolve_identity<'a>(
    args: &'a TlsArgs,
    blame: Blame<'_>,
    ui: Ui,
) -> Result<Option<Identity<'a>>, Failure> {
    let Some(certificate) = args.cert.as_deref() else {
        let flag = match (&args.key, &args.key_password_file) {
            (None, None) => return Ok(None),
            (Some(_), _) => "key",
            (None, Some(_)) => "key-password-file",
        };
        return Err(blame.fault(flag, format!("--{flag} has no effect without --cert")));
    };
    let key = args.key.as_deref();
    // If the key cannot be opened, reading it reports the error.
    if let Ok(file) = File::open(key.unwrap_or(certificate)) {
        warn_if_open_to_others(key.unwrap_or(certificate), &file, ui);
    }
    let password = args.key_password_file.as_deref();
    let password = password.map(|path| read_file("key's password file", path, ui)).transpose();
    let password = password.map_err(blame.on("key-password-file"))?;
    Ok(Some(Identity { certificate, key, password }))
}
