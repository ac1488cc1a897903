//! A disk that, from any write on, can lose what was not synced and keep part of the write that was interrupted.

use crate::outbox::storage::Storage;
use std::convert::Infallible;

/// An append-only file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// Survives any crash.
    pub synced: Vec<u8>,
    /// Written since the last sync.
    pub unsynced: Vec<Vec<u8>>,
}

impl File {
    /// The contents as a program reads them.
    pub fn contents(&self) -> Vec<u8> {
        [self.synced.clone(), self.unsynced.concat()].concat()
    }

    /// Drops a last line that has no line end.
    pub fn cut(&mut self) {
        let contents = self.contents();
        let end = contents.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut surplus = contents.len() - end;
        while surplus > 0
            && let Some(write) = self.unsynced.last_mut()
        {
            let cut = surplus.min(write.len());
            write.truncate(write.len() - cut);
            surplus -= cut;
            if write.is_empty() {
                self.unsynced.pop();
            }
        }
        self.synced.truncate(self.synced.len() - surplus);
    }

    pub fn sync(&mut self) {
        self.synced = self.contents();
        self.unsynced.clear();
    }

    /// The possible contents after a crash. A power failure keeps any prefix of what was written; any other crash keeps
    /// all of it, still not synced.
    fn outcomes(&self, loses_power: bool) -> Vec<Self> {
        if !loses_power {
            return vec![self.clone()];
        }
        let mut all = vec![self.clone()];
        for (kept, write) in self.unsynced.iter().enumerate() {
            for part in parts(write) {
                let mut file = self.clone();
                file.unsynced.truncate(kept);
                file.unsynced.push(part);
                all.push(file);
            }
        }
        all.iter_mut().for_each(Self::sync);
        all.push(self.clone());
        all
    }
}

/// The prefixes an interrupted write can leave: whole lines, and a last line that lacks its end.
fn parts(write: &[u8]) -> Vec<Vec<u8>> {
    let ends = (0..write.len()).filter(|at| *at == 0 || write[at - 1] == b'\n');
    ends.chain([write.len() - 1]).map(|length| write[..length].to_vec()).collect()
}

/// Records and marks.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disk {
    pub records: File,
    pub state: File,
    /// The first number not final when the state was last rewritten.
    pub head: u64,
}

impl Disk {
    /// The possible states after a crash.
    pub fn outcomes(&self, loses_power: bool) -> Vec<Self> {
        let states = self.state.outcomes(loses_power);
        let records = self.records.outcomes(loses_power);
        let disk = |records: &File, state: &File| Self {
            records: records.clone(),
            state: state.clone(),
            head: self.head,
        };
        records.iter().flat_map(|it| states.iter().map(move |state| disk(it, state))).collect()
    }
}

/// One disk operation of a commit.
#[derive(Clone, Debug)]
pub enum Op {
    AppendRecords(Vec<u8>),
    SyncRecords,
    AppendMarks(Vec<u8>),
    SyncMarks,
}

impl Op {
    /// The possible disks if this operation is interrupted.
    pub fn interrupted(&self, disk: &Disk) -> Vec<Disk> {
        let cut = |bytes: &[u8], make: fn(Vec<u8>) -> Self| {
            let parts = parts(bytes).into_iter().filter(|it| !it.is_empty());
            let apply = |part| {
                let mut disk = disk.clone();
                make(part).apply(&mut disk);
                disk
            };
            parts.map(apply).collect()
        };
        match self {
            Self::AppendRecords(bytes) => cut(bytes, Self::AppendRecords),
            Self::AppendMarks(bytes) => cut(bytes, Self::AppendMarks),
            Self::SyncRecords | Self::SyncMarks => Vec::new(),
        }
    }

    pub fn apply(self, disk: &mut Disk) {
        match self {
            Self::AppendRecords(bytes) => disk.records.unsynced.push(bytes),
            Self::SyncRecords => disk.records.sync(),
            Self::AppendMarks(bytes) => disk.state.unsynced.push(bytes),
            Self::SyncMarks => disk.state.sync(),
        }
    }
}

/// Records the operations of a commit, so that they can be run one at a time.
#[derive(Default)]
pub struct Script(pub Vec<Op>);

impl Storage for Script {
    type Error = Infallible;

    fn append_records(&mut self, records: &[u8]) -> Result<(), Infallible> {
        self.0.push(Op::AppendRecords(records.to_vec()));
        Ok(())
    }

    fn sync_records(&mut self) -> Result<(), Infallible> {
        self.0.push(Op::SyncRecords);
        Ok(())
    }

    fn keep_refused(&mut self, _lines: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }

    fn append_marks(&mut self, marks: &[u8]) -> Result<(), Infallible> {
        self.0.push(Op::AppendMarks(marks.to_vec()));
        Ok(())
    }

    fn sync_marks(&mut self) -> Result<(), Infallible> {
        self.0.push(Op::SyncMarks);
        Ok(())
    }
}
