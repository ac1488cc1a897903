//! Readable texts of operating system errors.

use std::io;

/// The text of `error` without its number: `Connection refused`.
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}
