//! A network between the client and the model broker, in virtual time, with faults drawn at random.
//!
//! Each connection is a [`Pipe`], which the client reads and writes like a socket. No task runs it: data moves while
//! the client polls its pipe, and the pipe wakes the client when there is something to move. A client that does not
//! poll only makes the network slower. Deterministic only with a paused clock.

mod pipe;
#[cfg(test)]
mod tests;
mod weather;

pub use pipe::Pipe;
pub use weather::{Close, Direction, Directions, Fault, Seen, Weather};

use super::broker::Broker;
use super::draw::Draw;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Most connections with faults.
const MOST_BAD: u64 = 6;

/// Makes connections to one broker.
#[derive(Debug)]
pub struct Network {
    broker: Rc<RefCell<Broker>>,
    /// When the simulation started.
    start: Instant,
    /// The weather of the next connections; all later ones are healthy.
    forecast: RefCell<VecDeque<Weather>>,
    draw: RefCell<Draw>,
}

impl Network {
    /// A network whose first connections, up to six, have weather drawn at random; all others are healthy. The
    /// simulation starts now; needs a runtime.
    pub fn new(broker: Rc<RefCell<Broker>>, mut draw: Draw) -> Self {
        let bad = draw.number(0..=MOST_BAD);
        let forecast = (0..bad).map(|_| Weather::draw(&mut draw)).collect();
        Self::with_forecast(broker, forecast, draw)
    }

    /// A network with this weather, one connection after the other, and then healthy ones.
    pub fn with_forecast(broker: Rc<RefCell<Broker>>, forecast: Vec<Weather>, draw: Draw) -> Self {
        Self {
            broker,
            start: Instant::now(),
            forecast: RefCell::new(forecast.into()),
            draw: RefCell::new(draw),
        }
    }

    /// The weather of the next connections, printed with a failing seed.
    pub fn forecast(&self) -> Vec<Weather> {
        self.forecast.borrow().iter().cloned().collect()
    }

    /// The time since the simulation started: the broker's `now`.
    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Connects. `ConnectionRefused` if the weather or the broker says so; may never complete.
    pub async fn dial(&self) -> io::Result<Pipe> {
        let weather = self.forecast.borrow_mut().pop_front().unwrap_or_else(Weather::healthy);
        let mut draw = self.draw.borrow_mut().fork();
        let delay = pipe::draw_latency(&mut draw, weather.latency);
        if !delay.is_zero() {
            sleep(delay).await;
        }
        match weather.fault {
            Fault::Refused => return Err(io::ErrorKind::ConnectionRefused.into()),
            Fault::DialHangs => std::future::pending().await,
            _ => {}
        }
        let now = self.now();
        if !self.broker.borrow_mut().accepts(now) {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Ok(Pipe::new(Rc::clone(&self.broker), self.start, weather, draw))
    }
}
