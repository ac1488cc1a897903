//! What is done before there is a session: files are opened and read, a person is asked. None of it need ever end, a FIFO
//! may have nobody on its other side, and `--timeout` counts from the first word on. So a thread looks at the clock.

#[cfg(unix)]
mod interruption;

use super::value::parse_duration;
use super::word::{Rank, Word};
use crate::exit::{ExitStatus, Failure};
use crate::ui;
use std::ffi::OsStr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Watches over what is done before there is a session; once it is dropped, nothing is watched any more.
#[derive(Default)]
pub struct Preparation {
    shared: Arc<Shared>,
    /// Ends the process; without it, nobody looks at the clock.
    end: Option<fn(&Failure) -> !>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Who said when it is too late.
    said_by: Option<Rank>,
    deadline: Option<Instant>,
    /// What is waited for.
    waits_for: Option<String>,
    /// Somebody looks at the clock.
    is_watched: bool,
    over: bool,
}

impl Preparation {
    /// Ends the process by `end` if it takes too long.
    pub fn new(end: fn(&Failure) -> !) -> Self {
        Self { shared: Arc::default(), end: Some(end) }
    }

    /// Takes the deadline that these words of one source set for a run that began at `started`; a stronger source's
    /// stays.
    pub fn heed<'a>(&self, words: impl IntoIterator<Item = &'a Word>, started: Instant) {
        let said = words.into_iter().filter(|word| word.is("timeout"));
        let Some(word) = said.last() else { return };
        let text = word.text().and_then(OsStr::to_str);
        // What cannot be parsed is refused elsewhere.
        let patience = text.and_then(|text| parse_duration(text).ok());
        let deadline = patience.and_then(|patience| started.checked_add(patience));
        self.set(word.rank(), deadline);
    }

    /// Takes the deadline of a run that has one by itself; what anybody says is stronger.
    pub fn heed_default(&self, deadline: Option<Instant>) {
        self.set(Rank::Profile, deadline);
    }

    fn set(&self, rank: Rank, deadline: Option<Instant>) {
        let mut state = self.shared.lock();
        if state.said_by.is_some_and(|said_by| said_by >= rank) {
            return;
        }
        state.said_by = Some(rank);
        state.deadline = deadline;
        self.shared.changed.notify_all();
        if deadline.is_some()
            && !state.is_watched
            && let Some(end) = self.end
        {
            let shared = Arc::clone(&self.shared);
            // Without a thread, the deadline is looked at when there is a session.
            let watch = thread::Builder::new().name("deadline".to_owned());
            state.is_watched = watch.spawn(move || shared.watch(end)).is_ok();
        }
    }

    /// There is a session now, or whatever else looks at the clock itself.
    pub fn over(self) {}

    /// There is a session now, which looks at the clock itself, but `what` may keep it from that: then the process ends
    /// `grace` after the deadline.
    pub fn back_up(&self, grace: Duration, what: &str) {
        self.waits_for(what);
        let deadline = self.take_deadline();
        self.put_deadline(deadline.and_then(|deadline| deadline.checked_add(grace)));
    }

    /// Names what is waited for from now on.
    pub fn waits_for(&self, what: &str) {
        self.shared.lock().waits_for = Some(what.to_owned());
    }

    /// Does what may leave the terminal without an echo, as asking for a secret does. If the process must end meanwhile,
    /// `end` finds out how the terminal was.
    pub fn keep_terminal<T>(&self, act: impl FnOnce() -> T) -> T {
        ui::remember_terminal();
        #[cfg(unix)]
        if let Some(end) = self.end {
            interruption::watch(end);
        }
        let result = act();
        ui::forget_terminal();
        result
    }

    /// The deadline, which from now on is the caller's to keep.
    pub fn take_deadline(&self) -> Option<Instant> {
        self.shared.lock().deadline.take()
    }

    /// Gives a deadline back.
    pub fn put_deadline(&self, deadline: Option<Instant>) {
        self.shared.lock().deadline = deadline;
        self.shared.changed.notify_all();
    }
}

impl Drop for Preparation {
    fn drop(&mut self) {
        self.shared.lock().over = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self, end: fn(&Failure) -> !) {
        let mut state = self.lock();
        while !state.over {
            let Some(deadline) = state.deadline else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let what = state.waits_for.as_deref().unwrap_or("what the flags name");
                end(&Failure::new(ExitStatus::TimedOut, format!("timed out waiting for {what}")));
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
