//! A race: each attempt starts when those before it have failed, or have taken a while (RFC 8305, section 5).

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::time::Duration;
use tokio::time::timeout;

/// The first attempt that succeeds. `stagger` is how long an attempt may take before the next one joins it.
///
/// # Errors
/// Why each of them failed.
pub(super) async fn race<T, S, E, A: Future<Output = Result<S, E>>>(
    order: impl IntoIterator<Item = T>,
    stagger: Duration,
    attempt: impl Fn(T) -> A,
) -> Result<S, Vec<E>> {
    let mut waiting = order.into_iter();
    let mut attempts = FuturesUnordered::new();
    let mut failures = Vec::new();
    loop {
        let next = waiting.next();
        let is_last = next.is_none();
        attempts.extend(next.map(&attempt));
        let outcome = if is_last {
            attempts.next().await
        } else {
            match timeout(stagger, attempts.next()).await {
                Ok(outcome) => outcome,
                Err(_) => continue,
            }
        };
        match outcome {
            Some(Ok(success)) => return Ok(success),
            Some(Err(failure)) => failures.push(failure),
            None if is_last => return Err(failures),
            None => {}
        }
    }
}
