//! The order in which a commit is written: no message is sent before its record is durable, and no PUBREL before the
//! mark for its PUBREC.

use super::course::Commit;

/// The storage a commit is written to. Appended data is certain to survive a power failure only after a sync, which
/// covers everything appended before it.
pub trait Storage {
    /// The reason a write failed.
    type Error;

    /// Appends to the newest segment.
    ///
    /// # Errors
    /// If not everything could be written.
    fn append_records(&mut self, records: &[u8]) -> Result<(), Self::Error>;

    /// Makes all records durable.
    ///
    /// # Errors
    /// If the sync fails.
    fn sync_records(&mut self) -> Result<(), Self::Error>;

    /// Appends to the refused messages, durably.
    ///
    /// # Errors
    /// If the write or the sync fails.
    fn keep_refused(&mut self, lines: &[u8]) -> Result<(), Self::Error>;

    /// Appends to `state`.
    ///
    /// # Errors
    /// If not everything could be written.
    fn append_marks(&mut self, marks: &[u8]) -> Result<(), Self::Error>;

    /// Makes all marks durable.
    ///
    /// # Errors
    /// If the sync fails.
    fn sync_marks(&mut self) -> Result<(), Self::Error>;
}

/// Writes a commit: new `records`, then `refused` messages, then the marks.
///
/// # Errors
/// The first step that fails; later steps are not tried.
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
