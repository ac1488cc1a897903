//! Flags for transports other than plain TCP.

use crate::settings::value::parse_host;
use clap::Args;
use std::path::PathBuf;

/// Unix socket, WebSocket, proxy, local address.
#[derive(Args, Default)]
#[group(skip)]
#[command(next_help_heading = "Network")]
pub struct ReachArgs {
    /// Connect to this Unix socket
    #[arg(long, value_name = "PATH", conflicts_with_all = ["url", "host", "port"])]
    pub unix: Option<PathBuf>,

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
