//! What a run needs of its surroundings: the time, signals, a connection to the broker, and chance.

use super::options::RunOptions;
use super::signals::{Signal, Signals};
use crate::random::random;
use crate::transport::{self, DialError, Stage, Stream};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// The surroundings of a run.
pub(crate) trait World {
    /// What a connection is made of.
    type Stream: Stream + ?Sized;

    /// The time.
    fn now(&self) -> Instant;

    /// A number, evenly spread over all `u64`.
    fn random(&self) -> u64;

    /// Does nothing at all for a time much shorter than anybody notices.
    fn pause(&self, time: Duration);

    /// Ready with a request to stop.
    fn poll_signal(&self, cx: &mut Context<'_>) -> Poll<Signal>;

    /// Connects to the broker; `stage` tells meanwhile what is being waited for.
    fn dial(
        &self,
        stage: &Cell<Stage>,
    ) -> impl Future<Output = Result<Box<Self::Stream>, DialError>>;
}

/// The process and its network.
pub(super) struct Outside {
    options: Rc<RunOptions>,
    signals: RefCell<Signals>,
}

impl Outside {
    /// Begins to listen for signals.
    pub(super) fn new(options: Rc<RunOptions>) -> io::Result<Self> {
        Ok(Self { options, signals: RefCell::new(Signals::new()?) })
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

    fn dial(
        &self,
        stage: &Cell<Stage>,
    ) -> impl Future<Output = Result<Box<dyn Stream>, DialError>> {
        transport::dial(&self.options.target, &self.options.route, stage)
    }
}
