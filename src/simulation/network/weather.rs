//! What the network does to one connection.

use super::super::draw::Draw;
use std::time::Duration;

/// The behaviour of one connection, drawn when it is dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weather {
    /// Each piece is under way for up to this, in both directions and while dialling; order kept.
    pub latency: Duration,
    /// No read and no write moves more bytes than this.
    pub bite: Option<usize>,
    /// Closing while something is unread loses what is still under way to the broker, as the RST
    /// of a real kernel may.
    pub close: Close,
    pub fault: Fault,
}

/// What closing with unread input does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    DeliversAll,
    MayLose,
}

/// What goes wrong with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Both directions end when this many bytes have gone in this one.
    Cut {
        direction: Direction,
        after: u64,
        seen: Seen,
    },
    /// From this time after the connection was made, nothing moves in these directions, and
    /// nobody is told.
    Stall {
        directions: Directions,
        from: Duration,
    },
    /// Connection refused.
    Refused,
    /// Dialling never ends.
    DialHangs,
}

/// One of the two directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the broker.
    Up,
    Down,
}

/// One of the two directions, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directions {
    Up,
    Down,
    Both,
}

/// How a cut looks to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    EndOfFile,
    Reset,
}

impl Weather {
    /// A connection without any delay or fault.
    pub fn healthy() -> Self {
        Self { latency: Duration::ZERO, bite: None, close: Close::DeliversAll, fault: Fault::None }
    }

    /// Healthy but for this fault.
    pub fn with_fault(fault: Fault) -> Self {
        Self { fault, ..Self::healthy() }
    }

    /// Any weather.
    pub fn draw(draw: &mut Draw) -> Self {
        let latest = *draw.pick(&[0, 0, 5, 200]);
        let small = *draw.pick(&[1, 3, 7]);
        Self {
            latency: draw.milliseconds(0..=latest),
            bite: draw.chance(20).then_some(small),
            close: *draw.pick(&[Close::DeliversAll, Close::MayLose]),
            fault: fault(draw),
        }
    }

    /// Whether nothing moves this way so long after the connection was made.
    pub fn is_stalled(&self, direction: Direction, age: Duration) -> bool {
        let Fault::Stall { directions, from } = self.fault else { return false };
        let concerned = match directions {
            Directions::Both => true,
            Directions::Up => direction == Direction::Up,
            Directions::Down => direction == Direction::Down,
        };
        concerned && age >= from
    }

    /// How many bytes go this way before the cut.
    pub fn cut_after(&self, direction: Direction) -> Option<u64> {
        match self.fault {
            Fault::Cut { direction: cut, after, .. } if cut == direction => Some(after),
            _ => None,
        }
    }
}

fn fault(draw: &mut Draw) -> Fault {
    match draw.number(0..=99) {
        0..=44 => {
            // Short cuts hit CONNECT and CONNACK, long ones the middle of the traffic.
            let most = *draw.pick(&[4, 64, 500, 4_000]);
            Fault::Cut {
                direction: *draw.pick(&[Direction::Up, Direction::Down]),
                after: draw.number(0..=most),
                seen: *draw.pick(&[Seen::EndOfFile, Seen::Reset]),
            }
        }
        45..=64 => Fault::Stall {
            directions: *draw.pick(&[Directions::Up, Directions::Down, Directions::Both]),
            from: draw_stall(draw),
        },
        65..=74 => Fault::Refused,
        75..=79 => Fault::DialHangs,
        _ => Fault::None,
    }
}

fn draw_stall(draw: &mut Draw) -> Duration {
    let latest = *draw.pick(&[0, 50, 2_000, 60_000]);
    draw.milliseconds(0..=latest)
}
