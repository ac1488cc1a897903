//! Patience: how long to wait for what, and what a series of failures means.
//!
//! One value that is told what happens and asked what follows. The deadlines of one connection end the connection;
//! the run ends only when no further connection is allowed, or none can be expected to do better.

#[cfg(test)]
mod tests;

use super::backoff::{Backoff, WORTHWHILE};
use super::options::{IdOrigin, Reconnect, RunOptions};
use crate::mqtt::Suspect;
use std::time::{Duration, Instant};

/// This many connections in a row on which the broker broke the protocol are enough.
const MOST_VIOLATIONS: u32 = 3;

/// After this many short sessions in a row another client may be using the id.
const SUSPICIOUS_SESSIONS: u32 = 3;

/// After this many it is.
const MOST_SHORT_SESSIONS: u32 = 10;

/// After this many connections in a row that ended without progress, and the ack timeout, there is no hope.
const MOST_FRUITLESS: u32 = 3;

/// A broker that hung up this often straight after the same packet does not want it.
const MOST_HANG_UPS: u32 = 3;

/// What was asked for, as far as patience goes.
#[derive(Clone, Debug)]
pub struct Policy {
    /// From name lookup to CONNACK.
    pub connect: Duration,
    /// On one connection, without any progress on what the broker owes.
    pub ack: Duration,
    /// When the whole run is over.
    pub run_until: Option<Instant>,
    /// What is tried again.
    pub reconnect: Reconnect,
    /// How long to go on trying.
    pub reconnect_timeout: Option<Duration>,
    /// Who chose the client id.
    pub id_origin: IdOrigin,
}

impl Policy {
    /// What `options` say; the time for the whole run counts from `started`.
    pub fn new(options: &RunOptions, started: Instant) -> Self {
        Self {
            connect: options.connect_timeout,
            ack: options.ack_timeout,
            run_until: options.timeout.and_then(|timeout| started.checked_add(timeout)),
            reconnect: options.reconnect,
            reconnect_timeout: options.reconnect_timeout,
            id_origin: options.id_origin,
        }
    }
}

/// Where the run is.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// A connection is being made, until CONNACK.
    Connecting {
        /// When it must be there.
        by: Instant,
    },
    /// The broker has accepted the connection.
    Up {
        /// When.
        since: Instant,
        /// Something made progress on this connection.
        is_fruitful: bool,
    },
    /// There is no connection, and none is being made.
    Waiting {
        /// When it is time for the next attempt.
        until: Instant,
    },
}

/// A time that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// That of the whole run.
    Run,
    /// That for making a connection.
    Connect,
    /// That for progress on this connection.
    Ack,
    /// That for being without a connection while there is something to do.
    Offline,
    /// The wait before the next attempt: it is time for it.
    Retry,
}

/// How a connection, or the attempt at one, ended.
#[derive(Clone, Debug, Default)]
pub struct Setback {
    /// Trying again can only end the same way.
    pub is_final: bool,
    /// The broker broke the protocol.
    pub is_violation: bool,
    /// The broker hung up without a word.
    pub is_hang_up: bool,
    /// The packet that waited for its answer, if the broker had accepted the connection.
    pub suspect: Option<Suspect>,
    /// A message that we published came to its end.
    pub has_delivered: bool,
    /// A message that we received was acknowledged.
    pub has_acknowledged: bool,
    /// Somebody waits for the run to end by itself.
    pub is_finite: bool,
}

/// What follows from a setback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Another connection.
    Retry(Retry),
    /// The run is over.
    End(LastStraw),
}

/// How to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Counted from 1 since the connection was lost.
    pub attempt: u32,
    /// The wait before it.
    pub delay: Duration,
    /// Another client may be using the id: to be told, once.
    pub hints_at_other_client: bool,
    /// Send one message at a time until this one has its end.
    pub isolate: Option<u64>,
    /// Send this message no more: the broker hangs up each time.
    pub give_up: Option<u64>,
}

/// Why a run ends after a setback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastStraw {
    /// How the connection was lost says it.
    Loss,
    /// The broker hung up after each SUBSCRIBE for these filters.
    HungUpOn(Vec<String>),
    /// Another client uses the same id: one throws the other out.
    Contested,
}

/// Connections in a row that ended without progress on what was owed.
#[derive(Clone, Copy, Debug)]
struct Fruitless {
    /// When the first of them was accepted; time in which the broker could not be reached is left out.
    since: Instant,
    connections: u32,
}

/// The waiting of one run.
#[derive(Clone, Debug)]
pub struct Patience {
    policy: Policy,
    phase: Phase,
    backoff: Backoff,
    /// There was a connection that the broker accepted.
    is_established: bool,
    /// When the connection was lost, or the first attempt failed.
    offline_since: Option<Instant>,
    /// Attempts since then.
    attempts: u32,
    /// Since when the broker has owed something without any progress, on this connection or without one.
    waiting_since: Option<Instant>,
    seen_progress: u64,
    fruitless: Option<Fruitless>,
    violations: u32,
    short_sessions: u32,
    /// What the broker seems to hang up on, and how often in a row.
    suspicion: Option<(Suspect, u32)>,
    /// It hung up on a message before: it does not take as much to suspect the next.
    is_warned: bool,
}

impl Patience {
    /// Before the first attempt, at `now`.
    pub fn new(policy: Policy, now: Instant) -> Self {
        Self {
            phase: Phase::Waiting { until: now },
            policy,
            backoff: Backoff::default(),
            is_established: false,
            offline_since: None,
            attempts: 0,
            waiting_since: None,
            seen_progress: 0,
            fruitless: None,
            violations: 0,
            short_sessions: 0,
            suspicion: None,
            is_warned: false,
        }
    }

    /// Whether there was a connection that the broker accepted.
    pub fn is_established(&self) -> bool {
        self.is_established
    }

    /// Whether an attempt has failed since the last connection.
    pub fn is_offline(&self) -> bool {
        self.attempts > 0
    }

    /// An attempt begins; when it must have led to a CONNACK.
    pub fn begin(&mut self, now: Instant) -> Instant {
        let by = now + self.policy.connect;
        self.phase = Phase::Connecting { by };
        by
    }

    /// The broker accepted the connection.
    pub fn connected(&mut self, now: Instant) {
        if let (Some(fruitless), Some(since), true) =
            (&mut self.fruitless, self.offline_since, self.attempts > 1)
        {
            fruitless.since += now.saturating_duration_since(since);
        }
        self.phase = Phase::Up { since: now, is_fruitful: false };
        self.is_established = true;
        self.offline_since = None;
        self.attempts = 0;
        self.waiting_since = None;
    }

    /// Notes how far things are: `progress` rises whenever an acknowledgement brings something nearer to its end, and
    /// `owes` says that the broker owes something, or that bytes or messages wait for it. Which limit is reached.
    pub fn check(&mut self, now: Instant, progress: u64, owes: bool) -> Option<Limit> {
        if self.policy.run_until.is_some_and(|until| now >= until) {
            return Some(Limit::Run);
        }
        if progress != self.seen_progress {
            self.seen_progress = progress;
            self.fruitless = None;
            self.note_progress();
        }
        if !owes || !self.is_established {
            self.waiting_since = None;
        } else {
            self.waiting_since.get_or_insert(now);
        }
        // What ends the run counts before what only ends a wait.
        self.limits().into_iter().flatten().find_map(|(at, limit)| (now >= at).then_some(limit))
    }

    /// Bytes went out that no answer is owed for: nothing more can be expected of them.
    pub fn note_progress(&mut self) {
        self.waiting_since = None;
        if let Phase::Up { is_fruitful, .. } = &mut self.phase {
            *is_fruitful = true;
        }
    }

    /// Bytes went out that were stuck before: as long as no connection was in vain, that is a sign of life.
    pub fn unstuck(&mut self) {
        if self.fruitless.is_none() {
            self.waiting_since = None;
        }
    }

    /// When the whole run is over.
    pub fn run_until(&self) -> Option<Instant> {
        self.policy.run_until
    }

    /// When [`Patience::check`] has something to say although nothing happens.
    pub fn deadline(&self) -> Option<Instant> {
        let own = self.limits().into_iter().flatten().map(|(at, _)| at);
        own.chain(self.policy.run_until).min()
    }

    /// The limits besides that of the run, the gravest first.
    fn limits(&self) -> [Option<(Instant, Limit)>; 2] {
        let ack = self.waiting_since.map(|since| since + self.policy.ack);
        let offline = ack
            .filter(|_| self.is_established && self.policy.reconnect_timeout.is_none())
            .map(|at| (at, Limit::Offline));
        match self.phase {
            Phase::Connecting { by } => [offline, Some((by, Limit::Connect))],
            Phase::Up { .. } => [ack.map(|at| (at, Limit::Ack)), None],
            Phase::Waiting { until } => [offline, Some((until, Limit::Retry))],
        }
    }

    /// The connection, or the attempt at one, ended. `random` is evenly spread over all `u64`.
    pub fn lost(&mut self, now: Instant, setback: &Setback, random: u64) -> Decision {
        if let Phase::Up { since, is_fruitful } = self.phase {
            self.judge_session(now.saturating_duration_since(since), setback);
            if !is_fruitful && self.waiting_since.is_some() {
                let first = Fruitless { since, connections: 0 };
                self.fruitless.get_or_insert(first).connections += 1;
            }
            self.judge_hang_up(setback);
            self.waiting_since = self.waiting_since.map(|_| now);
        }
        self.violations += u32::from(setback.is_violation);
        let offline_since = *self.offline_since.get_or_insert(now);
        if let Some(reason) = self.end(now, setback, offline_since) {
            return Decision::End(reason);
        }
        let (isolate, give_up) = self.treat_suspect();
        let delay = self.backoff.next(random);
        let until = now + delay;
        // The last attempt comes at the deadline.
        let last = self.policy.reconnect_timeout.map(|limit| offline_since + limit);
        let until = last.map_or(until, |last| last.min(until));
        let delay = until.saturating_duration_since(now);
        self.phase = Phase::Waiting { until };
        self.attempts += 1;
        let is_first_hint = self.short_sessions == SUSPICIOUS_SESSIONS && self.attempts == 1;
        Decision::Retry(Retry {
            attempt: self.attempts,
            delay,
            hints_at_other_client: is_first_hint && self.policy.id_origin == IdOrigin::Chosen,
            isolate,
            give_up,
        })
    }

    /// A session that lasted, or delivered something, starts backoff and counters over.
    fn judge_session(&mut self, lasted: Duration, setback: &Setback) {
        if lasted >= WORTHWHILE || setback.has_delivered {
            self.backoff.reset();
            self.violations = 0;
            self.short_sessions = 0;
        } else if setback.has_acknowledged {
            self.short_sessions = 0;
        } else if !setback.is_violation {
            // A violation needs no other client to explain it.
            self.short_sessions += 1;
        }
    }

    fn judge_hang_up(&mut self, setback: &Setback) {
        let suspect = setback.suspect.as_ref().filter(|_| setback.is_hang_up);
        self.suspicion = match (suspect, self.suspicion.take()) {
            (Some(suspect), Some((before, count))) if *suspect == before => {
                Some((before, count + 1))
            }
            (Some(suspect), _) => Some((suspect.clone(), 1)),
            (None, _) => None,
        };
    }

    /// Why no further connection is made, if none is.
    fn end(&self, now: Instant, setback: &Setback, offline_since: Instant) -> Option<LastStraw> {
        let wanted = match self.policy.reconnect {
            Reconnect::Never => false,
            Reconnect::Lost => self.is_established,
            Reconnect::Always => true,
        };
        let passed = now.saturating_duration_since(offline_since);
        let in_time = self.policy.reconnect_timeout.is_none_or(|limit| passed < limit);
        let is_hopeless = self.fruitless.is_some_and(|fruitless| {
            fruitless.connections >= MOST_FRUITLESS
                && now.saturating_duration_since(fruitless.since) >= self.policy.ack
        });
        if !wanted
            || !in_time
            || setback.is_final
            || self.violations >= MOST_VIOLATIONS
            || is_hopeless
        {
            return Some(LastStraw::Loss);
        }
        match &self.suspicion {
            Some((Suspect::Subscribe(filters), count)) if *count >= MOST_HANG_UPS => {
                return Some(LastStraw::HungUpOn(filters.clone()));
            }
            _ => {}
        }
        match self.policy.id_origin {
            _ if self.short_sessions < MOST_SHORT_SESSIONS => None,
            IdOrigin::Chosen => Some(LastStraw::Contested),
            // Nobody else knows the id, and whoever waits for an end is told that it does not come.
            IdOrigin::Generated => setback.is_finite.then_some(LastStraw::Loss),
        }
    }

    /// The message to be sent alone, to see whether it is the one that the broker hangs up on, or the one that is.
    fn treat_suspect(&mut self) -> (Option<u64>, Option<u64>) {
        let (Some((Suspect::Publish(serial), count)), Phase::Up { .. }) =
            (&self.suspicion, self.phase)
        else {
            return (None, None);
        };
        let (serial, enough) = (*serial, MOST_HANG_UPS - u32::from(self.is_warned));
        if *count >= enough {
            self.suspicion = None;
            self.is_warned = true;
            // It has come to its end, which is progress of a kind.
            self.fruitless = None;
            self.backoff.reset();
            return (None, Some(serial));
        }
        (Some(serial).filter(|_| *count + 1 >= enough), None)
    }
}
