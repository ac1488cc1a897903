//! The fast peer: a thread with a loopback listener that plays the broker for one connection.
//!
//! It must never be what is measured: see `self_check.rs`. Knows nothing of the programs that connect to it.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::flow::{self, Link, Parting, Progress, Wish};
use crate::pace;
use crate::stream::{Door, Stream};
use crate::wire::{self, Connect, Version};
use crate::workload::{Checker, Flood, Lines};
use anyhow::{Context, Error, Result};

/// What the peer does once the client is connected.
pub enum Role {
    /// Takes what is published and checks it.
    Collect { lines: Arc<Lines>, topic: &'static str, qos: u8 },
    /// Waits for a subscription, then sends.
    Flood(Arc<Flood>, Close),
    /// Waits for a subscription, then sends what is at QoS 0: at once, or the first message, and when told to go on the
    /// others, so many a second. The last one waits until told to go on.
    Meter(Arc<Flood>, Option<u32>),
    /// Reads nothing more.
    Stall,
}

/// Who closes the connection when everything was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    Ours,
    Theirs,
}

/// What the peer saw.
pub struct Report {
    /// Messages that arrived right (collect), or that were taken by the client (flood).
    pub delivered: usize,
    pub parting: Parting,
    /// Processor time of the peer's thread, which lives for one connection; where the system tells.
    pub busy: Option<Duration>,
}

/// A running peer. Drop it or `finish` it after the client is gone.
pub struct Peer {
    pub port: u16,
    thread: JoinHandle<Result<Report>>,
    ready: Receiver<()>,
    release: Sender<()>,
    failed: Arc<AtomicBool>,
}

impl Peer {
    pub fn start(role: Role, version: Version) -> Result<Self> {
        Self::behind(Door::Tcp, role, version)
    }

    pub fn behind(door: Door, role: Role, version: Version) -> Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on 127.0.0.1")?;
        let port = listener.local_addr().context("cannot see the port")?.port();
        let (ready_sender, ready) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let failed = Arc::new(AtomicBool::new(false));
        let fail = Arc::clone(&failed);
        let thread = thread::Builder::new()
            .name("peer".into())
            .spawn(move || {
                let (stream, _) = listener.accept().context("cannot accept")?;
                let report = door
                    .open(stream)
                    .and_then(|stream| serve(stream, &role, version, &ready_sender, &released));
                fail.store(report.is_err(), Ordering::Relaxed);
                report
            })
            .context("cannot start a thread")?;
        Ok(Self { port, thread, ready, release, failed })
    }

    /// Waits until the client is connected (and subscribed, for a flood).
    pub fn wait_ready(&self, limit: Duration) -> Result<()> {
        self.ready.recv_timeout(limit).context("the client did not get as far as its work")
    }

    /// Tells a peer that waits for it to go on. That it is dropped tells it to leave.
    pub fn release(&self) -> Sender<()> {
        self.release.clone()
    }

    /// Turns true when the peer gave up on the client, which may go on trying to reach it.
    pub fn failed(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.failed)
    }

    /// What the peer saw. Call it when the client is gone: this waits for the end of its connection.
    pub fn finish(self) -> Result<Report> {
        drop(self.release);
        // Wakes a peer whose client never came. Otherwise nobody accepts it.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
        self.thread.join().unwrap_or_else(|_| Err(Error::msg("the peer panicked")))
    }
}

fn serve(
    stream: Stream,
    role: &Role,
    expected: Version,
    ready: &Sender<()>,
    released: &Receiver<()>,
) -> Result<Report> {
    let mut link = Link::new(stream);
    let connect = accept_connect(&mut link)?;
    if connect.version != expected {
        return Err(Error::msg(format!(
            "the client speaks {:?}, not {expected:?}",
            connect.version
        )));
    }
    // Nobody waits for readiness where only the end counts.
    let announce = || {
        let _ = ready.send(());
    };
    let mut report = match role {
        Role::Collect { lines, topic, qos } => {
            announce();
            collect(&mut link, expected, lines, topic, *qos)?
        }
        Role::Flood(flood, close) => {
            accept_subscription(&mut link, expected)?;
            announce();
            let mut progress = flow::send(&mut link, flood, connect.receive_maximum)?;
            if *close == Close::Ours {
                link.stream.close_write().context("cannot close the connection")?;
            }
            flow::drain(&mut link, flood, &mut progress)?;
            let zero = flood.qos == 0;
            Report {
                delivered: if zero { progress.sent } else { progress.taken },
                parting: progress.parting,
                busy: None,
            }
        }
        Role::Meter(flood, rate) => {
            accept_subscription(&mut link, expected)?;
            announce();
            let mut progress = meter(&mut link, flood, *rate, released)?;
            flow::drain(&mut link, flood, &mut progress)?;
            Report { delivered: progress.sent, parting: progress.parting, busy: None }
        }
        Role::Stall => {
            announce();
            // An error is what is waited for: the other end was dropped.
            let _ = released.recv();
            Report { delivered: 0, parting: Parting::None, busy: None }
        }
    };
    // First of all the end of the stream: a client may be waiting for it.
    drop(link);
    report.busy = processor_time();
    Ok(report)
}

fn collect(
    link: &mut Link,
    version: Version,
    lines: &Lines,
    topic: &str,
    qos: u8,
) -> Result<Report> {
    let mut checker = Checker::new(lines, topic);
    let parting = flow::receive(link, version, |publish| {
        if publish.qos != qos {
            return Err(Error::msg(format!("a message at QoS {}, not {qos}", publish.qos)));
        }
        checker.check(publish)?;
        Ok(Wish::More)
    })?;
    Ok(Report { delivered: checker.delivered, parting, busy: None })
}

fn meter(
    link: &mut Link,
    flood: &Flood,
    rate: Option<u32>,
    released: &Receiver<()>,
) -> Result<Progress> {
    let wait = || released.recv().context("the program was given up");
    let (mut progress, last) = (Progress::new(), flood.total - 1);
    match rate {
        Some(rate) => {
            flow::pour(link, flood, &mut progress, 1)?;
            wait()?;
            let next = |number| flow::pour(link, flood, &mut progress, number + 2);
            pace::steadily(rate, last - 1, next)?;
        }
        None => flow::pour(link, flood, &mut progress, last)?,
    }
    wait()?;
    flow::pour(link, flood, &mut progress, flood.total)?;
    Ok(progress)
}

fn accept_connect(link: &mut Link) -> Result<Connect> {
    loop {
        if let Some(frame) = link.inbox.next()? {
            let connect = Connect::parse(&frame)?;
            link.write(&wire::connack(connect.version))?;
            return Ok(connect);
        }
        if !link.fill()? {
            return Err(Error::msg("the client left before its CONNECT"));
        }
    }
}

fn accept_subscription(link: &mut Link, version: Version) -> Result<()> {
    loop {
        if let Some(frame) = link.inbox.next()? {
            if frame.kind() != wire::SUBSCRIBE {
                return Err(Error::msg(format!(
                    "packet type {} where SUBSCRIBE is due",
                    frame.kind()
                )));
            }
            let answer = wire::suback(&frame, version)?;
            return link.write(&answer);
        }
        if !link.fill()? {
            return Err(Error::msg("the client left before its SUBSCRIBE"));
        }
    }
}

/// What this thread has used of a processor: Linux counts it in nanoseconds.
pub fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_ascii_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
