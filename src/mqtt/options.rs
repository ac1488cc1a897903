//! The options of a session, fully resolved.

use super::aliases::Aliasing;
use super::packet::encode::Parting;
use super::scram::Mechanism;
use super::subscription::Interest;
use super::version::Version;
use crate::message::Will;
use crate::secret::Secret;

/// Seconds for which the broker is asked to keep the session after a lost connection, so that it can be resumed even if
/// the user did not ask for a persistent session (MQTT 5).
const RESUME_WINDOW: u32 = 120;

/// Default keep-alive in seconds.
pub const KEEP_ALIVE: u16 = 60;

/// Who keeps unfinished messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeper {
    /// The session, for this run only.
    #[default]
    Session,
    /// The caller, beyond this run. It chooses the packet identifier of each message, says when PUBREL may be sent, and
    /// publishes again if the broker has lost the session.
    Caller,
}

/// The contents of CONNECT, and how messages are sent.
#[derive(Debug)]
pub struct SessionOptions {
    /// At most 65,535 bytes; if empty, the broker chooses one.
    pub client_id: String,
    /// Whether to discard an earlier session.
    pub clean_start: bool,
    /// Seconds that the session outlives the connection, as requested; `u32::MAX` is forever.
    pub session_expiry: Option<u32>,
    /// Whether a lost connection is restored, so that the session is worth keeping.
    pub resumes: bool,
    /// Keep-alive in seconds; 0 is off.
    pub keep_alive: u16,
    /// User name.
    pub username: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// Prove the password with this mechanism instead of sending it; MQTT 5.
    pub auth: Option<Mechanism>,
    /// The message that the broker publishes if the client vanishes.
    pub will: Option<Will>,
    /// Most QoS 1 and 2 messages in flight; the broker may allow fewer.
    pub max_inflight: Option<u16>,
    /// Most QoS 1 and 2 messages that the broker may have in flight to us; MQTT 5.
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
    /// The contents of DISCONNECT; MQTT 5.
    pub parting: Parting,
    /// How published messages use topic aliases; MQTT 5.
    pub aliasing: Aliasing,
    /// What to subscribe to and unsubscribe from.
    pub interest: Interest,
    /// Who keeps unfinished messages.
    pub keeper: Keeper,
}

impl SessionOptions {
    /// A clean session that is restored after a lost connection: the defaults.
    pub fn new(client_id: String) -> Self {
        Self {
            client_id,
            clean_start: true,
            session_expiry: None,
            resumes: true,
            keep_alive: KEEP_ALIVE,
            username: None,
            password: None,
            auth: None,
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
            keeper: Keeper::Session,
        }
    }

    /// The Session Expiry Interval for CONNECT, in seconds.
    pub fn session_expiry(&self) -> u32 {
        match self.session_expiry {
            Some(seconds) => seconds,
            None if !self.clean_start => u32::MAX,
            None if self.resumes => RESUME_WINDOW.max(self.will_delay()),
            None => self.will_delay(),
        }
    }

    /// Seconds that the session must outlive the connection for the will to be delayed as asked: the end of the session
    /// ends the delay ([MQTT 5, 3.1.3.2.2]).
    pub fn will_delay(&self) -> u32 {
        self.will.as_ref().and_then(|will| will.delay).unwrap_or(0)
    }

    /// Whether the session was only kept so that this run could resume it, or to delay the will.
    pub(super) fn expires_at_once(&self) -> bool {
        self.session_expiry.is_none() && self.clean_start && self.session_expiry() > 0
    }

    /// The Session Expiry Interval for DISCONNECT, in seconds, if it differs from the one for CONNECT.
    pub(super) fn parting_expiry(&self) -> Option<u32> {
        self.parting.session_expiry.or(self.expires_at_once().then_some(0))
    }

    /// Whether the broker keeps the session when the connection is lost. `granted` is the Session Expiry Interval in
    /// CONNACK, which overrides the requested one ([MQTT-3.2.2-21]).
    pub(super) fn keeps_session(&self, version: Version, granted: Option<u32>) -> bool {
        match version {
            Version::V5 => granted.unwrap_or_else(|| self.session_expiry()) > 0,
            _ => !self.clean_start,
        }
    }

    /// Whether a later run may resume the session.
    pub(super) fn outlives_the_run(&self, version: Version, granted: Option<u32>) -> bool {
        let is_ended = version == Version::V5 && self.parting_expiry() == Some(0);
        self.keeps_session(version, granted) && !is_ended
    }

    /// Whether the broker keeps the session for a shorter time than the user asked for.
    pub(super) fn is_cut_short(&self, granted: u32) -> bool {
        granted < self.session_expiry() && !self.expires_at_once()
    }
}
