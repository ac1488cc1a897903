//! Programs of the system that tests use: found, or installed where that is possible. Nothing is skipped without them.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::process::TICK;

/// How long another test process may take to install something.
const INSTALLATION: Duration = Duration::from_secs(300);

/// Where `program` is; installs the Debian `packages` where it is missing.
///
/// # Panics
/// When it is nowhere, with the command that installs it.
#[track_caller]
pub fn find_or_install(program: &str, packages: &str) -> PathBuf {
    find(program).unwrap_or_else(|| install(program, packages))
}

fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // Debian keeps servers where only root's PATH leads.
    env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .map(|directory| directory.join(program))
        .find(|candidate| candidate.is_file())
}

/// Installs; the directory that only one process can make keeps the others waiting meanwhile.
#[track_caller]
fn install(program: &str, packages: &str) -> PathBuf {
    let command =
        format!("apt-get update && apt-get install -y --no-install-recommends {packages}");
    let lock = env::temp_dir().join("mqtt-tests-installing");
    if is_root() && fs::create_dir(&lock).is_ok() {
        // Failure shows in the look below.
        let _ = Command::new("sh")
            .args(["-c", &command])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .status();
        fs::remove_dir(&lock).expect("nobody else removes it");
    }
    let deadline = Instant::now() + INSTALLATION;
    while lock.exists() && Instant::now() < deadline {
        thread::sleep(TICK);
    }
    find(program).unwrap_or_else(|| panic!("these tests need {program}; as root: {command}"))
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
