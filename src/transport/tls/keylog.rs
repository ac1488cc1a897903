//! Writes the secrets of each connection to a file, for Wireshark and others (`SSLKEYLOGFILE`).

use super::settings::Unusable;
use crate::os_error;
use data_encoding::HEXLOWER;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::KeyLog;

/// Opens the file for appending. It must be private, because whoever reads it can decrypt the connection.
pub(super) fn open(path: &Path) -> Result<Arc<dyn KeyLog>, Unusable> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        // A link may lead to a file that somebody else chose, and a FIFO would block.
        options.mode(0o600).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    }
    let unusable = |cause| Unusable::file("key log", path, cause);
    let file = options.open(path).map_err(|error| unusable(cause(&error)))?;
    #[cfg(unix)]
    check_private(&file).map_err(unusable)?;
    Ok(Arc::new(KeyFile(file)))
}

fn cause(error: &io::Error) -> String {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return "it is a symbolic link".to_owned();
    }
    os_error::plain(error)
}

/// Checks that the opened file belongs to us, and that nobody else can read or write it.
#[cfg(unix)]
fn check_private(file: &File) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata().map_err(|error| os_error::plain(&error))?;
    let problem = if !metadata.is_file() {
        "it is not a regular file"
    } else if metadata.uid() != rustix::process::geteuid().as_raw() {
        "it belongs to another user"
    } else if metadata.mode() & 0o066 != 0 {
        "other users can read or write it: chmod 600"
    } else {
        return Ok(());
    };
    Err(problem.to_owned())
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
        // A debugging aid must not end the run. One write per line keeps the lines of several processes whole.
        let _ = (&self.0).write_all(format!("{label} {random} {secret}\n").as_bytes());
    }
}
