//! A session with a broker: the only place that names rumqttc.
//!
//! ```text
//!  Options ─► driver ─ dial ─► transport          what happens ─► Job (the command)
//!               │  bytes, time, signals
//!               ▼
//!             engine ── ledger, ids      what we send and is not final
//!               │  └─── inbound          what we receive and is not acknowledged
//!               │  └─── keepalive, limits
//!               ▼
//!             wire                       packets as bytes
//! ```
//!
//! [`engine::Engine`] holds the protocol and can be driven without a socket and without a clock;
//! [`run`] drives it over a real connection, reconnects, keeps the deadlines and ends in order.
//! Knows nothing of command lines, output formats or exit statuses.

mod aliases;
mod backoff;
mod connection;
mod driver;
pub mod engine;
pub mod event;
pub mod fault;
mod ids;
mod inbound;
mod keepalive;
mod ledger;
mod limits;
pub mod options;
pub mod reason;
mod signal;
mod stranger;
pub mod subscription;
mod templates;
mod timer;
mod trace;
pub mod wire;

pub use driver::{End, run};
pub use signal::{Signal, Signals};

/// A random number, for ids and jitter. Without a source of randomness in the system the time has
/// to serve: nothing secret depends on it.
pub fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_nanos() as u64 ^ u64::from(std::process::id()) << 32)
    })
}
