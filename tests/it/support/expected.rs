//! What a test expects of a run, what the run did, and how the difference is shown.

use std::fmt;
use std::process::ExitStatus;

/// Status, stdout and stderr of a run; all exact, and 0 and empty unless said.
#[derive(Default)]
pub struct Expected {
    pub status: i32,
    any_status: bool,
    pub stdout: Stream,
    pub stderr: Stream,
    /// A progress bar may move the cursor on stderr.
    pub bar: bool,
}

/// What one stream must hold.
pub enum Stream {
    Exactly(Vec<u8>),
    /// All of these; an empty list takes anything.
    Like(Vec<Fragment>),
}

#[derive(Debug)]
pub enum Fragment {
    /// The text appears somewhere, in upper or lower case.
    Contains(String),
    /// The text appears nowhere.
    Lacks(String),
    /// One line is like this pattern, in which `*` stands for anything.
    Line(String),
}

impl Default for Stream {
    fn default() -> Self {
        Self::Exactly(Vec::new())
    }
}

impl Stream {
    pub fn require(&mut self, fragment: Fragment) {
        match self {
            Self::Exactly(_) => *self = Self::Like(vec![fragment]),
            Self::Like(fragments) => fragments.push(fragment),
        }
    }

    fn check(&self, name: &str, bytes: &[u8], problems: &mut Vec<String>) {
        match self {
            Self::Exactly(expected) if expected == bytes => {}
            Self::Exactly(expected) => {
                problems.push(format!("{name} is not exactly\n{}", Shown(expected)));
            }
            Self::Like(fragments) => {
                let text = String::from_utf8_lossy(bytes);
                let failed = fragments.iter().filter(|fragment| !fragment.holds(&text));
                problems.extend(failed.map(|fragment| format!("{name}: not true: {fragment:?}")));
            }
        }
    }
}

impl Fragment {
    fn holds(&self, text: &str) -> bool {
        match self {
            Self::Contains(part) => contains(text, part),
            Self::Lacks(part) => !contains(text, part),
            Self::Line(pattern) => text.lines().any(|line| is_like(line, pattern)),
        }
    }
}

impl Expected {
    /// However it ends.
    pub fn with_any_status(self) -> Self {
        Self { any_status: true, ..self }
    }

    /// Panics with everything there is to know when `output` is not as expected.
    #[track_caller]
    pub fn check(&self, output: &Output) {
        let mut problems = Vec::new();
        if !self.any_status && output.code() != self.status {
            problems.push(format!("status is not {}", self.status));
        }
        self.stdout.check("stdout", &output.stdout, &mut problems);
        self.stderr.check("stderr", &output.stderr, &mut problems);
        let talk = if self.bar { without_bar(&output.stderr) } else { output.stderr.clone() };
        if !is_calm(&talk) {
            problems.push("stderr holds control characters or invalid UTF-8".to_owned());
        }
        assert!(problems.is_empty(), "{}\n\n{output}", problems.join("\n"));
    }
}

/// Whatever the broker sent, nothing on stderr may drive a terminal.
fn is_calm(stderr: &[u8]) -> bool {
    std::str::from_utf8(stderr).is_ok_and(|text| {
        !text.chars().any(|char| char.is_control() && char != '\n' && char != '\t')
    })
}

/// The bytes without what only moves the cursor, clears or colours: CR and `ESC [ … letter`.
fn without_bar(bytes: &[u8]) -> Vec<u8> {
    let mut parts = bytes.split(|byte| *byte == 0x1b);
    let mut calm = parts.next().unwrap_or_default().to_vec();
    for part in parts {
        let end = part.iter().position(u8::is_ascii_alphabetic);
        match (part.first(), end) {
            (Some(b'['), Some(end)) => calm.extend_from_slice(&part[end + 1..]),
            _ => calm.extend([&[0x1b], part].concat()),
        }
    }
    calm.retain(|byte| *byte != b'\r');
    calm
}

fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

/// Whether `line` is like `pattern`, in which `*` stands for anything.
fn is_like(line: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => line == pattern,
        Some((start, rest)) => line.strip_prefix(start).is_some_and(|tail| {
            tail.char_indices()
                .map(|(at, _)| at)
                .chain([tail.len()])
                .any(|at| is_like(&tail[at..], rest))
        }),
    }
}

/// All that a run left behind.
#[derive(Debug)]
pub struct Output {
    pub command: String,
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Output {
    /// The status as a shell has it: 128 and the signal for a process that died of one.
    pub fn code(&self) -> i32 {
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&self.status) {
            return 128 + signal;
        }
        self.status.code().expect("it has ended")
    }

    pub fn stdout_text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("stdout is text")
    }

    pub fn stderr_text(&self) -> &str {
        std::str::from_utf8(&self.stderr).expect("stderr is text")
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "$ {}\n{}", self.command, self.status)?;
        write!(f, "stdout:\n{}", Shown(&self.stdout))?;
        write!(f, "stderr:\n{}", Shown(&self.stderr))
    }
}

/// Bytes for a person: escaped, a line for a line, the middle of long ones left out.
pub struct Shown<'a>(pub &'a [u8]);

impl Shown<'_> {
    const HALF: usize = 2_000;
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Some(left_out) = self.0.len().checked_sub(2 * Self::HALF) else {
            return show_lines(f, self.0);
        };
        show_lines(f, &self.0[..Self::HALF])?;
        writeln!(f, "  … {left_out} bytes …")?;
        show_lines(f, &self.0[self.0.len() - Self::HALF..])
    }
}

fn show_lines(f: &mut fmt::Formatter, bytes: &[u8]) -> fmt::Result {
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        writeln!(f, "  | {}", line.escape_ascii())?;
    }
    Ok(())
}
