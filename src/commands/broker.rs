//! `mqtt broker`: a throw-away broker on this machine, alone or for the time of a command.

mod command;

use crate::broker::Broker;
use crate::exit::{ExitStatus, Failure};
use crate::run::{Signal, Signals};
use crate::settings::number;
use anyhow::anyhow;
use clap::Args;
use command::RunningCommand;
use std::ffi::OsString;
use std::io::{self, Write};
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

/// How long a command may take to end after a signal.
const FAREWELL: Duration = Duration::from_secs(2);

/// Run a throw-away broker on 127.0.0.1 for trying things out.
///
/// It speaks MQTT 3.1.1 and 5 on one port, stores nothing on disk, does not check passwords and is
/// not meant for production. It prints its URL once it accepts connections, and runs until
/// interrupted. With a command, it runs that with MQTT_URL set, forwards SIGINT and SIGTERM to it,
/// and ends with its status.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mqtt broker -p 1883
  mqtt broker -- sh -c 'mqtt pub -t a -m x -r && mqtt sub -t a -C 1'

Exit status: that of COMMAND, 1 cannot listen, 2 bad flags or no such command, 101 the broker\nfailed, 130 interrupted, 143 terminated.")]
pub struct BrokerArgs {
    /// Listen on this port [default: 1883, or a free port with a command]
    #[arg(short, long, value_name = "PORT", value_parser = number::<u16>(1..=65_535))]
    pub port: Option<u16>,

    /// Run this command, with MQTT_URL set to the broker's URL
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Runs the command, and returns the exit status of COMMAND.
///
/// # Errors
/// When the broker or COMMAND cannot run, or a signal ends it.
pub async fn run(args: BrokerArgs) -> Result<u8, Failure> {
    // Signals are caught before anything starts that they could leave running.
    let mut signals = match args.command.is_empty() {
        true => Signals::new(),
        false => Signals::without_shortcut(),
    }
    .map_err(Failure::no_signals)?;
    let port = args.port.unwrap_or(if args.command.is_empty() { 1883 } else { 0 });
    let broker = Broker::start(port).await.map_err(|error| failure(&error))?;
    let url = format!("mqtt://{}", broker.local_addr());
    let mut command = match args.command.split_first() {
        Some((program, rest)) => Some(RunningCommand::start(&url, program, rest)?),
        None => {
            // If nobody reads the URL, nobody needs it.
            let _ = writeln!(io::stdout(), "{url}");
            None
        }
    };
    let mut serving = pin!(broker.serve());
    let (signal, end) = tokio::select! {
        // Ctrl-C reaches both; the signal is the reason why the command ended.
        biased;
        signal = signals.next() => (signal, Failure::stopped(signal)),
        result = &mut serving => {
            let error = result.err().unwrap_or_else(|| anyhow!("it has ended"));
            (Signal::Terminate, broken_down(error))
        }
        code = finish(&mut command) => {
            command.iter_mut().for_each(RunningCommand::leave_children);
            return code;
        }
    };
    if let Some(command) = &mut command {
        command.signal(signal);
        // The command may need the broker to clean up. A second signal ends the wait.
        let is_broken = end.status == ExitStatus::Bug;
        let ended = tokio::select! {
            _ = &mut serving, if !is_broken => None,
            ended = timeout(FAREWELL, command.wait()) => ended.ok(),
            _ = signals.next() => None,
        };
        // The command's own status counts, unless the signal killed it.
        if let Some(status) = ended.transpose()?
            && !is_broken
            && status != end.status.code()
        {
            return Ok(status);
        }
    }
    Err(end)
}

/// The broker is not for production, but nothing that a client sends should end it.
fn broken_down(error: anyhow::Error) -> Failure {
    Failure::told(ExitStatus::Bug, &error.context("the broker stopped"))
        .hint("this is a bug, please report it")
}

fn failure(error: &anyhow::Error) -> Failure {
    Failure::told(ExitStatus::LocalIo, error)
}

/// Waits for `command`, and returns its status as a shell would; without a command, waits forever.
async fn finish(command: &mut Option<RunningCommand>) -> Result<u8, Failure> {
    match command {
        Some(command) => command.wait().await,
        None => std::future::pending().await,
    }
}
