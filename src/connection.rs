//! From what was typed and what the environment says to a plan: where to connect, as whom, and how.
//!
//! [`args::ConnectionArgs`] is what a person can type and a profile can say, `layer` puts flag over
//! environment over profile, and `plan` decides every field. Nothing here connects.

pub mod args;
mod credentials;
mod environment;
mod ineffective;
mod layer;
mod origin;
mod place;
mod plan;
mod profile;
pub mod properties;
mod secret;
mod show;
mod url;
mod value;

pub use args::ConnectionArgs;
pub use environment::Environment;
pub use plan::{Connection, Needs};
pub use profile::names as profile_names;
pub use show::show;
pub use value::{parse_binary, parse_duration, parse_seconds};
