//! The outbox in the process that sends: stores messages, hands out those that may be sent, and records their outcome.
//! The course decides; the worker thread does the slow work.

use super::course::{Course, IDS, Next};
use super::disk::{Disk, Found};
use super::folder::{Folder, Lock};
use super::line::{self, Lines, aged, overdue};
use super::reader::Reader;
use super::segments::{Segment, Segments};
use super::storage;
use super::worker::Worker;
use crate::message::Envelope;
use anyhow::{Result, anyhow};
use bytes::Bytes;
use jiff::Timestamp;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Size in bytes at which a new segment is begun.
const SEGMENT: u64 = 16 << 20;

/// Largest number of bytes that may wait to be written.
const WAITING: usize = 1 << 20;

/// How often to look for messages from other processes.
const LOOK: Duration = Duration::from_millis(250);

/// Largest number of files taken over at a time.
const TAKEN_TOGETHER: usize = 64;

/// The result of a task of the worker.
enum Done {
    /// A commit was written.
    Committed,
    /// Files of other processes became segments.
    Taken(Segments),
    /// Final segments were removed.
    Removed,
}

/// A message for the session.
#[derive(Debug)]
pub enum Due {
    /// To be sent.
    Send {
        /// Its number, packet identifier and progress.
        next: Next,
        /// Topic, QoS, retain flag and properties.
        envelope: Rc<Envelope>,
        /// The payload.
        payload: Bytes,
    },
    /// Expired; it is kept among the refused messages.
    Expired {
        /// Its number.
        number: u64,
    },
}

/// An outbox this process sends from.
pub struct Outbox {
    course: Course,
    segments: Segments,
    reader: Reader,
    /// Reads single records again.
    second_reader: Reader,
    lines: Lines,
    folder: Folder,
    worker: Worker<Done>,
    /// Records waiting to be written, and their number.
    waiting: (Vec<u8>, u64),
    /// Refused messages waiting to be written.
    refused: Vec<u8>,
    /// Total size of the segments in bytes.
    stored: u64,
    limit: u64,
    segment_limit: u64,
    /// When to look for messages from other processes again.
    look_at: Instant,
    /// Whether no more messages will be stored.
    is_closing: bool,
    _lock: Lock,
}

impl Outbox {
    /// Opens a directory whose lock this process holds, to store at most `limit` bytes in it.
    ///
    /// # Errors
    /// If the state or a segment cannot be read or understood.
    pub fn open(folder: Folder, lock: Lock, limit: u64) -> Result<Self> {
        let (disk, Found { marks, synced_first, end, segments }) = Disk::open(folder.clone())?;
        Ok(Self {
            stored: segments.iter().map(|it| it.bytes).sum(),
            course: Course::recover(&marks, end, synced_first, IDS),
            segments,
            reader: Reader::new(folder.clone()),
            second_reader: Reader::new(folder.clone()),
            lines: Lines::default(),
            folder,
            worker: Worker::start(disk)?,
            waiting: (Vec::new(), 0),
            refused: Vec::new(),
            limit,
            segment_limit: SEGMENT.min(limit / 4),
            look_at: Instant::now(),
            is_closing: false,
            _lock: lock,
        })
    }

    /// Reads every message that is not final. An unreadable one must stop the run: skipping it would shift the numbers
    /// and packet identifiers of those after it.
    ///
    /// # Errors
    /// The first message that cannot be read or understood, with file and line.
    pub fn check(&self) -> Result<()> {
        let is_done = |number| self.course.is_done(number);
        Reader::new(self.folder.clone()).check(self.course.first(), &self.segments, is_done)
    }

    /// Number of messages that are not final.
    pub fn unfinished(&self) -> u64 {
        self.course.unfinished() + self.waiting.1
    }

    /// Whether everything stored is durable.
    pub fn is_durable(&self) -> bool {
        self.waiting.1 == 0 && !self.worker.is_busy()
    }

    /// The number of the next message to be stored.
    pub fn end(&self) -> u64 {
        self.course.end()
    }

    /// All messages before this one are final.
    pub fn first(&self) -> u64 {
        self.course.first()
    }

    /// Whether the outbox is full until something is sent.
    pub fn is_full(&self) -> bool {
        self.stored + self.waiting.0.len() as u64 >= self.limit
    }

    /// Whether too much waits to be written to store more right now.
    pub fn is_behind(&self) -> bool {
        self.waiting.0.len() >= WAITING
    }

    /// Stores a message; call only while the outbox is neither full nor behind.
    pub fn store(&mut self, stamp: &str, envelope: &Envelope, payload: &[u8]) {
        line::write(&mut self.waiting.0, stamp, envelope, payload);
        self.waiting.1 += 1;
    }

    /// When to call [`Outbox::poll`] even if nothing happens.
    pub fn deadline(&self) -> Option<Instant> {
        // The worker wakes us when it is done.
        (!self.is_closing && !self.worker.is_busy()).then_some(self.look_at)
    }

    /// Continues writing, and takes over messages from other processes.
    ///
    /// # Errors
    /// Any I/O error; then only what was durable before is certain.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Result<()> {
        loop {
            if self.worker.is_busy() {
                match self.worker.poll(cx) {
                    Poll::Pending => return Ok(()),
                    Poll::Ready(Ok(Done::Committed)) => self.course.committed(),
                    Poll::Ready(Ok(Done::Taken(segments))) => self.adopt(segments),
                    Poll::Ready(Ok(Done::Removed)) => {}
                    Poll::Ready(Err(error)) => return Err(error),
                }
            }
            if !self.begin()? {
                return Ok(());
            }
        }
    }

    fn adopt(&mut self, taken: Segments) {
        self.course.adopt(taken.iter().map(|it| it.end - it.start).sum());
        self.stored += taken.iter().map(|it| it.bytes).sum::<u64>();
        self.segments.extend(taken);
    }

    /// Gives the worker its next task; returns whether there was one.
    fn begin(&mut self) -> Result<bool> {
        let now = Instant::now();
        if !self.is_closing && now >= self.look_at {
            self.look_at = now + LOOK;
            let mut files = if self.is_full() { Vec::new() } else { self.folder.left()? };
            if files.len() > TAKEN_TOGETHER {
                files.truncate(TAKEN_TOGETHER);
                self.look_at = now;
            }
            if !files.is_empty() {
                let start = self.course.end();
                self.worker.begin(move |disk| disk.take(&files, start).map(Done::Taken));
                return Ok(true);
            }
        }
        self.course.store(std::mem::take(&mut self.waiting.1));
        let commit = self.course.commit();
        let finished = self.finished();
        let Some(commit) = commit else {
            if finished.is_empty() {
                return Ok(false);
            }
            self.worker.begin(move |disk| disk.remove_all(&finished).map(|()| Done::Removed));
            return Ok(true);
        };
        let (records, refused) =
            (std::mem::take(&mut self.waiting.0), std::mem::take(&mut self.refused));
        let start = commit.has_records.then(|| self.place(commit.records_end, records.len()));
        self.worker.begin(move |disk| {
            if let Some(start) = start {
                disk.append_to(start)?;
            }
            storage::write(&commit, &records, &refused, disk)?;
            disk.tidy()?;
            disk.remove_all(&finished)?;
            Ok(Done::Committed)
        });
        Ok(true)
    }

    /// Finds room for `bytes` of records up to `end`; returns the start of their segment.
    fn place(&mut self, end: u64, bytes: usize) -> u64 {
        let start = self.course.durable();
        self.stored += bytes as u64;
        match self.segments.back_mut() {
            Some(segment)
                if !segment.is_closed
                    && segment.end == start
                    && segment.bytes < self.segment_limit =>
            {
                segment.end = end;
                segment.bytes += bytes as u64;
                segment.start
            }
            _ => {
                let bytes = bytes as u64;
                self.segments.push_back(Segment { start, end, bytes, is_closed: false });
                start
            }
        }
    }

    /// Takes out the segments that are entirely final, in order. The last one, if it is still appended to, is taken
    /// only when it is full or no more messages come.
    fn finished(&mut self) -> Vec<u64> {
        let mut finished = Vec::new();
        while let Some(segment) = self.segments.front()
            && segment.end <= self.course.first()
            && (self.segments.len() > 1
                || self.is_closing
                || segment.is_closed
                || segment.bytes >= self.segment_limit)
        {
            finished.push(segment.start);
            self.stored -= segment.bytes;
            self.segments.pop_front();
        }
        finished
    }

    /// The broker accepted a connection. Returns the number of messages to be sent again because the session was lost.
    pub fn connected(&mut self, session_present: bool) -> u64 {
        self.course.connected(session_present)
    }

    /// The connection was lost.
    pub fn disconnected(&mut self) {
        self.course.disconnected();
    }

    /// Whether there is a message for the session.
    pub fn has_next(&mut self) -> bool {
        self.course.peek().is_some()
    }

    /// The next message for the session.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn hand_out(&mut self) -> Result<Option<Due>> {
        let Some(next) = self.course.hand_out() else { return Ok(None) };
        let number = next.number;
        let Some(line) = self.reader.read(number, &self.segments)? else {
            return Err(anyhow!("message {number} is missing in {}", self.folder.path().display()));
        };
        let (envelope, payload) = self
            .lines
            .read(&line)
            .map_err(|cause| anyhow!("message {number} in the outbox: {cause}"))?;
        match aged(&envelope, &line, Timestamp::now()) {
            Some(envelope) => Ok(Some(Due::Send { next, envelope, payload })),
            // The broker may be in the middle of receiving it, and would take another message with its packet
            // identifier for a repetition.
            None if next.again || next.received => {
                Ok(Some(Due::Send { next, envelope: overdue(&envelope), payload }))
            }
            None => {
                self.keep(&line);
                self.course.done(number);
                Ok(Some(Due::Expired { number }))
            }
        }
    }

    /// PUBREC arrived.
    pub fn received(&mut self, number: u64) {
        self.course.received(number);
    }

    /// The next packet identifier whose PUBREL may be sent.
    pub fn next_release(&mut self) -> Option<u16> {
        self.course.next_release()
    }

    /// A message was delivered.
    pub fn delivered(&mut self, number: u64) {
        self.course.done(number);
    }

    /// A message is given up, and kept with the refused ones.
    ///
    /// # Errors
    /// If it can no longer be read.
    pub fn refused(&mut self, number: u64) -> Result<()> {
        if let Some(line) = self.second_reader.read(number, &self.segments)? {
            self.keep(&line);
        }
        self.course.done(number);
        Ok(())
    }

    fn keep(&mut self, line: &[u8]) {
        self.refused.extend_from_slice(line);
        self.refused.push(b'\n');
    }

    /// No more messages come: writes what is left and removes what is final. Ready when done.
    ///
    /// # Errors
    /// As for [`Outbox::poll`].
    pub fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.is_closing = true;
        match self.poll(cx) {
            Ok(()) if self.worker.is_busy() => Poll::Pending,
            result => Poll::Ready(result),
        }
    }
}
