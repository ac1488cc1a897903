//! Patience: time limits, backoff, and what a series of failures means.
//!
//! A pure value: it is told what happens and asked what to do. The time limits of a connection end that connection; the
//! run ends only if no further connection is allowed, or none can be expected to do better.

#[cfg(test)]
mod tests;

use super::backoff::{Backoff, WORTHWHILE};
use super::options::{IdOrigin, Reconnect, RunOptions};
use crate::mqtt::Suspect;
use std::time::{Duration, Instant};

/// Number of connections in a row with a protocol violation that end the run.
const MOST_VIOLATIONS: u32 = 3;

/// Number of short sessions in a row after which another client may be using the id.
const SUSPICIOUS_SESSIONS: u32 = 3;

/// Number after which it certainly is.
const MOST_SHORT_SESSIONS: u32 = 10;

/// Number of connections in a row without progress that, after the ack timeout, end the run.
const MOST_FRUITLESS: u32 = 3;

/// A broker that closed the connection this often right after the same packet does not accept it.
const MOST_HANG_UPS: u32 = 3;

/// The relevant options of the run.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Limit from name lookup to CONNACK.
    pub connect: Duration,
    /// Limit, per connection, without any progress on what the broker owes.
    pub ack: Duration,
    /// When the time limit of the run passes.
    pub run_until: Option<Instant>,
    /// Which connections are retried.
    pub reconnect: Reconnect,
    /// Limit for retrying.
    pub reconnect_timeout: Option<Duration>,
    /// Where the client id comes from.
    pub id_origin: IdOrigin,
}

impl Policy {
    /// From `options`; the limit of the run counts from `started`.
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

/// The phase of the run.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Connecting, until CONNACK.
    Connecting {
        /// When CONNACK is due.
        by: Instant,
    },
    /// The broker has accepted the connection.
    Up {
        /// Since when.
        since: Instant,
        /// Whether there was any progress on this connection.
        is_fruitful: bool,
    },
    /// Waiting for the next attempt.
    Waiting {
        /// When it is due.
        until: Instant,
    },
}

/// A time limit that has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Of the whole run.
    Run,
    /// Of connecting.
    Connect,
    /// Of progress on this connection.
    Ack,
    /// Of being without a connection while there is something to do.
    Offline,
    /// The delay before the next attempt is over.
    Retry,
}

/// How a connection went, as far as the session can tell.
#[derive(Clone, Debug)]
pub struct Testimony {
    /// The unanswered packet, if the broker had accepted the connection.
    pub suspect: Option<Suspect>,
    /// Whether a message that we published was completed.
    pub has_delivered: bool,
    /// Whether a received message was acknowledged.
    pub has_acknowledged: bool,
}

/// How a connection, or an attempt to connect, ended.
#[derive(Clone, Debug)]
pub struct Setback {
    /// Whether another attempt would end the same way.
    pub is_final: bool,
    /// Whether the broker violated the protocol.
    pub is_violation: bool,
    /// Whether the broker closed the connection without a reason.
    pub is_hang_up: bool,
    /// Whether the run is expected to end by itself.
    pub is_finite: bool,
    /// How it had gone until then.
    pub testimony: Testimony,
}

/// What to do after a setback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Connect again.
    Retry(Retry),
    /// End the run.
    End(LastStraw),
}

/// How to connect again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Counted from 1 since the connection was lost.
    pub attempt: u32,
    /// The delay before the attempt.
    pub delay: Duration,
    /// Whether to report, once, that another client may be using the id.
    pub hints_at_other_client: bool,
    /// Send one message at a time until this one is complete.
    pub isolate: Option<u64>,
    /// Do not send this message again: the broker closes the connection each time.
    pub give_up: Option<u64>,
}

/// Why a run ends after a setback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastStraw {
    /// The loss itself tells why.
    Loss,
    /// The broker closed the connection after each SUBSCRIBE for these filters.
    HungUpOn(Vec<String>),
    /// Another client uses the same id, and each disconnects the other.
    Contested,
}

/// Connections in a row that ended without progress on what was owed.
#[derive(Clone, Copy, Debug)]
struct Fruitless {
    /// When the first of them was accepted, not counting time in which the broker was unreachable.
    since: Instant,
    connections: u32,
}

/// The patience of one run.
#[derive(Clone, Debug)]
pub struct Patience {
    policy: Policy,
    phase: Phase,
    backoff: Backoff,
    /// Whether the broker ever accepted a connection.
    is_established: bool,
    /// When the connection was lost, or the first attempt failed.
    offline_since: Option<Instant>,
    /// Number of attempts since then.
    attempts: u32,
    /// Since when the broker has owed something without progress, on this connection or without one.
    waiting_since: Option<Instant>,
    seen_progress: u64,
    /// The part of it that a lost session cannot undo.
    seen_results: u64,
    fruitless: Option<Fruitless>,
    violations: u32,
    short_sessions: u32,
    /// The packet after which the broker seems to close the connection, and how often in a row.
    suspicion: Option<(Suspect, u32)>,
    /// Whether it did so for a message before: then the next is suspected sooner.
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
            seen_results: 0,
            fruitless: None,
            violations: 0,
            short_sessions: 0,
            suspicion: None,
            is_warned: false,
        }
    }

    /// Whether the broker ever accepted a connection.
    pub fn is_established(&self) -> bool {
        self.is_established
    }

    /// Whether an attempt has failed since the last connection.
    pub fn is_offline(&self) -> bool {
        self.attempts > 0
    }

    /// An attempt starts; returns when CONNACK is due.
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

    /// Checks which limit has been reached. `progress` rises whenever something that was awaited has happened, of which
    /// `steps` are only on the way to it: they keep a connection alive, but a broker that loses its session each time
    /// could go on with them forever. `owes` says that the broker owes something, or that bytes or messages wait for it.
    pub fn check(&mut self, now: Instant, progress: u64, steps: u64, owes: bool) -> Option<Limit> {
        if self.policy.run_until.is_some_and(|until| now >= until) {
            return Some(Limit::Run);
        }
        if progress != self.seen_progress {
            self.seen_progress = progress;
            self.waiting_since = None;
        }
        if progress - steps != self.seen_results {
            self.seen_results = progress - steps;
            self.fruitless = None;
            self.note_progress();
        }
        if !owes || !self.is_established {
            self.waiting_since = None;
        } else {
            self.waiting_since.get_or_insert(now);
        }
        // Limits that end the run come before those that end a wait.
        self.limits().into_iter().flatten().find_map(|(at, limit)| (now >= at).then_some(limit))
    }

    /// Bytes were written for which no answer is due: that is all the progress there can be.
    pub fn note_progress(&mut self) {
        self.waiting_since = None;
        if let Phase::Up { is_fruitful, .. } = &mut self.phase {
            *is_fruitful = true;
        }
    }

    /// Bytes that had been stuck were written. This resets the limit, unless earlier connections made no progress.
    pub fn unstuck(&mut self) {
        if self.fruitless.is_none() {
            self.waiting_since = None;
        }
    }

    /// When the time limit of the run passes.
    pub fn run_until(&self) -> Option<Instant> {
        self.policy.run_until
    }

    /// When to call [`Patience::check`] even if nothing happens.
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

    /// The connection, or an attempt, ended. `random` is uniformly distributed over `u64`.
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
        // The last attempt is made at the deadline.
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

    /// A session that lasted, or delivered something, resets backoff and counters.
    fn judge_session(&mut self, lasted: Duration, setback: &Setback) {
        if lasted >= WORTHWHILE || setback.testimony.has_delivered {
            self.backoff.reset();
            self.violations = 0;
            self.short_sessions = 0;
        } else if setback.testimony.has_acknowledged {
            self.short_sessions = 0;
        } else if !setback.is_violation {
            // A violation is not caused by another client.
            self.short_sessions += 1;
        }
    }

    fn judge_hang_up(&mut self, setback: &Setback) {
        let suspect = setback.testimony.suspect.as_ref().filter(|_| setback.is_hang_up);
        self.suspicion = match (suspect, self.suspicion.take()) {
            (Some(suspect), Some((before, count))) if *suspect == before => {
                Some((before, count + 1))
            }
            (Some(suspect), _) => Some((suspect.clone(), 1)),
            (None, _) => None,
        };
    }

    /// Why no further attempt is made, if none is.
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
            // Nobody else knows the id, and a user who waits for the end is told that it will not come.
            IdOrigin::Generated => setback.is_finite.then_some(LastStraw::Loss),
        }
    }

    /// The message to send alone, to find out whether the broker closes the connection because of it, and the one to
    /// give up.
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
            // The message is given up, which is progress of a kind.
            self.fruitless = None;
            self.backoff.reset();
            return (None, Some(serial));
        }
        (Some(serial).filter(|_| *count + 1 >= enough), None)
    }
}
