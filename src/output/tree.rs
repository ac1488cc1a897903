//! Many files below one directory, for `--files`: each record is appended to the file that its path names.
//!
//! Symbolic links are never followed, so nothing is written outside the directory. At most [`MOST_OPEN`] files are open
//! at once. Missing directories below the given one are created.

use super::block::Routed;
use crate::os_error;
pub(super) use os::Directory;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Largest number of files open at once.
const MOST_OPEN: usize = 64;

/// Largest number of closed files whose numbers are remembered.
const MOST_CLOSED: usize = 1 << 16;

/// Least number of digits in the name of a rotated file. No name that comes from a topic may end like one.
pub const DIGITS: usize = 4;

/// How files are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keeping {
    /// Size in bytes at which a new file is begun.
    pub rotate: Option<u64>,
    /// Sync what was written before reporting it as written.
    pub sync: bool,
}

/// A directory, and the files below it that were written to most recently.
#[derive(Debug)]
pub(super) struct Tree {
    path: PathBuf,
    directory: Directory,
    keeping: Keeping,
    open: HashMap<Box<str>, Open>,
    /// With rotation, the numbers of files that were closed: a directory is searched only once for each.
    closed: HashMap<Box<str>, u32>,
    /// Counts accesses, to find the file that was unused for longest.
    uses: u64,
    /// Records to be written to one file.
    batch: Vec<u8>,
}

#[derive(Debug)]
struct Open {
    file: File,
    size: u64,
    /// The number of the rotated file; 0 if none was rotated yet.
    number: u32,
    used: u64,
}

impl Tree {
    /// Prepares to write below the directory `path`.
    ///
    /// # Errors
    /// If it is not a directory or cannot be searched.
    pub(super) fn open(path: &Path, keeping: Keeping) -> io::Result<Self> {
        let directory = os::directory(path)?;
        Ok(Self {
            path: path.to_owned(),
            directory,
            keeping,
            open: HashMap::new(),
            closed: HashMap::new(),
            uses: 0,
            batch: Vec::new(),
        })
    }

    /// Another handle to the directory.
    ///
    /// # Errors
    /// If there are no more file descriptors.
    pub(super) fn directory(&self) -> io::Result<Directory> {
        os::again(&self.directory)
    }

    /// Writes records, grouped by file.
    ///
    /// # Errors
    /// The first error, with the name of the file; some of the records may have been written.
    pub(super) fn write(&mut self, bytes: &[u8], routed: &[Routed]) -> io::Result<()> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut files: Vec<(&str, Vec<Range<usize>>)> = Vec::new();
        let mut start = 0;
        for Routed { path, end } in routed {
            let place = *places.entry(path).or_insert_with(|| {
                files.push((path, Vec::new()));
                files.len() - 1
            });
            files[place].1.push(start..*end);
            start = *end;
        }
        for (path, records) in files {
            let records = records.into_iter().map(|range| &bytes[range]);
            self.append(path, records).map_err(|error| self.named(path, &error))?;
        }
        Ok(())
    }

    fn named(&self, path: &str, error: &io::Error) -> io::Error {
        let path = self.path.join(path);
        let cause = os_error::plain(error);
        io::Error::new(error.kind(), format!("{}: {cause}", path.display()))
    }

    fn append<'a>(
        &mut self,
        path: &str,
        records: impl Iterator<Item = &'a [u8]>,
    ) -> io::Result<()> {
        let mut batch = std::mem::take(&mut self.batch);
        batch.clear();
        let mut result = Ok(());
        for record in records {
            if self.is_over(path, batch.len(), record.len())? {
                result = self.flush(path, &mut batch).and_then(|()| self.next(path));
                if result.is_err() {
                    break;
                }
            }
            batch.extend_from_slice(record);
        }
        let result = result.and_then(|()| self.flush(path, &mut batch));
        self.batch = batch;
        result
    }

    /// Whether another record would make the file too large.
    fn is_over(&mut self, path: &str, waiting: usize, record: usize) -> io::Result<bool> {
        let Some(most) = self.keeping.rotate else { return Ok(false) };
        let size = self.file(path)?.size + waiting as u64;
        Ok(size > 0 && size + record as u64 > most)
    }

    fn flush(&mut self, path: &str, batch: &mut Vec<u8>) -> io::Result<()> {
        let sync = self.keeping.sync;
        let open = self.file(path)?;
        open.file.write_all(batch)?;
        open.size += batch.len() as u64;
        batch.clear();
        if sync { open.file.sync_data() } else { Ok(()) }
    }

    /// The open file for `path`.
    fn file(&mut self, path: &str) -> io::Result<&mut Open> {
        self.uses += 1;
        if !self.open.contains_key(path) {
            if self.open.len() >= MOST_OPEN {
                self.close_oldest();
            }
            let number = self.with_room(|tree| tree.newest(path))?;
            let open = self.with_room(|tree| tree.open_numbered(path, number))?;
            self.open.insert(path.into(), open);
        }
        let uses = self.uses;
        let open = self.open.get_mut(path).ok_or(io::ErrorKind::NotFound)?;
        open.used = uses;
        Ok(open)
    }

    /// Closes other files while the system allows no more to be open.
    fn with_room<T>(&mut self, mut open: impl FnMut(&mut Self) -> io::Result<T>) -> io::Result<T> {
        loop {
            match open(self) {
                Err(error) if os_error::is_too_many_files(&error) && !self.open.is_empty() => {
                    self.close_oldest();
                }
                result => return result,
            }
        }
    }

    fn close_oldest(&mut self) {
        let oldest = self.open.iter().min_by_key(|(_, open)| open.used);
        let oldest = oldest.map(|(path, _)| path.clone());
        let Some((path, open)) = oldest.and_then(|path| self.open.remove_entry(&path)) else {
            return;
        };
        if self.keeping.rotate.is_some() {
            if self.closed.len() >= MOST_CLOSED {
                self.closed.clear();
            }
            self.closed.insert(path, open.number);
        }
    }

    fn open_numbered(&self, path: &str, number: u32) -> io::Result<Open> {
        let file = os::open_below(&self.directory, &numbered(path, number))?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok(Open { file, size: metadata.len(), number, used: self.uses })
    }

    /// The number of the newest file for `path`. Older ones may be missing.
    fn newest(&mut self, path: &str) -> io::Result<u32> {
        if self.keeping.rotate.is_none() {
            return Ok(0);
        }
        if let Some(number) = self.closed.remove(path) {
            return Ok(number);
        }
        let (stem, extension) = parts(path.rsplit_once('/').map_or(path, |(_, name)| name));
        let number_in = |name: &str| {
            let digits = name.strip_prefix(stem)?.strip_prefix('-')?.strip_suffix(extension)?;
            let is_number = digits.len() >= DIGITS && digits.bytes().all(|it| it.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|_| is_number)
        };
        let mut newest = 0;
        os::list_beside(&self.directory, path, |name| {
            newest = newest.max(number_in(name).unwrap_or(0));
        })?;
        Ok(newest)
    }

    /// Begins the next file for `path`.
    fn next(&mut self, path: &str) -> io::Result<()> {
        let number = self.file(path)?.number + 1;
        let open = self.with_room(|tree| tree.open_numbered(path, number))?;
        self.open.insert(path.into(), open);
        Ok(())
    }

    /// Syncs all open files.
    ///
    /// # Errors
    /// The first error, with the name of the file.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.open.iter().try_for_each(|(path, open)| {
            open.file.sync_all().map_err(|error| self.named(path, &error))
        })
    }
}

/// Turns `a/b.log` into `a/b-0001.log`.
fn numbered(path: &str, number: u32) -> String {
    if number == 0 {
        return path.to_owned();
    }
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let (stem, extension) = parts(&path[name..]);
    format!("{}{stem}-{number:0DIGITS$}{extension}", &path[..name])
}

/// A file's name up to its extension, and the extension with its dot, if it has one.
fn parts(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    }
}

#[cfg(unix)]
mod os {
    use rustix::fs::{AtFlags, Dir, Mode, OFlags, mkdirat, openat, statat};
    use rustix::io::Errno;
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};
    use std::path::Path;

    /// An open directory.
    pub(crate) type Directory = File;

    /// Follow no links, and keep descriptors from child processes.
    const SAFE: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC);

    pub(super) fn directory(path: &Path) -> io::Result<Directory> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
    }

    pub(super) fn again(directory: &Directory) -> io::Result<Directory> {
        directory.try_clone()
    }

    /// Opens the file at `path` below `directory` for appending; creates it and its directories if necessary.
    pub(super) fn open_below(directory: &Directory, path: &str) -> io::Result<File> {
        let (below, name) = descend(directory, path)?;
        let file = match &below {
            None => create(directory, name)?,
            Some(below) => create(below, name)?,
        };
        Ok(File::from(file))
    }

    /// Calls `see` with each name in the directory of the file at `path`.
    pub(super) fn list_beside(
        directory: &Directory,
        path: &str,
        mut see: impl FnMut(&str),
    ) -> io::Result<()> {
        let mut names = match descend(directory, path)?.0 {
            None => Dir::read_from(directory)?,
            Some(below) => Dir::read_from(below)?,
        };
        while let Some(entry) = names.read() {
            if let Ok(name) = entry?.file_name().to_str() {
                see(name);
            }
        }
        Ok(())
    }

    /// Enters the directories of `path`, and returns the last of them, if there are any, and the name of the file.
    fn descend<'a>(directory: &Directory, path: &'a str) -> io::Result<(Option<OwnedFd>, &'a str)> {
        let Some((above, name)) = path.rsplit_once('/') else { return Ok((None, path)) };
        let mut below: Option<OwnedFd> = None;
        for level in above.split('/').filter(|level| !level.is_empty()) {
            below = Some(match &below {
                None => enter(directory, level)?,
                Some(below) => enter(below, level)?,
            });
        }
        Ok((below, name))
    }

    /// Opens a directory, creating it if necessary. If a file has that name, uses another name.
    fn enter(directory: impl AsFd, name: &str) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | SAFE;
        let enter = |name: &str| match openat(&directory, name, flags, Mode::empty()) {
            Err(Errno::NOENT) => {
                match mkdirat(&directory, name, Mode::RWXU) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(error),
                }
                openat(&directory, name, flags, Mode::empty())
            }
            result => result,
        };
        match enter(name) {
            Err(Errno::NOTDIR) if !is_link(&directory, name) => Ok(enter(&other(name))?),
            result => Ok(result?),
        }
    }

    fn create(directory: impl AsFd, name: &str) -> io::Result<OwnedFd> {
        // O_NONBLOCK: opening a FIFO must not wait for a reader.
        let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::NONBLOCK | SAFE;
        let mode = Mode::RUSR | Mode::WUSR;
        match openat(&directory, name, flags, mode) {
            Err(Errno::ISDIR) => Ok(openat(&directory, other(name), flags, mode)?),
            result => Ok(result?),
        }
    }

    fn is_link(directory: impl AsFd, name: &str) -> bool {
        let kind = |status: rustix::fs::Stat| rustix::fs::FileType::from_raw_mode(status.st_mode);
        statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|status| kind(status) == rustix::fs::FileType::Symlink)
    }

    /// The same name with its first byte escaped, which no topic produces otherwise.
    fn other(name: &str) -> String {
        let mut chars = name.chars();
        match chars.next() {
            Some(first) if first.is_ascii() && first != '%' => {
                format!("%{:02X}{}", first as u32, chars.as_str())
            }
            _ => format!("%25{}", name.strip_prefix('%').unwrap_or(name)),
        }
    }
}

#[cfg(not(unix))]
mod os {
    use std::fs::{self, File};
    use std::io;
    use std::path::{Path, PathBuf};

    /// The path of a directory.
    pub(crate) type Directory = PathBuf;

    pub(super) fn directory(path: &Path) -> io::Result<Directory> {
        fs::read_dir(path)?;
        Ok(path.to_owned())
    }

    pub(super) fn again(directory: &Directory) -> io::Result<Directory> {
        Ok(directory.clone())
    }

    /// Opens the file at `path` below `directory` for appending; creates it and its directories if necessary.
    pub(super) fn open_below(directory: &Directory, path: &str) -> io::Result<File> {
        let path = directory.join(path);
        if let Some(above) = path.parent() {
            fs::create_dir_all(above)?;
        }
        File::options().append(true).create(true).open(path)
    }

    /// Calls `see` with each name in the directory of the file at `path`.
    pub(super) fn list_beside(
        directory: &Directory,
        path: &str,
        mut see: impl FnMut(&str),
    ) -> io::Result<()> {
        let path = directory.join(path);
        match path.parent().map(fs::read_dir) {
            Some(Ok(names)) => names
                .flatten()
                .filter_map(|it| it.file_name().into_string().ok())
                .for_each(|it| see(&it)),
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(())
    }
}
