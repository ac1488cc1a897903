//! Child processes without `unsafe`: signals, waiting with a deadline, output collected while it is written.

use std::env;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long to sleep between two looks at something that cannot be waited for.
pub const TICK: Duration = Duration::from_millis(2);

/// The signals that tests send.
#[derive(Debug, Clone, Copy)]
pub enum Signal {
    Interrupt,
    Terminate,
}

impl Signal {
    /// Sends the signal through the shell's `kill`: the standard library has no call for it.
    pub fn send(self, pid: u32) {
        let name = match self {
            Self::Interrupt => "INT",
            Self::Terminate => "TERM",
        };
        let status = Command::new("sh")
            .args(["-c", &format!("kill -{name} {pid}")])
            .status()
            .expect("sh can be run");
        assert!(status.success(), "kill -{name} {pid} failed: {status}");
    }
}

/// Waits for the child's end; `None` when it outlives `limit`.
pub fn wait_at_most(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let deadline = Instant::now() + limit;
    loop {
        match child.try_wait().expect("a child can be waited for") {
            Some(status) => return Some(status),
            None if Instant::now() >= deadline => return None,
            None => thread::sleep(TICK),
        }
    }
}

/// Where a program is. For a mere name, the PATH of the command would count, which may be empty.
pub fn found(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).map(|directory| directory.join(name));
    places.find(|place| place.is_file()).unwrap_or_else(|| panic!("{name} is not there"))
}

/// The same command in a session of its own, without a terminal: an interactive shell would take the one that the tests
/// run at. The session is a process group, too.
pub fn in_own_session(command: &Command) -> Command {
    let mut own = if cfg!(target_os = "linux") {
        let mut setsid = Command::new(found("setsid"));
        setsid.arg(command.get_program());
        setsid
    } else {
        let mut program = Command::new(command.get_program());
        program.process_group(0);
        program
    };
    own.args(command.get_args()).env_clear();
    own.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    own.current_dir(command.get_current_dir().expect("each run has a directory of its own"));
    own
}

/// A port of 127.0.0.1 on which nothing listens (any more).
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("it has an address").port()
}

/// Waits until somebody listens on this port of 127.0.0.1.
#[track_caller]
pub fn wait_until_it_listens(port: u16) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "nobody listens on port {port}");
        thread::sleep(TICK);
    }
}

/// What a pipe has delivered so far, collected by a thread so that the writer never blocks.
#[derive(Clone, Default)]
pub struct Capture(Arc<(Mutex<Captured>, Condvar)>);

#[derive(Default)]
struct Captured {
    bytes: Vec<u8>,
    closed: bool,
}

impl Capture {
    /// Starts to read `source` to its end.
    pub fn of(mut source: impl Read + Send + 'static) -> Self {
        let capture = Self::default();
        let writer = capture.clone();
        thread::spawn(move || {
            let mut chunk = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = source.read(&mut chunk) {
                writer.update(|captured| captured.bytes.extend_from_slice(&chunk[..count]));
            }
            writer.update(|captured| captured.closed = true);
        });
        capture
    }

    /// A capture of nothing, for a stream that goes elsewhere.
    pub fn nothing() -> Self {
        Self::of(std::io::empty())
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.0.0.lock().unwrap().bytes.clone()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    /// Waits until `look` finds what it wants in the bytes so far; `None` at the end of the stream or of `limit`.
    pub fn wait<T>(&self, limit: Duration, mut look: impl FnMut(&[u8]) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + limit;
        let (captured, changed) = &*self.0;
        let mut captured = captured.lock().unwrap();
        loop {
            let found = look(&captured.bytes);
            let left = deadline.saturating_duration_since(Instant::now());
            if found.is_some() || captured.closed || left.is_zero() {
                return found;
            }
            captured = changed.wait_timeout(captured, left).unwrap().0;
        }
    }

    /// Waits for the end of the stream.
    pub fn wait_for_end(&self, limit: Duration) {
        self.wait(limit, |_| None::<()>);
    }

    fn update(&self, change: impl FnOnce(&mut Captured)) {
        change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
    }
}
