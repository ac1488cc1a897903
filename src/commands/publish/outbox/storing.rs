//! The input of an outbox: messages on their way into it.

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

/// Whether somebody who finds an outbox full waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// Until something was sent.
    Comes,
    /// It is a failure.
    MustBeThere,
}

/// Where messages are stored.
pub(super) trait Store {
    /// Whether more can be stored now.
    fn has_room(&mut self) -> bool;

    /// Stores one.
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

/// What is to be stored.
pub(super) struct Storing {
    feed: Option<Feed>,
    pace: Pace,
    /// What to do when the outbox is full.
    pub(super) room: Room,
    pub(super) ui: Ui,
    /// Who writes.
    pub(super) clock: Clock,
    /// When the first message was stored at the earliest.
    pub(super) since: Timestamp,
    /// Why reading ended early.
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

    /// Stores what is there and has room. Ready when all is stored.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, store: &mut dyn Store) -> Poll<()> {
        let Some(feed) = &mut self.feed else { return Poll::Ready(()) };
        let ui = self.ui;
        let mut tell = |text: &str| ui.error(text);
        let (now, mut stamp) = (Instant::now(), String::new());
        self.wait_until = None;
        loop {
            if feed.peek().is_none() {
                ready!(feed.poll(cx, &mut tell));
                // Those that are read together are stored together.
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

    /// When it is time for the next message.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.wait_until
    }

    /// Whether there is no room in a full outbox for something that was to be stored at once.
    pub(super) fn is_shut_out(&self) -> bool {
        self.room == Room::MustBeThere && self.has_message()
    }

    /// Whether a message was read that is not stored.
    pub(super) fn has_message(&self) -> bool {
        self.feed.as_ref().is_some_and(|feed| feed.peek().is_some())
    }

    /// What went wrong with the input.
    pub(super) fn failures(&self) -> Vec<Failure> {
        let incomplete = self.feed.as_ref().and_then(Feed::incomplete);
        self.failure.iter().cloned().chain(incomplete).collect()
    }
}

/// There is no room for more.
pub(super) fn full(shown: &str) -> Failure {
    Failure::new(ExitStatus::LocalIo, format!("the outbox is full: {shown}"))
}

/// Something on this machine failed.
#[allow(clippy::needless_pass_by_value, reason = "it is where an error ends")]
pub(super) fn failed(error: anyhow::Error) -> Failure {
    Failure::told(ExitStatus::LocalIo, &error)
}
