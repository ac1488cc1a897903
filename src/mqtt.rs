//! MQTT: a session with a broker as a value, without sockets or clock. The only module that uses rumqttc.
//!
//! ```text
//!  bytes from the broker ─► Session::receive ─► messages (borrowed), Session::poll_event
//!  publish, subscribe, acknowledge ─► Session ─► Session::output ─► bytes to the broker
//!  the time ─► Session::handle_timeout, Session::timeout
//!  random numbers ─► Session::connect, Session::authenticate
//!
//!   Session   outlives connections: ids, ledger (sent and not complete), inbound (received and
//!      │      not released), subscriptions
//!      └ Link   Down, Connecting, Up, Closing: data of one connection, dropped with it
//!          └ packet   packets as bytes, and PublishWriter
//! ```
//!
//! The driver calls the session, and is never called back.

pub mod aliases;
pub mod event;
pub mod explanation;
pub mod fault;
pub mod greeting;
mod ids;
mod inbound;
mod keepalive;
mod ledger;
pub mod limits;
pub mod options;
pub mod packet;
mod pings;
pub mod reason;
pub mod scram;
pub mod session;
pub mod subscription;
mod subscriptions;
pub mod trace;
pub mod version;

pub use aliases::Aliasing;
pub use event::{Event, Outcome, Submitted, Taken};
pub use explanation::Explanation;
pub use fault::Fault;
pub use ledger::Kept;
pub use options::{Keeper, SessionOptions};
pub use packet::encode::Parting;
pub use reason::Reason;
pub use session::{Intake, Session, Suspect};
pub use version::Version;
