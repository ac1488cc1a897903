//! CONNECT, written by hand: rumqttc's codec supports neither 3.1's protocol name, nor binary passwords, nor an empty
//! user name with a password.

use crate::message::Will;
use crate::mqtt::version::Version;
use crate::property::{Block, Id, put_binary, put_varint};
use bytes::{BufMut, BytesMut};

/// Size of the longest fixed header in bytes.
const HEADER: usize = 5;

/// The contents of CONNECT ([MQTT 5, 3.1]). Without `Debug`, because it borrows the password.
pub struct Connect<'a> {
    /// Protocol level.
    pub version: Version,
    /// At most 65,535 bytes.
    pub client_id: &'a str,
    /// Whether to discard an earlier session.
    pub clean_start: bool,
    /// Keep-alive in seconds; 0 is off.
    pub keep_alive: u16,
    /// At most 65,535 bytes.
    pub username: Option<&'a str>,
    /// At most 65,535 bytes.
    pub password: Option<&'a [u8]>,
    /// The will, already validated.
    pub will: Option<&'a Will>,
    /// MQTT 5: seconds that the session outlives the connection; omitted if 0.
    pub session_expiry: u32,
    /// MQTT 5: most QoS 1 and 2 messages in flight to us.
    pub receive_maximum: Option<u16>,
    /// MQTT 5: largest packet to us in bytes.
    pub maximum_packet_size: Option<u32>,
    /// MQTT 5: number of topic aliases to us; omitted if 0.
    pub topic_alias_maximum: u16,
    /// MQTT 5: ask for a prefix for response topics.
    pub request_response_information: bool,
    /// MQTT 5: let the broker explain what it refuses, which is the default.
    pub request_problem_information: bool,
    /// MQTT 5: Authentication Method and Authentication Data, at most 65,535 bytes each.
    pub authentication: Option<(&'a str, &'a [u8])>,
    /// MQTT 5: user properties.
    pub user_properties: &'a [(String, String)],
}

impl Connect<'_> {
    /// Appends the packet to `out`, the only place with a copy of the password.
    pub fn write(&self, out: &mut BytesMut) {
        // Lengths have been checked where each string entered the program.
        let mut body = BytesMut::with_capacity(128);
        put_binary(&mut body, if self.version == Version::V31 { b"MQIsdp" } else { b"MQTT" });
        body.put_u8(self.version as u8);
        body.put_u8(self.flags());
        body.put_u16(self.keep_alive);
        if self.version == Version::V5 {
            body.extend_from_slice(&self.properties());
        }
        put_binary(&mut body, self.client_id.as_bytes());
        if let Some(will) = self.will {
            if self.version == Version::V5 {
                body.extend_from_slice(&will_properties(will));
            }
            put_binary(&mut body, will.envelope.topic.as_str().as_bytes());
            put_binary(&mut body, &will.payload);
        }
        if let Some(username) = self.username {
            put_binary(&mut body, username.as_bytes());
        }
        let password = self.password.map_or(0, |password| 2 + password.len());
        let length = body.len() + password;
        // Reserved at once: growing would free memory without wiping it.
        out.reserve(HEADER + length);
        out.put_u8(0x10);
        put_varint(out, length);
        out.extend_from_slice(&body);
        if let Some(password) = self.password {
            put_binary(out, password);
        }
    }

    fn flags(&self) -> u8 {
        let mut flags = 0;
        if self.clean_start {
            flags |= 0x02;
        }
        if let Some(will) = self.will {
            flags |= 0x04 | will.envelope.qos.number() << 3 | u8::from(will.envelope.retain) << 5;
        }
        if self.password.is_some() {
            flags |= 0x40;
        }
        if self.username.is_some() {
            flags |= 0x80;
        }
        flags
    }

    fn properties(&self) -> Vec<u8> {
        let mut block = Block::default();
        if self.session_expiry != 0 {
            block.number(Id::SessionExpiry, self.session_expiry);
        }
        if let Some(messages) = self.receive_maximum {
            block.number(Id::ReceiveMaximum, messages.into());
        }
        if self.topic_alias_maximum != 0 {
            block.number(Id::TopicAliasMaximum, self.topic_alias_maximum.into());
        }
        if let Some(bytes) = self.maximum_packet_size {
            block.number(Id::MaximumPacketSize, bytes);
        }
        if self.request_response_information {
            block.number(Id::RequestResponseInformation, 1);
        }
        if !self.request_problem_information {
            block.number(Id::RequestProblemInformation, 0);
        }
        if let Some((method, data)) = self.authentication {
            block.authentication(method, Some(data));
        }
        block.pairs(self.user_properties);
        block.finish()
    }
}

fn will_properties(will: &Will) -> Vec<u8> {
    let mut block = Block::default();
    if let Some(seconds) = will.delay {
        block.number(Id::WillDelay, seconds);
    }
    will.envelope.properties.put(&mut block);
    block.finish()
}
