//! The public port: connects each client to the server for its version.
//!
//! Every packet from the client is inspected (`inspection`); a client that violates the protocol is told why and
//! dropped. Packets from the server are passed on unchanged; only their boundaries matter here.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{sleep, timeout};

use crate::mqtt::packet::Frame;
use crate::mqtt::reason::Reason;

use super::inspection::{Handling, Inspector};
use super::opening::{Level, Opening, parse};

/// How long a client may take to send its CONNECT.
const OPENING_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the server may take to close its side after the client did. See `relay`.
const HANG_UP_GRACE: Duration = Duration::from_millis(100);

/// How long to wait for a dropped client to read the reason.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(1);

/// Pause after a failed accept, which would fail again at once while there are no descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Buffer for each direction of a connection, in bytes, unless a packet is longer.
const RELAY_BUFFER: usize = 64 * 1024;

/// Number of our own answers that may wait for the end of a packet from the server.
const WAITING_ANSWERS: usize = 16;

/// The addresses of the servers, one per protocol version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backends {
    /// MQTT 3.1.1.
    pub(super) v4: SocketAddr,
    /// MQTT 5.0.
    pub(super) v5: SocketAddr,
}

/// Accepts clients forever. At most `most` are connected at a time, each with its own task; others wait.
pub(super) async fn accept(listener: &TcpListener, backends: Backends, most: usize) {
    let places = Arc::new(Semaphore::new(most));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((client, _)) => {
                tokio::spawn(async move {
                    // A failed connection concerns the client only; there is nobody to tell here.
                    serve(client, backends).await.ok();
                    drop(place);
                });
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Why a connection ends.
enum Closing {
    /// Either side closed the connection, or it failed.
    Closed,
    /// The client violated the protocol.
    Refused(Reason),
}

impl From<io::Error> for Closing {
    fn from(_: io::Error) -> Self {
        Self::Closed
    }
}

impl From<Reason> for Closing {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

/// Serves one client until either side closes the connection.
async fn serve(mut client: TcpStream, backends: Backends) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut input = BytesMut::with_capacity(4096);
    let opening = timeout(OPENING_TIMEOUT, read_connect(&mut client, &mut input)).await;
    let Ok(Some((inspector, connect))) = opening else { return Ok(()) };
    let connect = match connect {
        Ok(connect) => connect,
        Err(Closing::Closed) => return Ok(()),
        Err(Closing::Refused(reason)) => {
            client.write_all(&inspector.farewell(reason)).await?;
            client.shutdown().await?;
            let _ = timeout(FAREWELL_TIMEOUT, discard(&mut client)).await;
            return Ok(());
        }
    };
    let mut server = TcpStream::connect(match inspector.version() {
        Level::V4 => backends.v4,
        Level::V5 => backends.v5,
    })
    .await?;
    server.set_nodelay(true)?;
    server.write_all(&connect).await?;
    drop(connect);
    relay(&mut client, &mut server, input, inspector).await
}

/// Reads and inspects CONNECT. `None`: there is nothing to be said to this client.
async fn read_connect(
    client: &mut TcpStream,
    input: &mut BytesMut,
) -> Option<(Inspector, Result<BytesMut, Closing>)> {
    let mut inspector = Inspector::new(read_opening(client, input).await.ok()??);
    let connect = async {
        let connect = next_packet(client, input, &inspector).await?;
        inspector.inspect(&connect)?;
        Ok(connect)
    };
    let connect = connect.await;
    Some((inspector, connect))
}

/// Reads until `input` holds the version, and possibly more. `None`: close the connection.
async fn read_opening(client: &mut TcpStream, input: &mut BytesMut) -> io::Result<Option<Level>> {
    loop {
        match parse(input) {
            Opening::Partial => {}
            Opening::Connect(version) => return Ok(Some(version)),
            Opening::Refuse(answer) => {
                client.write_all(answer).await?;
                client.shutdown().await?;
                return Ok(None);
            }
            Opening::Foreign => return Ok(None),
        }
        if client.read_buf(input).await? == 0 {
            return Ok(None);
        }
    }
}

/// Reads the client's next packet as a whole.
async fn next_packet(
    client: &mut (impl AsyncReadExt + Unpin),
    input: &mut BytesMut,
    inspector: &Inspector,
) -> Result<BytesMut, Closing> {
    loop {
        if let Some(length) = inspector.length(input)?.filter(|length| *length <= input.len()) {
            return Ok(input.split_to(length));
        }
        // However long the packet claims to be, only bytes that have arrived take memory.
        input.reserve(RELAY_BUFFER);
        if client.read_buf(input).await? == 0 {
            return Err(Closing::Closed);
        }
    }
}

async fn discard(client: &mut (impl AsyncReadExt + Unpin)) {
    let mut bytes = vec![0; 4096];
    while client.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
}

/// Passes on both directions until one side closes the connection.
///
/// The server learns late, on purpose, that the client has closed. rumqttd reuses the numbers by which it names
/// connections, and counts the end of a socket that follows a DISCONNECT as another disconnection, which may then hit
/// whoever got the number next. After a moment it has closed its own side and no longer looks.
async fn relay(
    client: &mut TcpStream,
    server: &mut TcpStream,
    input: BytesMut,
    mut inspector: Inspector,
) -> io::Result<()> {
    let (mut client_read, client_write) = client.split();
    let (server_read, server_write) = server.split();
    let (answers, answered) = mpsc::channel(WAITING_ANSWERS);
    let upstream = async {
        let Err(end) =
            inspect(&mut client_read, input, server_write, &mut inspector, &answers).await;
        match end {
            Closing::Closed => sleep(HANG_UP_GRACE).await,
            Closing::Refused(reason) => {
                let farewell = async {
                    answers.send(inspector.farewell(reason)).await.ok();
                    drop(answers);
                    discard(&mut client_read).await;
                };
                let _ = timeout(FAREWELL_TIMEOUT, farewell).await;
            }
        }
        Ok(())
    };
    tokio::select! {
        outcome = upstream => outcome,
        outcome = pass_on(server_read, client_write, answered) => outcome,
    }
}

/// Inspects the client's packets and passes on those that the server may get, until the connection ends.
async fn inspect(
    client: &mut ReadHalf<'_>,
    mut input: BytesMut,
    mut server: WriteHalf<'_>,
    inspector: &mut Inspector,
    answers: &mpsc::Sender<Vec<u8>>,
) -> Result<Infallible, Closing> {
    let mut output = BytesMut::new();
    loop {
        let packet = next_packet(client, &mut input, inspector).await?;
        match inspector.inspect(&packet)? {
            // Adjacent packets are joined without a copy.
            Handling::Pass => output.unsplit(packet),
            Handling::Answer(answer) => answers.send(answer).await.map_err(|_| Closing::Closed)?,
        }
        let length = inspector.length(&input);
        if !matches!(length, Ok(Some(length)) if length <= input.len()) {
            server.write_all(&output).await?;
            output.clear();
        }
    }
}

/// Passes on packets from the server, and our own answers between them, until their sender is dropped.
async fn pass_on(
    mut server: ReadHalf<'_>,
    mut client: WriteHalf<'_>,
    mut answers: mpsc::Receiver<Vec<u8>>,
) -> io::Result<()> {
    let mut bytes = BytesMut::with_capacity(RELAY_BUFFER);
    let mut boundary = Boundary::default();
    loop {
        tokio::select! {
            biased;
            answer = answers.recv(), if boundary.is_between_packets() => match answer {
                Some(answer) => client.write_all(&answer).await?,
                None => {
                    client.shutdown().await?;
                    std::future::pending().await
                }
            },
            count = server.read_buf(&mut bytes) => {
                if count? == 0 {
                    return Ok(());
                }
                client.write_all(&bytes).await?;
                boundary.advance(&bytes);
                bytes.clear();
            }
        }
    }
}

/// The position in a stream of packets.
#[derive(Default)]
struct Boundary {
    /// Whether the first packet, CONNACK, has started.
    has_begun: bool,
    /// The incomplete fixed header.
    header: Vec<u8>,
    /// Number of bytes of the packet that are still to come, after its fixed header.
    body: usize,
}

impl Boundary {
    fn is_between_packets(&self) -> bool {
        self.has_begun && self.header.is_empty() && self.body == 0
    }

    fn advance(&mut self, mut bytes: &[u8]) {
        while let Some((&first, rest)) = bytes.split_first() {
            if self.body > 0 {
                let count = self.body.min(bytes.len());
                self.body -= count;
                bytes = bytes.get(count..).unwrap_or_default();
                continue;
            }
            self.has_begun = true;
            self.header.push(first);
            bytes = rest;
            if let Ok(Some(frame)) = Frame::read(&self.header) {
                self.body = frame.body;
                self.header.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_packet_is_found_however_the_stream_is_cut() {
        let stream = [&b"\x20\x02\x00\x00\xd0\x00"[..], &[0x30, 0x80, 0x01], &[0; 128]].concat();
        let ends = [4, 6, stream.len()];
        for cut in 0..stream.len() {
            let (one, other) = stream.split_at(cut);
            let mut boundary = Boundary::default();
            boundary.advance(one);
            assert_eq!(boundary.is_between_packets(), ends.contains(&cut), "{cut}");
            boundary.advance(other);
            assert!(boundary.is_between_packets());
        }
    }
}
