//! The receiving half of the session: how each packet from the broker changes it.

#![deny(clippy::indexing_slicing)]

use super::link::{Link, Up};
use super::{Intake, Receipt, Session};
use crate::message::{Message, QoS};
use crate::mqtt::event::{Event, Outcome};
use crate::mqtt::explanation::Explanation;
use crate::mqtt::fault::{Fault, Refusal};
use crate::mqtt::greeting;
use crate::mqtt::ledger::Answer;
use crate::mqtt::limits::Limits;
use crate::mqtt::options::Keeper;
use crate::mqtt::packet::{
    Ack, AckKind, Body, ConnAck, Frame, Packet, Published, Violation, check_header, encode,
};
use crate::mqtt::reason::Reason;
use crate::mqtt::scram::ScramError;
use crate::mqtt::subscriptions::{Request, RequestKind};
use crate::mqtt::version::Version;
use crate::property::{Id, Properties};
use std::time::Instant;

/// Largest packet that is taken if it is not PUBLISH, in bytes without its fixed header: a few strings of at most 65,535
/// bytes each fit.
const LONGEST: usize = 1 << 20;

impl Session {
    /// Takes one packet from the front of `input`.
    ///
    /// # Errors
    /// When the broker refuses the connection, closes it, or violates the protocol.
    pub fn receive<'a>(&'a mut self, input: &'a [u8], now: Instant) -> Result<Intake<'a>, Fault> {
        let is_connecting = matches!(self.link, Link::Connecting(_));
        if is_connecting && !greeting::check(input)? {
            return Ok(Intake::Incomplete);
        }
        let Some(frame) = Frame::read(input)? else { return Ok(Intake::Incomplete) };
        let is_short = frame.short_ack().is_some();
        if !is_short {
            check_header(self.version, frame)?;
            check_length(frame)?;
        }
        let length = frame.total();
        if let Some(limit) = self.options.maximum_packet_size
            && length as u64 > u64::from(limit)
        {
            let text = format!("a packet of {length} bytes, and --maximum-packet-size is {limit}");
            return Err(Violation { reason: Reason::PACKET_TOO_LARGE, text }.into());
        }
        let Some(body) = input.get(frame.header..length) else { return Ok(Intake::Incomplete) };
        if let Link::Up(_) = &self.link {
            // By far the most frequent packet.
            if frame.is_publish() {
                let publish = Published::read(self.version, frame, body)?;
                return self.message(length, publish);
            }
            if let (Some(kind), &[high, low]) = (frame.short_ack(), body)
                && (high, low) != (0, 0)
            {
                let packet_id = u16::from_be_bytes([high, low]);
                let (reason, properties) = (Reason::SUCCESS, Properties::default());
                self.ack(&Ack { kind, packet_id, reason, properties })?;
                return Ok(Intake::Packet(length));
            }
        }
        match (&self.link, Packet::read_body(self.version, frame, body)?) {
            (Link::Up(_), packet) => self.packet(packet)?,
            (_, Packet::Disconnect(reason, properties)) => {
                return Err(disconnected(reason, &properties)?);
            }
            (Link::Connecting(_), Packet::ConnAck(connack)) => self.connack(now, &connack)?,
            (Link::Connecting(_), Packet::Auth(reason, properties)) => {
                self.auth(reason, &properties)?;
            }
            (Link::Connecting(_), _) => {
                return Err(Violation::protocol(format!("{} before CONNACK", frame.name())).into());
            }
            (Link::Closing(_), Packet::Ack(ack)) => self.late_ack(&ack),
            (Link::Closing(_) | Link::Down, _) => {}
        }
        Ok(Intake::Packet(length))
    }

    fn packet(&mut self, packet: Packet<'_>) -> Result<(), Fault> {
        match packet {
            Packet::Ack(ack) => self.ack(&ack),
            Packet::SubAck(body) => self.answer(RequestKind::Subscribe, &body),
            Packet::UnsubAck(body) => self.answer(RequestKind::Unsubscribe, &body),
            Packet::PingResp => {
                self.pingresp();
                Ok(())
            }
            Packet::ConnAck(_) => Err(Violation::protocol("a second CONNACK").into()),
            Packet::Auth(reason, properties) => self.auth(reason, &properties),
            Packet::Disconnect(reason, properties) => Err(disconnected(reason, &properties)?),
            // Handled before, in [`Session::receive`].
            Packet::Publish(_) => Ok(()),
        }
    }

    fn pingresp(&mut self) {
        let Link::Up(up) = &mut self.link else { return };
        self.progress += u64::from(up.is_asking());
        up.keep_alive.ping_answered();
        up.pings.answer();
    }

    fn connack(&mut self, now: Instant, connack: &ConnAck<'_>) -> Result<(), Fault> {
        if connack.code != 0 {
            return Err(refused(self.version, connack));
        }
        if connack.old_form && self.version == Version::V5 {
            return Err(Fault::OldConnack);
        }
        let options = &self.options;
        let session_present = connack.session_present;
        if session_present && options.clean_start && !self.may_resume {
            return Err(Violation::protocol("CONNACK claims a session where none can be").into());
        }
        self.check_proof(&connack.properties)?;
        // The flag is reserved in MQTT 3.1: a session that this run has used is taken to exist still. That loses nothing
        // if it does not: PUBLISH with DUP is then the first the broker hears of a message.
        let is_resumed = session_present || self.version == Version::V31 && self.may_resume;
        let limits = Limits::new(&connack.properties);
        let out = self.link.output_mut().map(std::mem::take).unwrap_or_default();
        let up = Up::new(&self.options, self.version, limits, out, now);
        self.link = Link::Up(Box::new(up));
        // If the broker chose the client id, it would not recognise this client again.
        self.may_resume = self.options.keeps_session(self.version, limits.session_expiry)
            && !self.options.client_id.is_empty();
        self.events.push_back(Event::Connected {
            version: self.version,
            session_present: is_resumed,
            properties: connack.properties.into(),
        });
        if let Some(granted) = limits.session_expiry
            && self.options.is_cut_short(granted)
            && !std::mem::replace(&mut self.told_short_session, true)
        {
            let requested = self.options.session_expiry();
            self.events.push_back(Event::ExpiryShortened { granted, requested });
        }
        if is_resumed {
            self.resend();
        } else {
            self.start_over();
        }
        // Subscriptions that are merely taken to exist are made again.
        self.subscriptions.connected(session_present);
        self.ask();
        self.pump();
        Ok(())
    }

    /// The broker kept the session: sends PUBREL first, then PUBLISH with DUP, with the same ids in the same order, as
    /// far as the window allows ([MQTT-4.4.0-1], [MQTT-4.6.0-1], [MQTT-3.3.4-7]).
    fn resend(&mut self) {
        let released = self.ledger.resume();
        let Link::Up(up) = &mut self.link else { return };
        for id in released {
            encode::pubrel(&mut up.out, self.version, id, true);
        }
    }

    /// The broker has no session: everything that is not complete is sent again as new.
    fn start_over(&mut self) {
        self.inbound.session_lost();
        if self.options.keeper == Keeper::Caller {
            drop(self.ledger.abandon());
            return;
        }
        let (republished, doubtful) = self.ledger.requeue(&mut self.ids);
        for position in doubtful {
            self.conclude(position, 0, Outcome::Unconfirmed);
        }
        if republished > 0 {
            self.events.push_back(Event::Republished(republished));
        }
    }

    fn ack(&mut self, ack: &Ack<'_>) -> Result<(), Fault> {
        let id = ack.packet_id;
        let (name, verdict) = match ack.kind {
            AckKind::PubAck => ("PUBACK", self.ledger.puback(id, ack.reason, &mut self.ids)),
            AckKind::PubRec => ("PUBREC", self.ledger.pubrec(id, ack.reason, &mut self.ids)),
            AckKind::PubComp => ("PUBCOMP", self.ledger.pubcomp(id, &mut self.ids)),
            AckKind::PubRel => {
                let known = self.inbound.release(id);
                self.write(|out, version| encode::pubcomp(out, version, id, known));
                return Ok(());
            }
        };
        match verdict {
            Answer::Final(position, reason) => self.conclude_delivery(position, reason, ack),
            Answer::Downgraded(position, reason) => {
                if !std::mem::replace(&mut self.told_downgrade, true) {
                    self.events.push_back(Event::Downgraded);
                }
                self.conclude_delivery(position, reason, ack);
            }
            Answer::Received(position) => {
                self.step();
                self.events.push_back(Event::Received { position });
            }
            Answer::Release => {
                self.step();
                self.write(|out, version| encode::pubrel(out, version, id, true));
            }
            // Not progress: a broker could go on like this for ever.
            Answer::ReleaseAgain => {
                self.write(|out, version| encode::pubrel(out, version, id, true))
            }
            Answer::StillReceived => {}
            Answer::Unknown => {
                self.events.push_back(Event::Stray(name, id));
                // Answered so that the broker can release the id.
                if ack.kind == AckKind::PubRec && !ack.reason.is_failure() {
                    self.write(|out, version| encode::pubrel(out, version, id, false));
                }
            }
            Answer::Wrong => {
                return Err(Violation::protocol(format!(
                    "{name} for packet id {id}, which does not wait for it"
                ))
                .into());
            }
        }
        Ok(())
    }

    fn step(&mut self) {
        self.progress += 1;
        self.steps += 1;
    }

    fn write(&mut self, packet: impl FnOnce(&mut bytes::BytesMut, Version)) {
        if let Some(out) = self.link.output_mut() {
            packet(out, self.version);
        }
    }

    /// An acknowledgement that was under way when we sent DISCONNECT. It still counts, but nothing more may be sent for
    /// it ([MQTT-3.14.4-1]).
    fn late_ack(&mut self, ack: &Ack<'_>) {
        let id = ack.packet_id;
        let verdict = match ack.kind {
            AckKind::PubAck => self.ledger.puback(id, ack.reason, &mut self.ids),
            AckKind::PubComp => self.ledger.pubcomp(id, &mut self.ids),
            AckKind::PubRec if ack.reason.is_failure() => {
                self.ledger.pubrec(id, ack.reason, &mut self.ids)
            }
            AckKind::PubRec | AckKind::PubRel => return,
        };
        if let Answer::Final(position, reason) | Answer::Downgraded(position, reason) = verdict {
            self.conclude_delivery(position, reason, ack);
        }
    }

    fn conclude_delivery(&mut self, position: u64, reason: Reason, ack: &Ack<'_>) {
        self.progress += 1;
        if let Some(up) = self.link.up_mut() {
            up.has_delivered = true;
        }
        let outcome = if reason.is_failure() {
            Outcome::Refused(Explanation::new(reason, &ack.properties))
        } else {
            Outcome::Delivered(reason)
        };
        self.conclude(position, ack.packet_id, outcome);
    }

    /// SUBACK or UNSUBACK.
    fn answer(&mut self, kind: RequestKind, body: &Body<'_>) -> Result<(), Fault> {
        let Link::Up(up) = &mut self.link else { return Ok(()) };
        let is_it = |it: &mut Request| it.kind() == kind && it.packet_id == body.packet_id;
        let Some(request) = up.request.take_if(is_it) else {
            return Err(Violation::protocol(format!(
                "{} for packet id {}, which was not asked for",
                kind.answer(),
                body.packet_id
            ))
            .into());
        };
        self.ids.release(request.packet_id);
        request.check(self.version, body)?;
        // If connections are lost again and again while there are messages to publish, only publishing counts as
        // progress.
        if self.ledger.is_empty() {
            self.progress += 1;
        }
        self.subscriptions.conclude(request, body, &mut self.events);
        self.ask();
        self.pump();
        Ok(())
    }

    fn message<'a>(
        &'a mut self,
        length: usize,
        publish: Published<'a>,
    ) -> Result<Intake<'a>, Fault> {
        let Published { packet_id, qos, properties, payload, .. } = publish;
        let alias = properties.number(Id::TopicAlias);
        let Link::Up(up) = &mut self.link else { return Ok(Intake::Packet(length)) };
        up.aliases.learn(publish.topic, alias)?;
        let fingerprint = match qos {
            QoS::ExactlyOnce => {
                let topic = up.aliases.resolve(publish.topic, alias)?;
                self.inbound.fingerprint(topic, payload)
            }
            _ => 0,
        };
        let receipt = Receipt { packet_id, qos, fingerprint };
        if let Some(number) = self.inbound.repeated(packet_id, fingerprint) {
            self.owe_with(receipt, number);
            self.send_due_acks();
            return Ok(Intake::Packet(length));
        }
        if !self.taking {
            return Ok(Intake::Packet(length));
        }
        if let Some(maximum) = self.options.receive_maximum
            && self.version == Version::V5
            && up.acks.overruns(&self.inbound, qos, maximum)
        {
            self.events.push_back(Event::Overrun(maximum));
        }
        // Live messages may arrive forever and prove nothing.
        if publish.retain && up.is_asking() {
            self.progress += 1;
        }
        let Link::Up(up) = &self.link else { return Ok(Intake::Packet(length)) };
        let message = Message {
            topic: up.aliases.resolve(publish.topic, alias)?,
            payload,
            qos,
            retain: publish.retain,
            dup: publish.dup,
            packet_id,
            properties,
        };
        Ok(Intake::Message { length, message, receipt })
    }
}

/// Refuses to wait for a packet that is larger than any that makes sense, although the standard allows it.
fn check_length(frame: Frame) -> Result<(), Fault> {
    if frame.is_publish() || frame.body <= LONGEST {
        return Ok(());
    }
    let (name, length) = (frame.name(), frame.total());
    let text = format!(
        "the broker sent {name} of {length} bytes, and only PUBLISH may be larger than 1 MiB here"
    );
    Err(Fault::Excess { reason: Reason::PACKET_TOO_LARGE, text })
}

/// Turns a CONNACK that refuses into a fault.
fn refused(version: Version, connack: &ConnAck<'_>) -> Fault {
    let mut refusal = Refusal::new(version, connack);
    let data = connack.properties.binary(Id::AuthenticationData);
    if let Some(problem) = data.and_then(ScramError::in_message)
        && let Some(explanation) = &mut refusal.explanation
        && explanation.text().or(explanation.reference()).is_none()
    {
        *explanation = Explanation::ours(explanation.reason, problem.to_string());
    }
    Fault::Refused(refusal)
}

/// Turns DISCONNECT into a fault; an undefined reason code is a violation ([MQTT 5, 3.14.2.1]).
fn disconnected(reason: Reason, properties: &Properties<'_>) -> Result<Fault, Violation> {
    if !reason.is_for_disconnect() {
        return Err(Violation::malformed(format!(
            "DISCONNECT with undefined reason code {reason}"
        )));
    }
    Ok(Fault::Disconnected(Explanation::new(reason, properties)))
}
