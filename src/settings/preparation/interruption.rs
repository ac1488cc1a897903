//! Restores the terminal if a signal ends or stops the process while echo is off.
//!
//! Signal handlers may do next to nothing, so a thread does the work. Handlers cannot be removed without the signal
//! being ignored from then on, so the thread stays and does what the signal would have done.

use crate::exit::Failure;
use crate::run::{Signal, Signals};
use crate::ui;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::flag;
use signal_hook::low_level::{emulate_default_handler, pipe};
use std::fs;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::thread;

const WATCHED: [i32; 5] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP];

/// Starts watching; `end` ends the process.
pub(super) fn watch(end: fn(&Failure) -> !) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // If it fails, signals have their default effect.
        let _ = try_watch(end);
    });
}

fn try_watch(end: fn(&Failure) -> !) -> io::Result<()> {
    let (mut reader, writer) = UnixStream::pair()?;
    let ignored = ignored();
    let mut watched = Vec::new();
    for signal in WATCHED.into_iter().filter(|signal| ignored & 1 << (signal - 1) == 0) {
        watched.push((signal, Arc::new(AtomicBool::new(false)), writer.try_clone()?));
    }
    let has_come: Vec<_> =
        watched.iter().map(|(signal, flag, _)| (*signal, Arc::clone(flag))).collect();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut byte = [0];
        while reader.read_exact(&mut byte).is_ok() {
            let come = has_come.iter().filter(|(_, flag)| flag.swap(false, Ordering::Relaxed));
            come.for_each(|(signal, _)| act(*signal, end));
        }
    })?;
    for (signal, is_here, writer) in watched {
        // The thread is woken last.
        flag::register(signal, is_here)?;
        pipe::register(signal, writer)?;
    }
    Ok(())
}

fn act(signal: i32, end: fn(&Failure) -> !) {
    let stop = match signal {
        SIGINT => Some(Signal::Interrupt),
        SIGTERM => Some(Signal::Terminate),
        _ => None,
    };
    match stop {
        Some(_) if Signals::are_heard() => {}
        Some(stop) => end(&Failure::stopped(stop)),
        None => {
            let go_on = ui::restore_terminal();
            // After a stop, this returns when the process continues.
            let _ = emulate_default_handler(signal);
            go_on.into_iter().for_each(|go_on| go_on());
        }
    }
}

/// The ignored signals, as after nohup, as bits; none if the system does not tell.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
