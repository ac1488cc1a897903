//! An outbox: a directory in which messages are stored before they are sent, and from which they are gone when they are
//! final. It survives a crash of this program at any moment, and with syncs a power failure.
//!
//! ```text
//!  store ─► Outbox ─► Batch ─► Worker, a thread: Disk      box  state  00…1.ndjson  refused.ndjson  lock  new/
//!            │  ▲                                             ▲
//!            ▼  └──────────── Course: what may be sent ◄──────┘ recovered by Disk::open
//!          Reader ─► messages for the session
//! ```
//!
//! What is durable, what may be sent and what comes next is decided by [`course`], which knows neither files nor time;
//! [`storage`] says in which order a commit is written; [`disk`] does it. A broker that hands out messages twice, or
//! loses some, is played against these three in `enumeration`, with a crash after every step and every disk that such a
//! crash can leave behind.
//!
//! | file | what it is |
//! |---|---|
//! | `box` | JSON: the format's number, the client id and the broker that the box is for |
//! | `NNNNNNNNNNNNNNNN.ndjson` | a segment: a record per line; its name is the number of the first |
//! | `state` | how far each message is: [`marks`] |
//! | `refused.ndjson` | messages that the broker refused, and those that expired in the box |
//! | `lock` | whoever holds it sends |
//! | `new/` | messages of other processes, as in a maildir: complete when they appear; a file becomes a segment |

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
pub use store::{Delivery, Outbox};
