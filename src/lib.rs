//! `mqtt`: publish and subscribe from the command line, and know what really happened.
//!
//! ```text
//! argv ──────┐
//! options ───┤  settings/            connection/
//! variables ─┼─► words with origin, ─► where, as whom, ─► commands ────► run/ ◄─ bytes ─► transport/
//! profile ───┘   parsed together         how               │ a Job       │  ▲              tcp, unix, proxy, tls, ws
//!                                                          │             ▼  │ events
//!                                                          │            mqtt/  the session: no socket, no clock, no task
//!                                                          ├─ source/ → outbox/  arg, file, stdin → records, on disk
//!                                                          ├─ query/             does a message count?
//!                                                          ├─ action/            a command for each message
//!                                                          └─ format/ → output/  Message → stdout or files
//!
//! How it ends: Failure ─► exit status       ui: diagnostics on stderr; events: NDJSON; both ─► output/
//! ```
//!
//! Imports point down: cli → commands → { action, connection } → settings → { exit, events } → { run, format, query,
//! outbox, broker } → { mqtt, record, source, ui } → { transport, output, message, misplaced } → { topic, property,
//! outlet, escape, secret, os_error, stdin, nonblocking, random, service }. No two files import each other
//! (`tests/it/imports.rs`). Only `run` dials, through [`transport`]. Only `mqtt` uses rumqttc, and `mqtt` does not use
//! tokio. `connection` makes the options of session and run, and the `Reporter`; `exit` turns the end of a run into a
//! message and a status.
//!
//! | module | what it is |
//! |---|---|
//! | [`cli`] | the table of commands, and the clap tree made from it |
//! | [`commands`] | one file or folder each for `pub`, `sub`, `rr`, `reply`, `clear-retained`, `check`, `config`, `completions`, `broker`: flags, help and run; and what several of them share |
//! | `action` | commands that are run for messages: input, how many at once, retries, order of acknowledgements |
//! | `broker` | rumqttd behind one loopback port (feature `broker`) |
//! | [`settings`] | flags, options file, environment and profile as words, and which of them are in effect |
//! | [`connection`] | the settings in effect → where to connect, as whom, how |
//! | [`mod@run`] | one run: dials, moves bytes, watches the clock, and decides by one table whether a lost connection ends it |
//! | [`mqtt`] | the session: bytes and calls in, bytes and events out |
//! | [`transport`] | from an address or a domain to a stream of bytes, by whatever route |
//! | `outbox` | messages on disk that survive a crash, and which of them may be sent (Unix) |
//! | [`source`] | the messages to publish: texts, files, lines, JSON records |
//! | [`mod@format`], [`record`] | how a message is printed: payloads, templates, JSON |
//! | [`query`] | jq filters that are asked about messages |
//! | [`output`] | where the messages, events and diagnostics of a run are written; a reader that stops reading stops nothing else |
//! | `nonblocking` | non-blocking use of pipes, terminals and sockets shared with other programs (Linux), for `output` and `source` |
//! | [`events`], [`ui`] | reports of what happened, for programs and for people |
//! | [`exit`] | exit status and error line |
//! | [`service`] | notifications to systemd |
//! | `stdin` | standard input as a blocking reader, even if another program has made it non-blocking |
//! | `random` | random numbers for ids, nonces and jitter |
//! | [`message`], [`topic`], [`property`], [`outlet`], [`escape`], [`misplaced`], [`secret`], [`os_error`] | shared by all |
//! | `simulation` | tests: whole runs against a simulated broker and network, from a seed, in no time at all |

mod action;
#[cfg(feature = "broker")]
pub mod broker;
pub mod cli;
pub mod commands;
pub mod connection;
pub mod escape;
pub mod events;
pub mod exit;
pub mod format;
pub mod message;
pub mod misplaced;
pub mod mqtt;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod nonblocking;
pub mod os_error;
#[cfg(unix)]
pub mod outbox;
pub mod outlet;
pub mod output;
pub mod property;
pub mod query;
mod random;
pub mod record;
pub mod run;
pub mod secret;
pub mod service;
pub mod settings;
#[cfg(test)]
mod simulation;
pub mod source;
mod stdin;
pub mod topic;
pub mod transport;
pub mod ui;

use cli::Invocation;
use exit::{ExitStatus, Failure};
use settings::{Environment, Preparation};
use std::ffi::OsString;
#[cfg(unix)]
use std::sync::Arc;
use ui::Ui;

/// Runs the program on a command line that starts with the program's name, and returns its exit status. If a signal
/// stopped the run, the process dies of that signal at the end, and this does not return.
pub fn run(line: impl IntoIterator<Item = OsString>) -> u8 {
    std::panic::set_hook(Box::new(|panic| {
        #[cfg(feature = "broker")]
        broker::breakdown::catch(panic);
        ui::restore_terminal();
        ui::last_words(&bug_report(panic));
        // A release build would abort after the hook, whichever thread panicked. The status must be that of a bug.
        std::process::exit(ExitStatus::Bug.code().into());
    }));
    settle_signals();
    let line: Vec<OsString> = line.into_iter().collect();
    let audience = Audience::of(&line);
    let preparation = Preparation::new(match audience {
        Audience::People => |failure| exit(Audience::People, failure),
        Audience::Nagios => |failure| exit(Audience::Nagios, failure),
    });
    let request = cli::parse(line, Environment::of_process(), preparation);
    let result = request.and_then(|request| match request {
        Invocation::Run(run) => drive(run),
        Invocation::Print(text) => {
            commands::print(&text)?;
            Ok(ExitStatus::Success.code())
        }
        Invocation::Explain(text) => {
            // If nobody can read it, the status says the same.
            let _ = output::stderr::line(format!("{}\n", text.trim_end()).as_bytes());
            Ok(ExitStatus::Usage.code())
        }
    });
    // A password command may still have changed it.
    ui::restore_terminal();
    match result {
        Err(failure) => audience.end(&failure),
        Ok(code) => {
            output::stderr::finish();
            code
        }
    }
}

/// Ends the process before a session began. It may die of a signal, so the terminal comes first.
fn exit(audience: Audience, failure: &Failure) -> ! {
    ui::restore_terminal();
    std::process::exit(audience.end(failure).into());
}

/// Who is told of an error, and gets a status.
#[derive(Clone, Copy)]
enum Audience {
    People,
    Nagios,
}

impl Audience {
    fn of(line: &[OsString]) -> Self {
        if commands::check::is_for_nagios(line) { Self::Nagios } else { Self::People }
    }

    /// Tells of the failure and returns the status; if a signal was the reason, the process dies of it.
    fn end(self, failure: &Failure) -> u8 {
        match self {
            Self::Nagios if failure.status.signal().is_none() => {
                // If nobody can read it, the status says the same.
                let _ = commands::print(&commands::check::unknown(failure));
                commands::check::UNKNOWN
            }
            _ => end_of(failure),
        }
    }
}

/// Prints the error and returns its status; if a signal was the reason, the process dies of it.
fn end_of(failure: &Failure) -> u8 {
    let ui = Ui::default();
    ui.error(&failure.message);
    failure.excerpt.iter().for_each(|line| ui.excerpt(line));
    failure.hints.iter().for_each(|hint| ui.hint(hint));
    output::stderr::finish();
    if let Some(signal) = failure.status.signal() {
        signal.die();
    }
    failure.status.code()
}

/// Runs a command on this thread.
fn drive(run: cli::Run) -> Result<u8, Failure> {
    check_descriptors()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| cannot_start(&error))?;
    let result = runtime.block_on(run);
    // The process ends now. It must not wait for a name lookup in progress, and the kernel frees everything anyway.
    std::mem::forget(runtime);
    result
}

/// Handles signals that would otherwise do harm. Commands do not inherit handlers.
fn settle_signals() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        use signal_hook::consts::{SIGCHLD, SIGXFSZ};
        // If the parent ignores SIGCHLD, this process would ignore it, too, and never learn how a command ended. Writing
        // beyond a limit on the size of files (`ulimit -f`) is an error, as on a full disk, and not the end.
        let is_limited = getrlimit(Resource::Fsize).current.is_some();
        for number in [Some(SIGCHLD), is_limited.then_some(SIGXFSZ)].into_iter().flatten() {
            // Without a handler, the signal does what it did before.
            let _ = signal_hook::flag::register(number, Arc::default());
        }
    }
}

fn cannot_start(error: &std::io::Error) -> Failure {
    let cause = os_error::plain(error);
    Failure::new(ExitStatus::LocalIo, format!("cannot start: {cause}"))
}

/// Checks that enough descriptors are free for every run: tokio panics without them.
fn check_descriptors() -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        // Five for the runtime and its signals, one each for the name lookup and the connection.
        const NEEDED: usize = 7;
        const PLENTY: u64 = 64;
        if getrlimit(Resource::Nofile).current.is_some_and(|limit| limit < PLENTY) {
            let open = |_| std::fs::File::open("/dev/null");
            let opened: std::io::Result<Vec<_>> = (0..NEEDED).map(open).collect();
            drop(opened.map_err(|error| cannot_start(&error))?);
        }
    }
    Ok(())
}

/// One line that asks for a report. It tells only where the panic happened, without payloads or secrets.
fn bug_report(panic: &std::panic::PanicHookInfo<'_>) -> String {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    format!(
        "this is a bug, please report it: mqtt {} stopped at {place}",
        env!("CARGO_PKG_VERSION")
    )
}
