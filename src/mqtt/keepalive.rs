//! Keep-alive: when to send PINGREQ, and when a silent broker counts as dead ([MQTT 5, 3.1.2.10]).
//!
//! Both directions count. PINGREQ is due when nothing was sent, or nothing was received, for the keep-alive time. If
//! nothing arrives for half of that again, the broker is dead.

use std::time::{Duration, Instant};

/// The least time that a broker gets to answer PINGREQ.
const MIN_PATIENCE: Duration = Duration::from_secs(1);

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing yet.
    Nothing,
    /// Send PINGREQ.
    Ping,
    /// The broker has not answered in time.
    Dead,
}

/// The keep-alive of one connection.
#[derive(Debug)]
pub struct KeepAlive {
    interval: Option<Duration>,
    sent: Instant,
    received: Instant,
    /// When the unanswered PINGREQ was sent.
    pinged: Option<Instant>,
}

impl KeepAlive {
    /// Starts at `now`. `seconds` 0 turns it off.
    pub fn new(seconds: u16, now: Instant) -> Self {
        let interval = (seconds != 0).then(|| Duration::from_secs(seconds.into()));
        Self { interval, sent: now, received: now, pinged: None }
    }

    /// Bytes were sent.
    pub fn sent(&mut self, now: Instant) {
        self.sent = now;
    }

    /// Bytes were received.
    pub fn received(&mut self, now: Instant) {
        self.received = now;
    }

    /// PINGREQ was written.
    pub fn ping_sent(&mut self, now: Instant) {
        self.pinged.get_or_insert(now);
        self.sent = now;
    }

    /// PINGRESP was received.
    pub fn ping_answered(&mut self) {
        self.pinged = None;
    }

    /// The socket is not being read at present, so silence proves nothing. Nor does a PINGREQ without answer later:
    /// mosquitto drops its PINGRESP when it has much else to send.
    pub fn deaf(&mut self, now: Instant) {
        self.received = now;
        self.pinged = None;
    }

    /// When to call [`KeepAlive::due`] next; `None` when it is off.
    pub fn deadline(&self) -> Option<Instant> {
        let interval = self.interval?;
        Some(match self.dead_at() {
            Some(dead) => dead.min(self.sent + interval),
            None => self.sent.min(self.received) + interval,
        })
    }

    /// When the broker counts as dead, while a PINGREQ is unanswered.
    fn dead_at(&self) -> Option<Instant> {
        Some(self.pinged?.max(self.received) + patience(self.interval?))
    }

    /// What is due at `now`.
    pub fn due(&self, now: Instant) -> Due {
        match self.deadline() {
            Some(deadline) if now >= deadline => {
                if self.dead_at().is_some_and(|dead| now >= dead) {
                    Due::Dead
                } else {
                    Due::Ping
                }
            }
            _ => Due::Nothing,
        }
    }
}

fn patience(interval: Duration) -> Duration {
    (interval / 2).max(MIN_PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn zero_is_off() {
        assert_eq!(KeepAlive::new(0, Instant::now()).deadline(), None);
    }

    #[test]
    fn silence_is_pinged_after_the_interval_and_dead_after_half_of_it_more() {
        let start = Instant::now();
        let mut keep_alive = KeepAlive::new(60, start);
        assert_eq!(keep_alive.due(start + 59 * SECOND), Due::Nothing);
        assert_eq!(keep_alive.due(start + 60 * SECOND), Due::Ping);
        keep_alive.ping_sent(start + 60 * SECOND);
        assert_eq!(keep_alive.due(start + 89 * SECOND), Due::Nothing);
        assert_eq!(keep_alive.due(start + 90 * SECOND), Due::Dead);
    }

    #[test]
    fn sending_alone_does_not_keep_the_broker_alive() {
        let start = Instant::now();
        let mut keep_alive = KeepAlive::new(10, start);
        keep_alive.sent(start + 9 * SECOND);
        assert_eq!(keep_alive.due(start + 10 * SECOND), Due::Ping);
    }

    #[test]
    fn receiving_alone_does_not_keep_us_alive() {
        let start = Instant::now();
        let mut keep_alive = KeepAlive::new(10, start);
        keep_alive.received(start + 9 * SECOND);
        assert_eq!(keep_alive.due(start + 10 * SECOND), Due::Ping);
    }

    #[test]
    fn the_broker_hears_of_us_even_while_its_answer_is_not_read() {
        let start = Instant::now();
        let mut keep_alive = KeepAlive::new(10, start);
        keep_alive.ping_sent(start + 10 * SECOND);
        keep_alive.deaf(start + 20 * SECOND);
        assert_eq!(keep_alive.due(start + 20 * SECOND), Due::Ping);
    }

    #[test]
    fn a_ping_from_before_needs_no_answer_once_the_socket_is_read_again() {
        let start = Instant::now();
        let mut keep_alive = KeepAlive::new(10, start);
        keep_alive.ping_sent(start + 10 * SECOND);
        keep_alive.deaf(start + 15 * SECOND);
        assert_eq!(keep_alive.due(start + 19 * SECOND), Due::Nothing);
        assert_eq!(keep_alive.due(start + 20 * SECOND), Due::Ping);
        keep_alive.ping_sent(start + 20 * SECOND);
        assert_eq!(keep_alive.due(start + 24 * SECOND), Due::Nothing);
        assert_eq!(keep_alive.due(start + 25 * SECOND), Due::Dead, "that one does");
    }

    #[test]
    fn anything_received_proves_life_while_a_ping_waits() {
        let start = Instant::now();
        let mut keep_alive = KeepAlive::new(10, start);
        keep_alive.ping_sent(start);
        keep_alive.received(start + 4 * SECOND);
        assert_eq!(keep_alive.due(start + 8 * SECOND), Due::Nothing);
        assert_eq!(keep_alive.due(start + 9 * SECOND), Due::Dead);
        keep_alive.ping_answered();
        assert_eq!(keep_alive.due(start + 9 * SECOND), Due::Nothing);
    }

    #[test]
    fn the_shortest_interval_still_leaves_a_second_to_answer() {
        let start = Instant::now();
        let mut keep_alive = KeepAlive::new(1, start);
        keep_alive.ping_sent(start + SECOND);
        assert_eq!(keep_alive.due(start + 2 * SECOND - Duration::from_millis(1)), Due::Nothing);
        assert_eq!(keep_alive.due(start + 2 * SECOND), Due::Dead);
    }
}
