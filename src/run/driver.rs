//! Drives a session over real connections: dials, moves bytes, watches the clock, handles signals, reconnects, and ends
//! cleanly.

mod ending;
mod leave;

use super::job::{ConnectionEvent, Job, Stopping};
use super::loss::Loss;
use super::options::{Protocol, RunOptions};
use super::password::STALE;
use super::patience::{Decision, LastStraw, Limit, Patience, Policy, Retry, Setback, Testimony};
use super::signals::Signal;
use super::socket::Socket;
use super::timer::Timer;
use super::world::World;
use crate::mqtt::{Intake, Session, SessionOptions, Version};
use crate::secret::Secret;
use crate::transport::Stages;
use leave::{Leave, Quit, Stop};
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Number of turns without a pause before other tasks get their turn.
const TURNS: u32 = 64;

/// After a turn that took longer, perhaps because this process was stopped, the runtime first looks at the socket.
const LONGEST_TURN: Duration = Duration::from_millis(20);

/// How a run ended. The outcome of messages has been reported to the job.
#[derive(Debug)]
pub enum End {
    /// The job was done.
    Done,
    /// There is no connection, and no further attempt.
    Lost {
        /// The last failure.
        loss: Loss,
        /// Whether there ever was a connection.
        established: bool,
        /// Why no further attempt is made.
        last_straw: LastStraw,
    },
    /// The time limit of the run has passed.
    TimedOut {
        /// The time limit.
        after: Duration,
        /// Whether there ever was a connection.
        established: bool,
        /// Whether the connection was lost at that time.
        lost: bool,
    },
    /// A signal stopped the run.
    Signalled(Signal),
}

/// Runs `job` until it is done or cannot continue.
pub(crate) async fn drive<W: World>(
    world: &W,
    options: Rc<RunOptions>,
    session: Rc<SessionOptions>,
    started: Instant,
    job: &mut dyn Job,
) -> End {
    let version = match options.protocol {
        Protocol::Auto => Version::V5,
        Protocol::Exactly(version) => version,
    };
    let mut driver = Driver {
        world,
        session: Session::new(session, version, world.random()),
        timer: Timer::default(),
        patience: Patience::new(Policy::new(&options, started), world.now()),
        asked: world.now(),
        last_loss: None,
        options,
        job,
    };
    let end = driver.run().await;
    driver.session.lost(None);
    driver.session.abandon();
    driver.tell_events();
    end
}

struct Driver<'a, W> {
    world: &'a W,
    options: Rc<RunOptions>,
    session: Session,
    job: &'a mut dyn Job,
    timer: Timer,
    patience: Patience,
    /// When the password was last read.
    asked: Instant,
    /// Why there is no connection.
    last_loss: Option<Loss>,
}

impl<W: World> Driver<'_, W> {
    async fn run(&mut self) -> End {
        loop {
            let (loss, setback) = match self.attempt().await {
                Ok(failure) => failure,
                Err(quit) => return self.quit(quit).await,
            };
            let decision = self.patience.lost(self.world.now(), &setback, self.world.random());
            self.session.lost(loss.fault());
            self.tell_events();
            self.job.connection(&ConnectionEvent::Lost(&loss));
            match decision {
                Decision::Retry(retry) => self.prepare(&retry, &loss),
                Decision::End(last_straw) => return self.ended(loss, last_straw).await,
            }
            self.last_loss = Some(loss);
            if let Err(quit) = self.wait().await {
                return self.quit(quit).await;
            }
        }
    }

    async fn quit(&mut self, quit: Quit) -> End {
        match quit {
            Quit::Done => End::Done,
            Quit::Stop(stop) => self.stopped(stop).await,
        }
    }

    async fn ended(&mut self, loss: Loss, last_straw: LastStraw) -> End {
        self.finish_begun(None, Stopping::Lost).await;
        End::Lost { loss, established: self.patience.is_established(), last_straw }
    }

    async fn stopped(&mut self, stop: Stop) -> End {
        self.finish_begun(None, stop.into()).await;
        match (stop, self.last_loss.take()) {
            (Stop::Signal(signal), _) => End::Signalled(signal),
            (Stop::Offline, Some(loss)) => self.ended(loss, LastStraw::Loss).await,
            (Stop::TimedOut | Stop::Offline, _) => End::TimedOut {
                after: self.options.timeout.unwrap_or_default(),
                established: self.patience.is_established(),
                lost: self.patience.is_offline(),
            },
        }
    }

    /// How the connection went, before the session's state changes.
    fn testimony(&self, socket: Option<&Socket<W::Stream>>) -> Testimony {
        // If the connection had ended before the packet was written, that is not the answer to it.
        let has_waited = socket.is_some_and(|socket| socket.has_waited);
        Testimony {
            suspect: self.session.suspect().filter(|_| has_waited),
            has_delivered: self.session.has_delivered(),
            has_acknowledged: self.session.has_acknowledged(),
        }
    }

    fn setback(&self, loss: &Loss, testimony: Testimony) -> Setback {
        Setback {
            is_final: loss.is_final(),
            is_violation: loss.is_violation(),
            is_hang_up: loss.is_hang_up(),
            is_finite: self.job.is_finite(),
            testimony,
        }
    }

    /// Reports the next attempt, and prepares the session for it.
    fn prepare(&mut self, retry: &Retry, loss: &Loss) {
        let Retry { attempt, delay, .. } = *retry;
        if retry.hints_at_other_client {
            self.job.connection(&ConnectionEvent::ContestedId);
        }
        if let Some(serial) = retry.isolate {
            self.session.isolate(serial);
        }
        if let Some(serial) = retry.give_up {
            self.session.give_up(serial);
            self.tell_events();
        }
        self.job.connection(&ConnectionEvent::Reconnecting { attempt, delay, loss });
    }

    /// Makes one connection, from dialling to its end, and returns how it was lost. With `Protocol::Auto` this includes
    /// a second connection with 3.1.1 if the broker does not support 5.
    ///
    /// # Errors
    /// Why the run ends instead.
    async fn attempt(&mut self) -> Result<(Loss, Setback), Quit> {
        let deadline = self.patience.begin(self.world.now());
        let may_fall_back = !self.patience.is_established()
            && self.options.protocol == Protocol::Auto
            && self.session.version() == Version::V5;
        let (mut leave, mut socket) = self.connection(deadline, may_fall_back).await;
        if may_fall_back
            && let Leave::Lost(loss) = &leave
            && loss.suggests_older_version(socket.as_ref().is_some_and(|it| it.is_answered))
        {
            drop(socket.take());
            self.session.lost(None);
            self.session.set_version(Version::V311);
            self.job.connection(&ConnectionEvent::FallingBack(Version::V311));
            (leave, socket) = self.connection(deadline, false).await;
        }
        if let Leave::Lost(loss) = &leave
            && loss.is_about_login()
        {
            match self.has_other_password(deadline).await {
                Ok(true) => {
                    drop(socket.take());
                    self.session.lost(None);
                    (leave, socket) = self.connection(deadline, false).await;
                }
                Ok(false) | Err(Leave::Lost(_)) => {}
                Err(Leave::Quit(quit)) => leave = quit.into(),
            }
        }
        let testimony = self.testimony(socket.as_ref());
        if let Some(mut socket) = socket {
            leave = self.leave(leave, &mut socket, &testimony).await;
        }
        if may_fall_back && !self.patience.is_established() {
            // The broker may have closed it for any reason: the next attempt starts with 5 again.
            self.session.set_version(Version::V5);
        }
        match leave {
            Leave::Quit(quit) => Err(quit),
            Leave::Lost(loss) => {
                let setback = self.setback(&loss, testimony);
                Ok((loss, setback))
            }
        }
    }

    /// Dials and runs the connection. With `may_fall_back`, silence may take only half of the available time.
    async fn connection(
        &mut self,
        deadline: Instant,
        may_fall_back: bool,
    ) -> (Leave, Option<Socket<W::Stream>>) {
        if self.world.now() >= self.asked + STALE
            && let Err(leave) = self.ask_for_password(deadline).await
        {
            return (leave, None);
        }
        let stream = match self.dial(deadline).await {
            Ok(stream) => stream,
            Err(leave) => return (leave, None),
        };
        let mut socket = Socket::new(stream, self.options.trace);
        let left = deadline.saturating_duration_since(self.world.now());
        let connack_by = if may_fall_back { deadline - left / 2 } else { deadline };
        let world = self.world;
        self.session.connect(|| world.random());
        let leave = poll_fn(|cx| self.poll_conversation(cx, &mut socket, connack_by)).await;
        (leave, Some(socket))
    }

    async fn dial(&mut self, deadline: Instant) -> Result<Box<W::Stream>, Leave> {
        let (world, stages) = (self.world, Stages::default());
        let dialled = self.meanwhile(world.dial(&stages), deadline, || stages.missing()).await;
        let dialled = dialled.and_then(|it| it.map_err(|error| Loss::Unreachable(error).into()));
        let (legs, connected, at) = (stages.into_legs(), dialled.is_ok(), self.world.now());
        self.job.connection(&ConnectionEvent::Dialled { legs: &legs, connected, at });
        dialled
    }

    /// Reads the password again, if possible.
    async fn ask_for_password(&mut self, deadline: Instant) -> Result<(), Leave> {
        let Some(source) = self.options.password.clone() else { return Ok(()) };
        let answer = self.meanwhile(source.ask(deadline), deadline, || "password").await?;
        self.session.set_password(answer.map_err(Loss::Unreachable)?);
        self.asked = self.world.now();
        Ok(())
    }

    /// Whether the refused password has changed since.
    async fn has_other_password(&mut self, deadline: Instant) -> Result<bool, Leave> {
        let Some(is_cheap) = self.options.password.as_ref().map(|it| it.is_cheap) else {
            return Ok(false);
        };
        let next = self.asked + STALE;
        if !is_cheap && self.world.now() < next {
            // Until the password may be read again. The attempt's own deadline is checked meanwhile.
            if let Err(Leave::Quit(quit)) =
                self.meanwhile(pending::<()>(), next, || "password").await
            {
                return Err(quit.into());
            }
        }
        let refused = self.session.password().map(|it| Zeroizing::new(it.expose().to_vec()));
        self.ask_for_password(deadline).await?;
        let now = self.session.password().map(Secret::expose);
        Ok(now != refused.as_ref().map(|refused| refused.as_slice()))
    }

    /// Waits for something outside while everything else continues without a connection; `missing` names what is
    /// missing at the deadline.
    async fn meanwhile<T>(
        &mut self,
        awaited: impl Future<Output = T>,
        deadline: Instant,
        missing: impl Fn() -> &'static str,
    ) -> Result<T, Leave> {
        let mut awaited = pin!(awaited);
        poll_fn(|cx| {
            if let Poll::Ready(result) = awaited.as_mut().poll(cx) {
                return Poll::Ready(Ok(result));
            }
            if self.timer.has_fired(cx) {
                return Poll::Pending;
            }
            let now = self.world.now();
            match self.poll_offline(cx, now) {
                Poll::Ready(Err(quit)) => return Poll::Ready(Err(quit.into())),
                Poll::Ready(Ok(())) => {}
                Poll::Pending if now < deadline => {
                    let own = self.job.offline_deadline();
                    return self.poll_timer(cx, own.into_iter().chain([deadline]).min());
                }
                Poll::Pending => {}
            }
            Poll::Ready(Err(self.connect_timeout(missing()).into()))
        })
        .await
    }

    fn connect_timeout(&self, missing: &'static str) -> Loss {
        Loss::ConnectTimeout { after: self.options.connect_timeout, missing }
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// Why the run ends instead.
    async fn wait(&mut self) -> Result<(), Quit> {
        poll_fn(|cx| {
            let now = self.world.now();
            match self.poll_offline(cx, now) {
                Poll::Pending => self.poll_timer(cx, self.job.offline_deadline()),
                ready => ready,
            }
        })
        .await
    }

    /// Handles everything while there is no connection. Ready when it is time to go on: with the next attempt, or because
    /// this one takes too long.
    ///
    /// # Errors
    /// Why the run ends instead.
    fn poll_offline(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<Result<(), Quit>> {
        if self.patience.is_established() && self.job.poll_offline(cx, now).is_ready() {
            return Poll::Ready(Err(Quit::Done));
        }
        match self.poll_stop(cx, now) {
            Ok(None) => Poll::Pending,
            Ok(Some(_)) => Poll::Ready(Ok(())),
            Err(stop) => Poll::Ready(Err(Quit::Stop(stop))),
        }
    }

    fn unanswered(&self, missing: &'static str) -> Loss {
        Loss::Unanswered { after: self.options.ack_timeout, missing }
    }

    /// Handles everything on a connection until it ends.
    fn poll_conversation(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut Socket<W::Stream>,
        connack_by: Instant,
    ) -> Poll<Leave> {
        if self.timer.has_fired(cx) {
            return Poll::Pending;
        }
        let mut before = None;
        for turn in 0..TURNS {
            let now = self.world.now();
            if before.replace(now).is_some_and(|before| now - before > LONGEST_TURN) {
                break;
            }
            match self.turn(cx, socket, connack_by, now, turn == 0) {
                Ok(Poll::Ready(quit)) => return Poll::Ready(quit.into()),
                Ok(Poll::Pending) => {}
                Err(loss) => return Poll::Ready(loss.into()),
            }
            if !socket.has_moved {
                if let Some(pause) = socket.bunching.pause() {
                    self.world.pause(pause);
                    socket.bunching.paused(self.world.now());
                }
                // The job is only polled as connected while the connection is up.
                let deadline = if self.session.is_up() {
                    [self.session.timeout(), self.job.deadline()].into_iter().flatten().min()
                } else {
                    self.job.offline_deadline().into_iter().chain([connack_by]).min()
                };
                return self.poll_timer(cx, deadline);
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// One turn: the clock, the job, the socket. A wakeup mostly means that there is something to read; then the first
    /// turn handles all that follows.
    fn turn(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut Socket<W::Stream>,
        connack_by: Instant,
        now: Instant,
        is_first: bool,
    ) -> Result<Poll<Quit>, Loss> {
        let limit = match self.poll_stop(cx, now) {
            Ok(limit) => limit,
            Err(stop) => return Ok(Poll::Ready(Quit::Stop(stop))),
        };
        // Before silence is judged: if this process was stopped, the answer may have come meanwhile.
        if is_first && !self.is_deaf() {
            self.read_in(cx, socket, now)?;
        }
        if !self.session.is_up() && now >= connack_by {
            let missing =
                if self.session.is_deriving() { "key from the password" } else { "CONNACK" };
            return Err(socket.stranger().unwrap_or_else(|| self.connect_timeout(missing)));
        }
        self.session.handle_timeout(now, self.is_deaf())?;
        let is_authenticating = self.session.authenticate(|| self.world.random())?;
        let mut has_news = false;
        if self.session.is_up() {
            self.session.pump();
            let done = self.job.poll(cx, &mut self.session, now);
            has_news = self.tell_events();
            if done.is_ready() {
                return Ok(Poll::Ready(Quit::Done));
            }
        } else if self.patience.is_established() && self.job.poll_offline(cx, now).is_ready() {
            return Ok(Poll::Ready(Quit::Done));
        }
        // The job was polled before it got these events, so it must be polled again.
        socket.has_moved = has_news || is_authenticating;
        let was_stuck = socket.is_stuck;
        let wrote = self.poll_write(cx, socket, now);
        // While an answer is owed, bytes written count as progress only if the broker had stopped reading before.
        if wrote && !self.session.is_owed() {
            self.patience.note_progress();
        } else if wrote && was_stuck {
            self.patience.unstuck();
        }
        // Checked last, because the job may have made room just now, and then nothing else would wake this task.
        if self.is_deaf() {
            socket.write_error().map_or(Ok(()), Err)?;
        } else {
            self.read_in(cx, socket, now)?;
        }
        let is_over = limit == Some(Limit::Ack) && self.check_limits(now).ok() == Some(limit);
        if is_over { Err(self.unanswered(self.session.owed())) } else { Ok(Poll::Pending) }
    }

    /// Reads, and notes when the connection is accepted.
    fn read_in(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut Socket<W::Stream>,
        now: Instant,
    ) -> Result<(), Loss> {
        let was_up = self.session.is_up();
        let read = self.poll_read(cx, socket, now);
        // Even if a packet after CONNACK ends the connection, there was one.
        if !was_up && self.session.is_up() {
            self.patience.connected(now);
        }
        read
    }

    /// Writes as much as possible, and returns whether anything was written.
    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut Socket<W::Stream>,
        now: Instant,
    ) -> bool {
        let job = &mut *self.job;
        socket.poll_write(cx, &mut self.session, now, &mut |event| job.connection(&event))
    }

    /// Reads once, unless bytes are left over, and handles complete packets.
    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut Socket<W::Stream>,
        now: Instant,
    ) -> Result<(), Loss> {
        if std::mem::take(&mut socket.has_left_over) {
            socket.has_moved = true;
            return self.take(socket, now);
        }
        let job = &mut *self.job;
        let tell = &mut |event: ConnectionEvent<'_>| job.connection(&event);
        match socket.poll_read(cx, &mut self.session, now, tell)? {
            Poll::Ready(()) => self.take(socket, now),
            Poll::Pending => Ok(()),
        }
    }

    /// Handles every complete packet that was read, while there is room for messages.
    fn take(&mut self, socket: &mut Socket<W::Stream>, now: Instant) -> Result<(), Loss> {
        let mut at = 0;
        let result = loop {
            if at > 0 && self.is_deaf() {
                socket.has_left_over = true;
                break Ok(());
            }
            let rest = socket.input().get(at..).unwrap_or_default();
            match self.session.receive(rest, now) {
                Ok(Intake::Incomplete) => break Ok(()),
                Ok(Intake::Packet(length)) => {
                    at += length;
                    self.tell_events();
                }
                Ok(Intake::Message { length, message, receipt }) => {
                    let taken = self.job.message(&message);
                    self.session.settle(receipt, taken);
                    at += length;
                }
                Err(fault) => break Err(fault.into()),
            }
        };
        self.tell_events();
        socket.consume(at);
        result
    }

    /// Passes the session's events to the job, and returns whether there were any.
    fn tell_events(&mut self) -> bool {
        let mut has_news = false;
        while let Some(event) = self.session.poll_event() {
            self.job.event(&event);
            has_news = true;
        }
        has_news
    }

    /// Whether nothing is read from the broker for now, because there is no room for it.
    fn is_deaf(&self) -> bool {
        self.session.is_full() || self.has_no_room()
    }

    /// Whether the job takes no further message for now.
    fn has_no_room(&self) -> bool {
        self.session.is_up() && self.session.is_taking() && self.job.is_full()
    }

    /// Checks whether a signal has come, and which limit has been reached.
    ///
    /// # Errors
    /// What stops the run.
    fn poll_stop(&mut self, cx: &mut Context<'_>, now: Instant) -> Result<Option<Limit>, Stop> {
        if let Poll::Ready(signal) = self.world.poll_signal(cx) {
            return Err(Stop::Signal(signal));
        }
        self.check_limits(now)
    }

    /// Checks which limit has been reached; an error stops the run.
    fn check_limits(&mut self, now: Instant) -> Result<Option<Limit>, Stop> {
        // While the job takes no messages, the broker's answers are not read.
        let owes = !self.has_no_room()
            && (self.session.is_waiting()
                || self.job.has_backlog(now)
                || (!self.session.is_up() && self.job.is_finite()));
        match self.patience.check(now, self.session.progress(), self.session.steps(), owes) {
            Some(Limit::Run) => Err(Stop::TimedOut),
            Some(Limit::Offline) => Err(Stop::Offline),
            limit => Ok(limit),
        }
    }

    /// Sets the timer for the run's deadlines and `deadline`. Wakes the task itself if one has passed already.
    fn poll_timer<T>(&mut self, cx: &mut Context<'_>, deadline: Option<Instant>) -> Poll<T> {
        let earliest = [deadline, self.patience.deadline()].into_iter().flatten().min();
        if self.timer.poll(cx, earliest).is_ready() {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}
