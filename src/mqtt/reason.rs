//! Reason codes of MQTT 5 ([MQTT 5, 2.4]), and the five return codes of the older CONNACK ([MQTT 3.1.1, 3.2.2.3]).

use std::fmt;

/// A reason code of MQTT 5: 0x80 and above is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason(pub u8);

impl Reason {
    /// Success, normal disconnection, or granted QoS 0.
    pub const SUCCESS: Self = Self(0x00);
    /// The message was accepted, but nobody is subscribed.
    pub const NO_MATCHING_SUBSCRIBERS: Self = Self(0x10);
    /// AUTH: another step.
    pub const CONTINUE_AUTHENTICATION: Self = Self(0x18);
    /// AUTH: once more from the start.
    pub const RE_AUTHENTICATE: Self = Self(0x19);
    /// The broker does not support the authentication method.
    pub const BAD_AUTHENTICATION_METHOD: Self = Self(0x8c);
    /// The broker does not support the requested version.
    pub const UNSUPPORTED_PROTOCOL_VERSION: Self = Self(0x84);
    /// Another connection uses the same client id.
    pub const SESSION_TAKEN_OVER: Self = Self(0x8e);
    /// The packet is larger than the receiver accepts.
    pub const PACKET_TOO_LARGE: Self = Self(0x95);
    /// The user name or password was not accepted.
    pub const BAD_USER_NAME_OR_PASSWORD: Self = Self(0x86);
    /// The client is not allowed to do this.
    pub const NOT_AUTHORIZED: Self = Self(0x87);
    /// The packet id is not in use.
    pub const PACKET_ID_NOT_FOUND: Self = Self(0x92);
    /// The receiver has no resources left for it.
    pub const QUOTA_EXCEEDED: Self = Self(0x97);
    /// The broker does not support retained messages.
    pub const RETAIN_NOT_SUPPORTED: Self = Self(0x9a);
    /// The broker does not support this QoS.
    pub const QOS_NOT_SUPPORTED: Self = Self(0x9b);

    /// Whether it is a failure.
    pub fn is_failure(self) -> bool {
        self.0 >= 0x80
    }

    /// Whether the standard defines it for any packet.
    pub fn is_defined(self) -> bool {
        self.text().is_some()
    }

    /// Whether the standard defines it for CONNACK ([MQTT 5, 3.2.2.2]).
    pub fn is_for_connack(self) -> bool {
        matches!(
            self.0,
            0x00 | 0x80..=0x8a | 0x8c | 0x90 | 0x95 | 0x97 | 0x99 | 0x9a..=0x9d | 0x9f
        )
    }

    /// Whether the standard defines it for a DISCONNECT from the broker ([MQTT 5, 3.14.2.1]).
    pub fn is_for_disconnect(self) -> bool {
        matches!(
            self.0,
            0x00 | 0x80..=0x83 | 0x87 | 0x89 | 0x8b | 0x8d..=0x90 | 0x93..=0xa2
        )
    }

    /// Whether the standard defines it as a refusal in SUBACK ([MQTT 5, 3.9.3]).
    pub fn is_for_suback(self) -> bool {
        matches!(self.0, 0x80 | 0x83 | 0x87 | 0x8f | 0x91 | 0x97 | 0x9e | 0xa1 | 0xa2)
    }

    /// Whether UNSUBACK may carry it ([MQTT 5, 3.11.3]).
    pub fn is_for_unsuback(self) -> bool {
        matches!(self.0, 0x00 | 0x11 | 0x80 | 0x83 | 0x87 | 0x8f | 0x91)
    }

    /// Whether another attempt would end the same way: the broker refused *this* client or packet, rather than *not
    /// now*.
    pub fn is_final(self) -> bool {
        matches!(
            self.0,
            0x81 | 0x82 | 0x84..=0x87 | 0x8a | 0x8c | 0x8e | 0x90 | 0x94 | 0x95 | 0x97 | 0x9a..=0x9e | 0xa1 | 0xa2
        )
    }

    /// Whether a DISCONNECT with this code rejects a published message rather than the connection.
    pub fn refuses_a_publish(self) -> bool {
        matches!(self.0, 0x87 | 0x90 | 0x95 | 0x97 | 0x99 | 0x9a | 0x9b)
    }

    fn text(self) -> Option<&'static str> {
        Some(match self.0 {
            0x00 => "Success",
            0x01 => "Granted QoS 1",
            0x02 => "Granted QoS 2",
            0x04 => "Disconnect with will message",
            0x10 => "No matching subscribers",
            0x11 => "No subscription existed",
            0x18 => "Continue authentication",
            0x19 => "Re-authenticate",
            0x80 => "Unspecified error",
            0x81 => "Malformed packet",
            0x82 => "Protocol error",
            0x83 => "Implementation specific error",
            0x84 => "Unsupported protocol version",
            0x85 => "Client identifier not valid",
            0x86 => "Bad user name or password",
            0x87 => "Not authorized",
            0x88 => "Server unavailable",
            0x89 => "Server busy",
            0x8a => "Banned",
            0x8b => "Server shutting down",
            0x8c => "Bad authentication method",
            0x8d => "Keep alive timeout",
            0x8e => "Session taken over",
            0x8f => "Topic filter invalid",
            0x90 => "Topic name invalid",
            0x91 => "Packet identifier in use",
            0x92 => "Packet identifier not found",
            0x93 => "Receive maximum exceeded",
            0x94 => "Topic alias invalid",
            0x95 => "Packet too large",
            0x96 => "Message rate too high",
            0x97 => "Quota exceeded",
            0x98 => "Administrative action",
            0x99 => "Payload format invalid",
            0x9a => "Retain not supported",
            0x9b => "QoS not supported",
            0x9c => "Use another server",
            0x9d => "Server moved",
            0x9e => "Shared subscriptions not supported",
            0x9f => "Connection rate exceeded",
            0xa0 => "Maximum connect time",
            0xa1 => "Subscription identifiers not supported",
            0xa2 => "Wildcard subscriptions not supported",
            _ => return None,
        })
    }
}

impl fmt::Display for Reason {
    /// Formats as `0x87 Not authorized`; an undefined code is only its number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => write!(f, "0x{:02x} {text}", self.0),
            None => write!(f, "0x{:02x}", self.0),
        }
    }
}

/// The MQTT 5 reason equivalent to a CONNACK return code of 3.1 and 3.1.1, if there is one.
pub fn from_return_code(code: u8) -> Option<Reason> {
    Some(Reason(match code {
        0 => 0x00,
        1 => 0x84,
        2 => 0x85,
        3 => 0x88,
        4 => 0x86,
        5 => 0x87,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_as_code_and_words() {
        assert_eq!(Reason(0x87).to_string(), "0x87 Not authorized");
        assert_eq!(Reason(0x42).to_string(), "0x42");
        assert!(Reason(0x80).is_failure() && !Reason(0x10).is_failure());
    }

    #[test]
    fn being_busy_is_not_final_but_being_banned_is() {
        for code in [0x80, 0x83, 0x88, 0x89, 0x8b, 0x8d, 0x93, 0x96, 0x98, 0x9f, 0xa0] {
            assert!(!Reason(code).is_final(), "{code:#x}");
        }
        for code in [0x81, 0x84, 0x85, 0x86, 0x87, 0x8a, 0x8e, 0x97, 0x9c, 0x9d] {
            assert!(Reason(code).is_final(), "{code:#x}");
        }
    }
}
