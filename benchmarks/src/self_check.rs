//! Is the peer fast enough to measure with? A raw client in this process does the same work against it: prepared bytes
//! out, the least of parsing in. What a program needs above these times is its own.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cases::{Case, Kind};
use crate::flow::{self, Link, Wish};
use crate::peer::{Close, Peer, Role};
use crate::record::{End, Sample};
use crate::scratch::Scratch;
use crate::style::Style;
use crate::wire::{self, Version};
use crate::workload::{FILTER, Flood, Lines, TOPIC};
use anyhow::{Context, Result};

const VERSION: Version = Version::V5;
const OUTPUT: usize = 256 * 1024;

/// The raw client's time for a case; none for one that needs a program, or a format.
pub fn measure(
    case: &Case,
    rounds: usize,
    window: u16,
    scratch: &Scratch,
) -> Result<Option<Vec<Sample>>> {
    let raw = matches!(case.kind, Kind::PublishLines | Kind::Subscribe(Style::Raw));
    let Some(count) = case.count.filter(|_| raw) else {
        return Ok(None);
    };
    let lines = Arc::new(Lines::numbered(count));
    let flood = Arc::new(Flood::new(&lines, VERSION, case.qos, window, count));
    let samples = (0..rounds).map(|_| match case.kind {
        Kind::Subscribe(_) => subscribe(&lines, &flood, scratch),
        _ => publish(&lines, &flood),
    });
    samples.collect::<Result<_>>().map(Some)
}

fn publish(lines: &Arc<Lines>, flood: &Flood) -> Result<Sample> {
    let peer = Peer::start(
        Role::Collect { lines: Arc::clone(lines), topic: TOPIC, qos: flood.qos },
        VERSION,
    )?;
    let start = Instant::now();
    let mut link = Link::connect(peer.port, VERSION)?;
    flow::send(&mut link, flood, u16::MAX)?;
    let wall = leave(link, start)?;
    finish(peer, wall, lines.count())
}

fn subscribe(lines: &Lines, flood: &Arc<Flood>, scratch: &Scratch) -> Result<Sample> {
    let path = scratch.path("output");
    let mut file = File::create(&path).context("cannot create a file")?;
    let mut output = Vec::with_capacity(2 * OUTPUT);
    let mut left = lines.count();
    let peer = Peer::start(Role::Flood(Arc::clone(flood), Close::Theirs), VERSION)?;
    let start = Instant::now();
    let mut link = Link::connect(peer.port, VERSION)?;
    link.write(&wire::subscribe(VERSION, FILTER, flood.qos))?;
    link.expect(wire::SUBACK)?;
    flow::receive(&mut link, VERSION, |publish| {
        output.extend_from_slice(publish.payload);
        output.push(b'\n');
        left -= 1;
        if output.len() >= OUTPUT || left == 0 {
            file.write_all(&output).context("cannot write the output")?;
            output.clear();
        }
        Ok(if left == 0 { Wish::Enough } else { Wish::More })
    })?;
    let wall = leave(link, start)?;
    lines.compare(&path)?;
    finish(peer, wall, lines.count())
}

fn leave(mut link: Link, start: Instant) -> Result<Duration> {
    link.write(&wire::disconnect())?;
    while link.fill()? {}
    Ok(start.elapsed())
}

fn finish(peer: Peer, wall: Duration, of: usize) -> Result<Sample> {
    let report = peer.finish().context("peer")?;
    let delivered = report.delivered;
    let end = if delivered == of { End::Right } else { End::Lost { delivered, of } };
    Ok(Sample::seconds(wall, end).with_peer(report.busy))
}
