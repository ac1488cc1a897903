//! The order in which a commit is written: nothing is sent before its record is durable, and no PUBREL before the mark
//! that PUBREC came.

use super::course::Commit;

/// Where a commit is written. What is appended is certain to survive a power failure only once it is synced, and then
/// all that was appended before is, too.
pub trait Storage {
    /// Why it cannot be written.
    type Error;

    /// Appends to the newest segment.
    ///
    /// # Errors
    /// When that fails, or some of it is missing.
    fn append_records(&mut self, records: &[u8]) -> Result<(), Self::Error>;

    /// Makes all records durable.
    ///
    /// # Errors
    /// When that fails.
    fn sync_records(&mut self) -> Result<(), Self::Error>;

    /// Appends to the messages that were refused, durably.
    ///
    /// # Errors
    /// When that fails.
    fn keep_refused(&mut self, lines: &[u8]) -> Result<(), Self::Error>;

    /// Appends to `state`.
    ///
    /// # Errors
    /// When that fails.
    fn append_marks(&mut self, marks: &[u8]) -> Result<(), Self::Error>;

    /// Makes all marks durable.
    ///
    /// # Errors
    /// When that fails.
    fn sync_marks(&mut self) -> Result<(), Self::Error>;
}

/// Writes a commit: the new `records`, what was `refused`, and the marks.
///
/// # Errors
/// As soon as a step fails; those after it are not tried.
pub fn write<S: Storage>(
    commit: &Commit,
    records: &[u8],
    refused: &[u8],
    storage: &mut S,
) -> Result<(), S::Error> {
    if commit.has_records {
        storage.append_records(records)?;
        storage.sync_records()?;
    }
    if !refused.is_empty() {
        storage.keep_refused(refused)?;
    }
    if !commit.marks.is_empty() {
        let lines: String = commit.marks.iter().map(|mark| format!("{mark}\n")).collect();
        storage.append_marks(lines.as_bytes())?;
    }
    if commit.syncs_marks {
        storage.sync_marks()?;
    }
    Ok(())
}
