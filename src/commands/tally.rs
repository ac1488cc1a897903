//! Counts the four outcomes of published messages.

use crate::events::NAMED;
use crate::exit::ExitStatus;
use crate::mqtt::Explanation;
use crate::mqtt::Outcome;
use crate::mqtt::Reason;
use std::fmt;

/// Number of messages per outcome.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    delivered: u64,
    refused: u64,
    unconfirmed: u64,
    not_sent: u64,
    /// Delivered QoS 0 messages that may have been lost with a connection.
    maybe_lost: u64,
    /// The reason of the first refusal, and whether all had the same.
    reason: Option<(Reason, bool)>,
}

impl Tally {
    /// Counts one message.
    pub(crate) fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Delivered(_) => self.delivered += 1,
            Outcome::Refused(explanation) => self.count_refused(explanation),
            Outcome::Unconfirmed => self.unconfirmed += 1,
            Outcome::NotSent => self.not_sent += 1,
        }
    }

    fn count_refused(&mut self, explanation: &Explanation) {
        self.refused += 1;
        let reason = explanation.reason;
        let same = self.reason.is_none_or(|(first, same)| same && first == reason);
        self.reason = Some((self.reason.map_or(reason, |(first, _)| first), same));
    }

    /// Counts a QoS 0 message as refused that was counted as delivered before.
    pub(crate) fn count_refused_after_all(&mut self, explanation: &Explanation) {
        self.delivered -= 1;
        self.count_refused(explanation);
    }

    /// Counts messages that were read but never handed to the session.
    pub(crate) fn count_not_sent(&mut self, count: u64) {
        self.not_sent = self.not_sent.saturating_add(count);
    }

    /// Counts the QoS 0 messages that were under way when a connection ended.
    pub(crate) fn count_maybe_lost(&mut self, count: u64) {
        self.delivered -= count;
        self.maybe_lost += count;
    }

    /// Whether the last refusal should be reported individually.
    pub(crate) fn names_refusals(&self) -> bool {
        self.refused <= NAMED
    }

    /// Number of delivered messages.
    pub(crate) fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Number of QoS 0 messages that may be missing.
    pub(crate) fn maybe_lost(&self) -> u64 {
        self.maybe_lost
    }

    /// Number of messages whose outcome is known.
    pub(crate) fn total(&self) -> u64 {
        let sent = self.delivered + self.refused + self.unconfirmed + self.maybe_lost;
        sent.saturating_add(self.not_sent)
    }

    /// The exit status that the counts imply.
    pub(crate) fn status(&self) -> ExitStatus {
        if self.not_sent > 0 { ExitStatus::Lost } else { self.status_of_sent() }
    }

    /// The same, without messages that were never sent.
    pub(crate) fn status_of_sent(&self) -> ExitStatus {
        if self.unconfirmed + self.maybe_lost > 0 {
            ExitStatus::Lost
        } else if self.refused > 0 {
            ExitStatus::Refused
        } else {
            ExitStatus::Success
        }
    }
}

impl fmt::Display for Tally {
    /// `17 delivered, 1 refused (0x87 Not authorized), 2 unconfirmed, 0 not sent`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} delivered, {} refused", self.delivered, self.refused)?;
        match self.reason {
            Some((reason, true)) => write!(f, " ({reason})")?,
            Some((reason, false)) => write!(f, " ({reason}, and others)")?,
            None => {}
        }
        let unconfirmed = self.unconfirmed + self.maybe_lost;
        write!(f, ", {unconfirmed} unconfirmed, {} not sent", self.not_sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u8) -> Outcome {
        Outcome::Refused(Explanation::from(Reason(code)))
    }

    #[test]
    fn the_summary_counts_every_message_once() {
        let mut tally = Tally::default();
        for _ in 0..17 {
            tally.count(&Outcome::Delivered(Reason::SUCCESS));
        }
        tally.count(&refused(0x87));
        tally.count(&Outcome::Unconfirmed);
        tally.count_maybe_lost(1);
        assert_eq!(
            tally.to_string(),
            "16 delivered, 1 refused (0x87 Not authorized), 2 unconfirmed, 0 not sent"
        );
        assert_eq!(tally.total(), 19);
        assert_eq!(tally.status(), ExitStatus::Lost);
        tally.count(&refused(0x97));
        assert!(tally.to_string().contains("2 refused (0x87 Not authorized, and others)"));
    }
}
