//! An outbox: a directory that stores messages before they are sent and removes them once they are final. It survives a
//! crash of this program at any moment and, with syncs, a power failure.
//!
//! ```text
//!  store ─► Outbox ─► Commit ─► Worker, a thread: Disk      box  state  00…1.ndjson  refused.ndjson  lock  new/
//!            │  ▲                                             ▲
//!            ▼  └──────────── Course: what may be sent ◄──────┘ recovered by Disk::open
//!          Reader ─► messages for the session
//! ```
//!
//! [`course`] decides what is durable, what may be sent and what comes next; it knows neither files nor time.
//! [`storage`] defines the order in which a commit is written, and [`disk`] writes it. The tests in `enumeration` run
//! these three against brokers that deliver twice or lose their session, with a crash after every step and every disk
//! state such a crash can leave.
//!
//! | file | contents |
//! |---|---|
//! | `box` | JSON: the format number, the client id and the broker the outbox belongs to |
//! | `NNNNNNNNNNNNNNNN.ndjson` | a segment: one record per line; named after the number of its first record |
//! | `state` | the progress of each message, as [`marks`] |
//! | `refused.ndjson` | messages that the broker refused or that expired in the outbox |
//! | `lock` | the process that holds it sends |
//! | `new/` | messages left by other processes, complete once visible (as in a maildir); each file becomes a segment |

pub mod course;
pub mod disk;
#[cfg(test)]
mod enumeration;
pub mod folder;
pub mod label;
pub mod line;
pub mod marks;
pub mod reader;
pub mod segments;
pub mod storage;
pub mod store;
pub mod worker;

pub use disk::Disk;
pub use folder::{Folder, Lock, Unusable};
pub use label::Label;
pub use store::{Due, Outbox};
