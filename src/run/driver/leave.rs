//! Why a connection ends, and the run with it or not.

use crate::run::job::Stopping;
use crate::run::loss::Loss;
use crate::run::signals::Signal;

/// What stops a run from outside the session.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    Signal(Signal),
    TimedOut,
    /// There was no connection for too long.
    Offline,
}

impl From<Stop> for Stopping {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Signal(_) => Self::Asked,
            Stop::TimedOut => Self::TimedOut,
            Stop::Offline => Self::Lost,
        }
    }
}

/// Why the run ends, if not because of a lost connection.
#[derive(Debug)]
pub(super) enum Quit {
    Done,
    Stop(Stop),
}

/// Why a connection ends.
#[derive(Debug)]
pub(super) enum Leave {
    Quit(Quit),
    Lost(Loss),
}

impl From<Quit> for Leave {
    fn from(quit: Quit) -> Self {
        Self::Quit(quit)
    }
}

impl From<Stop> for Leave {
    fn from(stop: Stop) -> Self {
        Self::Quit(Quit::Stop(stop))
    }
}

impl From<Loss> for Leave {
    fn from(loss: Loss) -> Self {
        Self::Lost(loss)
    }
}
