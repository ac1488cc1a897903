//! `mqtt broker`: a throw-away broker on this machine, alone or around a command.

use crate::broker::Broker;
use crate::exit::{ExitStatus, Failure};
use crate::os_error;
use crate::run::{Signal, Signals};
use crate::settings::Environment;
use crate::ui;
use clap::{Args, value_parser};
use std::ffi::OsString;
use std::io::{self, Write};
use std::pin::pin;
use std::process::ExitStatus as ProcessStatus;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long an interrupted command may take to end by itself.
const FAREWELL: Duration = Duration::from_secs(2);

/// Run a throw-away broker on 127.0.0.1, for trying things out.
///
/// It speaks MQTT 3.1.1 and 5 on one port, keeps nothing on disk, checks no passwords and is no
/// broker for production. Prints its URL once it accepts connections, and runs until interrupted;
/// with a command it runs that with MQTT_URL set, and ends with its status.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mqtt broker -p 1883
  mqtt broker -- sh -c 'mqtt pub -t a -m x -r && mqtt sub -t a -C 1'

Exit status: that of COMMAND, 1 cannot listen, 2 bad flags or no such command, 130 interrupted, 143 terminated.")]
pub struct BrokerArgs {
    /// Listen on this port [default: 1883, a free one with a command]
    #[arg(short, long, value_name = "PORT", value_parser = value_parser!(u16).range(1..))]
    pub port: Option<u16>,

    /// Run this command, with MQTT_URL set to the broker's URL
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Runs the command; the status is COMMAND's.
///
/// # Errors
/// When the broker or the command cannot run, and when a signal ends it.
pub async fn run(args: BrokerArgs) -> Result<u8, Failure> {
    // Before anything starts that a signal would leave behind.
    let mut signals = Signals::new().map_err(Failure::no_signals)?;
    let port = args.port.unwrap_or(if args.command.is_empty() { 1883 } else { 0 });
    let broker = Broker::start(port).await.map_err(|error| {
        let cause = os_error::plain(&error);
        Failure::new(ExitStatus::LocalIo, format!("cannot listen on 127.0.0.1:{port}: {cause}"))
    })?;
    let url = format!("mqtt://{}", broker.local_addr());
    let mut child = match args.command.split_first() {
        Some((program, rest)) => Some(start(&url, program, rest)?),
        None => {
            // Whoever started this and went away does not need to be told.
            let _ = writeln!(io::stdout(), "{url}");
            None
        }
    };
    let mut serving = pin!(broker.serve());
    let signal = tokio::select! {
        result = &mut serving => return Err(broken_down(result)),
        code = finish(&mut child) => return code,
        signal = signals.next() => signal,
    };
    if let Some(running) = &mut child {
        running.hand_on(signal);
        // It may have something to tidy up; a second signal says that there is no time for that.
        tokio::select! {
            _ = &mut serving => {}
            _ = timeout(FAREWELL, finish(&mut child)) => {}
            _ = signals.next() => {}
        }
    }
    if let Some(running) = &child {
        running.kill();
    }
    Err(Failure::stopped(signal))
}

/// The command around which the broker runs, and whoever it has started.
struct Running {
    child: Child,
    /// The process group that it leads, if it is one of its own.
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl Running {
    fn new(child: Child, leads_group: bool) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        let group = id.and_then(rustix::process::Pid::from_raw).filter(|_| leads_group);
        Self { child, group }
    }

    /// Sends the same signal to all of them. Without a group of its own, the command shares our terminal, whose Ctrl-C
    /// has reached it already.
    fn hand_on(&self, signal: Signal) {
        use rustix::process::{Pid, Signal as Unix, kill_process, kill_process_group};
        let unix = match signal {
            Signal::Interrupt => Unix::INT,
            Signal::Terminate => Unix::TERM,
        };
        let alone = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        // Whoever has ended already needs no signal.
        let _ = match (self.group, alone) {
            (Some(group), _) => kill_process_group(group, unix),
            (None, Some(child)) if signal == Signal::Terminate => kill_process(child, unix),
            (None, _) => Ok(()),
        };
    }

    /// Ends what is left of them; the command itself ends as it is dropped.
    fn kill(&self) {
        if let Some(group) = self.group {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(not(unix))]
impl Running {
    fn new(child: Child, _: bool) -> Self {
        Self { child }
    }

    /// There are no signals to hand on.
    fn hand_on(&self, _: Signal) {}

    /// The command ends as it is dropped.
    fn kill(&self) {}
}

fn broken_down(result: io::Result<()>) -> Failure {
    let cause = result.err().map(|error| format!(": {error}")).unwrap_or_default();
    Failure::new(ExitStatus::LocalIo, format!("the broker stopped{cause}"))
}

fn start(url: &str, program: &OsString, rest: &[OsString]) -> Result<Running, Failure> {
    let mut command = Command::new(program);
    command.args(rest).env("MQTT_URL", url).kill_on_drop(true);
    // Nothing in the environment may lead the command to another broker, or give that one's secrets.
    for name in Environment::names().filter(|name| name != "MQTT_URL") {
        command.env_remove(name);
    }
    // Behind a terminal's back it could not read from there.
    let leads_group = !ui::stdin_is_terminal();
    #[cfg(unix)]
    if leads_group {
        command.process_group(0);
    }
    let started = command.spawn().map(|child| Running::new(child, leads_group));
    started.map_err(|error| {
        let (program, cause) = (program.display(), os_error::plain(&error));
        Failure::usage(format!("cannot run {program}: {cause}"))
    })
}

/// The status of the command as a shell would give it; without one, never.
async fn finish(running: &mut Option<Running>) -> Result<u8, Failure> {
    let Some(running) = running else { return std::future::pending().await };
    let status = running.child.wait().await.map_err(|error| {
        Failure::new(ExitStatus::LocalIo, format!("cannot wait for the command: {error}"))
    })?;
    Ok(shell_status(status))
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
