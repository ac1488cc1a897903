//! Reads the password again before each CONNECT, because it may have changed.

use crate::os_error;
use crate::secret::Secret;
use crate::transport::DialError;
use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Within this time it is not read again.
pub(super) const STALE: Duration = Duration::from_secs(1);

/// Reads the password, and gives up at this time.
type Ask = dyn Fn(Instant) -> Result<Secret, String> + Send + Sync;

/// The source of a password that may change.
#[derive(Clone)]
pub struct FreshPassword {
    ask: Arc<Ask>,
    /// Whether reading is cheap, as from a file.
    pub is_cheap: bool,
}

impl FreshPassword {
    /// A source that calls `ask`, which may block until the given time.
    pub fn new(
        is_cheap: bool,
        ask: impl Fn(Instant) -> Result<Secret, String> + Send + Sync + 'static,
    ) -> Self {
        Self { ask: Arc::new(ask), is_cheap }
    }

    /// Reads the current password.
    pub(super) async fn ask(&self, by: Instant) -> Result<Secret, DialError> {
        let (sender, receiver) = oneshot::channel();
        let ask = Arc::clone(&self.ask);
        // The receiver may have given up.
        thread::Builder::new()
            .name("password".to_owned())
            .spawn(move || drop(sender.send(ask(by))))
            .map_err(|error| {
                let cause = os_error::plain(&error);
                DialError::new(format!("cannot ask for the password: {cause}"))
            })?;
        match receiver.await {
            Ok(answer) => answer.map_err(DialError::new),
            Err(_) => Err(DialError::new("cannot ask for the password")),
        }
    }
}

impl fmt::Debug for FreshPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[asked for]")
    }
}
