//! The engine's receiving half: what each packet from the broker does to the session.

#![deny(clippy::indexing_slicing)]

use super::{Barrier, Engine, Phase, Received};
use crate::message::Message;
use crate::property::{Id, Properties};
use crate::session::event::{Event, Job, Outcome, Taken};
use crate::session::fault::{Explanation, Fault, Refusal};
use crate::session::keepalive::KeepAlive;
use crate::session::ledger::Verdict;
use crate::session::limits::Limits;
use crate::session::reason::Reason;
use crate::session::stranger;
use crate::session::wire::{
    Ack, AckKind, ConnAck, Frame, Packet, Published, Violation, check_header, encode,
};
use bytes::{Buf, BytesMut};
use std::rc::Rc;
use std::time::Instant;

impl Engine {
    /// Takes every complete packet from the front of `input`, as long as the job has room for messages.
    ///
    /// # Errors
    /// When the broker refuses, ends, or breaks the protocol.
    pub fn receive(
        &mut self,
        now: Instant,
        input: &mut BytesMut,
        job: &mut dyn Job,
    ) -> Result<Received, Fault> {
        self.keep_alive.received(now);
        let mut at = 0;
        let result = loop {
            if at > 0 && self.is_up() && self.taking && job.is_full() {
                break Ok(Received::Full);
            }
            let rest = input.get(at..).unwrap_or_default();
            match self.next_packet(now, rest, job) {
                Ok(Some(length)) => at += length,
                Ok(None) => break Ok(Received::All),
                Err(fault) => break Err(fault),
            }
        };
        input.advance(at);
        result
    }

    /// The length of the first packet of `bytes`, which has been dealt with; `None` when it is not complete.
    fn next_packet(
        &mut self,
        now: Instant,
        bytes: &[u8],
        job: &mut dyn Job,
    ) -> Result<Option<usize>, Fault> {
        if self.phase == Phase::Connecting && !stranger::check_greeting(bytes)? {
            return Ok(None);
        }
        let Some(frame) = Frame::read(bytes)? else { return Ok(None) };
        check_header(self.version, frame)?;
        if let Some(limit) = self.options.maximum_packet_size
            && frame.total() as u64 > u64::from(limit)
        {
            let text = format!("a packet of {} bytes, and {limit} is the maximum", frame.total());
            return Err(Violation { reason: Reason::PACKET_TOO_LARGE, text }.into());
        }
        let Some(body) = bytes.get(frame.header..frame.total()) else { return Ok(None) };
        let packet = Packet::read(self.version, frame, body)?;
        match (self.phase, packet) {
            (Phase::Connecting, Packet::ConnAck(connack)) => self.connack(now, &connack, job)?,
            (Phase::Connecting, Packet::Auth(..)) => return Err(Fault::Authentication),
            (_, Packet::Disconnect(reason, properties)) => {
                return Err(disconnected(reason, &properties)?);
            }
            (Phase::Connecting, _) => {
                return Err(Violation::protocol(format!("{} before CONNACK", frame.name())).into());
            }
            (Phase::Up, packet) => self.packet(packet, job)?,
            (Phase::Closing, Packet::Ack(ack)) => self.late_ack(&ack, job),
            _ => {}
        }
        Ok(Some(frame.total()))
    }

    fn packet(&mut self, packet: Packet<'_>, job: &mut dyn Job) -> Result<(), Fault> {
        match packet {
            Packet::Publish(publish) => self.message(&publish, job),
            Packet::Ack(ack) => self.ack(&ack, job),
            Packet::SubAck(body) => self.suback(&body, job),
            Packet::PingResp => {
                self.keep_alive.ping_answered();
                self.unproven -= std::mem::take(&mut self.covered);
                self.pings = self.pings.saturating_sub(1);
                if let Barrier::Waiting(pings) = self.barrier {
                    self.progress += 1;
                    self.barrier =
                        if pings > 1 { Barrier::Waiting(pings - 1) } else { Barrier::Passed };
                }
                Ok(())
            }
            Packet::UnsubAck(body) => self.unsuback(&body, job),
            Packet::ConnAck(_) => Err(Violation::protocol("a second CONNACK").into()),
            Packet::Auth(..) => {
                Err(Violation::protocol("AUTH without enhanced authentication").into())
            }
            Packet::Disconnect(reason, properties) => Err(disconnected(reason, &properties)?),
        }
    }

    fn connack(
        &mut self,
        now: Instant,
        connack: &ConnAck<'_>,
        job: &mut dyn Job,
    ) -> Result<(), Fault> {
        if connack.code != 0 {
            return Err(Fault::Refused(Refusal::new(self.version, connack)));
        }
        let options = Rc::clone(&self.options);
        if connack.session_present && options.clean_start && !self.may_resume {
            return Err(Violation::protocol("CONNACK claims a session where none can be").into());
        }
        self.limits = Limits::new(&connack.properties);
        let keep_alive = self.limits.keep_alive.unwrap_or(options.keep_alive);
        self.keep_alive = KeepAlive::new(keep_alive, now);
        self.aliases.begin(self.limits.topic_alias_maximum);
        self.phase = Phase::Up;
        // A broker that chose the id would not know it again.
        self.may_resume = options.keeps_session(self.version) && !options.client_id.is_empty();
        let session_present = connack.session_present;
        job.event(&Event::Connected {
            version: self.version,
            session_present,
            response_information: connack.properties.text(Id::ResponseInformation),
        });
        if connack.session_present {
            self.resend()?;
        } else {
            self.inbound.session_lost();
            self.forget_subscriptions();
            let republished = self.ledger.requeue(&mut self.ids);
            if republished > 0 {
                job.event(&Event::Republished(republished));
            }
        }
        if self.asked.every_time {
            self.forget_subscriptions();
        }
        self.check_queued(job);
        self.ask(job)?;
        self.pump();
        Ok(())
    }

    fn ack(&mut self, ack: &Ack<'_>, job: &mut dyn Job) -> Result<(), Fault> {
        let id = ack.packet_id;
        let (name, verdict) = match ack.kind {
            AckKind::PubAck => ("PUBACK", self.ledger.puback(id, ack.reason, &mut self.ids)),
            AckKind::PubRec => ("PUBREC", self.ledger.pubrec(id, ack.reason, &mut self.ids)),
            AckKind::PubComp => ("PUBCOMP", self.ledger.pubcomp(id, &mut self.ids)),
            AckKind::PubRel => {
                let known = self.inbound.release(id);
                return Ok(encode::pubcomp(&mut self.out, self.version, id, known)?);
            }
        };
        match verdict {
            Verdict::Final(position, reason) => self.conclude_delivery(position, reason, ack, job),
            Verdict::Release => {
                self.progress += 1;
                encode::pubrel(&mut self.out, self.version, id, true)?;
            }
            Verdict::Unknown => {
                job.event(&Event::Stray(name, id));
                // So that the broker can forget what it waits for.
                if ack.kind == AckKind::PubRec && !ack.reason.is_failure() {
                    encode::pubrel(&mut self.out, self.version, id, false)?;
                }
            }
            Verdict::Wrong => {
                return Err(Violation::protocol(format!(
                    "{name} for packet id {id}, which does not wait for it"
                ))
                .into());
            }
        }
        Ok(())
    }

    /// An acknowledgement that was on its way when we said DISCONNECT: it still tells what happened, and nothing
    /// more may be sent for it ([MQTT-3.14.4-1]).
    fn late_ack(&mut self, ack: &Ack<'_>, job: &mut dyn Job) {
        let id = ack.packet_id;
        let verdict = match ack.kind {
            AckKind::PubAck => self.ledger.puback(id, ack.reason, &mut self.ids),
            AckKind::PubComp => self.ledger.pubcomp(id, &mut self.ids),
            AckKind::PubRec if ack.reason.is_failure() => {
                self.ledger.pubrec(id, ack.reason, &mut self.ids)
            }
            AckKind::PubRec | AckKind::PubRel => return,
        };
        if let Verdict::Final(position, reason) = verdict {
            self.conclude_delivery(position, reason, ack, job);
        }
    }

    fn conclude_delivery(
        &mut self,
        position: u64,
        reason: Reason,
        ack: &Ack<'_>,
        job: &mut dyn Job,
    ) {
        self.progress += 1;
        self.completed = true;
        let outcome = if reason.is_failure() {
            Outcome::Refused(Explanation::new(reason, &ack.properties))
        } else {
            Outcome::Delivered(reason)
        };
        job.event(&Event::Published { position, packet_id: ack.packet_id, outcome });
    }

    fn message(&mut self, publish: &Published<'_>, job: &mut dyn Job) -> Result<(), Fault> {
        let alias = publish.properties.number(Id::TopicAlias);
        let id = publish.packet_id;
        self.inbound.learn(publish.topic, alias)?;
        if !self.taking {
            return Ok(());
        }
        let inbound = &self.inbound;
        let topic = inbound.resolve(publish.topic, alias)?;
        let print = inbound.print(publish.qos, topic, publish.payload);
        if self.inbound.is_repeated(id, print) {
            self.inbound.acknowledge_in_turn(id, publish.qos, print);
            return self.acknowledge();
        }
        if let Some(maximum) = self.inbound.overrun(publish.qos) {
            job.event(&Event::Overrun(maximum));
        }
        let topic = self.inbound.resolve(publish.topic, alias)?;
        let message = Message {
            topic,
            payload: publish.payload,
            qos: publish.qos,
            retain: publish.retain,
            dup: publish.dup,
            packet_id: id,
            properties: publish.properties,
        };
        // Live messages may come for ever, and prove nothing.
        if self.is_asking() && message.retain {
            self.progress += 1;
        }
        match job.message(&message) {
            Taken::Writing => self.inbound.hand_on(id, publish.qos, print),
            Taken::Dropped => {
                self.inbound.acknowledge_in_turn(id, publish.qos, print);
                self.acknowledge()?;
            }
            Taken::Left => self.take_no_more(),
            Taken::Last => {
                self.inbound.hand_on(id, publish.qos, print);
                self.take_no_more();
            }
        }
        Ok(())
    }
}

/// A DISCONNECT from the broker as a fault, unless its code means nothing ([MQTT 5, 3.14.2.1]).
fn disconnected(reason: Reason, properties: &Properties<'_>) -> Result<Fault, Violation> {
    if !reason.is_for_disconnect() {
        return Err(Violation::malformed(format!(
            "DISCONNECT with undefined reason code {reason}"
        )));
    }
    Ok(Fault::Disconnected(Explanation::new(reason, properties)))
}
