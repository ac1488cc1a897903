//! What a run with commands is made of: decided before anything connects.

use super::replies::Replies;
use crate::action::{Policy, Program};
use crate::format::Format;
use crate::topic::{TopicFilter, TopicName};
use bytes::Bytes;
use std::rc::Rc;
use std::time::Duration;

/// What happens to a message whose command failed.
#[derive(Clone, Debug)]
pub(crate) enum OnFailure {
    /// It stays with the broker, and the run ends.
    Stop,
    /// It is acknowledged.
    Skip,
    /// It is published here, and acknowledged when the broker has it.
    Publish(TopicName),
}

/// What happens when a command has ended.
#[derive(Debug)]
pub(crate) enum Aftermath {
    /// The message is done, or is not.
    Settle(OnFailure),
    /// What the command printed is the reply to the message.
    Reply(Replies),
}

/// What is done for a message.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// This runs.
    Run(Rc<Program>),
    /// Nothing runs: the reply is known.
    Answer(Bytes),
    /// Nothing runs: the reply is the payload.
    Echo,
}

/// What is done for which messages.
pub(crate) struct Plan {
    /// The first that matches decides.
    pub(crate) rules: Vec<(TopicFilter, Work)>,
    /// For all others; without it they are printed.
    pub(crate) rest: Option<Work>,
    /// How a message is given to a command; as its payload, if nothing is said.
    pub(crate) format: Option<Format>,
    pub(crate) policy: Policy,
    /// How long a command may take.
    pub(crate) limit: Option<Duration>,
    pub(crate) aftermath: Aftermath,
    /// End when so many are done.
    pub(crate) count: Option<u64>,
    /// A message that is not acknowledged waits for the next run.
    pub(crate) outlives: bool,
}
