//! The command that `mqtt broker` runs, including all processes that it starts.
//!
//! It gets its own process group, so that signals reach its children too and none is left running. If standard input is
//! a terminal, it stays in our group instead: a background group cannot read from the terminal, and Ctrl-C reaches it
//! anyway.

use crate::exit::{ExitStatus, Failure};
use crate::os_error;
use crate::run::Signal;
use crate::settings::Environment;
#[cfg(unix)]
use crate::ui;
#[cfg(unix)]
use rustix::process::{Pid, Signal as Number, kill_process, kill_process_group};
use std::ffi::OsString;
use std::process::ExitStatus as ProcessStatus;
use tokio::process::{Child, Command};

/// A running command. It is killed when this is dropped.
pub(super) struct RunningCommand {
    child: Child,
    /// Its process group, if it has its own and still has to be ended.
    #[cfg(unix)]
    group: Option<Pid>,
}

impl RunningCommand {
    /// Starts `program` with MQTT_URL set to `url`.
    ///
    /// # Errors
    /// When there is no such program.
    pub(super) fn start(url: &str, program: &OsString, rest: &[OsString]) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.args(rest).env("MQTT_URL", url).kill_on_drop(true);
        // No variable may lead the command to another broker, or give it that broker's secrets.
        for name in Environment::names().filter(|name| name != "MQTT_URL") {
            command.env_remove(name);
        }
        // `mqtt` in the command should be this program.
        if let Some(path) = Environment::path_with_this_program() {
            command.env("PATH", path);
        }
        #[cfg(unix)]
        let has_group = !ui::stdin_is_terminal();
        #[cfg(unix)]
        if has_group {
            command.process_group(0);
        }
        let child = command.spawn().map_err(|error| {
            let (program, cause) = (program.display(), os_error::plain(&error));
            Failure::usage(format!("cannot run {program}: {cause}"))
        })?;
        #[cfg(unix)]
        let group = process(&child).filter(|_| has_group);
        Ok(Self {
            child,
            #[cfg(unix)]
            group,
        })
    }

    /// Waits for the end, and returns the status as a shell would.
    ///
    /// # Errors
    /// When the system does not report it.
    pub(super) async fn wait(&mut self) -> Result<u8, Failure> {
        let status = self.child.wait().await.map_err(|error| {
            let cause = os_error::plain(&error);
            Failure::new(ExitStatus::LocalIo, format!("cannot wait for the command: {cause}"))
        })?;
        Ok(shell_status(status))
    }

    /// Called when the command ended by itself: processes that it left running on purpose continue.
    pub(super) fn leave_children(&mut self) {
        #[cfg(unix)]
        {
            self.group = None;
        }
    }

    /// Forwards a signal.
    #[cfg(unix)]
    pub(super) fn signal(&self, signal: Signal) {
        // The command may just have ended.
        let _ = match (self.group, signal) {
            (Some(group), Signal::Interrupt) => kill_process_group(group, Number::INT),
            (Some(group), Signal::Terminate) => kill_process_group(group, Number::TERM),
            // The terminal has sent it already, and many programs take a second one for "end at once".
            (None, Signal::Interrupt) => Ok(()),
            (None, Signal::Terminate) => match process(&self.child) {
                Some(child) => kill_process(child, Number::TERM),
                None => Ok(()),
            },
        };
    }

    /// Ctrl-C reaches every program at the console; other signals cannot be forwarded.
    #[cfg(not(unix))]
    pub(super) fn signal(&self, _signal: Signal) {}
}

/// Kills the process group; tokio kills the command itself.
#[cfg(unix)]
impl Drop for RunningCommand {
    fn drop(&mut self) {
        if let Some(group) = self.group {
            // An empty group is fine. As long as it has members, its number cannot be reused.
            let _ = kill_process_group(group, Number::KILL);
        }
    }
}

/// The process, unless it has been waited for.
#[cfg(unix)]
fn process(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
}

#[cfg(unix)]
fn shell_status(status: ProcessStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

#[cfg(not(unix))]
fn shell_status(status: ProcessStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}
