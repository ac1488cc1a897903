//! A command that runs for a message, with everything that it starts in its turn.
//!
//! It gets a process group of its own, so that what ends it ends all of it, and so that Ctrl-C at a terminal leaves it to
//! finish its work. It need not read what it is given, nor end when it is asked to.

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

/// How long a command that was asked to end may take for it.
const FAREWELL: Duration = Duration::from_secs(5);

/// Bytes of output that make a reply.
const MOST_OUTPUT: usize = 16 << 20;

/// Bytes of output that are read at once.
const CHUNK: usize = 64 << 10;

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// By itself, with this status.
    Exited(u8),
    /// By this signal.
    Signalled(u8),
    /// It was ended, as it took longer than this.
    TimedOut(Duration),
    /// It was ended, as it printed more than a reply can be.
    PrintedTooMuch,
    /// It never ran.
    NotStarted(u8, String),
}

impl How {
    /// As a shell would say it.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Exited(status) | Self::NotStarted(status, _) => *status,
            Self::Signalled(number) => number.saturating_add(128),
            // As timeout(1) does.
            Self::TimedOut(_) => 124,
            Self::PrintedTooMuch => 137,
        }
    }

    /// What that means for another try.
    pub(crate) fn as_try(&self) -> Try {
        match self.status() {
            0 => Try::Done,
            126 | 127 => Try::Impossible,
            _ => Try::Failed,
        }
    }
}

impl fmt::Display for How {
    /// After "the command".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "ended with {status}"),
            Self::Signalled(number) => write!(f, "was ended by signal {number}"),
            Self::TimedOut(limit) => {
                write!(f, "took longer than {}", humantime::format_duration(*limit))
            }
            Self::PrintedTooMuch => write!(f, "printed more than {} MiB", MOST_OUTPUT >> 20),
            Self::NotStarted(_, cause) => write!(f, "cannot be run: {cause}"),
        }
    }
}

/// The end of a command.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) how: How,
    /// How long it took.
    pub(crate) took: Duration,
    /// What it printed, if that was wanted.
    pub(crate) output: Vec<u8>,
}

/// A command that was started. It does not outlive this, unless it has ended by itself: then what it left running goes on.
pub(crate) struct Process {
    child: Child,
    #[cfg(unix)]
    group: Option<Pid>,
    /// Where the input goes, until it has all of it or wants no more.
    stdin: Option<ChildStdin>,
    input: Rc<dyn AsRef<[u8]>>,
    given: usize,
    /// Where output comes from, if it is wanted.
    stdout: Option<ChildStdout>,
    output: Vec<u8>,
    started: Instant,
    limit: Option<Duration>,
    /// When it is asked to end, or made to.
    deadline: Option<Instant>,
    /// It was asked to end.
    was_asked: bool,
    /// Why it was ended.
    reason: Option<How>,
    status: Option<ExitStatus>,
}

impl Process {
    /// Starts `program` at `now` for `message`, which came at `time`: with `input` on its standard input, and with at most
    /// `limit` to take. Its output is kept if `captures` says so, and goes where ours goes otherwise.
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
            status: None,
        })
    }

    /// Moves it on; ready when it has ended.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<End> {
        self.poll_input(cx);
        let is_silent = self.poll_output(cx);
        self.escalate(now);
        if self.status.is_none() {
            match pin!(self.child.wait()).poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(status)) => self.status = Some(status),
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(End::not_started(&error));
                }
            }
            // What it printed before its end is there now.
            if !is_silent {
                self.poll_output(cx);
            }
        }
        let status = self.status.map_or(How::Exited(u8::MAX), how);
        if self.reason.is_none() {
            self.leave_children();
        }
        let how = self.reason.take().unwrap_or(status);
        let took = now.saturating_duration_since(self.started);
        Poll::Ready(End { how, took, output: std::mem::take(&mut self.output) })
    }

    /// Gives it what it takes of its input.
    fn poll_input(&mut self, cx: &mut Context<'_>) {
        while let Some(stdin) = &mut self.stdin {
            let rest = &(*self.input).as_ref()[self.given..];
            match Pin::new(stdin).poll_write(cx, rest) {
                Poll::Pending => return,
                Poll::Ready(Ok(count)) if count > 0 && count < rest.len() => self.given += count,
                // It has all of it, or it has closed its input: how it ends tells whether it had enough.
                Poll::Ready(_) => self.stdin = None,
            }
        }
    }

    /// Takes what it prints; whether nothing more can come.
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

    /// Asks it to end, and makes it end if it does not in five seconds.
    pub(crate) fn terminate(&mut self, now: Instant) {
        if !self.was_asked {
            self.deadline = Some(now);
        }
    }

    /// When it is to be asked to end, or made to.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    fn escalate(&mut self, now: Instant) {
        if self.deadline.is_none_or(|deadline| now < deadline) {
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
            // It may have ended in this moment; and a stopped one hears nothing before it goes on.
            let _ = kill_process_group(group, Signal::TERM);
            let _ = kill_process_group(group, Signal::CONT);
        }
        #[cfg(not(unix))]
        self.kill();
    }

    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.group {
            // When it is empty, that is how it should be. While it is not, no other process gets its number.
            let _ = kill_process_group(group, Signal::KILL);
        }
        // It may have ended by itself.
        #[cfg(not(unix))]
        let _ = self.child.start_kill();
    }

    /// It ended by itself: what it has left running on purpose goes on.
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

/// Standard input with `input`, all of it at once where that can be done: if this process is killed, a command that has
/// begun has its input whole.
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

/// A file without a name that holds `input`.
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
    /// Nothing had to run for this output.
    pub(crate) fn answered(output: Vec<u8>) -> Self {
        Self { how: How::Exited(0), took: Duration::ZERO, output }
    }

    fn not_started(error: &io::Error) -> Self {
        let status = match error.kind() {
            io::ErrorKind::NotFound => 127,
            // The system is short of something, and may not be later.
            io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory => 1,
            _ if is_limit(error) => 1,
            _ => 126,
        };
        let how = How::NotStarted(status, os_error::plain(error));
        Self { how, took: Duration::ZERO, output: Vec::new() }
    }
}

/// Whether there are too many open files.
#[cfg(unix)]
fn is_limit(error: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
}

/// Whether there are too many open files.
#[cfg(not(unix))]
fn is_limit(_error: &io::Error) -> bool {
    false
}

fn how(status: ExitStatus) -> How {
    #[cfg(unix)]
    if let Some(number) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return How::Signalled(u8::try_from(number).unwrap_or(u8::MAX));
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    How::Exited(code.unwrap_or(u8::MAX))
}
