//! TCP: name lookup, and a race between the addresses found (RFC 8305).

use super::dns;
use super::error::DialError;
use super::race::race;
use super::stages::{Finding, Stage, Stages};
use crate::os_error;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream, lookup_host};

/// How long to wait for an address before trying the next one in parallel (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// What to use of the network.
#[derive(Debug, Default)]
pub struct Network {
    /// The local address or name to connect from.
    pub bind: Option<String>,
    /// The name servers to ask; none means those of the system, in the system's way.
    pub name_servers: Vec<SocketAddr>,
}

/// Connects to whichever address of the host answers first.
pub(super) async fn connect(
    host: &str,
    port: u16,
    network: &Network,
    stages: &Stages,
) -> Result<TcpStream, DialError> {
    let bind = network.bind.as_deref();
    let found = look_up(host, port, &network.name_servers, stages).await?;
    stages.set(Stage::Tcp);
    let local = match bind {
        Some(name) => Some(addresses(name, 0, &[]).await.map_err(|error| {
            DialError::new(format!("cannot use the local address {name}: {error}"))
        })?),
        None => None,
    };
    let from = |to: &SocketAddr| match &local {
        None => Some(None),
        Some(all) => all.iter().find(|from| from.is_ipv4() == to.is_ipv4()).copied().map(Some),
    };
    let reachable: Vec<SocketAddr> =
        found.iter().filter(|address| from(address).is_some()).copied().collect();
    let dial = |to: SocketAddr| attempt(to, from(&to).flatten());
    let stream = match (reachable.as_slice(), bind, &local) {
        ([], Some(bind), Some(local)) if !found.is_empty() => {
            let is_v4 = local.iter().any(SocketAddr::is_ipv4);
            let family = if is_v4 { "IPv4" } else { "IPv6" };
            return Err(DialError::new(format!(
                "{host} has no {family} address, but {bind} is one"
            )));
        }
        ([], ..) => return Err(DialError::new(format!("unknown host {host}: no address"))),
        ([address], ..) => dial(*address).await.map_err(|error| explained(error, address))?,
        _ => race(alternating(reachable), STAGGER, dial).await.map_err(most_telling)?,
    };
    // Packets are gathered before they are written, so waiting gains nothing.
    stream.set_nodelay(true)?;
    if let Ok(peer) = stream.peer_addr() {
        stages.note(Finding::Peer(peer));
    }
    Ok(stream)
}

/// Adds a hint for link-local addresses, which need an interface.
fn explained(error: io::Error, address: &SocketAddr) -> DialError {
    let error = DialError::from(error);
    match address {
        SocketAddr::V6(v6) if v6.ip().is_unicast_link_local() && v6.scope_id() == 0 => {
            let ip = v6.ip();
            error.hint(format!("a link-local address needs its interface, as in {ip}%eth0"))
        }
        _ => error,
    }
}

/// Looks up the host to connect to. For an address, this is not a stage.
pub(super) async fn look_up(
    host: &str,
    port: u16,
    name_servers: &[SocketAddr],
    stages: &Stages,
) -> Result<Vec<SocketAddr>, DialError> {
    if host.parse::<IpAddr>().is_ok() {
        return addresses(host, port, name_servers).await;
    }
    stages.set(Stage::Name);
    let found = addresses(host, port, name_servers).await?;
    stages.note(Finding::Addresses(host.to_owned(), found.clone()));
    Ok(found)
}

/// Looks up a name. Addresses need no resolver and no thread for it, nor does `localhost`, which can only be this
/// machine (RFC 6761, section 6.3).
async fn addresses(
    host: &str,
    port: u16,
    name_servers: &[SocketAddr],
) -> Result<Vec<SocketAddr>, DialError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    if host.eq_ignore_ascii_case("localhost") {
        let both = [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)];
        return Ok(both.map(|address| SocketAddr::new(address, port)).into());
    }
    // An address with the name of an interface is for the system to understand.
    if !name_servers.is_empty() && !host.contains('%') {
        // Boxed, because it is rare and large.
        let found = Box::pin(dns::addresses(host, name_servers)).await?;
        return match found.is_empty() {
            true => Err(DialError::new(format!("unknown host {host}"))),
            false => Ok(found.into_iter().map(|address| (address, port).into()).collect()),
        };
    }
    match lookup_host((host, port)).await {
        Ok(found) => Ok(found.collect()),
        Err(error) => {
            let text = os_error::plain(&error);
            let cause = text.trim_start_matches("failed to lookup address information: ");
            Err(DialError::new(match cause {
                "Name or service not known" | "No address associated with hostname" => {
                    format!("unknown host {host}")
                }
                other => format!("cannot look up {host}: {other}"),
            }))
        }
    }
}

/// Alternates IPv6 and IPv4, otherwise in the system's order, so that a broken family costs only one delay.
fn alternating(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut order = Vec::new();
    loop {
        match (first.next(), second.next()) {
            (None, None) => return order,
            (one, other) => order.extend(one.into_iter().chain(other)),
        }
    }
}

async fn attempt(address: SocketAddr, from: Option<SocketAddr>) -> io::Result<TcpStream> {
    let Some(from) = from else { return TcpStream::connect(address).await };
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind(from).map_err(|error| {
        let (cause, from) = (os_error::plain(&error), from.ip());
        io::Error::new(error.kind(), format!("cannot use the local address {from}: {cause}"))
    })?;
    socket.connect(address).await
}

/// The most informative failure, or else the earliest: a missing address family says the least, and a refused connection
/// less than other errors.
fn most_telling(failures: Vec<io::Error>) -> io::Error {
    use io::ErrorKind::{AddrNotAvailable, ConnectionRefused, NetworkUnreachable, Unsupported};
    let silence = |error: &io::Error| match error.kind() {
        AddrNotAvailable | NetworkUnreachable | Unsupported => 2,
        ConnectionRefused => 1,
        _ => 0,
    };
    failures.into_iter().min_by_key(silence).unwrap_or(io::ErrorKind::NotFound.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn the_families_take_turns_in_the_order_of_the_system() {
        let found = parsed(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "1.1.1.2:1"]);
        let order = parsed(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "1.1.1.2:1", "[::3]:1"]);
        assert_eq!(alternating(found), order);
    }

    #[test]
    fn a_missing_family_does_not_hide_why_the_other_failed() {
        let kind = |first: io::ErrorKind, second: io::ErrorKind| {
            most_telling(vec![first.into(), second.into()]).kind()
        };
        use io::ErrorKind::{ConnectionRefused, ConnectionReset, NetworkUnreachable, TimedOut};
        assert_eq!(kind(NetworkUnreachable, ConnectionRefused), ConnectionRefused);
        assert_eq!(kind(ConnectionRefused, NetworkUnreachable), ConnectionRefused);
        assert_eq!(kind(ConnectionRefused, ConnectionReset), ConnectionReset);
        assert_eq!(kind(TimedOut, ConnectionReset), TimedOut);
    }
}
