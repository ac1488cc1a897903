//! Decides which message is next, how many commands run at once, and what follows when one ends, without processes or a
//! clock.
//!
//! Messages are started in order of arrival. One that waits for a retry keeps its slot, so with one job at a time
//! nothing overtakes it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Bytes of waiting messages at which reading stops.
const MOST_BYTES: usize = 4 << 20;

/// Hard limits for waiting messages, in bytes and in number.
const LIMIT_BYTES: usize = 64 << 20;
const LIMIT: usize = 65_536;

/// The longest delay before a retry.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// The limits given by flags.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    /// Number of jobs at once, at least 1.
    pub(crate) jobs: usize,
    /// Number of retries of a failed command.
    pub(crate) retries: u32,
    /// The delay before the first retry; it doubles each time, up to a minute.
    pub(crate) delay: Duration,
}

impl Policy {
    /// The receive maximum to ask for: twice the number of jobs, so that a message is ready when a command ends.
    pub(crate) fn in_flight(&self) -> u16 {
        u16::try_from(2 * self.jobs).unwrap_or(u16::MAX)
    }
}

/// The outcome of one try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Try {
    /// Exit status 0.
    Done,
    /// Any other end.
    Failed,
    /// The command cannot be run, now or later.
    Impossible,
    /// It was stopped because the run ends.
    Stopped,
}

/// What follows from the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consequence {
    /// The message is done.
    Done,
    /// It is tried again after this delay.
    Again(Duration),
    /// It has failed.
    Failed,
    /// Nothing is known about it, or it would be retried, and the run ends.
    Left,
}

/// A message that was started.
#[derive(Debug)]
struct Begun {
    number: u64,
    tries: u32,
    /// Set while it waits for a retry; its command does not run then.
    pause: Option<Instant>,
}

/// The unfinished messages that have commands.
#[derive(Debug)]
pub(crate) struct Schedule {
    policy: Policy,
    /// Number and size of each.
    waiting: VecDeque<(u64, usize)>,
    /// Total size of `waiting` in bytes.
    bytes: usize,
    begun: Vec<Begun>,
    is_stopped: bool,
}

impl Schedule {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, waiting: VecDeque::new(), bytes: 0, begun: Vec::new(), is_stopped: false }
    }

    /// Adds a message that takes `size` bytes while it waits.
    pub(crate) fn arrive(&mut self, number: u64, size: usize) {
        self.bytes += size;
        self.waiting.push_back((number, size));
    }

    /// The next message to start or retry at `now`. New messages are started only if `may` is true.
    pub(crate) fn next(&mut self, now: Instant, may: bool) -> Option<u64> {
        if self.is_stopped {
            return None;
        }
        let due = |begun: &&mut Begun| begun.pause.is_some_and(|until| now >= until);
        if let Some(begun) = self.begun.iter_mut().filter(due).min_by_key(|begun| begun.number) {
            begun.pause = None;
            begun.tries += 1;
            return Some(begun.number);
        }
        if !may || self.begun.len() >= self.policy.jobs {
            return None;
        }
        let (number, size) = self.waiting.pop_front()?;
        self.bytes -= size;
        self.begun.push(Begun { number, tries: 1, pause: None });
        Some(number)
    }

    /// A try of this message ended at `now`.
    pub(crate) fn ended(&mut self, number: u64, how: Try, now: Instant) -> Consequence {
        let Some(at) = self.begun.iter().position(|begun| begun.number == number) else {
            return Consequence::Left;
        };
        let tries = self.begun[at].tries;
        let verdict = match how {
            Try::Done => Consequence::Done,
            Try::Stopped => Consequence::Left,
            Try::Failed if tries <= self.policy.retries && self.is_stopped => Consequence::Left,
            Try::Failed if tries <= self.policy.retries => {
                let doubled = self.policy.delay.saturating_mul(1 << (tries - 1).min(16));
                Consequence::Again(doubled.min(LONGEST_DELAY.max(self.policy.delay)))
            }
            Try::Failed | Try::Impossible => Consequence::Failed,
        };
        match verdict {
            Consequence::Again(delay) => self.begun[at].pause = Some(now + delay),
            _ => drop(self.begun.remove(at)),
        }
        verdict
    }

    /// Starts and retries nothing from now on.
    pub(crate) fn stop(&mut self) {
        self.is_stopped = true;
    }

    /// When the next retry is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let pauses = self.begun.iter().filter_map(|begun| begun.pause);
        pauses.min().filter(|_| !self.is_stopped)
    }

    /// Whether reading should stop for now.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= 2 * self.policy.jobs || self.bytes >= MOST_BYTES
    }

    /// Whether QoS 0 messages must be dropped.
    pub(crate) fn is_overfull(&self) -> bool {
        self.waiting.len() >= LIMIT || self.bytes >= LIMIT_BYTES
    }

    /// Messages that were started and are not finished.
    pub(crate) fn begun(&self) -> usize {
        self.begun.len()
    }

    /// Messages that are not finished.
    pub(crate) fn unfinished(&self) -> usize {
        self.waiting.len() + self.begun.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(jobs: usize, retries: u32) -> Schedule {
        Schedule::new(Policy { jobs, retries, delay: Duration::from_secs(1) })
    }

    #[test]
    fn so_many_run_at_once_and_begin_in_order_of_arrival() {
        let (mut schedule, now) = (schedule(2, 0), Instant::now());
        (1..=4).for_each(|number| schedule.arrive(number, 1));
        assert_eq!([(); 3].map(|()| schedule.next(now, true)), [Some(1), Some(2), None]);
        assert_eq!(schedule.ended(2, Try::Done, now), Consequence::Done);
        assert_eq!([(); 2].map(|()| schedule.next(now, true)), [Some(3), None]);
        assert_eq!(schedule.ended(3, Try::Failed, now), Consequence::Failed);
        assert_eq!(schedule.ended(1, Try::Done, now), Consequence::Done);
        assert_eq!([(); 2].map(|()| schedule.next(now, true)), [Some(4), None]);
        assert_eq!((schedule.unfinished()), 1);
        assert_eq!(schedule.ended(4, Try::Done, now), Consequence::Done);
        assert_eq!(schedule.unfinished(), 0);
    }

    #[test]
    fn a_failure_is_tried_again_at_doubling_distances_and_nothing_overtakes_it() {
        let (mut schedule, mut now) = (schedule(1, 8), Instant::now());
        schedule.arrive(1, 1);
        schedule.arrive(2, 1);
        assert_eq!(schedule.next(now, true), Some(1));
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let delay = Duration::from_secs(seconds);
            assert_eq!(schedule.ended(1, Try::Failed, now), Consequence::Again(delay));
            assert_eq!(schedule.deadline(), Some(now + delay));
            assert_eq!(schedule.next(now, true), None, "the second does not overtake it");
            now += delay;
            assert_eq!(schedule.next(now, true), Some(1));
        }
        assert_eq!(schedule.ended(1, Try::Failed, now), Consequence::Failed);
        assert_eq!(schedule.next(now, true), Some(2));
        assert_eq!(schedule.ended(2, Try::Impossible, now), Consequence::Failed, "that is no use");
    }

    #[test]
    fn once_stopped_nothing_begins_and_nothing_is_tried_again() {
        let (mut schedule, now) = (schedule(3, 1), Instant::now());
        (1..=4).for_each(|number| schedule.arrive(number, 1));
        assert_eq!([(); 3].map(|()| schedule.next(now, true)), [Some(1), Some(2), Some(3)]);
        assert_eq!(schedule.ended(1, Try::Failed, now), Consequence::Again(Duration::from_secs(1)));
        schedule.stop();
        assert_eq!(schedule.next(now + Duration::from_secs(9), true), None);
        assert_eq!(schedule.deadline(), None);
        assert_eq!(schedule.ended(2, Try::Failed, now), Consequence::Left);
        assert_eq!(schedule.ended(3, Try::Done, now), Consequence::Done);
        assert_eq!(schedule.unfinished(), 2);
    }

    #[test]
    fn a_command_that_is_stopped_has_neither_failed_nor_finished() {
        let (mut schedule, now) = (schedule(1, 0), Instant::now());
        schedule.arrive(1, 1);
        assert_eq!(schedule.next(now, true), Some(1));
        schedule.stop();
        assert_eq!(schedule.ended(1, Try::Stopped, now), Consequence::Left);
    }

    #[test]
    fn twice_as_many_wait_as_run_or_four_mebibytes() {
        let mut schedule = schedule(2, 0);
        (1..=3).for_each(|number| schedule.arrive(number, 1));
        assert!(!schedule.is_full());
        schedule.arrive(4, 1);
        assert!(schedule.is_full());
        schedule.next(Instant::now(), true);
        assert!(!schedule.is_full());
        schedule.arrive(5, MOST_BYTES);
        assert!(schedule.is_full());
    }

    #[test]
    fn a_long_delay_is_not_shortened() {
        let policy = Policy { jobs: 1, retries: 40, delay: Duration::from_secs(300) };
        let (mut schedule, now) = (Schedule::new(policy), Instant::now());
        schedule.arrive(1, 1);
        let mut at = now;
        for _ in 0..40 {
            assert_eq!(schedule.next(at, true), Some(1));
            assert_eq!(schedule.ended(1, Try::Failed, at), Consequence::Again(policy.delay));
            at += policy.delay;
        }
    }
}
