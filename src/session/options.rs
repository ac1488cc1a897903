//! What a session is made with: everything is decided, nothing is looked up any more.

use super::wire::Version;
use crate::message::{QoS, Will};
use crate::secret::Secret;
use crate::topic::TopicFilter;
use crate::transport::Target;
use std::time::Duration;

/// Seconds for which the broker is asked to keep the session of a connection that was lost, so that it
/// can be resumed although nobody asked for a persistent session (MQTT 5).
const RESUME_WINDOW: u32 = 120;

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
    /// One that stood and was lost.
    Lost,
    /// Also the first.
    Always,
    /// None.
    Never,
}

/// See the module.
#[derive(Debug)]
pub struct Options {
    /// Where the broker is.
    pub target: Target,
    /// Version of MQTT.
    pub protocol: Protocol,
    /// Not empty, at most 65,535 bytes.
    pub client_id: String,
    /// Forget an earlier session.
    pub clean_start: bool,
    /// Seconds the session outlives the connection, as asked for; `u32::MAX` is for ever.
    pub session_expiry: Option<u32>,
    /// Seconds; 0 is off.
    pub keep_alive: u16,
    /// User name.
    pub username: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// What the broker publishes should we vanish.
    pub will: Option<Will>,
    /// Most QoS 1 and 2 messages in flight; the broker may allow fewer.
    pub max_inflight: Option<u16>,
    /// What to subscribe to, again after each reconnect without session.
    pub subscriptions: Vec<(TopicFilter, QoS)>,
    /// From name lookup to CONNACK.
    pub connect_timeout: Duration,
    /// Without any progress on what the broker owes.
    pub ack_timeout: Duration,
    /// The whole run.
    pub timeout: Option<Duration>,
    /// What is tried again.
    pub reconnect: Reconnect,
    /// How long to go on trying.
    pub reconnect_timeout: Option<Duration>,
    /// Whether to report each packet.
    pub trace: bool,
}

impl Options {
    /// The Session Expiry Interval for CONNECT, in seconds.
    pub(super) fn session_expiry(&self) -> u32 {
        match self.session_expiry {
            Some(seconds) => seconds,
            None if !self.clean_start => u32::MAX,
            None if self.reconnect != Reconnect::Never => RESUME_WINDOW,
            None => 0,
        }
    }

    /// Whether the session was only kept to be resumed within this run.
    pub(super) fn expires_at_once(&self) -> bool {
        self.session_expiry.is_none() && self.clean_start && self.reconnect != Reconnect::Never
    }

    /// Whether the broker keeps the session when the connection is lost.
    pub(super) fn keeps_session(&self, version: Version) -> bool {
        if version == Version::V5 { self.session_expiry() > 0 } else { !self.clean_start }
    }
}
