//! The parts of a template.

use super::field::Field;
use crate::format::clock::PerSecond;

/// A part of a template.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Literal(Vec<u8>),
    Field(Field),
    /// `@X`.
    Time(PerSecond),
    /// `@N`.
    Nanoseconds,
}
