//! Reopens the file of `--output` on SIGHUP, after a program such as logrotate has moved it away.

use crate::output::Writer;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::task::Context;

/// The path of the file, and the signal.
pub(crate) struct Reopening {
    path: PathBuf,
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl Reopening {
    /// Starts listening for the signal.
    ///
    /// # Errors
    /// If the system refuses.
    pub(crate) fn of(path: PathBuf) -> io::Result<Self> {
        Ok(Self {
            path,
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// If the signal has arrived, makes `writer` continue in a new file.
    ///
    /// # Errors
    /// If the file cannot be opened.
    #[cfg(unix)]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, writer: &mut Writer) -> io::Result<()> {
        while self.signal.poll_recv(cx).is_ready() {
            writer.switch(open(&self.path, true)?);
        }
        Ok(())
    }

    /// This platform has no SIGHUP.
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub(crate) fn poll(&mut self, _cx: &mut Context<'_>, _writer: &mut Writer) -> io::Result<()> {
        let _ = &self.path;
        Ok(())
    }
}

/// Opens an output file; a new one is readable by its owner only.
pub(super) fn open(path: &Path, append: bool) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).append(append).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
