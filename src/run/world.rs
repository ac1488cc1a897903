//! What a run needs from its environment: time, signals, connections and randomness.

use super::options::RunOptions;
use super::signals::{Signal, Signals};
use crate::random::random;
use crate::transport::{self, DialError, Stages, Stream};
use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// The environment of a run.
pub(crate) trait World {
    /// The type of a connection.
    type Stream: Stream + ?Sized;

    /// The current time.
    fn now(&self) -> Instant;

    /// A uniformly distributed random number.
    fn random(&self) -> u64;

    /// Blocks for a time much shorter than anybody notices.
    fn pause(&self, time: Duration);

    /// Ready with a request to stop.
    fn poll_signal(&self, cx: &mut Context<'_>) -> Poll<Signal>;

    /// Connects to the broker; `stages` tell what is being waited for.
    fn dial(&self, stages: &Stages) -> impl Future<Output = Result<Box<Self::Stream>, DialError>>;
}

/// The real environment: this process and its network.
pub(super) struct Outside {
    options: Rc<RunOptions>,
    signals: RefCell<Signals>,
}

impl Outside {
    /// Begins to listen for signals. A second one ends the process at once, unless that `would_leave_processes`.
    pub(super) fn new(options: Rc<RunOptions>, would_leave_processes: bool) -> io::Result<Self> {
        let signals = match would_leave_processes {
            true => Signals::without_shortcut(),
            false => Signals::new(),
        };
        Ok(Self { options, signals: RefCell::new(signals?) })
    }
}

impl World for Outside {
    type Stream = dyn Stream;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn random(&self) -> u64 {
        random()
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn poll_signal(&self, cx: &mut Context<'_>) -> Poll<Signal> {
        self.signals.borrow_mut().poll(cx)
    }

    fn dial(&self, stages: &Stages) -> impl Future<Output = Result<Box<dyn Stream>, DialError>> {
        transport::dial(&self.options.target, &self.options.route, stages)
    }
}
