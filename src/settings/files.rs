//! Reads files that contain settings, and checks who else can read or write them.

use crate::escape::shell_word;
use anyhow::{Context, Result, anyhow};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Largest configuration or options file accepted, in bytes.
const LONGEST: u64 = 1 << 20;

/// Who else can access a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Openness {
    /// Whether others can read it.
    pub readable: bool,
    /// Whether others can write it.
    pub writable: bool,
    /// Whether it belongs to another user, other than root.
    pub foreign: bool,
}

impl Openness {
    /// The openness of a file; a pipe is not accessible to others.
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

    /// The openness of a file with this mode and owner, for user `us`.
    #[cfg(unix)]
    fn judge(mode: u32, owner: u32, us: u32) -> Self {
        Self {
            readable: mode & 0o044 != 0,
            writable: mode & 0o022 != 0,
            foreign: owner != 0 && owner != us,
        }
    }

    /// Why commands or secrets in this file cannot be trusted, and a hint. Like ssh, we trust only files that nobody
    /// but we or root could have written.
    pub fn distrust(self, path: &Path, setting: &str) -> Option<(String, String)> {
        let path = shell_word(path);
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

/// Reads a file; `what` describes it in errors.
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

/// The text of a file that was read as bytes, without the byte order mark that some editors write first.
///
/// # Errors
/// The line, counted from 1, that is not UTF-8.
pub fn text(bytes: Vec<u8>) -> Result<String, usize> {
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        1 + error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count()
    })?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
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
