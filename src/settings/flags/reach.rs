//! Other ways to the broker than plain TCP.

use crate::settings::value::parse_host;
use clap::Args;
use std::path::PathBuf;

/// Unix socket, WebSocket, proxy, local address.
#[derive(Args, Default)]
#[group(skip)]
#[command(next_help_heading = "Way to the broker")]
pub struct ReachArgs {
    /// Connect to this Unix socket
    #[arg(long, value_name = "PATH", conflicts_with_all = ["url", "host", "port"])]
    pub unix: Option<PathBuf>,

    /// Connect from this local address, or from that of this name
    #[arg(short = 'A', long, value_name = "ADDRESS", value_parser = parse_host)]
    pub bind: Option<String>,

    /// Connect through a proxy: socks5://, socks5h:// or http://[USER:PASSWORD@]HOST[:PORT]
    ///
    /// With `socks5h` the proxy looks the broker's name up, with `socks5` this machine does. `http` is a proxy that
    /// understands CONNECT. The default port is 1080, for `http` 8080.
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,

    /// Speak MQTT over WebSocket
    #[arg(long)]
    pub ws: bool,

    /// Ask for the WebSocket at this path [default: /mqtt]
    #[arg(long, value_name = "PATH")]
    pub ws_path: Option<String>,

    /// Send this HTTP header with the WebSocket request; can be repeated
    #[arg(long, value_name = "NAME: VALUE")]
    pub ws_header: Vec<String>,
}
