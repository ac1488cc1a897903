//! From what was typed and what the environment says to a plan: where to connect, as whom, and how.
//!
//! [`args::ConnectionArgs`] is what a person can type, `plan` decides, field by field, flag over
//! environment over default. Nothing here connects.

pub mod args;
mod plan;
pub mod properties;
mod secret;
mod url;
mod value;

pub use args::ConnectionArgs;
pub use plan::{Connection, Environment, Needs};
pub use value::{parse_binary, parse_duration, parse_seconds};
