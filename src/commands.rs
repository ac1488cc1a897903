//! The commands. Each has a file with its flags, its help and its `run`.

pub(crate) mod acting;
#[cfg(feature = "broker")]
pub mod broker;
pub mod check;
pub mod clear_retained;
pub mod completions;
pub mod config;
mod deciding;
mod filters;
mod input;
mod output;
pub(crate) mod printing;
pub(crate) mod progress;
mod properties;
pub mod publish;
pub(crate) mod receiving;
pub(crate) mod removal;
mod reopening;
pub mod reply;
pub mod request;
pub mod subscribe;
pub(crate) mod tally;

use crate::exit::{ExitStatus, Failure};
use crate::mqtt::SessionOptions;
use crate::os_error;
use crate::run::{self, Job, RunOptions};
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Instant;

/// Runs `job` on a session and turns its end into a failure, if it is one. `-W` counts from `started`.
async fn converse(
    options: RunOptions,
    session: SessionOptions,
    started: Instant,
    job: &mut dyn Job,
) -> Result<Option<Failure>, Failure> {
    let (options, session) = (Rc::new(options), Rc::new(session));
    let end = run::run(Rc::clone(&options), Rc::clone(&session), started, job)
        .await
        .map_err(Failure::no_signals)?;
    Ok(Failure::from_end(&end, &options, &session))
}

/// Writes `text` to standard output. A closed pipe is not an error.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let cause = os_error::plain(&error);
            Err(Failure::new(ExitStatus::LocalIo, format!("cannot write: {cause}")))
        }
        _ => Ok(()),
    }
}
