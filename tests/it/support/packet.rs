//! The packets that a client sends, decoded strictly, and the PUBLISH that both sides send.

use super::bytes::{Blob, Fields, Properties, frame, prefixed, property};

/// The version of the protocol as CONNECT announces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    V31 = 3,
    V311 = 4,
    V5 = 5,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    Connect(Connect),
    Publish(Publish),
    PubAck(Ack),
    PubRec(Ack),
    PubRel(Ack),
    PubComp(Ack),
    Subscribe(Subscribe),
    Unsubscribe(Unsubscribe),
    PingReq,
    Disconnect(Disconnect),
    Auth(Auth),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    pub protocol_name: String,
    pub level: Level,
    pub clean_start: bool,
    /// Seconds.
    pub keep_alive: u16,
    pub client_id: String,
    pub will: Option<Will>,
    pub username: Option<Blob>,
    pub password: Option<Blob>,
    pub properties: Properties,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Will {
    pub topic: String,
    pub payload: Blob,
    pub qos: u8,
    pub retain: bool,
    pub properties: Properties,
}

/// A message; without identifier at QoS 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publish {
    pub dup: bool,
    pub qos: u8,
    pub retain: bool,
    pub topic: String,
    pub id: Option<u16>,
    pub properties: Properties,
    pub payload: Blob,
}

/// PUBACK, PUBREC, PUBREL or PUBCOMP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    pub id: u16,
    pub reason: u8,
    pub properties: Properties,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribe {
    pub id: u16,
    pub properties: Properties,
    pub filters: Vec<Filter>,
}

/// One filter of a SUBSCRIBE and its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub filter: String,
    pub qos: u8,
    pub no_local: bool,
    pub retain_as_published: bool,
    pub retain_handling: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscribe {
    pub id: u16,
    pub properties: Properties,
    pub filters: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disconnect {
    pub reason: u8,
    pub properties: Properties,
}

/// One step of enhanced authentication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auth {
    pub reason: u8,
    pub properties: Properties,
}

impl Packet {
    /// Decodes one frame. `level` is that of the CONNECT before it, which has none itself.
    #[track_caller]
    pub fn decode(header: u8, body: &[u8], level: Option<Level>) -> Self {
        let kind = header >> 4;
        assert!(
            kind == 1 || level.is_some(),
            "the client's first packet is 0x{header:02x}, no CONNECT"
        );
        let v5 = level == Some(Level::V5);
        if kind != 3 {
            check_flags(header);
        }
        match kind {
            1 => Self::Connect(Connect::decode(body)),
            3 => Self::Publish(Publish::decode(header, body, v5)),
            4 => Self::PubAck(Ack::decode("PUBACK", body, v5)),
            5 => Self::PubRec(Ack::decode("PUBREC", body, v5)),
            6 => Self::PubRel(Ack::decode("PUBREL", body, v5)),
            7 => Self::PubComp(Ack::decode("PUBCOMP", body, v5)),
            8 => Self::Subscribe(Subscribe::decode(body, v5)),
            10 => Self::Unsubscribe(Unsubscribe::decode(body, v5)),
            12 => {
                Fields::new("PINGREQ", body).finish();
                Self::PingReq
            }
            14 => Self::Disconnect(Disconnect::decode(body, v5)),
            15 if v5 => Self::Auth(Auth::decode(body)),
            _ => panic!("the client sent a packet that only a broker may send: 0x{header:02x}"),
        }
    }
}

/// The lower half of the first byte is fixed for all but PUBLISH [MQTT-2.1.3-1].
#[track_caller]
fn check_flags(header: u8) {
    let fixed = match header >> 4 {
        6 | 8 | 10 => 2,
        _ => 0,
    };
    assert_eq!(header & 0x0f, fixed, "reserved flags in header 0x{header:02x}");
}

impl Connect {
    #[track_caller]
    fn decode(body: &[u8]) -> Self {
        let mut fields = Fields::new("CONNECT", body);
        let protocol_name = fields.text("protocol name");
        let level = match (protocol_name.as_str(), fields.byte("protocol level")) {
            ("MQIsdp", 3) => Level::V31,
            ("MQTT", 4) => Level::V311,
            ("MQTT", 5) => Level::V5,
            (name, level) => fields.malformed(&format!("protocol {name:?}, level {level}")),
        };
        let flags = fields.byte("connect flags");
        if flags & 1 != 0 {
            fields.malformed("the reserved connect flag is set");
        }
        let keep_alive = fields.two("keep alive");
        let properties = fields.properties_if(level == Level::V5);
        let client_id = fields.text("client id");
        let will = (flags & 0x04 != 0).then(|| Will::decode(&mut fields, flags, level));
        let username = (flags & 0x80 != 0).then(|| Blob(fields.binary("user name")));
        let password = (flags & 0x40 != 0).then(|| Blob(fields.binary("password")));
        fields.finish();
        Self {
            protocol_name,
            level,
            clean_start: flags & 0x02 != 0,
            keep_alive,
            client_id,
            will,
            username,
            password,
            properties,
        }
    }
}

impl Will {
    #[track_caller]
    fn decode(fields: &mut Fields, flags: u8, level: Level) -> Self {
        Self {
            properties: fields.properties_if(level == Level::V5),
            topic: fields.text("will topic"),
            payload: Blob(fields.binary("will payload")),
            qos: flags >> 3 & 3,
            retain: flags & 0x20 != 0,
        }
    }
}

impl Publish {
    /// A message at QoS 0, for sending or comparing.
    pub fn new(topic: &str, payload: &(impl AsRef<[u8]> + ?Sized)) -> Self {
        Self {
            dup: false,
            qos: 0,
            retain: false,
            topic: topic.to_owned(),
            id: None,
            properties: Properties::new(),
            payload: payload.into(),
        }
    }

    pub fn qos(mut self, qos: u8, id: u16) -> Self {
        self.qos = qos;
        self.id = (qos > 0).then_some(id);
        self
    }

    pub fn dup(mut self) -> Self {
        self.dup = true;
        self
    }

    pub fn retain(mut self) -> Self {
        self.retain = true;
        self
    }

    pub fn with(mut self, properties: Properties) -> Self {
        self.properties = properties;
        self
    }

    /// The message under a topic alias; with an empty topic the alias alone says where it belongs.
    pub fn alias(mut self, alias: u16) -> Self {
        self.properties = self.properties.two(property::TOPIC_ALIAS, alias);
        self
    }

    /// The payload as text, for comparing lists of messages.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.payload).into_owned()
    }

    pub fn encode(&self, level: Level) -> Vec<u8> {
        let flags = u8::from(self.dup) << 3 | self.qos << 1 | u8::from(self.retain);
        let mut body = prefixed(self.topic.as_bytes());
        if let Some(id) = self.id {
            body.extend(id.to_be_bytes());
        }
        if level == Level::V5 {
            body.extend(self.properties.encode());
        }
        body.extend_from_slice(&self.payload);
        frame(0x30 | flags, &body)
    }

    #[track_caller]
    fn decode(header: u8, body: &[u8], v5: bool) -> Self {
        let mut fields = Fields::new("PUBLISH", body);
        let qos = header >> 1 & 3;
        if qos == 3 || (qos == 0 && header & 8 != 0) {
            fields.malformed(&format!("flags of header 0x{header:02x}"));
        }
        let topic = fields.text("topic");
        if topic.contains(['+', '#']) {
            fields.malformed("wildcard in the topic");
        }
        Self {
            dup: header & 8 != 0,
            qos,
            retain: header & 1 != 0,
            topic,
            id: (qos > 0).then(|| fields.packet_id()),
            properties: fields.properties_if(v5),
            payload: Blob(fields.rest()),
        }
    }
}

impl Ack {
    #[track_caller]
    fn decode(name: &'static str, body: &[u8], v5: bool) -> Self {
        let mut fields = Fields::new(name, body);
        let id = fields.packet_id();
        let (reason, properties) = fields.reason_and_properties(v5);
        fields.finish();
        Self { id, reason, properties }
    }
}

impl Subscribe {
    #[track_caller]
    fn decode(body: &[u8], v5: bool) -> Self {
        let mut fields = Fields::new("SUBSCRIBE", body);
        let id = fields.packet_id();
        let properties = fields.properties_if(v5);
        let mut filters = Vec::new();
        while filters.is_empty() || !fields.is_empty() {
            filters.push(Filter::decode(&mut fields, v5));
        }
        Self { id, properties, filters }
    }
}

impl Filter {
    #[track_caller]
    fn decode(fields: &mut Fields, v5: bool) -> Self {
        let filter = fields.text("filter");
        let options = fields.byte("subscription options");
        let reserved = if v5 { 0xc0 } else { 0xfc };
        if filter.is_empty() || options & reserved != 0 || options & 3 == 3 {
            fields.malformed(&format!("filter {filter:?} with options 0x{options:02x}"));
        }
        Self {
            filter,
            qos: options & 3,
            no_local: options & 0x04 != 0,
            retain_as_published: options & 0x08 != 0,
            retain_handling: options >> 4 & 3,
        }
    }
}

impl Unsubscribe {
    #[track_caller]
    fn decode(body: &[u8], v5: bool) -> Self {
        let mut fields = Fields::new("UNSUBSCRIBE", body);
        let id = fields.packet_id();
        let properties = fields.properties_if(v5);
        let mut filters = Vec::new();
        while filters.is_empty() || !fields.is_empty() {
            filters.push(fields.text("filter"));
        }
        Self { id, properties, filters }
    }
}

impl Disconnect {
    #[track_caller]
    fn decode(body: &[u8], v5: bool) -> Self {
        let mut fields = Fields::new("DISCONNECT", body);
        let (reason, properties) = fields.reason_and_properties(v5);
        fields.finish();
        Self { reason, properties }
    }
}

impl Auth {
    #[track_caller]
    fn decode(body: &[u8]) -> Self {
        let mut fields = Fields::new("AUTH", body);
        let (reason, properties) = fields.reason_and_properties(true);
        fields.finish();
        Self { reason, properties }
    }
}

impl Fields<'_> {
    #[track_caller]
    fn properties_if(&mut self, v5: bool) -> Properties {
        if v5 { self.properties() } else { Properties::new() }
    }

    /// MQTT 5 lets a packet end before its reason (then 0) or before its properties (then none).
    #[track_caller]
    fn reason_and_properties(&mut self, v5: bool) -> (u8, Properties) {
        if !v5 || self.is_empty() {
            return (0, Properties::new());
        }
        let reason = self.byte("reason");
        let more = !self.is_empty();
        (reason, self.properties_if(more))
    }
}
