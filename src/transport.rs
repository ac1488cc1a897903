//! Connects to the broker: from an address, or from the SRV records of a domain, to a stream of bytes, over TCP or a Unix
//! socket, through a proxy, with TLS, over WebSocket.
//!
//! The caller limits the time: dropping the future gives up, and [`Stages`] tell what was being waited for, and how
//! long everything before took.

mod credentials;
mod dns;
mod error;
mod http_answer;
mod http_proxy;
pub mod proxy;
mod quick_ack;
mod race;
mod scheme;
pub mod srv;
mod stages;
mod stream;
mod target;
mod tcp;
pub mod tls;
#[cfg(unix)]
mod unix;
pub mod websocket;

pub use error::DialError;
pub use scheme::Scheme;
pub use stages::{Finding, Leg, Stage, Stages};
pub use stream::Stream;
pub use target::{Place, Target, without_interface};
pub use tcp::Network;

use proxy::Proxy;
use quick_ack::QuickAck;
use race::race;
use std::pin::Pin;
use target::authority;

#[cfg(unix)]
impl Stream for tokio::net::UnixStream {}

/// The route to the broker.
#[derive(Debug, Default)]
pub struct Route {
    /// Where to connect from, and which name servers to ask.
    pub network: Network,
    /// The proxy to connect through.
    pub proxy: Option<Proxy>,
    /// TLS, if the target is encrypted.
    pub tls: Option<tls::Client>,
    /// Additional headers for a WebSocket's upgrade request.
    pub headers: websocket::Headers,
}

/// Connects to `target` by `route`; `stages` are noted as they are reached.
///
/// # Errors
/// The step that failed.
pub async fn dial(
    target: &Target,
    route: &Route,
    stages: &Stages,
) -> Result<Box<dyn Stream>, DialError> {
    let stream = establish(target, route, stages).await?;
    stages.complete();
    Ok(stream)
}

async fn establish(
    target: &Target,
    route: &Route,
    stages: &Stages,
) -> Result<Box<dyn Stream>, DialError> {
    let stream = match &target.place {
        #[cfg(unix)]
        Place::Socket(path) => {
            stages.set(Stage::Unix);
            return Ok(Box::new(unix::connect(path).await?));
        }
        #[cfg(not(unix))]
        Place::Socket(_) => return Err(DialError::new("there are no Unix sockets here")),
        Place::Host(host, port) => reach(host, *port, route, stages).await?,
        Place::Service(domain) => {
            boxed(|| reach_any(domain, target.encrypted, route, stages)).await?
        }
    };
    match &route.tls {
        None if target.websocket.is_none() => Ok(stream),
        None => boxed(|| upgrade(stream, target, route, stages)).await,
        Some(tls) => boxed(|| encrypt(stream, tls, target, route, stages)).await,
    }
}

/// Connects to a host, through the proxy if there is one.
async fn reach(
    host: &str,
    port: u16,
    route: &Route,
    stages: &Stages,
) -> Result<Box<dyn Stream>, DialError> {
    match &route.proxy {
        None => {
            let stream = tcp::connect(host, port, &route.network, stages).await?;
            Ok(Box::new(QuickAck::new(stream)))
        }
        Some(proxy) => boxed(|| proxy.connect(host, port, &route.network, stages)).await,
    }
}

/// Connects to the first broker in the SRV records of `domain` that can be reached. The records are looked up each time,
/// and here, whatever the proxy.
async fn reach_any(
    domain: &str,
    encrypted: bool,
    route: &Route,
    stages: &Stages,
) -> Result<Box<dyn Stream>, DialError> {
    stages.set(Stage::Service);
    let brokers = srv::find(domain, encrypted, &route.network.name_servers).await?;
    stages.set(Stage::Tcp);
    // Several are reached for at the same time. The stages are those of the one that is reached.
    let reach = async |(host, port): &(String, u16)| {
        let own = Stages::default();
        match reach(host, *port, route, &own).await {
            Ok(stream) => Ok((stream, own)),
            Err(error) => Err(error.of(authority(host, *port))),
        }
    };
    let (stream, own) = race(&brokers, srv::STAGGER, reach).await.map_err(DialError::of_all)?;
    stages.replace_last(own);
    Ok(stream)
}

/// Boxed, so that the common case does not pay stack for it.
#[inline(never)]
fn boxed<'a, F: Future + 'a>(
    make: impl FnOnce() -> F,
) -> Pin<Box<dyn Future<Output = F::Output> + 'a>> {
    Box::pin(make())
}

/// Performs the TLS handshake on `stream`, and the WebSocket upgrade if `target` has one.
async fn encrypt(
    stream: Box<dyn Stream>,
    tls: &tls::Client,
    target: &Target,
    route: &Route,
    stages: &Stages,
) -> Result<Box<dyn Stream>, DialError> {
    stages.set(Stage::Tls);
    let stream = tls.connect(stream, stages).await?;
    if target.websocket.is_none() {
        return Ok(Box::new(stream));
    }
    upgrade(stream, target, route, stages).await
}

/// Opens a WebSocket on `stream`.
async fn upgrade<S: Stream + 'static>(
    stream: S,
    target: &Target,
    route: &Route,
    stages: &Stages,
) -> Result<Box<dyn Stream>, DialError> {
    stages.set(Stage::WebSocket);
    Ok(Box::new(websocket::open(stream, target, &route.headers).await?))
}
