//! What systemd is told of a service of `Type=notify`, where it asks for it: that it is ready, how it does, that it is about
//! to end, and that its connection lives (`WatchdogSec=`).
//!
//! The protocol is that of sd_notify(3): lines in a datagram. Whoever does not listen misses them, and nothing waits.

use std::ffi::OsStr;
use std::time::{Duration, Instant};

/// How often it is told how things are.
const PACE: Duration = Duration::from_secs(1);

/// What listens, and what it was told.
#[derive(Debug)]
pub struct Service {
    #[cfg(unix)]
    socket: std::os::unix::net::UnixDatagram,
    #[cfg(unix)]
    address: std::os::unix::net::SocketAddr,
    is_ready: bool,
    is_stopping: bool,
    /// How often to say that the connection lives, and when next.
    watchdog: Option<(Duration, Instant)>,
    /// What the status said last, and when.
    told: Option<(u64, Instant)>,
    /// What it would say now.
    count: u64,
}

impl Service {
    /// Tells what listens at `name`, a path, or after an `@` a name that is none. With `patience` it wants a sign of life
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

    /// Nothing listens here.
    #[cfg(not(unix))]
    pub fn at(_name: &OsStr, _patience: Option<Duration>, _now: Instant) -> Option<Self> {
        None
    }

    #[cfg(unix)]
    fn tell(&self, text: &str) {
        // Whoever started this may have stopped listening, or be slow: that is no reason to fail, or to wait.
        let _ = self.socket.send_to_addr(text.as_bytes(), &self.address);
    }

    #[cfg(not(unix))]
    fn tell(&self, _text: &str) {}

    /// What the program is for can be done from now on.
    pub fn ready(&mut self) {
        if !std::mem::replace(&mut self.is_ready, true) {
            self.tell("READY=1");
        }
    }

    /// It is about to end.
    pub fn stopping(&mut self) {
        if !std::mem::replace(&mut self.is_stopping, true) {
            self.tell("STOPPING=1");
        }
    }

    /// Says how things are, of which `status` tells and `count` whether that is something else, and while the connection
    /// `is_up` that it lives.
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

    /// When to poll it although nothing happens.
    pub fn deadline(&self) -> Option<Instant> {
        let status = self.told.filter(|(told, _)| *told != self.count).map(|(_, at)| at + PACE);
        let watchdog = self.watchdog.map(|(_, next)| next);
        [status, watchdog].into_iter().flatten().min()
    }
}
