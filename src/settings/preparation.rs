//! The work before a session starts: opening and reading files, asking for passwords. Each of these may block forever,
//! as opening a FIFO without a writer does, but `--timeout` counts from the start. So a thread watches the clock.

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

/// Watches the work before the session; dropping it ends the watch.
#[derive(Default)]
pub struct Preparation {
    shared: Arc<Shared>,
    /// Ends the process. Without it, nobody watches the clock.
    end: Option<fn(&Failure) -> !>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The source of the deadline.
    said_by: Option<Rank>,
    deadline: Option<Instant>,
    /// What is being waited for.
    waits_for: Option<String>,
    /// Whether the thread is running.
    is_watched: bool,
    over: bool,
}

impl Preparation {
    /// Calls `end` at the deadline.
    pub fn new(end: fn(&Failure) -> !) -> Self {
        Self { shared: Arc::default(), end: Some(end) }
    }

    /// Sets the deadline from the words of one source for a run that started at `started`, unless a stronger source has
    /// set one.
    pub fn heed<'a>(&self, words: impl IntoIterator<Item = &'a Word>, started: Instant) {
        let said = words.into_iter().filter(|word| word.is("timeout"));
        let Some(word) = said.last() else { return };
        let text = word.text().and_then(OsStr::to_str);
        // An invalid duration is refused elsewhere.
        let patience = text.and_then(|text| parse_duration(text).ok());
        let deadline = patience.and_then(|patience| started.checked_add(patience));
        self.set(word.rank(), deadline);
    }

    /// Sets the default deadline of a command, if no source has set one.
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
            // Without a thread, the deadline is checked when there is a session.
            let watch = thread::Builder::new().name("deadline".to_owned());
            state.is_watched = watch.spawn(move || shared.watch(end)).is_ok();
        }
    }

    /// Ends the watch: the session, or other code, watches the clock itself now.
    pub fn over(self) {}

    /// The session watches the clock itself now, but `what` may keep it from doing so: then the process ends `grace` after
    /// the deadline.
    pub fn back_up(&self, grace: Duration, what: &str) {
        self.waits_for(what);
        let deadline = self.take_deadline();
        self.put_deadline(deadline.and_then(|deadline| deadline.checked_add(grace)));
    }

    /// Names what is being waited for from now on.
    pub fn waits_for(&self, what: &str) {
        self.shared.lock().waits_for = Some(what.to_owned());
    }

    /// Runs `act`, which may leave the terminal without echo, as a password prompt does. If the process must end
    /// meanwhile, `end` knows how the terminal was.
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

    /// Takes the deadline; from now on the caller watches it.
    pub fn take_deadline(&self) -> Option<Instant> {
        self.shared.lock().deadline.take()
    }

    /// Puts a deadline back.
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
