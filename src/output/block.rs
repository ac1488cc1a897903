//! Records that are written together.

/// Bytes, and how many records they are: messages, or lines.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) records: u64,
}

/// Bytes that make an output full: about as many wait while as many are written.
pub(super) const LIMIT: usize = 256 << 10;

/// A buffer that a large message made bigger than this is not kept, in bytes.
const KEEP: usize = 1 << 20;

impl Block {
    /// Moves all of `other` to the end.
    pub(super) fn append(&mut self, other: &mut Self) {
        self.bytes.append(&mut other.bytes);
        self.records += std::mem::take(&mut other.records);
    }

    /// Forgets what is in it. Its memory is used again.
    pub(super) fn clear(&mut self) {
        self.records = 0;
        self.bytes.clear();
        if self.bytes.capacity() > KEEP {
            self.bytes = Vec::new();
        }
    }
}
