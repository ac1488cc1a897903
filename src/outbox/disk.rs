//! Writes the directory of an outbox: segments, `state`, and refused messages. Used by one thread of the process that
//! holds the lock.

use super::course::{AHEAD, IDS};
use super::folder::{Folder, STATE};
use super::line::Lines;
use super::marks::{Mark, Marks};
use super::segments::{self, Count, Segment, Segments};
use super::storage::Storage;
use anyhow::{Context, Result, anyhow};
use bytes::Bytes;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Size in bytes at which `state` is rewritten.
const STATE_LIMIT: u64 = 1 << 20;

/// The segment being appended to.
struct Appended {
    start: u64,
    file: File,
    /// Whether its name is durable.
    is_synced: bool,
}

/// The files of an outbox.
pub struct Disk {
    folder: Folder,
    segment: Option<Appended>,
    state: File,
    state_bytes: u64,
    /// Size in bytes at which `state` is rewritten.
    state_limit: u64,
    /// The contents of `state`.
    marks: Marks,
}

/// The contents of an outbox when it was opened.
#[derive(Debug)]
pub struct Found {
    /// The progress of each message.
    pub marks: Marks,
    /// All messages before this one are final, even after a power failure.
    pub synced_first: u64,
    /// The number of the next message.
    pub end: u64,
    /// The files that hold the records.
    pub segments: Segments,
}

impl Disk {
    /// Opens a directory whose lock this process holds, and removes the segments that are entirely final.
    ///
    /// # Errors
    /// If the directory cannot be read or understood.
    pub fn open(folder: Folder) -> Result<(Self, Found)> {
        folder.tidy();
        let path = folder.path().join(STATE);
        let (mut marks, bytes) = read_marks(&folder, &path)?;
        // A file that begins with this mark was synced before it was renamed into place.
        let head = bytes.split(|it| *it == b'\n').next().and_then(|it| str::from_utf8(it).ok());
        let synced_first = match head.and_then(|line| line.parse().ok()) {
            Some(Mark::First(first)) => first,
            _ => 1,
        };
        let about = || format!("cannot read {}", path.display());
        let state = folder.append(&path).with_context(about)?;
        state.set_len(bytes.len() as u64).with_context(about)?;
        let mut segments = segments::find(&folder)?;
        if let Some(last) = segments.back() {
            cut(&segments::path(&folder, last.start), last.bytes)?;
        }
        let end = reconcile(&mut marks, &segments);
        let mut disk = Self {
            folder,
            segment: None,
            state,
            state_bytes: bytes.len() as u64,
            state_limit: STATE_LIMIT,
            marks,
        };
        let is_new = |disk: &Self| disk.marks != Marks::read(&bytes).unwrap_or_default();
        let synced_first = match disk.marks.first >= synced_first + IDS / 2 || is_new(&disk) {
            true => {
                disk.rewrite_state()?;
                disk.marks.first
            }
            false => synced_first,
        };
        while let Some(segment) = segments.front()
            && segment.end <= disk.marks.first
        {
            disk.remove(segment.start)?;
            segments.pop_front();
        }
        if let Some(last) = segments.back() {
            // The previous process may have left data unsynced; sync it before acting on it.
            let path = segments::path(&disk.folder, last.start);
            let sync =
                || disk.folder.sync_data(&File::open(&path)?).and_then(|()| disk.folder.sync());
            sync().with_context(|| cannot_write(&path))?;
            disk.sync_marks()?;
        }
        let found = Found { marks: disk.marks.clone(), synced_first, end, segments };
        Ok((disk, found))
    }

    /// Appends further records to the segment that begins with this number.
    ///
    /// # Errors
    /// If the segment cannot be opened or created.
    pub fn append_to(&mut self, start: u64) -> Result<()> {
        if self.segment.as_ref().is_some_and(|it| it.start == start) {
            return Ok(());
        }
        let path = segments::path(&self.folder, start);
        let file = self.folder.append(&path).with_context(|| cannot_write(&path))?;
        // The process that created it may have died before the name was durable.
        self.segment = Some(Appended { start, file, is_synced: false });
        Ok(())
    }

    /// Removes segments, oldest first.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn remove_all(&mut self, starts: &[u64]) -> Result<()> {
        starts.iter().try_for_each(|start| self.remove(*start))
    }

    fn remove(&mut self, start: u64) -> Result<()> {
        self.segment.take_if(|it| it.start == start);
        let path = segments::path(&self.folder, start);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(anyhow::Error::new(error).context(cannot_write(&path)))
            }
            _ => Ok(()),
        }
    }

    /// Takes over the records that others have left, numbering them from `start` on. Each file becomes a segment by a
    /// rename, which is atomic.
    ///
    /// # Errors
    /// If a file cannot be read, understood or renamed.
    pub fn take(&mut self, files: &[PathBuf], mut start: u64) -> Result<Segments> {
        let mut taken = Segments::new();
        for path in files {
            let about = || format!("cannot read {}", path.display());
            let file = File::open(path).with_context(about)?;
            let Count { lines, whole, bytes } = Count::of(&file).with_context(about)?;
            if whole < bytes {
                return Err(anyhow!("{} line {}: it has no end", path.display(), lines + 1));
            }
            check(path)?;
            let segment = segments::path(&self.folder, start);
            fs::rename(path, &segment).with_context(|| cannot_write(&segment))?;
            if lines == 0 {
                fs::remove_file(&segment).with_context(|| cannot_write(&segment))?;
                continue;
            }
            self.segment = None;
            taken.push_back(Segment { start, end: start + lines, bytes, is_closed: true });
            start += lines;
        }
        self.folder.sync().with_context(|| cannot_write(self.folder.path()))?;
        Ok(taken)
    }

    /// Rewrites `state` durably, in its shortest form.
    fn rewrite_state(&mut self) -> Result<()> {
        let lines: String = self.marks.lines().iter().map(|mark| format!("{mark}\n")).collect();
        let path = self.folder.path().join(STATE);
        let rewrite = || {
            self.folder.replace(STATE, lines.as_bytes())?;
            self.folder.append(&path)
        };
        self.state = rewrite().with_context(|| cannot_write(&path))?;
        self.state_bytes = lines.len() as u64;
        self.state_limit = STATE_LIMIT.max(2 * self.state_bytes);
        Ok(())
    }
}

impl Storage for Disk {
    type Error = anyhow::Error;

    fn append_records(&mut self, records: &[u8]) -> Result<()> {
        let Some(segment) = &mut self.segment else { return Err(anyhow!("there is no segment")) };
        let path = segments::path(&self.folder, segment.start);
        segment.file.write_all(records).with_context(|| cannot_write(&path))
    }

    fn sync_records(&mut self) -> Result<()> {
        let Some(segment) = &mut self.segment else { return Ok(()) };
        let path = segments::path(&self.folder, segment.start);
        self.folder.sync_data(&segment.file).with_context(|| cannot_write(&path))?;
        if !std::mem::replace(&mut segment.is_synced, true) {
            self.folder.sync().with_context(|| cannot_write(self.folder.path()))?;
        }
        Ok(())
    }

    fn keep_refused(&mut self, lines: &[u8]) -> Result<()> {
        let path = self.folder.refused();
        let append = || {
            let is_new = !path.exists();
            let mut file = self.folder.append(&path)?;
            file.write_all(lines)?;
            self.folder.sync_data(&file)?;
            if is_new { self.folder.sync() } else { Ok(()) }
        };
        append().with_context(|| cannot_write(&path))
    }

    fn append_marks(&mut self, marks: &[u8]) -> Result<()> {
        let path = self.folder.path().join(STATE);
        self.state.write_all(marks).with_context(|| cannot_write(&path))?;
        self.state_bytes += marks.len() as u64;
        let text = str::from_utf8(marks).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).for_each(|it| self.marks.apply(it));
        Ok(())
    }

    fn sync_marks(&mut self) -> Result<()> {
        if self.state_bytes >= self.state_limit {
            return self.rewrite_state();
        }
        let path = self.folder.path().join(STATE);
        self.folder.sync_data(&self.state).with_context(|| cannot_write(&path))
    }
}

impl Disk {
    /// Rewrites `state` if it has grown too long.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn tidy(&mut self) -> Result<()> {
        if self.state_bytes >= self.state_limit { self.rewrite_state() } else { Ok(()) }
    }
}

/// The sender's progress, as other processes see it: the first number that is not final, and the number of the next
/// message.
///
/// # Errors
/// If the files cannot be read.
pub fn progress(folder: &Folder) -> Result<(u64, u64)> {
    // A segment that disappears during the search was final.
    let segments = segments::find(folder).unwrap_or_default();
    let path = folder.path().join(STATE);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        read => read.with_context(|| format!("cannot read {}", path.display()))?,
    };
    let marks = Marks::read(&bytes).unwrap_or_default();
    Ok((marks.first, segments.back().map_or(0, |it| it.end).max(marks.end())))
}

/// Truncates a file to its complete lines.
fn cut(path: &Path, bytes: u64) -> Result<()> {
    let cut = || {
        let file = File::options().write(true).open(path)?;
        if file.metadata()?.len() > bytes { file.set_len(bytes) } else { Ok(()) }
    };
    cut().with_context(|| cannot_write(path))
}

/// The marks in the state file, which is created if it is missing, and its complete lines.
fn read_marks(folder: &Folder, path: &Path) -> Result<(Marks, Vec<u8>)> {
    let mut bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            folder.replace(STATE, b"").with_context(|| cannot_write(path))?;
            Vec::new()
        }
        read => read.with_context(|| format!("cannot read {}", path.display()))?,
    };
    let marks = Marks::read(&bytes)
        .map_err(|line| anyhow!("{} line {line}: not a mark", path.display()))?;
    if marks.end() - marks.first > IDS + AHEAD {
        let last = marks.end() - 1;
        return Err(anyhow!("{}: message {last} cannot have been sent", path.display()));
    }
    bytes.truncate(bytes.iter().rposition(|it| *it == b'\n').map_or(0, |at| at + 1));
    Ok((marks, bytes))
}

/// Makes marks and segments agree, and returns the number of the next message. Segments are removed only when they are
/// entirely final, so a missing segment at the front means final messages. Records missing at the end were written
/// without syncs and lost in a power failure.
fn reconcile(marks: &mut Marks, segments: &Segments) -> u64 {
    let end = segments.back().map_or(0, |it| it.end);
    let next = end.max(marks.end());
    match segments.front() {
        None => marks.apply(Mark::First(next)),
        Some(segment) => {
            marks.apply(Mark::First(segment.start));
            (end.max(marks.first)..next).for_each(|number| marks.apply(Mark::Done(number)));
        }
    }
    next
}

/// Checks that every line of a file is a message.
fn check(path: &Path) -> Result<()> {
    use std::io::BufRead as _;
    let about = || format!("cannot read {}", path.display());
    let mut file = io::BufReader::new(File::open(path).with_context(about)?);
    let mut lines = Lines::default();
    for at in 1.. {
        let mut line = Vec::new();
        if file.read_until(b'\n', &mut line).with_context(about)? == 0 {
            break;
        }
        line.pop_if(|it| *it == b'\n');
        lines
            .read(&Bytes::from(line))
            .map_err(|cause| anyhow!("{} line {at}: {cause}", path.display()))?;
    }
    Ok(())
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
