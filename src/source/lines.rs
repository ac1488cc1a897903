//! Splits a stream of bytes at a delimiter, however the stream is split into reads.
//!
//! Exact: nothing is trimmed, empty pieces are kept, and a last piece without delimiter counts.

use bytes::Bytes;
use memchr::{memchr_iter, memmem::Finder};
use std::io;
use std::ops::Range;

/// Size of reads in bytes.
const READ_SIZE: usize = 64 << 10;

/// The delimiter.
enum Delimiter {
    Byte(u8),
    Text(Box<Finder<'static>>),
}

impl Delimiter {
    /// Its positions in `bytes` from `from` on.
    fn ends(&self, bytes: &[u8], from: usize) -> Vec<usize> {
        match self {
            Self::Byte(byte) => memchr_iter(*byte, bytes).map(|found| from + found).collect(),
            Self::Text(finder) => finder.find_iter(bytes).map(|found| from + found).collect(),
        }
    }

    /// Its length; at least 1.
    fn len(&self) -> usize {
        match self {
            Self::Byte(_) => 1,
            Self::Text(finder) => finder.needle().len(),
        }
    }
}

/// Consecutive pieces.
pub(super) struct Block {
    /// All pieces with their delimiters.
    pub(super) bytes: Bytes,
    /// The end of each piece, without its delimiter.
    ends: Vec<usize>,
    delimiter_len: usize,
}

impl Block {
    /// One piece without delimiter.
    pub(super) fn single(bytes: Bytes) -> Self {
        Self { ends: vec![bytes.len()], bytes, delimiter_len: 0 }
    }

    /// The pieces: the range of each in the block, and its size in bytes including the delimiter.
    pub(super) fn pieces(&self) -> impl ExactSizeIterator<Item = (Range<usize>, usize)> {
        let mut begin = 0;
        self.ends.iter().map(move |&end| {
            let piece = begin..end;
            begin = self.bytes.len().min(end + self.delimiter_len);
            let size = begin - piece.start;
            (piece, size)
        })
    }
}

/// Splits input into pieces.
pub(super) struct Splitter {
    delimiter: Delimiter,
    buffer: Vec<u8>,
    /// Number of bytes at the start of the buffer in which no delimiter starts.
    searched: usize,
}

impl Splitter {
    /// Splits at `delimiter`, which is not empty.
    pub(super) fn new(delimiter: &[u8]) -> Self {
        let delimiter = match delimiter {
            [byte] => Delimiter::Byte(*byte),
            text => Delimiter::Text(Box::new(Finder::new(text).into_owned())),
        };
        Self { delimiter, buffer: Vec::new(), searched: 0 }
    }

    /// Calls `read` to append input to the buffer, which has room for it; 0 is the end.
    pub(super) fn fill(
        &mut self,
        read: impl FnOnce(&mut Vec<u8>) -> io::Result<usize>,
    ) -> io::Result<usize> {
        self.buffer.reserve(READ_SIZE);
        read(&mut self.buffer)
    }

    /// The complete pieces in the buffer; bytes after the last delimiter are kept.
    pub(super) fn split(&mut self) -> Option<Block> {
        let delimiter_len = self.delimiter.len();
        let from = self.searched;
        let ends = self.delimiter.ends(&self.buffer[from..], from);
        let block = ends.last().map(|last| self.take(last + delimiter_len));
        // The rest may end with the start of a delimiter.
        self.searched = (self.buffer.len() + 1).saturating_sub(delimiter_len);
        block.map(|bytes| Block { bytes, ends, delimiter_len })
    }

    /// Removes the first `length` bytes of the buffer. A few bytes are copied, so that messages waiting for
    /// acknowledgement do not keep a mostly empty buffer.
    fn take(&mut self, length: usize) -> Bytes {
        if length < self.buffer.capacity() / 2 {
            let bytes = Bytes::copy_from_slice(&self.buffer[..length]);
            self.buffer.drain(..length);
            return bytes;
        }
        let rest = &self.buffer[length..];
        let mut next = Vec::with_capacity(rest.len() + READ_SIZE);
        next.extend_from_slice(rest);
        let mut block = std::mem::replace(&mut self.buffer, next);
        block.truncate(length);
        block.into()
    }

    /// The piece after the last delimiter, if there is one.
    pub(super) fn finish(&mut self) -> Option<Block> {
        let bytes = self.take(self.buffer.len());
        self.searched = 0;
        (!bytes.is_empty()).then(|| Block::single(bytes))
    }

    /// Size of the incomplete piece in bytes, possibly with part of its delimiter.
    pub(super) fn held(&self) -> usize {
        self.buffer.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Splits `text` after reading it in steps of these sizes, and checks the total size.
    fn split(
        delimiter: &[u8],
        text: &[u8],
        sizes: impl IntoIterator<Item = usize>,
    ) -> Vec<Vec<u8>> {
        let mut sizes = sizes.into_iter();
        let mut splitter = Splitter::new(delimiter);
        let mut rest = text;
        let mut blocks = Vec::new();
        while !rest.is_empty() {
            let size = sizes.next().unwrap_or(1).clamp(1, rest.len());
            let (mut chunk, more) = rest.split_at(size);
            splitter.fill(|buffer| io::Read::read_to_end(&mut chunk, buffer)).unwrap();
            blocks.extend(splitter.split());
            rest = more;
        }
        blocks.extend(splitter.finish());
        let taken: usize = blocks.iter().flat_map(Block::pieces).map(|(_, size)| size).sum();
        assert_eq!(taken, text.len());
        let pieces = blocks.iter().flat_map(|block| {
            block.pieces().map(|(piece, _)| block.bytes[piece].to_vec()).collect::<Vec<_>>()
        });
        pieces.collect()
    }

    /// Splits the whole text from left to right.
    fn naive(delimiter: &[u8], text: &[u8]) -> Vec<Vec<u8>> {
        let mut pieces = vec![Vec::new()];
        let mut rest = text;
        while let Some((first, more)) = rest.split_first() {
            if let Some(more) = rest.strip_prefix(delimiter) {
                pieces.push(Vec::new());
                rest = more;
            } else {
                pieces.last_mut().unwrap().push(*first);
                rest = more;
            }
        }
        if pieces.last().unwrap().is_empty() {
            pieces.pop();
        }
        pieces
    }

    #[test]
    fn nothing_is_trimmed_and_nothing_is_skipped() {
        let pieces = split(b"\n", b"a\0b\n\n \tc\r\n\xff", [100]);
        assert_eq!(pieces, [&b"a\0b"[..], b"", b" \tc\r", b"\xff"]);
        assert_eq!(split(b"\n", b"", []), [b""; 0]);
        assert_eq!(split(b"\n", b"\n", []), [b""]);
        assert_eq!(split(b"\r\n", b"a\rb\r\n\n\r\n\r", []), [&b"a\rb"[..], b"\n", b"\r"]);
        assert_eq!(split(b"aa", b"aaaaa", []), [&b""[..], b"", b"a"]);
    }

    #[test]
    fn a_long_piece_is_searched_once() {
        for delimiter in [&b"\n"[..], b"xx\n"] {
            let mut text = vec![b'x'; 5 << 20];
            text.extend_from_slice(delimiter);
            let pieces = split(delimiter, &text, std::iter::repeat(4 << 10));
            assert_eq!(pieces.len(), 1);
            assert_eq!(pieces[0].len(), 5 << 20);
        }
    }

    proptest! {
        #[test]
        fn chunks_make_no_difference(
            delimiter in proptest::collection::vec(b'a'..=b'c', 1..5),
            text in proptest::collection::vec(prop_oneof![b'a'..=b'c', any::<u8>()], 0..200),
            joints in proptest::collection::vec(any::<proptest::sample::Index>(), 0..10),
            sizes in proptest::collection::vec(1usize..20, 0..50),
        ) {
            let mut text = text;
            for joint in joints {
                let at = joint.index(text.len() + 1);
                text.splice(at..at, delimiter.iter().copied());
            }
            prop_assert_eq!(split(&delimiter, &text, sizes), naive(&delimiter, &text));
        }

        #[test]
        fn any_bytes_can_delimit(
            delimiter in proptest::collection::vec(any::<u8>(), 1..10),
            pieces in proptest::collection::vec(any::<Vec<u8>>(), 0..10),
            sizes in proptest::collection::vec(1usize..300, 0..50),
        ) {
            let text = pieces.join(&delimiter[..]);
            prop_assert_eq!(split(&delimiter, &text, sizes), naive(&delimiter, &text));
        }
    }
}
