//! Reads records of an outbox by number, usually in sequence.

use super::folder::Folder;
use super::line::Lines;
use super::segments::{self, Count, Segments};
use anyhow::{Context, Result, anyhow};
use bytes::{Bytes, BytesMut};
use memchr::memchr;
use std::fs::File;
use std::io::Read as _;

/// Bytes to read at a time.
const BLOCK: usize = 256 << 10;

/// Reads records by number.
pub struct Reader {
    folder: Folder,
    open: Option<Open>,
}

/// The segment being read.
struct Open {
    file: File,
    start: u64,
    /// The number of the next record.
    number: u64,
    buffer: BytesMut,
}

impl Reader {
    /// Creates a reader for the records in a directory.
    pub fn new(folder: Folder) -> Self {
        Self { folder, open: None }
    }

    /// Returns the record with this number as a line without its end, or `None` if it falls into a gap in `segments`.
    ///
    /// # Errors
    /// If the record cannot be read or is missing.
    pub fn read(&mut self, number: u64, segments: &Segments) -> Result<Option<Bytes>> {
        let Some(segment) = segments::holder(segments, number) else { return Ok(None) };
        let path = segments::path(&self.folder, segment.start);
        let about = || format!("cannot read {}", path.display());
        let is_next = |open: &Open| open.start == segment.start && open.number <= number;
        let mut open = match self.open.take().filter(is_next) {
            Some(open) => open,
            None => Open {
                file: File::open(&path).with_context(about)?,
                start: segment.start,
                number: segment.start,
                buffer: BytesMut::new(),
            },
        };
        loop {
            let line = open.line().with_context(about)?;
            let at = open.number - 1;
            if at == number {
                self.open = Some(open);
                return Ok(Some(line));
            }
        }
    }

    /// Reads every record from `first` on, except those for which `is_done` returns true.
    ///
    /// # Errors
    /// The first record that cannot be read or understood, with file and line. So is one that has the number of another,
    /// in the next segment.
    pub fn check(
        &mut self,
        first: u64,
        segments: &Segments,
        is_done: impl Fn(u64) -> bool,
    ) -> Result<()> {
        let mut lines = Lines::default();
        for segment in segments.iter().filter(|it| it.end > first) {
            for number in segment.start.max(first)..segment.end {
                if is_done(number) {
                    continue;
                }
                let Some(line) = self.read(number, segments)? else { continue };
                if let Err(cause) = lines.read(&line) {
                    let path = segments::path(&self.folder, segment.start);
                    let at = number - segment.start + 1;
                    return Err(anyhow!("{} line {at}: {cause}", path.display()));
                }
            }
            let path = segments::path(&self.folder, segment.start);
            let about = || format!("cannot read {}", path.display());
            let file = File::open(&path).with_context(about)?;
            let own = segment.end - segment.start;
            if Count::of(&file).with_context(about)?.lines > own {
                let (path, line) = (path.display(), own + 1);
                return Err(anyhow!("{path} line {line}: the next file begins with this message"));
            }
        }
        Ok(())
    }
}

impl Open {
    /// Reads the next line.
    fn line(&mut self) -> Result<Bytes> {
        let mut seen = 0;
        loop {
            if let Some(at) = memchr(b'\n', &self.buffer[seen..]) {
                let line = self.buffer.split_to(seen + at).freeze();
                let _ = self.buffer.split_to(1);
                self.number += 1;
                return Ok(line);
            }
            seen = self.buffer.len();
            // Lines longer than a block are read in growing steps.
            let more = BLOCK.max(seen);
            self.buffer.resize(seen + more, 0);
            let size = self.file.read(&mut self.buffer[seen..])?;
            self.buffer.truncate(seen + size);
            if size == 0 {
                return Err(anyhow!("line {} is missing", self.number - self.start + 1));
            }
        }
    }
}
