//! The end of a connection: what was taken is finished, what was written is flushed, and the broker
//! hears DISCONNECT before the socket goes.

use super::{Driver, Leave, Stop};
use crate::session::connection::Connection;
use crate::session::event::Event;
use crate::session::fault::Fault;
use crate::session::reason::Reason;
use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

/// How long the broker may take to close its side once ours is closed.
const LINGER: Duration = Duration::from_millis(200);

/// How long a run that is stopped may take to send what is left.
const LAST_FLUSH: Duration = Duration::from_millis(500);

impl Driver<'_> {
    /// Ends a connection as the reason for leaving it asks for.
    pub(super) async fn leave(&mut self, leave: Leave, connection: &mut Connection) -> Leave {
        match leave {
            Leave::Done => match self.close(connection, None).await {
                Ok(()) => Leave::Done,
                Err(Leave::Fault(_) | Leave::Stop(Stop::TimedOut | Stop::AckTimeout))
                    if !self.job.needs_clean_end() =>
                {
                    Leave::Done
                }
                Err(leave) => leave,
            },
            Leave::Stop(stop) => {
                let by = Instant::now() + LAST_FLUSH;
                // Whatever goes wrong now, the reason to stop remains.
                let _ = self.drain(by).await;
                let _ = self.close(connection, Some(by)).await;
                Leave::Stop(stop)
            }
            Leave::Fault(Fault::Violation(violation)) => {
                self.hang_up(connection, violation.reason).await;
                Leave::Fault(Fault::Violation(violation))
            }
            leave => leave,
        }
    }

    /// Lets the job finish what it has taken, so that it can be acknowledged.
    async fn drain(&mut self, by: Instant) -> Result<(), Fault> {
        self.engine.take_no_more();
        poll_fn(|cx| {
            if let Poll::Ready(result) = self.job.poll_drain(cx, &mut self.engine) {
                return Poll::Ready(result);
            }
            self.timer.poll(cx, Some(by)).map(Ok)
        })
        .await
    }

    /// Flush, DISCONNECT, shut down writing, read to the end: closing with unread input would make
    /// the kernel send RST, and that can destroy what the broker has not read yet.
    async fn close(
        &mut self,
        connection: &mut Connection,
        by: Option<Instant>,
    ) -> Result<(), Leave> {
        self.engine.disconnect(Reason::SUCCESS);
        let patience = self.options.ack_timeout;
        let mut flush_by = by.unwrap_or_else(|| Instant::now() + patience);
        let mut linger_until = None;
        poll_fn(|cx| {
            loop {
                let now = Instant::now();
                if let Poll::Ready(signal) = self.signals.poll(cx) {
                    return Poll::Ready(Err(Leave::Stop(Stop::Signal(signal))));
                }
                connection.moved = false;
                if connection.poll_write(cx, &mut self.engine, self.job, now) && by.is_none() {
                    flush_by = now + patience;
                }
                if connection.poll_read_to_end(cx, &mut self.engine, self.job, now)? {
                    return Poll::Ready(Ok(()));
                }
                if by.is_none() && self.stop_at.is_some_and(|at| now >= at) {
                    return Poll::Ready(Err(Leave::Stop(Stop::TimedOut)));
                }
                let flushed = connection.is_flushed(&mut self.engine);
                if flushed && linger_until.is_none() && connection.poll_shutdown(cx).is_ready() {
                    linger_until = Some(now + LINGER);
                    self.job.event(&Event::Disconnected);
                }
                match linger_until {
                    Some(until) if now >= until => return Poll::Ready(Ok(())),
                    None if now >= flush_by => {
                        return Poll::Ready(Err(Leave::Stop(Stop::AckTimeout)));
                    }
                    _ if connection.moved => {}
                    until => {
                        let until = Some(until.unwrap_or(flush_by));
                        let earliest = [until, self.stop_at.filter(|_| by.is_none())];
                        let earliest = earliest.into_iter().flatten().min();
                        if self.timer.poll(cx, earliest).is_pending() {
                            return Poll::Pending;
                        }
                    }
                }
            }
        })
        .await?;
        self.engine.closed_in_order();
        Ok(())
    }

    /// Tells the broker why, if it still listens, and reads to the end, as [`Driver::close`] does: or what it
    /// goes on to send would destroy what it has not read.
    async fn hang_up(&mut self, connection: &mut Connection, reason: Reason) {
        connection.drop_output(&mut self.engine);
        self.engine.disconnect(reason);
        let by = Instant::now() + LINGER;
        poll_fn(|cx| {
            let now = Instant::now();
            connection.poll_write(cx, &mut self.engine, self.job, now);
            let closed = connection.is_flushed(&mut self.engine)
                && connection.poll_shutdown(cx).is_ready()
                && connection.poll_discard(cx).is_ready();
            if closed || now >= by {
                return Poll::Ready(());
            }
            self.timer.poll(cx, Some(by))
        })
        .await;
    }
}
