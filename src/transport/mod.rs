//! Reaching the broker: from an address to a stream of bytes.
//!
//! Knows nothing of MQTT. The deadline over the whole of it is the caller's: dropping the future
//! gives up.

mod prompt;
mod tcp;

use std::fmt;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};

/// A connection to a broker, whatever it runs over.
pub trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

/// Where the broker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Name or address literal, without brackets.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
}

impl fmt::Display for Target {
    /// `mqtt://host:port`, with brackets around an IPv6 literal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "mqtt://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "mqtt://{}:{}", self.host, self.port)
        }
    }
}

/// Why there is no connection.
#[derive(Debug)]
pub enum DialError {
    /// The name has no address.
    Lookup(io::Error),
    /// No address could be connected to; the error of the last one.
    Connect(io::Error),
}

/// Connects to `target`.
///
/// # Errors
/// Says which step failed.
pub async fn dial(target: &Target) -> Result<Box<dyn Stream>, DialError> {
    Ok(Box::new(tcp::connect(target).await?))
}
