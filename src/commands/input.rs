//! What commands that publish have in common about their input: standard input is read once, and what a failure to read
//! means.
//!
//! Knows nothing of flags or sessions.

use crate::exit::{ExitStatus, Failure};
use crate::source::{Input, SourceError};
use std::path::Path;

/// Standard input can be read once.
///
/// # Errors
/// When payload and password are both to be read from there.
pub(super) fn check_stdin(input: &Input, password_file: Option<&Path>) -> Result<(), Failure> {
    let payloads = match input {
        Input::Stdin | Input::Lines(_) | Input::Records => 1,
        Input::Files(paths) => paths.iter().filter(|path| path.as_os_str() == "-").count(),
        Input::Bytes(_) => 0,
    };
    let password = password_file.is_some_and(|path| path == Path::new("-"));
    if payloads + usize::from(password) > 1 {
        return Err(Failure::usage("standard input cannot be read for two things"));
    }
    Ok(())
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
