//! MQTT over WebSocket ([MQTT 5, 6]; RFC 6455): binary messages, split and joined without regard to packets.

mod counted;
mod upgrade;

use super::error::DialError;
use super::scheme::Scheme;
use super::stream;
use super::target::{Place, Target, authority, without_interface};
use bytes::Bytes;
use counted::Counted;
use futures_util::{Sink, Stream};
use http::header::SEC_WEBSOCKET_PROTOCOL;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use std::io;
use std::pin::Pin;
use std::str::FromStr;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, handshake::client::Request};
use upgrade::upgrade;

/// The sub-protocol of MQTT ([MQTT-6.0.0-3]).
const PROTOCOL: HeaderValue = HeaderValue::from_static("mqtt");

/// Largest message from the broker in bytes: the largest packet of MQTT.
const LARGEST: usize = 268_435_461;

/// Largest message from us in bytes.
const CHUNK: usize = 64 << 10;

/// Most bytes waiting to be written: one message with its header. If there is no room, only the newest ping is answered
/// ([RFC 6455, 5.5.3]).
const WAITING: usize = CHUNK + (4 << 10);

/// Number of messages without data, such as pings, to handle before other tasks get their turn.
const IDLE_MESSAGES: usize = 1_000;

/// HTTP headers besides those of the upgrade itself. Their values may be secret, and `Debug` does not show them.
#[derive(Clone, Debug, Default)]
pub struct Headers(HeaderMap);

impl Headers {
    /// Adds a header in the form `Name: value`.
    ///
    /// # Errors
    /// Which half is invalid, without repeating the value.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let (name, value) =
            text.split_once(':').ok_or("a header is written 'Name: value'".to_owned())?;
        let name = HeaderName::from_str(name.trim())
            .map_err(|_| format!("'{}' is not the name of an HTTP header", name.trim()))?;
        let is_ours = name.as_str().starts_with("sec-websocket-")
            || [http::header::HOST, http::header::UPGRADE, http::header::CONNECTION]
                .contains(&name);
        if is_ours {
            return Err(format!("the header {name} is part of the upgrade itself"));
        }
        let mut value = HeaderValue::from_str(value.trim())
            .map_err(|_| format!("the value of the header {name} cannot be sent"))?;
        value.set_sensitive(true);
        self.0.append(name, value);
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether `path` is valid in a request: it starts with `/` and may have a query.
pub fn is_path(path: &str) -> bool {
    path.starts_with('/') && !path.contains('#') && Uri::from_str(path).is_ok()
}

/// Opens a WebSocket over `stream`.
pub(super) async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    target: &Target,
    headers: &Headers,
) -> Result<Messages<S>, DialError> {
    let request = request(target, headers)?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(LARGEST))
        .max_frame_size(Some(LARGEST))
        .write_buffer_size(0)
        .max_write_buffer_size(WAITING);
    let mut stream = Counted { inner: stream, arrived: 0 };
    let rest = upgrade(&mut stream, request).await?;
    let inner = WebSocketStream::from_partially_read(stream, rest, Role::Client, Some(config));
    Ok(Messages { inner: inner.await, rest: Bytes::new() })
}

fn request(target: &Target, headers: &Headers) -> Result<Request, DialError> {
    let path = target.websocket.as_deref().unwrap_or("/");
    let scheme = Scheme::over_network(target.encrypted, true);
    let authority = match &target.place {
        Place::Host(host, port) => {
            let authority = authority(without_interface(host), *port);
            match authority.rsplit_once(':') {
                // The default port is omitted, as browsers do.
                Some((host, _)) if Some(*port) == scheme.default_port() => host.to_owned(),
                _ => authority,
            }
        }
        _ => target.authority(),
    };
    let uri = format!("{}://{authority}{path}", scheme.name());
    let mut request = uri
        .into_client_request()
        .map_err(|error| DialError::lasting(format!("cannot make the request: {error}")))?;
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
    for (name, value) in &headers.0 {
        request.headers_mut().append(name, value.clone());
    }
    Ok(request)
}

/// A WebSocket as a stream of bytes.
pub(super) struct Messages<S> {
    inner: WebSocketStream<Counted<S>>,
    /// The rest of the last message.
    rest: Bytes,
}

impl<S: stream::Stream> stream::Stream for Messages<S> {
    /// A message can only be read when it is complete, and a large one may take long.
    fn arrived(&self) -> u64 {
        self.inner.get_ref().arrived
    }

    fn expect_more(&mut self, expects_more: bool) {
        self.inner.get_mut().inner.expect_more(expects_more);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Messages<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut turns = 0..IDLE_MESSAGES;
        while self.rest.is_empty() {
            if turns.next().is_none() {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            match ready!(Pin::new(&mut self.inner).poll_next(cx)) {
                None => return Poll::Ready(Ok(())),
                Some(Ok(Message::Binary(bytes))) => self.rest = bytes,
                // [MQTT-6.0.0-1]
                Some(Ok(Message::Text(_))) => {
                    let words = DialError::violation("the broker sent a WebSocket message of text");
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, words)));
                }
                // The end, whether the server closes the TCP connection or not ([RFC 6455, 1.4]).
                Some(Ok(Message::Close(frame))) => {
                    // The library has prepared an answer. Whether it arrives does not matter.
                    let _ = Pin::new(&mut self.inner).poll_flush(cx);
                    return Poll::Ready(closed(frame));
                }
                // The library answers them.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake))) => {
                    return Poll::Ready(Ok(()));
                }
                Some(Err(error)) => return Poll::Ready(Err(into_io(error))),
            }
        }
        let count = self.rest.len().min(buf.remaining());
        buf.put_slice(&self.rest.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Messages<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        // Waits until the previous message and the answers to pings have been written, so that no more than one message
        // waits here.
        ready!(Pin::new(&mut self.inner).poll_flush(cx)).map_err(into_io)?;
        let chunk = buf.get(..CHUNK).unwrap_or(buf);
        let message = Message::Binary(Bytes::copy_from_slice(chunk));
        Pin::new(&mut self.inner).start_send(message).map_err(into_io)?;
        Poll::Ready(Ok(chunk.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx).map_err(into_io)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(cx).map_err(into_io)
    }
}

/// The end of the stream, or an error with the broker's reason for it, if it gives one.
fn closed(frame: Option<CloseFrame>) -> io::Result<()> {
    let words = match frame {
        None => return Ok(()),
        Some(CloseFrame { code: CloseCode::Normal, reason }) if reason.is_empty() => return Ok(()),
        Some(CloseFrame { code, reason }) if reason.is_empty() => u16::from(code).to_string(),
        Some(CloseFrame { code, reason }) => format!("{} {reason}", u16::from(code)),
    };
    let words = format!("the broker closed the WebSocket ({words})");
    Err(io::Error::new(io::ErrorKind::ConnectionAborted, DialError::new(words)))
}

fn into_io(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::ConnectionClosed | Error::AlreadyClosed => io::ErrorKind::BrokenPipe.into(),
        other => io::Error::new(
            io::ErrorKind::InvalidData,
            DialError::violation(format!("the WebSocket failed: {other}")),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_taken_as_typed_and_never_shown() {
        let mut headers = Headers::default();
        assert!(headers.is_empty());
        headers.add("Authorization: Bearer canary").unwrap();
        headers.add("X-Empty:").unwrap();
        assert!(!format!("{headers:?}").contains("canary"));
        for bad in ["no colon", "bad name: x", "Host: x", "Sec-WebSocket-Key: x", "a: x\ny"] {
            assert!(headers.add(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_request_asks_for_mqtt_at_the_path() {
        let target = Target { websocket: Some("/mqtt?a=b".to_owned()), ..Target::tcp("::1", 80) };
        let mut headers = Headers::default();
        headers.add("X-A: b").unwrap();
        let request = request(&target, &headers).unwrap();
        assert_eq!(request.uri(), "ws://[::1]/mqtt?a=b");
        let header = |name: &str| request.headers()[name].to_str().unwrap();
        assert_eq!(
            (header("sec-websocket-protocol"), header("host"), header("x-a")),
            ("mqtt", "[::1]", "b")
        );
    }

    #[test]
    fn the_server_does_not_learn_our_interface() {
        let target = Target { websocket: Some("/".to_owned()), ..Target::tcp("fe80::1%eth0", 81) };
        let request = request(&target, &Headers::default()).unwrap();
        assert_eq!(request.uri(), "ws://[fe80::1]:81/");
        assert_eq!(request.headers()["host"], "[fe80::1]:81");
    }

    #[test]
    fn paths_begin_with_a_slash() {
        assert!(is_path("/") && is_path("/mqtt?token=x"));
        for bad in ["", "mqtt", "/a b", "/a#b", "/\n"] {
            assert!(!is_path(bad), "{bad:?}");
        }
    }
}
