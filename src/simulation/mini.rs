//! A minimal client for tests of the simulation itself: it makes packets, and describes those received as text.

use super::wire::{AckKind, Version, write_length, write_string};

/// The contents of a CONNECT.
#[derive(Clone, Debug)]
pub struct Greeting {
    pub version: Version,
    pub client_id: &'static str,
    pub clean: bool,
    pub keep_alive: u16,
    /// MQTT 5.
    pub session_expiry: u32,
    /// MQTT 5.
    pub receive_maximum: u16,
}

impl Greeting {
    /// A client with a persistent session.
    pub fn new(version: Version) -> Self {
        Self {
            version,
            client_id: "mini",
            clean: false,
            keep_alive: 0,
            session_expiry: 1_000,
            receive_maximum: u16::MAX,
        }
    }
}

/// Makes and reads the packets of one connection.
#[derive(Debug)]
pub struct Mini {
    version: Version,
    heard: Vec<u8>,
}

impl Mini {
    pub fn new(version: Version) -> Self {
        Self { version, heard: Vec::new() }
    }

    pub fn connect(greeting: &Greeting) -> Vec<u8> {
        let mut body = Vec::new();
        write_string(&mut body, "MQTT");
        let five = greeting.version == Version::Five;
        body.push(if five { 5 } else { 4 });
        body.push(if greeting.clean { 2 } else { 0 });
        body.extend(greeting.keep_alive.to_be_bytes());
        if five {
            let mut properties = vec![0x11];
            properties.extend(greeting.session_expiry.to_be_bytes());
            properties.push(0x21);
            properties.extend(greeting.receive_maximum.to_be_bytes());
            write_length(&mut body, properties.len());
            body.extend(properties);
        }
        write_string(&mut body, greeting.client_id);
        packet(0x10, &body)
    }

    /// A PUBLISH with these flags (DUP 8, QoS 2 or 4, retain 1) and, with MQTT 5, properties.
    pub fn publish_with(
        &self,
        flags: u8,
        id: u16,
        topic: &str,
        payload: &str,
        properties: &[u8],
    ) -> Vec<u8> {
        let mut body = Vec::new();
        write_string(&mut body, topic);
        if flags & 6 != 0 {
            body.extend(id.to_be_bytes());
        }
        if self.version == Version::Five {
            write_length(&mut body, properties.len());
            body.extend(properties);
        }
        body.extend(payload.as_bytes());
        packet(0x30 | flags, &body)
    }

    pub fn publish(&self, qos: u8, id: u16, topic: &str, payload: &str) -> Vec<u8> {
        self.publish_with(qos << 1, id, topic, payload, &[])
    }

    /// With DUP.
    pub fn publish_again(&self, qos: u8, id: u16, topic: &str, payload: &str) -> Vec<u8> {
        self.publish_with(8 | qos << 1, id, topic, payload, &[])
    }

    pub fn ack(kind: AckKind, id: u16) -> Vec<u8> {
        let first = match kind {
            AckKind::Puback => 0x40,
            AckKind::Pubrec => 0x50,
            AckKind::Pubrel => 0x62,
            AckKind::Pubcomp => 0x70,
        };
        packet(first, &id.to_be_bytes())
    }

    /// One filter, with its options byte.
    pub fn subscribe(&self, id: u16, filter: &str, options: u8) -> Vec<u8> {
        let mut body = id.to_be_bytes().to_vec();
        self.no_properties(&mut body);
        write_string(&mut body, filter);
        body.push(options);
        packet(0x82, &body)
    }

    pub fn unsubscribe(&self, id: u16, filter: &str) -> Vec<u8> {
        let mut body = id.to_be_bytes().to_vec();
        self.no_properties(&mut body);
        write_string(&mut body, filter);
        packet(0xa2, &body)
    }

    pub fn ping() -> Vec<u8> {
        packet(0xc0, &[])
    }

    pub fn disconnect() -> Vec<u8> {
        packet(0xe0, &[])
    }

    fn no_properties(&self, body: &mut Vec<u8>) {
        if self.version == Version::Five {
            body.push(0);
        }
    }

    /// The complete packets received, each in a few words.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<String> {
        self.heard.extend_from_slice(bytes);
        let mut words = Vec::new();
        while let Some((first, body, taken)) = split(&self.heard) {
            words.push(self.words(first, body));
            self.heard.drain(..taken);
        }
        words
    }

    fn words(&self, first: u8, body: &[u8]) -> String {
        let five = self.version == Version::Five;
        let id = |body: &[u8]| u16::from_be_bytes([body[0], body[1]]);
        let ack = |name: &str| match body.get(2) {
            Some(reason) => format!("{name} {} 0x{reason:02x}", id(body)),
            None => format!("{name} {}", id(body)),
        };
        match first >> 4 {
            2 if body[0] == 1 => format!("connack {} present", body[1]),
            2 => format!("connack {}", body[1]),
            3 => self.publish_words(first & 15, body),
            4 => ack("puback"),
            5 => ack("pubrec"),
            6 => ack("pubrel"),
            7 => ack("pubcomp"),
            9 => format!("suback {} {:02x?}", id(body), &body[if five { 3 } else { 2 }..]),
            11 => format!("unsuback {}", id(body)),
            13 => "pingresp".to_owned(),
            14 => format!("disconnect 0x{:02x}", body[0]),
            _ => panic!("no broker sends 0x{first:02x}"),
        }
    }

    fn publish_words(&self, flags: u8, body: &[u8]) -> String {
        let (topic, mut rest) =
            body[2..].split_at(usize::from(u16::from_be_bytes([body[0], body[1]])));
        let mut words = String::from_utf8_lossy(topic).into_owned();
        let mut suffix = String::new();
        if flags & 6 != 0 {
            suffix = format!(" qos{} id{}", flags >> 1 & 3, u16::from_be_bytes([rest[0], rest[1]]));
            rest = &rest[2..];
        }
        if self.version == Version::Five {
            // The tests need at most 127 bytes of them.
            let (properties, payload) = rest[1..].split_at(usize::from(rest[0]));
            if !properties.is_empty() {
                suffix += &format!(" {properties:02x?}");
            }
            rest = payload;
        }
        for (flag, word) in [(8, " dup"), (1, " retain")] {
            suffix += if flags & flag != 0 { word } else { "" };
        }
        words += &format!("={}{suffix}", String::from_utf8_lossy(rest));
        words
    }
}

/// The first byte, the body and the length of the first packet.
fn split(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let (mut length, mut at, mut shift) = (0, 1, 0);
    loop {
        let byte = *bytes.get(at)?;
        length |= usize::from(byte & 0x7f) << shift;
        at += 1;
        shift += 7;
        if byte < 0x80 {
            return Some((bytes[0], bytes.get(at..at + length)?, at + length));
        }
    }
}

/// A complete packet.
pub fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    write_length(&mut packet, body.len());
    packet.extend(body);
    packet
}

/// The message of the panic that this ends in.
pub fn complaint<T>(run: impl FnOnce() -> T) -> String {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    let Err(panic) = outcome else { panic!("nothing was complained about") };
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast_ref::<&str>().expect("a panic in words").to_string(),
    }
}
