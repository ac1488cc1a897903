//! How a peer's bytes are cut on their way to the client. TCP promises nothing about that, so nothing may depend on it.

use std::env;
use std::io::{self, Write};
use std::thread;
use std::time::Duration;

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// As the script writes them: mostly a packet at a time.
    #[default]
    AsWritten,
    /// Each byte by itself.
    Bytewise,
    /// All that is said without listening in between, at once.
    Together,
}

impl Delivery {
    pub const ALL: [Self; 3] = [Self::AsWritten, Self::Bytewise, Self::Together];

    /// What `MQTT_TEST_DELIVERY` says, so that every script can be tried in every way.
    pub fn of_environment() -> Self {
        match env::var("MQTT_TEST_DELIVERY").as_deref() {
            Ok("bytewise") => Self::Bytewise,
            Ok("together") => Self::Together,
            Ok(other) => panic!("MQTT_TEST_DELIVERY is {other:?}, neither bytewise nor together"),
            Err(_) => Self::AsWritten,
        }
    }
}

/// Long enough for the client to read a byte before the next one comes, mostly.
const PAUSE: Duration = Duration::from_micros(100);

/// Bytes of a write that are cut, and of a connection: the rest of a large one would take too long.
const CUT: usize = 64;
const CUT_IN_ALL: usize = 16 << 10;

/// Bytes that are held back at most.
const MOST: usize = 64 << 10;

/// What was said and not delivered yet.
#[derive(Default)]
pub struct Outbox {
    delivery: Delivery,
    pending: Vec<u8>,
    /// Bytes that were cut off.
    cut: usize,
}

impl Outbox {
    pub fn new(delivery: Delivery) -> Self {
        Self { delivery, pending: Vec::new(), cut: 0 }
    }

    pub fn delivery(&self) -> Delivery {
        self.delivery
    }

    pub fn say(&mut self, mut stream: impl Write, bytes: &[u8]) -> io::Result<()> {
        match self.delivery {
            Delivery::AsWritten => stream.write_all(bytes),
            Delivery::Bytewise => {
                let most = CUT.min(CUT_IN_ALL - self.cut);
                let (single, rest) = bytes.split_at(bytes.len().min(most));
                self.cut += single.len();
                for byte in single {
                    stream.write_all(&[*byte])?;
                    thread::sleep(PAUSE);
                }
                stream.write_all(rest)
            }
            Delivery::Together => {
                self.pending.extend_from_slice(bytes);
                if self.pending.len() > MOST { self.flush(stream) } else { Ok(()) }
            }
        }
    }

    /// Delivers what is pending: the script listens, pauses or leaves now.
    pub fn flush(&mut self, mut stream: impl Write) -> io::Result<()> {
        stream.write_all(&std::mem::take(&mut self.pending))
    }
}
