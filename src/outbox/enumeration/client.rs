//! The client: the program's course, storage order and session, run one step at a time.

use super::broker::{Broker, Packet};
use super::disk::{Disk, File, Op, Script};
use crate::message::{Envelope, QoS};
use crate::mqtt::{Event, Intake, Keeper, Kept, Outcome, Session, SessionOptions, Version};
use crate::outbox::course::{Course, Next};
use crate::outbox::marks::{Mark, Marks};
use crate::outbox::storage;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

/// A step that can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Give a message to be stored.
    Store,
    /// Begin a commit.
    Commit,
    /// Run one disk operation.
    Write,
    /// Let the client send what it may.
    Turn,
    /// Let the client read a packet.
    Receive,
    /// Let the broker read a packet.
    Broker,
}

pub struct Client {
    pub disk: Disk,
    course: Course,
    session: Session,
    messages: &'static [QoS],
    /// Records not yet part of a commit.
    waiting: Vec<u8>,
    given: u64,
    /// The remaining operations of the commit.
    ops: VecDeque<Op>,
    /// Packets on their way to the broker.
    pub upward: VecDeque<Packet>,
    /// Packets on their way to the client.
    downward: VecDeque<Vec<u8>>,
    now: Instant,
    /// Number of steps taken.
    pub steps: usize,
}

fn record(number: u64) -> Vec<u8> {
    format!("record {number}\n").into_bytes()
}

/// Opens a disk as `Disk::open` does; returns the marks and the number after the last record.
pub fn open(mut disk: Disk, ids: u64) -> (Disk, Marks, u64) {
    for file in [&mut disk.records, &mut disk.state] {
        file.cut();
    }
    let marks = Marks::read(&disk.state.contents()).expect("marks");
    let contents = disk.records.contents();
    let stored = contents.iter().filter(|byte| **byte == b'\n').count() as u64;
    let expected: Vec<u8> = (1..=stored).flat_map(record).collect();
    assert_eq!(contents, expected, "records are those that were stored");
    let end = stored + 1;
    assert!(marks.end() <= end, "marks are about records that are there");
    if marks.first < end {
        // Whatever the previous process left unsynced must be synced before this run acts on it.
        disk.records.sync();
        disk.state.sync();
    }
    let is_late = marks.first >= disk.head.max(1) + (ids / 2).max(1);
    if is_late {
        disk.head = marks.first;
    }
    if is_late || disk.state.unsynced.is_empty() {
        // One canonical form, so that equal states are not explored twice.
        let lines: String = marks.lines().iter().map(|it| format!("{it}\n")).collect();
        disk.state = File { synced: lines.into_bytes(), unsynced: Vec::new() };
    }
    (disk, marks, end)
}

impl Client {
    /// A run that starts from this disk.
    pub fn recover(disk: Disk, messages: &'static [QoS], ids: u64) -> Self {
        let (disk, marks, end) = open(disk, ids);
        let (synced_first, stored) = (disk.head.max(1), end - 1);
        let options = SessionOptions {
            clean_start: false,
            keeper: Keeper::Caller,
            ..SessionOptions::new("id".to_owned())
        };
        Self {
            course: Course::recover(&marks, end, synced_first, ids),
            session: Session::new(Rc::new(options), Version::V311, 0),
            disk,
            messages,
            waiting: Vec::new(),
            given: stored,
            ops: VecDeque::new(),
            upward: VecDeque::new(),
            downward: VecDeque::new(),
            now: Instant::now(),
            steps: 0,
        }
    }

    /// The current disk, and every disk that interrupting its next operation can leave.
    pub fn disks(&self) -> Vec<Disk> {
        let interrupted = self.ops.front().map(|op| op.interrupted(&self.disk));
        interrupted.into_iter().flatten().chain([self.disk.clone()]).collect()
    }

    pub fn unfinished(&self) -> u64 {
        self.course.unfinished()
    }

    pub fn stored(&self) -> u64 {
        self.course.end() - 1
    }

    pub fn connect(&mut self, broker: &mut Broker) {
        self.session.connect(|| 0);
        let length = self.session.output().len();
        self.session.wrote(length, self.now);
        let present = u8::from(broker.connect());
        self.downward.push_back(vec![0x20, 2, present, 0]);
    }

    pub fn disconnect(&mut self) {
        self.session.lost(None);
        self.course.disconnected();
        self.upward.clear();
        self.downward.clear();
    }

    pub fn can(&self, step: Step, _broker: &Broker) -> bool {
        match step {
            Step::Store => self.given < self.messages.len() as u64,
            Step::Commit => {
                // Records that wait count as work as soon as they can be committed.
                let mut course = self.course.clone();
                course.store(self.given + 1 - course.end());
                self.ops.is_empty() && course.commit().is_some()
            }
            Step::Write => !self.ops.is_empty(),
            Step::Turn => {
                let mut course = self.course.clone();
                self.session.is_up() && (course.peek().is_some() || course.next_release().is_some())
            }
            Step::Receive => !self.downward.is_empty(),
            Step::Broker => !self.upward.is_empty(),
        }
    }

    pub fn go(&mut self, step: Step, broker: &mut Broker) {
        self.steps += 1;
        match step {
            Step::Store => {
                self.given += 1;
                self.waiting.extend(record(self.given));
            }
            Step::Commit => {
                self.course.store(self.given + 1 - self.course.end());
                let Some(commit) = self.course.commit() else { return };
                let records = std::mem::take(&mut self.waiting);
                let mut script = Script::default();
                let Ok(()) = storage::write(&commit, &records, b"", &mut script);
                self.ops = script.0.into();
            }
            Step::Write => {
                if let Some(op) = self.ops.pop_front() {
                    op.apply(&mut self.disk);
                }
                if self.ops.is_empty() {
                    self.course.committed();
                }
            }
            Step::Turn => self.turn(),
            Step::Receive => self.receive(),
            Step::Broker => {
                if let Some(packet) = self.upward.pop_front() {
                    self.downward.push_back(broker.read(packet));
                }
            }
        }
    }

    fn turn(&mut self) {
        while let Some(id) = self.course.next_release() {
            self.session.release(id);
        }
        while self.session.has_room(QoS::AtLeastOnce)
            && let Some(Next { number, packet_id, again, received }) = self.course.hand_out()
        {
            let topic = "t".parse().expect("a topic");
            let qos = self.messages[number as usize - 1];
            let envelope = Rc::new(Envelope::new(topic, qos, false));
            let kept = Kept { packet_id, again, received };
            self.session.publish_kept(number, &envelope, number.to_string().into(), kept);
        }
        self.send();
    }

    /// Takes what the session wants to send, and checks that it may be sent.
    fn send(&mut self) {
        let bytes = self.session.output().to_vec();
        self.session.wrote(bytes.len(), self.now);
        let mut rest = &bytes[..];
        while let [first, length, body @ ..] = rest {
            let (body, after) = body.split_at(usize::from(*length));
            rest = after;
            let packet = match (first >> 4, body) {
                // The topic is one letter long.
                (3, [0, 1, _, high, low, payload @ ..]) => {
                    let number = str::from_utf8(payload).expect("text").parse().expect("a number");
                    let line = record(number);
                    let is_durable =
                        self.disk.records.synced.windows(line.len()).any(|it| it == line);
                    assert!(is_durable, "PUBLISH {number} before its record is durable");
                    let id = u16::from_be_bytes([*high, *low]);
                    let (is_qos_2, dup) = (first & 0x04 != 0, first & 0x08 != 0);
                    Packet::Publish { number, id, is_qos_2, dup }
                }
                (6, &[high, low]) => {
                    let id = u16::from_be_bytes([high, low]);
                    let marks = Marks::read(&self.disk.state.synced).expect("marks");
                    let is_durable = marks.lines().iter().any(|mark| {
                        matches!(mark, Mark::Received(number) if self.course.id(*number) == id)
                    });
                    assert!(is_durable, "PUBREL {id} before it is durable that PUBREC came");
                    Packet::PubRel(id)
                }
                other => panic!("{other:?}"),
            };
            self.upward.push_back(packet);
        }
        assert!(rest.is_empty());
    }

    fn receive(&mut self) {
        let Some(bytes) = self.downward.pop_front() else { return };
        let received = self.session.receive(&bytes, self.now).expect("an honest packet");
        assert!(matches!(received, Intake::Packet(length) if length == bytes.len()));
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Connected { session_present, .. } => {
                    self.course.connected(session_present);
                }
                Event::Received { position } => self.course.received(position),
                Event::Published { position, outcome: Outcome::Delivered(_), .. } => {
                    self.course.done(position);
                }
                other => panic!("{other:?}"),
            }
        }
        self.send();
    }
}
