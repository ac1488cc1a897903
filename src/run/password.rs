//! A password that is asked for again before each CONNECT, since it may have changed in the meantime.

use crate::secret::Secret;
use crate::transport::DialError;
use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// It is not asked for again within this time.
pub(super) const STALE: Duration = Duration::from_secs(1);

/// Asks for it, and gives up at this time.
type Ask = dyn Fn(Instant) -> Result<Secret, String> + Send + Sync;

/// Where the password of a run can be had again.
#[derive(Clone)]
pub struct FreshPassword {
    ask: Arc<Ask>,
    /// Whether asking costs next to nothing, as reading a file does.
    pub is_cheap: bool,
}

impl FreshPassword {
    /// What `ask` says at the time; it may block until the time that it is given.
    pub fn new(
        is_cheap: bool,
        ask: impl Fn(Instant) -> Result<Secret, String> + Send + Sync + 'static,
    ) -> Self {
        Self { ask: Arc::new(ask), is_cheap }
    }

    /// The password as it is now.
    pub(super) async fn ask(&self, by: Instant) -> Result<Secret, DialError> {
        let (sender, receiver) = oneshot::channel();
        let ask = Arc::clone(&self.ask);
        // Whoever has waited for it may be gone.
        thread::spawn(move || drop(sender.send(ask(by))));
        match receiver.await {
            Ok(answer) => answer.map_err(DialError::new),
            Err(_) => Err(DialError::new("nobody could be asked for the password")),
        }
    }
}

impl fmt::Debug for FreshPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[asked for]")
    }
}
