//! Whole runs against a model broker over a network that misbehaves, in virtual time, from a seed.
//!
//! ```text
//!  seed ─► draw ─► network   carries bytes, late, in bites, cut, stalled ─► the driver, the session, a command's job
//!             └──► broker    sessions, subscriptions, retained messages, faults, a ledger
//!                    └─ wire   an independent codec that panics at what a client may not send
//! ```
//!
//! What is simulated is the broker, the network, the clock and chance; driver, patience, session and jobs are those of
//! the program. After each run the broker's ledger is held against what the job said. A seed that fails is printed:
//! `MQTT_TEST_SEED=N cargo test --lib simulation::seeds` plays it again, and `MQTT_TEST_SEEDS=1000000` plays as many.

mod broker;
mod clearing;
mod draw;
mod mini;
mod network;
mod publishing;
mod requesting;
mod seeds;
mod setting;
mod subscribing;
mod watched;
mod wire;
