//! The decoded packets of both directions.

use bytes::Bytes;

/// The standard of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// MQTT 3.1.1, and 3.1.
    Four,
    /// MQTT 5.
    Five,
}

/// A packet from a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientPacket {
    Connect(Connect),
    Publish(Publish),
    Ack(Ack),
    Subscribe(Subscribe),
    Unsubscribe {
        id: u16,
        filters: Vec<String>,
    },
    PingReq,
    /// With the Session Expiry Interval, if the client changes it.
    Disconnect {
        session_expiry: Option<u32>,
    },
}

/// The parts of a CONNECT that the simulation needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    pub version: Version,
    pub client_id: String,
    pub clean_start: bool,
    /// In seconds; 0 is never.
    pub keep_alive: u16,
    /// In seconds; before MQTT 5 a session without Clean Session never expires.
    pub session_expiry: u32,
    /// Number of PUBLISHes of QoS 1 and 2 that the client accepts before it acknowledges one.
    pub receive_maximum: u16,
    pub will: bool,
}

/// The part of a PUBLISH that is passed on to subscribers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub topic: String,
    pub payload: Bytes,
    pub qos: u8,
    pub retain: bool,
    /// The MQTT 5 properties as the client wrote them, without the topic alias and the length.
    pub properties: Bytes,
}

/// A PUBLISH from the client. The topic is empty if an alias is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    pub message: Message,
    pub dup: bool,
    /// 0 at QoS 0.
    pub id: u16,
    pub alias: Option<u16>,
    pub response_topic: Option<String>,
    pub correlation: Option<Bytes>,
}

/// The four packets that answer a PUBLISH or one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckKind {
    Puback,
    Pubrec,
    Pubrel,
    Pubcomp,
}

/// PUBACK, PUBREC, PUBREL or PUBCOMP, of either direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    pub kind: AckKind,
    pub id: u16,
    /// Always 0 before MQTT 5.
    pub reason: u8,
}

/// A SUBSCRIBE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribe {
    pub id: u16,
    /// The Subscription Identifier, which is added to each message.
    pub identifier: Option<u32>,
    pub filters: Vec<Filter>,
}

/// One filter of a SUBSCRIBE and its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub filter: String,
    pub qos: u8,
    pub no_local: bool,
    pub retain_as_published: bool,
    /// 0: send retained messages; 1: only if the subscription is new; 2: never.
    pub retain_handling: u8,
}

/// A packet from a broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrokerPacket {
    ConnAck {
        session_present: bool,
        reason: u8,
        receive_maximum: u16,
        topic_alias_maximum: u16,
        /// If the client has no id (MQTT 5).
        assigned_client_id: Option<String>,
    },
    Publish {
        message: Message,
        dup: bool,
        /// 0 at QoS 0.
        id: u16,
        /// The Subscription Identifiers of the matching subscriptions.
        identifiers: Vec<u32>,
    },
    Ack(Ack),
    SubAck {
        id: u16,
        codes: Vec<u8>,
    },
    UnsubAck {
        id: u16,
        codes: Vec<u8>,
    },
    PingResp,
    /// MQTT 5 only.
    Disconnect {
        reason: u8,
    },
}
