//! A folder for inputs and outputs, in memory where the system has such a place, gone at the end.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, Result};

pub struct Scratch(PathBuf);

impl Scratch {
    /// In `parent`, or on Linux's tmpfs, or among the temporary files: a disk must not be what is measured.
    pub fn new(parent: Option<&Path>) -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let parent = match parent {
            Some(parent) => parent.to_owned(),
            None if memory.is_dir() => memory.to_owned(),
            None => env::temp_dir(),
        };
        let path = parent.join(format!("mqtt-benchmarks-{}", process::id()));
        fs::create_dir(&path).context(format!("cannot create {}", path.display()))?;
        Ok(Self(path))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The certificate of the authority that vouches for the peer, for those who speak TLS.
    pub fn authority(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// The folder itself: the home of the programs, so that nobody's settings take part.
    pub fn home(&self) -> &Path {
        &self.0
    }

    /// For what a run keeps; [`Self::forget`] empties it.
    pub fn kept(&self) -> PathBuf {
        self.path("kept")
    }

    /// Empties the directory of what is kept.
    pub fn forget(&self) -> Result<()> {
        let kept = self.kept();
        if kept.exists() {
            fs::remove_dir_all(&kept).context("cannot remove what was kept")?;
        }
        fs::create_dir(&kept).context("cannot create a directory")
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.path(name);
        fs::write(&path, bytes).context(format!(
            "cannot write {} (is there room? --scratch DIR takes another place)",
            path.display()
        ))?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and nothing depends on it.
        drop(fs::remove_dir_all(&self.0));
    }
}
