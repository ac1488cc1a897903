//! Runs commands for messages: their input and environment, how many run at once, and how they end.
//!
//! ```text
//! message ─► Redelivery ─► Schedule ─► Program, variables ─► Process ─► how it ended ─► Schedule ─► Order ─► acknowledged
//!            seen before?  whose turn                        stdin, group, time limit   again?      in order of arrival
//! ```
//!
//! [`schedule`], [`order`] and [`redelivery`] decide without processes or clocks. No part of a message is used as an
//! argument or seen by a shell: payloads are passed on standard input, everything else in environment variables.

pub(crate) mod order;
mod process;
mod program;
mod redelivery;
pub(crate) mod schedule;
mod variables;

pub(crate) use order::Order;
pub(crate) use process::{End, FAREWELL, Process};
pub(crate) use program::Program;
pub(crate) use redelivery::Redelivery;
pub(crate) use schedule::{Consequence, Policy, Schedule, Try};
pub(crate) use variables::Variables;
