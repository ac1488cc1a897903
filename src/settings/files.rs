//! Files that hold settings: read whole, and who else can read and write them.

use anyhow::{Context, Result, anyhow};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A longer file is none of ours, in bytes.
const LONGEST: u64 = 1 << 20;

/// Who else can read or write a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Openness {
    /// Others can read it.
    pub readable: bool,
    /// Others can write it.
    pub writable: bool,
}

impl Openness {
    /// That of a file; a pipe is nobody else's.
    pub fn of(file: &File) -> Self {
        #[cfg(unix)]
        if let Ok(metadata) = file.metadata()
            && metadata.is_file()
        {
            let mode = std::os::unix::fs::MetadataExt::mode(&metadata);
            return Self { readable: mode & 0o044 != 0, writable: mode & 0o022 != 0 };
        }
        #[cfg(not(unix))]
        let _ = file;
        Self::default()
    }
}

/// The bytes of a file, `what` it is for an error.
///
/// # Errors
/// When it cannot be read, or is longer than 1 MiB.
pub fn read(what: &str, path: &Path) -> Result<(Vec<u8>, Openness)> {
    let named = || format!("cannot read the {what} {}", path.display());
    let file = File::open(path).with_context(named)?;
    let openness = Openness::of(&file);
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).with_context(named)?;
    if bytes.len() as u64 > LONGEST {
        return Err(anyhow!("it is larger than 1 MiB")).with_context(named);
    }
    Ok((bytes, openness))
}
