//! The stages of connecting: what is being waited for, how long each took, and what it found out.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What connecting is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The lookup of a name.
    Name,
    /// TCP.
    Tcp,
    /// A Unix socket.
    Unix,
    /// The SRV records.
    Service,
    /// The TLS handshake with the proxy.
    ProxyTls,
    /// The proxy's own handshake.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// The answer to the HTTP upgrade.
    WebSocket,
}

impl Stage {
    /// What is missing, for an error.
    pub fn missing(self) -> &'static str {
        match self {
            Self::Name => "answer to the name lookup",
            Self::Tcp | Self::Unix => "connection",
            Self::Service => "answer from a name server",
            Self::ProxyTls => "TLS handshake with the proxy",
            Self::Proxy => "answer from the proxy",
            Self::Tls => "TLS handshake",
            Self::WebSocket => "answer to the WebSocket upgrade",
        }
    }
}

/// What a stage found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The addresses of a host.
    Addresses(String, Vec<SocketAddr>),
    /// The address that was connected to.
    Peer(SocketAddr),
    /// The version of TLS in use, such as `1.3`.
    TlsVersion(&'static str),
    /// When the broker's certificate ends, in seconds since 1970.
    CertificateEnd(u64),
}

/// A stage that was reached.
#[derive(Clone, Debug)]
pub struct Leg {
    /// Which one.
    pub stage: Stage,
    /// When it began.
    pub begun: Instant,
    /// How long it took; `None` if it was not completed.
    pub took: Option<Duration>,
    /// What it found out.
    pub findings: Vec<Finding>,
}

/// The stages reached so far, in order.
#[derive(Debug, Default)]
pub struct Stages(RefCell<Vec<Leg>>);

impl Stages {
    /// A stage begins, and the one before is complete. A second name lookup is part of the first.
    pub fn set(&self, stage: Stage) {
        if self.0.borrow().last().is_some_and(|leg| leg.stage == stage) {
            return;
        }
        self.complete();
        let (begun, took, findings) = (Instant::now(), None, Vec::new());
        self.0.borrow_mut().push(Leg { stage, begun, took, findings });
    }

    /// The current stage is complete.
    pub fn complete(&self) {
        if let Some(leg) = self.0.borrow_mut().last_mut() {
            leg.took = Some(leg.begun.elapsed());
        }
    }

    /// These stages take the place of the current one.
    pub fn replace_last(&self, stages: Self) {
        let mut legs = self.0.borrow_mut();
        legs.pop();
        legs.extend(stages.into_legs());
    }

    /// The current stage found something out.
    pub fn note(&self, finding: Finding) {
        if let Some(leg) = self.0.borrow_mut().last_mut() {
            leg.findings.push(finding);
        }
    }

    /// What is missing, for an error.
    pub fn missing(&self) -> &'static str {
        self.0.borrow().last().map_or(Stage::Tcp, |leg| leg.stage).missing()
    }

    /// The stages, in order. Only the last may be incomplete.
    pub fn into_legs(self) -> Vec<Leg> {
        self.0.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_complete_when_the_next_begins_and_the_last_only_if_told() {
        let stages = Stages::default();
        assert_eq!(stages.missing(), "connection");
        stages.set(Stage::Name);
        stages.set(Stage::Name);
        stages.note(Finding::Addresses("host".to_owned(), Vec::new()));
        stages.set(Stage::Tcp);
        stages.set(Stage::Tls);
        assert_eq!(stages.missing(), "TLS handshake");
        let legs = stages.into_legs();
        let told = legs.iter().map(|leg| (leg.stage, leg.took.is_some(), leg.findings.len()));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [(Stage::Name, true, 1), (Stage::Tcp, true, 0), (Stage::Tls, false, 0)]
        );
    }
}
