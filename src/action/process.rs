//! A command that runs for a message, including the processes it starts.
//!
//! It gets its own process group, so that killing it kills everything it started, and Ctrl-C in a terminal lets it
//! finish. It may leave its input unread and may ignore SIGTERM.

use super::program::Program;
use super::schedule::Try;
use super::variables::{self, Variables};
use crate::message::Message;
use crate::os_error;
use jiff::Timestamp;
#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group};
use std::fmt;
use std::io;
use std::pin::{Pin, pin};
use std::process::{ExitStatus, Stdio};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Time between SIGTERM and SIGKILL.
pub(crate) const FAREWELL: Duration = Duration::from_secs(5);

/// How long to wait after a signal has ended a command, in case the same signal was sent to this process, too.
const MOMENT: Duration = Duration::from_millis(200);

/// Largest reply in bytes.
const MOST_OUTPUT: usize = 16 << 20;

/// Numbers of the signals by which processes are asked to end, the same on all systems.
const HANGUP: u8 = 1;
const INTERRUPT: u8 = 2;
const TERMINATE: u8 = 15;

/// Bytes of output to read at a time.
const CHUNK: usize = 64 << 10;

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It exited with this status.
    Exited(u8),
    /// It was killed by this signal.
    Signalled(u8),
    /// It was ended because it exceeded this time limit.
    TimedOut(Duration),
    /// It was ended because the run ends, which says nothing about the message.
    Stopped,
    /// It was ended because its output was too long for a reply.
    PrintedTooMuch,
    /// It could not be started.
    NotStarted(u8, String),
}

impl How {
    /// The exit status as a shell would report it.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Exited(status) | Self::NotStarted(status, _) => *status,
            Self::Signalled(number) => number.saturating_add(128),
            // As timeout(1) does.
            Self::TimedOut(_) => 124,
            // SIGTERM.
            Self::Stopped => 143,
            Self::PrintedTooMuch => 137,
        }
    }

    /// The outcome as seen by the schedule.
    pub(crate) fn as_try(&self) -> Try {
        match (self, self.status()) {
            (Self::Stopped, _) => Try::Stopped,
            (_, 0) => Try::Done,
            (_, 126 | 127) => Try::Impossible,
            _ => Try::Failed,
        }
    }
}

impl fmt::Display for How {
    /// Continues a sentence that begins with "the command".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "ended with {status}"),
            Self::Signalled(number) => write!(f, "was killed by signal {number}"),
            Self::TimedOut(limit) => {
                write!(f, "took longer than {}", humantime::format_duration(*limit))
            }
            Self::Stopped => write!(f, "was stopped"),
            Self::PrintedTooMuch => write!(f, "printed more than {} MiB", MOST_OUTPUT >> 20),
            Self::NotStarted(_, cause) => write!(f, "cannot be run: {cause}"),
        }
    }
}

/// The end of a command.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) how: How,
    /// How long it ran.
    pub(crate) took: Duration,
    /// Its output, if captured.
    pub(crate) output: Vec<u8>,
}

/// A running command, killed when dropped. If it has exited by itself, background processes it left keep running.
pub(crate) struct Process {
    child: Child,
    #[cfg(unix)]
    group: Option<Pid>,
    /// Its standard input, until everything is written or the command closes it.
    stdin: Option<ChildStdin>,
    input: Rc<dyn AsRef<[u8]>>,
    given: usize,
    /// Its standard output, if captured.
    stdout: Option<ChildStdout>,
    output: Vec<u8>,
    started: Instant,
    limit: Option<Duration>,
    /// When to send the next signal.
    deadline: Option<Instant>,
    /// Whether SIGTERM was sent.
    was_asked: bool,
    /// Why it was ended.
    reason: Option<How>,
    /// If a signal ended it: when to report that.
    report_at: Option<Instant>,
}

impl Process {
    /// Starts `program` for `message`, which was received at `time`, with `input` on standard input and at most `limit`
    /// to run. With `captures`, its output is collected; otherwise it goes to our standard output.
    ///
    /// # Errors
    /// How it ended, if it could not be started.
    pub(crate) fn start(
        program: &Program,
        variables: &Variables,
        (message, time): (&Message<'_>, Timestamp),
        input: Rc<dyn AsRef<[u8]>>,
        captures: bool,
        limit: Option<Duration>,
        now: Instant,
    ) -> Result<Self, End> {
        let mut command = Command::new(&program.path);
        command.args(&program.arguments).kill_on_drop(true);
        #[cfg(unix)]
        command.arg0(&program.name).process_group(0);
        for name in variables.unset() {
            command.env_remove(name);
        }
        command.envs(variables::of(message, time));
        command.stdin(stdin((*input).as_ref()));
        if captures {
            command.stdout(Stdio::piped());
        }
        let mut child = command.spawn().map_err(|error| End::not_started(&error))?;
        Ok(Self {
            #[cfg(unix)]
            group: child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw),
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            child,
            input,
            given: 0,
            output: Vec::new(),
            started: now,
            limit,
            deadline: limit.and_then(|limit| now.checked_add(limit)),
            was_asked: false,
            reason: None,
            report_at: None,
        })
    }

    /// Makes progress; ready when the command has ended.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<End> {
        self.poll_input(cx);
        let is_silent = self.poll_output(cx);
        let ended = pin!(self.child.wait()).poll(cx);
        let status = match ended {
            Poll::Ready(Ok(status)) => status,
            Poll::Ready(Err(error)) => return Poll::Ready(End::not_started(&error)),
            // Only then: if this process was stopped, the command may have ended in time.
            Poll::Pending => {
                self.escalate(now);
                return Poll::Pending;
            }
        };
        // Collect what it printed just before it ended.
        if !is_silent {
            self.poll_output(cx);
        }
        let how = self.reason.clone().unwrap_or_else(|| how(status));
        if self.reason.is_none() {
            self.leave_children();
        }
        if let (None, How::Signalled(HANGUP | INTERRUPT | TERMINATE)) = (&self.reason, &how)
            && now < *self.report_at.get_or_insert(now + MOMENT)
        {
            return Poll::Pending;
        }
        let took = now.saturating_duration_since(self.started);
        Poll::Ready(End { how, took, output: std::mem::take(&mut self.output) })
    }

    /// Writes as much input as it accepts.
    fn poll_input(&mut self, cx: &mut Context<'_>) {
        while let Some(stdin) = &mut self.stdin {
            let rest = &(*self.input).as_ref()[self.given..];
            match Pin::new(stdin).poll_write(cx, rest) {
                Poll::Pending => return,
                Poll::Ready(Ok(count)) if count > 0 && count < rest.len() => self.given += count,
                // Either everything is written, or the command closed its input. Its exit status says whether that was
                // enough.
                Poll::Ready(_) => self.stdin = None,
            }
        }
    }

    /// Reads its output. Returns whether the output has ended.
    fn poll_output(&mut self, cx: &mut Context<'_>) -> bool {
        while let Some(stdout) = &mut self.stdout {
            let start = self.output.len();
            self.output.resize(start + CHUNK, 0);
            let mut buffer = ReadBuf::new(&mut self.output[start..]);
            let read = Pin::new(stdout).poll_read(cx, &mut buffer);
            let count = buffer.filled().len();
            self.output.truncate(start + count);
            match read {
                Poll::Pending => return false,
                Poll::Ready(Ok(())) if self.output.len() > MOST_OUTPUT => {
                    self.reason.get_or_insert(How::PrintedTooMuch);
                    self.output = Vec::new();
                    self.stdout = None;
                    self.kill();
                }
                Poll::Ready(Ok(())) if count > 0 => {}
                Poll::Ready(_) => self.stdout = None,
            }
        }
        true
    }

    /// Stops it because the run ends: SIGTERM, and SIGKILL five seconds later if it has not ended.
    pub(crate) fn stop(&mut self, now: Instant) {
        if !self.was_asked {
            self.reason.get_or_insert(How::Stopped);
            self.deadline = Some(now);
        }
    }

    /// When to send the next signal, or to report the end.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.report_at.or(self.deadline)
    }

    fn escalate(&mut self, now: Instant) {
        if self.report_at.is_some() || self.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        if self.was_asked {
            self.deadline = None;
            return self.kill();
        }
        self.was_asked = true;
        self.reason.get_or_insert(How::TimedOut(self.limit.unwrap_or_default()));
        self.deadline = Some(now + FAREWELL);
        #[cfg(unix)]
        if let Some(group) = self.group {
            // It may just have ended. A stopped process sees SIGTERM only when it continues.
            let _ = kill_process_group(group, Signal::TERM);
            let _ = kill_process_group(group, Signal::CONT);
        }
        #[cfg(not(unix))]
        self.kill();
    }

    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.group {
            // Fails if the group is empty, which is fine. Until then its number is not reused.
            let _ = kill_process_group(group, Signal::KILL);
        }
        // It may have ended by itself.
        #[cfg(not(unix))]
        let _ = self.child.start_kill();
    }

    /// It ended by itself; background processes it left keep running.
    fn leave_children(&mut self) {
        #[cfg(unix)]
        {
            self.group = None;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Standard input with `input`, complete from the start where possible: then the command can read all of it even if
/// this process is killed.
fn stdin(input: &[u8]) -> Stdio {
    if input.is_empty() {
        return Stdio::null();
    }
    #[cfg(target_os = "linux")]
    if let Ok(file) = in_memory(input) {
        return file.into();
    }
    Stdio::piped()
}

/// An unnamed file that holds `input`.
#[cfg(target_os = "linux")]
fn in_memory(input: &[u8]) -> io::Result<std::fs::File> {
    use rustix::fs::{MemfdFlags, memfd_create};
    use std::io::{Seek, Write};
    let mut file = std::fs::File::from(memfd_create("mqtt-message", MemfdFlags::CLOEXEC)?);
    file.write_all(input)?;
    file.rewind()?;
    Ok(file)
}

impl End {
    /// The end of a reply that needed no command.
    pub(crate) fn answered(output: Vec<u8>) -> Self {
        Self { how: How::Exited(0), took: Duration::ZERO, output }
    }

    fn not_started(error: &io::Error) -> Self {
        let status = match error.kind() {
            io::ErrorKind::NotFound => 127,
            // A resource is exhausted, possibly only for a moment.
            io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory => 1,
            _ if os_error::is_too_many_files(error) => 1,
            _ => 126,
        };
        let how = How::NotStarted(status, os_error::plain(error));
        Self { how, took: Duration::ZERO, output: Vec::new() }
    }
}

fn how(status: ExitStatus) -> How {
    #[cfg(unix)]
    if let Some(number) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return How::Signalled(u8::try_from(number).unwrap_or(u8::MAX));
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    How::Exited(code.unwrap_or(u8::MAX))
}
