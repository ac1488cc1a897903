//! Handles panics in rumqttd's threads. A panic must not end the process at once, because `mqtt broker` first has to
//! end its command. So the panicking thread reports where it happened and then parks.

use std::panic::PanicHookInfo;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Error, anyhow};
use tokio::sync::Notify;

/// The broker's threads: ours, with rumqttd's listeners and connections, and the router's.
pub(super) const THREADS: [&str; 2] = ["broker", "router-0"];

static PLACE: Mutex<Option<String>> = Mutex::new(None);
static HAPPENED: Notify = Notify::const_new();

/// The panic hook. If the panic is in a broker's thread, it is reported, and this does not return.
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

/// Waits for a panic in a broker's thread, and returns it as an error.
pub(super) async fn seen() -> Error {
    HAPPENED.notified().await;
    let place = PLACE.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default();
    anyhow!("rumqttd has broken down at {place}")
}
