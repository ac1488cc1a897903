//! What a running process has used of the processors.
//!
//! Linux only, as it reads `/proc`: it counts in nanoseconds, and can be asked at any time. What a process leaves behind
//! at its end (rusage) would hold its start as well.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Error, Result};

/// Of each thread.
pub struct Usage(BTreeMap<String, Share>);

/// Time of processors, and how often one was given to somebody else, asked for or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    pub cpu: Duration,
    pub switches: u64,
}

impl Usage {
    /// Up to now.
    pub fn of(process: u32) -> Result<Self> {
        let folder = format!("/proc/{process}/task");
        let mut threads = BTreeMap::new();
        for entry in fs::read_dir(folder).context("cannot see its threads")? {
            let entry = entry.context("cannot see its threads")?;
            let name = entry.file_name().to_string_lossy().into_owned();
            threads.insert(name, Share::of(&entry.path())?);
        }
        Ok(Self(threads))
    }

    /// Of all threads together.
    pub fn total(&self) -> Share {
        self.0.values().fold(Share::default(), |sum, share| Share {
            cpu: sum.cpu + share.cpu,
            switches: sum.switches + share.switches,
        })
    }

    /// What has come since. Of a thread that has ended nothing is known any more.
    pub fn since(&self, earlier: &Self) -> Result<Share> {
        if earlier.0.keys().any(|thread| !self.0.contains_key(thread)) {
            return Err(Error::msg("a thread has ended: what it used is not known"));
        }
        let (now, then) = (self.total(), earlier.total());
        Ok(Share {
            cpu: now.cpu.saturating_sub(then.cpu),
            switches: now.switches.saturating_sub(then.switches),
        })
    }
}

impl Share {
    fn of(thread: &Path) -> Result<Self> {
        let read = |name| fs::read_to_string(thread.join(name)).context("cannot see a thread");
        Self::parse(&read("schedstat")?, &read("status")?)
            .ok_or_else(|| Error::msg("this kernel does not tell what a thread used"))
    }

    fn parse(times: &str, status: &str) -> Option<Self> {
        let cpu = times.split_ascii_whitespace().next()?.parse().ok()?;
        let field = |name: &str| {
            let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
            rest.trim().parse::<u64>().ok()
        };
        let switches = field("voluntary_ctxt_switches:")? + field("nonvoluntary_ctxt_switches:")?;
        Some(Self { cpu: Duration::from_nanos(cpu), switches })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str =
        "Name:\tmqtt\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t2\n";

    #[test]
    fn what_the_kernel_tells_of_a_thread() {
        let share = Share { cpu: Duration::from_nanos(1500), switches: 9 };
        assert_eq!(Share::parse("1500 20 3\n", STATUS), Some(share));
        assert_eq!(Share::parse("1500 20 3\n", "Name:\tmqtt\n"), None);
    }

    #[test]
    fn a_new_thread_counts_and_one_that_ended_is_missed() {
        let usage = |threads: &[(&str, u64)]| {
            let share = |cpu| Share { cpu: Duration::from_nanos(cpu), switches: 1 };
            Usage(threads.iter().map(|&(name, cpu)| (name.to_owned(), share(cpu))).collect())
        };
        let (one, two) = (usage(&[("1", 10)]), usage(&[("1", 15), ("2", 4)]));
        let since = two.since(&one).unwrap();
        assert_eq!(since, Share { cpu: Duration::from_nanos(9), switches: 1 });
        assert!(one.since(&two).is_err());
    }
}
