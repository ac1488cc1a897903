//! Unix sockets: a broker on this machine.

use super::error::DialError;
use std::path::Path;
use tokio::net::UnixStream;

/// Connects to the socket at `path`.
pub(super) async fn connect(path: &Path) -> Result<UnixStream, DialError> {
    Ok(UnixStream::connect(path).await?)
}
