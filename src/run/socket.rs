//! One connection: a stream, its input that has not been parsed yet, and the trace.

use super::bunching::Bunching;
use super::job::ConnectionEvent;
use super::loss::Loss;
use crate::mqtt::trace::{self, Direction};
use crate::mqtt::{Fault, Session, Version, greeting};
use crate::transport::{DialError, Stream};
use bytes::{Buf, BytesMut};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio_util::io::poll_read_buf;

/// Size of reads in bytes, once the first, small buffer was too small.
const READ_SIZE: usize = 128 << 10;

/// Size of the first reads in bytes: enough for a CONNACK and a short conversation.
const FIRST_READ_SIZE: usize = 4 << 10;

/// A stream to the broker, and the state of reading and writing.
pub(super) struct Socket<S: ?Sized> {
    stream: Box<S>,
    input: BytesMut,
    read_size: usize,
    /// Why writing failed. What the broker sent before is still worth reading.
    broken: Option<io::Error>,
    /// Prints each packet, if the trace is on.
    tracer: Option<Tracer>,
    /// Whether the last write left bytes over, here or in the stream.
    pub(super) is_stuck: bool,
    /// Whether the stream may hold bytes it has not sent yet, as TLS and WebSockets do.
    is_unflushed: bool,
    /// Bytes of an incomplete message that had arrived.
    arrived: u64,
    /// Whether there was no room for everything that was read.
    pub(super) has_left_over: bool,
    /// Whether the peer has sent something.
    pub(super) is_answered: bool,
    /// Whether the broker has had time to read the packet that it has to answer.
    pub(super) has_waited: bool,
    /// Whether bytes were read or written since this was last cleared.
    pub(super) has_moved: bool,
    /// What the stream was last told about expected input.
    expects_more: Option<bool>,
    /// The rhythm of reads.
    pub(super) bunching: Bunching,
}

/// How much has been printed.
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

    /// The input that has not been parsed yet.
    pub(super) fn input(&self) -> &[u8] {
        &self.input
    }

    /// Removes the first `count` bytes of the input.
    pub(super) fn consume(&mut self, count: usize) {
        let is_large = self.input.capacity() > 8 * READ_SIZE;
        self.input.advance(count);
        if is_large && count > 0 && self.input.len() <= READ_SIZE {
            // Frees the memory of a large message.
            self.input = BytesMut::from(&self.input[..]);
        }
        if let Some(tracer) = &mut self.tracer {
            tracer.input = tracer.input.saturating_sub(count);
        }
    }

    /// What the peer seems to be, if it has sent something other than MQTT and nothing more.
    pub(super) fn stranger(&self) -> Option<Loss> {
        greeting::left_with(&self.input).map(Loss::from)
    }

    /// Writes as much of the session's output as possible, and returns whether anything was written. Packets are passed
    /// to `tell` for the trace.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        session: &mut Session,
        now: Instant,
        tell: &mut dyn FnMut(ConnectionEvent<'_>),
    ) -> bool {
        if let Some(tracer) = &self.tracer {
            let fresh = session.output().get(tracer.output..).unwrap_or_default();
            show(session.version(), Direction::Out, fresh, tell);
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

    /// Whether all of the session's output has left this program.
    pub(super) fn is_flushed(&self, session: &Session) -> bool {
        session.output().is_empty() && !self.is_unflushed
    }

    /// Whether the broker is known to have closed the connection without reading everything.
    pub(super) fn is_unread(&self) -> bool {
        self.stream.is_unread()
    }

    /// The session's output was replaced, except for the first `kept` bytes.
    pub(super) fn forget_output(&mut self, kept: usize) {
        if let Some(tracer) = &mut self.tracer {
            tracer.output = kept;
        }
    }

    /// Why writing failed; returned once.
    pub(super) fn write_error(&mut self) -> Option<Loss> {
        self.broken.take().map(Loss::Io)
    }

    /// Reads once. Ready when something arrived.
    ///
    /// # Errors
    /// When the connection has ended.
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
                    show(session.version(), Direction::In, fresh, tell);
                    tracer.input += trace::complete(fresh);
                }
                Ok(Poll::Ready(()))
            }
            Poll::Ready(Err(error)) => match DialError::inside(&error) {
                // Before CONNACK, it is not known to be a broker.
                Some(inner) if inner.is_violation && session.is_up() => {
                    Err(Fault::Carrier(inner.to_string()).into())
                }
                _ => Err(Loss::Io(self.broken.take().unwrap_or(error))),
            },
        }
    }

    /// Closes our side.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // If closing fails, it is closed already.
        let _ = ready!(Pin::new(&mut *self.stream).poll_shutdown(cx));
        Poll::Ready(())
    }

    /// Reads to the end and discards the input.
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

/// Passes every complete packet in `bytes` to `tell`.
fn show(
    version: Version,
    direction: Direction,
    bytes: &[u8],
    tell: &mut dyn FnMut(ConnectionEvent<'_>),
) {
    for line in trace::describe_all(version, direction, bytes) {
        tell(ConnectionEvent::Packet(direction, line));
    }
}
