//! What commands that publish have in common about their input: standard input is read once, and what a failure to read
//! means.
//!
//! Knows nothing of flags or sessions.

use crate::exit::{ExitStatus, Failure};
use crate::source::{Input, SourceError};

/// Whether payloads come from standard input, which can be read once.
///
/// # Errors
/// When two of them do.
pub(super) fn reads_stdin(input: &Input) -> Result<bool, Failure> {
    let payloads = match input {
        Input::Stdin | Input::Lines(_) | Input::Records => 1,
        Input::Files(paths) => paths.iter().filter(|path| path.as_os_str() == "-").count(),
        Input::Texts(_) => 0,
    };
    match payloads {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Failure::usage("standard input cannot be read for two things")),
    }
}

/// Input that cannot be sent.
pub(super) fn failure(error: SourceError) -> Failure {
    let status = match error {
        SourceError::Io { .. } => ExitStatus::LocalIo,
        SourceError::Unusable { .. }
        | SourceError::TooLong { .. }
        | SourceError::Invalid { .. } => ExitStatus::Usage,
    };
    Failure::new(status, error)
}
