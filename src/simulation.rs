//! Whole runs against a model broker over a network that misbehaves, in virtual time, from a seed.
//!
//! ```text
//!  seed ─► draw ─► network   carries bytes, late, in bites, cut, stalled ─► the driver, the session, a command's job
//!             └──► broker    sessions, subscriptions, retained messages, faults, a ledger
//!                    └─ wire   an independent codec that panics at what a client may not send
//! ```
//!
//! The broker, the network, the clock and randomness are simulated; driver, patience, session and jobs are the
//! program's own. After each run the job's report is checked against the broker's ledger. A failing seed is printed:
//! `MQTT_TEST_SEED=N cargo test --lib simulation::seeds` repeats it, and `MQTT_TEST_SEEDS=1000000` plays that many.

mod broker;
mod checking;
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
