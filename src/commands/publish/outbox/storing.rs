//! Reads the input of `--outbox` and stores it.

use crate::commands::publish::feed::{Feed, NOT_QOS_0};
use crate::commands::publish::pace::Pace;
use crate::exit::{ExitStatus, Failure};
use crate::message::{Envelope, QoS};
use crate::outbox::Outbox;
use crate::outbox::line::Clock;
use crate::ui::Ui;
use jiff::Timestamp;
use std::task::{Context, Poll, ready};
use std::time::Instant;

/// What to do when the outbox is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// Wait until messages have been sent.
    Comes,
    /// Fail.
    MustBeThere,
}

/// A place to store messages.
pub(super) trait Store {
    /// Whether another message can be stored now.
    fn has_room(&mut self) -> bool;

    /// Stores one message.
    fn store(&mut self, stamp: &str, envelope: &Envelope, payload: &[u8]);
}

impl Store for Outbox {
    fn has_room(&mut self) -> bool {
        !self.is_full() && !self.is_behind()
    }

    fn store(&mut self, stamp: &str, envelope: &Envelope, payload: &[u8]) {
        Outbox::store(self, stamp, envelope, payload);
    }
}

/// Input being stored.
pub(super) struct Storing {
    feed: Option<Feed>,
    pace: Pace,
    /// What to do when the outbox is full.
    pub(super) room: Room,
    pub(super) ui: Ui,
    /// Time stamps of this process.
    pub(super) clock: Clock,
    /// No message was stored before this.
    pub(super) since: Timestamp,
    /// Why reading the input ended early.
    failure: Option<Failure>,
    /// Bytes of input that were stored.
    pub(super) read: u64,
    wait_until: Option<Instant>,
}

impl Storing {
    pub(super) fn new(feed: Option<Feed>, pace: Pace, room: Room, ui: Ui) -> Self {
        Self {
            feed,
            pace,
            room,
            ui,
            clock: Clock::new(std::process::id()),
            since: Timestamp::now(),
            failure: None,
            read: 0,
            wait_until: None,
        }
    }

    /// Stores what is available and fits. Ready when all input is stored.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, store: &mut dyn Store) -> Poll<()> {
        let Some(feed) = &mut self.feed else { return Poll::Ready(()) };
        let ui = self.ui;
        let mut tell = |text: &str| ui.error(text);
        let (now, mut stamp) = (Instant::now(), String::new());
        self.wait_until = None;
        loop {
            if feed.peek().is_none() {
                ready!(feed.poll(cx, &mut tell));
                // Messages that are read together share a time stamp.
                stamp = self.clock.stamp();
            }
            let Some((envelope, topic)) = feed.peek() else {
                self.failure = self.failure.take().or_else(|| feed.failure());
                return Poll::Ready(());
            };
            if envelope.qos == QoS::AtMostOnce {
                feed.refuse(NOT_QOS_0, &mut tell);
                continue;
            }
            if !store.has_room() {
                return Poll::Pending;
            }
            if self.pace.counts(topic) {
                self.wait_until = self.pace.wait(now);
                if self.wait_until.is_some() {
                    return Poll::Pending;
                }
                self.pace.sent(now);
            }
            if stamp.is_empty() {
                stamp = self.clock.stamp();
            }
            let Some(fed) = feed.take() else { return Poll::Ready(()) };
            store.store(&stamp, &fed.envelope, &fed.payload);
            self.read += fed.size;
        }
    }

    /// Whether a message that was read can be stored now.
    pub(super) fn can_go_on(&self, store: &mut dyn Store) -> bool {
        self.has_message() && self.wait_until.is_none() && store.has_room()
    }

    /// When to store the next message.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.wait_until
    }

    /// Whether a message does not fit into a full outbox and must not wait.
    pub(super) fn is_shut_out(&self) -> bool {
        self.room == Room::MustBeThere && self.has_message()
    }

    /// Whether a message was read but not stored yet.
    pub(super) fn has_message(&self) -> bool {
        self.feed.as_ref().is_some_and(|feed| feed.peek().is_some())
    }

    /// Failures of the input.
    pub(super) fn failures(&self) -> Vec<Failure> {
        let incomplete = self.feed.as_ref().and_then(Feed::incomplete);
        self.failure.iter().cloned().chain(incomplete).collect()
    }
}

/// The failure if the outbox is full.
pub(super) fn full(shown: &str) -> Failure {
    Failure::new(ExitStatus::LocalIo, format!("the outbox is full: {shown}"))
}

/// The failure for a local I/O error.
#[allow(clippy::needless_pass_by_value, reason = "it is where an error ends")]
pub(super) fn failed(error: anyhow::Error) -> Failure {
    Failure::told(ExitStatus::LocalIo, &error)
}
