//! Whether a run was right: how the program ended, and what the peer saw of it.
//!
//! Starts nothing.

use crate::cases::Case;
use crate::flow::Parting;
use crate::peer::Report;
use crate::programs::Maker;
use crate::record::End;
use crate::timed::Finished;
use anyhow::{Context, Error, Result};

/// What came of a run; `case` is what the program did of the row. What a subscriber printed is for others to compare.
pub fn run(case: &Case, maker: Maker, finished: &Finished, report: Result<Report>) -> Result<End> {
    if !finished.status.success() {
        let peer = report.err().map(|error| format!(" (peer: {error})"));
        return Err(Error::msg(format!(
            "{}: {}{}",
            finished.status,
            finished.talk.lines().next_back().unwrap_or("nothing said"),
            peer.unwrap_or_default()
        )));
    }
    let report = report.context("peer")?;
    let of = case.count.unwrap_or_default();
    let subscribes = case.kind.subscribes();
    if report.delivered != of {
        // A subscriber that prints everything without acknowledging everything is its maker's choice, but
        // not that of `mqtt`, whose contract is to acknowledge what it printed.
        if !subscribes || maker == Maker::Mqtt {
            return Ok(End::Lost { delivered: report.delivered, of });
        }
    }
    let left_by_peer = subscribes && !maker.counts_messages();
    if report.parting != Parting::Disconnect && !left_by_peer {
        return Err(Error::msg("exit status 0, but no DISCONNECT was sent"));
    }
    Ok(End::Right)
}
