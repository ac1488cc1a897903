//! Unix sockets: a broker on this machine.

use super::error::DialError;
use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use tokio::net::UnixStream;

/// Connects to the socket at `path`.
pub(super) async fn connect(path: &Path) -> Result<UnixStream, DialError> {
    UnixStream::connect(path).await.map_err(|error| {
        // The system calls any other file a socket on which nobody listens.
        let is_other = || fs::metadata(path).is_ok_and(|it| !it.file_type().is_socket());
        match error.kind() == io::ErrorKind::ConnectionRefused && is_other() {
            true => DialError::new("it is not a Unix socket"),
            false => error.into(),
        }
    })
}
