//! Records that are written together.

/// Bytes, and the number of records (messages or lines) in them.
#[derive(Default)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) records: u64,
    /// The last record, if it is large; it follows the bytes.
    pub(super) large: Option<Large>,
}

/// A record that is formatted piece by piece while it is written, to save memory.
pub(super) struct Large {
    /// What it counts as until then, in bytes.
    pub(super) size: usize,
    /// Formats the pieces.
    pub(super) write: Write,
}

/// Passes the pieces of a record to a receiver.
pub type Write = Box<dyn FnOnce(&mut dyn FnMut(&[u8])) + Send>;

/// Size at which an output is full, in bytes: about as much waits while as much is being written.
pub(super) const LIMIT: usize = 256 << 10;

/// Largest buffer kept for reuse, in bytes.
const KEEP: usize = 1 << 20;

impl Block {
    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.large.is_none()
    }

    /// Its size in bytes.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() + self.large.as_ref().map_or(0, |large| large.size)
    }

    /// Adds a record, which `write` appends.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.make_whole();
        write(&mut self.bytes);
        self.records += 1;
    }

    /// Another record follows the large one, which is formatted now. Callers that check the size avoid this.
    pub(super) fn make_whole(&mut self) {
        if let Some(large) = self.large.take() {
            (large.write)(&mut |piece| self.bytes.extend_from_slice(piece));
        }
    }

    /// Moves all of `other` to the end.
    pub(super) fn append(&mut self, other: &mut Self) {
        self.make_whole();
        self.bytes.append(&mut other.bytes);
        self.records += std::mem::take(&mut other.records);
        self.large = other.large.take();
    }

    /// Removes everything, and keeps the memory for reuse.
    pub(super) fn clear(&mut self) {
        self.records = 0;
        self.large = None;
        self.bytes.clear();
        if self.bytes.capacity() > KEEP {
            self.bytes = Vec::new();
        }
    }
}
