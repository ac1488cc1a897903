//! A process that finds the outbox locked: it leaves its messages there and waits until the sender has finished them,
//! or until it can send itself.

use super::storing::{Room, Store, Storing, failed, full};
use crate::exit::{ExitStatus, Failure};
use crate::message::Envelope;
use crate::outbox::disk;
use crate::outbox::line;
use crate::outbox::{Folder, Lock};
use crate::run::Signals;
use std::fs::{self, File};
use std::future::{Future as _, poll_fn};
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How often to check for changes.
const LOOK: Duration = Duration::from_millis(25);

/// Bytes of messages per file.
const TOGETHER: usize = 1 << 20;

/// How waiting ended.
pub(super) enum Followed {
    /// All messages are final; `refused` of them were refused.
    Final { refused: u64 },
    /// The sender is gone, and this process holds the lock.
    Free { lock: Lock, refused: u64 },
}

/// Messages about to be left.
struct Left {
    lines: Vec<u8>,
    count: u64,
    is_full: bool,
}

impl Store for Left {
    fn has_room(&mut self) -> bool {
        !self.is_full && self.lines.len() < TOGETHER
    }

    fn store(&mut self, stamp: &str, envelope: &Envelope, payload: &[u8]) {
        line::write(&mut self.lines, stamp, envelope, payload);
        self.count += 1;
    }
}

/// A process that waits.
pub(super) struct Waiting<'a> {
    folder: &'a Folder,
    limit: u64,
    storing: &'a mut Storing,
    left: Left,
    /// The file that was left last. Its name disappears when all its messages, and all before them, are final.
    last: Option<File>,
    /// Number of files left, and the time stamp of the last, so that names sort in order.
    files: (u64, i64),
    messages: u64,
    /// Used if this process left nothing: the end of what was stored when it started.
    end: u64,
    /// Size of the file of refused messages at the start.
    refused_from: u64,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(
        folder: &'a Folder,
        limit: u64,
        storing: &'a mut Storing,
    ) -> Result<Self, Failure> {
        let (_, end) = disk::progress(folder).map_err(failed)?;
        let refused_from = fs::metadata(folder.refused()).map_or(0, |it| it.len());
        let is_full = folder.usage().map_err(failed)? >= limit;
        let left = Left { lines: Vec::new(), count: 0, is_full };
        let (last, files, messages) = (None, (0, 0), 0);
        Ok(Self { folder, limit, storing, left, last, files, messages, end, refused_from })
    }

    /// Leaves the input for the sender, then waits; with `later`, returns without waiting.
    pub(super) async fn follow(
        &mut self,
        later: bool,
        deadline: Option<Instant>,
    ) -> Result<Followed, Failure> {
        let mut signals = Signals::new().map_err(Failure::no_signals)?;
        let mut look = pin!(sleep(Duration::ZERO));
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(signal) = signals.poll(cx) {
                    return Poll::Ready(Err(self.told(Failure::stopped(signal))));
                }
                let stored = self.storing.poll(cx, &mut self.left);
                if !self.left.lines.is_empty() {
                    self.leave().map_err(failed)?;
                    continue;
                }
                let is_looking = look.as_mut().poll(cx).is_ready();
                if is_looking {
                    look.as_mut().reset(tokio::time::Instant::now() + LOOK);
                    if self.left.is_full {
                        self.measure().map_err(failed)?;
                    }
                }
                if self.left.is_full
                    && stored.is_pending()
                    && self.storing.has_message()
                    && (self.storing.room == Room::MustBeThere || later)
                {
                    return Poll::Ready(Err(self.told(full(&self.shown()))));
                }
                if stored.is_ready() && (later || self.is_final().map_err(failed)?) {
                    let refused = self.refused().map_err(failed)?;
                    return Poll::Ready(Ok(Followed::Final { refused }));
                }
                if !is_looking {
                    return Poll::Pending;
                }
                if let Some(lock) = self.folder.lock().map_err(failed)? {
                    let refused = self.refused().map_err(failed)?;
                    return Poll::Ready(Ok(Followed::Free { lock, refused }));
                }
                if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                    let text = "timed out while another process was sending";
                    let failure = Failure::new(ExitStatus::TimedOut, text);
                    return Poll::Ready(Err(self.told(failure)));
                }
            }
        })
        .await
    }

    fn leave(&mut self) -> anyhow::Result<()> {
        let (count, time) = self.files;
        // Keeps the order even if the clock is set back.
        let time = jiff::Timestamp::now().as_microsecond().max(time);
        self.last = Some(self.folder.leave(&self.left.lines, time, count)?);
        self.files = (count + 1, time);
        self.messages += self.left.count;
        self.left.lines.clear();
        self.left.count = 0;
        self.measure()
    }

    /// Checks whether there is room.
    fn measure(&mut self) -> anyhow::Result<()> {
        self.left.is_full = self.folder.usage()? >= self.limit;
        Ok(())
    }

    /// Whether everything that was left is final.
    fn is_final(&self) -> anyhow::Result<bool> {
        match &self.last {
            Some(file) => Ok(file.metadata()?.nlink() == 0),
            None => Ok(disk::progress(self.folder)?.0 >= self.end),
        }
    }

    /// How many of this process's messages were refused.
    fn refused(&self) -> anyhow::Result<u64> {
        let Ok(mut file) = File::open(self.folder.refused()) else { return Ok(0) };
        // If the file is shorter now, somebody has cleaned it up.
        let from = if file.metadata()?.len() < self.refused_from { 0 } else { self.refused_from };
        file.seek(SeekFrom::Start(from))?;
        let mut count = 0;
        for line in BufReader::new(file).split(b'\n') {
            count += u64::from(self.storing.clock.wrote(&line?, self.storing.since));
        }
        Ok(count)
    }

    fn shown(&self) -> String {
        self.folder.path().display().to_string()
    }

    /// Adds to a failure how many messages are stored.
    fn told(&self, mut failure: Failure) -> Failure {
        if self.messages > 0 {
            let text = format!("; {} stored in {}", self.messages, self.shown());
            failure.message.push_str(&text);
        }
        failure
    }
}
