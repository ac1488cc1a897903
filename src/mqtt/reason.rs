//! Reason codes of MQTT 5 ([MQTT 5, 2.4]), and the five return codes of the older CONNACK ([MQTT 3.1.1, 3.2.2.3]).

use std::fmt;

/// A reason code of MQTT 5: 0x80 and above is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason(pub u8);

/// A constant and a text for each code that the standard defines.
macro_rules! reasons {
    ($($code:literal $name:ident $text:literal,)*) => {
        impl Reason {
            $(
                #[doc = $text]
                pub const $name: Self = Self($code);
            )*

            fn text(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some($text),)*
                    _ => None,
                }
            }
        }
    };
}

reasons! {
    0x00 SUCCESS "Success",
    0x01 GRANTED_QOS_1 "Granted QoS 1",
    0x02 GRANTED_QOS_2 "Granted QoS 2",
    0x04 DISCONNECT_WITH_WILL "Disconnect with will message",
    0x10 NO_MATCHING_SUBSCRIBERS "No matching subscribers",
    0x11 NO_SUBSCRIPTION_EXISTED "No subscription existed",
    0x18 CONTINUE_AUTHENTICATION "Continue authentication",
    0x19 RE_AUTHENTICATE "Re-authenticate",
    0x80 UNSPECIFIED_ERROR "Unspecified error",
    0x81 MALFORMED_PACKET "Malformed packet",
    0x82 PROTOCOL_ERROR "Protocol error",
    0x83 IMPLEMENTATION_SPECIFIC_ERROR "Implementation specific error",
    0x84 UNSUPPORTED_PROTOCOL_VERSION "Unsupported protocol version",
    0x85 CLIENT_ID_NOT_VALID "Client identifier not valid",
    0x86 BAD_USER_NAME_OR_PASSWORD "Bad user name or password",
    0x87 NOT_AUTHORIZED "Not authorized",
    0x88 SERVER_UNAVAILABLE "Server unavailable",
    0x89 SERVER_BUSY "Server busy",
    0x8a BANNED "Banned",
    0x8b SERVER_SHUTTING_DOWN "Server shutting down",
    0x8c BAD_AUTHENTICATION_METHOD "Bad authentication method",
    0x8d KEEP_ALIVE_TIMEOUT "Keep alive timeout",
    0x8e SESSION_TAKEN_OVER "Session taken over",
    0x8f TOPIC_FILTER_INVALID "Topic filter invalid",
    0x90 TOPIC_NAME_INVALID "Topic name invalid",
    0x91 PACKET_ID_IN_USE "Packet identifier in use",
    0x92 PACKET_ID_NOT_FOUND "Packet identifier not found",
    0x93 RECEIVE_MAXIMUM_EXCEEDED "Receive maximum exceeded",
    0x94 TOPIC_ALIAS_INVALID "Topic alias invalid",
    0x95 PACKET_TOO_LARGE "Packet too large",
    0x96 MESSAGE_RATE_TOO_HIGH "Message rate too high",
    0x97 QUOTA_EXCEEDED "Quota exceeded",
    0x98 ADMINISTRATIVE_ACTION "Administrative action",
    0x99 PAYLOAD_FORMAT_INVALID "Payload format invalid",
    0x9a RETAIN_NOT_SUPPORTED "Retain not supported",
    0x9b QOS_NOT_SUPPORTED "QoS not supported",
    0x9c USE_ANOTHER_SERVER "Use another server",
    0x9d SERVER_MOVED "Server moved",
    0x9e SHARED_SUBSCRIPTIONS_NOT_SUPPORTED "Shared subscriptions not supported",
    0x9f CONNECTION_RATE_EXCEEDED "Connection rate exceeded",
    0xa0 MAXIMUM_CONNECT_TIME "Maximum connect time",
    0xa1 SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED "Subscription identifiers not supported",
    0xa2 WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED "Wildcard subscriptions not supported",
}

impl Reason {
    /// Whether it is a failure.
    pub fn is_failure(self) -> bool {
        self.0 >= 0x80
    }

    /// Whether the standard defines it for any packet.
    pub fn is_defined(self) -> bool {
        self.text().is_some()
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
    Some(match code {
        0 => Reason::SUCCESS,
        1 => Reason::UNSUPPORTED_PROTOCOL_VERSION,
        2 => Reason::CLIENT_ID_NOT_VALID,
        3 => Reason::SERVER_UNAVAILABLE,
        4 => Reason::BAD_USER_NAME_OR_PASSWORD,
        5 => Reason::NOT_AUTHORIZED,
        _ => return None,
    })
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
