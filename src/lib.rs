//! `mqtt`: publish and subscribe from the command line, and know what really happened.
//!
//! ```text
//! argv ──────┐
//! options ───┤  settings/            connection/
//! variables ─┼─► words with origin, ─► where, as whom, ─► commands ────► run/ ◄─ bytes ─► transport/
//! profile ───┘   parsed once             how               │ a Job       │  ▲              tcp, unix, proxy, tls, ws
//!                                                          │             ▼  │ events
//!                                                          │            mqtt/  the session: no socket, no clock, no task
//!                                                          ├─ source/  arg, file, stdin → records
//!                                                          └─ format/ → output/   Message → stdout or a file
//!
//! How it ends: Failure ─► exit status       ui: talk on stderr; events: what happened, as NDJSON; both ─► output/
//! ```
//!
//! Imports point down: main → lib → cli → commands → connection → settings → { run, source, format, events, ui } →
//! output → mqtt → { message, topic, property, record, outlet, escape, secret, os_error }; only `run` dials, by [`transport`], only
//! `mqtt` names rumqttc, and `mqtt` knows nothing of tokio. No two files import each other
//! (`tests/it/imports.rs`). `connection` makes the options of the session and of the run, and the `Reporter`; `exit`
//! turns the end of a run into words and a status.
//!
//! | module | what it is |
//! |---|---|
//! | [`cli`] | the table of commands, and the clap tree made from it |
//! | [`commands`] | a file each for `pub`, `sub`, `rr`, `clear-retained`, `config`, `completions`, `broker`: flags, help and run |
//! | `broker` | rumqttd behind one loopback port (feature `broker`) |
//! | [`settings`] | what flags, options file, environment and profile say, as words; which of them count |
//! | [`connection`] | what counts → where, as whom, how |
//! | [`mod@run`] | one run: dials, carries bytes, keeps time, and decides by one table whether a loss ends it |
//! | [`mqtt`] | the session: bytes and calls in, bytes and events out |
//! | [`transport`] | from an address to a stream of bytes, however it leads there |
//! | [`source`] | what is to be published: texts, files, lines, JSON records |
//! | [`mod@format`], [`record`] | how a message is printed: payloads, templates, JSON |
//! | [`output`] | where messages, events and talk are written to; a reader that stops reading stops nothing else |
//! | `nonblocking` | how `output` and `source` use pipes, terminals and sockets of other programs without waiting (Linux) |
//! | [`events`], [`ui`] | what happened, for a program and for a person |
//! | [`exit`] | exit status and error line |
//! | `stdin` | standard input for whoever can wait for it |
//! | [`message`], [`topic`], [`property`], [`outlet`], [`escape`], [`secret`], [`os_error`] | words everyone shares |
//! | `simulation` | tests: whole runs against a broker and a network out of a seed, in no time at all |

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
pub mod outlet;
pub mod output;
pub mod property;
pub mod query;
mod random;
pub mod record;
pub mod run;
pub mod secret;
pub mod settings;
#[cfg(test)]
mod simulation;
pub mod source;
mod stdin;
pub mod topic;
pub mod transport;
pub mod ui;

use cli::Request;
use exit::{ExitStatus, Failure};
use settings::{Environment, Preparation};
use std::ffi::OsString;
use ui::Ui;

/// Runs the program on a command line, the program's name first, and returns its exit status. Stopped by a signal, the
/// process dies of that signal at the end, and this does not return.
pub fn run(line: impl IntoIterator<Item = OsString>) -> u8 {
    std::panic::set_hook(Box::new(|panic| {
        #[cfg(feature = "broker")]
        broker::breakdown::catch(panic);
        ui::restore_terminal();
        ui::last_words(&bug_report(panic));
        // A release build aborts behind this, in whatever thread it is: the status is a bug's all the same.
        std::process::exit(ExitStatus::Bug.code().into());
    }));
    let preparation = Preparation::new(|failure| {
        ui::restore_terminal();
        std::process::exit(end_of(failure).into());
    });
    let request = cli::parse(line, Environment::of_process(), preparation);
    let result = request.and_then(|request| match request {
        Request::Run(run) => drive(run),
        Request::Print(text) => {
            commands::print(&text)?;
            Ok(ExitStatus::Success.code())
        }
        Request::Explain(text) => {
            // Without anybody to read it, the status says the same.
            let _ = output::stderr::line(format!("{}\n", text.trim_end()).as_bytes());
            Ok(ExitStatus::Usage.code())
        }
    });
    match result {
        Err(failure) => end_of(&failure),
        Ok(code) => {
            output::stderr::finish();
            code
        }
    }
}

/// Says what failed, and gives the status; a signal that was the reason ends the process.
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
    // The process ends now. A name lookup that is still going on must not hold it up, and what the
    // kernel is about to take back needs no tidying.
    std::mem::forget(runtime);
    result
}

fn cannot_start(error: &std::io::Error) -> Failure {
    let cause = os_error::plain(error);
    Failure::new(ExitStatus::LocalIo, format!("cannot start: {cause}"))
}

/// Makes sure that a run can open what every run opens. The runtime panics where it cannot.
fn check_descriptors() -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        // For the runtime and its signals five, for looking the name up and for the connection one each.
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

/// One line that asks for a report, without payloads or secrets: only where it happened.
fn bug_report(panic: &std::panic::PanicHookInfo<'_>) -> String {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    format!(
        "this is a bug, please report it: mqtt {} stopped at {place}",
        env!("CARGO_PKG_VERSION")
    )
}
