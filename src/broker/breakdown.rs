//! A panic in one of rumqttd's threads, which must not end the process then and there: whoever runs the broker has a
//! command to end first. So the thread that panics says where, and goes no further.

use std::panic::PanicHookInfo;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Error, anyhow};
use tokio::sync::Notify;

/// The threads of a broker: ours, in which rumqttd's listeners and connections are, and that of its router.
pub(super) const THREADS: [&str; 2] = ["broker", "router-0"];

static PLACE: Mutex<Option<String>> = Mutex::new(None);
static HAPPENED: Notify = Notify::const_new();

/// Called for each panic. If it is a broker's, this is the last that its thread does, and does not return.
pub fn catch(panic: &PanicHookInfo<'_>) {
    if !thread::current().name().is_some_and(|name| THREADS.contains(&name)) {
        return;
    }
    note(panic.location().map(ToString::to_string).unwrap_or_default());
    loop {
        thread::park();
    }
}

fn note(place: String) {
    PLACE.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(place);
    HAPPENED.notify_one();
}

/// Waits for a panic of the broker's; what it was.
pub(super) async fn seen() -> Error {
    HAPPENED.notified().await;
    let place = PLACE.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default();
    anyhow!("rumqttd has broken down at {place}")
}
