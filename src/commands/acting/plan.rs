//! The plan of a run with commands, made before connecting.

use super::replies::Replies;
use crate::action::{Policy, Program};
use crate::format::Format;
use crate::topic::{TopicFilter, TopicName};
use bytes::Bytes;
use std::rc::Rc;
use std::time::Duration;

/// What to do with a message whose command failed.
#[derive(Clone, Debug)]
pub(crate) enum OnFailure {
    /// Leave it with the broker and end the run.
    Stop,
    /// Acknowledge it.
    Skip,
    /// Publish it to this topic, and acknowledge it when the broker has accepted that.
    Publish(TopicName),
}

/// What to do when a command has ended.
#[derive(Debug)]
pub(crate) enum Aftermath {
    /// Finish the message, or handle the failure.
    Settle(OnFailure),
    /// Reply to the message with the command's output.
    Reply(Replies),
}

/// What to do for a message.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// Run this program.
    Run(Rc<Program>),
    /// Reply with these bytes, without running anything.
    Answer(Bytes),
    /// Reply with the payload, without running anything.
    Echo,
}

/// What to do for which messages.
pub(crate) struct Plan {
    /// The first match applies.
    pub(crate) rules: Vec<(TopicFilter, Work)>,
    /// For all other messages; if `None`, they are printed.
    pub(crate) rest: Option<Work>,
    /// Format of a command's input; if `None`, the payload.
    pub(crate) format: Option<Format>,
    pub(crate) policy: Policy,
    /// Time limit for a command.
    pub(crate) limit: Option<Duration>,
    pub(crate) aftermath: Aftermath,
    /// End when this many are done.
    pub(crate) count: Option<u64>,
    /// Whether messages that are not acknowledged are kept for the next run.
    pub(crate) outlives: bool,
}
