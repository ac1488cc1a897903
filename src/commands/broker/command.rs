//! The command that `mqtt broker` runs, with everything that the command starts in its turn.
//!
//! It gets a process group of its own, so that a signal reaches its children too and none of them is left over. Where
//! standard input is a terminal it stays in ours: a group in the background could not read from there, and Ctrl-C at
//! the terminal reaches it by itself.

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

/// A command that was started. It does not outlive this.
pub(super) struct RunningCommand {
    child: Child,
    /// Its process group, if it has one of its own and was not left to itself.
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
        // Nothing in the environment may lead the command to another broker, or give that one's secrets.
        for name in Environment::names().filter(|name| name != "MQTT_URL") {
            command.env_remove(name);
        }
        // What the command calls `mqtt` should be this program.
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

    /// Waits for the end; the status as a shell would give it.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(super) async fn wait(&mut self) -> Result<u8, Failure> {
        let status = self.child.wait().await.map_err(|error| {
            Failure::new(ExitStatus::LocalIo, format!("cannot wait for the command: {error}"))
        })?;
        Ok(shell_status(status))
    }

    /// It ended by itself: what it has left running on purpose goes on.
    pub(super) fn leave_children(&mut self) {
        #[cfg(unix)]
        {
            self.group = None;
        }
    }

    /// Hands a signal on.
    #[cfg(unix)]
    pub(super) fn signal(&self, signal: Signal) {
        // It may have ended in this moment, and then there is nobody to tell.
        let _ = match (self.group, signal) {
            (Some(group), Signal::Interrupt) => kill_process_group(group, Number::INT),
            (Some(group), Signal::Terminate) => kill_process_group(group, Number::TERM),
            // From the terminal it has that already, and for many programs a second one means to end at once.
            (None, Signal::Interrupt) => Ok(()),
            (None, Signal::Terminate) => match process(&self.child) {
                Some(child) => kill_process(child, Number::TERM),
                None => Ok(()),
            },
        };
    }

    /// Ctrl-C goes to every program at the console, and nothing else can be handed on.
    #[cfg(not(unix))]
    pub(super) fn signal(&self, _signal: Signal) {}
}

/// The command itself is killed by the library.
#[cfg(unix)]
impl Drop for RunningCommand {
    fn drop(&mut self) {
        if let Some(group) = self.group {
            // When it is empty, that is how it should be. While it is not, no other process gets its number.
            let _ = kill_process_group(group, Number::KILL);
        }
    }
}

/// The process, until it was waited for.
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
