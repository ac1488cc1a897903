//! A broker inside this process, for experiments, demos and tests: rumqttd behind one port of 127.0.0.1.
//!
//! It serves MQTT 3.1.1 and 5.0 on the same port. rumqttd has a listener for each version, so both listen on hidden
//! loopback ports. A front (`front`) reads the CONNECT of each client, connects it to the right listener, and inspects
//! every packet after that (`inspection`). Both listeners share a router, so messages, retained messages and sessions
//! do not depend on a client's version.
//!
//! Nothing is written to disk, standard output or standard error, and nothing is read from the command line or the
//! environment. Defects that would hang a client or end the broker are worked around (`dialect`); other deviations from
//! the standard remain. If rumqttd panics nevertheless, the caller is told (`breakdown`).

pub mod breakdown;
mod dialect;
mod front;
pub mod inspection;
pub mod opening;

use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use rumqttd::protocol::{Protocol, v4::V4, v5::V5};
use rumqttd::{ConnectionSettings, LinkType, Router, RouterConfig, Server, ServerSettings};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use self::dialect::{Dialect, Properties};
use self::front::Backends;

/// Most clients at a time. rumqttd would wait forever for another one to leave, so the front keeps it out.
const MAX_CONNECTIONS: usize = 10_000;

/// Descriptors used for other purposes than clients.
#[cfg(unix)]
const OTHER_DESCRIPTORS: u64 = 64;

/// Largest packet accepted from a client, in bytes: the maximum of the protocol.
const MAX_PACKET: usize = 256 * 1024 * 1024;

/// Messages handed to a subscriber at a time at `QoS` 0. Also the most retained messages one subscription receives.
const MAX_OUTGOING: u64 = 10_000;

/// Packets processed per client at a time.
const MAX_INCOMING: usize = 200;

/// Size in bytes (payload and topic) of the segments in which rumqttd keeps the last messages of each topic filter. Its
/// own records, some 350 bytes per message, are not counted. A subscriber that is too slow loses messages without
/// notice.
const SEGMENT_SIZE: usize = 8 * 1024 * 1024;
const SEGMENT_COUNT: usize = 16;

/// How many hidden ports to try: another process may take one between our choice and rumqttd's bind.
const PORT_ATTEMPTS: usize = 16;

/// How long a hidden listener may take to accept its first connection.
const READY_TIMEOUT: Duration = Duration::from_secs(5);

/// How often to check whether rumqttd's router is alive.
const WATCH_INTERVAL: Duration = Duration::from_millis(250);

/// A running broker. Dropping it closes the port and all connections within moments, and discards all messages.
///
/// It has its own thread, so it is served whatever the caller's runtime does. rumqttd's router is a second thread that
/// cannot be stopped: it sleeps, with its memory, until the process ends.
#[derive(Debug)]
pub struct Broker {
    local_addr: SocketAddr,
    /// Dropped to stop the broker.
    stop: oneshot::Sender<()>,
    /// How the broker's thread ended.
    ended: oneshot::Receiver<Result<()>>,
}

impl Broker {
    /// Starts a broker on 127.0.0.1; port 0 picks a free one. Clients are accepted and served as soon as this returns.
    ///
    /// # Errors
    ///
    /// If the port cannot be bound (the cause is an `io::Error`), a thread cannot be started, or no hidden port is
    /// available.
    pub async fn start(port: u16) -> Result<Self> {
        let (listener, local_addr) =
            listen(port).with_context(|| format!("cannot listen on 127.0.0.1:{port}"))?;
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let serve = move || {
            // This fails if the broker has been dropped; then nobody needs the result.
            end.send(run(listener, ready, stopped)).ok();
        };
        let thread = thread::Builder::new().name(breakdown::THREADS[0].to_owned());
        thread.spawn(serve).context("cannot start the broker's thread")?;
        let broker = Self { local_addr, stop, ended };
        let is_ready = tokio::select! {
            is_ready = is_ready => is_ready.is_ok(),
            error = breakdown::seen() => return Err(error.context("cannot start the broker")),
        };
        match is_ready {
            true => Ok(broker),
            false => {
                let cause = broker.serve().await.err().unwrap_or_else(thread_died);
                Err(cause.context("cannot start the broker"))
            }
        }
    }

    /// The address to connect to.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Runs the broker until this future is dropped.
    ///
    /// # Errors
    ///
    /// If rumqttd has broken down. Otherwise it does not return.
    pub async fn serve(self) -> Result<()> {
        // Moves the whole broker into this future, so that dropping it stops the thread.
        let Self { stop, ended, .. } = self;
        let outcome = tokio::select! {
            outcome = ended => outcome.unwrap_or_else(|_| Err(thread_died())),
            error = breakdown::seen() => Err(error),
        };
        drop(stop);
        outcome
    }
}

/// Opens the public port, and returns its address too.
fn listen(port: u16) -> std::io::Result<(std::net::TcpListener, SocketAddr)> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Most clients at a time, given the descriptor limit. Each takes three descriptors, and rumqttd spins without any
/// left.
fn most_clients() -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let places = limit.saturating_sub(OTHER_DESCRIPTORS) / 3;
        usize::try_from(places).unwrap_or(usize::MAX).clamp(1, MAX_CONNECTIONS)
    }
    #[cfg(not(unix))]
    MAX_CONNECTIONS
}

fn thread_died() -> anyhow::Error {
    anyhow!("the broker's thread has died")
}

/// The broker's thread. Ends when the sender of `stopped` is dropped or rumqttd breaks down.
///
/// One thread is not only simple: rumqttd's bookkeeping of wills relies on it.
fn run(
    listener: std::net::TcpListener,
    ready: oneshot::Sender<()>,
    stopped: oneshot::Receiver<()>,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start its runtime")?;
    // Returning drops the runtime, and with it all tasks and sockets.
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        // rumqttd does not export the type of `router`, so everything that needs it is in this function.
        let router = Router::new(0, router_config()).spawn();
        let backends = Backends {
            v4: launch("v4", |settings| {
                Server::new(settings, router.clone(), Dialect::new(V4, Properties::Absent))
            })
            .await?,
            v5: launch("v5", |settings| {
                Server::new(settings, router.clone(), Dialect::new(V5, Properties::Allowed))
            })
            .await?,
        };
        let breakdown = async {
            while !router.is_disconnected() {
                sleep(WATCH_INTERVAL).await;
            }
        };
        ready.send(()).ok();
        tokio::select! {
            _ = stopped => Ok(()),
            () = breakdown => Err(anyhow!("rumqttd has broken down: its router has stopped")),
            () = front::accept(&listener, backends, most_clients()) => Ok(()),
        }
    })
}

/// Starts one of rumqttd's listeners on a free port, and returns its address once it accepts connections.
///
/// rumqttd binds the port itself and does not tell which one it got for port 0. So a port is chosen and released here,
/// in the hope that it stays free.
async fn launch<P>(name: &str, server: impl Fn(ServerSettings) -> Server<P>) -> Result<SocketAddr>
where
    P: Protocol + Clone + Send + Sync + 'static,
{
    for _ in 0..PORT_ATTEMPTS {
        let (_, listen) = listen(0).context("cannot find a free port for the broker's own use")?;
        let mut server = server(server_settings(name, listen));
        let running = async move {
            if server.start(LinkType::Remote).await.is_ok() {
                pending::<()>().await;
            }
        };
        let task = tokio::spawn(running);
        let connected = timeout(READY_TIMEOUT, connect(listen)).await;
        // If the task has ended, it could not bind, and another process answered.
        if matches!(connected, Ok(Ok(()))) && !task.is_finished() {
            return Ok(listen);
        }
        task.abort();
    }
    bail!("no free port for the broker's own use")
}

async fn connect(address: SocketAddr) -> Result<()> {
    // The listener binds when its task first runs, for which a failed attempt gives it time.
    for _ in 0..100 {
        if TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        sleep(Duration::from_millis(5)).await;
    }
    bail!("nobody listens on {address}")
}

fn router_config() -> RouterConfig {
    RouterConfig {
        max_connections: MAX_CONNECTIONS,
        max_outgoing_packet_count: MAX_OUTGOING,
        max_segment_size: SEGMENT_SIZE,
        max_segment_count: SEGMENT_COUNT,
        ..RouterConfig::default()
    }
}

fn server_settings(name: &str, listen: SocketAddr) -> ServerSettings {
    ServerSettings {
        name: name.to_owned(),
        listen,
        tls: None,
        next_connection_delay_ms: 0,
        connections: ConnectionSettings {
            // The front limits the time until CONNECT begins; the rest may take this long.
            connection_timeout_ms: 10_000,
            max_payload_size: MAX_PACKET,
            max_inflight_count: MAX_INCOMING,
            auth: None,
            external_auth: None,
            dynamic_filters: true,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn answer(address: SocketAddr, packet: &[u8]) -> Result<Vec<u8>> {
        let mut client = TcpStream::connect(address).await?;
        client.write_all(packet).await?;
        let mut answer = vec![0; 4];
        timeout(READY_TIMEOUT, client.read_exact(&mut answer)).await??;
        Ok(answer)
    }

    #[tokio::test]
    async fn serves_both_versions_until_dropped() -> Result<()> {
        let broker = Broker::start(0).await?;
        let address = broker.local_addr();
        let taken = Broker::start(address.port()).await;
        let kind = taken.err().and_then(|it| it.downcast_ref::<io::Error>().map(io::Error::kind));
        assert_eq!(kind, Some(io::ErrorKind::AddrInUse));

        // Keep alive 0 and a slash in the client identifier: see `dialect`.
        assert_eq!(
            answer(address, b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x00\x00\x03a/b").await?,
            b"\x20\x02\x00\x00"
        );
        let v5 = answer(address, b"\x10\x10\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x03a/b").await?;
        assert_eq!(v5.get(2..), Some([0, 0].as_slice()));

        drop(broker);
        let closed = async {
            while TcpStream::connect(address).await.is_ok() {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(READY_TIMEOUT, closed).await?;
        Ok(())
    }
}
