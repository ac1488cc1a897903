//! A session with a broker that says anything, in pieces of any size and on any number of connections,
//! under a clock that is given.
//!
//! However that goes: every message comes to exactly one end, and none is called delivered without an
//! acknowledgement; nothing is handed on that is no topic; what is written is in proportion to what was
//! heard and published; and the clock is never set to a time that has passed.

mod witness;

use arbitrary::Unstructured;
use bytes::{Buf, Bytes, BytesMut};
use mqtt::message::{Envelope, QoS};
use mqtt::mqtt::subscription::{Interest, Subscription};
use mqtt::mqtt::{Aliasing, Fault, Intake, Session, SessionOptions, Submitted, Version};
use std::rc::Rc;
use std::time::{Duration, Instant};
use witness::Witness;

/// Plays what the bytes say.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    // Too few bytes are no input.
    let Ok(mut play) = Play::any(&mut input) else { return };
    while !input.is_empty() && play.step(&mut input).is_ok() {}
    play.finish();
}

struct Play {
    session: Session,
    job: Witness,
    now: Instant,
    /// Heard and not understood yet.
    input: BytesMut,
    /// CONNACK has a Receive Maximum and a Topic Alias Maximum.
    narrow: bool,
    envelopes: [Rc<Envelope>; 3],
    tally: Tally,
}

/// What bounds what may be written.
#[derive(Default)]
struct Tally {
    heard: usize,
    /// Bytes that may be acknowledgements which end something.
    finals: u64,
    connections: usize,
    published: usize,
    ticks: usize,
    written: usize,
}

/// More than a PUBLISH, CONNECT or SUBSCRIBE here has besides the payload.
const OVERHEAD: usize = 200;

impl Play {
    fn any(input: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        let version = match input.arbitrary::<u8>()? % 3 {
            0 => Version::V5,
            1 => Version::V311,
            _ => Version::V31,
        };
        let setup: u8 = input.arbitrary()?;
        let now = Instant::now();
        let topic = |name: &str| name.parse().expect("a topic");
        let envelope = |qos| Rc::new(Envelope::new(topic("t"), qos, false));
        let mut play = Self {
            session: Session::new(Rc::new(options(setup)), version, 0),
            job: Witness::default(),
            now,
            input: BytesMut::new(),
            narrow: setup & 0x40 != 0,
            envelopes: [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce].map(envelope),
            tally: Tally::default(),
        };
        play.connect(false, setup & 0x80 == 0);
        Ok(play)
    }

    fn step(&mut self, input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
        match input.arbitrary::<u8>()? % 16 {
            0..8 => {
                let length: u8 = input.arbitrary()?;
                let bytes = input.bytes(usize::from(length).min(input.len()))?;
                self.hear(bytes);
            }
            8 | 9 => self.publish(input.arbitrary()?),
            10 => self.write(),
            11 => self.wait(input.arbitrary()?),
            12 => {
                let kind: u8 = input.arbitrary()?;
                self.lose(None);
                self.connect(kind & 1 != 0, kind & 2 == 0);
            }
            13 => self.flush(),
            14 => {
                self.session.raise_barrier(self.now);
                self.session.pump();
            }
            _ => self.session.disconnect(),
        }
        Ok(())
    }

    fn connect(&mut self, resumed: bool, answered: bool) {
        self.tally.connections += 1;
        self.input.clear();
        self.session.connect(|| 0);
        if answered {
            let present = u8::from(resumed);
            match (self.session.version(), self.narrow) {
                (Version::V5, true) => {
                    self.hear(&[0x20, 9, present, 0, 6, 0x21, 0, 2, 0x22, 0, 2]);
                }
                (Version::V5, false) => self.hear(&[0x20, 3, present, 0, 0]),
                _ => self.hear(&[0x20, 2, present, 0]),
            }
        }
    }

    fn hear(&mut self, bytes: &[u8]) {
        self.tally.heard += bytes.len();
        self.tally.finals += bytes.iter().filter(|byte| matches!(byte, 0x40 | 0x70)).count() as u64;
        self.input.extend_from_slice(bytes);
        self.session.heard(self.now);
        while let Err(fault) = self.receive() {
            assert!(!fault.to_string().is_empty());
            self.lose(Some(&fault));
            self.connect(false, true);
        }
    }

    /// Takes every complete packet; when there is no room for messages, those before are written first.
    fn receive(&mut self) -> Result<(), Fault> {
        loop {
            if self.session.is_up() && (self.job.is_full() || self.session.is_full()) {
                self.write();
                self.flush();
            }
            let length = match self.session.receive(&self.input, self.now)? {
                Intake::Incomplete => return Ok(()),
                Intake::Packet(length) => length,
                Intake::Message { length, message, receipt } => {
                    let taken = self.job.message(&message);
                    self.session.settle(receipt, taken);
                    length
                }
            };
            self.tell();
            self.input.advance(length);
        }
    }

    /// The witness hears what happened.
    fn tell(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.job.event(&event);
        }
    }

    fn publish(&mut self, kind: u8) {
        let envelope = Rc::clone(&self.envelopes[usize::from(kind % 3)]);
        if self.session.has_room(envelope.qos) {
            let payload = Bytes::from(vec![b'x'; usize::from(kind)]);
            self.tally.published += payload.len() + OVERHEAD;
            let position = self.job.next_position();
            let submitted = self.session.publish(position, &envelope, payload);
            if submitted != Submitted::Pending {
                self.job.end(position);
            }
            self.tell();
        }
    }

    /// The messages taken are safe.
    fn write(&mut self) {
        let count = self.job.take_unwritten();
        self.session.acknowledge(count);
    }

    fn wait(&mut self, tenths: u16) {
        self.tally.ticks += 1;
        self.now += Duration::from_millis(100) * u32::from(tenths);
        if let Err(fault) = self.session.handle_timeout(self.now, self.job.is_full()) {
            self.lose(Some(&fault));
            return self.connect(false, true);
        }
        let next = self.session.timeout();
        assert!(next.is_none_or(|next| next > self.now), "it would spin");
    }

    /// Everything goes out to the broker.
    fn flush(&mut self) {
        let count = self.session.output().len();
        self.tally.written += count;
        self.session.wrote(count, self.now);
    }

    fn lose(&mut self, fault: Option<&Fault>) {
        self.flush();
        self.session.lost(fault);
        self.tell();
    }

    fn finish(mut self) {
        self.lose(None);
        self.session.abandon();
        self.tell();
        self.job.check_ends();
        let Tally { heard, finals, connections, published, ticks, written } = self.tally;
        assert!(self.job.delivered() <= finals, "more deliveries than acknowledgements");
        let most = 4 * heard + connections * (published + 2 * OVERHEAD) + 2 * ticks;
        assert!(written <= most, "{written} bytes written, and {most} are enough");
    }
}

fn options(setup: u8) -> SessionOptions {
    let subscriptions = ["#", "a/+"]
        .map(|filter| Subscription::new(filter.parse().expect("a filter"), QoS::ExactlyOnce));
    SessionOptions {
        clean_start: setup & 1 == 0,
        keep_alive: if setup & 2 == 0 { 60 } else { 1 },
        receive_maximum: (setup & 4 != 0).then_some(2),
        maximum_packet_size: (setup & 8 != 0).then_some(100),
        topic_alias_maximum: if setup & 16 == 0 { 0 } else { 3 },
        aliasing: if setup & 32 == 0 { Aliasing::None } else { Aliasing::Auto },
        interest: Interest { subscriptions: subscriptions.into(), ..Interest::default() },
        ..SessionOptions::new("id".to_owned())
    }
}
