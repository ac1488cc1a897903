//! The builder for one run of `mqtt`: what it is given, and what is expected of it.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::expected::{Expected, Fragment, Output, Stream};
use super::process::{found, in_own_session};
use super::running::Running;

/// A run to be. The environment is empty but for `HOME`, an empty directory that is the working directory too.
pub struct Mqtt {
    command: Command,
    stdin: Stdin,
    captures_stdout: bool,
    captures_stderr: bool,
    /// How many columns the run's own terminal has.
    terminal: Option<usize>,
    /// Standard input is that terminal.
    types: bool,
    home: TempDir,
    deadline: Duration,
    expected: Expected,
}

/// What standard input holds.
pub enum Stdin {
    Nothing,
    Bytes(Vec<u8>),
    /// Whatever [`Running::write_stdin`] sends, until it is closed.
    Open,
    /// Something of the test's own.
    Given(Stdio),
}

impl Mqtt {
    /// `mqtt COMMAND`.
    pub fn new(command: &str) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory can be made");
        let mut mqtt = Command::new(env!("CARGO_BIN_EXE_mqtt"));
        mqtt.env_clear().env("HOME", home.path()).current_dir(home.path()).arg(command);
        Self {
            command: mqtt,
            stdin: Stdin::Nothing,
            captures_stdout: true,
            captures_stderr: true,
            terminal: None,
            types: false,
            home,
            deadline: Duration::from_secs(20),
            expected: Expected::default(),
        }
    }

    /// `mqtt COMMAND -h 127.0.0.1 -p PORT`.
    pub fn at(command: &str, port: u16) -> Self {
        Self::new(command).args(["-h", "127.0.0.1", "-p", &port.to_string()])
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    /// The arguments of a shell line without quotes: split at white space.
    pub fn line(self, args: &str) -> Self {
        self.args(args.split_whitespace())
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Writes a file below the working directory.
    pub fn file(self, name: &str, contents: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), contents).expect("the test's own directory can be written to");
        self
    }

    /// A file that nobody else can read.
    pub fn private_file(self, name: &str, contents: impl AsRef<[u8]>) -> Self {
        self.file_with_mode(name, contents, 0o600)
    }

    /// A file with these permissions, where files have such.
    pub fn file_with_mode(self, name: &str, contents: impl AsRef<[u8]>, mode: u32) -> Self {
        let path = self.path(name);
        let run = self.file(name, contents);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
            fs::set_permissions(path, mode).expect("the test's own file");
        }
        #[cfg(not(unix))]
        let _ = (path, mode);
        run
    }

    /// The configuration file, which nobody else can read.
    pub fn config(self, text: &str) -> Self {
        self.config_with_mode(text, 0o600)
    }

    /// The configuration file, with these permissions.
    pub fn config_with_mode(self, text: &str, mode: u32) -> Self {
        let folder = self.path(".config/mqtt");
        fs::create_dir_all(folder).expect("the test's own directory can be written to");
        self.file_with_mode(".config/mqtt/config.toml", text, mode)
    }

    /// A path below the working directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Standard input, which then ends.
    pub fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = Stdin::Bytes(bytes.as_ref().to_vec());
        self
    }

    /// Standard input is something of the test's own.
    pub fn stdin_from(mut self, source: impl Into<Stdio>) -> Self {
        self.stdin = Stdin::Given(source.into());
        self
    }

    /// Standard input stays open until the test closes it.
    pub fn stdin_open(mut self) -> Self {
        self.stdin = Stdin::Open;
        self
    }

    /// Sends standard output elsewhere; the captured one stays empty.
    pub fn stdout_to(mut self, target: impl Into<Stdio>) -> Self {
        self.command.stdout(target);
        self.captures_stdout = false;
        self
    }

    /// Sends standard error elsewhere; the captured one stays empty.
    pub fn stderr_to(mut self, target: impl Into<Stdio>) -> Self {
        self.command.stderr(target);
        self.captures_stderr = false;
        self
    }

    /// Runs in a terminal of its own, where stdout and stderr are one and each LF becomes CR LF; what appears there is
    /// the run's stdout.
    #[cfg(target_os = "linux")]
    pub fn in_terminal(self) -> Self {
        self.in_terminal_of(80)
    }

    /// As [`Mqtt::in_terminal`], with so many columns.
    #[cfg(target_os = "linux")]
    pub fn in_terminal_of(mut self, columns: usize) -> Self {
        self.terminal = Some(columns);
        self.env("TERM", "xterm-256color")
    }

    /// What a person types into the run's own terminal, where it appears.
    #[cfg(target_os = "linux")]
    pub fn typed(mut self, text: &str) -> Self {
        self.types = true;
        self.stdin(text)
    }

    /// A person sits at the run's own terminal, and types when [`Running::write_stdin`] says so.
    #[cfg(target_os = "linux")]
    pub fn typing(mut self) -> Self {
        self.types = true;
        self.stdin_open()
    }

    /// How long the test waits for the end of the run, once it waits.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    pub fn status(mut self, status: i32) -> Self {
        self.expected.status = status;
        self
    }

    pub fn stdout(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.expected.stdout = Stream::Exactly(bytes.as_ref().to_vec());
        self
    }

    /// The test looks at standard output itself.
    pub fn stdout_anything(mut self) -> Self {
        self.expected.stdout = Stream::Like(Vec::new());
        self
    }

    /// One line of standard output is like this pattern, in which `*` stands for anything.
    pub fn stdout_line(mut self, pattern: &str) -> Self {
        let pattern = Fragment::Line(pattern.to_owned());
        self.expected.stdout.require(pattern);
        self
    }

    pub fn stderr(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.expected.stderr = Stream::Exactly(bytes.as_ref().to_vec());
        self
    }

    pub fn stderr_anything(mut self) -> Self {
        self.expected.stderr = Stream::Like(Vec::new());
        self
    }

    /// Standard error has this text somewhere, in upper or lower case.
    pub fn stderr_contains(mut self, text: impl Into<String>) -> Self {
        let fragment = Fragment::Contains(text.into());
        self.expected.stderr.require(fragment);
        self
    }

    /// Standard error has this text nowhere, in upper or lower case.
    pub fn stderr_lacks(mut self, text: impl Into<String>) -> Self {
        self.expected.stderr.require(Fragment::Lacks(text.into()));
        self
    }

    /// One line of standard error is like this pattern, in which `*` stands for anything.
    pub fn stderr_line(mut self, pattern: &str) -> Self {
        let pattern = Fragment::Line(pattern.to_owned());
        self.expected.stderr.require(pattern);
        self
    }

    /// A progress bar may move the cursor on standard error.
    pub fn with_bar(mut self) -> Self {
        self.expected.bar = true;
        self
    }

    /// Runs to the end and checks every expectation.
    #[track_caller]
    pub fn run(self) -> Output {
        self.spawn().wait()
    }

    /// Runs to the end, and expects nothing of it but that it comes.
    #[track_caller]
    pub fn run_to_any_end(mut self) -> Output {
        self.expected = Expected::default().with_any_status();
        self.stdout_anything().stderr_anything().run()
    }

    /// Starts; [`Running::wait`] checks the expectations.
    #[track_caller]
    pub fn spawn(mut self) -> Running {
        let line = command_line(&self.command);
        if let Some(columns) = self.terminal {
            // Typed into the terminal, it would appear there.
            let input = if !self.types
                && let Stdin::Bytes(bytes) = std::mem::replace(&mut self.stdin, Stdin::Nothing)
            {
                self = self.file("stdin", bytes);
                "stdin"
            } else if self.types {
                "/dev/tty"
            } else {
                "/dev/null"
            };
            self.command = below_script(&self.command, columns, input);
        } else if self.captures_stdout && self.captures_stderr && has_terminal() {
            self.command = in_own_session(&self.command);
        }
        if self.captures_stdout {
            self.command.stdout(Stdio::piped());
        }
        if self.captures_stderr {
            self.command.stderr(Stdio::piped());
        }
        self.command.stdin(match &mut self.stdin {
            Stdin::Nothing => Stdio::null(),
            Stdin::Bytes(_) | Stdin::Open => Stdio::piped(),
            Stdin::Given(source) => std::mem::replace(source, Stdio::null()),
        });
        let child = self.command.spawn().expect("the binary can be started");
        // The command still owns the target of `stdout_to`: a pipe would never end.
        drop(self.command);
        Running::new(child, line, self.stdin, self.home, self.deadline, self.expected)
    }
}

/// The line as a person would type it, near enough to paste; long arguments are cut.
fn command_line(command: &Command) -> String {
    let words = command.get_args().map(shown_argument);
    ["mqtt".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

/// The same command below `script`, which gives it a terminal and hands its status on.
fn below_script(command: &Command, columns: usize, input: &str) -> Command {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let words: Vec<String> =
        words.map(|word| quoted(word.to_str().expect("an argument that is text"))).collect();
    let mut script = Command::new(found("script"));
    let line = format!("stty cols {columns} rows 24; exec {} <{input}", words.join(" "));
    script.args(["-qec", &line, "/dev/null"]).env_clear();
    script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    script.current_dir(command.get_current_dir().expect("each run has a directory of its own"));
    script
}

/// Whether the suite runs at a terminal, which its runs could use to ask for something.
fn has_terminal() -> bool {
    cfg!(target_os = "linux") && std::fs::File::open("/dev/tty").is_ok()
}

/// The word for a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn shown_argument(argument: &OsStr) -> String {
    const LONGEST: usize = 200;
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_./:=,@+".contains(char);
    let text = argument.to_string_lossy();
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{:?}… ({} bytes)", &text[..cut], argument.len()),
        None if !text.is_empty() && text.chars().all(plain) => text.into_owned(),
        None => format!("{argument:?}"),
    }
}
