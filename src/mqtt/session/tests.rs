//! The session driven without a socket and without waiting: bytes of a made-up broker go in, what
//! comes out is read by rumqttc's own decoder, and time is a base plus durations.

mod arbitrary;
mod authentication;
mod connection;
mod honest;
mod incoming;
mod interest;
mod kept;
mod outgoing;
mod reconnect;

use super::*;
use crate::message::Envelope;
use crate::mqtt::event::{Submitted, Taken};
use crate::mqtt::ledger::Kept;
use crate::mqtt::options::Keeper;
use crate::mqtt::subscription::{Interest, Subscription};
use crate::random::random;
use bytes::{Buf, Bytes, BytesMut};
use rumqttc::mqttbytes::v4;
use rumqttc::v5::mqttbytes::v5;
use std::time::Duration;

const VERSIONS: [Version; 3] = [Version::V31, Version::V311, Version::V5];
const ZERO: QoS = QoS::AtMostOnce;
const ONE: QoS = QoS::AtLeastOnce;
const TWO: QoS = QoS::ExactlyOnce;

const PUBACK: u8 = 0x40;
const PUBREC: u8 = 0x50;
const PUBREL: u8 = 0x62;
const PUBCOMP: u8 = 0x70;

/// A job that remembers what it was told.
#[derive(Default)]
struct Recorder {
    /// What to say about the messages to come; after that, that they are being written.
    answers: VecDeque<Taken>,
    /// No more messages than this; without limit when it is none.
    room: Option<usize>,
    messages: Vec<String>,
    ends: Vec<(u64, u16, Outcome)>,
    events: Vec<String>,
}

impl Recorder {
    fn message(&mut self, message: &Message<'_>) -> Taken {
        let payload = message.payload.escape_ascii();
        let (topic, qos, id) = (message.topic, message.qos, message.packet_id);
        let dup = if message.dup { " dup" } else { "" };
        self.messages.push(format!("{topic} q{qos} id {id}{dup} = {payload}"));
        self.answers.pop_front().unwrap_or(Taken::Writing)
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Published { position, packet_id, outcome } => {
                self.ends.push((position, packet_id, outcome));
            }
            // Every connection of every test begins with it.
            Event::Connected { .. } => {}
            other => self.events.push(format!("{other:?}")),
        }
    }

    fn is_full(&self) -> bool {
        self.room.is_some_and(|room| self.messages.len() >= room)
    }
}

/// A clean session that is kept for a reconnect, without subscriptions.
fn options() -> SessionOptions {
    SessionOptions::new("id".to_owned())
}

/// A session the broker keeps in every version.
fn persistent() -> SessionOptions {
    SessionOptions { clean_start: false, ..options() }
}

fn subscribing() -> SessionOptions {
    let filters = [("a/#", QoS::ExactlyOnce), ("b", QoS::AtLeastOnce)];
    let subscriptions = filters
        .iter()
        .map(|(filter, qos)| Subscription::new(filter.parse().unwrap(), *qos))
        .collect();
    SessionOptions { interest: Interest { subscriptions, ..Interest::default() }, ..options() }
}

fn connack(version: Version, session_present: bool, properties: &[u8]) -> Vec<u8> {
    let present = u8::from(session_present);
    match version {
        Version::V5 => {
            let length = properties.len() as u8;
            [&[0x20, 3 + length, present, 0, length], properties].concat()
        }
        _ => vec![0x20, 2, present, 0],
    }
}

/// PUBACK, PUBREC, PUBREL or PUBCOMP without a reason.
fn ack(first: u8, id: u16) -> Vec<u8> {
    [&[first, 2], &id.to_be_bytes()[..]].concat()
}

/// One of MQTT 5's that says why.
fn refusal(first: u8, id: u16, reason: u8) -> Vec<u8> {
    [&[first, 3], &id.to_be_bytes()[..], &[reason]].concat()
}

/// A PUBLISH to `t`; without an id when that is 0.
fn message(version: Version, first: u8, id: u16, payload: &str) -> Vec<u8> {
    let mut body = b"\0\x01t".to_vec();
    if id != 0 {
        body.extend(id.to_be_bytes());
    }
    if version == Version::V5 {
        body.push(0);
    }
    body.extend(payload.as_bytes());
    [&[first, body.len() as u8], &body[..]].concat()
}

/// A session, who hears of it, and the time.
struct Bench {
    session: Session,
    job: Recorder,
    now: Instant,
    envelopes: [Rc<Envelope>; 3],
}

impl Bench {
    fn new(options: SessionOptions, version: Version) -> Self {
        let topic: crate::topic::TopicName = "t".parse().unwrap();
        let envelope = |qos| Rc::new(Envelope::new(topic.clone(), qos, false));
        Self {
            session: Session::new(Rc::new(options), version, random()),
            job: Recorder::default(),
            now: Instant::now(),
            envelopes: [ZERO, ONE, TWO].map(envelope),
        }
    }

    /// Connected to a broker that says nothing special.
    fn up(options: SessionOptions, version: Version) -> Self {
        Self::up_with(options, version, &[])
    }

    fn up_with(options: SessionOptions, version: Version, properties: &[u8]) -> Self {
        let mut bench = Self::new(options, version);
        bench.connect(false, properties);
        bench
    }

    /// Opens a connection and gets CONNACK; CONNECT is not looked at.
    fn connect(&mut self, session_present: bool, properties: &[u8]) {
        self.session.connect(random);
        self.bytes();
        self.hear(&connack(self.session.version(), session_present, properties));
    }

    fn lost(&mut self, fault: Option<&Fault>) {
        self.session.lost(fault);
        self.tell();
    }

    /// Loses the connection and gets another one.
    fn reconnect(&mut self, session_present: bool) {
        self.lost(None);
        self.connect(session_present, &[]);
    }

    fn abandon(&mut self) {
        self.session.abandon();
        self.tell();
    }

    fn pump(&mut self) {
        self.session.pump();
        self.tell();
    }

    /// Whoever hears of it hears what happened.
    fn tell(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.job.event(event);
        }
    }

    /// Takes what is complete from the front of `input`, as long as there is room for messages.
    fn receive(&mut self, input: &mut BytesMut) -> Result<(), Fault> {
        self.session.heard(self.now);
        let mut at = 0;
        let result = loop {
            if at > 0 && self.session.is_up() && self.session.is_taking() && self.job.is_full() {
                break Ok(());
            }
            match self.session.receive(&input[at..], self.now) {
                Ok(Intake::Incomplete) => break Ok(()),
                Ok(Intake::Packet(length)) => at += length,
                Ok(Intake::Message { length, message, receipt }) => {
                    let taken = self.job.message(&message);
                    self.session.settle(receipt, taken);
                    at += length;
                }
                Err(fault) => break Err(fault),
            }
            self.tell();
        };
        input.advance(at);
        result
    }

    /// The broker sends `bytes`; whatever is no complete packet is lost.
    fn try_hear(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.receive(&mut BytesMut::from(bytes))
    }

    /// The broker sends `bytes`, and is right to do so.
    fn hear(&mut self, bytes: &[u8]) {
        let mut input = BytesMut::from(bytes);
        self.receive(&mut input).unwrap();
        assert!(input.is_empty(), "only whole packets: {input:x?} is left");
    }

    /// The violation that `bytes` from the broker are: its reason and words.
    fn violation(&mut self, bytes: &[u8]) -> (u8, String) {
        match self.try_hear(bytes) {
            Err(Fault::Violation(violation)) => (violation.reason.0, violation.text),
            other => panic!("{other:?}"),
        }
    }

    fn publish(&mut self, position: u64, qos: QoS, payload: &str) {
        let envelope = Rc::clone(&self.envelopes[usize::from(qos.number())]);
        self.publish_as(position, &envelope, payload);
    }

    fn publish_as(&mut self, position: u64, envelope: &Rc<Envelope>, payload: &str) {
        self.publish_bytes(position, envelope, Bytes::copy_from_slice(payload.as_bytes()));
    }

    fn publish_bytes(&mut self, position: u64, envelope: &Rc<Envelope>, payload: Bytes) {
        match self.session.publish(position, envelope, payload) {
            Submitted::Pending => {}
            Submitted::Sent => {
                self.job.ends.push((position, 0, Outcome::Delivered(Reason::SUCCESS)));
            }
            Submitted::Refused(why) => {
                self.job.ends.push((position, 0, Outcome::Refused(why)));
            }
        }
        self.tell();
    }

    fn publish_kept(&mut self, number: u64, qos: QoS, kept: Kept) {
        let envelope = Rc::clone(&self.envelopes[usize::from(qos.number())]);
        self.session.publish_kept(number, &envelope, Bytes::from(number.to_string()), kept);
        self.tell();
    }

    /// What is to be written, which is then written.
    fn bytes(&mut self) -> Vec<u8> {
        let bytes = self.session.output().to_vec();
        self.session.wrote(bytes.len(), self.now);
        bytes
    }

    /// The same as packets.
    fn sent(&mut self) -> Vec<String> {
        let version = self.session.version();
        let mut bytes = BytesMut::from(&self.bytes()[..]);
        let mut packets = Vec::new();
        while !bytes.is_empty() {
            packets.push(if version == Version::V5 {
                told_v5(v5::Packet::read(&mut bytes, None).unwrap())
            } else {
                told_v4(v4::Packet::read(&mut bytes, usize::MAX).unwrap())
            });
        }
        packets
    }

    fn pass(&mut self, seconds: f64) -> Result<(), Fault> {
        self.now += Duration::from_secs_f64(seconds);
        self.session.handle_timeout(self.now, false)
    }

    fn delivered(&self) -> Vec<u64> {
        let delivered = Outcome::Delivered(Reason::SUCCESS);
        self.job.ends.iter().filter(|end| end.2 == delivered).map(|end| end.0).collect()
    }
}

fn told_publish(qos: u8, id: u16, dup: bool, retain: bool, payload: &[u8]) -> String {
    let flags = [(dup, " dup"), (retain, " retain")];
    let flags: String = flags.iter().filter(|flag| flag.0).map(|flag| flag.1).collect();
    format!("PUBLISH q{qos} id {id}{flags} = {}", payload.escape_ascii())
}

fn told_v4(packet: v4::Packet) -> String {
    match packet {
        v4::Packet::Publish(p) => told_publish(p.qos as u8, p.pkid, p.dup, p.retain, &p.payload),
        v4::Packet::PubAck(p) => format!("PUBACK {}", p.pkid),
        v4::Packet::PubRec(p) => format!("PUBREC {}", p.pkid),
        v4::Packet::PubRel(p) => format!("PUBREL {}", p.pkid),
        v4::Packet::PubComp(p) => format!("PUBCOMP {}", p.pkid),
        v4::Packet::Subscribe(p) => {
            let filters = p.filters.iter().map(|f| format!(" {} q{}", f.path, f.qos as u8));
            format!("SUBSCRIBE {}:{}", p.pkid, filters.collect::<String>())
        }
        v4::Packet::Unsubscribe(p) => format!("UNSUBSCRIBE {}: {}", p.pkid, p.topics.join(" ")),
        v4::Packet::PingReq => "PINGREQ".to_owned(),
        v4::Packet::Disconnect => "DISCONNECT".to_owned(),
        other => panic!("{other:?}"),
    }
}

fn told_v5(packet: v5::Packet) -> String {
    let unknown = |known: bool| if known { "" } else { " unknown" };
    match packet {
        v5::Packet::Publish(p) => told_publish(p.qos as u8, p.pkid, p.dup, p.retain, &p.payload),
        v5::Packet::PubAck(p) => format!("PUBACK {}", p.pkid),
        v5::Packet::PubRec(p) => format!("PUBREC {}", p.pkid),
        v5::Packet::PubRel(p) => {
            format!("PUBREL {}{}", p.pkid, unknown(p.reason == v5::PubRelReason::Success))
        }
        v5::Packet::PubComp(p) => {
            format!("PUBCOMP {}{}", p.pkid, unknown(p.reason == v5::PubCompReason::Success))
        }
        v5::Packet::Subscribe(p) => {
            let filters = p.filters.iter().map(|f| format!(" {} q{}", f.path, f.qos as u8));
            format!("SUBSCRIBE {}:{}", p.pkid, filters.collect::<String>())
        }
        v5::Packet::Unsubscribe(p) => format!("UNSUBSCRIBE {}: {}", p.pkid, p.filters.join(" ")),
        v5::Packet::PingReq(_) => "PINGREQ".to_owned(),
        other => panic!("{other:?}"),
    }
}

fn refused(reason: u8, text: Option<&str>) -> Outcome {
    let reason = Reason(reason);
    Outcome::Refused(match text {
        Some(text) => Explanation::ours(reason, text.to_owned()),
        None => reason.into(),
    })
}
