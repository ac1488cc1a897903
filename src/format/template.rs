//! mosquitto_sub's `-F` language, version 2.1: parsed once, printed for each message.
//!
//! ```text
//! %[-][0][width][.precision][separator]X    part X of the message
//! @X                                        strftime's %X in local time; @N nanoseconds, @@ an @
//! \X                                        \\ \0 \a \e \n \r \t \v
//! ```
//!
//! Letters after `@`: `a A b B c C d D e F g G h H I j k l m M n p P r R s S t T u U V w W x X y Y z Z %`, all that
//! glibc supports, as in the C locale. Others are refused; mosquitto 2.1 prints them.
//!
//! Output is the same as from mosquitto 2.1, except:
//!
//! * `-` adds no blanks without a width, or if the payload is wider in hexadecimal.
//! * `0` is ignored after `-`, as documented, even if a property is missing.
//! * Hexadecimal groups do not end with a separator, even if an empty payload is padded.
//! * `%E` and `%S` are unsigned. A precision on an integer means what it does in printf: the least number of digits.
//! * `%q %r %U %D %P %j %J %%` support a width. `%p`, `%D` and `%P` support a precision, in bytes; for `%U` it is the
//!   number of decimals.
//! * Texts are cut between characters; payloads and correlation data are bytes, and are cut anywhere.
//! * A `%f` or `%d` whose payload has the wrong length is still padded to its width.
//! * All times in a message are the same moment.
//! * `%j` and `%J` are always valid JSON; see `json`.
//! * Settings without effect are refused: a separator without groups, a precision on JSON. So are widths and precisions
//!   above 65,535. `0` on a text or on JSON is ignored.
//!
//! As in 2.1, a width also limits the number of payload bytes that `%p`, `%x` and `%X` show, and widths count bytes.

mod field;
mod hex;
mod json;
mod number;
mod padding;
mod parse;
mod piece;
#[cfg(test)]
mod tests;
mod text;
mod what;

use super::Look;
use super::clock::{Clock, Moment, write_digits};
use crate::message::Message;
use crate::misplaced::Misplaced;
use crate::outlet::Outlet;
use field::{Context, State};
use piece::Piece;
use std::str::FromStr;

/// A parsed format. Printing cannot fail.
#[derive(Clone, Debug)]
pub struct Template {
    pieces: Vec<Piece>,
    /// Whether it needs the time.
    timed: bool,
    /// Whether it contains colours.
    colored: bool,
    /// Whether the user has been told about unsuitable payloads.
    complained: bool,
    state: Box<State>,
}

impl FromStr for Template {
    type Err = Misplaced;

    fn from_str(text: &str) -> Result<Self, Misplaced> {
        Self::parse(text)
    }
}

impl Template {
    /// Parses `text`.
    ///
    /// # Errors
    /// When it is invalid, or contains something without effect.
    pub fn parse(text: &str) -> Result<Self, Misplaced> {
        let pieces = parse::pieces(text)?;
        let timed = pieces.iter().any(|piece| match piece {
            Piece::Literal(_) => false,
            Piece::Time(_) | Piece::Nanoseconds => true,
            Piece::Field(field) => field.is_timed(),
        });
        let colored = pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Literal(bytes) if bytes.contains(&0x1b)));
        let state = Box::new(State::new());
        Ok(Self { pieces, timed, colored, complained: false, state })
    }

    /// Whether it prints JSON.
    pub fn has_json(&self) -> bool {
        let is_json = |piece: &Piece| matches!(piece, Piece::Field(field) if field.is_json());
        self.pieces.iter().any(is_json)
    }

    /// Appends `message` to `out`.
    pub(super) fn write(
        &mut self,
        message: &Message<'_>,
        look: Look,
        clock: &mut Clock,
        out: &mut Outlet<'_>,
    ) {
        let moment = if self.timed { clock.read() } else { Moment::default() };
        let look = Look { color: look.color && !self.colored, ..look };
        let mut context = Context { message, look, moment, clock, state: &mut self.state };
        for piece in &mut self.pieces {
            match piece {
                Piece::Literal(bytes) => out.extend_from_slice(bytes),
                Piece::Time(text) => out.extend_from_slice(text.at(moment, context.clock)),
                Piece::Nanoseconds => write_nanoseconds(out, moment.nanosecond),
                Piece::Field(field) => field.write(&mut context, out),
            }
        }
    }

    /// See [`Format::complaint`](super::Format::complaint).
    pub(super) fn complaint(&mut self, message: &Message<'_>) -> Option<String> {
        if self.complained {
            return None;
        }
        let found = self.pieces.iter().find_map(|piece| match piece {
            Piece::Field(field) => field.complaint(message),
            _ => None,
        });
        self.complained = found.is_some();
        found
    }
}

fn write_nanoseconds(out: &mut Vec<u8>, nanosecond: u32) {
    let mut digits = [0; 9];
    write_digits(&mut digits, nanosecond);
    out.extend_from_slice(&digits);
}
