//! TCP: name lookup, and a race between the addresses found (RFC 8305).

use super::error::DialError;
use crate::os_error;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;

/// How long to wait for an address before trying the next one in parallel (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// Connects to whichever address of the host answers first, from the local address or name `bind`.
pub(super) async fn connect(
    host: &str,
    port: u16,
    bind: Option<&str>,
) -> Result<TcpStream, DialError> {
    let found = addresses(host, port).await?;
    let local = match bind {
        Some(name) => Some(addresses(name, 0).await.map_err(|error| {
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
        _ => race(alternating(reachable), dial).await?,
    };
    // Packets are gathered before they are written, so waiting gains nothing.
    stream.set_nodelay(true)?;
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

/// Looks up a name. Addresses need no resolver and no thread for it, nor does `localhost`, which can only be this
/// machine (RFC 6761, section 6.3).
pub(super) async fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, DialError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    if host.eq_ignore_ascii_case("localhost") {
        let both = [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)];
        return Ok(both.map(|address| SocketAddr::new(address, port)).into());
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

/// The first connection that succeeds. Each attempt starts when the one before has failed, or has taken a while.
async fn race<A: Future<Output = io::Result<TcpStream>>>(
    order: Vec<SocketAddr>,
    attempt: impl Fn(SocketAddr) -> A,
) -> io::Result<TcpStream> {
    let mut waiting = order.into_iter();
    let mut attempts = FuturesUnordered::new();
    let mut failure: Option<io::Error> = None;
    loop {
        let next = waiting.next();
        let is_last = next.is_none();
        attempts.extend(next.map(&attempt));
        let outcome = if is_last {
            attempts.next().await
        } else {
            match timeout(STAGGER, attempts.next()).await {
                Ok(outcome) => outcome,
                Err(_) => continue,
            }
        };
        match outcome {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) => failure = Some(more_telling(failure, error)),
            None if is_last => return Err(failure.unwrap_or(io::ErrorKind::NotFound.into())),
            None => {}
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

/// The more informative of two failures, or else the earlier: a missing address family says the least, and a refused
/// connection less than other errors.
fn more_telling(earlier: Option<io::Error>, later: io::Error) -> io::Error {
    use io::ErrorKind::{AddrNotAvailable, ConnectionRefused, NetworkUnreachable, Unsupported};
    let weight = |error: &io::Error| match error.kind() {
        AddrNotAvailable | NetworkUnreachable | Unsupported => 0,
        ConnectionRefused => 1,
        _ => 2,
    };
    match earlier {
        Some(earlier) if weight(&earlier) >= weight(&later) => earlier,
        _ => later,
    }
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
            more_telling(Some(first.into()), second.into()).kind()
        };
        use io::ErrorKind::{ConnectionRefused, ConnectionReset, NetworkUnreachable, TimedOut};
        assert_eq!(kind(NetworkUnreachable, ConnectionRefused), ConnectionRefused);
        assert_eq!(kind(ConnectionRefused, NetworkUnreachable), ConnectionRefused);
        assert_eq!(kind(ConnectionRefused, ConnectionReset), ConnectionReset);
        assert_eq!(kind(TimedOut, ConnectionReset), TimedOut);
    }
}
