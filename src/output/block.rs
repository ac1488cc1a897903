//! Records that are written together.

/// Bytes, and the number of records (messages or lines) in them.
#[derive(Default)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) records: u64,
    /// The last record, if it is large; it follows the bytes.
    pub(super) large: Option<Large>,
    /// Which file each record goes to, if that is not always the same one.
    pub(super) routed: Vec<Routed>,
}

/// The file of a record.
pub(super) struct Routed {
    pub(super) path: Box<str>,
    /// Where the record ends; it begins where the one before it ends.
    pub(super) end: usize,
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

    /// Adds a record for the file at `path`.
    pub(super) fn add_to(&mut self, path: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.add(write);
        self.routed.push(Routed { path: path.into(), end: self.bytes.len() });
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
        let start = self.bytes.len();
        self.bytes.append(&mut other.bytes);
        let moved = other.routed.drain(..).map(|it| Routed { end: start + it.end, ..it });
        self.routed.extend(moved);
        self.records += std::mem::take(&mut other.records);
        self.large = other.large.take();
    }

    /// Removes everything, and keeps the memory for reuse.
    pub(super) fn clear(&mut self) {
        self.records = 0;
        self.large = None;
        self.routed.clear();
        self.bytes.clear();
        if self.bytes.capacity() > KEEP {
            self.bytes = Vec::new();
        }
    }
}
