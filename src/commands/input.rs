//! Standard input in commands that publish: it can be read only once, and reading may fail.

use crate::exit::{ExitStatus, Failure};
use crate::source::{Input, SourceError};

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
