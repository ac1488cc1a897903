//! Ends a connection: finishes what was accepted, flushes what was written, and sends DISCONNECT before closing the
//! socket.

use super::Driver;
use super::leave::{Leave, Quit, Stop};
use crate::mqtt::{Fault, Reason};
use crate::run::job::{ConnectionEvent, Stopping};
use crate::run::loss::Loss;
use crate::run::patience::{Decision, Testimony};
use crate::run::socket::Socket;
use crate::run::world::World;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// How long to wait for the broker to close its side after ours.
const LINGER: Duration = Duration::from_millis(200);

/// How long a stopped run may take to send the rest.
const LAST_FLUSH: Duration = Duration::from_millis(500);

/// How long to wait for the broker to release QoS 2 messages, which a later run would receive again.
const RELEASE: Duration = Duration::from_millis(500);

impl<W: World> Driver<'_, W> {
    /// Ends a connection, depending on the reason.
    pub(super) async fn leave(
        &mut self,
        mut leave: Leave,
        socket: &mut Socket<W::Stream>,
        testimony: &Testimony,
    ) -> Leave {
        if let Leave::Quit(Quit::Done) = leave
            && let Err(stop) = self.release(socket).await
        {
            leave = stop.into();
        }
        match &leave {
            Leave::Quit(Quit::Done) => match self.close(socket, None).await {
                Err(Leave::Lost(_) | Leave::Quit(Quit::Stop(Stop::TimedOut)))
                    if !self.job.needs_clean_end() => {}
                Err(other) => return other,
                Ok(()) => {}
            },
            Leave::Quit(Quit::Stop(stop)) => {
                self.finish_begun(Some(&mut *socket), (*stop).into()).await;
                self.part(socket).await;
            }
            Leave::Lost(loss) => {
                if let Some(reason) = violation(loss) {
                    self.refuse(socket, reason).await;
                } else if matches!(loss, Loss::Unanswered { .. }) && self.is_last(loss, testimony) {
                    self.part(socket).await;
                }
            }
        }
        leave
    }

    /// Lets the job finish what it must not abandon, and keeps the connection alive meanwhile. A second request to stop
    /// ends the wait.
    pub(super) async fn finish_begun(
        &mut self,
        mut socket: Option<&mut Socket<W::Stream>>,
        why: Stopping,
    ) {
        let Some(by) = self.job.stop(why, self.world.now()) else { return };
        self.session.take_no_more();
        poll_fn(|cx| {
            if self.timer.has_fired(cx) {
                return Poll::Pending;
            }
            loop {
                let now = self.world.now();
                if self.world.poll_signal(cx).is_ready() || now >= by {
                    return Poll::Ready(());
                }
                let done = match self.session.is_up() {
                    true => self.job.poll(cx, &mut self.session, now),
                    false => self.job.poll_offline(cx, now),
                };
                self.tell_events();
                if done.is_ready() {
                    return Poll::Ready(());
                }
                let has_moved = match &mut socket {
                    Some(socket) if self.session.is_up() => match self.serve(cx, socket, now) {
                        Ok(has_moved) => has_moved,
                        Err(loss) => {
                            // What finishes from here on cannot be acknowledged; the broker delivers it to the next
                            // run.
                            self.session.lost(loss.fault());
                            true
                        }
                    },
                    _ => false,
                };
                if !has_moved {
                    let own = [self.job.deadline(), self.job.offline_deadline()];
                    let all = own.into_iter().chain([self.session.timeout(), Some(by)]);
                    if self.timer.poll(cx, all.flatten().min()).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        })
        .await;
    }

    /// Serves the connection. Returns whether anything was sent or received.
    fn serve(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut Socket<W::Stream>,
        now: Instant,
    ) -> Result<bool, Loss> {
        socket.has_moved = false;
        self.poll_read(cx, socket, now)?;
        self.session.handle_timeout(now, false)?;
        socket.has_moved |= self.session.authenticate(|| self.world.random())?;
        self.session.pump();
        self.poll_write(cx, socket, now);
        Ok(socket.has_moved)
    }

    /// Whether no further connection will follow this one.
    fn is_last(&self, loss: &Loss, testimony: &Testimony) -> bool {
        let setback = self.setback(loss, testimony.clone());
        let decision = self.patience.clone().lost(self.world.now(), &setback, 0);
        matches!(decision, Decision::End(_))
    }

    /// Closes the connection. Errors do not matter now, as the reason to leave remains.
    async fn part(&mut self, socket: &mut Socket<W::Stream>) {
        let by = self.world.now() + LAST_FLUSH;
        self.drain(by).await;
        let _ = self.close(socket, Some(by)).await;
    }

    /// Lets the job finish the messages it has accepted, so that they can be acknowledged.
    async fn drain(&mut self, by: Instant) {
        self.session.take_no_more();
        poll_fn(|cx| {
            if self.job.poll_drain(cx, &mut self.session).is_ready() {
                return Poll::Ready(());
            }
            self.timer.poll(cx, Some(by))
        })
        .await;
        self.tell_events();
    }

    /// Waits a moment for PUBREL and answers it: without PUBCOMP the broker delivers the message again to the next run.
    async fn release(&mut self, socket: &mut Socket<W::Stream>) -> Result<(), Stop> {
        let by = self.world.now() + RELEASE;
        self.session.take_no_more();
        poll_fn(|cx| {
            loop {
                let now = self.world.now();
                if !self.session.awaits_release() || now >= by {
                    return Poll::Ready(Ok(()));
                }
                if let Poll::Ready(signal) = self.world.poll_signal(cx) {
                    return Poll::Ready(Err(Stop::Signal(signal)));
                }
                socket.has_moved = false;
                self.poll_write(cx, socket, now);
                if self.poll_read(cx, socket, now).is_err() {
                    // The important part is done, so this is not a reason to reconnect.
                    return Poll::Ready(Ok(()));
                }
                if !socket.has_moved && self.timer.poll(cx, Some(by)).is_pending() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Flushes, sends DISCONNECT, shuts down writing and reads to the end. Closing with unread input would make the
    /// kernel send RST, which can destroy what the broker has not read yet.
    async fn close(
        &mut self,
        socket: &mut Socket<W::Stream>,
        by: Option<Instant>,
    ) -> Result<(), Leave> {
        self.session.disconnect();
        let patience = self.options.ack_timeout;
        let mut flush_by = by.unwrap_or_else(|| self.world.now() + patience);
        let mut linger_until = None;
        poll_fn(|cx| {
            if self.timer.has_fired(cx) {
                return Poll::Pending;
            }
            loop {
                let now = self.world.now();
                if let Poll::Ready(signal) = self.world.poll_signal(cx) {
                    return Poll::Ready(Err(Leave::from(Stop::Signal(signal))));
                }
                socket.has_moved = false;
                if self.poll_write(cx, socket, now) && by.is_none() {
                    flush_by = now + patience;
                }
                if self.poll_read_to_end(cx, socket, now)? {
                    return Poll::Ready(Ok(()));
                }
                let run_until = self.patience.run_until().filter(|_| by.is_none());
                if run_until.is_some_and(|at| now >= at) {
                    return Poll::Ready(Err(Leave::from(Stop::TimedOut)));
                }
                let is_flushed = socket.is_flushed(&self.session);
                if is_flushed && linger_until.is_none() && socket.poll_shutdown(cx).is_ready() {
                    linger_until = Some(now + LINGER);
                    self.job.connection(&ConnectionEvent::Disconnected);
                }
                match linger_until {
                    Some(until) if now >= until => return Poll::Ready(Ok(())),
                    None if now >= flush_by => {
                        return Poll::Ready(Err(self.unanswered("sign of reading").into()));
                    }
                    _ if socket.has_moved => {}
                    until => {
                        let until = Some(until.unwrap_or(flush_by));
                        let earliest = [until, run_until].into_iter().flatten().min();
                        if self.timer.poll(cx, earliest).is_pending() {
                            return Poll::Pending;
                        }
                    }
                }
            }
        })
        .await?;
        self.session.closed_in_order();
        Ok(())
    }

    /// Reads after our DISCONNECT, and returns whether the end was reached.
    fn poll_read_to_end(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut Socket<W::Stream>,
        now: Instant,
    ) -> Result<bool, Loss> {
        match self.poll_read(cx, socket, now) {
            Ok(()) => Ok(false),
            Err(loss)
                if is_end(&loss) && socket.is_flushed(&self.session) && !socket.is_unread() =>
            {
                Ok(true)
            }
            Err(loss) => Err(loss),
        }
    }

    /// Sends DISCONNECT with the reason, if the broker still reads, and reads to the end, as [`Driver::close`] does:
    /// otherwise the broker's further packets would destroy what it has not read yet.
    async fn refuse(&mut self, socket: &mut Socket<W::Stream>, reason: Reason) {
        let kept = self.session.refuse(reason);
        socket.forget_output(kept);
        let by = self.world.now() + LINGER;
        let mut is_shut = false;
        poll_fn(|cx| {
            let now = self.world.now();
            self.poll_write(cx, socket, now);
            if !is_shut && socket.is_flushed(&self.session) {
                is_shut = socket.poll_shutdown(cx).is_ready();
            }
            if (is_shut && socket.poll_discard(cx).is_ready()) || now >= by {
                return Poll::Ready(());
            }
            self.timer.poll(cx, Some(by))
        })
        .await;
    }
}

/// Whether the server closed the connection cleanly.
fn is_end(loss: &Loss) -> bool {
    match loss {
        Loss::Closed => true,
        // A WebSocket may give a reason for closing.
        Loss::Io(error) => error.kind() == io::ErrorKind::ConnectionAborted,
        _ => false,
    }
}

/// The reason code for a broker that violated the protocol or sent too much.
fn violation(loss: &Loss) -> Option<Reason> {
    match loss.fault()? {
        Fault::Violation(violation) => Some(violation.reason),
        Fault::Carrier(_) => Some(Reason::PROTOCOL_ERROR),
        Fault::Excess { reason, .. } => Some(*reason),
        Fault::OldConnack => Some(Reason::MALFORMED_PACKET),
        // Clients may send no code that says more ([MQTT 5, 3.14.2.1]).
        Fault::Scram { again: true, .. } => Some(Reason::UNSPECIFIED_ERROR),
        _ => None,
    }
}
