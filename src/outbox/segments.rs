//! Segments: the files with records, one after the other, each named after the number of its first record.

use super::folder::{Folder, RECORDS};
use anyhow::{Context, Result};
use memchr::memchr_iter;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

/// Digits of a name: more than there will ever be, so that names sort as numbers.
const DIGITS: usize = 16;

/// Bytes read at a time.
const BLOCK: usize = 256 << 10;

/// A file with records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The number of its first record.
    pub start: u64,
    /// The number after its last record.
    pub end: u64,
    /// Its size.
    pub bytes: u64,
    /// Nothing is appended to it: another process has left it, and waits for it to go.
    pub is_closed: bool,
}

/// The segments of an outbox, in the order of their records.
pub type Segments = VecDeque<Segment>;

/// Where the segment is that begins with this number.
pub fn path(folder: &Folder, start: u64) -> PathBuf {
    folder.path().join(format!("{start:0DIGITS$}.{RECORDS}"))
}

/// Finds all segments; the end of each is the start of the next. A last record without its end was never promised, and
/// does not count.
///
/// # Errors
/// When they cannot be read.
pub fn find(folder: &Folder) -> Result<Segments> {
    let about = || format!("cannot read {}", folder.path().display());
    let mut starts = Vec::new();
    for entry in fs::read_dir(folder.path()).with_context(about)? {
        let name = entry.with_context(about)?.file_name();
        let stem = name.to_str().and_then(|name| name.strip_suffix(&format!(".{RECORDS}")));
        let digits =
            stem.filter(|it| it.len() == DIGITS && it.bytes().all(|it| it.is_ascii_digit()));
        starts.extend(digits.and_then(|digits| digits.parse::<u64>().ok()));
    }
    starts.sort_unstable();
    let mut segments = Segments::new();
    for (at, &start) in starts.iter().enumerate() {
        let path = path(folder, start);
        let about = || format!("cannot read {}", path.display());
        let segment = match starts.get(at + 1) {
            Some(&end) => {
                let bytes = fs::metadata(&path).with_context(about)?.len();
                Segment { start, end, bytes, is_closed: true }
            }
            None => {
                let file = File::open(&path).with_context(about)?;
                let Count { lines, whole, .. } = Count::of(&file).with_context(about)?;
                let is_closed = is_closed(&file).with_context(about)?;
                Segment { start, end: start + lines, bytes: whole, is_closed }
            }
        };
        segments.push_back(segment);
    }
    Ok(segments)
}

/// What another process has left is read-only.
fn is_closed(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.mode() & 0o200 == 0)
}

/// The segment that a record is in.
pub fn holder(segments: &Segments, number: u64) -> Option<&Segment> {
    let at = segments.partition_point(|it| it.end <= number);
    segments.get(at).filter(|it| it.start <= number)
}

/// What is in a file with lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Lines with an end.
    pub lines: u64,
    /// Bytes of these.
    pub whole: u64,
    /// Bytes in all.
    pub bytes: u64,
}

impl Count {
    /// Counts what is in a file from where it stands.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(mut file: &File) -> io::Result<Self> {
        let mut count = Self { lines: 0, whole: 0, bytes: 0 };
        let mut block = vec![0; BLOCK];
        loop {
            let size = file.read(&mut block)?;
            if size == 0 {
                return Ok(count);
            }
            for at in memchr_iter(b'\n', &block[..size]) {
                count.lines += 1;
                count.whole = count.bytes + at as u64 + 1;
            }
            count.bytes += size as u64;
        }
    }
}
