//! A name server (RFC 1035) on loopback, over UDP and TCP, that answers as a test has it: honestly, late, wrongly or
//! not at all. Its codec is its own.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use futures_util::future::{Either, select};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;
const SRV: u16 = 33;

/// A listening name server. Dropping it ends it, and hands a panic on.
pub struct NameServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    close: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A query.
pub struct Asked {
    query: Vec<u8>,
    /// The name in small letters, without the final dot.
    pub name: String,
    kind: u16,
    pub over_tcp: bool,
}

/// A packet to the client.
pub enum Sent {
    Here(Vec<u8>),
    /// From another port.
    Elsewhere(Vec<u8>),
}

/// A record of a zone.
#[derive(Clone)]
pub struct Entry {
    name: String,
    kind: u16,
    data: Vec<u8>,
}

pub fn srv(name: &str, priority: u16, weight: u16, port: u16, host: &str) -> Entry {
    let numbers = [priority, weight, port].map(u16::to_be_bytes).concat();
    Entry { name: name.to_owned(), kind: SRV, data: [numbers, wire(host)].concat() }
}

pub fn a(name: &str, address: Ipv4Addr) -> Entry {
    Entry { name: name.to_owned(), kind: A, data: address.octets().to_vec() }
}

pub fn cname(name: &str, other: &str) -> Entry {
    Entry { name: name.to_owned(), kind: CNAME, data: wire(other) }
}

/// A name as it is in messages; `.` is the root.
pub fn wire(name: &str) -> Vec<u8> {
    let labels = name.split('.').filter(|label| !label.is_empty());
    let mut bytes: Vec<u8> =
        labels.flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
    bytes.push(0);
    bytes
}

impl Asked {
    /// None if the client has sent something else.
    fn read(query: &[u8], over_tcp: bool) -> Option<Self> {
        let mut labels = Vec::new();
        let mut rest = query.get(12..)?;
        loop {
            let (length, after) = rest.split_first()?;
            let (label, after) = after.split_at_checked(usize::from(*length))?;
            rest = after;
            if label.is_empty() {
                break;
            }
            labels.push(String::from_utf8_lossy(label).to_lowercase());
        }
        let kind = u16::from_be_bytes(rest.first_chunk().copied()?);
        Some(Self { query: query.to_vec(), name: labels.join("."), kind, over_tcp })
    }

    /// Whether it asks for SRV records.
    pub fn is_about_services(&self) -> bool {
        self.kind == SRV
    }

    /// Whether it asks for IPv6 addresses.
    pub fn is_about_ipv6(&self) -> bool {
        self.kind == AAAA
    }

    /// A response with these flags in its second byte, and records.
    fn response(&self, flags: u8, entries: &[Entry]) -> Vec<u8> {
        let mut bytes = self.query.clone();
        bytes[2] = 0x81;
        bytes[3] = 0x80 | flags;
        bytes[6..8].copy_from_slice(&(entries.len() as u16).to_be_bytes());
        for Entry { name, kind, data } in entries {
            bytes
                .extend([wire(name), kind.to_be_bytes().to_vec(), vec![0, 1, 0, 0, 0, 0]].concat());
            bytes.extend((data.len() as u16).to_be_bytes());
            bytes.extend(data);
        }
        bytes
    }

    pub fn answer(&self, entries: &[Entry]) -> Vec<u8> {
        self.response(0, entries)
    }

    /// What a server says that knows this zone and nothing else.
    pub fn answer_of(&self, zone: &[Entry]) -> Vec<u8> {
        let of_name: Vec<Entry> =
            zone.iter().filter(|entry| entry.name == self.name).cloned().collect();
        // Aliases are given along with what they lead to.
        if of_name.iter().any(|entry| entry.kind == CNAME) {
            return self.answer(zone);
        }
        let found: Vec<Entry> =
            of_name.iter().filter(|entry| entry.kind == self.kind).cloned().collect();
        if of_name.is_empty() { self.error(3) } else { self.answer(&found) }
    }

    /// An error, such as 2 (SERVFAIL) and 3 (NXDOMAIN).
    pub fn error(&self, code: u8) -> Vec<u8> {
        self.response(code, &[])
    }

    /// The answer is too large for UDP.
    pub fn cut_short(&self) -> Vec<u8> {
        let mut bytes = self.answer(&[]);
        bytes[2] |= 2;
        bytes
    }
}

impl NameServer {
    /// Knows this zone.
    pub fn new(zone: impl Into<Vec<Entry>>) -> Self {
        let zone = zone.into();
        Self::scripted(move |asked| vec![Sent::Here(asked.answer_of(&zone))])
    }

    /// Sends this when it is asked; over TCP, the first packet.
    pub fn scripted(script: impl Fn(&Asked) -> Vec<Sent> + Send + 'static) -> Self {
        let (udp, tcp) = both_on_one_port();
        let address = udp.local_addr().expect("it has an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (close, closed) = oneshot::channel();
        let notes = Arc::clone(&asked);
        let thread = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let serve = pin!(serve(udp, tcp, script, notes));
                select(serve, closed).await;
            });
        });
        Self { address, asked, close: Some(close), thread: Some(thread) }
    }

    /// As `--name-server` takes it.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// What was asked so far, as `SRV name` or, over TCP, `SRV name tcp`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no note panics").clone()
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        // The thread may have panicked.
        let _ = self.close.take().map(|close| close.send(()));
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
            && !thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

/// Sockets of both kinds on the same free port.
fn both_on_one_port() -> (UdpSocket, std::net::TcpListener) {
    loop {
        let tcp = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = tcp.local_addr().expect("it has an address");
        if let Ok(udp) = UdpSocket::bind(address) {
            udp.set_nonblocking(true).expect("a socket can be polled");
            tcp.set_nonblocking(true).expect("a listener can be polled");
            return (udp, tcp);
        }
    }
}

async fn serve(
    udp: UdpSocket,
    tcp: std::net::TcpListener,
    script: impl Fn(&Asked) -> Vec<Sent>,
    notes: Arc<Mutex<Vec<String>>>,
) {
    let udp = tokio::net::UdpSocket::from_std(udp).expect("a socket of this runtime");
    let tcp = TcpListener::from_std(tcp).expect("a listener of this runtime");
    let note = |asked: &Asked| {
        let kind = match asked.kind {
            A => "A",
            AAAA => "AAAA",
            SRV => "SRV",
            _ => "?",
        };
        let how = if asked.over_tcp { " tcp" } else { "" };
        notes.lock().expect("no note panics").push(format!("{kind} {}{how}", asked.name));
    };
    let mut packet = [0; 512];
    loop {
        let event = match select(pin!(udp.recv_from(&mut packet)), pin!(tcp.accept())).await {
            Either::Left((received, _)) => Either::Left(received),
            Either::Right((accepted, _)) => Either::Right(accepted),
        };
        match event {
            Either::Left(received) => {
                // On Windows and Linux, a client that has left is told here, and is no reason to end.
                let Ok((length, client)) = received else { continue };
                let asked = Asked::read(&packet[..length], false).expect("a query");
                note(&asked);
                for sent in script(&asked) {
                    let (socket, bytes) = match sent {
                        Sent::Here(bytes) => (None, bytes),
                        Sent::Elsewhere(bytes) => {
                            (Some(UdpSocket::bind(("127.0.0.1", 0)).expect("a free port")), bytes)
                        }
                    };
                    // The client may have had enough.
                    match socket {
                        Some(other) => drop(other.send_to(&bytes, client)),
                        None => drop(udp.send_to(&bytes, client).await),
                    }
                }
            }
            Either::Right(accepted) => {
                let (mut stream, _) = accepted.expect("a server can accept");
                let Some(asked) = query_over_tcp(&mut stream).await else { continue };
                note(&asked);
                if let Some(Sent::Here(bytes)) = script(&asked).into_iter().next() {
                    let message = [&(bytes.len() as u16).to_be_bytes(), bytes.as_slice()].concat();
                    // The client may have had enough.
                    let _ = stream.write_all(&message).await;
                }
            }
        }
    }
}

async fn query_over_tcp(stream: &mut TcpStream) -> Option<Asked> {
    let mut query = vec![0; stream.read_u16().await.ok()?.into()];
    stream.read_exact(&mut query).await.ok()?;
    Asked::read(&query, true)
}
