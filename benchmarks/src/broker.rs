//! A real mosquitto on a free port of 127.0.0.1, as it comes: for what cannot be measured without a store.
//!
//! Knows nothing of what it is used for.

use std::env;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::scratch::Scratch;
use anyhow::{Context, Error, Result};

/// How long it may take to accept connections.
const PATIENCE: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(20);

/// A running broker, killed when dropped.
pub struct Broker {
    child: Child,
    pub port: u16,
}

impl Broker {
    /// Starts the one in `folder` if it is there, else that of the system.
    pub fn start(folder: Option<&Path>, scratch: &Scratch) -> Result<Self> {
        let port = free_port()?;
        // Started by root it would become somebody else, who cannot read its configuration.
        let text = format!("listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n");
        let configuration = scratch.write("mosquitto.conf", text.as_bytes())?;
        let child = Command::new(find(folder)?)
            .arg("-c")
            .arg(configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start mosquitto")?;
        let mut broker = Self { child, port };
        broker.wait_ready()?;
        Ok(broker)
    }

    fn wait_ready(&mut self) -> Result<()> {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if let Some(status) = self.child.try_wait().context("cannot wait for mosquitto")? {
                return Err(Error::msg(format!("mosquitto ended at once: {status}")));
            }
            if start.elapsed() >= PATIENCE {
                return Err(Error::msg("mosquitto does not accept connections"));
            }
            thread::sleep(STEP);
        }
        Ok(())
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // Both fail only for a process that has been waited for.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr().context("cannot see the port")?.port())
}

/// Where it is: Debian keeps it where only root's PATH leads.
fn find(folder: Option<&Path>) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    folder
        .map(Path::to_owned)
        .into_iter()
        .chain(env::split_paths(&path))
        .chain([Path::new("/usr/sbin").into(), Path::new("/usr/local/sbin").into()])
        .map(|folder| folder.join("mosquitto"))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            Error::msg("clear-retained and latency need a broker: sudo apt-get install mosquitto")
        })
}
