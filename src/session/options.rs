//! What a session is made with: everything is decided, nothing is looked up any more.

use super::subscription::Interest;
use super::wire::Version;
use crate::message::Will;
use crate::secret::Secret;
use crate::transport::{Route, Target};
use std::time::Duration;

/// Seconds for which the broker is asked to keep the session of a connection that was lost, so that it
/// can be resumed although nobody asked for a persistent session (MQTT 5).
const RESUME_WINDOW: u32 = 120;

/// Seconds of silence before PINGREQ, where nothing else is said.
pub const KEEP_ALIVE: u16 = 60;

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
    /// One that stood and was lost.
    Lost,
    /// Also the first.
    Always,
    /// None.
    Never,
}

/// How topics of published messages are shortened ([MQTT 5, 3.3.2.3.4]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aliasing {
    /// Not at all.
    #[default]
    None,
    /// By this alias, whatever the topic; not 0.
    Fixed(u16),
    /// By as many as the broker takes.
    Auto,
}

/// What DISCONNECT says at a normal end ([MQTT 5, 3.14.2.2]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parting {
    /// Seconds the session lives on, other than said in CONNECT.
    pub session_expiry: Option<u32>,
    /// Why, for a person to read.
    pub reason_string: Option<String>,
    /// The user's names and values.
    pub user_properties: Vec<(String, String)>,
}

/// See the module.
#[derive(Debug)]
pub struct Options {
    /// Where the broker is.
    pub target: Target,
    /// How it is reached.
    pub route: Route,
    /// Version of MQTT.
    pub protocol: Protocol,
    /// At most 65,535 bytes; when it is empty the broker chooses one.
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
    /// How many QoS 1 and 2 messages the broker may have in flight to us; MQTT 5.
    pub receive_maximum: Option<u16>,
    /// The largest packet the broker may send, in bytes; MQTT 5.
    pub maximum_packet_size: Option<u32>,
    /// How many topic aliases the broker may use; MQTT 5.
    pub topic_alias_maximum: u16,
    /// Ask the broker for a prefix for response topics; MQTT 5.
    pub request_response_information: bool,
    /// Let the broker explain what it refuses; MQTT 5.
    pub request_problem_information: bool,
    /// User properties of CONNECT; MQTT 5.
    pub user_properties: Vec<(String, String)>,
    /// What DISCONNECT says; MQTT 5.
    pub parting: Parting,
    /// How published messages use topic aliases; MQTT 5.
    pub aliasing: Aliasing,
    /// What to subscribe to and unsubscribe from.
    pub interest: Interest,
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
    /// A clean session that is restored when it is lost, as when nothing else is asked for.
    pub fn new(target: Target, client_id: String) -> Self {
        Self {
            target,
            route: Route::default(),
            protocol: Protocol::Auto,
            client_id,
            clean_start: true,
            session_expiry: None,
            keep_alive: KEEP_ALIVE,
            username: None,
            password: None,
            will: None,
            max_inflight: None,
            receive_maximum: None,
            maximum_packet_size: None,
            topic_alias_maximum: 0,
            request_response_information: false,
            request_problem_information: true,
            user_properties: Vec::new(),
            parting: Parting::default(),
            aliasing: Aliasing::None,
            interest: Interest::default(),
            connect_timeout: CONNECT_TIMEOUT,
            ack_timeout: ACK_TIMEOUT,
            timeout: None,
            reconnect: Reconnect::Lost,
            reconnect_timeout: None,
            trace: false,
        }
    }

    /// The Session Expiry Interval for CONNECT, in seconds.
    pub fn session_expiry(&self) -> u32 {
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
