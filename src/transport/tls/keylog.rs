//! The secrets of each connection in a file, for Wireshark and its like (`SSLKEYLOGFILE`).

use super::settings::Unusable;
use crate::os_error;
use data_encoding::HEXLOWER;
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::KeyLog;

/// Opens the file, which nobody else may read if it is new, and adds to it.
pub(super) fn open(path: &Path) -> Result<Arc<dyn KeyLog>, Unusable> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => Ok(Arc::new(KeyFile(file))),
        Err(error) => Err(Unusable::file("key log", path, os_error::plain(&error))),
    }
}

struct KeyFile(File);

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyFile")
    }
}

impl KeyLog for KeyFile {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let (random, secret) = (HEXLOWER.encode(client_random), HEXLOWER.encode(secret));
        // An aid for debugging must not end the run; one write keeps the lines of several processes whole.
        let _ = (&self.0).write_all(format!("{label} {random} {secret}\n").as_bytes());
    }
}
