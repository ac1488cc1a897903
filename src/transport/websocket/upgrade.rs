//! The opening handshake of a WebSocket (RFC 6455, section 4.1).

use crate::secret::without_secrets;
use crate::transport::error::DialError;
use crate::transport::http_answer::{self, Answer, NoAnswer};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::handshake::client::{Request, generate_request};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use zeroize::Zeroizing;

/// Most bytes of a redirection's target to show.
const LONGEST_LOCATION: usize = 200;

const PLAIN: &str = "for a broker without WebSocket, use mqtt:// or mqtts://; with TLS, wss://";

/// Sends `request` and checks the answer. Returns the bytes that arrived after it.
pub(super) async fn upgrade<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    request: Request,
) -> Result<Vec<u8>, DialError> {
    let (bytes, key) = generate_request(request)
        .map_err(|error| DialError::lasting(format!("cannot make the request: {error}")))?;
    let bytes = Zeroizing::new(bytes);
    stream.write_all(&bytes).await.map_err(broken)?;
    // A stream with TLS may keep bytes until it is flushed.
    stream.flush().await.map_err(broken)?;
    let answer = http_answer::read(stream).await.map_err(|problem| match problem {
        NoAnswer::Io(error) => broken(error),
        NoAnswer::Closed => hung_up(),
        NoAnswer::NotHttp(_) => not_websocket(),
    })?;
    check(&answer, &key)?;
    Ok(answer.rest)
}

/// Checks whether the server has opened a WebSocket for MQTT.
fn check(answer: &Answer, key: &str) -> Result<(), DialError> {
    const SWITCHING_PROTOCOLS: u16 = 101;
    if answer.code != SWITCHING_PROTOCOLS {
        return Err(refusal(answer));
    }
    let lists = |header: &str, word: &str| {
        answer.members(header).any(|it| it.eq_ignore_ascii_case(word.as_bytes()))
    };
    let accepted = derive_accept_key(key.as_bytes());
    let is_accepted = answer.values("Sec-WebSocket-Accept").eq([accepted.as_bytes()]);
    if !lists("Upgrade", "websocket") || !lists("Connection", "upgrade") || !is_accepted {
        return Err(not_websocket());
    }
    if answer.members("Sec-WebSocket-Extensions").next().is_some() {
        return Err(DialError::new("the server uses a WebSocket extension that was not asked for"));
    }
    let mut protocols = answer.members("Sec-WebSocket-Protocol").peekable();
    match protocols.peek().is_some() && protocols.all(|protocol| protocol == b"mqtt") {
        true => Ok(()),
        false => Err(DialError::new("the WebSocket server does not offer the sub-protocol mqtt")),
    }
}

/// The error for another answer. A redirection is not followed, as the new place would get the credentials.
fn refusal(answer: &Answer) -> DialError {
    let status = answer.status();
    let error = DialError::new(format!("the WebSocket upgrade was refused ({status})"));
    match (answer.code, answer.values("Location").next()) {
        (404, _) => error.hint("try another path: --ws-path"),
        (300..=399, Some(location)) => {
            // The query may be the one that was sent, which may be secret.
            let place = location.split(|byte| *byte == b'?').next().unwrap_or_default();
            let shown = place.get(..LONGEST_LOCATION).unwrap_or(place).escape_ascii();
            error.hint(without_secrets(&format!("the server redirects to {shown}")))
        }
        _ => error,
    }
}

fn not_websocket() -> DialError {
    DialError::new("the server does not speak WebSocket").hint(PLAIN)
}

fn broken(error: io::Error) -> DialError {
    match error.kind() {
        io::ErrorKind::ConnectionReset if DialError::inside(&error).is_none() => hung_up(),
        _ => error.into(),
    }
}

fn hung_up() -> DialError {
    DialError::new("the server closed the connection during the WebSocket upgrade").hint(PLAIN)
}
