//! A session with a broker that says anything, in pieces of any size and on any number of connections,
//! under a clock that is given.
//!
//! However that goes: every message comes to exactly one end, and none is called delivered without an
//! acknowledgement; nothing is handed on that is no topic; what is written is in proportion to what was
//! heard and published; and the clock is never set to a time that has passed.

mod witness;

use arbitrary::{Result, Unstructured};
use bytes::{Bytes, BytesMut};
use mqtt::message::{Envelope, QoS};
use mqtt::session::engine::{Engine, Received};
use mqtt::session::event::Job as _;
use mqtt::session::fault::Fault;
use mqtt::session::options::{Aliasing, Options};
use mqtt::session::reason::Reason;
use mqtt::session::subscription::{Interest, Subscription};
use mqtt::session::wire::Version;
use mqtt::transport::Target;
use std::rc::Rc;
use std::time::{Duration, Instant};
use witness::Witness;

/// See the module.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    // Too few bytes are no input.
    let Ok(mut session) = Session::any(&mut input) else { return };
    while !input.is_empty() && session.step(&mut input).is_ok() {}
    session.finish();
}

struct Session {
    engine: Engine,
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

impl Session {
    fn any(input: &mut Unstructured<'_>) -> Result<Self> {
        let version = match input.arbitrary::<u8>()? % 3 {
            0 => Version::V5,
            1 => Version::V311,
            _ => Version::V31,
        };
        let setup: u8 = input.arbitrary()?;
        let now = Instant::now();
        let topic = |name: &str| name.parse().expect("a topic");
        let envelope = |qos| Rc::new(Envelope::new(topic("t"), qos, false));
        let mut session = Self {
            engine: Engine::new(Rc::new(options(setup)), version, now),
            job: Witness::default(),
            now,
            input: BytesMut::new(),
            narrow: setup & 0x40 != 0,
            envelopes: [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce].map(envelope),
            tally: Tally::default(),
        };
        session.connect(false, setup & 0x80 == 0);
        Ok(session)
    }

    fn step(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
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
                self.engine.raise_barrier(self.now);
                self.engine.pump();
            }
            _ => self.engine.disconnect(Reason::SUCCESS),
        }
        Ok(())
    }

    fn connect(&mut self, resumed: bool, answered: bool) {
        self.tally.connections += 1;
        self.input.clear();
        self.engine.open(self.now);
        if answered {
            let present = u8::from(resumed);
            match (self.engine.version(), self.narrow) {
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
        loop {
            match self.engine.receive(self.now, &mut self.input, &mut self.job) {
                Ok(Received::All) => return,
                Ok(Received::Full) => self.write(),
                Err(fault) => {
                    assert!(!fault.to_string().is_empty());
                    self.lose(Some(&fault));
                    return self.connect(false, true);
                }
            }
        }
    }

    fn publish(&mut self, kind: u8) {
        let envelope = Rc::clone(&self.envelopes[usize::from(kind % 3)]);
        if self.engine.has_room(envelope.qos) {
            let payload = Bytes::from(vec![b'x'; usize::from(kind)]);
            self.tally.published += payload.len() + OVERHEAD;
            let position = self.job.next_position();
            self.engine.publish(position, &envelope, payload, &mut self.job);
        }
    }

    /// The messages taken are safe.
    fn write(&mut self) {
        let count = self.job.take_unwritten();
        self.engine.written(count).expect("what is encoded is valid");
    }

    fn wait(&mut self, tenths: u16) {
        self.tally.ticks += 1;
        self.now += Duration::from_millis(100) * u32::from(tenths);
        if let Err(fault) = self.engine.tick(self.now, self.job.is_full()) {
            self.lose(Some(&fault));
            return self.connect(false, true);
        }
        let next = self.engine.deadline();
        assert!(next.is_none_or(|next| next > self.now), "it would spin");
    }

    /// Everything goes out to the broker.
    fn flush(&mut self) {
        self.tally.written += self.engine.out().split().len();
        self.engine.wrote(self.now);
    }

    fn lose(&mut self, fault: Option<&Fault>) {
        self.flush();
        self.engine.lost(fault, &mut self.job);
    }

    fn finish(mut self) {
        self.lose(None);
        self.engine.abandon(&mut self.job);
        self.job.check_ends();
        let Tally { heard, finals, connections, published, ticks, written } = self.tally;
        assert!(self.job.delivered() <= finals, "more deliveries than acknowledgements");
        let most = 4 * heard + connections * (published + 2 * OVERHEAD) + 2 * ticks;
        assert!(written <= most, "{written} bytes written, and {most} are enough");
    }
}

fn options(setup: u8) -> Options {
    let target = Target::tcp("broker", 1883);
    let subscriptions = ["#", "a/+"]
        .map(|filter| Subscription::new(filter.parse().expect("a filter"), QoS::ExactlyOnce));
    Options {
        clean_start: setup & 1 == 0,
        keep_alive: if setup & 2 == 0 { 60 } else { 1 },
        receive_maximum: (setup & 4 != 0).then_some(2),
        maximum_packet_size: (setup & 8 != 0).then_some(100),
        topic_alias_maximum: if setup & 16 == 0 { 0 } else { 3 },
        aliasing: if setup & 32 == 0 { Aliasing::None } else { Aliasing::Auto },
        interest: Interest { subscriptions: subscriptions.into(), ..Interest::default() },
        ..Options::new(target, "id".to_owned())
    }
}
