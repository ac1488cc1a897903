//! What is tried on any bytes: a module for each target, with a function that panics at a find.
//!
//! The fuzzer calls it with what it makes up (`targets/`), and the tests of `mqtt` with the finds of the past
//! and a few random inputs (`tests/fuzz.rs`), so that neither can rot.

pub mod condition;
pub mod format;
#[cfg(feature = "broker")]
pub mod front;
mod message;
pub mod record;
pub mod session;
pub mod settings;
pub mod wire;
