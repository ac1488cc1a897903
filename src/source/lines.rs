//! Splits a stream of bytes into records at a delimiter, however the stream is cut into reads.
//!
//! Exact: nothing is trimmed, an empty record is a record, a last one without delimiter counts.

use super::Record;
use bytes::BytesMut;
use memchr::memchr;
use std::io::{self, Read};

/// Bytes asked for at a time.
const READ_SIZE: usize = 64 << 10;

/// See the module.
pub(super) struct Splitter {
    delimiter: u8,
    buffer: BytesMut,
    /// Bytes at the front of the buffer known to hold no delimiter.
    searched: usize,
    position: u64,
}

impl Splitter {
    pub(super) fn new(delimiter: u8) -> Self {
        Self { delimiter, buffer: BytesMut::new(), searched: 0, position: 1 }
    }

    /// Reads once; 0 is the end.
    pub(super) fn fill(&mut self, reader: &mut impl Read) -> io::Result<usize> {
        let held = self.buffer.len();
        self.buffer.resize(held + READ_SIZE, 0);
        let result = reader.read(&mut self.buffer[held..]);
        self.buffer.truncate(held + *result.as_ref().unwrap_or(&0));
        result
    }

    /// The complete records in the buffer; what follows the last delimiter is kept.
    pub(super) fn split(&mut self) -> Vec<Record> {
        let mut ends = Vec::new();
        let mut from = self.searched;
        while let Some(found) = memchr(self.delimiter, &self.buffer[from..]) {
            ends.push(from + found);
            from += found + 1;
        }
        let Some(&last) = ends.last() else {
            self.searched = self.buffer.len();
            return Vec::new();
        };
        let block = self.buffer.split_to(last + 1).freeze();
        self.searched = self.buffer.len();
        let mut begin = 0;
        ends.into_iter()
            .map(|end| {
                let payload = block.slice(begin..end);
                begin = end + 1;
                self.record(payload)
            })
            .collect()
    }

    /// What follows the last delimiter, if anything does.
    pub(super) fn finish(mut self) -> Option<Record> {
        let rest = self.buffer.split().freeze();
        (!rest.is_empty()).then(|| self.record(rest))
    }

    /// Bytes of the record that is not complete.
    pub(super) fn held(&self) -> usize {
        self.buffer.len()
    }

    /// The number of the record that is not complete.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    fn record(&mut self, payload: bytes::Bytes) -> Record {
        let position = self.position;
        self.position += 1;
        Record { position, payload }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Splits `text` read in pieces of the given sizes.
    fn split(text: &[u8], mut sizes: impl Iterator<Item = usize>) -> Vec<(u64, Vec<u8>)> {
        let mut splitter = Splitter::new(b'\n');
        let mut rest = text;
        let mut records = Vec::new();
        while !rest.is_empty() {
            let size = sizes.next().unwrap_or(1).clamp(1, rest.len());
            let (mut piece, more) = rest.split_at(size);
            while splitter.fill(&mut piece).unwrap() > 0 {}
            records.extend(splitter.split());
            rest = more;
        }
        records.extend(splitter.finish());
        records.into_iter().map(|record| (record.position, record.payload.to_vec())).collect()
    }

    #[test]
    fn nothing_is_trimmed_and_nothing_is_skipped() {
        let whole = split(b"a\0b\n\n \tc\r\n\xff", [100].into_iter());
        let expected: [(u64, &[u8]); 4] = [(1, b"a\0b"), (2, b""), (3, b" \tc\r"), (4, b"\xff")];
        assert_eq!(whole, expected.map(|(position, payload)| (position, payload.to_vec())));
        assert_eq!(split(b"", [].into_iter()), []);
        assert_eq!(split(b"\n", [].into_iter()), [(1, Vec::new())]);
    }

    #[test]
    fn a_long_record_is_searched_once() {
        let mut text = vec![b'x'; 5 << 20];
        text.push(b'\n');
        let records = split(&text, std::iter::repeat(READ_SIZE));
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].1.len(), 5 << 20);
    }

    proptest! {
        #[test]
        fn chunks_make_no_difference(
            text in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200),
            sizes in proptest::collection::vec(1usize..20, 0..50),
        ) {
            let mut expected: Vec<_> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            if text.is_empty() || text.ends_with(b"\n") {
                expected.pop();
            }
            let found: Vec<_> = split(&text, sizes.into_iter()).into_iter().map(|(_, payload)| payload).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
