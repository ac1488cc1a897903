//! The directory of an outbox: made and checked, locked by whoever sends, and the place where others leave messages.

use anyhow::{Context, Result};
use rustix::fs::{FlockOperation, flock};
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How far each message is.
pub const STATE: &str = "state";

/// Where other processes leave messages.
const NEW: &str = "new";

/// Messages that are not sent any more.
const REFUSED: &str = "refused.ndjson";

/// What ends the name of a file with records.
pub const RECORDS: &str = "ndjson";

/// Whether what is written is synced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// It survives a power failure.
    #[default]
    Synced,
    /// It survives the end of this process.
    Written,
}

/// Why a directory cannot be an outbox.
#[derive(Debug)]
pub enum Unusable {
    /// It must not be used, and why.
    Refused(String),
    /// It cannot be used.
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for Unusable {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

/// A directory.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    handle: Arc<File>,
    durability: Durability,
}

/// Whoever has it may send. It goes with its process.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Folder {
    /// Opens the directory, or makes one that nobody else can read.
    ///
    /// # Errors
    /// When others can write to it, or it cannot be made or opened.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, Unusable> {
        let shown = path.display();
        if !path.exists() {
            make(path).with_context(|| format!("cannot make {shown}"))?;
            if let Some(parent) = path.parent() {
                let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
                // One that cannot be opened need not be synced by us.
                let _ = File::open(parent).and_then(|parent| parent.sync_all());
            }
        }
        let about = || format!("cannot use {shown} as an outbox");
        let handle = File::open(path).with_context(about)?;
        let metadata = handle.metadata().with_context(about)?;
        if !metadata.is_dir() {
            return Err(Unusable::Refused(format!("{shown} is not a directory")));
        }
        let owner = metadata.uid();
        if owner != rustix::process::geteuid().as_raw() && owner != 0 {
            return Err(Unusable::Refused(format!("the outbox {shown} belongs to somebody else")));
        }
        if metadata.mode() & 0o022 != 0 {
            return Err(Unusable::Refused(format!("others can write to the outbox {shown}")));
        }
        let folder = Self { path: path.to_owned(), handle: Arc::new(handle), durability };
        let new = folder.path.join(NEW);
        match DirBuilder::new().mode(0o700).create(&new) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(Unusable::Failed(anyhow::Error::new(error).context(about())))
            }
            _ => Ok(folder),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether what is written is synced.
    pub fn durability(&self) -> Durability {
        self.durability
    }

    /// Where messages are kept that are not sent any more.
    pub fn refused(&self) -> PathBuf {
        self.path.join(REFUSED)
    }

    /// Takes the lock, unless somebody else has it.
    ///
    /// # Errors
    /// When that cannot be told.
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

    /// Makes a new name in the directory durable.
    ///
    /// # Errors
    /// When that fails.
    pub fn sync(&self) -> io::Result<()> {
        self.synced(&self.handle)
    }

    fn synced(&self, file: &File) -> io::Result<()> {
        match self.durability {
            Durability::Synced => file.sync_all(),
            Durability::Written => Ok(()),
        }
    }

    /// Makes what was appended to a file durable.
    ///
    /// # Errors
    /// When that fails.
    pub fn sync_data(&self, file: &File) -> io::Result<()> {
        match self.durability {
            Durability::Synced => file.sync_data(),
            Durability::Written => Ok(()),
        }
    }

    /// Opens a file to append to it, and makes it where it is not there.
    ///
    /// # Errors
    /// When that fails.
    pub fn append(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().create(true).append(true).mode(0o600).open(path)
    }

    /// Replaces a file as a whole, durably.
    ///
    /// # Errors
    /// When that fails; the file is as it was.
    pub fn replace(&self, name: &str, contents: &[u8]) -> io::Result<()> {
        let temporary = self.path.join(format!(".{name}.{}", std::process::id()));
        let mut file = create(&temporary, 0o600)?;
        file.write_all(contents)?;
        self.synced(&file)?;
        fs::rename(&temporary, self.path.join(name))?;
        self.sync()
    }

    /// Leaves lines for whoever sends: durable when this returns. Names sort in the order of `time` and `count`. The
    /// file that is returned has no name any more once all its messages are final.
    ///
    /// # Errors
    /// When that fails; nothing is left then.
    pub fn leave(&self, lines: &[u8], time: i64, count: u64) -> Result<File> {
        let process = std::process::id();
        let directory = self.path.join(NEW);
        let path = directory.join(format!("{time:020}-{process:010}-{count:010}.{RECORDS}"));
        let temporary = directory.join(format!(".{process}-{count}"));
        let write = || {
            // Read-only: nobody appends to what this process waits for.
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

    /// What others have left, the oldest first.
    ///
    /// # Errors
    /// When that cannot be read.
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

    /// Bytes of all records that are stored, refused ones left out.
    ///
    /// # Errors
    /// When that cannot be read.
    pub fn usage(&self) -> Result<u64> {
        let about = || format!("cannot read {}", self.path.display());
        let mut sum = 0;
        for directory in [self.path.clone(), self.path.join(NEW)] {
            for entry in fs::read_dir(directory).with_context(about)? {
                let path = entry.with_context(about)?.path();
                let is_stored = path.extension().is_some_and(|it| it == RECORDS);
                if is_stored && path != self.refused() {
                    // Whoever sends may have removed it meanwhile.
                    sum += fs::metadata(path).map_or(0, |it| it.len());
                }
            }
        }
        Ok(sum)
    }
}

/// Makes a directory and those above it.
fn make(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Makes a file, or makes it anew.
fn create(path: &Path, mode: u32) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(path)
}
