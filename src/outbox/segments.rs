//! Segments: files of consecutive records, each named after the number of its first record.

use super::folder::{Folder, RECORDS};
use anyhow::{Context, Result};
use memchr::memchr_iter;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

/// Digits of a file name: enough for every number, so that names sort as numbers.
const DIGITS: usize = 16;

/// Bytes to read at a time.
const BLOCK: usize = 256 << 10;

/// A file of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The number of its first record.
    pub start: u64,
    /// The number after its last record.
    pub end: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether it is closed: another process left it and waits for it to be removed.
    pub is_closed: bool,
}

/// The segments of an outbox, in order.
pub type Segments = VecDeque<Segment>;

/// The path of the segment that begins with this number.
pub fn path(folder: &Folder, start: u64) -> PathBuf {
    folder.path().join(format!("{start:0DIGITS$}.{RECORDS}"))
}

/// Finds all segments; each ends where the next one starts. An incomplete last record was never promised and is
/// ignored.
///
/// # Errors
/// If the directory or a segment cannot be read.
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

/// Files left by another process are read-only.
fn is_closed(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.mode() & 0o200 == 0)
}

/// The segment that holds a record.
pub fn holder(segments: &Segments, number: u64) -> Option<&Segment> {
    let at = segments.partition_point(|it| it.end <= number);
    segments.get(at).filter(|it| it.start <= number)
}

/// The size of a file of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Number of complete lines.
    pub lines: u64,
    /// Bytes in complete lines.
    pub whole: u64,
    /// Bytes in total.
    pub bytes: u64,
}

impl Count {
    /// Counts lines and bytes from the file's current position.
    ///
    /// # Errors
    /// If the file cannot be read.
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
