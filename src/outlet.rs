//! Bytes on their way out: they are appended to a buffer, and leave it in pieces where they are many, so that what is
//! made of a large message is never in memory as a whole.

use std::ops::{Deref, DerefMut};

/// Bytes after which a buffer is emptied: more than any width in a format, so that what is filled up is still there.
const PIECE: usize = 64 << 10;

/// Bytes of a text that are worked on at a time.
pub const STEP: usize = 16 << 10;

/// Who takes pieces.
pub type Taker<'a> = &'a mut dyn FnMut(&[u8]);

/// A buffer, and who takes what it holds.
pub struct Outlet<'a> {
    bytes: &'a mut Vec<u8>,
    /// Without it everything stays.
    taker: Option<Taker<'a>>,
    /// Bytes that were taken.
    taken: u64,
    /// Where the last mark stands in the buffer.
    marked: usize,
}

/// A place in all that goes out.
#[derive(Clone, Copy, Debug)]
pub struct Mark(u64);

impl<'a> Outlet<'a> {
    /// Everything stays in `bytes`.
    pub fn whole(bytes: &'a mut Vec<u8>) -> Self {
        Self { bytes, taker: None, taken: 0, marked: 0 }
    }

    /// Pieces go to `taker`, by way of `bytes`, which is empty.
    pub fn in_pieces(bytes: &'a mut Vec<u8>, taker: Taker<'a>) -> Self {
        Self { bytes, taker: Some(taker), taken: 0, marked: 0 }
    }

    /// This place. What comes after it stays until it is a piece, whatever is before it.
    pub fn mark(&mut self) -> Mark {
        self.marked = self.bytes.len();
        Mark(self.total())
    }

    /// Bytes that were appended since `mark`.
    pub fn since(&self, mark: Mark) -> usize {
        usize::try_from(self.total() - mark.0).unwrap_or(usize::MAX)
    }

    fn total(&self) -> u64 {
        self.taken + self.bytes.len() as u64
    }

    /// Nothing of the last moments has to be changed any more: the buffer is emptied if there is a piece in it.
    #[inline]
    pub fn relieve(&mut self) {
        if self.bytes.len() >= self.marked + PIECE {
            self.empty();
        }
    }

    /// Has everything taken.
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

/// The parts of `bytes` that are worked on at a time. No character is cut.
#[inline]
pub fn steps(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (step, after) = rest.split_at(step_length(rest));
        rest = after;
        (!step.is_empty()).then_some(step)
    })
}

/// The parts of `text` that are worked on at a time.
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
    // After its first, a character has at most three bytes, all of this form; where there are more, it is no text.
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
        // All that came after the mark is there.
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
