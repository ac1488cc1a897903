//! CONNECT, written by hand: 3.1's protocol name, passwords that are any bytes, and an empty user
//! name beside a password are beyond rumqttc's codec.

use super::Version;
use crate::message::Will;
use bytes::{BufMut, BytesMut};

/// Everything CONNECT says ([MQTT 5, 3.1]). Without `Debug`, for it borrows the password.
pub struct Connect<'a> {
    /// Protocol level.
    pub version: Version,
    /// At most 65,535 bytes.
    pub client_id: &'a str,
    /// Forget an earlier session.
    pub clean_start: bool,
    /// Seconds; 0 is off.
    pub keep_alive: u16,
    /// At most 65,535 bytes.
    pub username: Option<&'a str>,
    /// At most 65,535 bytes.
    pub password: Option<&'a [u8]>,
    /// Checked when it was parsed.
    pub will: Option<&'a Will>,
    /// MQTT 5: seconds the session outlives the connection; left out when 0.
    pub session_expiry: u32,
}

impl Connect<'_> {
    /// Appends the packet to `out`.
    pub fn write(&self, out: &mut BytesMut) {
        let mut body = BytesMut::with_capacity(128);
        put_binary(&mut body, if self.version == Version::V31 { b"MQIsdp" } else { b"MQTT" });
        body.put_u8(self.version as u8);
        body.put_u8(self.flags());
        body.put_u16(self.keep_alive);
        if self.version == Version::V5 {
            self.put_properties(&mut body);
        }
        put_binary(&mut body, self.client_id.as_bytes());
        if let Some(will) = self.will {
            if self.version == Version::V5 {
                put_will_properties(will, &mut body);
            }
            put_binary(&mut body, will.envelope.topic.as_str().as_bytes());
            put_binary(&mut body, &will.payload);
        }
        if let Some(username) = self.username {
            put_binary(&mut body, username.as_bytes());
        }
        if let Some(password) = self.password {
            put_binary(&mut body, password);
        }
        out.put_u8(0x10);
        put_varint(out, body.len());
        out.extend_from_slice(&body);
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

    fn put_properties(&self, body: &mut BytesMut) {
        if self.session_expiry == 0 {
            body.put_u8(0);
        } else {
            body.put_u8(5);
            body.put_u8(0x11);
            body.put_u32(self.session_expiry);
        }
    }
}

fn put_will_properties(will: &Will, body: &mut BytesMut) {
    match will.delay {
        None => body.put_u8(0),
        Some(seconds) => {
            body.put_u8(5);
            body.put_u8(0x18);
            body.put_u32(seconds);
        }
    }
}

/// Lengths are checked where each string enters the program; `Plan` is the last gate.
fn put_binary(body: &mut BytesMut, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    body.put_u16(length);
    body.extend_from_slice(&bytes[..length.into()]);
}

fn put_varint(out: &mut BytesMut, mut value: usize) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            out.put_u8(byte);
            return;
        }
        out.put_u8(byte | 0x80);
    }
}
