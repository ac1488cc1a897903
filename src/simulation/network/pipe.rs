//! One connection of the client, with the data in transit.

use super::super::broker::Broker;
use super::super::draw::Draw;
use super::weather::{Close, Direction, Fault, Seen, Weather};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// Most bytes in transit in each direction.
const WINDOW: usize = 64 * 1024;

/// The client's end of a connection.
#[derive(Debug)]
pub struct Pipe {
    broker: Rc<RefCell<Broker>>,
    connection: usize,
    /// When the simulation started.
    start: Instant,
    /// When the connection was made, since then.
    opened: Duration,
    weather: Weather,
    draw: Draw,
    up: Lane,
    down: Lane,
    /// Bytes that have arrived for the client.
    inbox: VecDeque<u8>,
    /// How the connection ended after them.
    ended: Option<Seen>,
    /// The reader to wake when writing has moved data for it.
    reader: Option<Waker>,
    /// The writer, which found no room, to wake when the connection ends.
    writer: Option<Waker>,
    /// Whether the client closed its side.
    shut: bool,
    read_timer: Pin<Box<Sleep>>,
    write_timer: Pin<Box<Sleep>>,
}

/// One direction of a connection.
#[derive(Debug, Default)]
struct Lane {
    under_way: VecDeque<(Duration, Piece)>,
    /// Number of bytes in `under_way`.
    weight: usize,
    /// Number of bytes sent so far.
    carried: u64,
    closed: bool,
}

#[derive(Debug)]
enum Piece {
    Bytes(Vec<u8>),
    /// The sender closed its side.
    End,
    /// The network cuts the connection here.
    Cut,
}

impl Lane {
    /// Sends bytes, except those after a cut.
    fn send(&mut self, due: Duration, bytes: &[u8], cut_after: Option<u64>) {
        if self.closed || bytes.is_empty() && cut_after.is_none() {
            return;
        }
        let room = cut_after.map_or(u64::MAX, |after| after - self.carried);
        let room = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
        if room > 0 {
            self.weight += room;
            self.carried += u64::try_from(room).expect("a length fits 64 bits");
            self.push(due, Piece::Bytes(bytes[..room].to_vec()));
        }
        if cut_after == Some(self.carried) {
            self.close(due, Piece::Cut);
        }
    }

    fn close(&mut self, due: Duration, piece: Piece) {
        if !self.closed {
            self.push(due, piece);
            self.closed = true;
        }
    }

    /// Keeps the order: nothing overtakes what was sent before it.
    fn push(&mut self, due: Duration, piece: Piece) {
        let due = self.under_way.back().map_or(due, |(before, _)| due.max(*before));
        self.under_way.push_back((due, piece));
    }

    fn next_due(&self) -> Option<Duration> {
        self.under_way.front().map(|(due, _)| *due)
    }

    /// Takes what has arrived; anything due after a stall never arrives.
    fn arrived(&mut self, now: Duration, stalled: impl Fn(Duration) -> bool) -> Option<Piece> {
        let due = self.next_due().filter(|due| *due <= now && !stalled(*due));
        let (_, piece) = due.and_then(|_| self.under_way.pop_front())?;
        if let Piece::Bytes(bytes) = &piece {
            self.weight -= bytes.len();
        }
        Some(piece)
    }
}

/// How long a piece is in transit.
pub fn draw_latency(draw: &mut Draw, latest: Duration) -> Duration {
    draw.milliseconds(0..=u64::try_from(latest.as_millis()).unwrap_or(u64::MAX))
}

impl Pipe {
    /// Opens a connection to a broker that accepts it.
    pub fn new(broker: Rc<RefCell<Broker>>, start: Instant, weather: Weather, draw: Draw) -> Self {
        let opened = start.elapsed();
        let connection = broker.borrow_mut().open(opened);
        Self {
            broker,
            connection,
            start,
            opened,
            weather,
            draw,
            up: Lane::default(),
            down: Lane::default(),
            inbox: VecDeque::new(),
            ended: None,
            reader: None,
            writer: None,
            shut: false,
            read_timer: Box::pin(sleep_until(start)),
            write_timer: Box::pin(sleep_until(start)),
        }
    }

    /// Its number at the broker.
    pub fn connection(&self) -> usize {
        self.connection
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn is_stalled(&self, direction: Direction, now: Duration) -> bool {
        self.weather.is_stalled(direction, now - self.opened)
    }

    /// Moves everything that is due, first to the broker and then its answers.
    fn advance(&mut self, now: Duration) {
        self.advance_up(now, now);
        self.broker.borrow_mut().tick(now);
        self.collect(now);
        self.advance_down(now);
    }

    /// Passes the broker everything due by then.
    fn advance_up(&mut self, until: Duration, now: Duration) {
        // A direction that is cut after 0 bytes ends before anything is written.
        self.up.send(now, &[], self.weather.cut_after(Direction::Up));
        let (weather, opened) = (&self.weather, self.opened);
        let stalled = |due: Duration| weather.is_stalled(Direction::Up, due - opened);
        while self.ended.is_none()
            && let Some(piece) = self.up.arrived(until, stalled)
        {
            match piece {
                Piece::Bytes(bytes) => {
                    self.broker.borrow_mut().hear(self.connection, &bytes, now);
                }
                Piece::End => self.broker.borrow_mut().vanish(self.connection),
                Piece::Cut => return self.cut(),
            }
        }
    }

    /// Takes as much from the broker as there is room for.
    fn collect(&mut self, now: Duration) {
        let full = self.down.weight + self.inbox.len() >= WINDOW;
        if full || self.down.closed || self.is_stalled(Direction::Down, now) {
            return;
        }
        let (output, over) = {
            let mut broker = self.broker.borrow_mut();
            (broker.take_output(self.connection), broker.has_hung_up(self.connection))
        };
        let cut_after = self.weather.cut_after(Direction::Down);
        if output.is_empty() && !over && cut_after != Some(self.down.carried) {
            return;
        }
        let due = now + draw_latency(&mut self.draw, self.weather.latency);
        self.down.send(due, &output, cut_after);
        if over {
            self.down.close(due, Piece::End);
        }
    }

    fn advance_down(&mut self, now: Duration) {
        let (weather, opened) = (&self.weather, self.opened);
        let stalled = |due: Duration| weather.is_stalled(Direction::Down, due - opened);
        let mut moved = false;
        while self.ended.is_none()
            && let Some(piece) = self.down.arrived(now, stalled)
        {
            match piece {
                Piece::Bytes(bytes) => self.inbox.extend(bytes),
                Piece::End => self.ended = Some(Seen::EndOfFile),
                Piece::Cut => return self.cut(),
            }
            moved = true;
        }
        if moved {
            self.wake();
        }
    }

    fn cut(&mut self) {
        if let Fault::Cut { seen, .. } = self.weather.fault {
            self.broker.borrow_mut().vanish(self.connection);
            self.ended = Some(seen);
            self.wake();
        }
    }

    fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()].into_iter().flatten() {
            waker.wake();
        }
    }

    /// When something moves next by itself.
    fn next_due(&self, now: Duration) -> Option<Duration> {
        let up = self.up.next_due().filter(|_| !self.is_stalled(Direction::Up, now));
        let down = self.down.next_due().filter(|_| !self.is_stalled(Direction::Down, now));
        [up, down, self.broker.borrow().next_wake()].into_iter().flatten().min()
    }

    /// Copies what has arrived into the buffer, as much as one read returns.
    fn read(&mut self, buffer: &mut ReadBuf<'_>) {
        let most = buffer.remaining().min(self.weather.bite.unwrap_or(usize::MAX));
        let (front, _) = self.inbox.as_slices();
        let count = front.len().min(most);
        buffer.put_slice(&front[..count]);
        self.inbox.drain(..count);
    }

    /// Number of bytes that a write accepts now.
    fn room(&self) -> usize {
        WINDOW.saturating_sub(self.up.weight).min(self.weather.bite.unwrap_or(usize::MAX))
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let pipe = self.get_mut();
        pipe.reader = None;
        loop {
            let now = pipe.now();
            pipe.advance(now);
            if !pipe.inbox.is_empty() {
                pipe.read(buffer);
                return Poll::Ready(Ok(()));
            }
            match pipe.ended {
                Some(Seen::EndOfFile) => return Poll::Ready(Ok(())),
                Some(Seen::Reset) => {
                    return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
                }
                None => {}
            }
            pipe.reader = Some(context.waker().clone());
            pipe.broker.borrow_mut().wake_on_change(pipe.connection, context.waker());
            let Some(due) = pipe.next_due(now) else { return Poll::Pending };
            pipe.read_timer.as_mut().reset(pipe.start + due);
            ready!(pipe.read_timer.as_mut().poll(context));
        }
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let pipe = self.get_mut();
        loop {
            let now = pipe.now();
            pipe.advance(now);
            match pipe.ended {
                Some(Seen::EndOfFile) => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
                Some(Seen::Reset) => {
                    return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
                }
                None => {}
            }
            if pipe.shut {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            let count = bytes.len().min(pipe.room());
            if count > 0 || bytes.is_empty() {
                let due = now + draw_latency(&mut pipe.draw, pipe.weather.latency);
                pipe.up.send(due, &bytes[..count], pipe.weather.cut_after(Direction::Up));
                pipe.advance(now);
                // The reader's timer does not know about data sent just now.
                pipe.wake();
                return Poll::Ready(Ok(count));
            }
            pipe.writer = Some(context.waker().clone());
            if pipe.is_stalled(Direction::Up, now) {
                return Poll::Pending;
            }
            let Some(due) = pipe.up.next_due() else { return Poll::Pending };
            pipe.write_timer.as_mut().reset(pipe.start + due);
            ready!(pipe.write_timer.as_mut().poll(context));
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let pipe = self.get_mut();
        pipe.shut = true;
        let now = pipe.now();
        let due = now + draw_latency(&mut pipe.draw, pipe.weather.latency);
        pipe.up.close(due, Piece::End);
        pipe.advance(now);
        pipe.wake();
        Poll::Ready(Ok(()))
    }
}

impl Drop for Pipe {
    /// Closes. Data in transit to the broker still arrives, at once, unless it is cut or stalled, or something is
    /// unread and the weather says that this loses it.
    fn drop(&mut self) {
        // After a panic the broker may be in an inconsistent state.
        if std::thread::panicking() || self.ended == Some(Seen::Reset) {
            return;
        }
        let now = self.now();
        self.advance(now);
        if self.is_stalled(Direction::Up, now) {
            return;
        }
        let unread = !self.inbox.is_empty()
            || self.down.weight > 0
            || self.broker.borrow().has_output(self.connection);
        if !unread || self.weather.close == Close::DeliversAll {
            self.advance_up(Duration::MAX, now);
        }
        self.broker.borrow_mut().vanish(self.connection);
    }
}
