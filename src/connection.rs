//! From the settings that hold to a plan: where to connect, as whom, and how.
//!
//! `speaker` and `place` decide where the broker is, `credentials` what of the settings may go there, [`Settled`] is what
//! holds, and [`Connection`] what follows from that. Nothing here connects.

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
