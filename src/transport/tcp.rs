//! TCP: name lookup, and the first address that answers.

use super::prompt::Prompt;
use super::{DialError, Target};
use std::io;
use std::net::{IpAddr, SocketAddr};
use tokio::net::{TcpStream, lookup_host};

/// Connects to the first of the host's addresses that accepts.
pub(super) async fn connect(target: &Target) -> Result<Prompt, DialError> {
    let mut failure = None;
    for address in addresses(target).await? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Packets are gathered before they are written, so nothing is gained by waiting.
                stream.set_nodelay(true).map_err(DialError::Connect)?;
                return Ok(Prompt(stream));
            }
            Err(error) => failure = Some(error),
        }
    }
    Err(match failure {
        Some(error) => DialError::Connect(error),
        None => DialError::Lookup(io::Error::new(io::ErrorKind::NotFound, "no address")),
    })
}

/// An address literal needs no resolver, nor the thread it runs on.
async fn addresses(target: &Target) -> Result<Vec<SocketAddr>, DialError> {
    if let Ok(address) = target.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, target.port)]);
    }
    let found = lookup_host((target.host.as_str(), target.port)).await;
    found.map(Iterator::collect).map_err(DialError::Lookup)
}
