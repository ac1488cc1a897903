//! Commands that are run for messages: what they are given, how many at once, and how they end.
//!
//! ```text
//! message ─► Redelivery ─► Schedule ─► Program, variables ─► Process ─► how it ended ─► Schedule ─► Order ─► acknowledged
//!            seen before?  whose turn                        stdin, group, time limit   again?      in order of arrival
//! ```
//!
//! [`schedule`], [`order`] and [`redelivery`] decide without a process or a clock. Nothing of a message becomes an argument,
//! and no shell sees it: it comes on standard input and in variables.

pub(crate) mod order;
mod process;
mod program;
mod redelivery;
pub(crate) mod schedule;
mod variables;

pub(crate) use order::Order;
pub(crate) use process::{End, Process};
pub(crate) use program::Program;
pub(crate) use redelivery::Redelivery;
pub(crate) use schedule::{Policy, Schedule, Try, Verdict};
pub(crate) use variables::Variables;
