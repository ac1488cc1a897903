//! Turns input into records, one read at a time.

use super::at_hand::AtHand;
use super::lines::Splitter;
use super::pieces::{Parcel, Pieces};
use super::record::SourceError;
use std::io;
use std::task::{Context, Poll};

/// Splits input into records.
pub(super) struct Reader {
    splitter: Splitter,
    pieces: Pieces,
}

/// The result of a read.
pub(super) struct Reading {
    /// The complete records.
    pub(super) parcel: Parcel,
    /// How the input ended, if it did.
    pub(super) end: Option<Result<(), SourceError>>,
}

impl Reader {
    pub(super) fn new(splitter: Splitter, pieces: Pieces) -> Self {
        Self { splitter, pieces }
    }

    /// Reads once, when input is available.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, stdin: &mut AtHand) -> Poll<Reading> {
        loop {
            let read = self.read(|buffer| match stdin.poll_read(cx, buffer) {
                Poll::Ready(result) => result,
                Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
            });
            match read {
                Ok(reading) => return Poll::Ready(reading),
                Err(io::ErrorKind::WouldBlock) => return Poll::Pending,
                Err(_) => {}
            }
        }
    }

    /// Calls `read` to append input to a buffer, which has room for it; 0 is the end.
    ///
    /// # Errors
    /// Errors of `read` after which there may be more input.
    pub(super) fn read(
        &mut self,
        read: impl FnOnce(&mut Vec<u8>) -> io::Result<usize>,
    ) -> Result<Reading, io::ErrorKind> {
        let is_end = match self.splitter.fill(read) {
            Ok(count) => count == 0,
            Err(error) => match error.kind() {
                kind @ (io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {
                    return Err(kind);
                }
                _ => {
                    let name = "standard input".to_owned();
                    let end = Some(Err(SourceError::Io { name, error }));
                    return Ok(Reading { parcel: Parcel::default(), end });
                }
            },
        };
        let block = if is_end { self.splitter.finish() } else { self.splitter.split() };
        let (parcel, result) =
            block.map_or_else(|| (Parcel::default(), Ok(())), |block| self.pieces.read(&block));
        let result = result.and_then(|()| self.pieces.check_held(self.splitter.held()));
        let end = (is_end || result.is_err()).then_some(result);
        Ok(Reading { parcel, end })
    }
}
