//! Other people's programs that the tests talk to: found, or installed where that is possible.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::process::TICK;

/// How long another test process may take to install something.
const PATIENCE: Duration = Duration::from_secs(300);

/// Where `program` is; installs the Debian `packages` where it is missing.
#[track_caller]
pub fn find_or_install(program: &str, packages: &str) -> PathBuf {
    installed(packages, || find(program))
}

fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // Debian keeps servers where only root's PATH leads.
    env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .map(|directory| directory.join(program))
        .find(|candidate| candidate.is_file())
}

/// What `find` finds, if need be after these packages were installed, once for all tests: the directory that only one
/// process can make keeps the others waiting meanwhile.
#[track_caller]
pub fn installed<T>(packages: &str, find: impl Fn() -> Option<T>) -> T {
    if let Some(found) = find() {
        return found;
    }
    let command =
        format!("apt-get update && apt-get install -y --no-install-recommends {packages}");
    let lock = env::temp_dir().join("mqtt-tests-installing");
    let deadline = Instant::now() + PATIENCE;
    while is_root() && Instant::now() < deadline {
        if fs::create_dir(&lock).is_ok() {
            // Another process may have done it meanwhile. Failure shows in the look below.
            if find().is_none() {
                let _ = Command::new("sh")
                    .args(["-c", &command])
                    .env("DEBIAN_FRONTEND", "noninteractive")
                    .stdin(Stdio::null())
                    .status();
            }
            fs::remove_dir(&lock).expect("nobody else removes it");
            break;
        }
        thread::sleep(TICK);
    }
    find().unwrap_or_else(|| panic!("these tests need {packages}; as root: {command}"))
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
