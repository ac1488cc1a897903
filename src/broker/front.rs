//! The public port: one connection of a client joined to one connection to the server for its version.
//!
//! Knows the first packet (through `opening`) and bytes; it does not know what a session, a topic or rumqttd is.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader, copy_buf};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::opening::{Opening, Version, parse};

/// How long a client may take to send its CONNECT.
const OPENING_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the server may take to hang up by itself after the client has. See `relay`.
const HANG_UP_GRACE: Duration = Duration::from_millis(100);

/// The pause after a failed accept, which for lack of descriptors would fail again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Bytes under way in each direction of a connection.
const RELAY_BUFFER: usize = 64 * 1024;

/// Where the servers listen, one for each version of the protocol.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backends {
    /// MQTT 3.1.1.
    pub(super) v4: SocketAddr,
    /// MQTT 5.0.
    pub(super) v5: SocketAddr,
}

/// Accepts clients for ever; each gets a task of its own.
pub(super) async fn accept(listener: &TcpListener, backends: Backends) {
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                // A failed connection is the client's to notice: here there is nobody to tell.
                tokio::spawn(async move { serve(client, backends).await.ok() });
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Serves one client until either side has hung up.
async fn serve(mut client: TcpStream, backends: Backends) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut packet = Vec::with_capacity(4096);
    let Ok(opening) = timeout(OPENING_TIMEOUT, read_opening(&mut client, &mut packet)).await else {
        return Ok(());
    };
    let Some(version) = opening? else { return Ok(()) };

    let mut server = TcpStream::connect(match version {
        Version::V4 => backends.v4,
        Version::V5 => backends.v5,
    })
    .await?;
    server.set_nodelay(true)?;
    server.write_all(&packet).await?;
    drop(packet);
    relay(&mut client, &mut server).await
}

/// Reads until `packet` tells the version, and perhaps further. `None`: the client is to be closed.
async fn read_opening(client: &mut TcpStream, packet: &mut Vec<u8>) -> io::Result<Option<Version>> {
    loop {
        match parse(packet) {
            Opening::Partial => {}
            Opening::Connect(version) => return Ok(Some(version)),
            Opening::Refuse(answer) => {
                client.write_all(answer).await?;
                client.shutdown().await?;
                return Ok(None);
            }
            Opening::Foreign => return Ok(None),
        }
        if client.read_buf(packet).await? == 0 {
            return Ok(None);
        }
    }
}

/// Copies both ways until one side hangs up.
///
/// The end of the client reaches the server late on purpose. rumqttd names connections by numbers that it uses again,
/// and takes the end of a socket that follows a DISCONNECT for one more disconnection, which may then hit whoever has
/// got the number since. Given a moment it has closed its own side first and does not look for the end any more.
async fn relay(client: &mut TcpStream, server: &mut TcpStream) -> io::Result<()> {
    let (client_read, client_write) = client.split();
    let (server_read, server_write) = server.split();
    let upstream = async {
        let outcome = copy(client_read, server_write).await;
        sleep(HANG_UP_GRACE).await;
        outcome
    };
    tokio::select! {
        outcome = upstream => outcome,
        outcome = copy(server_read, client_write) => outcome,
    }
}

async fn copy(from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> io::Result<()> {
    copy_buf(&mut BufReader::with_capacity(RELAY_BUFFER, from), &mut to).await?;
    Ok(())
}
