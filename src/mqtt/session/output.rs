//! Bytes to be written to a connection, and the packet boundaries in them.

use crate::mqtt::packet::decode::Frame;
use bytes::{Buf, BytesMut};
use std::ops::{Deref, DerefMut};
use zeroize::Zeroize;

/// Encoded packets. The first one may have been written in part.
#[derive(Default)]
pub(super) struct Output {
    bytes: BytesMut,
    /// Number of remaining bytes of a partly written packet.
    begun: usize,
    /// Whether the bytes are wiped when they are dropped.
    is_secret: bool,
}

impl Output {
    /// Wipes its bytes until it is empty for the first time.
    pub(super) fn secret() -> Self {
        Self { bytes: BytesMut::new(), begun: 0, is_secret: true }
    }

    fn wipe(&mut self, count: usize) {
        if self.is_secret {
            self.bytes[..count].zeroize();
            self.is_secret = count < self.bytes.len();
        }
    }

    /// Removes the first `count` bytes, which have been written.
    pub(super) fn wrote(&mut self, count: usize) {
        let mut end = self.begun;
        while end < count
            && count < self.bytes.len()
            && let Ok(Some(frame)) = Frame::read(&self.bytes[end..])
        {
            end += frame.total();
        }
        self.begun = end.saturating_sub(count);
        self.wipe(count);
        self.bytes.advance(count);
    }

    /// Drops every packet that has not been started, and returns how many bytes remain.
    pub(super) fn drop_unbegun(&mut self) -> usize {
        if self.is_secret {
            self.bytes[self.begun..].zeroize();
        }
        self.bytes.truncate(self.begun);
        self.begun
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.wipe(self.bytes.len());
    }
}

impl Deref for Output {
    type Target = BytesMut;

    fn deref(&self) -> &BytesMut {
        &self.bytes
    }
}

impl DerefMut for Output {
    fn deref_mut(&mut self) -> &mut BytesMut {
        &mut self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_that_was_begun_stays_and_those_behind_it_go() {
        let packets = [&[0x30, 5, 0, 1, b'a', 1, 2][..], &[0xc0, 0], &[0x30, 3, 0, 1, b'b']];
        let bytes = packets.concat();
        let starts = [0, 7, 9, bytes.len()];
        // Wherever the write is split in two.
        for first in 0..=bytes.len() {
            for both in first..=bytes.len() {
                let mut output = Output::default();
                output.extend_from_slice(&bytes);
                output.wrote(first);
                output.wrote(both - first);
                let end = starts.into_iter().find(|&start| start >= both).unwrap();
                assert_eq!(output.drop_unbegun(), end - both, "{first}, {both}");
                assert_eq!(&output[..], &bytes[both..end], "{first}, {both}");
            }
        }
    }
}
