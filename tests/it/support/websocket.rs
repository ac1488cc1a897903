//! A door that speaks WebSocket, honest or not.

use std::pin::pin;

use bytes::{Bytes, BytesMut};
use futures_util::future::{Either, select};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use super::door::{Door, Notes, behind};

pub type WebSocket = WebSocketStream<TcpStream>;

/// How the bytes of a peer become messages.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// As they come: packets that were sent together are one message.
    Joined,
    /// A message for each byte.
    Bytewise,
    /// One message, in frames of one byte each, with a ping before each frame.
    Frames,
}

/// Lets everybody in, with a peer behind it whose bytes it cuts. Notes the requests.
pub fn websocket_door(cut: Cut, port: u16) -> Door {
    Door::new(async move |stream, notes| {
        let (to_client, from_client) = upgrade(stream, &notes).await.split();
        let (from_peer, to_peer) = behind(port).await.into_split();
        let up = pin!(carry_up(from_client, to_peer));
        let down = pin!(carry_down(from_peer, to_client, cut));
        match select(up, down).await {
            Either::Left(((), down)) => down.await,
            Either::Right(((), up)) => up.await,
        }
    })
}

/// Lets everybody in, and does this. Notes the requests.
pub fn websocket_script(script: impl AsyncFn(WebSocket) + Send + 'static) -> Door {
    Door::new(async move |stream, notes| {
        let socket = upgrade(stream, &notes).await;
        script(socket).await;
    })
}

/// Accepts a client that asks for MQTT.
async fn upgrade(stream: TcpStream, notes: &Notes) -> WebSocket {
    #[allow(clippy::result_large_err, reason = "the type is the library's")]
    let note = |request: &Request, mut response: Response| {
        notes.add(format!("{} {:?}", request.uri(), request.headers()));
        let protocol = request.headers()["sec-websocket-protocol"].clone();
        response.headers_mut().insert("sec-websocket-protocol", protocol);
        Ok(response)
    };
    accept_hdr_async(stream, note).await.expect("the client asks for a WebSocket")
}

async fn carry_up(mut client: SplitStream<WebSocket>, mut peer: OwnedWriteHalf) {
    while let Some(Ok(message)) = client.next().await {
        match message {
            Message::Binary(bytes) => {
                if peer.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Message::Text(text) => panic!("the client sent text: {text}"),
            Message::Close(_) => break,
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
    }
    // It may be gone.
    let _ = peer.shutdown().await;
}

async fn carry_down(mut peer: OwnedReadHalf, mut client: SplitSink<WebSocket, Message>, cut: Cut) {
    let mut bytes = BytesMut::new();
    while peer.read_buf(&mut bytes).await.is_ok_and(|count| count > 0) {
        for message in cut.messages(&bytes.split().freeze()) {
            if client.send(message).await.is_err() {
                return;
            }
        }
    }
    // It may be gone.
    let _ = client.close().await;
}

impl Cut {
    fn messages(self, bytes: &Bytes) -> Vec<Message> {
        let single = |at: usize| bytes.slice(at..=at);
        match self {
            Self::Joined => vec![Message::Binary(bytes.clone())],
            Self::Bytewise => (0..bytes.len()).map(|at| Message::Binary(single(at))).collect(),
            Self::Frames => (0..bytes.len())
                .flat_map(|at| {
                    let code = if at == 0 { Data::Binary } else { Data::Continue };
                    let is_last = at + 1 == bytes.len();
                    let frame = Frame::message(single(at), OpCode::Data(code), is_last);
                    [Message::Ping(Bytes::from_static(b"ping")), Message::Frame(frame)]
                })
                .collect(),
        }
    }
}
