//! What a run is made with besides the session: where the broker is, and how long to wait for what.

use super::password::FreshPassword;
use crate::mqtt::Version;
use crate::transport::{Route, Target};
use std::time::Duration;

/// From name lookup to CONNACK, where nothing else is said.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Without any progress on what the broker owes, where nothing else is said.
pub const ACK_TIMEOUT: Duration = Duration::from_secs(30);

/// Which version of MQTT to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// 5, and 3.1.1 where the broker refuses 5.
    Auto,
    /// This one.
    Exactly(Version),
}

/// Which connections are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reconnect {
    /// One that was accepted and lost.
    Lost,
    /// Also the first.
    Always,
    /// None.
    Never,
}

/// Who chose the client id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdOrigin {
    /// The user: another client may use it too.
    Chosen,
    /// It is random, and nobody else's.
    Generated,
}

/// Everything about a run that is not part of the session.
#[derive(Debug)]
pub struct RunOptions {
    /// Where the broker is.
    pub target: Target,
    /// How it is reached.
    pub route: Route,
    /// Version of MQTT.
    pub protocol: Protocol,
    /// Who chose the client id.
    pub id_origin: IdOrigin,
    /// From name lookup to CONNACK.
    pub connect_timeout: Duration,
    /// On one connection, without any progress on what the broker owes.
    pub ack_timeout: Duration,
    /// The whole run.
    pub timeout: Option<Duration>,
    /// What is tried again.
    pub reconnect: Reconnect,
    /// How long to go on trying.
    pub reconnect_timeout: Option<Duration>,
    /// Where the password can be had again for further connections.
    pub password: Option<FreshPassword>,
    /// Whether to report each packet.
    pub trace: bool,
}

impl RunOptions {
    /// What holds where nothing else is said.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            route: Route::default(),
            protocol: Protocol::Auto,
            id_origin: IdOrigin::Generated,
            connect_timeout: CONNECT_TIMEOUT,
            ack_timeout: ACK_TIMEOUT,
            timeout: None,
            reconnect: Reconnect::Lost,
            reconnect_timeout: None,
            password: None,
            trace: false,
        }
    }
}
