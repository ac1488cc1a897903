//! The faults of one connection.

use super::super::draw::Draw;
use std::time::Duration;

/// The behaviour of one connection, drawn when it is dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weather {
    /// Each piece takes up to this long, in both directions and while dialling; the order is kept.
    pub latency: Duration,
    /// Most bytes per read and write.
    pub bite: Option<usize>,
    /// Closing with unread input loses data in transit to the broker, as an RST from a real kernel may.
    pub close: Close,
    pub fault: Fault,
}

/// The effect of closing with unread input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    DeliversAll,
    MayLose,
}

/// A fault of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Both directions end after this many bytes in this one.
    Cut {
        direction: Direction,
        after: u64,
        seen: Seen,
    },
    /// From this time after the connection was made, nothing moves in these directions, without notice.
    Stall {
        directions: Directions,
        from: Duration,
    },
    /// Connection refused.
    Refused,
    /// Dialling never completes.
    DialHangs,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the broker.
    Up,
    Down,
}

/// One or both directions.
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
    /// A connection without delays or faults.
    pub fn healthy() -> Self {
        Self { latency: Duration::ZERO, bite: None, close: Close::DeliversAll, fault: Fault::None }
    }

    /// Healthy except for this fault.
    pub fn with_fault(fault: Fault) -> Self {
        Self { fault, ..Self::healthy() }
    }

    /// Draws any weather.
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

    /// Whether nothing moves in this direction at this age of the connection.
    pub fn is_stalled(&self, direction: Direction, age: Duration) -> bool {
        let Fault::Stall { directions, from } = self.fault else { return false };
        let concerned = match directions {
            Directions::Both => true,
            Directions::Up => direction == Direction::Up,
            Directions::Down => direction == Direction::Down,
        };
        concerned && age >= from
    }

    /// The number of bytes in this direction before the cut.
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
