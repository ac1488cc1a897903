//! Standard input in commands that publish: it can be read only once, and reading may fail.

use crate::exit::{ExitStatus, Failure};
use crate::run::Signals;
use crate::source::{Input, SourceError};
use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

/// Whether payloads come from standard input.
///
/// # Errors
/// When two of them do.
pub(super) fn reads_stdin(input: &Input) -> Result<bool, Failure> {
    let payloads = match input {
        Input::Stdin | Input::Lines(_) | Input::Records | Input::Recording => 1,
        Input::Files(paths) => paths.iter().filter(|path| path.as_os_str() == "-").count(),
        Input::Texts(_) => 0,
    };
    match payloads {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Failure::usage("standard input can be read only once")),
    }
}

/// Waits for input before connecting, for at most `limit`.
///
/// # Errors
/// If a signal comes first, or nothing within the limit.
pub(super) async fn wait<T>(
    limit: Option<Duration>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<Result<T, Failure>>,
) -> Result<T, Failure> {
    let mut signals = Signals::new().map_err(Failure::no_signals)?;
    let input = poll_fn(|cx| match poll(cx) {
        Poll::Ready(input) => Poll::Ready(input),
        Poll::Pending => signals.poll(cx).map(|signal| Err(Failure::stopped(signal))),
    });
    tokio::time::timeout(limit.unwrap_or(Duration::MAX), input).await.unwrap_or_else(|_| {
        Err(Failure::new(ExitStatus::TimedOut, "timed out before standard input ended"))
    })
}

/// The failure for input that cannot be sent.
pub(super) fn failure(error: SourceError) -> Failure {
    let status = match error {
        SourceError::Io { .. } => ExitStatus::LocalIo,
        SourceError::Unusable { .. }
        | SourceError::TooLong { .. }
        | SourceError::Invalid { .. } => ExitStatus::Usage,
    };
    Failure::new(status, error)
}
