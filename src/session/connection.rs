//! One connection: a stream, what was read from it and not yet understood, and the trace.

use super::engine::{Engine, Received};
use super::event::{Event, Job};
use super::fault::Fault;
use super::{stranger, trace};
use crate::transport::Stream;
use bytes::BytesMut;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio_util::io::{poll_read_buf, poll_write_buf};

/// Bytes asked for at a time, once the first, small buffer was too small.
const READ_SIZE: usize = 128 << 10;

/// Bytes asked for at first: enough for a CONNACK and a short conversation.
const FIRST_READ_SIZE: usize = 4 << 10;

/// See the module.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    input: BytesMut,
    read_size: usize,
    /// Writing failed. What the broker said before it went is still worth reading.
    broken: Option<io::Error>,
    tracing: bool,
    /// The last write left something over, here or in the stream.
    pub(super) stuck: bool,
    /// The stream may hold bytes that it has taken and not sent, as TLS and WebSockets do.
    unflushed: bool,
    /// Bytes of the engine's output that the trace has shown.
    traced: usize,
    /// Bytes of the input that the trace has shown.
    traced_input: usize,
    /// What had come in of a message that was not whole.
    arrived: u64,
    /// The job had no room for all that was read.
    left_over: bool,
    /// The other side has sent something.
    pub(super) answered: bool,
    /// When CONNACK came.
    pub(super) up_since: Option<Instant>,
    /// Bytes went in or out since this was last cleared.
    pub(super) moved: bool,
}

impl Connection {
    pub(super) fn new(stream: Box<dyn Stream>, tracing: bool) -> Self {
        Self {
            stream,
            input: BytesMut::new(),
            read_size: FIRST_READ_SIZE,
            broken: None,
            stuck: false,
            unflushed: false,
            tracing,
            traced: 0,
            traced_input: 0,
            arrived: 0,
            left_over: false,
            answered: false,
            up_since: None,
            moved: false,
        }
    }

    /// What the other side seems to be, when it said something that is not MQTT and no more.
    pub(super) fn stranger(&self) -> Option<Fault> {
        if self.up_since.is_some() { None } else { stranger::left_with(&self.input) }
    }

    /// Writes as much of the engine's output as goes; whether any went.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        engine: &mut Engine,
        job: &mut dyn Job,
        now: Instant,
    ) -> bool {
        if self.tracing {
            self.trace_output(engine, job);
        }
        let mut wrote = false;
        while !engine.out().is_empty() && self.broken.is_none() {
            match poll_write_buf(Pin::new(&mut *self.stream), cx, engine.out()) {
                Poll::Pending => break,
                Poll::Ready(Ok(0)) => self.broken = Some(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(_)) => wrote = true,
                Poll::Ready(Err(error)) => self.broken = Some(error),
            }
        }
        self.unflushed |= wrote;
        if self.unflushed && self.broken.is_none() {
            match Pin::new(&mut *self.stream).poll_flush(cx) {
                Poll::Pending => {}
                Poll::Ready(Ok(())) => self.unflushed = false,
                Poll::Ready(Err(error)) => self.broken = Some(error),
            }
        }
        self.traced = engine.out().len();
        self.stuck = self.traced > 0 || self.unflushed;
        if wrote {
            engine.wrote(now);
            self.moved = true;
        }
        wrote
    }

    /// Whether everything of the engine's has left this program.
    pub(super) fn is_flushed(&self, engine: &mut Engine) -> bool {
        engine.out().is_empty() && !self.unflushed
    }

    /// Forgets what has not been written.
    pub(super) fn drop_output(&mut self, engine: &mut Engine) {
        engine.out().clear();
        self.traced = 0;
    }

    /// Reads once, unless something is left over, and lets the engine take what is complete; not at all while
    /// the job is `deaf`.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        engine: &mut Engine,
        job: &mut dyn Job,
        deaf: bool,
        now: Instant,
    ) -> Result<(), Fault> {
        if deaf {
            return match self.broken.take() {
                Some(error) => Err(Fault::Io(error)),
                None => Ok(()),
            };
        }
        if std::mem::take(&mut self.left_over) {
            self.moved = true;
            return self.hand_on(engine, job, now);
        }
        match self.poll_fill(cx) {
            Poll::Pending => {
                let arrived = self.stream.arrived();
                if arrived != std::mem::replace(&mut self.arrived, arrived) {
                    engine.hear(now);
                }
                Ok(())
            }
            Poll::Ready(Ok(0)) => {
                Err(self.stranger().unwrap_or_else(|| match self.broken.take() {
                    Some(error) => Fault::Io(error),
                    None => Fault::Closed,
                }))
            }
            Poll::Ready(Ok(_)) => {
                self.moved = true;
                self.answered = true;
                if self.tracing {
                    self.trace_input(engine, job);
                }
                self.hand_on(engine, job, now)
            }
            Poll::Ready(Err(error)) => Err(Fault::Io(self.broken.take().unwrap_or(error))),
        }
    }

    fn hand_on(
        &mut self,
        engine: &mut Engine,
        job: &mut dyn Job,
        now: Instant,
    ) -> Result<(), Fault> {
        let before = self.input.len();
        self.left_over = engine.receive(now, &mut self.input, job)? == Received::Full;
        self.traced_input = self.traced_input.saturating_sub(before - self.input.len());
        Ok(())
    }

    /// Reads on after our DISCONNECT; whether the end was reached.
    pub(super) fn poll_read_to_end(
        &mut self,
        cx: &mut Context<'_>,
        engine: &mut Engine,
        job: &mut dyn Job,
        now: Instant,
    ) -> Result<bool, Fault> {
        match self.poll_read(cx, engine, job, false, now) {
            Ok(()) => Ok(false),
            Err(Fault::Closed) if self.is_flushed(engine) => Ok(true),
            Err(fault) => Err(fault),
        }
    }

    /// Closes our side.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // A side that cannot be closed is closed already.
        let _ = ready!(Pin::new(&mut *self.stream).poll_shutdown(cx));
        Poll::Ready(())
    }

    /// Reads to the end without looking at it.
    pub(super) fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            self.input.clear();
            match ready!(self.poll_fill(cx)) {
                Ok(1..) => {}
                Ok(0) | Err(_) => return Poll::Ready(()),
            }
        }
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.input.is_empty() && self.input.capacity() > 8 * READ_SIZE {
            // The memory of a large message goes back when the message is through.
            self.input = BytesMut::new();
        }
        self.input.reserve(self.read_size);
        let result = ready!(poll_read_buf(Pin::new(&mut *self.stream), cx, &mut self.input));
        if self.input.len() == self.input.capacity() {
            self.read_size = READ_SIZE;
        }
        Poll::Ready(result)
    }

    fn trace_output(&mut self, engine: &mut Engine, job: &mut dyn Job) {
        let version = engine.version();
        let fresh = engine.out().get(self.traced..).unwrap_or_default();
        for line in trace::describe_all(version, true, fresh) {
            job.event(&Event::Packet(true, line));
        }
    }

    fn trace_input(&mut self, engine: &Engine, job: &mut dyn Job) {
        let fresh = self.input.get(self.traced_input..).unwrap_or_default();
        for line in trace::describe_all(engine.version(), false, fresh) {
            job.event(&Event::Packet(false, line));
        }
        self.traced_input += trace::complete(fresh);
    }
}
