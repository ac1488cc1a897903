//! A buffer for output that is passed on in pieces if it grows large, so that the output for a large message is never
//! in memory as a whole.

use std::ops::{Deref, DerefMut};

/// Size at which a buffer is emptied, in bytes: more than any width in a format, so that text can still be padded.
const PIECE: usize = 64 << 10;

/// Size of the steps in which text is processed, in bytes.
pub const STEP: usize = 16 << 10;

/// A receiver of pieces.
pub type Taker<'a> = &'a mut dyn FnMut(&[u8]);

/// A buffer with an optional receiver.
pub struct Outlet<'a> {
    bytes: &'a mut Vec<u8>,
    /// Without a receiver everything stays in the buffer.
    taker: Option<Taker<'a>>,
    /// Number of bytes passed on.
    taken: u64,
    /// Position of the last mark in the buffer.
    marked: usize,
}

/// A position in the output.
#[derive(Clone, Copy, Debug)]
pub struct Mark(u64);

impl<'a> Outlet<'a> {
    /// Keeps everything in `bytes`.
    pub fn whole(bytes: &'a mut Vec<u8>) -> Self {
        Self { bytes, taker: None, taken: 0, marked: 0 }
    }

    /// Passes pieces to `taker`; `bytes` is an empty buffer for them.
    pub fn in_pieces(bytes: &'a mut Vec<u8>, taker: Taker<'a>) -> Self {
        Self { bytes, taker: Some(taker), taken: 0, marked: 0 }
    }

    /// The current position. Output after it stays until there is a whole piece, whatever is before it.
    pub fn mark(&mut self) -> Mark {
        self.marked = self.bytes.len();
        Mark(self.total())
    }

    /// Number of bytes appended since `mark`.
    pub fn since(&self, mark: Mark) -> usize {
        usize::try_from(self.total() - mark.0).unwrap_or(usize::MAX)
    }

    fn total(&self) -> u64 {
        self.taken + self.bytes.len() as u64
    }

    /// Earlier output will not be changed any more: passes it on if there is a whole piece.
    #[inline]
    pub fn relieve(&mut self) {
        if self.bytes.len() >= self.marked + PIECE {
            self.empty();
        }
    }

    /// Passes everything on.
    #[cold]
    pub fn empty(&mut self) {
        if let Some(taker) = &mut self.taker {
            taker(self.bytes);
            self.taken += self.bytes.len() as u64;
            self.bytes.clear();
            self.marked = 0;
        }
    }
}

impl Deref for Outlet<'_> {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        self.bytes
    }
}

impl DerefMut for Outlet<'_> {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        self.bytes
    }
}

/// Splits `bytes` into steps, without cutting characters.
#[inline]
pub fn steps(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (step, after) = rest.split_at(step_length(rest));
        rest = after;
        (!step.is_empty()).then_some(step)
    })
}

/// Splits `text` into steps.
#[inline]
pub fn text_steps(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (step, after) = rest.split_at(step_length(rest.as_bytes()));
        rest = after;
        (!step.is_empty()).then_some(step)
    })
}

#[inline]
fn step_length(bytes: &[u8]) -> usize {
    if bytes.len() <= STEP { bytes.len() } else { first_step(bytes) }
}

#[cold]
fn first_step(bytes: &[u8]) -> usize {
    // A character has at most three continuation bytes; if there are more, it is not text.
    let goes_on = |at: usize| bytes[at] & 0xc0 == 0x80;
    (STEP - 3..=STEP).rev().find(|&at| !goes_on(at)).unwrap_or(STEP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_leave_when_they_are_large_and_in_order() {
        let (mut bytes, mut out) = (Vec::new(), Vec::new());
        let mut take = |piece: &[u8]| out.push(piece.len());
        let mut outlet = Outlet::in_pieces(&mut bytes, &mut take);
        outlet.extend_from_slice(&[b'a'; PIECE - 1]);
        outlet.relieve();
        let mark = outlet.mark();
        outlet.extend_from_slice(&[b'b'; PIECE - 1]);
        outlet.relieve();
        // Everything after the mark is there.
        assert_eq!((outlet.len(), outlet.since(mark)), (2 * PIECE - 2, PIECE - 1));
        outlet.push(b'b');
        outlet.relieve();
        assert_eq!((outlet.len(), outlet.since(mark)), (0, PIECE));
        outlet.push(b'c');
        outlet.empty();
        assert_eq!(out, [2 * PIECE - 1, 1]);
    }

    #[test]
    fn without_a_taker_everything_stays() {
        let mut bytes = Vec::new();
        let mut outlet = Outlet::whole(&mut bytes);
        outlet.extend_from_slice(&[b'a'; 2 * PIECE]);
        outlet.relieve();
        outlet.empty();
        assert_eq!(bytes.len(), 2 * PIECE);
    }

    #[test]
    fn steps_are_all_of_it_and_cut_no_character() {
        for char in ["a", "\u{fc}", "\u{20ac}", "\u{1f600}"] {
            for shift in 0..4 {
                let text = "x".repeat(shift) + &char.repeat(STEP);
                assert_eq!(text_steps(&text).collect::<String>(), text);
                assert_eq!(steps(text.as_bytes()).collect::<Vec<_>>().concat(), text.as_bytes());
                assert!(steps(text.as_bytes()).all(|step| std::str::from_utf8(step).is_ok()));
                assert!(text_steps(&text).all(|step| step.len() <= STEP));
            }
        }
        let noise = [0x80; 3 * STEP];
        assert_eq!(steps(&noise).collect::<Vec<_>>().concat(), noise);
        assert_eq!(steps(b"").count(), 0);
    }
}
