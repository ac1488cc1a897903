//! Records that are written together.

/// Bytes, and how many records they are: messages, or lines.
#[derive(Default)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) records: u64,
    /// The last record, if it is large: it comes after the bytes.
    pub(super) large: Option<Large>,
}

/// A record that is made piece by piece while it is written, as it would take too much memory.
pub(super) struct Large {
    /// Bytes it takes until then.
    pub(super) size: usize,
    /// Hands the pieces on.
    pub(super) write: Write,
}

/// Gives pieces to whoever takes them.
pub type Write = Box<dyn FnOnce(&mut dyn FnMut(&[u8])) + Send>;

/// Bytes that make an output full: about as many wait while as many are written.
pub(super) const LIMIT: usize = 256 << 10;

/// A buffer that a large message made bigger than this is not kept, in bytes.
const KEEP: usize = 1 << 20;

impl Block {
    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.large.is_none()
    }

    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() + self.large.as_ref().map_or(0, |large| large.size)
    }

    /// Adds a record: what `write` appends.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.make_whole();
        write(&mut self.bytes);
        self.records += 1;
    }

    /// Something comes after the large record. Whoever looks at how much there is does not come here.
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

    /// Forgets what is in it. Its memory is used again.
    pub(super) fn clear(&mut self) {
        self.records = 0;
        self.large = None;
        self.bytes.clear();
        if self.bytes.capacity() > KEEP {
            self.bytes = Vec::new();
        }
    }
}
