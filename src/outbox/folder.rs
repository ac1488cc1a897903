//! The directory of an outbox: created and checked here, locked by the sender, and the place where others leave
//! messages.

use anyhow::{Context, Result};
use rustix::fs::{FlockOperation, flock};
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file with the progress of each message.
pub const STATE: &str = "state";

/// The directory where other processes leave messages.
const NEW: &str = "new";

/// The file for messages that were given up.
const REFUSED: &str = "refused.ndjson";

/// How the names of temporary files begin.
const TEMPORARY: &str = ".new-";

/// Extension of files with records.
pub const RECORDS: &str = "ndjson";

/// Whether writes are synced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Writes survive a power failure.
    #[default]
    Synced,
    /// Writes survive the end of this process.
    Written,
}

/// The reason a directory cannot be an outbox.
#[derive(Debug)]
pub enum Unusable {
    /// It must not be used; says why.
    Refused(String),
    /// Opening or creating it failed.
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for Unusable {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

/// The directory of an outbox.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    handle: Arc<File>,
    durability: Durability,
}

/// The right to send, held until dropped or the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Folder {
    /// Opens the directory, or creates it, readable by its owner only.
    ///
    /// # Errors
    /// If others can write to it, or it cannot be created or opened.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, Unusable> {
        let shown = path.display();
        if !path.exists() {
            make(path).with_context(|| format!("cannot create {shown}"))?;
            if let Some(parent) = path.parent() {
                let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
                // If we cannot open the parent, syncing it is not our job.
                let _ = File::open(parent).and_then(|parent| parent.sync_all());
            }
        }
        let about = || format!("cannot use {shown} as an outbox");
        let handle = File::open(path).with_context(about)?;
        check(path, &handle.metadata().with_context(about)?)?;
        let folder = Self { path: path.to_owned(), handle: Arc::new(handle), durability };
        let new = folder.path.join(NEW);
        match DirBuilder::new().mode(0o700).create(&new) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // Whoever can write to it has their messages sent under our name.
                check(&new, &fs::metadata(&new).with_context(about)?)?;
            }
            made => made.with_context(about)?,
        }
        Ok(folder)
    }

    /// The path of the directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether writes are synced.
    pub fn durability(&self) -> Durability {
        self.durability
    }

    /// The path of the file for messages that were given up.
    pub fn refused(&self) -> PathBuf {
        self.path.join(REFUSED)
    }

    /// Takes the lock; `None` if another process has it.
    ///
    /// # Errors
    /// If locking fails for any other reason.
    pub fn lock(&self) -> Result<Option<Lock>> {
        let path = self.path.join("lock");
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
        let about = || format!("cannot lock {}", path.display());
        let file = file.with_context(about)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => Ok(None),
            Err(error) => Err(anyhow::Error::new(io::Error::from(error)).context(about())),
        }
    }

    /// Makes a new file name in the directory durable.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn sync(&self) -> io::Result<()> {
        self.synced(&self.handle)
    }

    fn synced(&self, file: &File) -> io::Result<()> {
        match self.durability {
            Durability::Synced => file.sync_all(),
            Durability::Written => Ok(()),
        }
    }

    /// Makes data appended to a file durable.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn sync_data(&self, file: &File) -> io::Result<()> {
        match self.durability {
            Durability::Synced => file.sync_data(),
            Durability::Written => Ok(()),
        }
    }

    /// Opens a file for appending; creates it if necessary.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn append(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().create(true).append(true).mode(0o600).open(path)
    }

    /// Replaces the whole contents of a file, atomically and durably.
    ///
    /// # Errors
    /// Any I/O error; the file is then unchanged.
    pub fn replace(&self, name: &str, contents: &[u8]) -> io::Result<()> {
        let temporary = self.path.join(format!("{TEMPORARY}{name}.{}", std::process::id()));
        let write = || {
            let mut file = create(&temporary, 0o600)?;
            file.write_all(contents)?;
            self.synced(&file)?;
            fs::rename(&temporary, self.path.join(name))
        };
        write().inspect_err(|_| drop(fs::remove_file(&temporary)))?;
        self.sync()
    }

    /// Removes what a process left that died in [`Folder::replace`]; call only while holding the lock.
    pub fn tidy(&self) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(TEMPORARY.as_bytes()) {
                // If it cannot be removed, it does no harm.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Leaves lines for the sender; they are durable on return. Names sort by `time`, then `count`. The returned file
    /// has no links left once all its messages are final.
    ///
    /// # Errors
    /// Any I/O error; nothing is left behind then.
    pub fn leave(&self, lines: &[u8], time: i64, count: u64) -> Result<File> {
        let process = std::process::id();
        let directory = self.path.join(NEW);
        let path = directory.join(format!("{time:020}-{process:010}-{count:010}.{RECORDS}"));
        let temporary = directory.join(format!(".{process}-{count}"));
        let write = || {
            // Read-only marks it as closed: this process waits for it to go, so nobody may append to it.
            let mut file = create(&temporary, 0o400)?;
            file.write_all(lines)?;
            self.synced(&file)?;
            fs::rename(&temporary, &path)?;
            self.synced(&File::open(&directory)?)?;
            Ok(file)
        };
        write().map_err(|error: io::Error| {
            let _ = fs::remove_file(&temporary);
            anyhow::Error::new(error).context(format!("cannot write {}", path.display()))
        })
    }

    /// The files that others have left, oldest first.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn left(&self) -> Result<Vec<PathBuf>> {
        let directory = self.path.join(NEW);
        let about = || format!("cannot read {}", directory.display());
        let mut names: Vec<OsString> = Vec::new();
        for entry in fs::read_dir(&directory).with_context(about)? {
            names.push(entry.with_context(about)?.file_name());
        }
        names.retain(|name| !name.as_encoded_bytes().starts_with(b"."));
        names.sort();
        Ok(names.iter().map(|name| directory.join(name)).collect())
    }

    /// Total size of the stored records in bytes, without the refused ones.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn usage(&self) -> Result<u64> {
        let about = || format!("cannot read {}", self.path.display());
        let mut sum = 0;
        for directory in [self.path.clone(), self.path.join(NEW)] {
            for entry in fs::read_dir(directory).with_context(about)? {
                let path = entry.with_context(about)?.path();
                let is_stored = path.extension().is_some_and(|it| it == RECORDS);
                if is_stored && path != self.refused() {
                    // The sender may have removed it in the meantime.
                    sum += fs::metadata(path).map_or(0, |it| it.len());
                }
            }
        }
        Ok(sum)
    }
}

/// Checks that only this user, or root, can write to a directory of an outbox.
fn check(path: &Path, metadata: &Metadata) -> Result<(), Unusable> {
    let shown = path.display();
    let owner = metadata.uid();
    let fault = if !metadata.is_dir() {
        format!("{shown} is not a directory")
    } else if owner != rustix::process::geteuid().as_raw() && owner != 0 {
        format!("the outbox {shown} belongs to another user")
    } else if metadata.mode() & 0o022 != 0 {
        format!("others can write to the outbox {shown}; to change that: chmod go-w {shown}")
    } else {
        return Ok(());
    };
    Err(Unusable::Refused(fault))
}

/// Creates a directory and its parents.
fn make(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Creates a file, or truncates it.
fn create(path: &Path, mode: u32) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(path)
}
