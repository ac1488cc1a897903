//! What is written to the directory of an outbox: segments, `state`, and what was refused. Used by one thread of the
//! process that has the lock.

use super::course::IDS;
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

/// Bytes after which `state` is written anew.
const STATE_LIMIT: u64 = 1 << 20;

/// The segment that is appended to.
struct Appended {
    start: u64,
    file: File,
    /// Its name is durable.
    is_synced: bool,
}

/// The files of an outbox.
pub struct Disk {
    folder: Folder,
    segment: Option<Appended>,
    state: File,
    state_bytes: u64,
    /// When `state` is written anew.
    state_limit: u64,
    /// What `state` says.
    marks: Marks,
}

/// What was there when an outbox was opened.
#[derive(Debug)]
pub struct Found {
    /// How far each message is.
    pub marks: Marks,
    /// All messages before this one are final, whatever happens to the machine.
    pub synced_first: u64,
    /// The number of the next message.
    pub end: u64,
    /// Where the records are.
    pub segments: Segments,
}

impl Disk {
    /// Opens what is in a directory, whose lock this process has. Segments whose messages are all final are removed.
    ///
    /// # Errors
    /// When it cannot be read or understood.
    pub fn open(folder: Folder) -> Result<(Self, Found)> {
        let path = folder.path().join(STATE);
        let about = || format!("cannot read {}", path.display());
        let mut bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                folder.replace(STATE, b"").with_context(|| cannot_write(&path))?;
                Vec::new()
            }
            read => read.with_context(about)?,
        };
        let mut marks = Marks::read(&bytes)
            .map_err(|line| anyhow!("{} line {line}: not a mark", path.display()))?;
        if marks.end() - marks.first > IDS {
            let last = marks.end() - 1;
            return Err(anyhow!("{}: message {last} cannot have been sent", path.display()));
        }
        bytes.truncate(bytes.iter().rposition(|it| *it == b'\n').map_or(0, |at| at + 1));
        // A file that begins with this mark was synced before it got its name.
        let head = bytes.split(|it| *it == b'\n').next().and_then(|it| str::from_utf8(it).ok());
        let synced_first = match head.and_then(|line| line.parse().ok()) {
            Some(Mark::First(first)) => first,
            _ => 1,
        };
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
            // What was not synced by whoever wrote it is acted upon now.
            let path = segments::path(&disk.folder, last.start);
            let sync =
                || disk.folder.sync_data(&File::open(&path)?).and_then(|()| disk.folder.sync());
            sync().with_context(|| cannot_write(&path))?;
            disk.sync_marks()?;
        }
        let found = Found { marks: disk.marks.clone(), synced_first, end, segments };
        Ok((disk, found))
    }

    /// The records that follow go to the segment that begins with this number.
    ///
    /// # Errors
    /// When it cannot be opened or made.
    pub fn append_to(&mut self, start: u64) -> Result<()> {
        if self.segment.as_ref().is_some_and(|it| it.start == start) {
            return Ok(());
        }
        let path = segments::path(&self.folder, start);
        let file = self.folder.append(&path).with_context(|| cannot_write(&path))?;
        // Whoever made it may have died before its name was durable.
        self.segment = Some(Appended { start, file, is_synced: false });
        Ok(())
    }

    /// Removes segments, the oldest first.
    ///
    /// # Errors
    /// When that fails.
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

    /// Takes over the records that others have left, from this number on: each file becomes a segment under its new name,
    /// which a crash cannot do by halves.
    ///
    /// # Errors
    /// When one of them cannot be read, understood or renamed.
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

    /// Writes the least that says the same, durably.
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
    /// Writes `state` anew when it has become long.
    ///
    /// # Errors
    /// When that fails.
    pub fn tidy(&mut self) -> Result<()> {
        if self.state_bytes >= self.state_limit { self.rewrite_state() } else { Ok(()) }
    }
}

/// How far whoever sends has come, for others to see: all messages before the first number are final, and the second is
/// that of the next message.
///
/// # Errors
/// When that cannot be read.
pub fn progress(folder: &Folder) -> Result<(u64, u64)> {
    // What is removed while it is looked at was final.
    let segments = segments::find(folder).unwrap_or_default();
    let path = folder.path().join(STATE);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        read => read.with_context(|| format!("cannot read {}", path.display()))?,
    };
    let marks = Marks::read(&bytes).unwrap_or_default();
    Ok((marks.first, segments.back().map_or(0, |it| it.end).max(marks.end())))
}

/// Cuts a file to what was promised.
fn cut(path: &Path, bytes: u64) -> Result<()> {
    let cut = || {
        let file = File::options().write(true).open(path)?;
        if file.metadata()?.len() > bytes { file.set_len(bytes) } else { Ok(()) }
    };
    cut().with_context(|| cannot_write(path))
}

/// Makes marks and segments agree; the number of the next message. What has no record any more is final: a segment goes
/// when all of it is. Where more is missing, it was written without syncs and went with the power.
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

/// Every line of a file must be a message.
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
