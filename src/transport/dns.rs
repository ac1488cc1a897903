//! Asks name servers, as a stub resolver (RFC 1035): for SRV records, and for addresses if `--name-server` is given.
//!
//! Somebody on the network who cannot see a query has to guess its random id and port to be believed: packets from
//! other addresses do not reach the connected socket, and those that do not fit the query are ignored.

mod message;
mod servers;

pub(super) use message::Service;

use super::error::DialError;
use crate::random::random;
use futures_util::future::{Either, select};
use message::{MALFORMED, Query, Question, RecordType, Reply};
use servers::Servers;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// Largest packet accepted over UDP, in bytes. Servers send at most 512 if not asked for more (RFC 1035, section 4.2.1).
const LARGEST_PACKET: usize = 4096;

/// How long to wait for IPv6 addresses when those of IPv4 are known. RFC 8305, section 3, recommends less, but there those
/// that come later are used, too.
const V6_DELAY: Duration = Duration::from_millis(500);

/// Whether `name` can be asked for: its labels have 1 to 63 bytes, and all of it at most 255 with their lengths.
pub(super) fn is_name(name: &str) -> bool {
    Question::new(name, RecordType::Service).is_some()
}

/// The SRV records of `name`; none if there is no such name. Asks `servers`, or the system's if there are none.
pub(super) async fn services(
    name: &str,
    servers: &[SocketAddr],
) -> Result<Vec<Service>, DialError> {
    let servers = Servers::new(servers)?;
    ask(name, RecordType::Service, &servers, message::services).await
}

/// The addresses of `host`; none if there is no such name.
pub(super) async fn addresses(
    host: &str,
    servers: &[SocketAddr],
) -> Result<Vec<IpAddr>, DialError> {
    let servers = Servers::new(servers)?;
    let v6 = pin!(ask(host, RecordType::V6, &servers, message::v6_addresses));
    let v4 = pin!(ask(host, RecordType::V4, &servers, message::v4_addresses));
    let both = match select(v6, v4).await {
        Either::Left((v6, v4)) => (v6, v4.await),
        // Some name servers never answer about IPv6.
        Either::Right((Ok(v4), v6)) if !v4.is_empty() => {
            (timeout(V6_DELAY, v6).await.unwrap_or_else(|_| Ok(Vec::new())), Ok(v4))
        }
        Either::Right((v4, v6)) => (v6.await, v4),
    };
    match both {
        (Ok(v6), Ok(v4)) => Ok([v6, v4].concat()),
        // One kind is enough to connect.
        (Ok(found), Err(_)) | (Err(_), Ok(found)) if !found.is_empty() => Ok(found),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// Asks the servers in turn until one answers. A name that does not exist is an answer, too.
async fn ask<T>(
    name: &str,
    kind: RecordType,
    servers: &Servers,
    read: impl Fn(&[u8]) -> Result<Vec<T>, &'static str>,
) -> Result<Vec<T>, DialError> {
    let cannot = |why: &str| DialError::new(format!("cannot look up {name}: {why}"));
    let question = Question::new(name, kind).ok_or_else(|| cannot("it is not a valid name"))?;
    let mut problems = Vec::new();
    for _ in 0..servers.attempts {
        problems.clear();
        for server in &servers.list {
            let asked = timeout(servers.timeout, exchange(*server, &question)).await;
            let answer = asked.unwrap_or_else(|_| Err(DialError::new("no answer")));
            match answer.and_then(|answer| read(&answer).map_err(DialError::new)) {
                Ok(found) => return Ok(found),
                Err(problem) => problems.push(format!("name server {server}: {problem}")),
            }
        }
    }
    Err(cannot(&problems.join("; ")))
}

/// Asks one server, over UDP, and over TCP if the answer is too large for UDP.
async fn exchange(server: SocketAddr, question: &Question) -> Result<Vec<u8>, DialError> {
    let query = question.query(random() as u16);
    match over_udp(server, &query).await? {
        Some(answer) => Ok(answer),
        None => over_tcp(server, &query).await,
    }
}

/// The answer; `None` if it is too large.
async fn over_udp(server: SocketAddr, query: &Query) -> Result<Option<Vec<u8>>, DialError> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    socket.send(query.as_bytes()).await?;
    let mut packet = vec![0; LARGEST_PACKET];
    loop {
        let length = socket.recv(&mut packet).await?;
        match query.reply(&packet[..length]) {
            Reply::Other => {}
            Reply::CutShort => return Ok(None),
            Reply::Answer => {
                packet.truncate(length);
                return Ok(Some(packet));
            }
            Reply::Failure(words) => return Err(DialError::new(words)),
        }
    }
}

/// The answer. Each message follows its length (RFC 1035, section 4.2.2).
async fn over_tcp(server: SocketAddr, query: &Query) -> Result<Vec<u8>, DialError> {
    let mut stream = TcpStream::connect(server).await?;
    let bytes = query.as_bytes();
    let length = (bytes.len() as u16).to_be_bytes();
    stream.write_all(&[&length, bytes].concat()).await?;
    let mut answer = vec![0; stream.read_u16().await.map_err(closed)?.into()];
    stream.read_exact(&mut answer).await.map_err(closed)?;
    match query.reply(&answer) {
        Reply::Answer => Ok(answer),
        Reply::Failure(words) => Err(DialError::new(words)),
        Reply::Other | Reply::CutShort => Err(DialError::new(MALFORMED)),
    }
}

fn closed(error: io::Error) -> DialError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => DialError::new("closed the connection without an answer"),
        _ => error.into(),
    }
}
