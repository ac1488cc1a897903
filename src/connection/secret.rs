//! Reads passwords from a file, a command, the terminal, the environment or, as in mosquitto, the command line.

use crate::escape::shell_word;
use crate::exit::{ExitStatus, Failure};
use crate::os_error;
use crate::run::FreshPassword;
use crate::secret::Secret;
use crate::settings::Preparation;
use crate::settings::files::Openness;
use crate::settings::flags::MoreArgs;
use crate::stdin::Stdin;
use crate::ui::{self, Ui};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Longest password that CONNECT can carry, in bytes.
const LONGEST: usize = 65_535;

/// How often to check whether a command has ended.
const TICK: Duration = Duration::from_millis(5);

/// Where the password comes from.
pub(super) enum PasswordSource {
    /// A file; `-` is standard input.
    File(PathBuf),
    /// The output of a shell command.
    Command(String),
    /// Typed at the terminal.
    Person,
    /// Given directly.
    Given(Secret),
}

impl PasswordSource {
    /// The source that the settings name.
    pub(super) fn of(more: &MoreArgs) -> Option<Self> {
        let file = || more.password_file.clone().map(Self::File);
        let command = || more.password_command.clone().map(Self::Command);
        let person = || more.ask_password.then_some(Self::Person);
        let given = || {
            more.password
                .clone()
                .map(|password| Self::Given(Secret::new(password.into_encoded_bytes())))
        };
        file().or_else(command).or_else(person).or_else(given)
    }

    /// Whether it is standard input.
    pub(super) fn is_stdin(&self) -> bool {
        matches!(self, Self::File(path) if is_stdin(path))
    }

    /// The same source for reading again, if the password may change. A pipe can be read only once.
    pub(super) fn fresh(&self) -> Option<FreshPassword> {
        match self {
            Self::File(path) if !is_stdin(path) && path.is_file() => {
                let path = path.clone();
                Some(FreshPassword::new(true, move |_| {
                    let file = File::open(&path).and_then(read_all);
                    let named = |error: io::Error| {
                        let cause = os_error::plain(&error);
                        format!("cannot read the password file {}: {cause}", path.display())
                    };
                    file.map_err(named).and_then(check_length)
                }))
            }
            Self::Command(command) => {
                let command = command.clone();
                Some(FreshPassword::new(false, move |by| {
                    // If the run ends before the command, the terminal is restored at the end of the program.
                    ui::remember_terminal();
                    let secret = run_cleanly(&command, Some(by));
                    ui::forget_terminal();
                    secret.map_err(|failure| failure.message).and_then(check_length)
                }))
            }
            Self::File(_) | Self::Person | Self::Given(_) => None,
        }
    }

    /// Reads the password; `whose` names it in a prompt.
    #[inline(never)]
    pub(super) fn read(
        self,
        whose: &str,
        preparation: &Preparation,
        ui: Ui,
    ) -> Result<Secret, Failure> {
        let secret = match self {
            Self::File(path) => {
                preparation.waits_for("the password file");
                read_file("password file", &path, ui)?
            }
            Self::Command(command) => {
                // A command that takes too long is killed.
                let deadline = preparation.take_deadline();
                let secret = preparation.keep_terminal(|| run_cleanly(&command, deadline))?;
                preparation.put_deadline(deadline);
                secret
            }
            Self::Person => {
                preparation.waits_for("the password");
                preparation.keep_terminal(|| ask(whose))?
            }
            Self::Given(secret) => secret,
        };
        check_length(secret).map_err(Failure::usage)
    }
}

fn check_length(secret: Secret) -> Result<Secret, String> {
    match secret.expose().len() > LONGEST {
        true => Err(format!("the password is longer than {LONGEST} bytes")),
        false => Ok(secret),
    }
}

/// Whether a path means standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a file, `-` for standard input, without a final newline.
pub(super) fn read_file(what: &str, path: &Path, ui: Ui) -> Result<Secret, Failure> {
    let result = if is_stdin(path) {
        read_all(Stdin)
    } else {
        File::open(path).and_then(|file| {
            warn_if_open_to_others(path, &file, ui);
            read_all(file)
        })
    };
    result.map_err(|error| {
        let cause = os_error::plain(&error);
        Failure::usage(format!("cannot read the {what} {}: {cause}", path.display()))
    })
}

/// Reads everything, up to just over the longest password.
fn read_all(source: impl Read) -> io::Result<Secret> {
    // The excess tells that it is too long.
    let limit = LONGEST as u64 + 3;
    let mut bytes = roomy();
    source.take(limit).read_to_end(&mut bytes)?;
    Ok(without_newline(bytes))
}

/// Warns if other users can read a file with a secret.
pub(super) fn warn_if_open_to_others(path: &Path, file: &File, ui: Ui) {
    if Openness::of(file).readable {
        let (path, word) = (path.display(), shell_word(path));
        ui.warn(&format!("other users of this machine can read {path}: chmod 600 {word}"));
    }
}

/// A buffer large enough for any password: growing it, or shrinking it to fit, would leave copies in memory.
fn roomy() -> Vec<u8> {
    Vec::with_capacity(LONGEST + 1024)
}

fn without_newline(mut bytes: Vec<u8>) -> Secret {
    if bytes.ends_with(b"\n") {
        bytes.pop();
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
    }
    Secret::new(bytes)
}

/// Runs `command`, and restores the terminal if it fails: it may have changed it for a prompt of its own.
fn run_cleanly(command: &str, by: Option<Instant>) -> Result<Secret, Failure> {
    run(command, by).inspect_err(|_| drop(ui::restore_terminal()))
}

/// Runs `command` in a shell and returns its output. It shares our terminal, so that it can prompt, but not our
/// standard input, which may be data.
fn run(command: &str, by: Option<Instant>) -> Result<Secret, Failure> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let failed = |cause: String| Failure::usage(format!("the password command failed: {cause}"));
    let mut child = Command::new(shell)
        .args([flag, command])
        .env_remove("MQTT_PASSWORD")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(os_error::plain(&error)))?;
    let mut output = child.stdout.take();
    let (sender, receiver) = mpsc::channel();
    let reading = thread::Builder::new().name("password".to_owned()).spawn(move || {
        let mut bytes = roomy();
        let limit = LONGEST as u64 + 3;
        let read = output.as_mut().map(|pipe| pipe.take(limit).read_to_end(&mut bytes));
        // After the deadline nobody receives it.
        let _ = sender.send(read.transpose().map(|_| bytes));
    });
    if let Err(error) = reading {
        let _ = child.kill();
        let _ = child.wait();
        return Err(failed(os_error::plain(&error)));
    }
    let read = match by {
        Some(by) => receiver.recv_timeout(by.saturating_duration_since(Instant::now())),
        None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
    };
    let Some((read, status)) = read.ok().zip(end(&mut child, by)) else {
        // Its result is no longer needed, whether it has ended or not.
        let _ = child.kill();
        let _ = child.wait();
        return Err(Failure::new(
            ExitStatus::TimedOut,
            "timed out waiting for the password command",
        ));
    };
    let bytes = read.map_err(|error| failed(os_error::plain(&error)))?;
    match status {
        Ok(status) if status.success() => Ok(without_newline(bytes)),
        Ok(status) => Err(failed(status.to_string())),
        Err(error) => Err(failed(os_error::plain(&error))),
    }
}

/// Waits for a command that has closed its output; `None` if it does not end in time.
fn end(child: &mut Child, by: Option<Instant>) -> Option<io::Result<process::ExitStatus>> {
    let Some(by) = by else { return Some(child.wait()) };
    loop {
        match child.try_wait().transpose() {
            Some(ended) => return Some(ended),
            None if Instant::now() >= by => return None,
            None => std::thread::sleep(TICK),
        }
    }
}

fn ask(whose: &str) -> Result<Secret, Failure> {
    match ui::ask_secret(&format!("Password for {whose}: ")) {
        Ok(secret) => Ok(secret),
        Err(error) => {
            let cause = os_error::plain(&error);
            Err(Failure::usage(format!("cannot ask for the password: {cause}")).hint(
                "--ask-password needs a terminal; --password-file and --password-command do not",
            ))
        }
    }
}
