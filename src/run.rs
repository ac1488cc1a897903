//! A run: a command's job on a session, over real connections, until it is done or cannot continue.
//!
//! ```text
//!  RunOptions ─► driver ─ dial ─► transport        what happens ─► Job (the command)
//!                 │  moves bytes, time and signals
//!                 ├─ Session    the protocol
//!                 ├─ Patience   deadlines, backoff, and what a series of failures means
//!                 └─ World      clock, signals, dialling, randomness: replaced in a simulation
//! ```

mod backoff;
mod bunching;
mod driver;
pub mod job;
pub mod loss;
pub mod options;
mod password;
pub mod patience;
mod signals;
mod socket;
mod timer;
mod world;

pub use driver::End;
pub use job::{ConnectionEvent, Job, Stopping};
pub use loss::Loss;
pub use options::RunOptions;
pub use password::FreshPassword;
pub use signals::{Signal, Signals};
#[cfg(test)]
pub(crate) use {driver::drive, world::World};

use crate::mqtt::SessionOptions;
use std::io;
use std::rc::Rc;
use std::time::Instant;

/// Runs `job` on a session made with `session` until it is done or cannot continue. The time limit of the run counts
/// from `started`.
///
/// # Errors
/// When signals cannot be handled.
pub async fn run(
    options: Rc<RunOptions>,
    session: Rc<SessionOptions>,
    started: Instant,
    job: &mut dyn Job,
) -> io::Result<End> {
    let world = world::Outside::new(Rc::clone(&options), job.runs_processes())?;
    Ok(driver::drive(&world, options, session, started, job).await)
}
