//! One connection: a stream, what was read from it and not yet understood, and the trace.

use super::bunching::Bunching;
use super::job::ConnectionEvent;
use super::loss::Loss;
use crate::mqtt::{Session, Version, greeting, trace};
use crate::transport::Stream;
use bytes::{Buf, BytesMut};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio_util::io::poll_read_buf;

/// Bytes asked for at a time, once the first, small buffer was too small.
const READ_SIZE: usize = 128 << 10;

/// Bytes asked for at first: enough for a CONNACK and a short conversation.
const FIRST_READ_SIZE: usize = 4 << 10;

/// A stream to the broker, and where reading and writing stand.
pub(super) struct Socket<S: ?Sized> {
    stream: Box<S>,
    input: BytesMut,
    read_size: usize,
    /// Writing failed. What the broker said before it went is still worth reading.
    broken: Option<io::Error>,
    /// What shows each packet, if anything does.
    tracer: Option<Tracer>,
    /// The last write left something over, here or in the stream.
    pub(super) is_stuck: bool,
    /// The stream may hold bytes that it has taken and not sent, as TLS and WebSockets do.
    is_unflushed: bool,
    /// What had come in of a message that was not whole.
    arrived: u64,
    /// There was no room for all that was read.
    pub(super) has_left_over: bool,
    /// The broker, or whatever it is, has sent something.
    pub(super) is_answered: bool,
    /// The broker has had time to read what it owes an answer to.
    pub(super) has_waited: bool,
    /// Bytes went in or out since this was last cleared.
    pub(super) has_moved: bool,
    /// What the stream was told last.
    expects_more: Option<bool>,
    /// The rhythm in which something comes.
    pub(super) bunching: Bunching,
}

/// How much of what went by was shown.
#[derive(Default)]
struct Tracer {
    /// Bytes of the session's output.
    output: usize,
    /// Bytes of the input.
    input: usize,
}

impl<S: Stream + ?Sized> Socket<S> {
    pub(super) fn new(stream: Box<S>, is_traced: bool) -> Self {
        Self {
            stream,
            input: BytesMut::new(),
            read_size: FIRST_READ_SIZE,
            broken: None,
            tracer: is_traced.then(Tracer::default),
            is_stuck: false,
            is_unflushed: false,
            arrived: 0,
            has_left_over: false,
            is_answered: false,
            has_waited: false,
            has_moved: false,
            expects_more: None,
            bunching: Bunching::default(),
        }
    }

    /// What was read and not understood yet.
    pub(super) fn input(&self) -> &[u8] {
        &self.input
    }

    /// The first `count` bytes of the input were understood.
    pub(super) fn consume(&mut self, count: usize) {
        let is_large = self.input.capacity() > 8 * READ_SIZE;
        self.input.advance(count);
        if is_large && count > 0 && self.input.len() <= READ_SIZE {
            // The memory of a large message goes back when the message is through.
            self.input = BytesMut::from(&self.input[..]);
        }
        if let Some(tracer) = &mut self.tracer {
            tracer.input = tracer.input.saturating_sub(count);
        }
    }

    /// What answered seems to be, when it said something that is not MQTT and no more.
    pub(super) fn stranger(&self) -> Option<Loss> {
        greeting::left_with(&self.input).map(Loss::from)
    }

    /// Writes as much of the session's output as goes; whether any went. Packets are told to `tell`.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        session: &mut Session,
        now: Instant,
        tell: &mut dyn FnMut(ConnectionEvent<'_>),
    ) -> bool {
        if let Some(tracer) = &self.tracer {
            let fresh = session.output().get(tracer.output..).unwrap_or_default();
            show(session.version(), true, fresh, tell);
        }
        let mut wrote = false;
        while !session.output().is_empty() && self.broken.is_none() {
            match Pin::new(&mut *self.stream).poll_write(cx, session.output()) {
                Poll::Pending => break,
                Poll::Ready(Ok(0)) => self.broken = Some(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(count)) => {
                    session.wrote(count, now);
                    wrote = true;
                }
                Poll::Ready(Err(error)) => self.broken = Some(error),
            }
        }
        if wrote {
            self.bunching.wrote();
        }
        self.is_unflushed |= wrote;
        if self.is_unflushed && self.broken.is_none() {
            match Pin::new(&mut *self.stream).poll_flush(cx) {
                Poll::Pending => {}
                Poll::Ready(Ok(())) => self.is_unflushed = false,
                Poll::Ready(Err(error)) => self.broken = Some(error),
            }
        }
        let left = session.output().len();
        if let Some(tracer) = &mut self.tracer {
            tracer.output = left;
        }
        self.is_stuck = left > 0 || self.is_unflushed;
        self.has_moved |= wrote;
        wrote
    }

    /// Whether everything of the session's has left this program.
    pub(super) fn is_flushed(&self, session: &Session) -> bool {
        session.output().is_empty() && !self.is_unflushed
    }

    /// The session's output was replaced, but for the first `kept` bytes.
    pub(super) fn forget_output(&mut self, kept: usize) {
        if let Some(tracer) = &mut self.tracer {
            tracer.output = kept;
        }
    }

    /// Why writing failed, told once.
    pub(super) fn write_error(&mut self) -> Option<Loss> {
        self.broken.take().map(Loss::Io)
    }

    /// Reads once. Ready when something came.
    ///
    /// # Errors
    /// When the connection is over.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        session: &mut Session,
        now: Instant,
        tell: &mut dyn FnMut(ConnectionEvent<'_>),
    ) -> Result<Poll<()>, Loss> {
        let expects_more = session.expects_more();
        if self.expects_more.replace(expects_more) != Some(expects_more) {
            self.stream.expect_more(expects_more);
        }
        match self.poll_fill(cx) {
            Poll::Pending => {
                self.has_waited |= session.is_up() && session.is_owed();
                let arrived = self.stream.arrived();
                if arrived != std::mem::replace(&mut self.arrived, arrived) {
                    session.heard(now);
                }
                Ok(Poll::Pending)
            }
            Poll::Ready(Ok(0)) => {
                let stranger = if session.is_up() { None } else { self.stranger() };
                Err(stranger.or_else(|| self.write_error()).unwrap_or(Loss::Closed))
            }
            Poll::Ready(Ok(size)) => {
                self.bunching.read(size, now);
                self.has_waited |= session.is_up() && session.is_owed();
                self.has_moved = true;
                self.is_answered = true;
                session.heard(now);
                if let Some(tracer) = &mut self.tracer {
                    let fresh = self.input.get(tracer.input..).unwrap_or_default();
                    show(session.version(), false, fresh, tell);
                    tracer.input += trace::complete(fresh);
                }
                Ok(Poll::Ready(()))
            }
            Poll::Ready(Err(error)) => Err(Loss::Io(self.broken.take().unwrap_or(error))),
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
        self.input.reserve(self.read_size);
        let result = ready!(poll_read_buf(Pin::new(&mut *self.stream), cx, &mut self.input));
        if self.input.len() == self.input.capacity() {
            self.read_size = READ_SIZE;
        }
        Poll::Ready(result)
    }
}

/// Tells of every complete packet in `bytes`.
fn show(
    version: Version,
    is_outgoing: bool,
    bytes: &[u8],
    tell: &mut dyn FnMut(ConnectionEvent<'_>),
) {
    for line in trace::describe_all(version, is_outgoing, bytes) {
        tell(ConnectionEvent::Packet(is_outgoing, line));
    }
}
