//! A run in progress: signals, its streams while they flow, and its end.

use std::io::Write;
use std::process::{Child, ChildStdin, ExitStatus};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::expected::{Expected, Output, Shown};
use super::mqtt::Stdin;
use super::process::{Capture, Signal, wait_at_most};

#[cfg(target_os = "linux")]
mod cost;
#[cfg(target_os = "linux")]
pub use cost::peak_memory;

/// A started `mqtt`; killed when dropped.
pub struct Running {
    child: Child,
    command: String,
    stdin: Option<ChildStdin>,
    stdout: Capture,
    stderr: Capture,
    /// How much of standard output `read_line` has taken.
    taken: usize,
    deadline: Duration,
    expected: Expected,
    _home: TempDir,
}

impl Running {
    pub fn new(
        mut child: Child,
        command: String,
        stdin: Stdin,
        home: TempDir,
        deadline: Duration,
        expected: Expected,
    ) -> Self {
        let mut pipe = child.stdin.take();
        if let Stdin::Bytes(bytes) = stdin {
            feed(pipe.take(), bytes);
        }
        let stdout = child.stdout.take();
        let stderr = child.stderr.take();
        Self {
            child,
            command,
            stdin: pipe,
            stdout: stdout.map_or_else(Capture::nothing, Capture::of),
            stderr: stderr.map_or_else(Capture::nothing, Capture::of),
            taken: 0,
            deadline,
            expected,
            _home: home,
        }
    }

    pub fn signal(&self, signal: Signal) {
        signal.send(self.child.id());
    }

    /// The process id, for tests that look at the process from outside.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line of standard output, without its end.
    #[track_caller]
    pub fn read_line(&mut self) -> String {
        let taken = self.taken;
        let line = self.stdout.wait(self.deadline, |bytes| {
            let rest = &bytes[taken..];
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            Some(rest[..end].to_vec())
        });
        let Some(line) = line else {
            self.fail("no further line on stdout");
        };
        self.taken += line.len() + 1;
        String::from_utf8_lossy(&line).into_owned()
    }

    /// Waits until standard output holds `text`, be its line whole or not.
    #[track_caller]
    pub fn wait_for_output(&self, text: &str) {
        let found = self.stdout.wait(self.deadline, |bytes| {
            String::from_utf8_lossy(bytes).contains(text).then_some(())
        });
        found.unwrap_or_else(|| self.fail(&format!("no {text:?} on stdout")));
    }

    /// How many bytes of standard output there are so far.
    pub fn printed(&self) -> usize {
        self.stdout.bytes().len()
    }

    /// Waits until a whole line of standard error contains `text` (in upper or lower case) and returns it.
    #[track_caller]
    pub fn wait_for_stderr_line(&mut self, text: &str) -> String {
        let wanted = text.to_lowercase();
        let found = self.stderr.wait(self.deadline, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            let mut matching = whole.filter(|line| line.to_lowercase().contains(&wanted));
            matching.next().map(|line| line.trim_end().to_owned())
        });
        found.unwrap_or_else(|| self.fail(&format!("no line with {text:?} on stderr")))
    }

    #[track_caller]
    pub fn write_stdin(&mut self, bytes: impl AsRef<[u8]>) {
        let stdin = self.stdin.as_mut().expect("stdin was left open");
        stdin.write_all(bytes.as_ref()).expect("the client reads its stdin");
    }

    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Ends the client as the kernel does when memory runs out; what it has printed until then.
    pub fn kill(mut self) -> Vec<u8> {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
        self.stdout.wait_for_end(self.deadline);
        self.stdout.bytes()
    }

    /// Waits until so many bytes of standard output are there.
    #[track_caller]
    pub fn wait_for_stdout(&mut self, length: usize) {
        let enough = |bytes: &[u8]| (bytes.len() >= length).then_some(());
        if self.stdout.wait(self.deadline, enough).is_none() {
            self.fail(&format!("less than {length} bytes on stdout"));
        }
    }

    pub fn try_wait(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Waits for the end and checks every expectation; standard input is closed only by the end itself.
    #[track_caller]
    pub fn wait(mut self) -> Output {
        let Some(status) = wait_at_most(&mut self.child, self.deadline) else {
            self.fail(&format!("still running after {:?}", self.deadline));
        };
        self.stdout.wait_for_end(self.deadline);
        self.stderr.wait_for_end(self.deadline);
        let output = Output {
            command: self.command.clone(),
            status,
            stdout: self.stdout.bytes(),
            stderr: self.stderr.bytes(),
        };
        self.expected.check(&output);
        output
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        panic!(
            "{what}\n\n$ {}\nstdout so far:\n{}stderr so far:\n{}",
            self.command,
            Shown(&self.stdout.bytes()),
            Shown(&self.stderr.bytes()),
        );
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a child that has been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes from a thread of its own: a client that does not read must not block the test.
fn feed(pipe: Option<ChildStdin>, bytes: Vec<u8>) {
    let mut pipe = pipe.expect("stdin is a pipe");
    thread::spawn(move || {
        // A client may rightly end before it has read everything.
        let _ = pipe.write_all(&bytes);
    });
}
