//! What a run costs, as Linux counts it.

use std::fs;
use std::time::Duration;

use super::Running;

impl Running {
    /// The most memory that was ever resident, in KiB, with its code as large as in a release build.
    pub fn peak_memory(&self) -> u64 {
        peak_memory(self.child.id()).expect("the client is alive")
    }

    /// The memory that is resident now, in KiB.
    pub fn resident_memory(&self) -> u64 {
        memory(self.child.id(), "VmRSS:").expect("the client is alive")
    }

    /// The time that all its threads together have been on a processor.
    pub fn cpu_time(&self) -> Duration {
        let threads = fs::read_dir(self.proc("task")).expect("the client is alive");
        let spent = threads.flatten().filter_map(|thread| {
            // A thread may end meanwhile.
            let figures = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            figures.split_whitespace().next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(spent.sum())
    }

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        fs::read_dir(self.proc("task")).expect("the client is alive").count()
    }

    /// How often it has waited for something.
    pub fn waits(&self) -> u64 {
        let status = fs::read_to_string(self.proc("status")).expect("the client is alive");
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.and_then(|line| line.trim().parse().ok()).expect("a number")
    }

    /// Whether the client's own view of this descriptor, which others share, makes it non-blocking.
    pub fn is_nonblocking(&self, descriptor: u32) -> bool {
        const O_NONBLOCK: u32 = 0o4000;
        let info = fs::read_to_string(self.proc(&format!("fdinfo/{descriptor}")));
        let info = info.expect("the client has it open");
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = u32::from_str_radix(flags.expect("flags").trim(), 8).expect("octal digits");
        flags & O_NONBLOCK != 0
    }

    /// How many files, sockets and pipes are open.
    pub fn open_files(&self) -> usize {
        fs::read_dir(self.proc("fd")).expect("the client is alive").count()
    }

    fn proc(&self, what: &str) -> String {
        format!("/proc/{}/{what}", self.child.id())
    }
}

/// What the pages of its code take in a release build, in KiB. They are three times as many in a debug build, which is
/// not what is to be found out.
const CODE: u64 = 5 * 1024;

/// The most memory that was ever resident in a process, in KiB, with its code as large as in a release build.
pub fn peak_memory(process: u32) -> Option<u64> {
    let code = memory(process, "RssFile:")?;
    Some(memory(process, "VmHWM:")? - code + CODE)
}

/// A line of a process's status in KiB.
fn memory(process: u32, kind: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(kind))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
