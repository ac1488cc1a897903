//! Notifies systemd, for units with `Type=notify`: that the service is ready, its status, that it is stopping, and
//! watchdog keep-alives (`WatchdogSec=`).
//!
//! The protocol is that of sd_notify(3): lines in a datagram. Sending never blocks, and nothing depends on it arriving.

use std::ffi::OsStr;
use std::time::{Duration, Instant};

/// Shortest interval between status messages.
const PACE: Duration = Duration::from_secs(1);

/// The notification socket, and what was sent last.
#[derive(Debug)]
pub struct Service {
    #[cfg(unix)]
    socket: std::os::unix::net::UnixDatagram,
    #[cfg(unix)]
    address: std::os::unix::net::SocketAddr,
    is_ready: bool,
    is_stopping: bool,
    /// Interval of watchdog keep-alives, and when the next is due.
    watchdog: Option<(Duration, Instant)>,
    /// The last status sent (as `count`), and when.
    told: Option<(u64, Instant)>,
    /// The latest `count`.
    count: u64,
}

impl Service {
    /// Notifies the socket at `name`: a path, or an abstract name after `@`. With `patience`, a keep-alive is expected
    /// within that time.
    #[cfg(unix)]
    pub fn at(name: &OsStr, patience: Option<Duration>, now: Instant) -> Option<Self> {
        use std::os::unix::net::{SocketAddr, UnixDatagram};
        let address = match name.as_encoded_bytes() {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            [b'@', name @ ..] => {
                #[cfg(target_os = "android")]
                use std::os::android::net::SocketAddrExt;
                #[cfg(target_os = "linux")]
                use std::os::linux::net::SocketAddrExt;
                SocketAddr::from_abstract_name(name)
            }
            _ => SocketAddr::from_pathname(name),
        };
        let socket = UnixDatagram::unbound().ok()?;
        socket.set_nonblocking(true).ok()?;
        Some(Self {
            socket,
            address: address.ok()?,
            is_ready: false,
            is_stopping: false,
            watchdog: patience.map(|patience| (patience / 2, now)),
            told: None,
            count: 0,
        })
    }

    /// There is no systemd on this platform.
    #[cfg(not(unix))]
    pub fn at(_name: &OsStr, _patience: Option<Duration>, _now: Instant) -> Option<Self> {
        None
    }

    #[cfg(unix)]
    fn tell(&self, text: &str) {
        // The listener may be gone or slow, which must not fail or delay the run.
        let _ = self.socket.send_to_addr(text.as_bytes(), &self.address);
    }

    #[cfg(not(unix))]
    fn tell(&self, _text: &str) {}

    /// The service is ready.
    pub fn ready(&mut self) {
        if !std::mem::replace(&mut self.is_ready, true) {
            self.tell("READY=1");
        }
    }

    /// The service is stopping.
    pub fn stopping(&mut self) {
        if !std::mem::replace(&mut self.is_stopping, true) {
            self.tell("STOPPING=1");
        }
    }

    /// Sends the `status` if `count` has changed and, while the connection `is_up`, a keep-alive.
    pub fn poll(&mut self, now: Instant, is_up: bool, count: u64, status: impl FnOnce() -> String) {
        if let Some((interval, next)) = &mut self.watchdog
            && is_up
            && now >= *next
        {
            *next = now + *interval;
            self.tell("WATCHDOG=1");
        }
        self.count = count;
        let is_due = self.told.is_none_or(|(told, at)| told != count && now >= at + PACE);
        if self.is_ready && is_due {
            self.told = Some((count, now));
            self.tell(&format!("STATUS={}", status()));
        }
    }

    /// When to poll even if nothing happens.
    pub fn deadline(&self) -> Option<Instant> {
        let status = self.told.filter(|(told, _)| *told != self.count).map(|(_, at)| at + PACE);
        let watchdog = self.watchdog.map(|(_, next)| next);
        [status, watchdog].into_iter().flatten().min()
    }
}
