//! SIGINT and SIGTERM (Ctrl-C on other systems) as something to poll. A second signal ends the process at once,
//! whatever it is waiting for, unless somebody has to be told of it.

#[cfg(unix)]
use signal_hook::flag;
use std::future::poll_fn;
use std::io;
#[cfg(unix)]
use std::pin::pin;
#[cfg(unix)]
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
#[cfg(unix)]
use std::task::Waker;
use std::task::{Context, Poll};
#[cfg(unix)]
use tokio::task::unconstrained;

/// A request to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT, Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    /// Ends the process as the signal would without a handler, so that the parent sees it: a shell ends its loop,
    /// systemd regards the unit as stopped. Returns on systems without signals.
    pub fn die(self) {
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGINT, SIGTERM};
            let number = match self {
                Self::Interrupt => SIGINT,
                Self::Terminate => SIGTERM,
            };
            // If it fails, the exit status says the same.
            let _ = signal_hook::low_level::emulate_default_handler(number);
        }
    }
}

/// Whether signals are, or ever were, handled.
#[cfg(unix)]
static LISTENING: AtomicBool = AtomicBool::new(false);

#[cfg(unix)]
/// Handles signals as long as it exists.
pub struct Signals {
    /// Whether a signal has arrived.
    has_come: Arc<AtomicBool>,
    /// The task to wake at the next signal.
    waker: Option<Waker>,
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Installs the handlers; signals no longer end the process.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn new() -> io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let has_come = Arc::new(AtomicBool::new(false));
        for number in [SIGINT, SIGTERM] {
            // The order matters: the first signal finds the flag unset and sets it.
            flag::register_conditional_default(number, Arc::clone(&has_come))?;
        }
        Self::noting(has_come)
    }

    /// As [`Signals::new`], but a second signal does not end the process: for runs that would leave other processes
    /// behind.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn without_shortcut() -> io::Result<Self> {
        Self::noting(Arc::default())
    }

    fn noting(has_come: Arc<AtomicBool>) -> io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        use tokio::signal::unix::{SignalKind, signal};
        for number in [SIGINT, SIGTERM] {
            flag::register(number, Arc::clone(&has_come))?;
        }
        LISTENING.store(true, Ordering::Relaxed);
        Ok(Self {
            has_come,
            waker: None,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Whether signals are, or ever were, handled.
    pub fn are_heard() -> bool {
        LISTENING.load(Ordering::Relaxed)
    }

    /// Ready with the next request to stop. Cheap enough to call after every message.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Signal> {
        let is_known = self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()));
        if is_known && !self.has_come.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        self.waker = Some(cx.waker().clone());
        // Without this, a task that has used up its budget would not be woken by a signal.
        let both = unconstrained(poll_fn(|cx| {
            if self.interrupt.poll_recv(cx).is_ready() {
                return Poll::Ready(Signal::Interrupt);
            }
            self.terminate.poll_recv(cx).map(|_| Signal::Terminate)
        }));
        pin!(both).poll(cx)
    }
}

#[cfg(windows)]
/// Handles signals as long as it exists.
pub struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    /// Installs the handlers; signals no longer end the process.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn new() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    /// The same: no signal ends the process here.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn without_shortcut() -> io::Result<Self> {
        Self::new()
    }

    /// Ready with the next request to stop.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Signal> {
        self.interrupt.poll_recv(cx).map(|_| Signal::Interrupt)
    }
}

impl Signals {
    /// The next request to stop.
    pub async fn next(&mut self) -> Signal {
        poll_fn(|cx| self.poll(cx)).await
    }
}
