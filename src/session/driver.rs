//! Drives an engine over real connections: dials, moves bytes, keeps the deadlines, hears the
//! signals, reconnects, and ends in order.

use super::backoff::{Backoff, WORTHWHILE};
use super::connection::Connection;
use super::engine::Engine;
use super::event::{Event, Job};
use super::fault::Fault;
use super::options::{Options, Protocol, Reconnect};
use super::signal::{Signal, Signals};
use super::timer::Timer;
use super::wire::Version;
use crate::transport;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

mod ending;

/// This many connections in a row on which the broker broke the protocol are enough.
const MAX_VIOLATIONS: u32 = 3;

/// After this many short sessions in a row there may be a reason.
const SHORT_SESSIONS: u32 = 3;

/// How a run ended. What became of the messages the job has heard.
#[derive(Debug)]
pub enum End {
    /// The job was done.
    Done,
    /// The connection failed for good.
    Fault {
        /// The last failure.
        fault: Fault,
        /// Whether there had ever been a connection.
        established: bool,
    },
    /// Nothing that the broker owed made progress.
    AckTimeout {
        /// For this long.
        after: Duration,
        /// What is missing, in words.
        missing: &'static str,
    },
    /// The time for the whole run was over.
    TimedOut {
        /// The time.
        after: Duration,
        /// Whether there had ever been a connection.
        established: bool,
        /// Whether it was lost at the time.
        lost: bool,
    },
    /// A signal asked for the end.
    Signalled(Signal),
}

/// What stops a run from outside of the session.
#[derive(Clone, Copy)]
enum Stop {
    Signal(Signal),
    TimedOut,
    AckTimeout,
}

/// Why a connection is left.
enum Leave {
    Done,
    Stop(Stop),
    Fault(Fault),
}

impl From<Fault> for Leave {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Runs `job` on a session made with `options` until it is done or cannot go on. The time for the
/// whole run counts from `started`.
///
/// # Errors
/// When signals cannot be heard.
pub async fn run(options: Rc<Options>, started: Instant, job: &mut dyn Job) -> io::Result<End> {
    let now = Instant::now();
    let version = match options.protocol {
        Protocol::Auto => Version::V5,
        Protocol::Exactly(version) => version,
    };
    let mut driver = Driver {
        engine: Engine::new(Rc::clone(&options), version, now),
        signals: Signals::new()?,
        timer: Timer::default(),
        backoff: Backoff::default(),
        stop_at: options.timeout.and_then(|timeout| started.checked_add(timeout)),
        established: false,
        lost_at: None,
        attempts: 0,
        waiting_since: None,
        seen_progress: 0,
        fruitless: false,
        violations: 0,
        short_sessions: 0,
        options,
        job,
    };
    let end = driver.drive().await;
    driver.engine.lost(None, driver.job);
    driver.engine.abandon(driver.job);
    Ok(end)
}

struct Driver<'a> {
    options: Rc<Options>,
    engine: Engine,
    job: &'a mut dyn Job,
    signals: Signals,
    timer: Timer,
    backoff: Backoff,
    stop_at: Option<Instant>,
    /// There was a connection that the broker accepted.
    established: bool,
    lost_at: Option<Instant>,
    /// Attempts since the connection was lost.
    attempts: u32,
    /// Since when the broker has owed something without any progress.
    waiting_since: Option<Instant>,
    seen_progress: u64,
    /// A connection was lost since the last acknowledgement: writing alone is no progress any more.
    fruitless: bool,
    violations: u32,
    short_sessions: u32,
}

impl Driver<'_> {
    async fn drive(&mut self) -> End {
        loop {
            let fault = match self.attempt().await {
                Leave::Done => return End::Done,
                Leave::Stop(stop) => return self.stopped(stop),
                Leave::Fault(fault) => fault,
            };
            self.engine.lost(Some(&fault), self.job);
            self.job.event(&Event::Lost(&fault));
            if !self.may_retry(&fault) {
                return End::Fault { fault, established: self.established };
            }
            if let Some(leave) = self.wait(&fault).await {
                return match leave {
                    Leave::Done => End::Done,
                    Leave::Stop(stop) => self.stopped(stop),
                    Leave::Fault(fault) => End::Fault { fault, established: self.established },
                };
            }
        }
    }

    fn stopped(&self, stop: Stop) -> End {
        match stop {
            Stop::Signal(signal) => End::Signalled(signal),
            Stop::TimedOut => End::TimedOut {
                after: self.options.timeout.unwrap_or_default(),
                established: self.established,
                lost: self.attempts > 0,
            },
            Stop::AckTimeout => {
                let missing = self.engine.owed();
                End::AckTimeout { after: self.options.ack_timeout, missing }
            }
        }
    }

    /// One connection, from dialling to its end; with `Protocol::Auto` a second one with 3.1.1 where
    /// the broker does not speak 5.
    async fn attempt(&mut self) -> Leave {
        let deadline = Instant::now() + self.options.connect_timeout;
        let (leave, answered) = self.connection(deadline).await;
        match leave {
            Leave::Fault(fault)
                if !self.established
                    && self.options.protocol == Protocol::Auto
                    && self.engine.version() == Version::V5
                    && fault.suggests_older_version(answered) =>
            {
                self.engine.lost(Some(&fault), self.job);
                self.engine.set_version(Version::V311);
                let leave = self.connection(deadline).await.0;
                if !self.established {
                    // It may have hung up for any reason: the next attempt begins with 5 again.
                    self.engine.set_version(Version::V5);
                }
                leave
            }
            leave => leave,
        }
    }

    /// Dials and converses; also tells whether the other side said anything.
    async fn connection(&mut self, deadline: Instant) -> (Leave, bool) {
        let stream = match self.dial(deadline).await {
            Ok(stream) => stream,
            Err(leave) => return (leave, false),
        };
        let mut connection = Connection::new(stream, self.options.trace);
        let now = Instant::now();
        self.engine.open(now);
        let leave = poll_fn(|cx| self.poll_conversation(cx, &mut connection, deadline)).await;
        let up_since = self.engine.is_up().then_some(connection.up_since).flatten();
        let leave = self.leave(leave, &mut connection).await;
        if let Some(since) = up_since
            && let Leave::Fault(fault) = &leave
        {
            self.judge_session(since.elapsed(), fault);
        }
        (leave, connection.answered)
    }

    async fn dial(&mut self, deadline: Instant) -> Result<Box<dyn transport::Stream>, Leave> {
        let options = Rc::clone(&self.options);
        let stage = Cell::default();
        let mut dialling = pin!(transport::dial(&options.target, &options.route, &stage));
        poll_fn(|cx| {
            if let Poll::Ready(result) = dialling.as_mut().poll(cx) {
                return Poll::Ready(result.map_err(|error| Fault::Unreachable(error).into()));
            }
            if self.established && self.job.poll_offline(cx).is_ready() {
                return Poll::Ready(Err(Leave::Done));
            }
            let now = Instant::now();
            if let Some(stop) = self.poll_stop(cx, now) {
                return Poll::Ready(Err(Leave::Stop(stop)));
            }
            if now >= deadline {
                let (after, missing) = (options.connect_timeout, stage.get().missing());
                return Poll::Ready(Err(Fault::ConnectTimeout { after, missing }.into()));
            }
            self.poll_timer(cx, Some(deadline))
        })
        .await
    }

    /// Waits before the next attempt; `None` when it is time for it.
    async fn wait(&mut self, fault: &Fault) -> Option<Leave> {
        let delay = self.backoff.next(super::random());
        self.attempts += 1;
        let attempt = self.attempts;
        self.job.event(&Event::Reconnecting { attempt, delay, fault });
        let limit = self.lost_at.zip(self.options.reconnect_timeout).map(|(at, limit)| at + limit);
        let until = Instant::now() + delay;
        let until = limit.map_or(until, |limit| limit.min(until));
        poll_fn(|cx| {
            if self.established && self.job.poll_offline(cx).is_ready() {
                return Poll::Ready(Some(Leave::Done));
            }
            let now = Instant::now();
            if let Some(stop) = self.poll_stop(cx, now) {
                return Poll::Ready(Some(Leave::Stop(stop)));
            }
            if now >= until {
                return Poll::Ready(None);
            }
            self.poll_timer(cx, Some(until))
        })
        .await
    }

    /// Everything that happens on a connection until it is left.
    fn poll_conversation(
        &mut self,
        cx: &mut Context<'_>,
        connection: &mut Connection,
        connect_by: Instant,
    ) -> Poll<Leave> {
        loop {
            let now = Instant::now();
            if let Some(stop) = self.poll_stop(cx, now) {
                return Poll::Ready(Leave::Stop(stop));
            }
            match self.step(cx, connection, connect_by, now) {
                Ok(Poll::Ready(leave)) => return Poll::Ready(leave),
                Ok(Poll::Pending) => {}
                Err(fault) => return Poll::Ready(fault.into()),
            }
            if connection.moved {
                continue;
            }
            // The job is only asked to do anything while the connection is up.
            let deadline = if self.engine.is_up() {
                [self.engine.deadline(), self.job.deadline()].into_iter().flatten().min()
            } else {
                Some(connect_by)
            };
            return self.poll_timer(cx, deadline);
        }
    }

    /// One round: the clock, the job, the socket.
    fn step(
        &mut self,
        cx: &mut Context<'_>,
        connection: &mut Connection,
        connect_by: Instant,
        now: Instant,
    ) -> Result<Poll<Leave>, Fault> {
        let was_up = self.engine.is_up();
        if !was_up && now >= connect_by {
            let after = self.options.connect_timeout;
            return Err(connection
                .stranger()
                .unwrap_or(Fault::ConnectTimeout { after, missing: "CONNACK" }));
        }
        self.engine.tick(now, self.is_deaf())?;
        if was_up {
            self.engine.pump();
            if let Poll::Ready(result) = self.job.poll(cx, &mut self.engine, now) {
                return result.map(|()| Poll::Ready(Leave::Done));
            }
        }
        if !was_up && self.established && self.job.poll_offline(cx).is_ready() {
            return Ok(Poll::Ready(Leave::Done));
        }
        connection.moved = false;
        let was_stuck = connection.stuck;
        let wrote = connection.poll_write(cx, &mut self.engine, self.job, now);
        // While an answer is owed, only the broker's reading of what it did not take before counts.
        if wrote && (!self.engine.is_owed() || (was_stuck && !self.fruitless)) {
            self.waiting_since = None;
        }
        // Asked only now: what the job has just done may have made room, and then nothing else
        // would wake this task.
        let deaf = self.is_deaf();
        connection.poll_read(cx, &mut self.engine, self.job, deaf, now)?;
        if !was_up && self.engine.is_up() {
            self.connected(connection, now);
        }
        Ok(Poll::Pending)
    }

    /// Whether the socket is not to be read for now: what comes could not be put anywhere.
    fn is_deaf(&self) -> bool {
        self.engine.is_up() && (self.job.is_full() || self.engine.is_choked())
    }

    fn connected(&mut self, connection: &mut Connection, now: Instant) {
        connection.up_since = Some(now);
        self.established = true;
        self.attempts = 0;
        self.lost_at = None;
    }

    fn may_retry(&mut self, fault: &Fault) -> bool {
        if matches!(fault, Fault::Violation(_)) {
            self.violations += 1;
        }
        let wanted = match self.options.reconnect {
            Reconnect::Never => false,
            Reconnect::Lost => self.established,
            Reconnect::Always => true,
        };
        let lost_at = *self.lost_at.get_or_insert_with(Instant::now);
        let in_time = self.options.reconnect_timeout.is_none_or(|limit| lost_at.elapsed() < limit);
        self.fruitless = true;
        wanted && in_time && !fault.is_final() && self.violations < MAX_VIOLATIONS
    }

    /// A session that lasted, or completed something, starts backoff and counters over.
    fn judge_session(&mut self, lasted: Duration, fault: &Fault) {
        if lasted >= WORTHWHILE || self.engine.has_completed() {
            self.backoff.reset();
            self.violations = 0;
            self.short_sessions = 0;
            return;
        }
        if matches!(fault, Fault::Violation(_)) {
            // Nobody else is needed to explain it.
            return;
        }
        self.short_sessions += 1;
        if self.short_sessions == SHORT_SESSIONS {
            self.job.event(&Event::ShortSessions);
        }
    }

    fn poll_stop(&mut self, cx: &mut Context<'_>, now: Instant) -> Option<Stop> {
        if let Poll::Ready(signal) = self.signals.poll(cx) {
            return Some(Stop::Signal(signal));
        }
        if self.stop_at.is_some_and(|at| now >= at) {
            return Some(Stop::TimedOut);
        }
        self.note_progress(now);
        let patience = self.options.ack_timeout;
        let overdue = self.waiting_since.is_some_and(|since| now >= since + patience);
        overdue.then_some(Stop::AckTimeout)
    }

    fn note_progress(&mut self, now: Instant) {
        let progress = self.engine.progress();
        if progress != self.seen_progress {
            self.seen_progress = progress;
            self.fruitless = false;
            self.waiting_since = None;
        }
        // Until the broker was there once, the connect deadline rules alone; and while the job takes
        // nothing in, nobody hears what the broker answers.
        let waiting = self.established
            && !self.job.is_full()
            && (self.engine.is_waiting() || self.job.has_backlog());
        if !waiting {
            self.waiting_since = None;
        } else if self.waiting_since.is_none() {
            self.waiting_since = Some(now);
        }
    }

    /// Arms the timer for the deadlines that always count and `deadline`. Wakes the task by itself
    /// when one has passed already.
    fn poll_timer<T>(&mut self, cx: &mut Context<'_>, deadline: Option<Instant>) -> Poll<T> {
        let patience = self.options.ack_timeout;
        let overdue = self.waiting_since.map(|since| since + patience);
        let earliest = [deadline, self.stop_at, overdue].into_iter().flatten().min();
        if self.timer.poll(cx, earliest).is_ready() {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}
