//! Flags for how the broker is found and reached.

use crate::settings::value::{parse_host, parse_name_server};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Unix socket, SRV records, name servers, local address, proxy, WebSocket.
#[derive(Args, Default)]
#[group(skip)]
#[command(next_help_heading = "Network")]
pub struct ReachArgs {
    /// Connect to this Unix socket
    #[arg(long, value_name = "PATH", conflicts_with_all = ["url", "host", "port"])]
    pub unix: Option<PathBuf>,

    /// Find the broker by SRV records of the host: _mqtt._tcp.HOST, or with TLS _secure-mqtt._tcp.HOST
    ///
    /// The records give hosts and ports, which are tried in the records' order until one can be reached, so --port is
    /// refused. They are looked up by this machine, even if a proxy is used, and again for every connection. With TLS
    /// the certificate must be for HOST, not for the host that a record names. Not for WebSockets.
    #[arg(short = 'S', long)]
    pub srv: bool,

    /// Ask this name server instead of the system's: ADDRESS[:PORT]; can be repeated [default port: 53]
    ///
    /// Several are asked in turn until one answers.
    #[arg(long, value_name = "ADDRESS", value_parser = parse_name_server)]
    pub name_server: Vec<SocketAddr>,

    /// Connect from this local address or host name
    #[arg(short = 'A', long, value_name = "ADDRESS", value_parser = parse_host)]
    pub bind: Option<String>,

    /// Connect through a proxy: socks5://, socks5h://, http:// or https://[USER:PASSWORD@]HOST[:PORT]
    ///
    /// With `socks5h` the proxy resolves the broker's name, with `socks5` this machine does. `http` and `https` need a
    /// proxy that supports CONNECT; with `https` the connection to the proxy uses TLS, whatever the broker's uses. The
    /// default port is 1080, 8080 for `http`, or 443 for `https`.
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,

    /// Trusted CA certificates (PEM) for an https:// proxy, instead of the system's
    ///
    /// The proxy's certificate is always verified: --ca, --insecure and the other TLS flags apply to the broker only.
    #[arg(long, value_name = "FILE")]
    pub proxy_ca: Option<PathBuf>,

    /// Use MQTT over WebSocket
    #[arg(long)]
    pub ws: bool,

    /// Request this WebSocket path [default: /mqtt]
    #[arg(long, value_name = "PATH")]
    pub ws_path: Option<String>,

    /// Add this HTTP header to the WebSocket request; can be repeated
    #[arg(long, value_name = "NAME: VALUE")]
    pub ws_header: Vec<String>,
}
