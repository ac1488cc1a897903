//! Files that hold settings: read whole, and who else can read and write them.

use anyhow::{Context, Result, anyhow};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A longer file is none of ours, in bytes.
const LONGEST: u64 = 1 << 20;

/// Who else can read or write a file, and whose it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Openness {
    /// Others can read it.
    pub readable: bool,
    /// Others can write it.
    pub writable: bool,
    /// It belongs to another user, who is not root.
    pub foreign: bool,
}

impl Openness {
    /// That of a file; a pipe is nobody else's.
    pub fn of(file: &File) -> Self {
        #[cfg(unix)]
        if let Ok(metadata) = file.metadata()
            && metadata.is_file()
        {
            use std::os::unix::fs::MetadataExt;
            let us = rustix::process::geteuid().as_raw();
            return Self::judge(metadata.mode(), metadata.uid(), us);
        }
        #[cfg(not(unix))]
        let _ = file;
        Self::default()
    }

    /// That of a file with this mode and owner, for us.
    #[cfg(unix)]
    fn judge(mode: u32, owner: u32, us: u32) -> Self {
        Self {
            readable: mode & 0o044 != 0,
            writable: mode & 0o022 != 0,
            foreign: owner != 0 && owner != us,
        }
    }

    /// Why nothing that decides what is run, or holds a secret, is taken from this file, and what a person can do about
    /// it: as ssh, we believe only what we ourselves or root can have written.
    pub fn distrust(self, path: &Path, setting: &str) -> Option<(String, String)> {
        let path = path.display();
        if self.foreign {
            let message = format!("this file belongs to another user, and with it {setting}");
            return Some((
                message,
                format!("chown \"$(id -un)\" {path}, or use a copy of your own"),
            ));
        }
        self.writable.then(|| {
            let message = format!("others can write this file, and with it {setting}");
            (message, format!("chmod go-w {path}"))
        })
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn files_of_ours_and_of_root_that_nobody_else_can_write_are_believed() {
        let path = Path::new("f");
        for (mode, owner, us, is_believed) in [
            (0o600, 1000, 1000, true),
            (0o644, 1000, 1000, true),
            (0o644, 0, 1000, true),
            (0o600, 0, 0, true),
            (0o600, 1001, 1000, false),
            (0o600, 1000, 0, false),
            (0o620, 1000, 1000, false),
            (0o602, 0, 1000, false),
        ] {
            let openness = Openness::judge(mode, owner, us);
            assert_eq!(
                openness.distrust(path, "password").is_none(),
                is_believed,
                "{mode:o} {owner}"
            );
        }
    }
}
