//! The options of a run besides the session: the broker's address, and time limits.

use super::password::FreshPassword;
use crate::mqtt::Version;
use crate::transport::{Route, Target};
use std::time::Duration;

/// Default limit from name lookup to CONNACK.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Default limit without any progress on what the broker owes.
pub const ACK_TIMEOUT: Duration = Duration::from_secs(30);

/// Which version of MQTT to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// 5, or 3.1.1 if the broker refuses 5.
    Auto,
    /// This one.
    Exactly(Version),
}

/// Which connections are retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reconnect {
    /// Those that were accepted and then lost.
    Lost,
    /// Also the first.
    Always,
    /// None.
    Never,
}

/// Where the client id comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdOrigin {
    /// Chosen by the user: another client may use it too.
    Chosen,
    /// Random, so nobody else uses it.
    Generated,
}

/// All options of a run that do not belong to the session.
#[derive(Debug)]
pub struct RunOptions {
    /// The broker's address.
    pub target: Target,
    /// How to reach it.
    pub route: Route,
    /// Version of MQTT.
    pub protocol: Protocol,
    /// Where the client id comes from.
    pub id_origin: IdOrigin,
    /// Limit from name lookup to CONNACK.
    pub connect_timeout: Duration,
    /// Limit, per connection, without any progress on what the broker owes.
    pub ack_timeout: Duration,
    /// Limit for the whole run.
    pub timeout: Option<Duration>,
    /// Which connections are retried.
    pub reconnect: Reconnect,
    /// Limit for retrying.
    pub reconnect_timeout: Option<Duration>,
    /// Where to read the password again for further connections.
    pub password: Option<FreshPassword>,
    /// Whether to report each packet.
    pub trace: bool,
}

impl RunOptions {
    /// The defaults.
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
