//! Turns the settings in effect into a connection plan: where to connect, as whom, and how.
//!
//! `speaker` and `place` find the broker's address, `credentials` decides which settings may be sent there, [`Settled`]
//! holds the settings in effect, and [`Connection`] is what follows from them. Nothing here connects.

mod blame;
mod credentials;
mod owner;
mod place;
mod plan;
mod secret;
mod settled;
mod show;
mod speaker;
mod url;

pub use plan::{Connection, Needs};
pub use settled::Settled;
pub use show::show;
pub use url::UrlTopics;
